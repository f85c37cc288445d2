//! Tests what Bursar sends to a panel: the keys, the same body for the same payment, and the return address.

use super::*;
use bursar_domain::catalogue::NewMethod;
use bursar_domain::payment::{NewPayment, RenewalItem};

pub(super) fn new_top_up(amount: &str) -> NewPayment {
    NewPayment {
        payer: Some("pyr_dana".to_owned()),
        method: Some("mth_card".to_owned()),
        return_url: Some("org.bursar.desktop://top-up/return?state=0".to_owned()),
        ..NewPayment::top_up(usd(amount), "6a1f4e0c-0000-4000-8000-000000000000")
    }
}

fn body_of(request: &ReceivedRequest) -> Value {
    serde_json::from_str(&request.body).unwrap()
}

#[tokio::test]
async fn repeated_payment_request_is_identical() {
    let (server, provider) = over(usual, "return_links = true\n").await;
    let new = NewPayment {
        save_method: true,
        ..new_top_up("100")
    };
    let created = provider.start(&new).await.unwrap();
    provider.start(&new).await.unwrap();
    assert_eq!(created.payment_id, "pay_119");
    let sent: Vec<_> = server
        .requests()
        .into_iter()
        .filter(|request| request.method == "POST")
        .collect();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].body, sent[1].body);
    let bearer = format!("Bearer {KEY}");
    for one in &sent {
        assert_eq!(one.path(), "/api/v1/payments");
        assert_eq!(one.header("idempotency-key"), Some(new.top_up_id.as_str()));
        assert_eq!(one.header("authorization"), Some(bearer.as_str()));
    }
    let total = json!({ "amount": "100.00", "currency": "USD" });
    assert_eq!(
        body_of(&sent[0]),
        json!({
            "purpose": { "kind": "top_up", "amount": total },
            "payer": "pyr_dana", "method": "mth_card", "expected_total": total,
            "return_url": "org.bursar.desktop://top-up/return?state=0", "save_method": true,
        })
    );
}

#[tokio::test]
async fn sends_periods_of_renewals_and_migrations() {
    let (server, provider) = over(usual, "").await;
    let renewal = Purpose::Renewal {
        items: vec![RenewalItem {
            service: "srv_web1".to_owned(),
            period: Some("3m".to_owned()),
            name: "web-1".to_owned(),
            paid_period: None,
        }],
    };
    let migration = Purpose::Migration {
        order: "mig_31".to_owned(),
        period: Some("12m".to_owned()),
        name: "M-0031".to_owned(),
        server: None,
        paid_period: None,
    };
    for (purpose, sent) in [
        (
            renewal,
            json!({ "kind": "renewal", "items": [{ "service": "srv_web1", "period": "3m" }] }),
        ),
        (
            migration,
            json!({ "kind": "migration", "order": "mig_31", "period": "12m" }),
        ),
    ] {
        let new = NewPayment {
            purpose,
            ..new_top_up("54.00")
        };
        provider.start(&new).await.unwrap();
        let requests = server.requests();
        let body = body_of(requests.last().unwrap());
        assert_eq!(body["purpose"], sent);
        assert_eq!(body["expected_total"]["amount"], "54.00");
        // Without return links, the browser returns to the panel.
        assert_eq!(body["return_url"], server.url.as_str());
    }
}

#[tokio::test]
async fn does_not_send_amount_that_account_cannot_hold() {
    let (server, provider) = over(usual, "").await;
    let euros = Amount::parse_decimal("10", Currency::new("EUR").unwrap()).unwrap();
    for amount in [usd("0.005"), euros] {
        let new = NewPayment {
            amount,
            ..new_top_up("1")
        };
        assert_eq!(
            provider.start(&new).await.unwrap_err().code,
            Code::AmountPrecision
        );
    }
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.method == "GET")
    );
}

#[tokio::test]
async fn requests_status_without_key() {
    let (server, provider) = over(usual, "").await;
    assert_eq!(provider.maintenance().await, Ok(false));
    assert_eq!(server.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn requests_history_by_change_time_and_cursor() {
    let (server, provider) = over(usual, "").await;
    let since = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z");
    provider.history(since, Some("bmV4dA")).await.unwrap();
    provider.pending().await.unwrap();
    let requests = server.requests();
    let [.., history, pending] = requests.as_slice() else {
        panic!("two requests");
    };
    assert_eq!(
        history.parameter("updated_since").as_deref(),
        Some("2026-01-01T00:00:00Z")
    );
    assert_eq!(history.parameter("cursor").as_deref(), Some("bmV4dA"));
    assert_eq!(
        pending.parameter("status").as_deref(),
        Some(UNSETTLED_STATUSES)
    );
}

#[tokio::test]
async fn adds_method_through_panels_page() {
    let page = r#"{"id":"mth_9","kind":"saved","page":"https://checkout.panel.example/add/9"}"#;
    let (server, provider) = over(
        move |request| match request.method.as_str() {
            "POST" => StubResponse::json(201, page),
            _ => usual(request),
        },
        "return_links = true\n",
    )
    .await;
    let new = NewMethod {
        payer: Some("pyr_dana".to_owned()),
        method: "mth_card".to_owned(),
        return_url: Some("org.bursar.desktop://top-up/return?state=1".to_owned()),
    };
    let address = provider.add_method(&new).await.unwrap();
    assert_eq!(address, "https://checkout.panel.example/add/9");
    let requests = server.requests();
    let sent = requests.last().unwrap();
    assert_eq!(
        body_of(sent),
        json!({ "payer": "pyr_dana", "via": "mth_card", "return_url": "org.bursar.desktop://top-up/return?state=1" })
    );
    assert!(
        sent.header("idempotency-key")
            .is_some_and(|key| key.len() >= 16)
    );
}

#[tokio::test]
async fn puts_only_valid_ids_into_urls() {
    let (server, provider) = over(usual, "").await;
    for id in ["", "../account", "a/b", "a?b", "ä"] {
        assert_eq!(provider.cancel(id).await.unwrap_err().code, Code::NotFound);
        assert_eq!(
            provider.remove_method(id).await.unwrap_err().code,
            Code::NotFound
        );
        assert_eq!(provider.invoice(id).await.unwrap_err().code, Code::NotFound);
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn uses_etags_for_unchanged_data() {
    let (server, provider) = over(
        |request| match (request.path(), request.header("if-none-match")) {
            ("/api/v1/account", Some("\"one\"")) => StubResponse::with(304, "", "", ""),
            ("/api/v1/account", _) => {
                StubResponse::with(200, "application/json", "etag: \"one\"\r\n", ACCOUNT)
            }
            // First an invalid ETag, which must not be sent back. Then a 304 to a request without `If-None-Match`.
            ("/api/v1/payers", _) => {
                StubResponse::with(200, "application/json", "etag: one\r\n", PAYERS)
            }
            ("/api/v1/payments", _) => StubResponse::with(304, "", "", ""),
            _ => usual(request),
        },
        "",
    )
    .await;
    for _ in 0..3 {
        assert_eq!(provider.balance().await.unwrap().balance, usd("182.40"));
    }
    let tags: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.header("if-none-match").map(str::to_owned))
        .collect();
    let known = Some("\"one\"".to_owned());
    assert_eq!(tags, [None, known.clone(), known]);
    for _ in 0..2 {
        provider.catalogue().await.unwrap();
    }
    let again = server
        .requests()
        .into_iter()
        .rfind(|request| request.path() == "/api/v1/payers");
    assert_eq!(again.unwrap().header("if-none-match"), None);
    let error = provider.pending().await.unwrap_err();
    assert_eq!(error.code, Code::AnswerMalformed);
}

#[tokio::test]
async fn uses_no_cached_data_of_another_key() {
    let (server, provider, session) = signed_in(
        |request| {
            let of_second = request.header("authorization") == Some("Bearer second");
            let right = |body: &str| match of_second {
                true => body.replace("USD", "EUR"),
                false => body.to_owned(),
            };
            match (request.path(), request.header("if-none-match")) {
                ("/api/v1/account", Some("\"one\"")) => StubResponse::with(304, "", "", ""),
                ("/api/v1/account", _) => StubResponse::with(
                    200,
                    "application/json",
                    "etag: \"one\"\r\n",
                    &right(ACCOUNT),
                ),
                ("/api/v1/top-up/options", _) => StubResponse::json(200, &right(OPTIONS)),
                _ => usual(request),
            }
        },
        "",
    )
    .await;
    let currency = provider.catalogue().await.unwrap().currency;
    assert_eq!(currency.as_str(), "USD");
    provider.balance().await.unwrap();
    let second = Credential::api_key("second").unwrap();
    session.set_credential(second, false).await.unwrap();
    let currency = provider.catalogue().await.unwrap().currency;
    assert_eq!(currency.as_str(), "EUR");
    let balance = provider.balance().await.unwrap().balance;
    assert_eq!(balance.currency().as_str(), "EUR");
    let tags: Vec<_> = server
        .requests()
        .into_iter()
        .filter(|request| request.path() == "/api/v1/account")
        .map(|request| request.header("if-none-match").is_some())
        .collect();
    assert_eq!(tags, [false, true, false, true]);
}

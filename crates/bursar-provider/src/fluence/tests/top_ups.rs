//! Starting, reading and cancelling top-ups, and reading their history.

use super::*;

#[test]
fn payment_provider_has_title() {
    let network = network("https://api.example", "");
    for (source, title) in [
        ("copperx", "CopperX"),
        ("nowpayments", "NOWPayments"),
        ("stripe", "Stripe"),
    ] {
        assert_eq!(crate::source_title(&network, source), Some(title));
    }
    assert_eq!(crate::source_title(&network, "another"), None);
}

#[test]
fn network_file_names_a_payment_provider() {
    let pages = "[[checkout]]\nprovider = \"stripe\"\ntitle = \"Cards\"\nhosts = [\"a.example\"]\n\
                 [[checkout]]\nprovider = \"copperx\"\nhosts = [\"b.example\"]\n\
                 [[checkout]]\nprovider = \"another\"\nhosts = [\"c.example\"]\n";
    let network = network("https://api.example", pages);
    let title = |source| crate::source_title(&network, source);
    assert_eq!(title("stripe"), Some("Cards"));
    assert_eq!(title("copperx"), Some("CopperX"), "the file has none");
    assert_eq!(title("another"), None);
}

#[test]
fn sources_without_a_page_are_known() {
    let network = network("https://api.example", "");
    for (source, expected) in [
        ("x402", Some(OtherSource::X402)),
        ("promo", Some(OtherSource::PromoCode)),
        ("promo_code", Some(OtherSource::PromoCode)),
        ("Promo-Codes", Some(OtherSource::PromoCode)),
        ("copperx", None),
        ("x4020", None),
    ] {
        assert_eq!(crate::other_source(&network, source), expected, "{source}");
        let title = crate::source_title(&network, source);
        assert!(
            expected.is_none() || title.is_none(),
            "Bursar has the words"
        );
    }
}

#[tokio::test]
async fn payment_by_x402_has_its_transaction_where_the_api_gives_one() {
    let server = StubServer::start(|request| {
        let by_script = |id: &str| {
            top_up("resolved")
                .replace("copperx", "x402")
                .replace(ID, id)
        };
        let body = match request.path() {
            "/v2/billing/get_history" => page(&old_top_up("completed"), 1, 1),
            _ => page(&[by_script(ID), by_script("untraced")].join(","), 1, 1),
        };
        StubResponse::json(200, &body)
    });
    let provider = over(&server, "currency = \"USD\"").await;
    let payments = provider.history(None, None).await.unwrap().payments;
    let seen: Vec<_> = payments
        .iter()
        .map(|payment| (payment.source.as_deref(), payment.transaction.is_some()))
        .collect();
    assert_eq!(seen, [(Some("x402"), true), (Some("x402"), false)]);
    assert_eq!(payments[0].amount.to_brief(), "25.50 USD");
    assert_eq!(
        payments[0].fee, None,
        "a fee in another unit is not its fee"
    );
}

#[tokio::test]
async fn older_call_adds_details_to_open_top_up() {
    for (old, expected) in [
        ("created", Status::Open),
        ("pending", Status::Confirming),
        ("completed", Status::Confirming),
        ("expired", Status::Open),
    ] {
        let server = StubServer::start(move |request| match request.path() {
            "/v2/top-ups/pending" => {
                StubResponse::json(200, &format!(r#"{{"pendingTopUp":{}}}"#, top_up("open")))
            }
            "/v1/billing/top_up/pending" => {
                StubResponse::json(200, &format!(r#"{{"pendingTopUp":{}}}"#, old_top_up(old)))
            }
            _ => StubResponse::json(500, "{}"),
        });
        let pending = over(&server, "").await.pending().await.unwrap();
        let [payment] = pending.as_slice() else {
            panic!("exactly one top-up is open")
        };
        assert_eq!(payment.status, expected, "{old}");
        assert_eq!(payment.amount, usdc("25.50"));
        assert_eq!(payment.fee, Some(usdc("0.25500500")));
        assert_eq!(payment.transaction, Some(TX.parse().unwrap()));
        assert_eq!(
            payment.expires_at,
            Timestamp::parse_rfc3339("2026-01-02T03:19:05Z")
        );
        assert!(
            server
                .requests()
                .iter()
                .all(|request| request.header("x-api-key") == Some(KEY))
        );
    }
}

#[tokio::test]
async fn failing_older_call_leaves_details_unknown_and_rests() {
    let html = StubResponse::with(200, "text/html", "", "<html>");
    let slow_down = StubResponse::with(
        429,
        "application/json",
        "retry-after: 60\r\n",
        r#"{"error":"x"}"#,
    );
    let broken = StubResponse::json(200, r#"{"pendingTopUp":{"id":7}}"#);
    let refusals =
        [401, 403, 404, 500, 503].map(|status| StubResponse::json(status, r#"{"error":"x"}"#));
    for older in refusals.into_iter().chain([html, slow_down, broken]) {
        let server = StubServer::start(move |request| match request.path() {
            "/v2/top-ups/pending" => {
                StubResponse::json(200, &format!(r#"{{"pendingTopUp":{}}}"#, top_up("open")))
            }
            _ => older.clone(),
        });
        let provider = over(&server, "").await;
        for _ in 0..2 {
            let pending = provider.pending().await.unwrap();
            assert_eq!(pending[0].status, Status::Open);
            assert_eq!((&pending[0].fee, pending[0].transaction), (&None, None));
        }
        let older = server
            .requests()
            .iter()
            .filter(|request| request.path().starts_with("/v1/"))
            .count();
        assert_eq!(older, 1, "requested once, then not again for a while");
    }
}

#[tokio::test]
async fn ignores_another_top_up_of_older_call() {
    let server = StubServer::start(|request| match request.path() {
        "/v2/top-ups/pending" => {
            StubResponse::json(200, &format!(r#"{{"pendingTopUp":{}}}"#, top_up("open")))
        }
        _ => StubResponse::json(
            200,
            &format!(
                r#"{{"pendingTopUp":{}}}"#,
                old_top_up("pending").replace(ID, "other")
            ),
        ),
    });
    let pending = over(&server, "").await.pending().await.unwrap();
    assert_eq!((pending[0].status, &pending[0].fee), (Status::Open, &None));
}

#[tokio::test]
async fn reads_every_form_of_no_open_top_up() {
    for body in ["{}", r#"{"pendingTopUp":null}"#] {
        let (server, provider) = always(200, body).await;
        assert_eq!(provider.pending().await.unwrap(), vec![]);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn maps_every_status() {
    for (theirs, ours) in [
        ("open", Status::Open),
        ("needs_review", Status::UnderReview),
        ("resolved", Status::Completed),
        ("canceled", Status::Cancelled),
        ("expired", Status::Expired),
        ("failed", Status::Failed),
    ] {
        let (_server, provider) = always(200, &page(&top_up(theirs), 0, 1)).await;
        assert_eq!(
            provider.history(None, None).await.unwrap().payments[0].status,
            ours
        );
    }
}

#[tokio::test]
async fn reads_pages_numbered_from_0_or_1() {
    for first in [0_u64, 1] {
        let server = StubServer::start(move |request| {
            let number = request
                .parameter("page")
                .map_or(first, |text| text.parse().unwrap());
            let items = if request.path() == "/v2/top-ups" {
                top_up("resolved")
            } else {
                String::new()
            };
            StubResponse::json(200, &page(&items, number, 2))
        });
        let since = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z");
        // A provider that starts with a later page, as after a restart, finds out the first page's number too.
        for start in [None, Some("1")] {
            let provider = over(&server, "").await;
            let read = provider.history(since, start).await.unwrap();
            assert_eq!(read.next, start.is_none().then(|| "1".to_owned()));
            assert_eq!(read.total, Some(150));
            let last = server
                .requests()
                .into_iter()
                .rfind(|request| request.path() == "/v2/top-ups")
                .unwrap();
            let asked_for = start.map(|_| (first + 1).to_string());
            assert_eq!(last.parameter("page"), asked_for);
            assert_eq!(
                last.parameter("start").as_deref(),
                Some("2026-01-01T00:00:00Z")
            );
            assert_eq!(last.parameter("perPage").as_deref(), Some("100"));
        }
    }
}

#[tokio::test]
async fn notices_api_that_ignores_page_number() {
    let (_server, provider) = always(200, &page(&top_up("resolved"), 0, 9)).await;
    assert_eq!(
        provider.history(None, Some("3")).await.unwrap_err().code,
        Code::AnswerMalformed
    );
    let (_server, provider) = always(200, &page(&top_up("resolved"), 0, 5_000_000)).await;
    assert_eq!(
        provider.history(None, None).await.unwrap_err().code,
        Code::AnswerMalformed
    );
    let (_server, provider) = always(200, &page("", 0, 9)).await;
    assert_eq!(
        provider.history(None, None).await.unwrap().next,
        None,
        "an empty page is the last"
    );
}

#[tokio::test]
async fn joins_history_by_id() {
    let server = StubServer::start(|request| {
        let items = match request.path() {
            "/v2/top-ups" => top_up("resolved"),
            _ => old_top_up("completed"),
        };
        StubResponse::json(200, &page(&items, 1, 1))
    });
    let read = over(&server, "").await.history(None, None).await.unwrap();
    assert_eq!(read.payments[0].status, Status::Completed);
    assert_eq!(read.payments[0].fee, Some(usdc("0.25500500")));
    let requests = server.requests();
    let range = requests
        .iter()
        .find(|request| request.path() == "/v2/billing/get_history")
        .unwrap();
    assert_eq!(
        range.parameter("start").as_deref(),
        Some("2026-01-02T03:04:03Z")
    );
    assert_eq!(
        range.parameter("end").as_deref(),
        Some("2026-01-02T03:04:07Z")
    );
}

#[tokio::test]
async fn sends_every_field_of_new_top_up() {
    let answer = |request: &ReceivedRequest| match request.method.as_str() {
        "POST" => StubResponse::json(201, &created(ID)),
        _ => StubResponse::json(
            200,
            &format!(
                r#"{{"pendingTopUp":{}}}"#,
                top_up("open").replace(
                    r#""expiresAt":null"#,
                    r#""expiresAt":"2026-01-02T03:19:05Z""#
                )
            ),
        ),
    };
    for (more, returns) in [("return_links = true", true), ("", false)] {
        let server = StubServer::start(answer);
        let made = over(&server, more)
            .await
            .start(&new_top_up(2550))
            .await
            .unwrap();
        assert_eq!(made.payment_id, ID);
        assert_eq!(
            made.checkout.as_deref(),
            Some("https://buy.copperx.io/payment/checkout-session/abc")
        );
        assert_eq!(
            made.expires_at,
            Timestamp::parse_rfc3339("2026-01-02T03:19:05Z")
        );
        let body: serde_json::Value = serde_json::from_str(&server.requests()[0].body).unwrap();
        assert_eq!(body["amountCents"], 2550);
        assert_eq!(body["methodCode"], "usdc");
        assert_eq!(body["provider"], "copperx");
        assert_eq!(body.get("returnUrl").is_some(), returns);
    }
}

#[tokio::test]
async fn cancels_by_intent_id() {
    let server = StubServer::start(|request| match request.method.as_str() {
        "POST" => StubResponse::json(201, &created("the-intent")),
        "DELETE" => StubResponse(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec()),
        _ => StubResponse::json(200, &format!(r#"{{"pendingTopUp":{}}}"#, top_up("open"))),
    });
    let provider = over(&server, "").await;
    let made = provider.start(&new_top_up(2550)).await.unwrap();
    assert_eq!(
        (made.payment_id.as_str(), made.intent_id.as_str()),
        (ID, "the-intent")
    );
    provider.cancel(&made.intent_id).await.unwrap();
    assert_eq!(
        server.requests().last().unwrap().target,
        "/v2/top-ups/the-intent"
    );
}

#[tokio::test]
async fn top_up_is_created_although_following_read_fails() {
    let server = StubServer::start(|request| match request.method.as_str() {
        "POST" => StubResponse::json(201, &created(ID)),
        _ => StubResponse::json(500, "{}"),
    });
    let made = over(&server, "")
        .await
        .start(&new_top_up(1000))
        .await
        .unwrap();
    assert_eq!((made.payment_id.as_str(), made.expires_at), (ID, None));
    let kind = created(ID).replace("\"redirect\"", "\"transfer\"");
    let (_server, provider) = always(201, &kind).await;
    assert_eq!(
        provider.start(&new_top_up(1000)).await.unwrap().checkout,
        None
    );
}

#[tokio::test]
async fn never_sends_amount_finer_than_cents() {
    let (server, provider) = always(201, &created(ID)).await;
    for amount in ["25.505", "0", "-10", "99999999999999999999"] {
        let new = NewPayment {
            amount: usdc(amount),
            ..new_top_up(0)
        };
        assert_eq!(
            provider.start(&new).await.unwrap_err().code,
            Code::AmountPrecision
        );
    }
    assert_eq!(server.requests().len(), 0);
}

//! Rejected requests, and responses that are not the API's own.

use super::*;
use bursar_domain::error::Detail;

#[tokio::test]
async fn maps_refusals_to_codes() {
    let error = r#"{"code":"conflict","error":"x"}"#;
    for (status, body, create, cancel, read) in [
        (
            401,
            r#"{"detail":"x"}"#,
            Code::Unauthorized,
            Code::Unauthorized,
            Code::Unauthorized,
        ),
        (
            403,
            r#"{"detail":"x"}"#,
            Code::Forbidden,
            Code::Forbidden,
            Code::Forbidden,
        ),
        (
            404,
            r#"{"error":"x"}"#,
            Code::NotFound,
            Code::NotFound,
            Code::NotFound,
        ),
        (409, error, Code::TopUpOpen, Code::TopUpState, Code::Refused),
        (
            422,
            r#"{"error":"x"}"#,
            Code::Refused,
            Code::Refused,
            Code::Refused,
        ),
        (
            400,
            r#"{"code":"unauthorized","error":"x"}"#,
            Code::Unauthorized,
            Code::Unauthorized,
            Code::Unauthorized,
        ),
        (
            429,
            r#"{"code":"not_acceptable","error":"x"}"#,
            Code::RateLimited,
            Code::RateLimited,
            Code::RateLimited,
        ),
        (
            500,
            "<html>",
            Code::ProviderUnavailable,
            Code::ProviderUnavailable,
            Code::ProviderUnavailable,
        ),
        (
            502,
            error,
            Code::CheckoutUnavailable,
            Code::ProviderUnavailable,
            Code::ProviderUnavailable,
        ),
        (
            503,
            "{}",
            Code::ProviderUnavailable,
            Code::ProviderUnavailable,
            Code::ProviderUnavailable,
        ),
        (
            422,
            r#"{"code":"internal_server_error","error":"x"}"#,
            Code::ProviderUnavailable,
            Code::ProviderUnavailable,
            Code::ProviderUnavailable,
        ),
        (
            302,
            "{}",
            Code::AnswerMalformed,
            Code::AnswerMalformed,
            Code::AnswerMalformed,
        ),
    ] {
        let (_server, provider) = always(status, body).await;
        assert_eq!(
            provider.start(&new_top_up(1000)).await.unwrap_err().code,
            create,
            "{status}"
        );
        assert_eq!(
            provider.cancel(ID).await.unwrap_err().code,
            cancel,
            "{status}"
        );
        let error = provider.balance().await.unwrap_err();
        assert_eq!(error.code, read, "{status}");
        assert!(!error.detail.to_string().contains(KEY));
    }
}

const BAD_REQUEST: &str = r#"{"code":"bad_request","error":"Wrong"}"#;

#[tokio::test]
async fn bad_request_without_parameters_is_about_the_key() {
    let incomplete = Detail::from(ProviderDetail::KeyIncomplete);
    let (server, provider) = always(400, BAD_REQUEST).await;
    let error = provider.key_owner().await.unwrap_err();
    assert_eq!(
        (error.code, error.detail),
        (Code::Unauthorized, incomplete.clone())
    );
    assert_eq!(server.requests().len(), 1, "no other call is needed");

    // Every other call is compared with one that has no parameters: its answer decides.
    for (status, body, code) in [
        (400, BAD_REQUEST, Code::Unauthorized),
        (401, r#"{"error":"x"}"#, Code::Unauthorized),
        (403, r#"{"error":"x"}"#, Code::Refused),
        (500, r#"{"error":"x"}"#, Code::Refused),
        (400, "<html>", Code::Refused),
        (200, r#"{"id":"u-1"}"#, Code::Refused),
    ] {
        let server = StubServer::start(move |request| match request.path() {
            "/v1/users/me" => StubResponse::json(status, body),
            _ => StubResponse::json(400, BAD_REQUEST),
        });
        let provider = over(&server, "").await;
        for result in [
            provider.balance().await.map(drop),
            provider.charges("2026-01-01", "2026-01-02").await.map(drop),
            provider.start(&new_top_up(1000)).await.map(drop),
            provider.cancel(ID).await,
        ] {
            let error = result.unwrap_err();
            assert_eq!(error.code, code, "{status} {body}");
            assert_eq!(
                error.detail == incomplete,
                code == Code::Unauthorized,
                "{status} {body}"
            );
        }
    }
}

#[tokio::test]
async fn forbidden_call_names_scope_preset_and_use() {
    let (_server, provider) = always(403, r#"{"code":"forbidden","error":"x"}"#).await;
    let start = provider.start(&new_top_up(1000)).await.map(drop);
    for (result, needed_for, scope, preset) in [
        (
            provider.history(None, None).await.map(drop),
            KeyUse::Payments,
            "billing:get_history",
            "Read only",
        ),
        (
            provider.pending().await.map(drop),
            KeyUse::Payments,
            "billing:get_history",
            "Read only",
        ),
        (
            provider.charges("2026-01-01", "2026-01-02").await.map(drop),
            KeyUse::Spending,
            "billing:get_spending_history",
            "Read only",
        ),
        (
            provider.catalogue().await.map(drop),
            KeyUse::TopUps,
            "billing:top_up",
            "Full access",
        ),
        (start, KeyUse::TopUps, "billing:top_up", "Full access"),
        (
            provider.cancel(ID).await,
            KeyUse::TopUps,
            "billing:top_up",
            "Full access",
        ),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.code, Code::Forbidden);
        let lacks = ProviderDetail::KeyLacksScope {
            needed_for,
            scope: scope.to_owned(),
            preset: preset.to_owned(),
        };
        assert_eq!(error.detail, lacks.into());
    }
    // Every key may read the balance, so no scope can be missing for it.
    let error = provider.balance().await.unwrap_err();
    assert_eq!(error.detail, ProviderDetail::KeyNotAllowed.into());
}

#[tokio::test]
async fn foreign_response_proves_nothing_about_key_or_top_up() {
    let page = "<html>Just a moment...</html>";
    for (status, kind, more, body) in [
        (403, "text/html", "cf-mitigated: challenge\r\n", page),
        (
            403,
            "application/json",
            "cf-mitigated: challenge\r\n",
            r#"{"error":"x"}"#,
        ),
        (200, "application/json", "cf-mitigated: challenge\r\n", "{}"),
        (202, "text/html", "x-amzn-waf-action: challenge\r\n", ""),
        (401, "text/html", "", page),
        (403, "text/html", "", page),
        (403, "application/json", "", r#"{"message":"Forbidden"}"#),
        (401, "application/json", "", r#"{"message":"Unauthorized"}"#),
        (401, "application/json", "", ""),
        (401, "application/json", "", "{}"),
        (403, "text/plain", "", "Forbidden"),
        (404, "text/html", "", page),
        (407, "text/html", "", page),
        (408, "text/html", "", page),
        (
            408,
            "application/json",
            "",
            r#"{"code":"bad_request","error":"x"}"#,
        ),
        (409, "text/html", "", page),
        (413, "text/html", "", page),
        (422, "text/html", "", page),
        (425, "text/html", "", page),
        (429, "text/html", "retry-after: 7\r\n", page),
        (451, "text/html", "", page),
        (502, "text/html", "", page),
        (503, "text/plain", "", ""),
        (
            301,
            "text/html",
            "location: https://portal.example/\r\n",
            "",
        ),
        (
            302,
            "text/html",
            "location: https://portal.example/\r\n",
            page,
        ),
        (
            307,
            "application/json",
            "",
            r#"{"code":"conflict","error":"x"}"#,
        ),
        (200, "text/html", "", page),
        (200, "text/html", "", ""),
        (200, "application/json", "", r#"{"message":"Welcome"}"#),
    ] {
        let server = StubServer::start(move |_| StubResponse::with(status, kind, more, body));
        let provider = over(&server, "").await;
        let results = [
            provider.key_owner().await.map(drop),
            provider.balance().await.map(drop),
            provider.start(&new_top_up(1000)).await.map(drop),
        ];
        for result in results {
            let error = result.unwrap_err();
            let unknown = [
                Code::ProviderUnavailable,
                Code::AnswerMalformed,
                Code::RateLimited,
            ];
            assert!(unknown.contains(&error.code), "{status} {body}: {error:?}");
        }
        let new = bursar_domain::payment::NewPayment::top_up(usdc("10"), "t");
        let intent = bursar_engine::top_up::TopUp::intent(&new, false, None, Timestamp(0));
        let started = provider.start(&new_top_up(1000)).await;
        let input = bursar_engine::top_up::Input::Started(started);
        let (after, _) = intent.apply(&input, Timestamp(1));
        assert_eq!(
            after.phase,
            bursar_engine::top_up::Phase::Starting,
            "{status} {body}: the payment may exist"
        );
        if kind == "text/html" {
            let cancelled = provider.cancel(ID).await;
            let emptied = status == 200 && body.is_empty();
            assert!(
                emptied || cancelled.is_err(),
                "{status}: a page cancels nothing"
            );
        }
    }
}

#[tokio::test]
async fn html_401_neither_renews_token_nor_repeats_request() {
    let server = StubServer::start(|_| StubResponse::with(401, "text/html", "", "<html>"));
    let session = Session::new(AccountId::random(), Arc::new(SecretStore::memory()));
    let tokens = Credential::Tokens {
        access: Zeroizing::new("access-1".to_owned()),
        refresh: Some(Zeroizing::new("refresh-1".to_owned())),
    };
    session.set_credential(tokens, true).await.unwrap();
    let network = network(server.url.as_str(), "");
    let provider = connect(&network, Arc::new(session), Http::new().unwrap());
    let error = provider.start(&new_top_up(1000)).await.unwrap_err();
    assert_eq!(error.code, Code::ProviderUnavailable);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn never_repeats_key_that_api_echoes() {
    let escaped: String = KEY
        .chars()
        .map(|c| format!("\\u{:04x}", u32::from(c)))
        .collect();
    for echoed in [
        KEY.to_owned(),
        KEY.to_ascii_uppercase(),
        KEY.replace('-', "%2d"),
        escaped,
    ] {
        let (_server, provider) =
            always(422, &format!(r#"{{"error":"key {echoed} may not pay"}}"#)).await;
        let error = provider.start(&new_top_up(1000)).await.unwrap_err();
        let refusal = ProviderDetail::RequestRefusedBecause {
            said: "key … may not pay".to_owned(),
        };
        assert_eq!(error.detail, refusal.into());
        let unreadable = top_up("open").replace("copperx\"", &format!("{echoed}\""));
        let (_server, provider) = always(200, &page(&unreadable, 0, 1)).await;
        let payment = provider
            .history(None, None)
            .await
            .unwrap()
            .payments
            .remove(0);
        assert_eq!(payment.source.as_deref(), Some("…"));
        let (_server, provider) = always(200, &format!(r#"{{"id":"u","email":"{echoed}"}}"#)).await;
        assert_eq!(provider.key_owner().await.unwrap().name, "…");
    }
}

#[tokio::test]
async fn cleans_and_shortens_reason_of_refusal() {
    let reason = format!("too \\u202egib\\u0000 <b>{}", "x".repeat(500));
    let (_server, provider) = always(422, &format!(r#"{{"error":"{reason}"}}"#)).await;
    let error = provider.start(&new_top_up(1000)).await.unwrap_err();
    let Detail::Provider(ProviderDetail::RequestRefusedBecause { said }) = error.detail else {
        panic!("{error}");
    };
    assert!(said.starts_with("too gib <b>xxx"), "{said}");
    assert!(said.chars().count() <= 200);
}

#[tokio::test]
async fn passes_retry_after_on() {
    let server = StubServer::start(|_| {
        StubResponse::with(
            429,
            "application/json",
            "retry-after: 7\r\n",
            r#"{"error":"x"}"#,
        )
    });
    let error = over(&server, "").await.catalogue().await.unwrap_err();
    assert_eq!(
        error.retry_after,
        Some(bursar_domain::clock::Span::seconds(7))
    );
}

#[tokio::test]
async fn reports_html_page_as_malformed() {
    let server = StubServer::start(|_| {
        StubResponse::with(200, "text/html; charset=utf-8", "", "<html>Log in</html>")
    });
    let provider = over(&server, "").await;
    for error in [
        provider.balance().await.unwrap_err(),
        provider.pending().await.unwrap_err(),
        provider.start(&new_top_up(1000)).await.unwrap_err(),
    ] {
        assert_eq!(error.code, Code::AnswerMalformed);
        assert!(error.retryable);
    }
}

//! Tests responses that are not a success: the panel's problems by their codes, and everything that only looks like a
//! response of the panel.

use super::*;
use bursar_domain::error::ProviderDetail;

/// Starts a payment at a panel that refuses it with this response, and returns the error.
async fn refusing(status: u16, content_type: &'static str, body: &str) -> Error {
    let body = body.to_owned();
    let (_server, provider) = over(
        move |request| match request.method.as_str() {
            "POST" => StubResponse::with(status, content_type, "retry-after: 7\r\n", &body),
            _ => usual(request),
        },
        "",
    )
    .await;
    provider
        .start(&requests::new_top_up("100.00"))
        .await
        .unwrap_err()
}

#[tokio::test]
async fn maps_every_problem_to_a_code() {
    for (theirs, status, ours) in [
        ("unauthorized", 401, Code::Unauthorized),
        ("forbidden", 403, Code::Forbidden),
        ("not_found", 404, Code::NotFound),
        ("no_invoice", 404, Code::NotFound),
        ("total_changed", 409, Code::TotalChanged),
        ("not_cancellable", 409, Code::TopUpState),
        ("method_not_usable", 409, Code::MethodUnknown),
        ("method_in_use", 409, Code::Refused),
        ("request_in_progress", 409, Code::ProviderUnavailable),
        ("idempotency_key_reused", 409, Code::AnswerMalformed),
        ("amount_too_small", 422, Code::AmountTooSmall),
        ("amount_too_large", 422, Code::AmountTooLarge),
        ("unknown_payer", 422, Code::PayerUnknown),
        ("unknown_method", 422, Code::MethodUnknown),
        ("method_payer_mismatch", 422, Code::MethodUnknown),
        ("unknown_service", 422, Code::DueUnknown),
        ("unknown_period", 422, Code::DueUnknown),
        ("unknown_order", 422, Code::DueUnknown),
        ("invalid", 422, Code::Refused),
        ("currency_mismatch", 422, Code::Refused),
        ("return_url_not_allowed", 422, Code::Refused),
        ("rate_limited", 429, Code::RateLimited),
        ("internal", 500, Code::ProviderUnavailable),
        ("maintenance", 503, Code::ProviderUnavailable),
        ("of_a_later_version", 422, Code::AnswerMalformed),
    ] {
        let body = format!(
            r#"{{"type":"urn:bursar:panel:problem:{theirs}","title":"T","status":{status},"code":"{theirs}",
            "detail":"Two\nlines"}}"#
        );
        let error = refusing(status, "application/problem+json", &body).await;
        assert_eq!(error.code, ours, "{theirs}");
        assert_eq!(error.retry_after, Some(Span::seconds(7)));
        assert!(!error.detail.to_string().contains('\n'));
    }
}

#[tokio::test]
async fn challenge_page_rejects_no_key_and_removes_no_method() {
    let (_server, provider) = over(
        |_| StubResponse::with(403, "text/html", "cf-mitigated: challenge\r\n", "<html>"),
        "",
    )
    .await;
    let results = [
        provider.key_owner().await.map(drop),
        provider.cancel("pay_1").await,
        provider.remove_method("mth_1").await,
        provider.invoice("pay_1").await.map(drop),
    ];
    for result in results {
        assert_eq!(result.unwrap_err().code, Code::ProviderUnavailable);
    }
    let (_server, provider) =
        over(|_| StubResponse::with(404, "text/html", "", "<html>"), "").await;
    assert!(
        provider.remove_method("mth_1").await.is_err(),
        "a proxy's response removes no method"
    );
}

#[tokio::test]
async fn never_repeats_key_that_panel_echoes() {
    for echoed in [
        KEY.to_owned(),
        KEY.to_ascii_uppercase(),
        KEY.replace('_', "%5F"),
    ] {
        let body =
            format!(r#"{{"status":422,"code":"invalid","detail":"key {echoed} may not pay"}}"#);
        let error = refusing(422, "application/problem+json", &body).await;
        let refusal = ProviderDetail::RequestRefusedBecause {
            said: "key … may not pay".to_owned(),
        };
        assert_eq!(error.detail, refusal.into());
    }
}

#[tokio::test]
async fn reports_changed_total_with_new_total() {
    let body = r#"{"type":"urn:bursar:panel:problem:total_changed","title":"T","status":409,
        "code":"total_changed","detail":"d","total":{"amount":"78.00","currency":"USD"}}"#;
    let error = refusing(409, "application/problem+json", body).await;
    assert!(error.detail.to_string().contains("78"), "{}", error.detail);
}

#[tokio::test]
async fn foreign_response_proves_nothing_about_payment() {
    for (status, content_type, body, ours) in [
        (404, "text/html", "<html>", Code::AnswerMalformed),
        (409, "application/json", "{}", Code::AnswerMalformed),
        (422, "application/problem+json", "[]", Code::AnswerMalformed),
        (
            422,
            "application/problem+json",
            r#"{"code":7}"#,
            Code::AnswerMalformed,
        ),
        (302, "text/html", "", Code::AnswerMalformed),
        (
            200,
            "text/html",
            "<html>Log in</html>",
            Code::AnswerMalformed,
        ),
        (201, "application/json", "", Code::AnswerMalformed),
        (201, "application/json", "{}", Code::AnswerMalformed),
        (502, "text/html", "", Code::ProviderUnavailable),
        (429, "text/plain", "", Code::ProviderUnavailable),
        (401, "text/plain", "", Code::ProviderUnavailable),
        (
            403,
            "text/html",
            "<html>Just a moment...</html>",
            Code::ProviderUnavailable,
        ),
        (
            403,
            "application/json",
            r#"{"message":"Forbidden"}"#,
            Code::ProviderUnavailable,
        ),
        (408, "text/html", "<html>", Code::ProviderUnavailable),
        (425, "text/html", "<html>", Code::ProviderUnavailable),
        // A gateway's problem document, then the panel's codes with a status that does not fit or proves nothing.
        (
            403,
            "application/problem+json",
            r#"{"type":"about:blank","title":"Access denied","status":403,"detail":"d","error_code":1020}"#,
            Code::ProviderUnavailable,
        ),
        (
            403,
            "application/problem+json",
            r#"{"status":401,"code":"unauthorized"}"#,
            Code::ProviderUnavailable,
        ),
        (
            408,
            "application/problem+json",
            r#"{"status":408,"code":"invalid"}"#,
            Code::ProviderUnavailable,
        ),
        (
            502,
            "application/problem+json",
            r#"{"status":502,"code":"unauthorized"}"#,
            Code::ProviderUnavailable,
        ),
    ] {
        let error = refusing(status, content_type, body).await;
        assert_eq!(error.code, ours, "{status} {content_type} {body}");
        let refused = bursar_engine::top_up::Input::Started(Err(error));
        let new = requests::new_top_up("100.00");
        let intent = bursar_engine::top_up::TopUp::intent(&new, true, None, Timestamp(0));
        let (after, _) = intent.apply(&refused, Timestamp(1));
        assert_eq!(
            after.phase,
            bursar_engine::top_up::Phase::Starting,
            "{status}: the payment may exist"
        );
    }
}

#[tokio::test]
async fn removing_a_removed_method_succeeds() {
    let gone = r#"{"type":"t","title":"T","status":404,"code":"not_found","detail":"d"}"#;
    let (server, provider) = over(
        |_| StubResponse::with(404, "application/problem+json", "", gone),
        "",
    )
    .await;
    provider.remove_method("mth_1").await.unwrap();
    assert_eq!(server.requests()[0].path(), "/api/v1/payment-methods/mth_1");
    let error = provider.set_default_method("mth_1").await.unwrap_err();
    assert_eq!(error.code, Code::NotFound);
}

#[tokio::test]
async fn invoice_must_be_a_pdf() {
    for (content_type, ends_well) in [("application/pdf", true), ("text/html", false)] {
        let (server, provider) = over(
            move |_| StubResponse::with(200, content_type, "", "%PDF-1.7"),
            "",
        )
        .await;
        let invoice = provider.invoice("pay_118").await;
        assert_eq!(invoice.is_ok_and(|file| file == b"%PDF-1.7"), ends_well);
        assert_eq!(
            server.requests()[0].path(),
            "/api/v1/payments/pay_118/invoice"
        );
    }
}

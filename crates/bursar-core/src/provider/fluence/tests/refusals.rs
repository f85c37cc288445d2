//! Refused requests, and answers that are not as described.

use super::*;

#[tokio::test]
async fn refusals_become_their_codes() {
    let error = r#"{"code":"conflict","error":"x"}"#;
    for (status, body, create, cancel, read) in [
        (
            401,
            "{}",
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
        (404, "", Code::NotFound, Code::NotFound, Code::NotFound),
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
            "{}",
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
        let told = provider.balance().await.unwrap_err();
        assert_eq!(told.code, read, "{status}");
        assert!(!told.message.contains(KEY));
    }
}

#[tokio::test]
async fn a_refusal_says_why_in_text_that_cannot_deceive() {
    let reason = format!("too \\u202egib\\u0000 <b>{}", "x".repeat(500));
    let (_server, provider) = always(422, &format!(r#"{{"error":"{reason}"}}"#)).await;
    let told = provider.start(&new_top_up(1000)).await.unwrap_err();
    assert!(told.message.starts_with("Fluence refused: too gib <b>xxx"));
    assert!(told.message.chars().count() < 220);
}

#[tokio::test]
async fn a_wish_to_be_left_alone_is_handed_on() {
    let server =
        Server::start(|_| Canned::with(429, "application/json", "retry-after: 7\r\n", "{}"));
    let told = over(&server, "").await.catalogue().await.unwrap_err();
    assert_eq!(told.retry_after, Some(crate::clock::Span::seconds(7)));
}

#[tokio::test]
async fn a_page_instead_of_data_is_told_as_one() {
    let server =
        Server::start(|_| Canned::with(200, "text/html; charset=utf-8", "", "<html>Log in</html>"));
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

#[tokio::test]
async fn what_a_top_up_says_is_never_repaired() {
    let digits = "1".repeat(30);
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for (right, wrong, named) in [
        ("2550", "-2550", "amountCents"),
        ("2550", "25.5", "amountCents"),
        ("2550", "2e3", "amountCents"),
        ("2550", "\"2550\"", "amountCents"),
        ("2550", "null", "amountCents"),
        ("2550", digits.as_str(), "amountCents"),
        ("2550", "9223372036854775807", "amountCents"),
        ("2550", deep.as_str(), "amountCents"),
        ("\"open\"", "\"paid\"", "status"),
        ("\"open\"", "\"OPEN\"", "status"),
        ("\"open\"", "1", "status"),
        ("\"createdAt\":", "\"createdOn\":", "createdAt"),
        ("2026-01-02T03:04:05Z", "yesterday", "createdAt"),
        (
            "2026-01-02T03:05:05.250Z",
            "2026-13-02T03:05:05Z",
            "updatedAt",
        ),
        ("\"expiresAt\":null", "\"expiresAt\":0", "expiresAt"),
        ("\"provider\":\"copperx\"", "\"provider\":[]", "provider"),
        (ID, "", "id"),
        (ID, "../../v1/users/me", "id"),
        (ID, "a b", "id"),
    ] {
        let one = top_up("open").replace(right, wrong);
        let (_server, provider) = always(200, &format!(r#"{{"pendingTopUp":{one}}}"#)).await;
        let told = provider.pending().await.unwrap_err();
        assert_eq!(told.code, Code::AnswerMalformed, "{wrong:.40}");
        assert!(
            told.message.contains(named),
            "{} does not name {named}",
            told.message
        );
        assert!(
            told.message.len() < 200,
            "the server's text is not repeated"
        );
    }
}

#[tokio::test]
async fn bodies_that_are_not_an_answer_are_refused_whole() {
    let doubled = format!(
        r#"{{"pendingTopUp":null,"pendingTopUp":{}}}"#,
        top_up("open")
    );
    let deep = format!(
        r#"{{"pendingTopUp":null,"more":{}{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    for body in [
        "",
        "[",
        "nul",
        "[]",
        "7",
        "\"x\"",
        "{\"pendingTopUp\":7}",
        "{} {}",
        doubled.as_str(),
    ] {
        let (_server, provider) = always(200, body).await;
        let told = provider.pending().await.unwrap_err();
        assert_eq!(told.code, Code::AnswerMalformed, "{body:.40}");
    }
    // What nobody reads may be as deep as it likes.
    let (_server, provider) = always(200, &deep).await;
    assert!(provider.pending().await.is_ok_and(|open| open.is_empty()));
    let twice = format!("{},{}", top_up("open"), top_up("resolved"));
    let (_server, provider) = always(200, &page(&twice, 0, 1)).await;
    let doubled = provider.history(None, None).await.unwrap();
    assert!(doubled.payments.is_empty(), "which of them is true?");
    assert!(doubled.odd[0].error.message.contains("twice"));
    let same = format!("{0},{0}", top_up("resolved"));
    let (_server, provider) = always(200, &page(&same, 0, 1)).await;
    let same = provider.history(None, None).await.unwrap();
    assert_eq!((same.payments.len(), same.odd.len()), (1, 0));
}

#[tokio::test]
async fn a_provider_that_is_not_supported_is_refused_in_words() {
    let file = "name = \"p\"\nprovider = \"fluence\"\napi = \"https://later.example\"";
    let kept = serde_json::to_string(&Network::from_toml(file).unwrap())
        .unwrap()
        .replace("\"fluence\"", "\"of a later version\"");
    let network: Network = serde_json::from_str(&kept).unwrap();
    let session = Session::new(AccountId::random(), Arc::new(Vault::memory()));
    let provider = connect(&network, Arc::new(session), Http::new().unwrap());
    let refused = provider.start(&new_top_up(1000)).await.unwrap_err();
    assert_eq!(refused.code, Code::NetworkMalformed);
}

#[tokio::test]
async fn an_odd_line_takes_nothing_from_the_others() {
    let other = |line: String, id: &str| line.replace(ID, id);
    let lines = [
        other(top_up("resolved"), "first"),
        other(top_up("refunded"), "second"),
        "7".to_owned(),
        other(top_up("open"), "third").replace("2550", "-1"),
        other(top_up("open"), "fourth").replace("createdAt", "createdOn"),
        other(top_up("canceled"), "fifth"),
    ];
    let old = other(old_top_up("refunded"), "first");
    let rest = other(old_top_up("canceled"), "fifth");
    let server = Server::start(move |asked| match asked.path() {
        "/v2/top-ups" => Canned::json(200, &page(&lines.join(","), 0, 1)),
        _ => Canned::json(200, &page(&format!("{old},{rest}"), 0, 1)),
    });
    let told = over(&server, "").await.history(None, None).await.unwrap();
    let ids: Vec<_> = told.payments.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(ids, ["first", "fifth"]);
    assert_eq!(told.payments[0].fee, None);
    assert_eq!(told.payments[1].fee, Some(usdc("0.25500500")));
    let at = Timestamp::parse_rfc3339("2026-01-02T03:04:05Z");
    for (odd, (words, created_at)) in told.odd.iter().zip([
        (["status", "second"], at),
        (["a top-up", "object"], None),
        (["amountCents", "third"], at),
        (["createdAt", "fourth"], None),
    ]) {
        assert_eq!(odd.error.code, Code::LineUnreadable);
        assert_eq!(odd.created_at, created_at);
        for word in words {
            assert!(odd.error.message.contains(word), "{}", odd.error.message);
        }
    }
    assert_eq!(told.odd.len(), 4);
}

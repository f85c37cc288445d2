//! Responses that do not match the API's description.

use super::*;

#[tokio::test]
async fn rejects_malformed_top_up_fields() {
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
        (ID, "", "id"),
        (ID, "../../v1/users/me", "id"),
        (ID, "a b", "id"),
    ] {
        let one = top_up("open").replace(right, wrong);
        let (_server, provider) = always(200, &format!(r#"{{"pendingTopUp":{one}}}"#)).await;
        let error = provider.pending().await.unwrap_err();
        assert_eq!(error.code, Code::AnswerMalformed, "{wrong:.40}");
        assert!(
            error.detail.to_string().contains(named),
            "{} does not name {named}",
            error.detail
        );
        assert!(
            error.detail.to_string().len() < 200,
            "the server's text is not repeated"
        );
    }
}

#[tokio::test]
async fn rejects_malformed_bodies() {
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
        let error = provider.pending().await.unwrap_err();
        assert_eq!(error.code, Code::AnswerMalformed, "{body:.40}");
    }
    // A field that Bursar does not read may be nested to any depth.
    let (_server, provider) = always(200, &deep).await;
    assert!(provider.pending().await.is_ok_and(|open| open.is_empty()));
    let twice = format!("{},{}", top_up("open"), top_up("resolved"));
    let (_server, provider) = always(200, &page(&twice, 0, 1)).await;
    let doubled = provider.history(None, None).await.unwrap();
    assert!(
        doubled.payments.is_empty(),
        "neither of two contradicting entries counts"
    );
    assert!(
        doubled.unreadable[0]
            .error
            .detail
            .to_string()
            .starts_with("payment-listed-twice")
    );
    let same = format!("{0},{0}", top_up("resolved"));
    let (_server, provider) = always(200, &page(&same, 0, 1)).await;
    let same = provider.history(None, None).await.unwrap();
    assert_eq!(same.payments.len(), 1);
    let missing = ResponseDetail::PageIncomplete {
        expected: 2,
        found: 1,
    };
    assert_eq!(
        same.unreadable[0].error.detail,
        missing.into(),
        "another top-up may be missing"
    );
}

#[tokio::test]
async fn reports_unreadable_optional_field_and_keeps_its_row() {
    for (right, wrong, named) in [
        ("\"expiresAt\":null", "\"expiresAt\":0", "expiresAt"),
        ("\"expiresAt\":null", "\"expiresAt\":\"soon\"", "expiresAt"),
        ("\"provider\":\"copperx\"", "\"provider\":[]", "provider"),
        (
            "\"https://buy.copperx.io/payment/checkout-session/abc\"",
            "7",
            "redirectUrl",
        ),
    ] {
        let one = top_up("open").replace(right, wrong);
        let (_server, provider) = always(200, &format!(r#"{{"pendingTopUp":{one}}}"#)).await;
        assert_eq!(
            provider.pending().await.unwrap()[0].amount,
            usdc("25.5"),
            "{wrong}"
        );
        let (_server, provider) = always(200, &page(&one, 0, 1)).await;
        let history = provider.history(None, None).await.unwrap();
        assert_eq!(
            (
                history.payments.len(),
                history.unreadable.len(),
                history.partly_unreadable.len()
            ),
            (1, 0, 1)
        );
        let note = history.partly_unreadable[0].error.detail.to_string();
        assert!(note.contains(named) && note.contains(ID), "{note}");
    }
}

#[tokio::test]
async fn notices_wrong_record_counts() {
    let lines = |count: usize| -> String {
        let one = |number: usize| top_up("resolved").replace(ID, &format!("id-{number}"));
        (0..count).map(one).collect::<Vec<_>>().join(",")
    };
    let counted = |count: usize, filtered: &str, pages: &str, per_page: &str| {
        format!(
            r#"{{"items":[{}],"pagination":{{"filteredRecords":{filtered},"totalPages":{pages},
            "currentPage":0,"perPage":{per_page}}}}}"#,
            lines(count)
        )
    };
    for (count, filtered, pages, per_page, noticed) in [
        (5, "5", "1", "100", false),
        (4, "5", "1", "100", true),
        (0, "1", "1", "100", true),
        (0, "0", "0", "100", false),
        (0, "0", "1", "100", false),
        (6, "5", "1", "100", true),
        (100, "150", "2", "100", false),
        (99, "150", "2", "100", true),
        (100, "150", "1", "100", true),
        (5, "12", "3", "5", false),
        (4, "12", "3", "5", true),
        // Counts that cannot be read are ignored.
        (5, "null", "1", "100", false),
        (5, "5", "1", "null", false),
        (5, "5", "null", "100", false),
        (5, "\"5\"", "1", "0", false),
    ] {
        let (_server, provider) = always(200, &counted(count, filtered, pages, per_page)).await;
        let history = provider.history(None, None).await.unwrap();
        assert_eq!(history.payments.len(), count);
        assert_eq!(
            history.unreadable.len(),
            usize::from(noticed),
            "{count} {filtered} {pages} {per_page}"
        );
    }
}

#[tokio::test]
async fn rejects_unsupported_payment_provider() {
    let file = "name = \"p\"\nprovider = \"fluence\"\napi = \"https://later.example\"";
    let kept = serde_json::to_string(&crate::networks::from_toml(file).unwrap())
        .unwrap()
        .replace("\"fluence\"", "\"of a later version\"");
    let network: Network = serde_json::from_str(&kept).unwrap();
    let session = Session::new(AccountId::random(), Arc::new(SecretStore::memory()));
    let provider = connect(&network, Arc::new(session), Http::new().unwrap());
    let refused = provider.start(&new_top_up(1000)).await.unwrap_err();
    assert_eq!(refused.code, Code::NetworkMalformed);
}

#[tokio::test]
async fn unreadable_row_does_not_affect_others() {
    let other = |payment: String, id: &str| payment.replace(ID, id);
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
    let server = StubServer::start(move |request| match request.path() {
        "/v2/top-ups" => StubResponse::json(200, &page(&lines.join(","), 0, 1)),
        _ => StubResponse::json(200, &page(&format!("{old},{rest}"), 0, 1)),
    });
    let history = over(&server, "").await.history(None, None).await.unwrap();
    let ids: Vec<_> = history
        .payments
        .iter()
        .map(|payment| payment.id.as_str())
        .collect();
    assert_eq!(ids, ["first", "fifth"]);
    assert_eq!(
        history.payments[0].fee,
        Some(usdc("0.25500500")),
        "only the older call's status is unreadable"
    );
    assert_eq!(history.payments[1].fee, Some(usdc("0.25500500")));
    let at = Timestamp::parse_rfc3339("2026-01-02T03:04:05Z");
    for (unreadable, (words, created_at)) in history.unreadable.iter().zip([
        (["status", "second"], at),
        (["response-not-object", "object=top-up"], None),
        (["amountCents", "third"], at),
        (["createdAt", "fourth"], None),
    ]) {
        assert_eq!(unreadable.error.code, Code::LineUnreadable);
        assert_eq!(unreadable.created_at, created_at);
        for word in words {
            assert!(
                unreadable.error.detail.to_string().contains(word),
                "{}",
                unreadable.error.detail
            );
        }
    }
    assert_eq!(history.unreadable.len(), 4);
}

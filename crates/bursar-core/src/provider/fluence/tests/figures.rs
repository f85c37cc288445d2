//! Balance, methods, charges and identity.

use super::*;

#[tokio::test]
async fn balances_are_exact_and_never_guessed() {
    let value = |key: &str, balance: &str| {
        format!(
            r#"{{"balance":"{balance}","usage":"1","estimatedUsage":"4.500000","overage":"0",
            "totalDepositedAmount":"1","userId":"u","featureKey":"{key}","usageDaysLeft":20}}"#
        )
    };
    let (_server, provider) = always(200, &format!("[{}]", value("usdc", "180.123456"))).await;
    let balance = provider.balance().await.unwrap();
    assert_eq!(balance.balance.to_string(), "180.123456 USDC");
    assert_eq!(balance.daily_usage, Some(usdc("4.500000")));
    assert_eq!(balance.days_left, Some(20));

    let two = format!("[{},{}]", value("usdc", "1"), value("credits", "2"));
    let (server, provider) = always(200, &two).await;
    assert_eq!(
        provider.balance().await.unwrap_err().code,
        Code::AmbiguousBalance
    );
    let provider = over(&server, "feature_key = \"credits\"").await;
    assert_eq!(provider.balance().await.unwrap().balance, usdc("2"));
    assert_eq!(
        server
            .asked()
            .last()
            .unwrap()
            .parameter("entitlementKey")
            .as_deref(),
        Some("credits")
    );
    let provider = over(&server, "feature_key = \"else\"").await;
    assert_eq!(provider.balance().await.unwrap_err().code, Code::NotFound);

    let (_server, provider) = always(200, "[]").await;
    assert_eq!(provider.balance().await.unwrap_err().code, Code::NotFound);
    for wrong in [
        "-1",
        "1e3",
        "",
        "NaN",
        "1_0",
        " 1",
        "1000000000001",
        "0.1234567890123456789",
    ] {
        let (_server, provider) = always(200, &format!("[{}]", value("usdc", wrong))).await;
        let told = provider.balance().await.unwrap_err();
        assert_eq!(told.code, Code::AnswerMalformed, "{wrong}");
        assert!(told.message.contains("balance"), "{}", told.message);
    }
}

#[tokio::test]
async fn methods_come_in_the_providers_order_without_those_that_are_off() {
    let method = |code: &str, order: i32, enabled: bool| {
        format!(
            r#"{{"provider":"copperx","methodCode":"{code}","kind":"crypto","enabled":{enabled},
            "displayName":"\u202eUSDC","minAmountCents":1000,"maxAmountCents":null,"feePaidByUser":true,
            "estFeeBps":100,"estFeeFixedCents":5,"sortOrder":{order}}}"#
        )
    };
    let body = format!(
        "[{},{},{}]",
        method("b", 2, true),
        method("off", 0, false),
        method("a", 1, true)
    );
    let (_server, provider) = always(200, &body).await;
    let methods = provider.catalogue().await.unwrap().methods;
    let codes: Vec<_> = methods.iter().map(|method| method.code.as_str()).collect();
    assert_eq!(codes, ["a", "b"]);
    let first = &methods[0];
    assert_eq!(
        (first.name.as_str(), first.kind),
        ("USDC", MethodKind::Crypto)
    );
    assert_eq!((&first.min, &first.max), (&usdc("10.00"), &None));
    assert_eq!(
        (first.fee_bps, first.fee_fixed_cents, first.fee_paid_by_user),
        (100, 5, true)
    );

    for (right, wrong, field) in [
        (
            "\"minAmountCents\":1000",
            "\"minAmountCents\":-1",
            "minAmountCents",
        ),
        (
            "\"maxAmountCents\":null",
            "\"maxAmountCents\":999",
            "maxAmountCents",
        ),
        ("\"estFeeBps\":100", "\"estFeeBps\":10001", "estFeeBps"),
        (
            "\"estFeeFixedCents\":5",
            "\"estFeeFixedCents\":0.5",
            "estFeeFixedCents",
        ),
        ("\"kind\":\"crypto\"", "\"kind\":\"barter\"", "kind"),
        (
            "\"methodCode\":\"a\"",
            "\"methodCode\":\"../a\"",
            "methodCode",
        ),
        ("\"enabled\":true", "\"enabled\":\"yes\"", "enabled"),
    ] {
        let body = format!("[{}]", method("a", 1, true).replace(right, wrong));
        let (_server, provider) = always(200, &body).await;
        let told = provider.catalogue().await.unwrap_err();
        assert_eq!(told.code, Code::AnswerMalformed);
        assert!(told.message.contains(field), "{}", told.message);
    }
    let twice = format!("[{},{}]", method("a", 1, true), method("a", 2, true));
    let (_server, provider) = always(200, &twice).await;
    assert!(
        provider
            .catalogue()
            .await
            .unwrap_err()
            .message
            .contains("methodCode")
    );
}

#[tokio::test]
async fn charges_are_summed_by_day_within_the_range() {
    let row = |day: &str, cost: &str| {
        format!(
            r#"{{"userId":"u","totalUsageHours":"1","totalCost":"{cost}","periodStart":"{day}T00:00:00Z"}}"#
        )
    };
    let rows = [
        row("2026-01-01", "9"),
        row("2026-01-02", "0.1"),
        row("2026-01-02", "0.200000"),
        row("2026-01-03", "1"),
        row("2026-01-04", "9"),
    ];
    let body = format!("[{}]", rows.join(","));
    let server = Server::start(move |asked| match asked.parameter("endDate").as_deref() {
        Some("2026-01-03") => Canned::json(200, &body),
        _ => Canned::json(422, "{}"),
    });
    let days = over(&server, "")
        .await
        .charges("2026-01-02", "2026-01-03")
        .await
        .unwrap();
    let days: Vec<_> = days
        .iter()
        .map(|day| (day.date.as_str(), day.amount.to_decimal()))
        .collect();
    assert_eq!(
        days,
        [
            ("2026-01-02", "0.300000".to_owned()),
            ("2026-01-03", "1".to_owned())
        ]
    );
    let ends: Vec<_> = server
        .asked()
        .iter()
        .map(|asked| asked.parameter("endDate").unwrap())
        .collect();
    assert_eq!(ends, ["2026-01-04", "2026-01-03"]);

    let (_server, provider) = always(
        200,
        r#"[{"userId":"u","totalUsageHours":"1","totalCost":"1"}]"#,
    )
    .await;
    let told = provider
        .charges("2026-01-02", "2026-01-03")
        .await
        .unwrap_err();
    assert!(told.message.contains("periodStart"), "{}", told.message);
}

#[tokio::test]
async fn the_user_and_what_the_key_lacks() {
    let user = r#"{"id":"u-1","email":"a@b.c","permissions":["billing:get_history","vm:list"]}"#;
    let (_server, provider) = always(200, user).await;
    let identity = provider.identity().await.unwrap();
    assert_eq!(
        (identity.user_id.as_str(), identity.name.as_str()),
        ("u-1", "a@b.c")
    );
    assert_eq!(
        identity.missing_scopes,
        ["billing:get_spending_history", "billing:top_up"]
    );

    let (_server, provider) = always(403, "{}").await;
    assert_eq!(
        provider.identity().await.unwrap_err().code,
        Code::Unauthorized,
        "a bad key"
    );
    let server = Server::start(|asked| match asked.path() {
        "/v1/users/me" => Canned::json(403, "{}"),
        _ => Canned::json(200, "{}"),
    });
    let told = over(&server, "").await.identity().await.unwrap_err();
    assert_eq!(
        told.code,
        Code::Forbidden,
        "a good key that may not ask this"
    );
}

#[tokio::test]
async fn the_services_status_is_asked_without_a_key() {
    let (server, provider) = always(200, r#"{"maintenanceMode":true,"version":"0.10.0"}"#).await;
    assert!(provider.maintenance().await.unwrap());
    assert_eq!(server.asked()[0].header("x-api-key"), None);
}

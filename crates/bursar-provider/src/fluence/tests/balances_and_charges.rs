//! Balances, payment methods, charges and users.

use super::*;
use bursar_domain::error::Detail;

#[tokio::test]
async fn reads_exact_balances_and_never_guesses() {
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
    let named = provider.balance().await.unwrap();
    assert_eq!(named.balance, usdc("2"));
    let others: Vec<_> = named
        .entitlements
        .iter()
        .map(|other| (other.name.as_str(), other.amount.to_brief()))
        .collect();
    assert_eq!(others, [("usdc", "1.00 USDC".to_owned())]);
    // One that was asked for alone would hide the others.
    let asked = server
        .requests()
        .last()
        .unwrap()
        .parameter("entitlementKey");
    assert_eq!(asked, None);
    let provider = over(&server, "feature_key = \"else\"").await;
    assert_eq!(provider.balance().await.unwrap_err().code, Code::NotFound);

    let (_server, provider) = always(200, "[]").await;
    assert_eq!(provider.balance().await.unwrap_err().code, Code::NotFound);
    for wrong in [
        "--1",
        "-1000000000001",
        "1e3",
        "",
        "NaN",
        "1_0",
        " 1",
        "1000000000001",
        "0.1234567890123456789",
    ] {
        let (_server, provider) = always(200, &format!("[{}]", value("usdc", wrong))).await;
        let error = provider.balance().await.unwrap_err();
        assert_eq!(error.code, Code::AnswerMalformed, "{wrong}");
        assert!(
            error.detail.to_string().contains("balance"),
            "{}",
            error.detail
        );
    }
}

/// An entitlement with these figures.
fn entitlement(key: &str, balance: &str, overage: &str) -> String {
    format!(
        r#"{{"balance":"{balance}","usage":"1","estimatedUsage":"1.20","overage":"{overage}",
        "totalDepositedAmount":"1","userId":"u","featureKey":"{key}","usageDaysLeft":0}}"#
    )
}

#[tokio::test]
async fn debt_is_read_from_every_combination_of_signs() {
    for (balance, overage, spendable, owed, odd) in [
        ("12.50", "0", "12.50", None, false),
        ("0.00", "0.00", "0.00", None, false),
        ("0.00", "3.50", "0.00", Some("3.50"), false),
        ("-3.50", "0", "0", Some("3.50"), false),
        ("-3.50", "3.50", "0", Some("3.50"), false),
        ("-3.50", "4.00", "0", Some("4.00"), true),
        ("-3.50", "-1", "0", Some("3.50"), true),
        ("0", "-3.50", "0", None, true),
        ("12.50", "3.50", "12.50", None, true),
        ("12.50", "-3.50", "12.50", None, true),
    ] {
        let case = format!("{balance} and {overage}");
        let body = format!("[{}]", entitlement("usd-balance", balance, overage));
        let (_server, provider) = always(200, &body).await;
        let read = provider.balance().await.unwrap();
        assert_eq!(read.balance, usdc(spendable), "{case}");
        assert_eq!(read.owed, owed.map(usdc), "{case}");
        let named: &[&str] = if odd { &["overage"] } else { &[] };
        assert_unread(provider.as_ref(), named);
    }
    // An overage that cannot be read is named, and the balance still counts.
    let body = format!("[{}]", entitlement("usd-balance", "-3.50", "much"));
    let (_server, provider) = always(200, &body).await;
    assert_eq!(provider.balance().await.unwrap().owed, Some(usdc("3.50")));
    assert_unread(provider.as_ref(), &["overage"]);
}

#[tokio::test]
async fn promo_credits_stand_beside_the_balance() {
    let promo = entitlement("promo-credits", "12.00", "0").replace(
        "\"usageDaysLeft\":0",
        "\"expiresAt\":\"2026-12-24T00:00:00Z\"",
    );
    let body = format!("[{promo},{}]", entitlement("usd-balance", "86.40", "0"));
    let (_server, provider) = always(200, &body).await;
    let read = provider.balance().await.unwrap();
    assert_eq!(read.balance, usdc("86.40"));
    let [credits] = read.entitlements.as_slice() else {
        panic!("{:?}", read.entitlements);
    };
    assert_eq!(credits.kind, EntitlementKind::PromoCredits);
    assert_eq!(credits.amount, usdc("12"));
    let expires = Timestamp::parse_rfc3339("2026-12-24T00:00:00Z");
    assert_eq!(credits.expires_at, expires);

    // Nothing tells these two apart: both are named with their amounts.
    let two = format!(
        "[{},{}]",
        entitlement("compute", "1.50", "0"),
        entitlement("storage", "-2", "0")
    );
    let (_server, provider) = always(200, &two).await;
    let error = provider.balance().await.unwrap_err();
    assert_eq!(error.code, Code::AmbiguousBalance);
    let balances = "compute 1.50 USDC, storage -2.00 USDC".to_owned();
    assert_eq!(
        error.detail,
        Detail::from(ProviderDetail::SeveralBalances { balances })
    );

    let only = format!("[{}]", entitlement("promo-credits", "5", "0"));
    let (_server, provider) = always(200, &only).await;
    assert_eq!(provider.balance().await.unwrap().balance, usdc("5"));
}

#[tokio::test]
async fn amounts_are_in_the_unit_that_the_network_names() {
    let server = StubServer::start(|request| {
        let body = match request.path() {
            "/v2/payment-methods" => {
                let method = |provider: &str| {
                    format!(
                        r#"{{"provider":"{provider}","methodCode":"{provider}","kind":"crypto","enabled":true,
                        "displayName":"x","minAmountCents":1000,"maxAmountCents":null,"feePaidByUser":true,
                        "estFeeBps":100,"estFeeFixedCents":5,"sortOrder":1}}"#
                    )
                };
                format!("[{},{}]", method("copperx"), method("stripe"))
            }
            "/v2/users/balances" => format!("[{}]", entitlement("usd-balance", "86.40", "0")),
            _ => page(
                &[
                    top_up("resolved"),
                    top_up("open")
                        .replace("copperx", "stripe")
                        .replace(ID, "other"),
                    // Whoever took the money, it is the account's.
                    top_up("open")
                        .replace("\"copperx\"", "null")
                        .replace(ID, "unknown"),
                ]
                .join(","),
                1,
                1,
            ),
        };
        StubResponse::json(200, &body)
    });
    let today = "currency = \"USD\"\n[[checkout]]\nprovider = \"copperx\"\ncurrency = \"USDC\"\n\
                 hosts = [\"buy.copperx.io\"]";
    let provider = over(&server, today).await;
    let balance = provider.balance().await.unwrap().balance;
    assert_eq!(balance.to_brief(), "86.40 USD");
    let catalogue = provider.catalogue().await.unwrap();
    assert_eq!(catalogue.currency.as_str(), "USD");
    assert!(
        catalogue
            .presets
            .iter()
            .all(|preset| preset.currency().as_str() == "USD")
    );
    let minima = catalogue.methods.iter().map(|method| method.min.to_brief());
    assert_eq!(minima.collect::<Vec<_>>(), ["10.00 USDC", "10.00 USD"]);
    let history = provider.history(None, None).await.unwrap().payments;
    let amounts = history.iter().map(|payment| payment.amount.to_brief());
    assert_eq!(
        amounts.collect::<Vec<_>>(),
        ["25.50 USDC", "25.50 USD", "25.50 USD"]
    );
    let sources: Vec<_> = history
        .iter()
        .map(|payment| payment.source.as_deref())
        .collect();
    assert_eq!(sources, [Some("copperx"), Some("stripe"), None]);
}

#[tokio::test]
async fn lists_enabled_methods_in_provider_order() {
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
        let body = body.replace(']', &format!(",{}]", method("good", 2, true)));
        let (_server, provider) = always(200, &body).await;
        let methods = provider.catalogue().await.unwrap().methods;
        let good = methods.iter().find(|method| method.code == "good").unwrap();
        assert!(good.fee_known && good.min == usdc("10"));
        let unreadable = methods.iter().find(|method| method.code == "a");
        match field {
            "minAmountCents" => assert!(unreadable.unwrap().min.is_zero()),
            "estFeeBps" | "estFeeFixedCents" => assert!(!unreadable.unwrap().fee_known),
            _ => assert_eq!(unreadable, None),
        }
        assert_unread(provider.as_ref(), &[field]);
    }
    let off = method("off", 0, false).replace("crypto", "barter");
    let twice = [
        method("a", 1, true),
        method("b", 3, true),
        off,
        method("a", 2, true),
        "7".to_owned(),
    ];
    let (_server, provider) = always(200, &format!("[{}]", twice.join(","))).await;
    let methods = provider.catalogue().await.unwrap().methods;
    assert_eq!(methods.len(), 1);
    assert_eq!(methods[0].code, "b");
    assert_unread(provider.as_ref(), &["methodCode", "object=method"]);
}

/// Asserts that the provider reports exactly these parts as unreadable.
fn assert_unread(provider: &dyn Provider, named: &[&str]) {
    let errors = provider.unreadable_parts();
    assert_eq!(errors.len(), named.len(), "{errors:?}");
    for field in named {
        assert!(
            errors
                .iter()
                .any(|error| error.detail.to_string().contains(field)),
            "{field}: {errors:?}"
        );
        assert!(
            errors
                .iter()
                .all(|error| error.code == Code::PartUnreadable)
        );
    }
}

#[tokio::test]
async fn sums_charges_by_day_within_range() {
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
    let server = StubServer::start(
        move |request| match request.parameter("endDate").as_deref() {
            Some("2026-01-03") => StubResponse::json(200, &body),
            _ => StubResponse::json(422, r#"{"code":"unprocessable_entity","error":"x"}"#),
        },
    );
    let days = over(&server, "")
        .await
        .charges("2026-01-02", "2026-01-03")
        .await
        .unwrap();
    let days: Vec<_> = days
        .days
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
        .requests()
        .iter()
        .map(|request| request.parameter("endDate").unwrap())
        .collect();
    assert_eq!(ends, ["2026-01-04", "2026-01-03"]);

    let (_server, provider) = always(
        200,
        r#"[{"userId":"u","totalUsageHours":"1","totalCost":"1"}]"#,
    )
    .await;
    let charges = provider.charges("2026-01-02", "2026-01-03").await.unwrap();
    assert_eq!(charges, Charges::default());
    assert_unread(provider.as_ref(), &["periodStart"]);
}

#[tokio::test]
async fn groups_charges_by_day_and_resource() {
    let row = |day: u8, id: &str, kind: &str, name: &str, cost: &str| {
        format!(
            r#"{{"totalCost":"{cost}","periodStart":"2026-01-{day:02}T00:00:00Z","resourceId":{id},
            "resourceType":{kind},"resourceName":{name}}}"#
        )
    };
    let rows = [
        row(1, r#""m1""#, r#""VM""#, r#""web-1""#, "1.5"),
        row(1, r#""m1""#, r#""VM""#, r#""web-1""#, "0.5"),
        row(1, r#""d1""#, r#""STORAGE""#, "null", "0.2"),
        row(2, r#""m2""#, r#""VM""#, "null", "3"),
        row(2, "null", "null", "null", "0.1"),
        row(3, r#""m1""#, r#""VM""#, r#""web-1""#, "-1"),
        row(3, r#""m2""#, r#""VM""#, r#""x""#, "4"),
    ];
    let charges_body = format!("[{}]", rows.join(","));
    let machines = r#"{"items":[7,{"id":"m2","name":"db"},{"id":"m3","name":"other"}]}"#;
    for (status, body, name) in [(200, machines, Some("db")), (403, r#"{"error":"x"}"#, None)] {
        let charges_body = charges_body.clone();
        let server = StubServer::start(move |request| match request.path() {
            "/v2/vms" => StubResponse::json(status, body),
            _ => StubResponse::json(200, &charges_body),
        });
        let charges = over(&server, "")
            .await
            .charges("2026-01-01", "2026-01-03")
            .await
            .unwrap();
        let first = server.requests().into_iter().next().unwrap();
        assert_eq!(first.parameter("groupBy").as_deref(), Some("RESOURCE"));
        let found: Vec<_> = charges
            .resources
            .iter()
            .map(|charge| {
                let resource = &charge.resource;
                let (date, id) = (charge.date.as_str(), resource.id.as_str());
                let amount = charge.amount.to_decimal();
                (date, id, resource.name.as_deref(), resource.kind, amount)
            })
            .collect();
        let expected = [
            ("2026-01-01", "d1", None, ResourceKind::Disk, "0.2"),
            (
                "2026-01-01",
                "m1",
                Some("web-1"),
                ResourceKind::Machine,
                "2.0",
            ),
            ("2026-01-02", "", None, ResourceKind::Other, "0.1"),
            ("2026-01-02", "m2", name, ResourceKind::Machine, "3"),
        ];
        let expected = expected
            .map(|(date, id, name, kind, amount)| (date, id, name, kind, amount.to_owned()));
        assert_eq!(
            found, expected,
            "a day with an unreadable charge is left out"
        );
        let days: Vec<_> = charges
            .days
            .iter()
            .map(|day| day.amount.to_decimal())
            .collect();
        assert_eq!(days, ["2.2", "3.1"]);
        assert_eq!(charges.unknown.len(), 1);
    }
}

#[tokio::test]
async fn unreadable_charge_makes_only_its_day_unknown() {
    let row = |day: u8, cost: &str| {
        format!(r#"{{"totalCost":{cost},"periodStart":"2026-01-{day:02}T00:00:00Z"}}"#)
    };
    for wrong in [
        r#""-1.00""#,
        r#""1e-7""#,
        r#""NaN""#,
        r#""""#,
        "null",
        "1.5",
        "[]",
        r#""1000000000001""#,
    ] {
        for (first, second) in [(wrong, r#""2""#), (r#""2""#, wrong)] {
            let rows = [
                row(1, r#""1.5""#),
                row(2, first),
                row(2, second),
                row(3, r#""3""#),
            ];
            let (_server, provider) = always(200, &format!("[7,{}]", rows.join(","))).await;
            let charges = provider.charges("2026-01-01", "2026-01-03").await.unwrap();
            let days: Vec<_> = charges
                .days
                .iter()
                .map(|day| (day.date.as_str(), day.amount.to_decimal()))
                .collect();
            let expected = [
                ("2026-01-01", "1.5".to_owned()),
                ("2026-01-03", "3".to_owned()),
            ];
            assert_eq!(days, expected, "{wrong}");
            assert_eq!(
                charges.unknown.into_iter().collect::<Vec<_>>(),
                ["2026-01-02"],
                "{wrong}"
            );
            assert_unread(provider.as_ref(), &["object=charge", "totalCost"]);
        }
    }
}

#[tokio::test]
async fn unreadable_figure_leaves_balance_known() {
    let good =
        r#"{"featureKey":"usdc","balance":"180.12","estimatedUsage":"4.5","usageDaysLeft":20}"#;
    for (right, wrong, named) in [
        (r#""4.5""#, r#""1e-7""#, "estimatedUsage"),
        (r#""4.5""#, r#""-1""#, "estimatedUsage"),
        (r#""4.5""#, "4.5", "estimatedUsage"),
        (r#""4.5""#, "null", "estimatedUsage"),
        ("20", "-1", "usageDaysLeft"),
        ("20", r#""20""#, "usageDaysLeft"),
        ("20", "20.5", "usageDaysLeft"),
        ("20", "99999999999", "usageDaysLeft"),
    ] {
        let (_server, provider) = always(200, &format!("[{}]", good.replace(right, wrong))).await;
        let balance = provider.balance().await.unwrap();
        assert_eq!(balance.balance, usdc("180.12"), "{wrong}");
        let usage = named == "estimatedUsage";
        assert_eq!(
            (balance.daily_usage.is_none(), balance.days_left.is_none()),
            (usage, !usage)
        );
        assert_unread(provider.as_ref(), &[named]);
    }
    let answers = std::sync::Mutex::new(vec![good.to_owned(), good.replace("4.5", "x")]);
    let server = StubServer::start(move |_| {
        StubResponse::json(
            200,
            &format!("[{}]", answers.lock().unwrap().pop().unwrap()),
        )
    });
    let provider = over(&server, "").await;
    provider.balance().await.unwrap();
    assert_eq!(provider.unreadable_parts().len(), 1);
    provider.balance().await.unwrap();
    assert_eq!(
        provider.unreadable_parts(),
        [],
        "the field is readable again"
    );
}

#[tokio::test]
async fn unreadable_entitlement_does_not_affect_named_one() {
    let good = r#"{"featureKey":"usdc","balance":"1.5","estimatedUsage":"1"}"#;
    for wrong in [
        "7",
        "{}",
        r#"{"featureKey":7,"balance":"2"}"#,
        r#"{"featureKey":"x","balance":[]}"#,
    ] {
        let server = StubServer::start({
            let body = format!("[{wrong},{good}]");
            move |_| StubResponse::json(200, &body)
        });
        let named = over(&server, "feature_key = \"usdc\"").await;
        assert_eq!(
            named.balance().await.unwrap().balance,
            usdc("1.5"),
            "{wrong}"
        );
        let unnamed = over(&server, "").await;
        assert_eq!(
            unnamed.balance().await.unwrap_err().code,
            Code::AmbiguousBalance
        );
    }
}

#[tokio::test]
async fn reads_user_and_missing_scopes() {
    let user = r#"{"id":"u-1","email":"a@b.c","permissions":["billing:get_history","vm:list"]}"#;
    let (_server, provider) = always(200, user).await;
    let key_owner = provider.key_owner().await.unwrap();
    assert_eq!(
        (key_owner.user_id.as_str(), key_owner.name.as_str()),
        ("u-1", "a@b.c")
    );
    assert_eq!(
        key_owner.missing_scopes,
        ["billing:get_spending_history", "billing:top_up"]
    );

    for (user, name, missing) in [
        (r#"{"id":"u-1","email":null,"permissions":[]}"#, "u-1", 3),
        (r#"{"id":"u-1","email":"","permissions":null}"#, "u-1", 0),
        (r#"{"id":"u-1"}"#, "u-1", 0),
        (r#"{"id":"u-1","email":7,"permissions":{}}"#, "u-1", 0),
        (
            r#"{"id":"u-1","email":"a@b.c","permissions":[7,null,"billing:top_up"]}"#,
            "a@b.c",
            2,
        ),
    ] {
        let (_server, provider) = always(200, user).await;
        let key_owner = provider.key_owner().await.unwrap();
        assert_eq!(
            (key_owner.user_id.as_str(), key_owner.name.as_str()),
            ("u-1", name)
        );
        assert_eq!(key_owner.missing_scopes.len(), missing, "{user}");
    }

    let (_server, provider) = always(403, r#"{"code":"forbidden","error":"x"}"#).await;
    assert_eq!(
        provider.key_owner().await.unwrap_err().code,
        Code::Unauthorized,
        "a bad key"
    );
    let server = StubServer::start(|request| match request.path() {
        "/v1/users/me" => StubResponse::json(403, r#"{"code":"forbidden","error":"x"}"#),
        _ => StubResponse::json(200, "{}"),
    });
    let error = over(&server, "").await.key_owner().await.unwrap_err();
    assert_eq!(
        error.code,
        Code::Forbidden,
        "a valid key without this permission"
    );
}

#[tokio::test]
async fn requests_service_status_without_key() {
    let (server, provider) = always(200, r#"{"maintenanceMode":true,"version":"0.10.0"}"#).await;
    assert!(provider.maintenance().await.unwrap());
    assert_eq!(server.requests()[0].header("x-api-key"), None);
}

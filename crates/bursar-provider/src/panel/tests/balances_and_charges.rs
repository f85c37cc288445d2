//! Tests the balance, limits, payers, methods, services, migrations and expenses: each is read completely, or an error
//! names the faulty field.

use super::*;
use bursar_domain::catalogue::{MethodKind, SavedMethodState};

#[tokio::test]
async fn reads_account_balance() {
    let (_server, provider) = over(usual, "").await;
    let balance = provider.balance().await.unwrap();
    assert_eq!(balance.balance, usd("182.40"));
    assert_eq!(balance.daily_usage, Some(usd("4.56")));
    assert_eq!(balance.days_left, Some(40));
    let key_owner = provider.key_owner().await.unwrap();
    assert_eq!(
        (key_owner.user_id.as_str(), key_owner.name.as_str()),
        ("acc_7Q2M", "demo@sandbox.test")
    );

    let fresh = ACCOUNT
        .replace("40}", "null}")
        .replace(r#"{"amount":"4.56","currency":"USD"}"#, "null")
        .replace("\"demo@sandbox.test\"", "null");
    let (_server, provider) = but_for("/api/v1/account", &fresh).await;
    let balance = provider.balance().await.unwrap();
    assert_eq!(
        (balance.daily_usage, balance.days_left),
        (None, None),
        "unknown is not zero"
    );
    assert_eq!(provider.key_owner().await.unwrap().name, "Dana Demo");
}

#[tokio::test]
async fn names_malformed_account_field() {
    let digits = "9".repeat(40);
    for (right, wrong, named) in [
        ("182.40", "-182.40", "balance"),
        ("182.40", "182.4", "balance"),
        ("182.40", "182.400", "balance"),
        ("182.40", "1e3", "balance"),
        ("182.40", "", "balance"),
        ("182.40", digits.as_str(), "balance"),
        ("\"182.40\"", "182.40", "amount"),
        (
            r#""balance":{"amount":"182.40","currency":"USD"}"#,
            r#""balance":{"amount":"182.40","currency":"EUR"}"#,
            "balance",
        ),
        (
            r#""balance":{"amount":"182.40","currency":"USD"}"#,
            r#""balance":null"#,
            "balance",
        ),
        (
            "\"currency\":\"USD\",\n",
            "\"currency\":\"us$\",\n",
            "currency",
        ),
        (
            "\"currency_decimals\":2",
            "\"currency_decimals\":9",
            "currency_decimals",
        ),
        (
            "\"currency_decimals\":2",
            "\"decimals\":2",
            "currency_decimals",
        ),
    ] {
        let body = ACCOUNT.replacen(right, wrong, 1);
        assert_ne!(body, ACCOUNT, "{right} is in the account");
        let (_server, provider) = but_for("/api/v1/account", &body).await;
        assert_names(&provider.balance().await.unwrap_err(), named, wrong);
        let key_owner = provider.key_owner().await.unwrap();
        assert_eq!(
            key_owner.user_id, "acc_7Q2M",
            "{wrong:.40}: the owner is known anyway"
        );
    }
}

#[tokio::test]
async fn unreadable_optional_field_leaves_balance_known() {
    for (right, wrong, named) in [
        ("\"days_left\":40", "\"days_left\":-1", "days_left"),
        ("\"days_left\":40", "\"days_left\":99999999999", "days_left"),
        ("4.56", "-4.56", "daily_spend"),
        ("4.56", "1e-7", "daily_spend"),
    ] {
        let (_server, provider) =
            but_for("/api/v1/account", &ACCOUNT.replacen(right, wrong, 1)).await;
        let balance = provider.balance().await.unwrap();
        assert_eq!(balance.balance, usd("182.40"));
        assert_eq!(
            (balance.days_left.is_none(), balance.daily_usage.is_none()),
            (named == "days_left", named == "daily_spend")
        );
        assert_unread(provider.as_ref(), &[named]);
    }
    let (_server, provider) = but_for(
        "/api/v1/account",
        &ACCOUNT.replacen("acc_7Q2M", "../acc", 1),
    )
    .await;
    assert_names(&provider.key_owner().await.unwrap_err(), "id", "../acc");
    assert_eq!(provider.balance().await.unwrap().balance, usd("182.40"));
    let unnamed = ACCOUNT
        .replace("\"demo@sandbox.test\"", "null")
        .replace("\"Dana Demo\"", "null");
    let (_server, provider) = but_for("/api/v1/account", &unnamed).await;
    assert_eq!(provider.key_owner().await.unwrap().name, "acc_7Q2M");
}

/// Checks that the provider reports exactly these fields as unreadable.
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
async fn reads_payment_methods_by_payer() {
    let (_server, provider) = over(usual, "").await;
    let catalogue = provider.catalogue().await.unwrap();
    assert_eq!(catalogue.presets, [usd("100.00"), usd("200.00")]);
    let payers: Vec<_> = catalogue
        .payers
        .iter()
        .map(|payer| payer.name.as_str())
        .collect();
    assert_eq!(payers, ["Dana Demo", "Acme B.V."]);
    let kinds: Vec<_> = catalogue.methods.iter().map(|method| method.kind).collect();
    assert_eq!(
        kinds,
        [
            MethodKind::Saved,
            MethodKind::PaymentSystem,
            MethodKind::Invoice
        ]
    );
    for method in &catalogue.methods {
        assert_eq!(method.min, usd("0.50"));
        assert_eq!(method.max, Some(usd("15000.00")));
        assert_eq!(method.debits_at_once, method.kind == MethodKind::Saved);
    }
    let saved = catalogue.methods[0].saved.as_ref().unwrap();
    assert_eq!(
        (saved.state, saved.is_default),
        (SavedMethodState::Confirmed, true)
    );
    assert_eq!(saved.detail, "•••• 4242");
    assert_eq!(saved.expires.as_deref(), Some("2031-04"));
    assert!(
        catalogue.methods[2].is_for(Some("pyr_acme"))
            && !catalogue.methods[2].is_for(Some("pyr_dana"))
    );

    let later = METHODS.replace("\"kind\":\"invoice\"", "\"kind\":\"barter\"");
    let (_server, provider) = but_for("/api/v1/payment-methods", &later).await;
    assert_eq!(
        provider.catalogue().await.unwrap().methods.len(),
        2,
        "a kind that only a later version knows"
    );
}

#[tokio::test]
async fn rejects_catalogue_only_if_it_is_not_a_list() {
    for (path, whole, right, wrong, named) in [
        ("/api/v1/top-up/options", OPTIONS, "15000.00", "0.25", "max"),
        ("/api/v1/payers", PAYERS, "\"items\"", "\"payers\"", "items"),
        (
            "/api/v1/payment-methods",
            METHODS,
            "\"items\"",
            "\"methods\"",
            "items",
        ),
    ] {
        let body = whole.replacen(right, wrong, 1);
        assert_ne!(body, whole, "{right} is in the answer");
        let (_server, provider) = but_for(path, &body).await;
        assert_names(&provider.catalogue().await.unwrap_err(), named, wrong);
    }
}

#[tokio::test]
async fn unreadable_limit_payer_or_method_does_not_affect_others() {
    const OPTIONS_AT: &str = "/api/v1/top-up/options";
    const METHODS_AT: &str = "/api/v1/payment-methods";
    // Each case ends with the numbers of presets, payers and methods that remain.
    for (path, whole, right, wrong, named, left) in [
        (OPTIONS_AT, OPTIONS, "0.50", "-0.50", vec!["min"], (2, 2, 3)),
        (
            OPTIONS_AT,
            OPTIONS,
            "15000.00",
            "1e4",
            vec!["max"],
            (2, 2, 3),
        ),
        (
            OPTIONS_AT,
            OPTIONS,
            "200.00",
            "200",
            vec!["amount"],
            (1, 2, 3),
        ),
        (
            "/api/v1/payers",
            PAYERS,
            "\"pyr_acme\"",
            "\"a b\"",
            vec!["field=id", "payer"],
            (2, 1, 2),
        ),
        (
            METHODS_AT,
            METHODS,
            "\"payer\":\"pyr_acme\"",
            "\"payer\":\"pyr_gone\"",
            vec!["payer"],
            (2, 2, 2),
        ),
        (
            METHODS_AT,
            METHODS,
            "\"payer\":\"pyr_acme\",",
            "",
            vec!["payer"],
            (2, 2, 2),
        ),
        (
            METHODS_AT,
            METHODS,
            "\"confirmed\"",
            "\"fine\"",
            vec!["status"],
            (2, 2, 2),
        ),
        (
            METHODS_AT,
            METHODS,
            "\"is_default\":true",
            "\"is_default\":1",
            vec!["is_default"],
            (2, 2, 3),
        ),
        (
            METHODS_AT,
            METHODS,
            "\"can_save\":true",
            "\"can_save\":null",
            vec!["can_save"],
            (2, 2, 3),
        ),
        (
            METHODS_AT,
            METHODS,
            "\"last4\":\"4242\"",
            "\"last4\":4242",
            vec!["last4"],
            (2, 2, 3),
        ),
        (
            METHODS_AT,
            METHODS,
            "{\"items\":[",
            "{\"items\":[7,",
            vec!["object=method"],
            (2, 2, 3),
        ),
    ] {
        let body = whole.replacen(right, wrong, 1);
        assert_ne!(body, whole, "{right} is in the answer");
        let (_server, provider) = but_for(path, &body).await;
        let catalogue = provider.catalogue().await.unwrap();
        let counts = (
            catalogue.presets.len(),
            catalogue.payers.len(),
            catalogue.methods.len(),
        );
        assert_eq!(counts, left, "{wrong}");
        assert_unread(provider.as_ref(), &named);
        let first = &catalogue.methods[0];
        assert_eq!(first.min.is_zero(), named == ["min"]);
        assert_eq!(first.max.is_none(), named == ["max"]);
    }
}

#[tokio::test]
async fn reads_due_payments_with_prices() {
    let (_server, provider) = over(usual, "").await;
    let dues = provider.dues().await.unwrap();
    let period = &dues.services[0].periods[0];
    assert_eq!((period.id.as_str(), &period.price), ("3m", &usd("54.00")));
    assert_eq!(
        period.until,
        Timestamp::parse_rfc3339("2026-05-10T00:00:00Z")
    );
    assert_eq!(
        dues.migrations[0].server_detail.as_deref(),
        Some("EPYC, Amsterdam")
    );
    for (path, whole, right, wrong, named) in [
        (
            "/api/v1/services/renewable",
            SERVICES,
            "54.00",
            "-54.00",
            "price",
        ),
        (
            "/api/v1/services/renewable",
            SERVICES,
            "\"USD\"",
            "\"EUR\"",
            "price",
        ),
        (
            "/api/v1/services/renewable",
            SERVICES,
            "2026-02-10T",
            "soon",
            "due_at",
        ),
        (
            "/api/v1/migrations",
            MIGRATIONS,
            "\"server\"",
            "\"host\"",
            "server",
        ),
        ("/api/v1/migrations", MIGRATIONS, "540.00", "5.4e2", "price"),
    ] {
        let (_server, provider) = but_for(path, &whole.replacen(right, wrong, 1)).await;
        let left = provider.dues().await.unwrap();
        let periods = left.services.iter().map(|one| one.periods.len());
        let orders = left.migrations.iter().map(|one| one.periods.len());
        assert_eq!(periods.chain(orders).sum::<usize>(), 1, "{wrong}");
        assert_unread(provider.as_ref(), &[named]);
    }
}

#[tokio::test]
async fn sums_expenses_by_day() {
    let expense = |id: u8, date: &str, amount: &str| {
        format!(
            r#"{{"id":"exp_{id}","date":"{date}","service":null,"name":"x","tariff":null,
            "amount":{{"amount":"{amount}","currency":"USD"}},"discount":{{"amount":"0.00","currency":"USD"}}}}"#
        )
    };
    let expenses = [
        expense(1, "2026-01-31", "1.10"),
        expense(2, "2026-01-31", "2.20"),
        expense(3, "2026-01-30", "0.05"),
        expense(4, "2026-02-01", "9.99"),
    ];
    let (server, provider) = but_for("/api/v1/expenses", &page(&expenses.join(","))).await;
    let charges = provider.charges("2026-01-30", "2026-01-31").await.unwrap();
    let days: Vec<_> = charges
        .days
        .iter()
        .map(|day| (day.date.as_str(), &day.amount))
        .collect();
    assert_eq!(
        days,
        [("2026-01-30", &usd("0.05")), ("2026-01-31", &usd("3.30"))]
    );
    let requests = server.requests();
    let last = requests.last().unwrap();
    assert_eq!(last.parameter("from").as_deref(), Some("2026-01-30"));
    assert_eq!(last.parameter("to").as_deref(), Some("2026-01-31"));
    for (date, amount, named) in [
        ("2026-01-32", "1.00", "date"),
        ("2026-01-31", "-1.00", "amount"),
    ] {
        let expenses = [
            expense(1, date, amount),
            expense(2, "2026-01-30", "2.00"),
            expense(3, "2026-01-31", "1.00"),
        ];
        let (_server, provider) = but_for("/api/v1/expenses", &page(&expenses.join(","))).await;
        let charges = provider.charges("2026-01-30", "2026-01-31").await.unwrap();
        assert_eq!(
            (charges.days[0].date.as_str(), &charges.days[0].amount),
            ("2026-01-30", &usd("2"))
        );
        let unknown: Vec<_> = charges.unknown.iter().map(String::as_str).collect();
        if named == "date" {
            assert_eq!((charges.days.len(), unknown.len()), (2, 0));
        } else {
            assert_eq!((charges.days.len(), unknown), (1, vec!["2026-01-31"]));
        }
        assert_unread(provider.as_ref(), &[named]);
    }
}

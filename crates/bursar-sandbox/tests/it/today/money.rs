//! Promo credits, x402, limits and the demo user.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::today::TodayUser;
use crate::support::{NO_HISTORY_NO_BLOCKS, Sandbox, str_at};

fn machine() -> Value {
    json!([{"kind": "vm", "name": "web-1", "hourly": "0.60"}])
}

#[tokio::test]
async fn promo_credits_stand_beside_the_balance_and_are_spent_first() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let request = json!({"credits": "10", "promo": "1.20", "resources": machine()});
    let user = TodayUser::new(&sandbox, request).await;
    let all = user.get("/v2/users/balances").await;
    assert_eq!(str_at(&all, "/0/featureKey"), "usd-balance");
    assert_eq!(str_at(&all, "/1/featureKey"), "promo-credits");
    assert!(all[1].get("expiresAt").is_none());
    sandbox.advance(3600).await;
    assert_eq!(user.balance().await, "10.00");
    let promo: f64 = str_at(&user.entitlement("promo-credits").await, "/balance")
        .parse()
        .unwrap();
    assert!((0.58..=0.61).contains(&promo), "{promo}");
    sandbox.advance(3600).await;
    assert_eq!(
        str_at(&user.entitlement("promo-credits").await, "/balance"),
        "0.00"
    );
    let refreshed = user
        .call(Method::POST, "/v1/users/balances/refresh", &Value::Null)
        .await;
    assert_eq!(str_at(&refreshed.body, "/featureKey"), "usd-balance");
}

#[tokio::test]
async fn expired_promo_credits_are_gone() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(
        &sandbox,
        json!({"credits": "10", "promo": "5", "promo_expires_in_s": 86_400}),
    )
    .await;
    let path = format!("/users/{}", user.id);
    let form = json!({"promo_form": "entitlement_with_expiry"});
    sandbox.control(Method::PATCH, &path, &form).await;
    let promo = user.entitlement("promo-credits").await;
    assert_eq!(str_at(&promo, "/balance"), "5.00");
    assert!(promo["expiresAt"].is_string());
    sandbox.advance(86_460).await;
    assert_eq!(
        str_at(&user.entitlement("promo-credits").await, "/balance"),
        "0.00"
    );
    let given = user.control("promos", &json!({"amount": "7"})).await;
    assert_eq!(
        str_at(&user.entitlement("promo-credits").await, "/balance"),
        "7.00"
    );
    let expire = format!("promos/{}/expire", str_at(&given, "/id"));
    user.control(&expire, &json!({})).await;
    let promo = user.entitlement("promo-credits").await;
    assert_eq!(str_at(&promo, "/balance"), "0.00");
    assert_eq!(str_at(&promo, "/totalDepositedAmount"), "12.00");
}

#[tokio::test]
async fn promo_credits_can_be_part_of_the_balance() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let request = json!({"credits": "10", "promo": "5", "promo_form": "balance"});
    let user = TodayUser::new(&sandbox, request).await;
    let all = user.get("/v2/users/balances").await;
    assert_eq!(all.as_array().unwrap().len(), 1);
    assert_eq!(str_at(&all, "/0/balance"), "15.00");
}

#[tokio::test]
async fn x402_top_ups_are_lines_without_a_page() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({"credits": "0", "wallet": true})).await;
    let me = user.get("/v1/users/me").await;
    let email = str_at(&me, "/email");
    assert!(
        email.starts_with("wallet-0x") && email.ends_with("@x402.invalid"),
        "{email}"
    );
    user.control("x402", &json!({"amount": "25"})).await;
    user.control("x402", &json!({"amount": "12.34", "transaction": false}))
        .await;
    user.control("x402", &json!({"amount": "40", "needs_review": true}))
        .await;
    assert_eq!(user.balance().await, "37.34");
    let lines = user.get("/v2/top-ups?sort=amount&order=asc").await;
    for (index, (cents, status)) in [
        (1_234, "resolved"),
        (2_500, "resolved"),
        (4_000, "needs_review"),
    ]
    .iter()
    .enumerate()
    {
        let line = &lines["items"][index];
        assert_eq!(
            (&line["amountCents"], &line["provider"]),
            (&json!(cents), &json!("x402"))
        );
        assert_eq!(str_at(line, "/status"), *status);
        assert!(line["redirectUrl"].is_null() && line["expiresAt"].is_null());
    }
    let older = user
        .get("/v2/billing/get_history?order=asc&sort=amount")
        .await;
    assert!(older["items"][0]["balanceContractTxAddress"].is_null());
    let hash = str_at(&older, "/items/1/balanceContractTxAddress");
    assert!(hash.starts_with("0x") && hash.len() == 66, "{hash}");
    for amount in ["9.99", "1000.01", "10.001"] {
        let url = format!("{}/users/{}/x402", sandbox.ready_field("/control"), user.id);
        let refused = sandbox
            .send(Method::POST, &url, &[], &json!({"amount": amount}))
            .await;
        assert_eq!(refused.status, 422, "{amount}");
    }
}

#[tokio::test]
async fn user_may_have_no_email_address() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({"email": ""})).await;
    assert_eq!(str_at(&user.get("/v1/users/me").await, "/email"), "");
    let page = format!("{}/billing?user={}", user.api, user.id);
    assert!(sandbox.page(&page).await.contains("Test User"));
}

#[tokio::test]
async fn limits_and_methods_are_in_usd() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({"credits": "4500"})).await;
    let methods = user.get("/v2/payment-methods").await;
    let codes: Vec<_> = methods
        .as_array()
        .unwrap()
        .iter()
        .map(|method| str_at(method, "/methodCode"))
        .collect();
    assert_eq!(codes, ["crypto", "card"]);
    for (body, part) in [
        (json!({"amountCents": 999}), "10.00 USD"),
        (json!({"amountCents": 500_001}), "5000.00 USD"),
        (json!({"amountCents": 60_000}), "5000.00 USD"),
        (
            json!({"amountCents": 2_000, "methodCode": "usdc"}),
            "Unknown payment method",
        ),
        (
            json!({"amountCents": 2_000, "methodCode": "card", "provider": "nowpayments"}),
            "Unknown payment method",
        ),
    ] {
        let reply = user.call(Method::POST, "/v2/top-ups", &body).await;
        assert_eq!(reply.status, 422, "{body}");
        assert!(
            str_at(&reply.body, "/error").contains(part),
            "{}",
            reply.text
        );
    }
    let wrong = json!({"amount": 2_000_000_000_u64, "currency": "usdc"});
    assert_eq!(
        user.status_of(Method::POST, "/v1/billing/top_up", &wrong)
            .await
            .0,
        422
    );
    let right = json!({"amount": 2_000_000_000_u64, "currency": "usd"});
    let made = user.call(Method::POST, "/v1/billing/top_up", &right).await;
    assert_eq!(str_at(&made.body, "/provider"), "nowpayments");
}

#[tokio::test]
async fn demo_user_has_a_consistent_history() {
    let sandbox = Sandbox::start(&["--history", "60"]);
    let user = TodayUser {
        sandbox: &sandbox,
        id: sandbox.ready_field("/today/user_id").to_owned(),
        key: sandbox.ready_field("/today/api_key").to_owned(),
        api: sandbox.ready_field("/today/api").to_owned(),
    };
    assert_eq!(user.balance().await, "86.40");
    let mut providers = std::collections::BTreeSet::new();
    for page in 1..=3 {
        let items = user
            .get(&format!("/v2/top-ups?perPage=20&page={page}"))
            .await;
        for item in items["items"].as_array().unwrap() {
            providers.insert(str_at(item, "/provider").to_owned());
        }
    }
    assert_eq!(
        providers.into_iter().collect::<Vec<_>>(),
        ["nowpayments", "stripe", "x402"]
    );
    user.get("/v2/billing/get_history?perPage=100").await;
    // Both demo users, and two more, have payments of their own.
    let key = sandbox.ready_field("/fluence/api_key");
    let other = sandbox.user(&json!({"history": 60})).await;
    sandbox
        .control_post(
            &format!("/users/{}/history", other.id),
            &json!({"count": 60}),
        )
        .await;
    let mut ids = std::collections::BTreeSet::new();
    for (key, count) in [(key, 60), (&user.key, 60), (&other.key, 120)] {
        for page in 1..=2 {
            let path = format!("/v2/top-ups?perPage=100&page={page}");
            let items = sandbox.get(&path, key).await.body;
            assert_eq!(
                items.pointer("/pagination/totalRecords"),
                Some(&json!(count))
            );
            ids.extend(
                items["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| str_at(item, "/id").to_owned()),
            );
        }
    }
    assert_eq!(ids.len(), 240);
    let status = user
        .call(Method::GET, "/v1/service/status", &Value::Null)
        .await;
    assert_eq!(status.status, 200);
}

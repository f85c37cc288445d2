//! One user in both eras: the API answers USD where it answered USDC yesterday.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::today::TodayUser;
use crate::support::{NO_HISTORY_NO_BLOCKS, Sandbox, str_at};

#[tokio::test]
async fn moved_user_keeps_key_history_and_machines() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let request = json!({"credits": "200", "history": 4, "workload": {"daily": "2.4", "days": 5, "reserve": "9"}});
    let before = sandbox.user(&request).await;
    let balance = sandbox.get("/v2/users/balances", &before.key).await.body;
    assert_eq!(str_at(&balance, "/0/featureKey"), "usdc");
    let spent: f64 = str_at(
        &sandbox
            .get("/v1/billing/charges/total", &before.key)
            .await
            .body,
        "/total",
    )
    .parse()
    .unwrap();
    let moved = sandbox
        .control_post(
            &format!("/users/{}/era", before.id),
            &json!({"era": "today"}),
        )
        .await;
    assert_eq!(str_at(&moved, "/api_key"), before.key);
    // The same key at the same address, as an app that knows of nothing would ask.
    let user = TodayUser {
        sandbox: &sandbox,
        id: before.id.clone(),
        key: before.key.clone(),
        api: sandbox.api().to_owned(),
    };
    let after = user.get("/v2/users/balances").await;
    assert_eq!(str_at(&after, "/0/featureKey"), "usd-balance");
    let amount = |value: &Value, pointer: &str| str_at(value, pointer).parse::<f64>().unwrap();
    // What was reserved for the workload is free again.
    assert!((amount(&after, "/0/balance") - amount(&balance, "/0/balance") - 9.0).abs() < 1e-9);
    assert!(amount(&user.get("/v1/billing/charges/total").await, "/total") >= spent);
    let (id, _) = user.top_up(2_500, "card").await;
    let pay = format!("/top-ups/{id}/pay");
    sandbox
        .control_post(&pay, &json!({"card": "4242424242424242"}))
        .await;
    sandbox.wait_for_status(&id, "completed").await;
    let history = user.get("/v2/billing/get_history").await;
    let currencies: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| str_at(line, "/currency"))
        .collect();
    assert_eq!(currencies, ["usd", "usdc", "usdc", "usdc", "usdc"]);
    sandbox.advance(24 * 3600).await;
    let charges = user
        .get("/v1/billing/charges/aggregated?startDate=2020-01-01&endDate=2099-01-01&groupBy=RESOURCE")
        .await;
    assert_eq!(charges.as_array().unwrap().len(), 1);
    assert_eq!(str_at(&charges, "/0/resourceName"), "web-1");
}

#[tokio::test]
async fn contract_keeps_its_money_and_can_be_read_again() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = sandbox.user(&json!({"credits": "50"})).await;
    let era = format!("/users/{}/era", user.id);
    sandbox
        .control_post(&era, &json!({"era": "today", "balance": "80"}))
        .await;
    let path = format!("/users/{}", user.id);
    let state = sandbox.control_get(&path).await;
    assert_eq!(str_at(&state, "/chain/free"), "50.000000");
    assert_eq!(str_at(&state, "/api/balance"), "80.00");
    // Only the ledger changes, unless the contract is meant.
    sandbox
        .control_post(&format!("{path}/drain"), &json!({"to": "60"}))
        .await;
    sandbox
        .control_post(
            &format!("{path}/credit"),
            &json!({"amount": "5", "on_contract": true}),
        )
        .await;
    let state = sandbox.control_get(&path).await;
    assert_eq!(str_at(&state, "/chain/free"), "55.000000");
    assert_eq!(str_at(&state, "/api/balance"), "60.00");
    sandbox.control_post(&era, &json!({"era": "copperx"})).await;
    let balance = sandbox.get("/v2/users/balances", &user.key).await.body;
    assert_eq!(str_at(&balance, "/0/balance"), "55.000000");
}

#[tokio::test]
async fn files_of_the_copperx_era_are_unchanged_and_today_has_its_own() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let old = sandbox.network_file();
    for word in ["currency", "balance_from", "[[checkout]]", "keys_page"] {
        assert!(!old.contains(word), "{word}");
    }
    let read = |pointer| std::fs::read_to_string(sandbox.ready_field(pointer)).unwrap();
    let today = read("/today/network");
    for part in [
        "currency = \"USD\"",
        "balance_from = \"api\"",
        "feature_key = \"usd-balance\"",
        "provider = \"nowpayments\"",
        "provider = \"stripe\"",
        "/settings/api-keys\"",
    ] {
        assert!(today.contains(part), "{part}");
    }
    assert!(!today.contains("[chain]") && !today.contains("checkout_hosts"));
    let both = read("/today/network_of_both");
    for part in [
        "balance_from = \"auto\"",
        "provider = \"copperx\"",
        "[chain]",
    ] {
        assert!(both.contains(part), "{part}");
    }
    let host = sandbox
        .ready_field("/today/pages/card")
        .trim_start_matches("http://");
    assert!(today.contains(&format!("hosts = [\"{host}\"]")));
}

#[tokio::test]
async fn requests_and_faults_have_targets_of_their_own() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({})).await;
    let fault = json!({"target": "today", "path": "/v2/top-ups", "kind": "status", "status": 502,
        "body": {"code": "service_unavailable", "error": "The payment provider is down"}, "times": 1});
    sandbox.control_post("/faults", &fault).await;
    let body = json!({"amountCents": 2_000});
    assert_eq!(
        user.status_of(Method::POST, "/v2/top-ups", &body).await.0,
        502
    );
    user.top_up(2_000, "card").await;
    let seen = sandbox
        .control_get("/requests?target=today&path=/v2/top-ups")
        .await;
    assert_eq!(seen["count"], json!(2));
    assert_eq!(str_at(&seen, "/requests/1/user_id"), user.id);
}

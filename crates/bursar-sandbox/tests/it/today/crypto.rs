//! Crypto payments: a coin, an exact amount, 24 hours; partly paid, late, cancelled.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::today::TodayUser;
use crate::support::{NO_HISTORY_NO_BLOCKS, Sandbox, str_at};

async fn user(sandbox: &Sandbox) -> TodayUser<'_> {
    TodayUser::new(sandbox, json!({"credits": "10"})).await
}

async fn pay(sandbox: &Sandbox, top_up: &str, body: Value) -> Value {
    sandbox
        .control_post(&format!("/top-ups/{top_up}/pay"), &body)
        .await
}

async fn status(user: &TodayUser<'_>) -> (String, Option<String>) {
    let history = user.get("/v2/top-ups").await;
    let older = user.get("/v2/billing/get_history").await;
    let known = older.pointer("/items/0/status").and_then(Value::as_str);
    (
        str_at(&history, "/items/0/status").to_owned(),
        known.map(str::to_owned),
    )
}

#[tokio::test]
async fn exact_amount_is_credited_without_the_fee() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = user(&sandbox).await;
    let (id, page) = user.top_up(2_500, "crypto").await;
    assert!(page.starts_with(&format!(
        "{}/payment/?iid=",
        sandbox.ready_field("/today/pages/crypto")
    )));
    let pending = user.get("/v2/top-ups/pending").await;
    assert_eq!(str_at(&pending, "/pendingTopUp/provider"), "nowpayments");
    assert_eq!(str_at(&pending, "/pendingTopUp/redirectUrl"), page);
    user.get("/v1/billing/top_up/pending").await;
    sandbox
        .control_post("/relayer", &json!({"hold": true}))
        .await;
    let sent = pay(&sandbox, &id, json!({"coin": "btc", "network": "bitcoin"})).await;
    assert_eq!(str_at(&sent, "/amount"), "0.00039454");
    sandbox.wait_for_status(&id, "pending").await;
    assert_eq!(
        status(&user).await,
        ("open".to_owned(), Some("pending".to_owned()))
    );
    sandbox
        .control_post("/relayer", &json!({"hold": false}))
        .await;
    sandbox.wait_for_status(&id, "completed").await;
    assert_eq!(status(&user).await.0, "resolved");
    assert_eq!(user.balance().await, "35.00");
    let older = user.get("/v2/billing/get_history").await;
    assert_eq!(str_at(&older, "/items/0/currency"), "usd");
    assert_eq!(
        older.pointer("/items/0/amount"),
        Some(&json!(2_500_000_000_u64))
    );
    assert_eq!(
        older.pointer("/items/0/copperxFee"),
        Some(&json!(25_000_000))
    );
    assert_eq!(
        older.pointer("/items/0/balanceContractTxAddress"),
        Some(&Value::Null)
    );
}

#[tokio::test]
async fn part_leaves_the_payment_open_and_the_rest_completes_it() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = user(&sandbox).await;
    let (id, page) = user.top_up(2_500, "crypto").await;
    pay(
        &sandbox,
        &id,
        json!({"coin": "usdc", "network": "base", "amount": "10"}),
    )
    .await;
    let path = format!("/top-ups/{id}");
    let partly = sandbox
        .wait_for(&path, "/page/deposit/received", "10.00")
        .await;
    assert_eq!(str_at(&partly, "/page/deposit/missing"), "15.25");
    assert_eq!(str_at(&partly, "/status_v2"), "open");
    assert!(
        sandbox
            .page(&page)
            .await
            .contains("Partially paid: 10.00 USDC received, 15.25 USDC still missing.")
    );
    let cancel = format!("/v2/top-ups/{id}");
    let refused = user.status_of(Method::DELETE, &cancel, &Value::Null).await;
    assert_eq!(refused, (409, "conflict".to_owned()));
    pay(&sandbox, &id, json!({})).await;
    sandbox.wait_for_status(&id, "completed").await;
    assert_eq!(user.balance().await, "35.00");
}

#[tokio::test]
async fn part_that_stays_a_part_ends_under_review() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = user(&sandbox).await;
    let (id, page) = user.top_up(2_500, "crypto").await;
    pay(&sandbox, &id, json!({"amount": "10"})).await;
    let path = format!("/top-ups/{id}");
    sandbox
        .wait_for(&path, "/page/deposit/received", "10.00")
        .await;
    sandbox.advance(24 * 3600).await;
    assert_eq!(
        status(&user).await,
        ("needs_review".to_owned(), Some("aml_failed".to_owned()))
    );
    assert!(sandbox.page(&page).await.contains("Under review"));
    assert_eq!(user.balance().await, "10.00");
}

#[tokio::test]
async fn late_money_is_not_credited_by_itself() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = user(&sandbox).await;
    let (id, page) = user.top_up(2_500, "crypto").await;
    let iid = page.split("iid=").nth(1).unwrap();
    let chosen = sandbox
        .submit(
            &format!(
                "{}/payment/coin",
                sandbox.ready_field("/today/pages/crypto")
            ),
            &[("iid", iid), ("coin", "usdt"), ("network", "tron")],
        )
        .await;
    assert_eq!(chosen.status, 303, "{}", chosen.text);
    sandbox.advance(24 * 3600 - 60).await;
    assert_eq!(status(&user).await.0, "open");
    sandbox.advance(60).await;
    assert_eq!(status(&user).await.0, "expired");
    assert!(user.get("/v2/top-ups/pending").await["pendingTopUp"].is_null());
    let sent = pay(&sandbox, &id, json!({})).await;
    assert_eq!(
        (str_at(&sent, "/amount"), &sent["late"]),
        ("25.25", &json!(true))
    );
    sandbox.advance(60).await;
    assert_eq!(status(&user).await.0, "expired");
    assert_eq!(user.balance().await, "10.00");
    let shown = sandbox.page(&page).await;
    assert!(shown.contains("too late, not credited") && shown.contains(&id));
    // The Fluence team may credit it by hand.
    sandbox
        .control_post(&format!("/top-ups/{id}/credit"), &json!({}))
        .await;
    sandbox
        .control_post(&format!("/top-ups/{id}/credit"), &json!({}))
        .await;
    assert_eq!(user.balance().await, "35.00");
}

#[tokio::test]
async fn cancelled_top_up_frees_the_way_and_takes_no_money() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = user(&sandbox).await;
    let (id, page) = user.top_up(2_500, "crypto").await;
    let body = json!({"amountCents": 2_000, "methodCode": "card"});
    let second = user.status_of(Method::POST, "/v2/top-ups", &body).await;
    assert_eq!(second, (409, "conflict".to_owned()));
    let path = format!("/v2/top-ups/{id}");
    let cancelled = user.status_of(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(cancelled.0, 204);
    assert_eq!(
        user.status_of(Method::DELETE, &path, &Value::Null).await.0,
        409
    );
    let shown = sandbox.page(&page).await;
    assert!(shown.contains("data-status=\"canceled\"") && shown.contains("not credited by itself"));
    user.top_up(2_000, "card").await;
}

#[tokio::test]
async fn held_confirmations_keep_a_paid_page_open() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = user(&sandbox).await;
    let (id, page) = user.top_up(2_500, "crypto").await;
    sandbox
        .control_post("/watcher", &json!({"hold": true}))
        .await;
    pay(&sandbox, &id, json!({})).await;
    sandbox.advance(25 * 3600).await;
    assert_eq!(status(&user).await.0, "open");
    assert!(
        sandbox
            .page(&page)
            .await
            .contains("data-phase=\"confirming\"")
    );
    sandbox
        .control_post("/watcher", &json!({"hold": false}))
        .await;
    sandbox.wait_for_status(&id, "completed").await;
}

#[tokio::test]
async fn page_refuses_wrong_choices() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = user(&sandbox).await;
    let (_, page) = user.top_up(2_500, "crypto").await;
    let (base, iid) = page.split_once("/?iid=").unwrap();
    let choose = async |coin: &str, network: &str| {
        let fields = [("iid", iid), ("coin", coin), ("network", network)];
        sandbox.submit(&format!("{base}/coin"), &fields).await
    };
    let wrong = choose("btc", "polygon").await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text.contains("role=\"alert\"")
            && wrong.text.contains("not accepted on this network")
    );
    assert_eq!(choose("eth", "ethereum").await.status, 303);
    for amount in ["0", "-1", "much", "1.123456789", ""] {
        let fields = [("iid", iid), ("amount", amount)];
        let refused = sandbox.submit(&format!("{base}/send"), &fields).await;
        assert_eq!(refused.status, 422, "{amount}");
    }
    let unknown = sandbox
        .submit(&format!("{base}/coin"), &[("iid", "7")])
        .await;
    assert_eq!(unknown.status, 404);
}

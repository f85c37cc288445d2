//! A payment from the wallet to the Balance contract, and where it can get stuck.

use crate::support::{NO_HISTORY_NO_BLOCKS, Sandbox, str_at};
use reqwest::Method;
use serde_json::{Value, json};

/// All payments come from the same wallet accounts, so one transaction must not make another fail.
#[tokio::test]
async fn concurrent_payments_are_all_credited() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let request = json!({});
    let users = futures_util::future::join_all((0..8).map(|_| sandbox.user(&request))).await;
    let payments = users.iter().map(async |user| {
        for _ in 0..3 {
            let (intent, _) = sandbox.top_up(user, 1000).await;
            sandbox
                .control_post(&format!("/top-ups/{intent}/pay"), &json!({}))
                .await;
            sandbox.wait_for_status(&intent, "completed").await;
        }
        let record = sandbox.control_get(&format!("/users/{}", user.id)).await;
        assert_eq!(str_at(&record, "/chain/free"), "286.000000");
    });
    futures_util::future::join_all(payments).await;
}

/// keccak256 of `UserBalanceIncrease(address,address,address,uint256,string)`.
fn user_balance_increase() -> String {
    alloy_primitives::keccak256("UserBalanceIncrease(address,address,address,uint256,string)")
        .to_string()
}

#[tokio::test]
async fn wallet_payment_is_credited_on_the_chain() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    let (intent, page) = sandbox.top_up(&user, 2550).await;
    let refused = sandbox.try_top_up(&user, 1000).await;
    assert_eq!(
        (refused.status, str_at(&refused.body, "/code")),
        (409, "conflict")
    );

    let payment = json!({"chain": 1, "amount": "25.755"});
    let paid = sandbox
        .send(Method::POST, &format!("{page}/wallet"), &[], &payment)
        .await;
    assert_eq!(paid.status, 200, "{}", paid.text);
    let top_up = sandbox.wait_for_status(&intent, "completed").await;
    assert_eq!(str_at(&top_up, "/session/status"), "complete");
    assert_eq!(str_at(&top_up, "/status_v2"), "resolved");

    let receipt = sandbox
        .rpc(
            sandbox.ready_field("/rpc/9999999"),
            "eth_getTransactionReceipt",
            json!([str_at(&top_up, "/transaction")]),
        )
        .await;
    let logs = receipt
        .body
        .pointer("/result/logs")
        .and_then(Value::as_array)
        .unwrap()
        .clone();
    let event = logs
        .iter()
        .find(|log| str_at(log, "/topics/0") == user_balance_increase())
        .unwrap();
    assert!(str_at(event, "/topics/2").ends_with(&user.address[2..].to_lowercase()));
    let id_in_hex = alloy_primitives::hex::encode(&intent);
    assert!(
        str_at(event, "/data").contains(&id_in_hex),
        "the event carries the top-up's id"
    );

    let record = sandbox.control_get(&format!("/users/{}", user.id)).await;
    assert_eq!(str_at(&record, "/chain/free"), "281.500000");
    let history = sandbox.get("/v2/billing/get_history", &user.key).await.body;
    assert_eq!(
        str_at(&history, "/items/0/balanceContractTxAddress"),
        str_at(&top_up, "/transaction")
    );
    assert_eq!(
        history.pointer("/items/0/amount"),
        Some(&json!(2_550_000_000_u64))
    );
    assert_eq!(
        history.pointer("/items/0/copperxFee"),
        Some(&json!(25_500_000_u64))
    );
}

#[tokio::test]
async fn underpayment_is_incomplete_until_the_rest_arrives() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    let (intent, _) = sandbox.top_up(&user, 1000).await;
    sandbox
        .control_post(
            &format!("/top-ups/{intent}/pay"),
            &json!({"chain": 137, "amount": "4"}),
        )
        .await;
    let top_up = sandbox
        .wait_for(
            &format!("/top-ups/{intent}"),
            "/session/status",
            "incomplete",
        )
        .await;
    assert_eq!(
        (
            str_at(&top_up, "/status"),
            str_at(&top_up, "/session/missing")
        ),
        ("created", "6.100000")
    );
    sandbox
        .control_post(&format!("/top-ups/{intent}/pay"), &json!({"chain": 1}))
        .await;
    sandbox.wait_for_status(&intent, "completed").await;
    let record = sandbox.control_get(&format!("/users/{}", user.id)).await;
    assert_eq!(str_at(&record, "/chain/free"), "266.000000");
}

#[tokio::test]
async fn late_payments_are_credited() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({"credits": "0"})).await;
    let (expired, _) = sandbox.top_up(&user, 1000).await;
    sandbox
        .control_post(&format!("/top-ups/{expired}/expire"), &Value::Null)
        .await;
    sandbox.wait_for_status(&expired, "expired").await;
    sandbox
        .control_post(&format!("/top-ups/{expired}/pay"), &json!({}))
        .await;
    let top_up = sandbox.wait_for_status(&expired, "completed").await;
    assert_eq!(top_up.pointer("/session/late"), Some(&json!(true)));

    let (cancelled, _) = sandbox.top_up(&user, 2000).await;
    let deleted = sandbox
        .call(
            Method::DELETE,
            &format!("/v2/top-ups/{cancelled}"),
            &user.key,
            &Value::Null,
        )
        .await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    let again = sandbox
        .call(
            Method::DELETE,
            &format!("/v2/top-ups/{cancelled}"),
            &user.key,
            &Value::Null,
        )
        .await;
    assert_eq!(again.status, 409);
    sandbox.wait_for_status(&cancelled, "canceled").await;
    sandbox
        .control_post(&format!("/top-ups/{cancelled}/pay"), &json!({}))
        .await;
    sandbox.wait_for_status(&cancelled, "completed").await;
    let record = sandbox.control_get(&format!("/users/{}", user.id)).await;
    assert_eq!(str_at(&record, "/chain/free"), "30.000000");
}

#[tokio::test]
async fn back_arrow_cancels_an_unpaid_session() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    let (intent, page) = sandbox.top_up(&user, 1000).await;
    let ended = sandbox
        .send(Method::POST, &format!("{page}/cancel"), &[], &json!({}))
        .await;
    assert_eq!(str_at(&ended.body, "/status"), "canceled");
    sandbox.wait_for_status(&intent, "expired").await;
    let open = sandbox.get("/v2/top-ups/pending", &user.key).await.body;
    assert_eq!(open, json!({"pendingTopUp": null}));
}

#[tokio::test]
async fn relayer_and_watcher_can_be_held() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({"ids": "chain_differs"})).await;
    sandbox
        .control_post("/relayer", &json!({"hold": true}))
        .await;
    sandbox
        .control_post("/watcher", &json!({"hold": true}))
        .await;
    let (intent, page) = sandbox.top_up(&user, 1000).await;
    let paid = sandbox
        .control_post(&format!("/top-ups/{intent}/pay"), &json!({"chain": 1}))
        .await;
    let unknown = json!({"chain": 1, "hash": format!("0x{}", "ab".repeat(32))});
    let unknown = sandbox
        .send(Method::POST, &format!("{page}/hash"), &[], &unknown)
        .await;
    assert_eq!(unknown.body.get("found"), Some(&json!(false)));
    assert_eq!(
        str_at(
            &sandbox.control_get(&format!("/top-ups/{intent}")).await,
            "/status"
        ),
        "created"
    );
    let submitted = json!({"chain": 1, "hash": str_at(&paid, "/transaction")});
    let found = sandbox
        .send(Method::POST, &format!("{page}/hash"), &[], &submitted)
        .await;
    assert_eq!(
        found.body.get("found"),
        Some(&json!(true)),
        "{}",
        found.text
    );
    sandbox.wait_for_status(&intent, "pending").await;
    sandbox
        .control_post("/watcher", &json!({"hold": false}))
        .await;
    sandbox
        .control_post("/relayer", &json!({"hold": false}))
        .await;
    let top_up = sandbox.wait_for_status(&intent, "completed").await;
    assert_ne!(str_at(&top_up, "/chain_id"), intent);
}

#[tokio::test]
async fn webhook_with_an_invalid_signature_is_ignored() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    sandbox
        .control_post("/webhooks", &json!({"tamper": true}))
        .await;
    let (intent, _) = sandbox.top_up(&user, 1000).await;
    sandbox
        .control_post(&format!("/top-ups/{intent}/pay"), &json!({}))
        .await;
    sandbox
        .wait_for(&format!("/top-ups/{intent}"), "/session/status", "complete")
        .await;
    sandbox
        .wait_for(
            "/requests?path=/webhooks/checkout",
            "/requests/0/method",
            "POST",
        )
        .await;
    assert_eq!(
        str_at(
            &sandbox.control_get(&format!("/top-ups/{intent}")).await,
            "/status"
        ),
        "created"
    );
}

#[tokio::test]
async fn reorganisation_removes_a_credit() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = sandbox.user(&json!({"credits": "0"})).await;
    sandbox
        .control_post(
            &format!("/users/{}/credit", user.id),
            &json!({"amount": "25"}),
        )
        .await;
    let before = sandbox.control_get(&format!("/users/{}", user.id)).await;
    sandbox
        .control_post("/chains/9999999/reorg", &json!({"depth": 2}))
        .await;
    let after = sandbox.control_get(&format!("/users/{}", user.id)).await;
    assert_eq!(str_at(&before, "/chain/free"), "25.000000");
    assert_eq!(str_at(&after, "/chain/free"), "0.000000");
}

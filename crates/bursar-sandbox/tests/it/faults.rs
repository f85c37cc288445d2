//! Request guards, injected faults, and lying RPC proxies.

use std::time::{Duration, Instant};

use crate::support::{NO_HISTORY_NO_BLOCKS, Sandbox, str_at};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn refuses_foreign_hosts_and_origins() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let rpc = sandbox.ready_field("/rpc/9999999").to_owned();
    for (url, method) in [
        (format!("{}/v1/service/status", sandbox.api()), Method::GET),
        (
            format!("{}/state", sandbox.ready_field("/control")),
            Method::GET,
        ),
        (format!("{rpc}/"), Method::POST),
    ] {
        let body = if method == Method::POST {
            json!({"id": 1, "method": "eth_chainId"})
        } else {
            Value::Null
        };
        let status_with = async |headers: &[(&str, &str)]| {
            sandbox
                .send(method.clone(), &url, headers, &body)
                .await
                .status
        };
        assert_eq!(status_with(&[]).await, 200, "{url}");
        assert_eq!(status_with(&[("host", "evil.example")]).await, 403, "{url}");
        assert_eq!(
            status_with(&[("origin", "https://evil.example")]).await,
            403,
            "{url}"
        );
    }
    let own = format!("{}/v1/service/status", sandbox.api());
    assert_eq!(
        sandbox
            .send(
                Method::GET,
                &own,
                &[("origin", sandbox.api())],
                &Value::Null
            )
            .await
            .status,
        200
    );
    let control = sandbox.ready_field("/control");
    let state = format!("{control}/state");
    assert_eq!(
        sandbox
            .send(Method::GET, &state, &[("origin", control)], &Value::Null)
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn faults_occur_the_requested_number_of_times() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    let add_fault = async |fault: Value| sandbox.control_post("/faults", &fault).await;
    let balances = || sandbox.get("/v2/users/balances", &user.key);

    add_fault(json!({"target": "console", "path": "/v2/users/*", "kind": "status", "status": 429,
        "headers": {"retry-after": "7"}, "body": {"code": "service_unavailable", "error": "slow down"}, "times": 1}))
    .await;
    assert_eq!(balances().await.status, 429);
    assert_eq!(balances().await.status, 200);
    add_fault(
        json!({"target": "console", "path": "/v2/users/balances", "kind": "garbage", "times": 1}),
    )
    .await;
    assert!(balances().await.body.is_null());
    add_fault(
        json!({"target": "console", "path": "/v2/users/balances", "kind": "truncate", "times": 1}),
    )
    .await;
    assert!(balances().await.body.is_null());
    add_fault(json!({"target": "console", "path": "/v2/users/balances", "kind": "huge", "bytes": 1_000_000, "times": 1})).await;
    assert!(balances().await.text.len() > 900_000);
    add_fault(json!({"target": "console", "path": "/v2/users/balances", "kind": "delay", "ms": 300, "times": 1})).await;
    let start = Instant::now();
    assert_eq!(balances().await.status, 200);
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn lost_response_still_creates_the_top_up() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    let url = format!("{}/v2/top-ups", sandbox.api());
    let key = [("x-api-key", user.key.as_str())];
    let body = json!({"amountCents": 1000});
    sandbox.control_post("/faults", &json!({"target": "console", "method": "POST", "path": "/v2/top-ups", "kind": "close", "times": 1})).await;
    assert!(
        sandbox
            .try_send(Method::POST, &url, &key, &body)
            .await
            .is_err()
    );
    let none = sandbox.get("/v2/top-ups/pending", &user.key).await.body;
    assert!(
        none["pendingTopUp"].is_null(),
        "a closed connection changes nothing"
    );
    sandbox.control_post("/faults", &json!({"target": "console", "method": "POST", "path": "/v2/top-ups", "kind": "lose", "times": 1})).await;
    assert!(
        sandbox
            .try_send(Method::POST, &url, &key, &body)
            .await
            .is_err()
    );
    let open = sandbox.get("/v2/top-ups/pending", &user.key).await.body;
    assert_eq!(open["pendingTopUp"]["amountCents"], 1000);
    let log = sandbox
        .control_get("/requests?target=console&method=POST&path=/v2/top-ups")
        .await;
    assert_eq!(log["count"], 2);
    assert_eq!(log["requests"][1]["status"], 201);
    assert_eq!(log["requests"][1]["user_id"], user.id);
}

#[tokio::test]
async fn unavailable_checkout_is_a_bad_gateway() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    let fault = sandbox
        .control_post(
            "/faults",
            &json!({"target": "checkout", "kind": "status", "status": 500}),
        )
        .await;
    let create = || sandbox.call(Method::POST, "/v2/top-ups", &user.key, &Value::Null);
    let down = sandbox.try_top_up(&user, 1000).await;
    assert_eq!(down.status, 502);
    sandbox
        .control(
            Method::DELETE,
            &format!("/faults/{}", str_at(&fault, "/id")),
            &Value::Null,
        )
        .await;
    assert_eq!(sandbox.try_top_up(&user, 1000).await.status, 201);
    sandbox
        .control_post("/maintenance", &json!({"on": true}))
        .await;
    assert_eq!(create().await.status, 503);
    let status = sandbox.get("/v1/service/status", &user.key).await;
    assert_eq!(status.body["maintenanceMode"], true);
}

#[tokio::test]
async fn rpc_proxies_fail_and_lie_as_configured() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = sandbox.user(&json!({})).await;
    let network = sandbox.network_file();
    let first = network
        .lines()
        .find(|line| line.starts_with("rpc"))
        .unwrap();
    let a = first.split('"').nth(1).unwrap();
    let set = async |mode: Value| sandbox.control_post("/rpc/fluence-a", &mode).await;
    let head = async || sandbox.rpc(a, "eth_blockNumber", json!([])).await;
    let data = format!(
        "0xd4fac45d{:0>64}{:0>64}",
        sandbox.ready_field("/contracts/token")[2..].to_lowercase(),
        user.address[2..].to_lowercase()
    );
    let code = json!([sandbox.ready_field("/contracts/balance"), "latest"]);

    set(json!({"mode": "chain_id", "value": 1})).await;
    assert_eq!(
        str_at(
            &sandbox.rpc(a, "eth_chainId", json!([])).await.body,
            "/result"
        ),
        "0x1"
    );
    set(json!({"mode": "no_code"})).await;
    assert_eq!(
        str_at(
            &sandbox.rpc(a, "eth_getCode", code.clone()).await.body,
            "/result"
        ),
        "0x"
    );
    set(json!({"mode": "stale"})).await;
    let stale = head().await.body;
    sandbox
        .control_post("/chains/9999999/mine", &json!({"blocks": 3}))
        .await;
    assert_eq!(head().await.body, stale);
    set(json!({"mode": "balance", "value": 5})).await;
    let call = json!([{"to": sandbox.ready_field("/contracts/balance"), "data": data}, "latest"]);
    let claimed = sandbox.rpc(a, "eth_call", call).await;
    assert!(claimed.text.contains("error") || str_at(&claimed.body, "/result").ends_with("05"));
    set(json!({"mode": "status", "status": 503})).await;
    assert_eq!(head().await.status, 503);
    set(json!({"mode": "error"})).await;
    assert_eq!(head().await.body["error"]["code"], -32000);
    set(json!({"mode": "refuse"})).await;
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber"});
    assert!(sandbox.try_send(Method::POST, a, &[], &body).await.is_err());
    set(json!({"mode": "ok"})).await;
    let logs = json!([{"fromBlock": "0x0", "toBlock": "latest", "address": sandbox.ready_field("/contracts/balance")}]);
    let count = async || {
        sandbox.rpc(a, "eth_getLogs", logs.clone()).await.body["result"]
            .as_array()
            .map(Vec::len)
    };
    let true_count = count().await.unwrap();
    assert!(true_count > 3);
    set(json!({"mode": "duplicate_logs"})).await;
    assert_eq!(count().await, Some(true_count * 2));
    set(json!({"mode": "drop_logs"})).await;
    assert_eq!(count().await, Some(0));
    set(json!({"mode": "limit_logs", "blocks": 5})).await;
    assert_eq!(count().await, None);
    let private = sandbox
        .rpc(
            sandbox.ready_field("/rpc/9999999"),
            "anvil_setBalance",
            json!([]),
        )
        .await;
    assert_eq!(private.body["error"]["code"], -32601);
}

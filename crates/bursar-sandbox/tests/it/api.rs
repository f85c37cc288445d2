//! The console's public API: response shapes, scopes, error codes, limits, paging and charges.

use crate::support::{Sandbox, str_at};
use reqwest::Method;
use serde_json::{Value, json};

fn has(value: &Value, names: &[&str]) {
    for name in names {
        assert!(value.get(name).is_some(), "{name} is missing in {value}");
    }
}

const TOP_UP: [&str; 6] = [
    "id",
    "userId",
    "amountCents",
    "status",
    "createdAt",
    "updatedAt",
];
const LEGACY: [&str; 9] = [
    "id",
    "userId",
    "currency",
    "amount",
    "copperxFee",
    "copperxGasFee",
    "status",
    "createdAt",
    "updatedAt",
];
const PAGING: [&str; 5] = [
    "totalRecords",
    "filteredRecords",
    "totalPages",
    "currentPage",
    "perPage",
];
const BALANCE: [&str; 7] = [
    "balance",
    "usage",
    "estimatedUsage",
    "overage",
    "totalDepositedAmount",
    "userId",
    "featureKey",
];
const METHOD: [&str; 10] = [
    "provider",
    "methodCode",
    "kind",
    "enabled",
    "displayName",
    "minAmountCents",
    "feePaidByUser",
    "estFeeBps",
    "estFeeFixedCents",
    "sortOrder",
];

#[tokio::test]
async fn demo_user_has_a_consistent_history() {
    let sandbox = Sandbox::start(&[]);
    let key = sandbox.ready_field("/fluence/api_key");
    let balances = sandbox.get("/v2/users/balances", key).await.body;
    has(&balances[0], &BALANCE);
    assert_eq!(str_at(&balances, "/0/balance"), "180.000000");
    assert_eq!(balances.pointer("/0/usageDaysLeft"), Some(&json!(20)));
    has(
        &sandbox.get("/v2/payment-methods", key).await.body[0],
        &METHOD,
    );
    let me = sandbox.get("/v1/users/me", key).await.body;
    has(&me, &["id", "email", "permissions"]);

    let page = sandbox.get("/v2/top-ups?perPage=10&page=2", key).await.body;
    has(&page["pagination"], &PAGING);
    has(&page["items"][0], &TOP_UP);
    assert_eq!(
        page["pagination"],
        json!({"totalRecords": 24, "filteredRecords": 24, "totalPages": 3, "currentPage": 2, "perPage": 10})
    );
    let legacy = sandbox
        .get(
            "/v2/billing/get_history?status=completed&sort=amount&order=asc&perPage=100",
            key,
        )
        .await
        .body;
    has(&legacy["items"][0], &LEGACY);
    let amounts: Vec<u64> = legacy["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["amount"].as_u64().unwrap())
        .collect();
    assert!(amounts.is_sorted() && amounts.len() > 10);
    assert_eq!(legacy["pagination"]["totalRecords"], 24);
    assert_eq!(legacy["pagination"]["filteredRecords"], amounts.len());

    let record = sandbox
        .control_get(&format!(
            "/users/{}",
            sandbox.ready_field("/fluence/user_id")
        ))
        .await;
    let total = sandbox.get("/v1/billing/charges/total", key).await.body;
    assert_eq!(str_at(&total, "/total"), str_at(&record, "/api/charged"));
    assert_eq!(str_at(&record, "/chain/free"), "180.000000");
    assert_eq!(str_at(&record, "/chain/reserved"), "17.760000");
}

#[tokio::test]
async fn charges_are_grouped_by_period_and_resource() {
    let sandbox = Sandbox::start(&[]);
    let key = sandbox.ready_field("/fluence/api_key");
    let month = "startDate=2000-01-01&endDate=2100-01-01";
    let daily = sandbox
        .get(
            &format!("/v1/billing/charges/aggregated?{month}&groupBy=RESOURCE_TYPE&period=DAY"),
            key,
        )
        .await;
    let days = daily.body.as_array().unwrap();
    assert!(days.len() >= 35, "{} days", days.len());
    has(
        &days[0],
        &["userId", "totalUsageHours", "totalCost", "periodStart"],
    );
    let each = sandbox
        .get(&format!("/v1/billing/charges/aggregated?{month}"), key)
        .await
        .body;
    assert_eq!(each.as_array().unwrap().len(), 3);
    has(&each[0], &["resourceId", "resourceName", "vmConfiguration"]);
    let csv = sandbox
        .get(
            &format!("/v1/billing/charges/aggregated?{month}&format=csv"),
            key,
        )
        .await;
    assert_eq!(csv.text.lines().count(), 4);
    assert_eq!(
        sandbox
            .get("/v1/billing/charges/aggregated?startDate=2026-01-01", key)
            .await
            .status,
        400
    );
    assert_eq!(
        sandbox
            .get(
                &format!("/v1/billing/charges/aggregated?{month}&period=YEAR"),
                key
            )
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn api_keys_are_limited_to_their_scopes() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox
        .user(&json!({"scopes": ["billing:get_history"]}))
        .await;
    for (path, status) in [
        ("/v2/top-ups", 200),
        ("/v2/top-ups/pending", 200),
        ("/v1/billing/top_up/pending", 200),
        ("/v2/users/balances", 200),
        ("/v2/payment-methods", 403),
        ("/v1/billing/charges/total", 403),
        ("/v2/vms", 403),
        ("/v2/nothing", 404),
    ] {
        assert_eq!(sandbox.get(path, &user.key).await.status, status, "{path}");
    }
    let create = sandbox.try_top_up(&user, 1000).await;
    assert_eq!(
        (create.status, str_at(&create.body, "/code")),
        (403, "forbidden")
    );
    let unknown = sandbox.get("/v1/users/me", "flk_wrong").await;
    assert_eq!(
        (unknown.status, str_at(&unknown.body, "/code")),
        (401, "unauthorized")
    );
    let other = format!("X-API-KEY {}", user.key);
    let url = format!("{}/v1/users/me", sandbox.api());
    assert_eq!(
        sandbox
            .send(
                Method::GET,
                &url,
                &[("authorization", &other)],
                &Value::Null
            )
            .await
            .status,
        200
    );
    let key = sandbox.control_get(&format!("/users/{}", user.id)).await;
    let path = format!("/users/{}/keys/{}", user.id, str_at(&key, "/key_id"));
    sandbox.control(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(sandbox.get("/v1/users/me", &user.key).await.status, 401);
}

#[tokio::test]
async fn rejects_invalid_top_ups() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({"credits": "4500"})).await;
    let post = async |body: Value| {
        sandbox
            .call(Method::POST, "/v2/top-ups", &user.key, &body)
            .await
    };
    for (body, status) in [
        (json!({"amountCents": 999}), 422),
        (json!({"amountCents": 500_001}), 422),
        (json!({"amountCents": 50_001}), 422),
        (
            json!({"amountCents": 100_001, "methodCode": "usdc_polygon"}),
            422,
        ),
        (json!({"amountCents": 1000, "methodCode": "cash"}), 422),
        (json!({"amountCents": "1000"}), 422),
        (json!({}), 422),
        (
            json!({"amountCents": 1000, "returnUrl": "https://example.com/"}),
            422,
        ),
        (json!({"amountCents": 50_000}), 201),
    ] {
        let reply = post(body.clone()).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text);
    }
    let url = format!("{}/v2/top-ups", sandbox.api());
    let key = [
        ("x-api-key", user.key.as_str()),
        ("content-type", "application/json"),
    ];
    let broken = sandbox.send(Method::POST, &url, &key, &Value::Null).await;
    assert_eq!(broken.status, 422, "an empty body is no request");
    let unknown = format!("/v2/top-ups/{}", uuid::Uuid::new_v4());
    assert_eq!(
        sandbox
            .call(Method::DELETE, &unknown, &user.key, &Value::Null)
            .await
            .status,
        404
    );
    assert_eq!(
        sandbox.get("/v2/top-ups?page=x", &user.key).await.status,
        400
    );
}

#[tokio::test]
async fn concurrent_creates_make_one_top_up() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    let body = json!({"amountCents": 1000});
    let create = || sandbox.call(Method::POST, "/v2/top-ups", &user.key, &body);
    let (one, two, three) = tokio::join!(create(), create(), create());
    let mut statuses = [one.status, two.status, three.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409]);
    let record = sandbox.control_get(&format!("/users/{}", user.id)).await;
    assert_eq!(record["top_up_count"], 1);
}

#[tokio::test]
async fn legacy_api_shows_the_same_top_up() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    let made = sandbox
        .call(
            Method::POST,
            "/v1/billing/top_up",
            &user.key,
            &json!({"amount": 1_000_000_000}),
        )
        .await;
    assert_eq!(made.status, 200, "{}", made.text);
    has(&made.body, &LEGACY);
    let old = sandbox
        .get("/v1/billing/top_up/pending", &user.key)
        .await
        .body;
    let new = sandbox.get("/v2/top-ups/pending", &user.key).await.body;
    has(&new["pendingTopUp"], &TOP_UP);
    assert_eq!(old["pendingTopUp"]["id"], new["pendingTopUp"]["id"]);
    assert_eq!(
        (
            &old["pendingTopUp"]["status"],
            &new["pendingTopUp"]["status"]
        ),
        (&json!("created"), &json!("open"))
    );
    let vms = sandbox.get("/v2/vms", &user.key).await;
    assert_eq!(vms.status, 403, "the first key has no such scope");
}

#[tokio::test]
async fn charges_each_day_that_passes() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox
        .user(&json!({"workload": {"daily": "2.5", "days": 3, "reserve": "5"}}))
        .await;
    let before = sandbox.control_get(&format!("/users/{}", user.id)).await;
    sandbox
        .control_post("/clock", &json!({"advance_s": 86_400}))
        .await;
    let micros = |value: &Value, pointer: &str| {
        str_at(value, pointer)
            .replace('.', "")
            .parse::<u64>()
            .unwrap()
    };
    let expected = micros(&before, "/api/charged") + 2_500_000;
    let expected = format!("{}.{:06}", expected / 1_000_000, expected % 1_000_000);
    let path = format!("/users/{}", user.id);
    sandbox.wait_for(&path, "/api/charged", &expected).await;
    let after = sandbox.control_get(&path).await;
    assert_eq!(
        micros(&before, "/chain/free") - micros(&after, "/chain/free"),
        2_500_000
    );
    assert_eq!(str_at(&after, "/chain/reserved"), "5.000000");
}

#[tokio::test]
async fn console_pages_show_transactions_balances_and_keys() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({"email": "a<b@sandbox.test"})).await;
    let credited = sandbox
        .control_post(
            &format!("/users/{}/credit", user.id),
            &json!({"amount": "12"}),
        )
        .await;
    let page = async |path: String| {
        let url = format!("{}{path}", sandbox.api());
        sandbox.send(Method::GET, &url, &[], &Value::Null).await
    };
    let transaction = page(format!(
        "/explorer/tx/{}",
        str_at(&credited, "/transaction")
    ))
    .await;
    assert!(transaction.text.contains("success"), "{}", transaction.text);
    assert_eq!(
        page(format!("/explorer/tx/0x{}", "ab".repeat(32)))
            .await
            .status,
        404
    );
    let address = page(format!("/explorer/address/{}", user.address)).await;
    assert!(address.text.contains("268.000000 USDC"), "{}", address.text);
    let overview = page(format!("/?user={}", user.id)).await;
    assert!(overview.text.contains(&user.address) && overview.text.contains("a&lt;b@sandbox.test"));

    let fields = [
        ("user", user.id.as_str()),
        ("name", "x"),
        ("scope", "billing:get_history"),
        ("scope", "nonsense"),
    ];
    let made = sandbox.form("/keys", &fields).await.text;
    let key = made
        .split("data-testid=\"new-key\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    let me = sandbox.get("/v1/users/me", key).await.body;
    assert_eq!(me["permissions"], json!(["billing:get_history"]));
}

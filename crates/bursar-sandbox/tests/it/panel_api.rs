//! The hosting panel's API: debits, statuses, idempotency, renewals, migrations, expenses, keys and faults.
//! `scripts/conformance.sh` checks its responses against the API description.

use crate::support::panel::Customer;
use crate::support::{NO_HISTORY_NO_BLOCKS, Sandbox, str_at};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn ready_line_names_a_demo_account_with_two_payers() {
    let sandbox = Sandbox::start(&["--history", "20", "--block-time", "0"]);
    let demo = Customer {
        sandbox: &sandbox,
        id: sandbox.ready_field("/panel/user_id").to_owned(),
        key: sandbox.ready_field("/panel/api_key").to_owned(),
        payers: Vec::new(),
    };
    assert_eq!(
        demo.get("/payers").await.body["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let file = std::fs::read_to_string(sandbox.ready_field("/panel/network")).unwrap();
    for line in [
        "provider = \"panel\"".to_owned(),
        format!("api = \"{}\"", sandbox.ready_field("/panel/api")),
        format!(
            "checkout_hosts = [\"{}\", \"{}\"]",
            &sandbox.ready_field("/panel/pages/card")[7..],
            &sandbox.ready_field("/panel/pages/wallet")[7..]
        ),
    ] {
        assert!(file.contains(&line), "{line} is not in {file}");
    }
    let page = demo.get("/payments?limit=200").await.body;
    let statuses: Vec<&str> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|payment| str_at(payment, "/status"))
        .collect();
    assert_eq!(statuses.len(), 20);
    for status in [
        "paid",
        "cancelled",
        "refunded",
        "waiting_refund",
        "fraudulent",
        "trusted",
    ] {
        assert!(statuses.contains(&status), "{status} in {statuses:?}");
    }
}

#[tokio::test]
async fn saved_method_is_debited_or_refused() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({"balance": "1.00"})).await;
    let card = customer.method(0, &json!({"brand": "visa"})).await;
    let body = customer.top_up(&card, "100.00");
    let payment = customer.create_payment(&body).await;
    assert_eq!(str_at(&payment, "/status"), "processing");
    assert!(payment["page"].is_null());
    let paid = customer.wait_for_status(&payment, "paid").await;
    assert_eq!(paid["has_invoice"], true);
    assert_eq!(customer.balance().await, "101.00");

    let path = format!("/panel/users/{}/methods/{card}", customer.id);
    for (debit, status, reason) in [
        ("declined", "cancelled", "declined"),
        ("insufficient_funds", "cancelled", "insufficient_funds"),
        ("confirmation_failed", "cancelled", "confirmation_failed"),
        ("fraudulent", "fraudulent", "fraud_suspected"),
    ] {
        sandbox
            .control(Method::PATCH, &path, &json!({"debit": debit}))
            .await;
        let payment = customer.create_payment(&body).await;
        let ended = customer.wait_for_status(&payment, status).await;
        assert_eq!(str_at(&ended, "/reason/code"), reason);
    }
    assert_eq!(customer.balance().await, "101.00");

    sandbox
        .control(Method::PATCH, &path, &json!({"debit": "hang"}))
        .await;
    let hanging = customer.create_payment(&body).await;
    sandbox
        .control_post("/clock", &json!({"advance_s": 86_400}))
        .await;
    assert_eq!(
        str_at(&customer.payment(str_at(&hanging, "/id")).await, "/status"),
        "processing"
    );
    let in_use = customer
        .send(
            Method::DELETE,
            &format!("/payment-methods/{card}"),
            &[],
            &Value::Null,
        )
        .await
        .unwrap();
    assert_eq!(str_at(&in_use.body, "/code"), "method_in_use");
    let settle = format!("/panel/payments/{}/settle", str_at(&hanging, "/id"));
    sandbox
        .control_post(&settle, &json!({"outcome": "approve"}))
        .await;
    customer.wait_for_status(&hanging, "paid").await;
}

#[tokio::test]
async fn held_debits_wait_and_removed_methods_are_refused() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({})).await;
    let card = customer.method(0, &json!({"brand": "visa"})).await;
    customer
        .set_behaviour(&json!({"hold_debits": true, "debit_ms": 0}))
        .await;
    let payment = customer
        .create_payment(&customer.top_up(&card, "10.00"))
        .await;
    let id = str_at(&payment, "/id");
    assert_eq!(str_at(&customer.payment(id).await, "/status"), "processing");
    customer.set_behaviour(&json!({"hold_debits": false})).await;
    assert_eq!(str_at(&customer.payment(id).await, "/status"), "paid");

    let path = format!("/panel/users/{}/methods/{card}", customer.id);
    sandbox.control(Method::DELETE, &path, &Value::Null).await;
    let refused = customer
        .create("removed-elsewhere", &customer.top_up(&card, "10.00"))
        .await;
    assert_eq!(
        (refused.status, str_at(&refused.body, "/code")),
        (422, "unknown_method")
    );
    assert_eq!(
        str_at(&customer.payment(id).await, "/method/name"),
        "Visa ending in 4242"
    );
}

#[tokio::test]
async fn retry_after_a_lost_response_returns_the_same_payment() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({"balance": "0.00"})).await;
    let card = customer.method(0, &json!({"brand": "visa"})).await;
    let body = customer.top_up(&card, "25.00");
    let fault = json!({"target": "panel", "method": "POST", "path": "/api/v1/payments", "kind": "lose", "times": 1});
    sandbox.control_post("/faults", &fault).await;
    assert!(
        customer
            .try_create("one-intent-one-payment", &body)
            .await
            .is_err()
    );
    let again = customer.create("one-intent-one-payment", &body).await;
    assert_eq!(again.status, 200, "{}", again.text);
    customer.wait_for_status(&again.body, "paid").await;
    let later = customer.create("one-intent-one-payment", &body).await;
    assert_eq!(
        (later.status, str_at(&later.body, "/status")),
        (200, "paid")
    );
    let other = customer
        .create("one-intent-one-payment", &customer.top_up(&card, "26.00"))
        .await;
    assert_eq!(
        (other.status, str_at(&other.body, "/code")),
        (409, "idempotency_key_reused")
    );
    assert_eq!(customer.full_record().await["payment_count"], 1);
    assert_eq!(customer.balance().await, "25.00");
    let log = sandbox
        .control_get("/requests?target=panel&method=POST&path=/api/v1/payments")
        .await;
    assert_eq!(log["count"], 4);
    assert_eq!(log["requests"][0]["status"], 201);
    assert_eq!(log["requests"][0]["user_id"], customer.id);
}

#[tokio::test]
async fn faults_and_edits_apply_to_the_panel() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({})).await;
    let add_fault = async |fault: Value| {
        let mut fault = fault;
        fault["target"] = "panel".into();
        fault["path"] = "/api/v1/account".into();
        fault["times"] = 1.into();
        sandbox.control_post("/faults", &fault).await;
    };
    add_fault(json!({"kind": "status", "status": 503, "headers": {"retry-after": "9"}})).await;
    assert_eq!(customer.get("/account").await.status, 503);
    add_fault(json!({"kind": "garbage"})).await;
    assert!(customer.get("/account").await.body.is_null());
    add_fault(json!({"kind": "close"})).await;
    let closed = customer
        .send(Method::GET, "/account", &[], &Value::Null)
        .await;
    assert!(closed.is_err());
    add_fault(json!({"kind": "edit", "set": {"/balance/currency": "EUR", "/days_left": -1}, "remove": ["/name", "/no/where"]}))
        .await;
    let edited = customer.get("/account").await.body;
    assert_eq!(str_at(&edited, "/balance/currency"), "EUR");
    assert_eq!(edited["days_left"], -1);
    assert!(edited.get("name").is_none());
    assert_eq!(
        str_at(&customer.get("/account").await.body, "/balance/currency"),
        "USD"
    );
}

#[tokio::test]
async fn status_changes_update_the_balance() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({"balance": "0.00"})).await;
    let method = customer.method(0, &json!({"kind": "invoice"})).await;
    let payment = customer
        .create_payment(&customer.top_up(&method, "50.00"))
        .await;
    let path = format!("/panel/payments/{}/status", str_at(&payment, "/id"));
    let set_status = async |status: &str| {
        sandbox
            .control_post(&path, &json!({"status": status}))
            .await
    };
    for (status, balance) in [
        ("processing", "0.00"),
        ("trusted", "50.00"),
        ("paid", "50.00"),
        ("waiting_refund", "50.00"),
        ("paid", "50.00"),
        ("fraudulent", "0.00"),
        ("cancelled", "0.00"),
        ("paid", "50.00"),
        ("refunded", "0.00"),
    ] {
        assert_eq!(str_at(&set_status(status).await, "/status"), status);
        assert_eq!(customer.balance().await, balance, "{status}");
        let seen = customer.payment(str_at(&payment, "/id")).await;
        assert_eq!(str_at(&seen, "/status"), status);
        assert_eq!(
            seen["reason"].is_null(),
            !matches!(status, "fraudulent" | "cancelled")
        );
    }
    let back = json!({"status": "new"});
    let url = format!("{}{path}", sandbox.ready_field("/control"));
    let refused = sandbox.send(Method::POST, &url, &[], &back).await;
    assert_eq!(refused.status, 409, "a refunded payment cannot be reopened");
    let forced = sandbox
        .control_post(&path, &json!({"status": "new", "force": true}))
        .await;
    assert_eq!(str_at(&forced, "/status"), "new");
}

#[tokio::test]
async fn paid_renewal_moves_due_dates() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({"balance": "5.00", "services": 2})).await;
    let listed = customer.get("/services/renewable").await.body;
    let [first, second] = [&listed["items"][0], &listed["items"][1]];
    let card = customer.method(0, &json!({"brand": "visa"})).await;
    let mut body = customer.top_up(&card, "0.00");
    body["purpose"] = json!({"kind": "renewal", "items": [
        {"service": first["id"], "period": "3m"}, {"service": second["id"], "period": "1m"},
    ]});
    body["expected_total"]["amount"] = "93.20".into();
    let path = format!(
        "/panel/users/{}/services/{}",
        customer.id,
        str_at(first, "/id")
    );
    sandbox
        .control(Method::PATCH, &path, &json!({"monthly": "21.00"}))
        .await;
    let changed = customer.create("renewal-whose-price-rose", &body).await;
    assert_eq!(
        str_at(&changed.body, "/code"),
        "total_changed",
        "{}",
        changed.text
    );
    body["expected_total"] = changed.body["total"].clone();
    let payment = customer.create_payment(&body).await;
    customer.wait_for_status(&payment, "paid").await;
    let after = customer.get("/services/renewable").await.body;
    let due_at = |service: &Value| {
        let items = after["items"].as_array().unwrap();
        let found = items.iter().find(|item| item["id"] == service["id"]);
        str_at(found.unwrap(), "/due_at").to_owned()
    };
    assert_eq!(due_at(first), str_at(first, "/periods/1/until"));
    assert_eq!(due_at(second), str_at(second, "/periods/0/until"));
    assert_eq!(customer.balance().await, "5.00");
    let expenses = customer.get("/expenses").await.body;
    assert_eq!(expenses["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn paid_migration_becomes_a_service() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({"services": 0, "migrations": 1})).await;
    let order = customer.get("/migrations").await.body["items"][0].clone();
    let card = customer.method(0, &json!({"brand": "visa"})).await;
    let mut body = customer.top_up(&card, "0.00");
    body["purpose"] = json!({"kind": "migration", "order": order["id"], "period": "12m"});
    body["expected_total"] = order["periods"][3]["price"].clone();
    let payment = customer.create_payment(&body).await;
    customer.wait_for_status(&payment, "paid").await;
    assert_eq!(customer.get("/migrations").await.body["items"], json!([]));
    let services = customer.get("/services/renewable").await.body;
    assert_eq!(services["items"][0]["id"], order["server"]["id"]);
    let again = customer.create("the-same-order-once-more", &body).await;
    assert_eq!(str_at(&again.body, "/code"), "unknown_order");
}

#[tokio::test]
async fn charges_each_day_until_the_balance_is_empty() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let request = json!({"balance": "10.00", "daily": "4.00"});
    let customer = Customer::new(&sandbox, &request).await;
    let account = customer.get("/account").await.body;
    assert_eq!(str_at(&account, "/daily_spend/amount"), "4.00");
    assert_eq!(account["days_left"], 2);
    sandbox
        .control_post("/clock", &json!({"advance_s": 4 * 86_400}))
        .await;
    assert_eq!(customer.balance().await, "0.00");
    let expenses = customer.get("/expenses").await.body;
    let spent: Vec<&str> = expenses["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|expense| str_at(expense, "/amount/amount"))
        .collect();
    assert_eq!(
        spent,
        [
            "0.00", "0.00", "0.00", "2.00", "1.20", "2.80", "1.20", "2.80"
        ]
    );
}

#[tokio::test]
async fn refuses_keys_by_permission_rate_and_maintenance() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let mut customer = Customer::new(&sandbox, &json!({})).await;
    let invoice = customer.method(0, &json!({"kind": "invoice"})).await;
    let body = customer.top_up(&invoice, "10.00");
    let path = format!("/panel/users/{}/keys", customer.id);
    let made = sandbox
        .control_post(&path, &json!({"read_only": true}))
        .await;
    let first = std::mem::replace(&mut customer.key, str_at(&made, "/api_key").to_owned());
    assert_eq!(customer.get("/account").await.status, 200);
    assert_eq!(
        customer.create("a-key-that-only-reads", &body).await.status,
        403
    );
    let key = format!("{path}/{}", str_at(&made, "/id"));
    sandbox.control(Method::DELETE, &key, &Value::Null).await;
    assert_eq!(customer.get("/account").await.status, 401);

    customer.key = first;
    customer
        .set_behaviour(&json!({"requests_per_minute": 2}))
        .await;
    let codes = [
        customer.get("/account").await.status,
        customer.get("/account").await.status,
        customer.get("/account").await.status,
    ];
    assert_eq!(codes, [200, 200, 429]);
    customer
        .set_behaviour(&json!({"requests_per_minute": null, "blocked": true}))
        .await;
    assert_eq!(customer.get("/account").await.status, 403);
    customer.set_behaviour(&json!({"blocked": false})).await;

    let on = json!({"on": true, "message": "Moving house."});
    sandbox.control_post("/panel/maintenance", &on).await;
    let refused = customer.get("/account").await;
    assert_eq!(
        (refused.status, str_at(&refused.body, "/detail")),
        (503, "Moving house.")
    );
    assert_eq!(customer.get("/status").await.body["maintenance"], true);
    let console = format!("{}/v1/service/status", sandbox.api());
    let other = sandbox.send(Method::GET, &console, &[], &Value::Null).await;
    assert_eq!(other.body["maintenanceMode"], false);
}

#[tokio::test]
async fn a_filter_takes_unknown_ids_but_no_other_text() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({})).await;
    let unknown = customer.get("/payments?payer=pyr_nobody").await;
    assert_eq!((unknown.status, &unknown.body["items"]), (200, &json!([])));
    let malformed = customer.get("/payments?payer=%C3%97").await;
    assert_eq!(
        (malformed.status, str_at(&malformed.body, "/code")),
        (400, "bad_request")
    );
}

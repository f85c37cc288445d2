//! The hosting panel's payment pages, used as a browser would: every test card, log-in and approval, saving a method,
//! cancelling, expiry, and access.

use crate::support::panel::{Customer, RETURN_URL};
use crate::support::{NO_HISTORY_NO_BLOCKS, Sandbox, str_at};
use reqwest::Method;
use serde_json::{Value, json};

/// Starts a top-up through a payment system; returns the payment and its page.
async fn start_top_up(customer: &Customer<'_>, system: &str) -> (Value, String) {
    let expected = json!({"kind": "payment_system", "system": system});
    let method = customer.method(0, &expected).await;
    let payment = customer
        .create_payment(&customer.top_up(&method, "20.00"))
        .await;
    let page = str_at(&payment, "/page").to_owned();
    (payment, page)
}

/// The return link in the page's HTML: the exact return URL with nothing appended.
fn escaped_return() -> String {
    format!("href=\"{}\"", RETURN_URL.replace('&', "&amp;"))
}

#[tokio::test]
async fn test_cards_have_their_documented_outcomes() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({"balance": "0.00"})).await;
    let mut balance = 0;
    for (number, status, reason) in [
        ("4242 4242 4242 4242", "paid", ""),
        ("5555555555554444", "paid", ""),
        ("4000000000000002", "cancelled", "declined"),
        ("4000000000009995", "cancelled", "insufficient_funds"),
        ("4000000000000069", "cancelled", "method_expired"),
        ("4100000000000019", "fraudulent", "fraud_suspected"),
    ] {
        let (payment, page) = start_top_up(&customer, "stripe").await;
        let after = customer.submit_card(&page, number, false).await;
        assert_eq!(after.status, 200);
        assert!(after.text.contains(&escaped_return()), "{}", after.text);
        let ended = customer.payment(str_at(&payment, "/id")).await;
        assert_eq!(str_at(&ended, "/status"), status, "{number}");
        assert_eq!(
            ended
                .pointer("/reason/code")
                .and_then(Value::as_str)
                .unwrap_or(""),
            reason
        );
        assert!(ended["page"].is_null() && ended["saved_method"].is_null());
        balance += if status == "paid" { 20 } else { 0 };
        assert_eq!(customer.balance().await, format!("{balance}.00"));
    }
    let (payment, page) = start_top_up(&customer, "stripe").await;
    let refused = customer.submit_card(&page, "4242424242424241", false).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("role=\"alert\""));
    assert_eq!(
        str_at(&customer.payment(str_at(&payment, "/id")).await, "/status"),
        "new"
    );
}

#[tokio::test]
async fn bank_confirmation_decides_the_payment() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({})).await;
    for (answer, status) in [("yes", "paid"), ("no", "cancelled")] {
        let (payment, page) = start_top_up(&customer, "stripe").await;
        let confirmation = customer.submit_card(&page, "4000000000003220", true).await;
        assert!(confirmation.text.contains("data-phase=\"confirm\""));
        let id = str_at(&payment, "/id");
        assert_eq!(str_at(&customer.payment(id).await, "/status"), "new");
        customer
            .submit(&page, "confirm", &[("answer", answer)])
            .await;
        let ended = customer.payment(id).await;
        assert_eq!(str_at(&ended, "/status"), status);
        assert_eq!(ended["saved_method"].is_null(), answer == "no");
        // A finished page ignores a second answer.
        customer
            .submit(&page, "confirm", &[("answer", "yes")])
            .await;
        assert_eq!(str_at(&customer.payment(id).await, "/status"), status);
    }
}

#[tokio::test]
async fn hanging_page_responds_once_it_is_settled() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({})).await;
    let (payment, page) = start_top_up(&customer, "stripe").await;
    let settle = format!("/panel/payments/{}/settle", str_at(&payment, "/id"));
    // If the page had answered before the release, its phase would be `processing`.
    let (after, ()) = tokio::join!(
        customer.submit_card(&page, "4000000000000259", false),
        async {
            customer.wait_for_status(&payment, "processing").await;
            sandbox
                .control_post(&settle, &json!({"outcome": "declined"}))
                .await;
        }
    );
    assert!(after.text.contains("data-phase=\"ended\""));
}

#[tokio::test]
async fn slow_card_is_processing_and_then_paid() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({})).await;
    let (payment, page) = start_top_up(&customer, "stripe").await;
    let after = customer.submit_card(&page, "4000000000000077", false).await;
    assert!(after.text.contains("data-phase=\"processing\""));
    customer.wait_for_status(&payment, "paid").await;
}

#[tokio::test]
async fn wallet_needs_log_in_and_approval() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({"saved": false})).await;
    for (email, status) in [
        ("me@home.test", "paid"),
        ("declined@home.test", "cancelled"),
    ] {
        let (payment, page) = start_top_up(&customer, "paypal").await;
        assert!(page.starts_with(sandbox.ready_field("/panel/pages/wallet")));
        let id = str_at(&payment, "/id");
        // Approval needs a log-in first.
        customer.submit(&page, "approve", &[]).await;
        assert_eq!(str_at(&customer.payment(id).await, "/status"), "new");
        let logged_in = customer.submit(&page, "log-in", &[("email", email)]).await;
        assert!(logged_in.text.contains("data-phase=\"approve\""));
        customer.submit(&page, "approve", &[("save", "yes")]).await;
        assert_eq!(str_at(&customer.payment(id).await, "/status"), status);
    }
    let saved = customer.method(0, &json!({"kind": "saved"})).await;
    let path = format!("/payment-methods/{saved}");
    assert_eq!(
        str_at(&customer.get(&path).await.body, "/email"),
        "me@home.test"
    );
}

#[tokio::test]
async fn method_saved_with_a_payment_is_pending_until_confirmed() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({"saved": false})).await;
    customer
        .set_behaviour(&json!({"hold_confirmations": true, "confirm_ms": 0}))
        .await;
    let (payment, page) = start_top_up(&customer, "stripe").await;
    customer.submit_card(&page, "4000000000000341", true).await;
    let id = str_at(&payment, "/id");
    let method = str_at(&customer.payment(id).await, "/saved_method").to_owned();
    let path = format!("/payment-methods/{method}");
    assert_eq!(
        str_at(&customer.get(&path).await.body, "/status"),
        "pending"
    );
    let early = customer
        .create("not-yet-confirmed", &customer.top_up(&method, "5.00"))
        .await;
    assert_eq!(str_at(&early.body, "/code"), "method_not_usable");
    customer
        .set_behaviour(&json!({"hold_confirmations": false}))
        .await;
    let confirmed = customer.get(&path).await.body;
    assert_eq!(str_at(&confirmed, "/status"), "confirmed");
    assert_eq!(
        confirmed["is_default"], true,
        "the first one is the default"
    );
    let debit = customer
        .create_payment(&customer.top_up(&method, "5.00"))
        .await;
    let ended = customer.wait_for_status(&debit, "cancelled").await;
    assert_eq!(str_at(&ended, "/reason/code"), "declined");

    customer
        .set_behaviour(&json!({"refuse_confirmations": true}))
        .await;
    let (payment, page) = start_top_up(&customer, "stripe").await;
    customer.submit_card(&page, "4242424242424242", true).await;
    let method = customer.payment(str_at(&payment, "/id")).await;
    let path = format!("/payment-methods/{}", str_at(&method, "/saved_method"));
    assert_eq!(str_at(&customer.get(&path).await.body, "/status"), "failed");
}

#[tokio::test]
async fn method_can_be_added_without_a_payment() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({"saved": false})).await;
    customer.set_behaviour(&json!({"confirm_ms": 0})).await;
    let via = customer.method(0, &json!({"system": "stripe"})).await;
    let body = json!({"payer": customer.payers[0], "via": via, "return_url": RETURN_URL});
    let add_method = async |key: &str| {
        let headers = [("idempotency-key", key)];
        let reply = customer.send(Method::POST, "/payment-methods", &headers, &body);
        reply.await.unwrap().body
    };
    for (key, number, status) in [
        ("add-a-card-that-works", "4242424242424242", "confirmed"),
        ("add-a-card-that-is-bad", "4000000000000002", "failed"),
    ] {
        let method = add_method(key).await;
        let page = str_at(&method, "/page").to_owned();
        let shown = customer.submit_card(&page, number, false).await;
        assert!(shown.text.contains(&escaped_return()));
        let path = format!("/payment-methods/{}", str_at(&method, "/id"));
        assert!(customer.get(&path).await.body["page"].is_null());
        assert_eq!(str_at(&customer.get(&path).await.body, "/status"), status);
    }
    let left = add_method("add-a-card-and-leave-it").await;
    sandbox
        .control_post("/clock", &json!({"advance_s": 3601}))
        .await;
    let path = format!("/payment-methods/{}", str_at(&left, "/id"));
    let ended = customer.get(&path).await.body;
    assert_eq!(
        (str_at(&ended, "/status"), str_at(&ended, "/reason/code")),
        ("failed", "expired")
    );
}

#[tokio::test]
async fn page_ends_on_cancellation_or_expiry() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({})).await;
    let (on_page, page) = start_top_up(&customer, "paypal").await;
    let left = customer.submit(&page, "cancel", &[]).await;
    assert!(left.text.contains(&escaped_return()));
    let (elsewhere, second) = start_top_up(&customer, "stripe").await;
    let cancel = format!("/payments/{}/cancel", str_at(&elsewhere, "/id"));
    customer
        .send(Method::POST, &cancel, &[], &Value::Null)
        .await
        .unwrap();
    let state = sandbox
        .send(Method::GET, &format!("{second}/state"), &[], &Value::Null)
        .await;
    assert_eq!(str_at(&state.body, "/phase"), "ended");
    let (late, third) = start_top_up(&customer, "stripe").await;
    sandbox
        .control_post("/clock", &json!({"advance_s": 3601}))
        .await;
    customer
        .submit_card(&third, "4242424242424242", false)
        .await;
    for (payment, reason) in [
        (on_page, "cancelled_by_user"),
        (elsewhere, "cancelled_by_user"),
        (late, "expired"),
    ] {
        let ended = customer.payment(str_at(&payment, "/id")).await;
        assert_eq!(str_at(&ended, "/status"), "cancelled");
        assert_eq!(str_at(&ended, "/reason/code"), reason);
    }
}

#[tokio::test]
async fn pages_refuse_foreign_hosts_and_origins() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let customer = Customer::new(&sandbox, &json!({})).await;
    let (_, page) = start_top_up(&customer, "stripe").await;
    for (name, value, status) in [
        ("host", "shop.example", 403),
        ("origin", "https://shop.example", 403),
        ("accept", "text/html", 200),
    ] {
        let headers = [(name, value)];
        let reply = sandbox
            .send(Method::GET, &page, &headers, &Value::Null)
            .await;
        assert_eq!(reply.status, status, "{name}: {value}");
        let account = customer
            .send(Method::GET, "/account", &headers, &Value::Null)
            .await
            .unwrap();
        assert_eq!(account.status, status, "{name}: {value}");
    }
    let unknown = format!("{}/pay/unknown", sandbox.ready_field("/panel/pages/card"));
    let reply = sandbox.send(Method::GET, &unknown, &[], &Value::Null).await;
    assert_eq!(reply.status, 404);
}

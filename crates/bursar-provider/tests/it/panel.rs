//! Tests the panel provider against the sandbox, with a real API, API keys, debits, payment pages and invoices.

use crate::sandbox::Sandbox;
use bursar_domain::catalogue::{Method, MethodKind, NewMethod, SavedMethodState};
use bursar_domain::checkout;
use bursar_domain::clock::Span;
use bursar_domain::error::Code;
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{
    FailureCode, NewPayment, Purpose, RemotePayment, RenewalItem, Status,
};
use bursar_provider::Provider;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long a test waits for an expected state.
const STATUS_TIMEOUT: Duration = Duration::from_secs(30);

async fn sandbox() -> Sandbox {
    Sandbox::start("panel", &["--history", "0", "--block-time", "0"]).await
}

async fn customer(sandbox: &Sandbox, wishes: Value) -> Customer<'_> {
    let made = sandbox.control("POST", "/panel/users", wishes).await;
    Customer {
        sandbox,
        id: made["id"].as_str().unwrap().to_owned(),
        panel: sandbox.by_key(&made["api_key"]).await,
    }
}

/// Adds a fault to the panel's responses from now on.
async fn break_with(sandbox: &Sandbox, fault: Value) {
    sandbox.control("POST", "/faults", fault).await;
}

async fn mend(sandbox: &Sandbox) {
    sandbox.control("DELETE", "/faults", Value::Null).await;
}

struct Customer<'a> {
    sandbox: &'a Sandbox,
    id: String,
    panel: Arc<dyn Provider>,
}

impl Customer<'_> {
    async fn method(&self, fits: impl Fn(&Method) -> bool) -> Method {
        let offered = self.panel.catalogue().await.unwrap().methods;
        offered.into_iter().find(fits).unwrap()
    }

    async fn default_card(&self) -> Method {
        self.method(|method| method.saved.as_ref().is_some_and(|saved| saved.is_default))
            .await
    }

    async fn card_page(&self) -> Method {
        self.method(|method| method.kind == MethodKind::PaymentSystem)
            .await
    }

    async fn listed(&self) -> Vec<RemotePayment> {
        self.panel.history(None, None).await.unwrap().payments
    }

    /// Waits until the newest payment has this status.
    async fn until(&self, status: Status) -> RemotePayment {
        let begun = Instant::now();
        loop {
            let newest = self.listed().await.remove(0);
            if newest.status == status {
                return newest;
            }
            assert!(
                begun.elapsed() < STATUS_TIMEOUT,
                "{newest:?} is not {status:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn count(&self) -> Value {
        let path = format!("/panel/users/{}", self.id);
        self.sandbox.control("GET", &path, Value::Null).await["payment_count"].clone()
    }

    /// Makes a change outside Bursar. `path` is relative to this customer.
    async fn elsewhere(&self, method: &str, path: &str, body: Value) -> Value {
        let path = format!("/panel/users/{}{path}", self.id);
        self.sandbox.control(method, &path, body).await
    }
}

fn usd(text: &str) -> Amount {
    Amount::parse_decimal(text, Currency::new("USD").unwrap()).unwrap()
}

fn paying(purpose: Purpose, amount: Amount, method: &Method) -> NewPayment {
    NewPayment {
        purpose,
        payer: method.payers.first().cloned(),
        method: Some(method.code.clone()),
        return_url: Some("org.bursar.desktop://top-up/return?state=0".to_owned()),
        ..NewPayment::top_up(amount, Uuid::new_v4().to_string())
    }
}

fn top_up(amount: &str, method: &Method) -> NewPayment {
    paying(Purpose::TopUp, usd(amount), method)
}

#[tokio::test]
async fn repeated_request_debits_saved_method_once() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({"balance": "1.00"})).await;
    let card = customer.default_card().await;
    let new = top_up("100", &card);
    let made = customer.panel.start(&new).await.unwrap();
    assert_eq!(made.checkout, None);
    let again = customer.panel.start(&new).await.unwrap();
    assert_eq!(again.payment_id, made.payment_id);
    let paid = customer.until(Status::Completed).await;
    let late = customer.panel.cancel(&made.intent_id).await.unwrap_err();
    assert_eq!(late.code, Code::TopUpState);
    assert_eq!(
        (paid.id, paid.amount),
        (made.payment_id.clone(), usd("100.00"))
    );
    assert_eq!(
        customer.panel.balance().await.unwrap().balance,
        usd("101.00")
    );

    let invoice = customer.panel.invoice(&made.payment_id).await.unwrap();
    assert!(invoice.starts_with(b"%PDF-"));

    let other = NewPayment {
        amount: usd("200"),
        ..new
    };
    let refused = customer.panel.start(&other).await.unwrap_err();
    assert_eq!(
        refused.code,
        Code::AnswerMalformed,
        "the idempotency key was used for another payment"
    );
    assert_eq!(customer.count().await, 1);
}

#[tokio::test]
async fn retry_after_lost_response_returns_same_payment() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({})).await;
    let new = top_up("25", &customer.card_page().await);
    for kind in ["close", "lose"] {
        let fault = json!({"target": "panel", "method": "POST", "path": "/api/v1/payments", "kind": kind, "times": 1});
        break_with(&sandbox, fault).await;
        assert!(customer.panel.start(&new).await.is_err());
    }
    let made = customer.panel.start(&new).await.unwrap();
    assert_eq!(customer.listed().await[0].id, made.payment_id);
    assert_eq!(customer.count().await, 1);
}

#[tokio::test]
async fn payment_page_is_on_listed_host_and_cancellable() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({})).await;
    for provider in ["stripe", "paypal"] {
        let by = customer
            .method(|method| {
                method.kind == MethodKind::PaymentSystem && method.provider == provider
            })
            .await;
        let made = customer.panel.start(&top_up("10", &by)).await.unwrap();
        let page = made.checkout.unwrap();
        checkout::allow(&page, &sandbox.network, &[]).unwrap();
        assert_eq!(
            customer.panel.pending().await.unwrap()[0].id,
            made.payment_id
        );
        customer.panel.cancel(&made.intent_id).await.unwrap();
        let ended = customer.until(Status::Cancelled).await;
        assert_eq!(ended.reason.unwrap().why, FailureCode::ByUser);
        assert_eq!(customer.panel.pending().await.unwrap(), []);
        customer.panel.cancel(&made.intent_id).await.unwrap();
    }
    let refused = customer.panel.invoice(&customer.listed().await[0].id).await;
    assert_eq!(refused.unwrap_err().code, Code::NotFound);
}

#[tokio::test]
async fn failed_debit_has_reason() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({})).await;
    let card = customer.default_card().await;
    for (debit, status, why) in [
        ("declined", Status::Cancelled, FailureCode::Declined),
        (
            "insufficient_funds",
            Status::Cancelled,
            FailureCode::InsufficientFunds,
        ),
        (
            "confirmation_failed",
            Status::Cancelled,
            FailureCode::ConfirmationFailed,
        ),
        ("method_expired", Status::Cancelled, FailureCode::MethodGone),
        ("fraudulent", Status::UnderReview, FailureCode::Fraud),
    ] {
        let path = format!("/methods/{}", card.code);
        customer
            .elsewhere("PATCH", &path, json!({"debit": debit}))
            .await;
        customer.panel.start(&top_up("10", &card)).await.unwrap();
        let ended = customer.until(status).await;
        assert_eq!(ended.reason.map(|reason| reason.why), Some(why), "{debit}");
    }
    let path = format!("/methods/{}", card.code);
    customer.elsewhere("DELETE", &path, Value::Null).await;
    let gone = customer
        .panel
        .start(&top_up("10", &card))
        .await
        .unwrap_err();
    assert_eq!(gone.code, Code::MethodUnknown);
}

#[tokio::test]
async fn reads_every_payment_status() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({})).await;
    for (theirs, ours) in [
        ("new", Status::Open),
        ("processing", Status::Confirming),
        ("trusted", Status::Confirming),
        ("paid", Status::Completed),
        ("waiting_refund", Status::Refunding),
        ("refunded", Status::Refunded),
        ("fraudulent", Status::UnderReview),
        ("cancelled", Status::Cancelled),
    ] {
        let made = customer
            .panel
            .start(&top_up("10", &customer.card_page().await))
            .await
            .unwrap();
        let path = format!("/panel/payments/{}/status", made.payment_id);
        let wanted = json!({"status": theirs, "force": true});
        sandbox.control("POST", &path, wanted).await;
        assert_eq!(customer.listed().await[0].status, ours, "{theirs}");
        let pending = customer.panel.pending().await.unwrap();
        let waits = pending.iter().any(|payment| payment.id == made.payment_id);
        assert_eq!(waits, !ours.is_final(), "{theirs}");
    }
}

#[tokio::test]
async fn reads_long_history_and_late_changes() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({"history": 450})).await;
    let mut cursor = None;
    let mut seen = Vec::new();
    loop {
        let page = customer
            .panel
            .history(None, cursor.as_deref())
            .await
            .unwrap();
        assert_eq!(page.unreadable, []);
        seen.extend(page.payments);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let first = customer.panel.history(None, None).await.unwrap();
    let two_days = json!({"advance_s": 2 * 24 * 3600});
    sandbox.control("POST", "/clock", two_days).await;
    let old = customer.panel.history(None, first.next.as_deref()).await;
    assert_eq!(old.unwrap_err().code, Code::Refused, "a cursor expires");

    let ids: HashSet<_> = seen.iter().map(|payment| payment.id.clone()).collect();
    assert_eq!((seen.len(), ids.len()), (450, 450));
    assert!(
        seen.windows(2)
            .all(|pair| pair[0].created_at >= pair[1].created_at)
    );

    let newest = seen.iter().map(|payment| payment.updated_at).max().unwrap();
    let old = seen
        .iter()
        .rfind(|payment| payment.status == Status::Completed)
        .unwrap();
    let path = format!("/panel/payments/{}/status", old.id);
    sandbox
        .control("POST", &path, json!({"status": "refunded"}))
        .await;
    let since = Some(newest.plus(Span::seconds(1)));
    let news = customer.panel.history(since, None).await.unwrap().payments;
    let news: Vec<_> = news
        .iter()
        .map(|payment| (&payment.id, payment.status))
        .collect();
    assert_eq!(news, [(&old.id, Status::Refunded)]);
}

#[tokio::test]
async fn renews_services_at_shown_price() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({"services": 2})).await;
    let card = customer.default_card().await;
    let due = customer.panel.dues().await.unwrap().services;
    let mut total = usd("0.00");
    let items = due
        .iter()
        .map(|service| {
            let period = &service.periods[1];
            total = total.checked_add(&period.price).unwrap();
            RenewalItem {
                service: service.id.clone(),
                period: Some(period.id.clone()),
                name: service.name.clone(),
            }
        })
        .collect();
    let new = paying(Purpose::Renewal { items }, total, &card);
    customer.panel.start(&new).await.unwrap();
    let paid = customer.until(Status::Completed).await;
    assert!(paid.purpose.is_same(&new.purpose));
    let after = customer.panel.dues().await.unwrap().services;
    for service in &due {
        let renewed = after.iter().find(|other| other.id == service.id).unwrap();
        assert_eq!(Some(renewed.due_at), service.periods[1].until);
    }

    let path = format!("/services/{}", due[0].id);
    customer
        .elsewhere("PATCH", &path, json!({"monthly": "99.00"}))
        .await;
    let dearer = NewPayment {
        top_up_id: Uuid::new_v4().to_string(),
        ..new
    };
    let refused = customer.panel.start(&dearer).await.unwrap_err();
    assert_eq!(refused.code, Code::TotalChanged);
    customer.elsewhere("DELETE", &path, Value::Null).await;
    let refused = customer.panel.start(&dearer).await.unwrap_err();
    assert_eq!(refused.code, Code::DueUnknown);
}

#[tokio::test]
async fn paid_migration_is_no_longer_due() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({"migrations": 1})).await;
    let waiting = customer.panel.dues().await.unwrap().migrations.remove(0);
    let period = &waiting.periods[0];
    let purpose = Purpose::Migration {
        order: waiting.order.clone(),
        period: Some(period.id.clone()),
        name: waiting.name.clone(),
    };
    let new = paying(
        purpose,
        period.price.clone(),
        &customer.default_card().await,
    );
    customer.panel.start(&new).await.unwrap();
    let paid = customer.until(Status::Completed).await;
    assert!(paid.purpose.is_same(&new.purpose));
    assert_eq!(customer.panel.dues().await.unwrap().migrations, []);
}

#[tokio::test]
async fn adds_chooses_and_removes_methods() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({"saved": true})).await;
    let via = customer.card_page().await;
    let new = NewMethod {
        payer: via.payers.first().cloned(),
        method: via.code.clone(),
        return_url: Some("org.bursar.desktop://top-up/return?state=1".to_owned()),
    };
    let page = customer.panel.add_method(&new).await.unwrap();
    checkout::allow(&page, &sandbox.network, &[]).unwrap();
    let pending = customer
        .method(|method| {
            let saved = method.saved.as_ref();
            saved.is_some_and(|saved| saved.state == SavedMethodState::Pending)
        })
        .await;
    assert!(!pending.is_usable());
    let refused = customer.panel.set_default_method(&pending.code).await;
    assert_eq!(refused.unwrap_err().code, Code::MethodUnknown);

    let path = format!("/methods/{}", pending.code);
    customer
        .elsewhere("PATCH", &path, json!({"status": "confirmed"}))
        .await;
    customer
        .panel
        .set_default_method(&pending.code)
        .await
        .unwrap();
    assert_eq!(customer.default_card().await.code, pending.code);
    for _ in 0..2 {
        customer.panel.remove_method(&pending.code).await.unwrap();
    }
    let left = customer.panel.catalogue().await.unwrap().methods;
    assert!(left.iter().all(|method| method.code != pending.code));
}

#[tokio::test]
async fn names_field_of_malformed_response() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({"history": 3})).await;
    customer.panel.balance().await.unwrap();
    for (set, remove, named) in [
        (
            json!({"/items/0/status": "unreadable"}),
            json!([]),
            "status",
        ),
        (
            json!({"/items/0/amount/amount": "-1.00"}),
            json!([]),
            "amount",
        ),
        (
            json!({"/items/0/amount/currency": "EUR"}),
            json!([]),
            "currency",
        ),
        (json!({}), json!(["/items/0/payer"]), "payer"),
    ] {
        let fault = json!({"target": "panel", "path": "/api/v1/payments", "kind": "edit", "set": set, "remove": remove});
        break_with(&sandbox, fault).await;
        let history = customer.panel.history(None, None).await.unwrap();
        assert_eq!(
            (history.payments.len(), history.unreadable.len()),
            (2, 1),
            "{named}"
        );
        assert_eq!(history.unreadable[0].error.code, Code::LineUnreadable);
        assert!(
            history.unreadable[0].error.message.contains(named),
            "{named}"
        );
        mend(&sandbox).await;
    }
    let fault = json!({"target": "panel", "path": "/api/v1/account", "kind": "edit", "set": {"/balance/amount": "-1.00"}});
    break_with(&sandbox, fault).await;
    let error = customer.panel.balance().await.unwrap_err();
    assert_eq!(error.code, Code::AnswerMalformed);
    assert!(error.message.contains("balance of the account is negative"));
}

#[tokio::test]
async fn requests_unchanged_data_by_etag() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({"balance": "5.00"})).await;
    for _ in 0..2 {
        assert_eq!(customer.panel.balance().await.unwrap().balance, usd("5.00"));
    }
    customer
        .elsewhere("PATCH", "", json!({"balance": "6.00"}))
        .await;
    assert_eq!(customer.panel.balance().await.unwrap().balance, usd("6.00"));
    let asked = "/requests?target=panel&path=/api/v1/account";
    let asked = sandbox.control("GET", asked, Value::Null).await;
    let statuses: Vec<_> = asked["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|request| request["status"].clone())
        .collect();
    assert_eq!(statuses, [200, 304, 200]);
}

#[tokio::test]
async fn distinguishes_keys_and_maintenance() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({})).await;
    let made = customer
        .elsewhere("POST", "/keys", json!({"read_only": true}))
        .await;
    let reader = sandbox.by_key(&made["api_key"]).await;
    reader.balance().await.unwrap();
    let card = customer.default_card().await;
    let refused = reader.start(&top_up("10", &card)).await.unwrap_err();
    assert_eq!(refused.code, Code::Forbidden);
    let path = format!("/keys/{}", made["id"].as_str().unwrap());
    customer.elsewhere("DELETE", &path, Value::Null).await;
    let rejected = reader.balance().await.unwrap_err();
    assert_eq!(rejected.code, Code::Unauthorized);

    assert_eq!(customer.panel.maintenance().await, Ok(false));
    sandbox
        .control("POST", "/panel/maintenance", json!({"on": true}))
        .await;
    assert_eq!(customer.panel.maintenance().await, Ok(true));
    let away = customer.panel.balance().await.unwrap_err();
    assert_eq!(away.code, Code::ProviderUnavailable);
}

#[tokio::test]
async fn supports_currency_without_decimals() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({"currency": "JPY", "balance": "5000"})).await;
    let yen = |text: &str| Amount::parse_decimal(text, Currency::new("JPY").unwrap()).unwrap();
    assert_eq!(customer.panel.balance().await.unwrap().balance, yen("5000"));
    assert_eq!(customer.panel.rules().amount_decimals, 0);
    let card = customer.default_card().await;
    let half = paying(Purpose::TopUp, yen("1000.5"), &card);
    assert_eq!(
        customer.panel.start(&half).await.unwrap_err().code,
        Code::AmountPrecision
    );
    let new = paying(Purpose::TopUp, yen("1000"), &card);
    customer.panel.start(&new).await.unwrap();
    customer.until(Status::Completed).await;
    assert_eq!(customer.panel.balance().await.unwrap().balance, yen("6000"));
}

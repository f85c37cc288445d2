//! Tests the panel provider against the sandbox, with a real API, API keys, debits, payment pages and invoices.

mod payments;
mod services;

use crate::sandbox::Sandbox;
use bursar_domain::catalogue::{Method, MethodKind, NewMethod, SavedMethodState};
use bursar_domain::checkout;
use bursar_domain::error::{Code, FieldFault, ResponseDetail, ResponseObject};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{NewPayment, Purpose, RemotePayment, Status};
use bursar_provider::Provider;
use serde_json::{Value, json};
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
    checkout::allow(&page, &sandbox.network, None, &[]).unwrap();
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
            history.unreadable[0]
                .error
                .detail
                .to_string()
                .contains(named),
            "{named}"
        );
        mend(&sandbox).await;
    }
    let fault = json!({"target": "panel", "path": "/api/v1/account", "kind": "edit", "set": {"/balance/amount": "-1.00"}});
    break_with(&sandbox, fault).await;
    let error = customer.panel.balance().await.unwrap_err();
    assert_eq!(error.code, Code::AnswerMalformed);
    let negative = ResponseDetail::ResponseField {
        field: "balance".to_owned(),
        object: ResponseObject::Account,
        fault: FieldFault::Negative,
    };
    assert_eq!(error.detail, negative.into());
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

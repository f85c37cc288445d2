//! Tests the panel provider with canned responses in the format of `docs/panel-api.yaml`. The submodules share this
//! code.

mod balances_and_charges;
mod error_responses;
mod payments;
mod requests;

use super::*;
use crate::connect;
use crate::session::Credential;
use bursar_domain::account::AccountId;
use bursar_domain::money::{Amount, Currency};
use bursar_platform::keyring::SecretStore;
use bursar_platform::stub_server::{ReceivedRequest, StubResponse, StubServer};
use zeroize::Zeroizing;

const KEY: &str = "pnl_canary-0123456789";
const ACCOUNT: &str = r#"{"id":"acc_7Q2M","name":"Dana Demo","email":"demo@sandbox.test","currency":"USD",
    "currency_decimals":2,"balance":{"amount":"182.40","currency":"USD"},
    "daily_spend":{"amount":"4.56","currency":"USD"},"days_left":40}"#;
const OPTIONS: &str = r#"{"min":{"amount":"0.50","currency":"USD"},"max":{"amount":"15000.00","currency":"USD"},
    "presets":[{"amount":"100.00","currency":"USD"},{"amount":"200.00","currency":"USD"}]}"#;
const PAYERS: &str = r#"{"items":[
    {"id":"pyr_dana","kind":"person","name":"Dana Demo","email":null,"country":"NL","is_default":true},
    {"id":"pyr_acme","kind":"company","name":"Acme B.V.","email":null,"country":"NL","is_default":false}]}"#;
const METHODS: &str = r#"{"items":[
    {"id":"mth_4242","kind":"saved","payer":"pyr_dana","name":"Visa ending in 4242","system":"stripe",
     "status":"confirmed","reason":null,"brand":"visa","last4":"4242","expires":"2031-04","email":null,
     "is_default":true,"page":null,"expires_at":null,"created_at":"2025-11-02T08:14:00Z"},
    {"id":"mth_card","kind":"payment_system","payer":"pyr_dana","name":"Card (Stripe)","system":"stripe","can_save":true},
    {"id":"mth_inv","kind":"invoice","payer":"pyr_acme","name":"Invoice (bank transfer)"}]}"#;
const TOP_UP: &str = r#"{"id":"pay_119","number":"2026-000119","status":"new","reason":null,
    "purpose":{"kind":"top_up"},"payer":{"id":"pyr_dana","name":"Dana Demo"},
    "method":{"id":"mth_card","kind":"payment_system","name":"Card (Stripe)","system":"stripe"},
    "amount":{"amount":"100.00","currency":"USD"},"created_at":"2026-01-31T12:00:00Z",
    "updated_at":"2026-01-31T12:00:01Z","paid_at":null,"page":"https://checkout.panel.example/pay/91c2",
    "expires_at":"2026-01-31T13:00:00Z","can_cancel":true,"has_invoice":false,"saved_method":null}"#;
const SERVICES: &str = r#"{"items":[{"id":"srv_web1","name":"web-1.demo.test","tariff":"VPS M",
    "due_at":"2026-02-10T00:00:00Z","periods":[{"id":"3m","months":3,"name":"3 months",
    "price":{"amount":"54.00","currency":"USD"},"until":"2026-05-10T00:00:00Z"}]}],"next_cursor":null}"#;
const MIGRATIONS: &str = r#"{"items":[{"id":"mig_31","number":"M-0031","ordered_at":"2026-01-28T09:30:00Z",
    "server":{"id":"srv_m31","name":"bm-31.demo.test","description":"EPYC","location":"Amsterdam"},
    "periods":[{"id":"12m","months":12,"name":"1 year","price":{"amount":"540.00","currency":"USD"},
    "until":"2027-01-31T12:00:00Z"}]}],"next_cursor":null}"#;

/// The response of a panel without faults.
fn usual(request: &ReceivedRequest) -> StubResponse {
    let body = match (request.method.as_str(), request.path()) {
        ("GET", "/api/v1/account") => ACCOUNT.to_owned(),
        ("GET", "/api/v1/top-up/options") => OPTIONS.to_owned(),
        ("GET", "/api/v1/payers") => PAYERS.to_owned(),
        ("GET", "/api/v1/payment-methods") => METHODS.to_owned(),
        ("GET", "/api/v1/payments") => page(TOP_UP),
        ("POST", "/api/v1/payments") => TOP_UP.to_owned(),
        ("GET", "/api/v1/services/renewable") => SERVICES.to_owned(),
        ("GET", "/api/v1/migrations") => MIGRATIONS.to_owned(),
        ("GET", "/api/v1/status") => {
            r#"{"maintenance":false,"message":null,"until":null}"#.to_owned()
        }
        _ => return StubResponse::json(404, "{}"),
    };
    StubResponse::json(200, &body)
}

/// The last page of a list.
fn page(items: &str) -> String {
    format!(r#"{{"items":[{items}],"next_cursor":null}}"#)
}

/// Starts a stub panel that responds with `answer`, and signs in to it. `more` goes to the end of the network file.
async fn over(
    answer: impl Fn(&ReceivedRequest) -> StubResponse + Send + 'static,
    more: &str,
) -> (StubServer, Arc<dyn Provider>) {
    let (server, provider, _) = signed_in(answer, more).await;
    (server, provider)
}

/// Does the same as [`over`], and also returns the session.
async fn signed_in(
    answer: impl Fn(&ReceivedRequest) -> StubResponse + Send + 'static,
    more: &str,
) -> (StubServer, Arc<dyn Provider>, Arc<Session>) {
    let server = StubServer::start(answer);
    let network = crate::networks::from_toml(&format!(
        "name = \"t\"\nprovider = \"panel\"\napi = \"{}\"\n{more}",
        server.url
    ))
    .unwrap();
    let secret_store = Arc::new(SecretStore::memory());
    let session = Arc::new(Session::new(AccountId::random(), secret_store));
    session
        .set_credential(
            Credential::api_key(Zeroizing::new(KEY.to_owned()).as_str()).unwrap(),
            false,
        )
        .await
        .unwrap();
    let provider = connect(&network, Arc::clone(&session), Http::new().unwrap());
    (server, provider, session)
}

/// Starts a panel without faults, except that it sends `body` for `path`.
async fn but_for(path: &'static str, body: &str) -> (StubServer, Arc<dyn Provider>) {
    let body = body.to_owned();
    over(
        move |request| {
            if request.path() == path {
                StubResponse::json(200, &body)
            } else {
                usual(request)
            }
        },
        "",
    )
    .await
}

fn usd(text: &str) -> Amount {
    Amount::parse_decimal(text, Currency::new("USD").unwrap()).unwrap()
}

/// Whether the error has all of these words, such as `field=id object=payer`.
fn names(error: &Error, words: &str) -> bool {
    let detail = error.detail.to_string();
    words.split(' ').all(|word| detail.contains(word))
}

/// Checks that the error names the faulty field, and does not repeat the server's text.
fn assert_names(error: &Error, field: &str, wrong: &str) {
    assert_eq!(error.code, Code::AnswerMalformed, "{wrong:.60}");
    assert!(
        error.detail.to_string().contains(field),
        "{} does not name {field}, for {wrong:.60}",
        error.detail
    );
    assert!(
        error.detail.to_string().len() < 200,
        "the server's text is not repeated"
    );
}

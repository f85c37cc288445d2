//! Helpers for the tests of the Fluence provider: stub responses in the forms that the API documents.

mod balances_and_charges;
mod entitlement_signs;
mod error_responses;
mod malformed_responses;
mod tokens;
mod top_ups;

use super::*;
use crate::connect;
use crate::session::Credential;
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::EntitlementKind;
use bursar_domain::catalogue::MethodKind;
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{NewPayment, Purpose, Status};
use bursar_platform::keyring::SecretStore;
use bursar_platform::stub_server::{ReceivedRequest, StubResponse, StubServer};
use zeroize::Zeroizing;

const KEY: &str = "flk_canary-0123456789";
const ID: &str = "11111111-2222-4333-8444-555555555555";
const TX: &str = "0x8f0f7b1f2d6f0f1e4b0a5c3d2e1f00112233445566778899aabbccddeeff0011";

fn network(api: &str, more: &str) -> Network {
    crate::networks::from_toml(&format!(
        "name = \"t\"\nprovider = \"fluence\"\napi = \"{api}\"\n{more}"
    ))
    .unwrap()
}

async fn over(server: &StubServer, more: &str) -> Arc<dyn Provider> {
    let network = network(server.url.as_str(), more);
    let session = Session::new(AccountId::random(), Arc::new(SecretStore::memory()));
    session
        .set_credential(Credential::api_key(KEY).unwrap(), false)
        .await
        .unwrap();
    connect(&network, Arc::new(session), Http::new().unwrap())
}

/// A provider whose API answers every call with this status and body.
async fn always(status: u16, body: &str) -> (StubServer, Arc<dyn Provider>) {
    let body = body.to_owned();
    let server = StubServer::start(move |_| StubResponse::json(status, &body));
    let provider = over(&server, "").await;
    (server, provider)
}

fn usdc(text: &str) -> Amount {
    Amount::parse_decimal(text, Currency::usdc()).unwrap()
}

fn top_up(status: &str) -> String {
    format!(
        r#"{{"id":"{ID}","userId":"u","amountCents":2550,"status":"{status}","provider":"copperx",
        "createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:05:05.250Z","expiresAt":null,
        "redirectUrl":"https://buy.copperx.io/payment/checkout-session/abc"}}"#
    )
}

fn old_top_up(status: &str) -> String {
    format!(
        r#"{{"id":"{ID}","userId":"u","currency":"usdc","amount":2550000000,"copperxFee":25500000,
        "copperxGasFee":500,"status":"{status}","createdAt":"2026-01-02T03:04:05Z",
        "updatedAt":"2026-01-02T03:05:05Z","expiresAt":"2026-01-02T03:19:05Z",
        "balanceContractTxAddress":"{TX}","copperxSessionUrl":"https://buy.copperx.io/x"}}"#
    )
}

/// A page of the history. If there are several pages, the history has 150 top-ups.
fn page(items: &str, current: u64, total: u64) -> String {
    let all: Vec<serde_json::Value> = serde_json::from_str(&format!("[{items}]")).unwrap();
    let records = if total > 1 { 150 } else { all.len() };
    format!(
        r#"{{"items":[{items}],"pagination":{{"totalRecords":150,"filteredRecords":{records},
        "totalPages":{total},"currentPage":{current},"perPage":100}}}}"#
    )
}

fn new_top_up(cents: i64) -> NewPayment {
    NewPayment {
        purpose: Purpose::TopUp,
        payer: None,
        save_method: false,
        amount: Amount::from_cents(cents, Currency::usdc()),
        method: Some("usdc".to_owned()),
        method_provider: Some("copperx".to_owned()),
        return_url: Some("org.bursar.desktop://top-up/return?state=0".to_owned()),
        top_up_id: "k".to_owned(),
    }
}

fn created(intent: &str) -> String {
    format!(
        r#"{{"intentId":"{intent}","sessionId":"s","provider":"copperx","providerPaymentId":"p",
        "presentation":{{"type":"redirect","redirectUrl":"https://buy.copperx.io/payment/checkout-session/abc"}}}}"#
    )
}

//! The hosted payment page. A small script polls the session's state and updates it. Only the test wallet, the back
//! arrow and a submitted transaction hash change anything.

use std::sync::Arc;

use alloy_primitives::Address;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;
use serde_json::{Value, json};

use super::sessions::{Asset, Session, SessionStatus};
use super::{wallet, watcher};
use crate::clock::rfc3339;
use crate::html::{escape, fill_template};
use crate::http::{ApiError, ApiResult, html_page, ok, parse_body, static_asset};
use crate::money;
use crate::sandbox::Sandbox;

const TEMPLATE: &str = include_str!("../../assets/checkout.html");
const CSS: &str = include_str!("../../assets/checkout.css");
const JS: &str = include_str!("../../assets/checkout.js");
const MERCHANT: &str = "Fluence DAO";

pub(super) async fn css() -> Response {
    static_asset("text/css; charset=utf-8", CSS)
}

pub(super) async fn js() -> Response {
    static_asset("text/javascript; charset=utf-8", JS)
}

fn session(sandbox: &Sandbox, id: &str) -> Result<Session, ApiError> {
    let found = id.parse().ok().and_then(|id| sandbox.sessions.get(id));
    found.ok_or_else(|| ApiError::not_found("This payment page does not exist"))
}

pub(super) async fn show(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<String>) -> Response {
    let Ok(session) = session(&sandbox, &id) else {
        return (
            StatusCode::NOT_FOUND,
            html_page(
                "<!doctype html><title>Not found</title><p>This payment page does not exist."
                    .to_owned(),
            ),
        )
            .into_response();
    };
    let options = |label: fn(&Asset) -> &'static str| -> String {
        session
            .assets
            .iter()
            .map(|asset| {
                format!(
                    "<option value=\"{}\">{}</option>",
                    asset.chain,
                    escape(label(asset))
                )
            })
            .collect()
    };
    let filled = fill_template(
        &TEMPLATE
            .replace("{{networks}}", &options(|asset| asset.network))
            .replace("{{coins}}", &options(|asset| asset.symbol)),
        &[
            ("merchant", MERCHANT),
            ("item", &session.item),
            ("total", &money::format_short(session.total())),
            ("subtotal", &money::format_short(session.subtotal)),
            ("fee", &money::format_short(session.fee)),
            ("name", &session.customer.name),
            ("email", &session.customer.email),
            ("status", session.status.name()),
        ],
    );
    html_page(filled)
}

/// The session's state, which the page's script polls.
pub(super) async fn state(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
) -> ApiResult {
    let session = session(&sandbox, &id)?;
    let left = (session.expires_at - sandbox.clock.now())
        .whole_seconds()
        .max(0);
    ok(&state_json(&session, left))
}

fn state_json(session: &Session, seconds_left: i64) -> Value {
    let cancelled = session.status == SessionStatus::Canceled;
    let return_url = if cancelled {
        &session.cancel_url
    } else {
        &session.success_url
    };
    let assets: Vec<Value> = session.assets.iter().map(Asset::summary_json).collect();
    let transfers: Vec<Value> = session
        .transfers
        .iter()
        .map(|transfer| {
            json!({"chain": transfer.chain, "transaction": transfer.transaction, "amount": money::format_short(transfer.micros),
                "counted": transfer.settled})
        })
        .collect();
    json!({
        "status": session.status.name(), "late": session.late, "seconds_left": seconds_left,
        "expires_at": rfc3339(session.expires_at), "due": money::format_short(session.total()),
        "missing": money::format_short(session.amount_missing()), "received": money::format_short(session.amount_received()), "assets": assets,
        "transfers": transfers, "return_url": return_url,
    })
}

/// The QR code contains only the address: a wallet that understands part of a richer payment URI would send money to
/// the wrong place.
pub(super) async fn qr(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, chain)): Path<(String, u64)>,
) -> ApiResult {
    let session = session(&sandbox, &id)?;
    let payable = session
        .asset(chain)
        .ok_or_else(|| ApiError::not_found("Not payable on that network"))?;
    let code = QrCode::new(payable.address.to_string())
        .map_err(|error| ApiError::bad_request(error.to_string()))?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build();
    Ok((
        [
            ("content-type", "image/svg+xml"),
            ("cache-control", "no-store"),
        ],
        picture,
    )
        .into_response())
}

pub(super) async fn cancel(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
) -> ApiResult {
    let now = sandbox.clock.now();
    let id = session(&sandbox, &id)?.id;
    let Some(session) = sandbox.sessions.update(id, |session| session.cancel(now)) else {
        return Err(ApiError::not_found("This payment page does not exist"));
    };
    ok(&json!({"status": session.status.name(), "return_url": session.cancel_url}))
}

#[derive(Debug, Deserialize)]
struct WalletPayment {
    chain: u64,
    amount: String,
}

/// Pays with the test wallet: a real transfer on the local chain.
pub(super) async fn wallet(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> ApiResult {
    let session = session(&sandbox, &id)?;
    let payment: WalletPayment = parse_body(&bytes)?;
    let amount = money::parse(&payment.amount).filter(|amount| *amount > 0);
    let amount =
        amount.ok_or_else(|| ApiError::unprocessable("The amount must be a number like 10.1"))?;
    let payable = session
        .asset(payment.chain)
        .ok_or_else(|| ApiError::not_found("Not payable on that network"))?;
    let mined = wallet::pay(&sandbox, payable, amount).await?;
    ok(
        &json!({"transaction": mined.transaction, "amount": money::format_short(amount), "block": mined.block}),
    )
}

#[derive(Debug, Deserialize)]
struct SubmittedHash {
    chain: u64,
    hash: String,
}

/// "Have you already paid?" Checks the submitted transaction, even while the watcher is held.
pub(super) async fn submit_hash(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> ApiResult {
    let session = session(&sandbox, &id)?;
    let submitted: SubmittedHash = parse_body(&bytes)?;
    let hash = submitted.hash.trim().to_ascii_lowercase();
    let digits = hash.strip_prefix("0x").unwrap_or_default();
    if digits.len() != 64 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(ApiError::unprocessable(
            "A transaction hash must be 0x followed by 64 hexadecimal digits",
        ));
    }
    let known = session
        .transfers
        .iter()
        .any(|transfer| transfer.transaction.eq_ignore_ascii_case(&hash));
    if known {
        return ok(&json!({"found": true, "text": "Found: this transaction pays this session."}));
    }
    let chain = sandbox
        .payment_chain(submitted.chain)
        .ok_or_else(|| ApiError::not_found("Not payable on that network"))?;
    let receipt = chain
        .rpc
        .call("eth_getTransactionReceipt", json!([hash]))
        .await?;
    let text = if receipt.is_null() {
        "This network does not know the transaction yet. Check the hash and the network."
    } else if let Some(token) = paid_token(&receipt, &session, submitted.chain) {
        watcher::record_receipt(&sandbox, submitted.chain, token, &receipt);
        return ok(
            &json!({"found": true, "text": "Found: this transaction will be counted in a moment."}),
        );
    } else {
        "The transaction exists, but it does not pay this session's address."
    };
    ok(&json!({"found": false, "text": text}))
}

/// The token that the transaction transferred to the session's address, if it did.
fn paid_token(receipt: &Value, session: &Session, chain: u64) -> Option<Address> {
    let payable = session.asset(chain)?;
    let logs = receipt
        .get("logs")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let paid = logs.iter().any(|log| {
        let address = log
            .get("address")
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok());
        let to = log
            .pointer("/topics/2")
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok());
        address == Some(payable.token) && to.map(Address::from_word) == Some(payable.address)
    });
    paid.then_some(payable.token)
}

//! Pays on the hosted pages: sends coins, enters a test card, and answers for the bank.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::control::top_ups::{find, top_up_json};
use crate::http::{ApiError, ApiResult, ok, parse_body};
use crate::panel::instrument::parse_card;
use crate::sandbox::Sandbox;
use crate::today::coins::{format_units, parse_units};
use crate::today::payment_page::{CardState, PageStep, PaymentPage, Transfer};
use crate::today::payments;

/// The part of `POST /top-ups/{id}/pay` that is for today's era.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PagePayment {
    coin: Option<String>,
    network: Option<String>,
    amount: Option<String>,
    card: Option<String>,
}

/// Pays a top-up of today's era: by a test card, or by a coin in which a part or everything is sent.
pub(crate) fn pay(sandbox: &Sandbox, top_up: Uuid, request: &PagePayment) -> ApiResult {
    let now = sandbox.clock.now();
    if let Some(number) = &request.card {
        let expiry = format!("12 / {}", now.year() + 1);
        let card = parse_card(number, &expiry, "123", now).map_err(ApiError::unprocessable)?;
        payments::pay_by_card(&mut sandbox.console(), top_up, &card, now)?;
        return ok(&top_up_json(sandbox, &find(sandbox, top_up)?));
    }
    let mut console = sandbox.console();
    let has_deposit = console
        .today
        .page(top_up)
        .and_then(PaymentPage::crypto)
        .is_some_and(|step| step.deposit.is_some());
    if request.coin.is_some() || !has_deposit {
        let coin = request.coin.as_deref().unwrap_or("usdc");
        let network = request.network.as_deref().unwrap_or("polygon");
        payments::choose(&mut console, top_up, coin, network)?;
    }
    let units = match &request.amount {
        None => None,
        Some(text) => {
            let units = parse_units(text).filter(|units| *units > 0);
            Some(units.ok_or_else(|| ApiError::unprocessable("not an amount: amount"))?)
        }
    };
    let transfer = payments::send(&mut console, top_up, units, now)?;
    ok(&transfer_json(&transfer))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BankAnswer {
    Confirm,
    Refuse,
}

#[derive(Debug, Deserialize)]
struct BankRequest {
    answer: BankAnswer,
}

/// `POST /top-ups/{id}/bank`: answers the bank's question, or for a bank that has not answered.
pub(super) async fn answer_bank(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: BankRequest = parse_body(&bytes)?;
    let top_up = find(&sandbox, id)?;
    let is_confirmed = matches!(request.answer, BankAnswer::Confirm);
    let now = sandbox.clock.now();
    payments::answer_bank(&mut sandbox.console(), top_up.id, is_confirmed, now)?;
    ok(&top_up_json(&sandbox, &find(&sandbox, id)?))
}

/// The payment page of a top-up as it is; null if it has none.
pub(crate) fn page_json(sandbox: &Sandbox, top_up: Uuid) -> Value {
    let console = sandbox.console();
    let Some(page) = console.today.page(top_up) else {
        return Value::Null;
    };
    match &page.step {
        PageStep::Crypto(step) => {
            let deposit = step.deposit.as_ref().map(|deposit| {
                json!({
                    "coin": deposit.coin.code, "network": deposit.coin.network, "address": deposit.address,
                    "due": format_units(deposit.due), "received": format_units(step.received()),
                    "missing": format_units(step.missing()),
                })
            });
            let transfers: Vec<Value> = step.transfers.iter().map(transfer_json).collect();
            json!({"kind": "crypto", "total": page.total_text(), "deposit": deposit, "transfers": transfers})
        }
        PageStep::Card(step) => {
            let state = match step.state {
                CardState::Details => "details",
                CardState::Question { .. } => "question",
                CardState::Processing { .. } => "processing",
                CardState::Paid => "paid",
            };
            json!({"kind": "card", "total": page.total_text(), "state": state, "refusals": step.refusals})
        }
    }
}

fn transfer_json(transfer: &Transfer) -> Value {
    json!({
        "transaction": transfer.transaction, "amount": format_units(transfer.units), "confirmed": transfer.confirmed,
        "late": transfer.late, "seen_at": rfc3339(transfer.seen_at),
    })
}

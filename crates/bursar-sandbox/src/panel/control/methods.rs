//! Changes saved methods outside the API: adds, confirms, refuses and removes them, and sets the outcome of debits.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::lookup::account;
use crate::http::{ApiError, ApiResult, json_response, no_content, ok, parse_body};
use crate::panel::instrument::{Outcome, wallet_account};
use crate::panel::method::{Method, SavedMethodStatus};
use crate::panel::payment::ReasonCode;
use crate::panel::seed;
use crate::panel::state::Account;
use crate::sandbox::Sandbox;

#[derive(Debug, Deserialize)]
struct MethodRequest {
    /// The default payer if left out.
    payer: Option<String>,
    /// The number of a test card.
    card: Option<String>,
    /// The address of a PayPal account.
    email: Option<String>,
    status: Option<SavedMethodStatus>,
    #[serde(default)]
    is_default: bool,
    debit: Option<DebitOutcome>,
}

/// The outcome of a debit.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DebitOutcome {
    Approve,
    Declined,
    InsufficientFunds,
    ConfirmationFailed,
    MethodExpired,
    Fraudulent,
    Hang,
}

impl DebitOutcome {
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Approve => Outcome::Approve,
            Self::Declined => Outcome::Refuse(ReasonCode::Declined),
            Self::InsufficientFunds => Outcome::Refuse(ReasonCode::InsufficientFunds),
            Self::ConfirmationFailed => Outcome::Refuse(ReasonCode::ConfirmationFailed),
            Self::MethodExpired => Outcome::Refuse(ReasonCode::MethodExpired),
            Self::Fraudulent => Outcome::Suspect,
            Self::Hang => Outcome::Hang,
        }
    }
}

pub(super) async fn add(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: MethodRequest = parse_body(&bytes)?;
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    let account = account(&mut panel, id)?;
    let payer = account
        .payers
        .iter()
        .find(|payer| match &request.payer {
            Some(id) => payer.id == *id,
            None => payer.is_default,
        })
        .map(|payer| payer.id.clone())
        .ok_or_else(|| ApiError::not_found("No such payer"))?;
    let instrument = match &request.email {
        Some(email) => wallet_account(email),
        None => seed::test_card(request.card.as_deref().unwrap_or("4242424242424242")),
    };
    let mut instrument = instrument
        .ok_or_else(|| ApiError::unprocessable("neither a test card nor an e-mail address"))?;
    instrument.debit_outcome = request
        .debit
        .map_or(instrument.debit_outcome, DebitOutcome::outcome);
    let status = request.status.unwrap_or(SavedMethodStatus::Confirmed);
    let id = seed::add_saved_method(account, &payer, instrument, status, now);
    if request.is_default {
        account.make_default(&id);
    }
    Ok(json_response(
        StatusCode::CREATED,
        &method_json(account, &id)?,
    ))
}

fn method_json(account: &Account, id: &str) -> Result<Value, ApiError> {
    account
        .method(id)
        .map(Method::to_json)
        .ok_or_else(|| ApiError::not_found("No such method"))
}

#[derive(Debug, Deserialize)]
struct Patch {
    status: Option<SavedMethodStatus>,
    is_default: Option<bool>,
    debit: Option<DebitOutcome>,
}

pub(super) async fn patch(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, method)): Path<(Uuid, String)>,
    bytes: Bytes,
) -> ApiResult {
    let patch: Patch = parse_body(&bytes)?;
    let mut panel = sandbox.panel();
    let account = account(&mut panel, id)?;
    method_json(account, &method)?;
    if patch.status == Some(SavedMethodStatus::Confirmed) {
        account.confirm_method(&method);
    }
    if let Some(saved) = account.method_mut(&method).and_then(Method::saved_mut) {
        match patch.status {
            Some(SavedMethodStatus::Failed) => saved.fail(ReasonCode::Declined),
            Some(SavedMethodStatus::Pending) => saved.status = SavedMethodStatus::Pending,
            Some(SavedMethodStatus::Confirmed) | None => {}
        }
        saved.is_default = patch.is_default.unwrap_or(saved.is_default);
        if let (Some(instrument), Some(debit)) = (&mut saved.instrument, patch.debit) {
            instrument.debit_outcome = debit.outcome();
        }
    }
    if patch.is_default == Some(true) {
        account.make_default(&method);
    }
    ok(&method_json(account, &method)?)
}

pub(super) async fn remove(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, method)): Path<(Uuid, String)>,
) -> ApiResult {
    let mut panel = sandbox.panel();
    let account = account(&mut panel, id)?;
    method_json(account, &method)?;
    account.remove_method(&method);
    no_content()
}

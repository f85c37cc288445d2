//! Saved methods in other hands: added, confirmed, refused or removed elsewhere, and what their debits come to.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::account;
use crate::http::{Answer, ApiError, body, json_answer, no_content, ok};
use crate::panel::instrument::{Outcome, wallet};
use crate::panel::method::{Method, SavedStatus};
use crate::panel::payment::Why;
use crate::panel::seed;
use crate::panel::state::Account;
use crate::world::World;

#[derive(Debug, Deserialize)]
struct Wanted {
    /// The default payer, if left out.
    payer: Option<String>,
    /// One of the test cards.
    card: Option<String>,
    /// An account at the PayPal-like house.
    email: Option<String>,
    status: Option<SavedStatus>,
    #[serde(default)]
    is_default: bool,
    debit: Option<Debit>,
}

/// What a debit comes to.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Debit {
    Approve,
    Declined,
    InsufficientFunds,
    ConfirmationFailed,
    MethodExpired,
    Fraudulent,
    Hang,
}

impl Debit {
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Approve => Outcome::Approve,
            Self::Declined => Outcome::Refuse(Why::Declined),
            Self::InsufficientFunds => Outcome::Refuse(Why::InsufficientFunds),
            Self::ConfirmationFailed => Outcome::Refuse(Why::ConfirmationFailed),
            Self::MethodExpired => Outcome::Refuse(Why::MethodExpired),
            Self::Fraudulent => Outcome::Suspect,
            Self::Hang => Outcome::Hang,
        }
    }
}

pub(super) async fn add(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wanted: Wanted = body(&bytes)?;
    let now = world.clock.now();
    let mut panel = world.panel();
    let account = account(&mut panel, id)?;
    let payer = account
        .payers
        .iter()
        .find(|payer| match &wanted.payer {
            Some(id) => payer.id == *id,
            None => payer.is_default,
        })
        .map(|payer| payer.id.clone())
        .ok_or_else(|| ApiError::not_found("No such payer"))?;
    let instrument = match &wanted.email {
        Some(email) => wallet(email),
        None => seed::test_card(wanted.card.as_deref().unwrap_or("4242424242424242")),
    };
    let mut instrument = instrument
        .ok_or_else(|| ApiError::unprocessable("neither a test card nor an e-mail address"))?;
    instrument.on_debit = wanted.debit.map_or(instrument.on_debit, Debit::outcome);
    let status = wanted.status.unwrap_or(SavedStatus::Confirmed);
    let id = seed::add_saved(account, &payer, instrument, status, now);
    if wanted.is_default {
        account.make_default(&id);
    }
    Ok(json_answer(StatusCode::CREATED, &describe(account, &id)?))
}

fn describe(account: &Account, id: &str) -> Result<Value, ApiError> {
    account
        .method(id)
        .map(Method::to_json)
        .ok_or_else(|| ApiError::not_found("No such method"))
}

#[derive(Debug, Deserialize)]
struct Patch {
    status: Option<SavedStatus>,
    is_default: Option<bool>,
    debit: Option<Debit>,
}

pub(super) async fn patch(
    State(world): State<Arc<World>>,
    Path((id, method)): Path<(Uuid, String)>,
    bytes: Bytes,
) -> Answer {
    let patch: Patch = body(&bytes)?;
    let mut panel = world.panel();
    let account = account(&mut panel, id)?;
    describe(account, &method)?;
    if patch.status == Some(SavedStatus::Confirmed) {
        account.confirm_method(&method);
    }
    if let Some(saved) = account.method_mut(&method).and_then(Method::saved_mut) {
        match patch.status {
            Some(SavedStatus::Failed) => saved.fail(Why::Declined),
            Some(SavedStatus::Pending) => saved.status = SavedStatus::Pending,
            Some(SavedStatus::Confirmed) | None => {}
        }
        saved.is_default = patch.is_default.unwrap_or(saved.is_default);
        if let (Some(instrument), Some(debit)) = (&mut saved.instrument, patch.debit) {
            instrument.on_debit = debit.outcome();
        }
    }
    if patch.is_default == Some(true) {
        account.make_default(&method);
    }
    ok(&describe(account, &method)?)
}

pub(super) async fn remove(
    State(world): State<Arc<World>>,
    Path((id, method)): Path<(Uuid, String)>,
) -> Answer {
    let mut panel = world.panel();
    let account = account(&mut panel, id)?;
    describe(account, &method)?;
    account.remove_method(&method);
    no_content()
}

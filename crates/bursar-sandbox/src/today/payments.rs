//! What a payer does on a payment page: choose a coin, send it, enter a card, answer the bank. The pages and the control
//! API use the same steps.

use std::fmt::Write;

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::coins::Coin;
use super::payment_page::{CardState, Transfer};
use crate::console::state::{ConsoleState, TopUpStatus};
use crate::http::ApiError;
use crate::panel::instrument::{Instrument, Outcome};
use crate::panel::payment::ReasonCode;

/// How long a slow bank takes.
const SLOW_BANK: Duration = Duration::seconds(2);

/// Chooses the coin in which a crypto page is paid.
pub(crate) fn choose(
    console: &mut ConsoleState,
    top_up: Uuid,
    code: &str,
    network: &str,
) -> Result<(), ApiError> {
    let coin = Coin::find(code, network)
        .ok_or_else(|| ApiError::unprocessable("This coin is not accepted on this network."))?;
    if !is_open(console, top_up) {
        return Err(ApiError::conflict("This payment has ended."));
    }
    let page = console.today.page_mut(top_up);
    page.ok_or_else(not_a_page)?.choose(coin);
    Ok(())
}

/// Goes back to the choice of a coin, unless something was sent already.
pub(crate) fn choose_again(console: &mut ConsoleState, top_up: Uuid) {
    let page = console.today.page_mut(top_up);
    if let Some(step) = page.and_then(|page| page.crypto_mut())
        && step.transfers.is_empty()
    {
        step.deposit = None;
    }
}

/// Sends an amount to the page's address; by default what is missing. After the end it counts for nothing.
pub(crate) fn send(
    console: &mut ConsoleState,
    top_up: Uuid,
    units: Option<u128>,
    now: OffsetDateTime,
) -> Result<Transfer, ApiError> {
    let late = !is_open(console, top_up);
    let step = console
        .today
        .page_mut(top_up)
        .and_then(|page| page.crypto_mut())
        .ok_or_else(not_a_page)?;
    let deposit = step
        .deposit
        .as_ref()
        .ok_or_else(|| ApiError::conflict("Choose a coin and a network first."))?;
    let due = if late { deposit.due } else { step.missing() };
    let transfer = Transfer {
        transaction: random_hash(),
        units: units.unwrap_or(due),
        seen_at: now,
        confirmed: false,
        late,
    };
    step.transfers.push(transfer.clone());
    Ok(transfer)
}

/// Pays with a test card. A refused card leaves the page open for another one.
pub(crate) fn pay_by_card(
    console: &mut ConsoleState,
    top_up: Uuid,
    card: &Instrument,
    now: OffsetDateTime,
) -> Result<(), ApiError> {
    let outcome = card.page_outcome;
    let last4 = card.last4.clone().unwrap_or_default();
    step_card(console, top_up, now, |state| match outcome {
        Outcome::Approve => Ok(CardState::Paid),
        Outcome::Refuse(reason) => Err(reason),
        Outcome::Confirm => Ok(CardState::Question { last4 }),
        Outcome::Slow => Ok(CardState::Processing {
            until: Some(now + SLOW_BANK),
        }),
        Outcome::Hang => Ok(CardState::Processing { until: None }),
        Outcome::Suspect => Ok(state.clone()),
    })?;
    if outcome == Outcome::Suspect {
        // The money is there, but a person has to look at it.
        console.set_status(top_up, TopUpStatus::AmlFailed, now);
    }
    Ok(())
}

/// Answers the bank's question, or ends a payment that the bank has not answered.
pub(crate) fn answer_bank(
    console: &mut ConsoleState,
    top_up: Uuid,
    is_confirmed: bool,
    now: OffsetDateTime,
) -> Result<(), ApiError> {
    let card = console.today.page(top_up).and_then(|page| page.card());
    let is_waiting = card.is_some_and(|card| {
        matches!(
            card.state,
            CardState::Question { .. } | CardState::Processing { .. }
        )
    });
    if !is_waiting {
        return Err(ApiError::conflict("The bank has no question."));
    }
    step_card(console, top_up, now, |_| {
        if is_confirmed {
            Ok(CardState::Paid)
        } else {
            Err(ReasonCode::ConfirmationFailed)
        }
    })
}

/// Moves the card page on, if it is open, and lets the top-up follow.
fn step_card(
    console: &mut ConsoleState,
    top_up: Uuid,
    now: OffsetDateTime,
    next: impl FnOnce(&CardState) -> Result<CardState, ReasonCode>,
) -> Result<(), ApiError> {
    if !is_open(console, top_up) {
        return Err(ApiError::conflict("This payment has ended."));
    }
    let step = console
        .today
        .page_mut(top_up)
        .and_then(|page| page.card_mut())
        .ok_or_else(not_a_page)?;
    match next(&step.state) {
        Ok(state) => {
            step.state = state;
            step.refusal = None;
        }
        Err(reason) => {
            step.state = CardState::Details;
            step.refusal = Some(reason.message());
            step.refusals += 1;
        }
    }
    if step.state == CardState::Paid {
        console.mark_paid(top_up, now);
    }
    Ok(())
}

/// Whether the page of that top-up can still be paid.
fn is_open(console: &ConsoleState, top_up: Uuid) -> bool {
    let found = console.top_up(top_up);
    found.is_some_and(|top_up| top_up.status == TopUpStatus::Created)
}

fn not_a_page() -> ApiError {
    ApiError::conflict("This top-up has no payment page of that kind.")
}

/// A transaction's hash. The chain is not played, so that nobody can look it up.
pub(crate) fn random_hash() -> String {
    let bytes = rand::random::<[u8; 32]>();
    bytes.iter().fold("0x".to_owned(), |mut hash, byte| {
        let _ = write!(hash, "{byte:02x}");
        hash
    })
}

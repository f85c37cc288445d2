//! Which chain event belongs to which payment. A match by id is certain; a match by amount is made only
//! where there is nothing to choose, so that the answer never depends on the order in which things became
//! known.

use bursar_domain::chain_event::{BalanceEvent, EventKind};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::Amount;
use bursar_domain::view::PaymentStatus;
use std::collections::{BTreeMap, BTreeSet};

/// An event within this of a payment's creation may be its money.
pub const MATCH_WINDOW: Span = Span::hours(24);

/// A payment as the rule sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchablePayment {
    pub id: String,
    pub amount: Amount,
    pub created_at: Timestamp,
    pub status: PaymentStatus,
}

/// An event, by its place in the list, and the payment it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    pub payment: String,
    pub event: usize,
    pub by_id: bool,
}

/// Whether a top-up in this status may have had money sent to it. Those that ended without any are among
/// them, because money may come late; so a cancelled attempt and its repetition leave a choice, and a choice
/// is not made.
pub fn may_receive_money(status: PaymentStatus) -> bool {
    match status {
        PaymentStatus::Open
        | PaymentStatus::Confirming
        | PaymentStatus::UnderReview
        | PaymentStatus::Completed
        | PaymentStatus::Cancelled
        | PaymentStatus::Expired
        | PaymentStatus::Failed
        | PaymentStatus::Refunding
        | PaymentStatus::Refunded => true,
        PaymentStatus::Starting | PaymentStatus::NotStarted => false,
    }
}

/// Whether a top-up in this status can be verified by an event of the same amount. One that ended without money cannot:
/// late money shows in its status once the provider has credited it, or in an event that carries its id. Until then it
/// only leaves a choice, see [`may_receive_money`].
pub fn is_verifiable_by_amount(status: PaymentStatus) -> bool {
    match status {
        PaymentStatus::Open
        | PaymentStatus::Confirming
        | PaymentStatus::UnderReview
        | PaymentStatus::Completed
        | PaymentStatus::Refunding
        | PaymentStatus::Refunded => true,
        PaymentStatus::Starting
        | PaymentStatus::NotStarted
        | PaymentStatus::Cancelled
        | PaymentStatus::Expired
        | PaymentStatus::Failed => false,
    }
}

/// Whether the two times allow a match by amount.
pub fn is_within_match_window(created_at: Timestamp, block_time: Timestamp) -> bool {
    block_time.since(created_at).0.saturating_abs() <= MATCH_WINDOW.0
}

/// The whole rule over all that is known. History applies it step by step as things become known, to the
/// same result.
///
/// 1. A credit that carries a payment's id belongs to that payment; of several, the first in the chain.
/// 2. Of the rest, a credit and a payment belong together when they have the same value, are within
///    [`MATCH_WINDOW`] of each other, and each is the only one so near to the other. A payment that ended without money counts
///    for that, but does not get the credit itself.
pub fn match_payments(payments: &[MatchablePayment], events: &[BalanceEvent]) -> Vec<Match> {
    let known: BTreeSet<&str> = payments.iter().map(|payment| payment.id.as_str()).collect();
    let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unnamed = Vec::new();
    for (index, event) in events.iter().enumerate() {
        let EventKind::Credit { top_up_id } = &event.kind else {
            continue;
        };
        if !known.contains(top_up_id.as_str()) {
            unnamed.push((index, event));
            continue;
        }
        let first = by_id.entry(top_up_id).or_insert(index);
        if events
            .get(*first)
            .is_some_and(|seen| position(event) < position(seen))
        {
            *first = index;
        }
    }
    let named = by_id.iter().map(|(payment, event)| Match {
        payment: (*payment).to_owned(),
        event: *event,
        by_id: true,
    });
    let candidates: Vec<&MatchablePayment> = payments
        .iter()
        .filter(|payment| {
            !by_id.contains_key(payment.id.as_str()) && may_receive_money(payment.status)
        })
        .collect();
    let likely = candidates.iter().filter_map(|payment| {
        let (index, event) = only_one(
            unnamed
                .iter()
                .filter(|(_, event)| matches_by_amount(payment, event)),
        )?;
        let payment = only_one(
            candidates
                .iter()
                .filter(|other| matches_by_amount(other, event)),
        )
        .filter(|payment| is_verifiable_by_amount(payment.status))?;
        Some(Match {
            payment: payment.id.clone(),
            event: *index,
            by_id: false,
        })
    });
    named.chain(likely).collect()
}

fn matches_by_amount(payment: &MatchablePayment, event: &BalanceEvent) -> bool {
    payment.amount.equals(&event.amount)
        && !payment.amount.is_negative()
        && !payment.amount.is_zero()
        && is_within_match_window(payment.created_at, event.block_time)
}

fn position(event: &BalanceEvent) -> (u64, u64) {
    (event.block, event.log_index)
}

fn only_one<T>(mut candidates: impl Iterator<Item = T>) -> Option<T> {
    let first = candidates.next()?;
    candidates.next().is_none().then_some(first)
}

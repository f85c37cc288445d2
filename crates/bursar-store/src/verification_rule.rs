//! The rule that makes a payment Verified: which chain event belongs to which payment. A match by id is certain. A
//! match by amount needs an unambiguous pair, so the result never depends on the order in which payments and events
//! become known.

use bursar_domain::chain_event::{BalanceEvent, EventKind};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::Amount;
use bursar_domain::payment::PaymentStatus;
use std::collections::{BTreeMap, BTreeSet};

/// The longest time between a payment's creation and the block of an event matched by amount.
pub const MATCH_WINDOW: Span = Span::hours(24);

/// What the rule needs to know of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchablePayment {
    pub id: String,
    pub amount: Amount,
    pub created_at: Timestamp,
    pub status: PaymentStatus,
}

/// A payment and its event, as an index into the list of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    pub payment: String,
    pub event: usize,
    pub by_id: bool,
}

/// Whether money may have been sent for a top-up in this status. This includes top-ups that ended without money,
/// because money may come late. A cancelled top-up and its repetition are therefore ambiguous, and neither is matched
/// by amount.
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

/// Whether an event of the same amount can verify a top-up in this status. It cannot verify one that ended without
/// money: late money shows in the status once the provider has credited it, or in an event that carries the id. Until
/// then such a top-up only makes a match ambiguous, see [`may_receive_money`].
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

/// Whether the two times are close enough for a match by amount.
pub fn is_within_match_window(created_at: Timestamp, block_time: Timestamp) -> bool {
    block_time.since(created_at).0.saturating_abs() <= MATCH_WINDOW.0
}

/// The whole rule, applied to everything at once. The history applies it incrementally, with the same result.
///
/// 1. A credit that carries a payment's id belongs to that payment. Of several, the first in the chain counts.
/// 2. Of the rest, a credit and a payment match if their values are equal, they are within [`MATCH_WINDOW`] of each
///    other, and each is the other's only candidate. A payment that ended without money is a candidate, but is not
///    verified by the credit.
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

//! Events that another RPC tells in another place of their transaction: RPCs may count its logs in different ways, so that
//! the place alone does not say whether an event is known. What tells the same is the same event, as often as it comes.

use super::event_rows::StoredEvent;
use super::verification::Verifier;
use crate::error::StoreResult;
use bursar_domain::chain_event::{BalanceEvent, same_except_log_index};

/// Stores the events of a batch that are not known yet.
pub(super) fn put_events(verifier: &mut Verifier<'_>, events: &[BalanceEvent]) -> StoreResult<()> {
    for received in events.chunk_by(|one, other| one.transaction == other.transaction) {
        if let Some(first) = received.first() {
            let known = verifier.events.events_of_transaction(&first.transaction)?;
            put_transaction(verifier, known, received)?;
        }
    }
    Ok(())
}

/// `received` are a transaction's events as they are told now; `known` as they are stored.
fn put_transaction(
    verifier: &mut Verifier<'_>,
    mut known: Vec<StoredEvent>,
    received: &[BalanceEvent],
) -> StoreResult<()> {
    let mut new: Vec<&BalanceEvent> = received.iter().collect();
    new.retain(|event| take_first(&mut known, |stored| stored == *event).is_none());
    // Stored in one place, told in another.
    let mut moved = Vec::new();
    new.retain(|event| {
        let alike = take_first(&mut known, |stored| same_except_log_index(stored, event));
        let is_new = alike.is_none();
        moved.extend(alike.map(|stored| (stored, *event)));
        is_new
    });
    let is_taken = |(stored, _): &(StoredEvent, _)| {
        let taken = stored.event.log_index;
        new.iter().any(|event| event.log_index == taken)
    };
    if moved.iter().any(is_taken) {
        // One of the new events stands where a known one stood in the other count: all go by the count that tells more.
        for (stored, _) in &moved {
            verifier.drop_event(&verifier.events.event(stored.number)?)?;
        }
        new.extend(moved.iter().map(|(_, event)| *event));
    }
    for event in new {
        put_event(verifier, event)?;
    }
    Ok(())
}

/// Takes the first out whose event is so.
fn take_first(
    known: &mut Vec<StoredEvent>,
    is_wanted: impl Fn(&BalanceEvent) -> bool,
) -> Option<StoredEvent> {
    let at = known.iter().position(|stored| is_wanted(&stored.event))?;
    Some(known.remove(at))
}

fn put_event(verifier: &mut Verifier<'_>, event: &BalanceEvent) -> StoreResult<()> {
    if verifier.add_event(event)? {
        return Ok(());
    }
    let stored = verifier
        .events
        .find_event(&event.transaction, event.log_index)?;
    match stored.filter(|stored| stored.event != *event) {
        // The same transaction in another block.
        Some(stored) if stored.event.block_hash != event.block_hash => {
            verifier.drop_event(&stored)?;
            verifier.add_event(event)?;
        }
        // Two RPCs that each leave one out, and count in different ways: neither event is given up for its place.
        Some(_) => {
            let known = verifier.events.events_of_transaction(&event.transaction)?;
            let last = known.iter().map(|stored| stored.event.log_index).max();
            verifier.add_event(&BalanceEvent {
                log_index: last.unwrap_or_default().saturating_add(1),
                ..event.clone()
            })?;
        }
        None => {}
    }
    Ok(())
}

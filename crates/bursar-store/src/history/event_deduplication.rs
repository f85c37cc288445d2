//! Recognizes an event that another RPC endpoint reports at a different log index: endpoints may number a
//! transaction's logs differently, so the index does not identify an event. Events that are equal apart from the
//! index are the same, as many times as they occur.

use super::event_rows::StoredEvent;
use super::verification::Verifier;
use crate::error::StoreResult;
use bursar_domain::chain_event::{BalanceEvent, is_same_event, same_except_log_index};

/// Stores the events of a batch that are not stored yet.
pub(super) fn put_events(verifier: &mut Verifier<'_>, events: &[BalanceEvent]) -> StoreResult<()> {
    for received in events.chunk_by(|one, other| one.transaction == other.transaction) {
        if let Some(first) = received.first() {
            let known = verifier.events.events_of_transaction(&first.transaction)?;
            put_transaction(verifier, known, received)?;
        }
    }
    Ok(())
}

/// `received` are the transaction's events as reported now, `known` those that are stored.
fn put_transaction(
    verifier: &mut Verifier<'_>,
    mut known: Vec<StoredEvent>,
    received: &[BalanceEvent],
) -> StoreResult<()> {
    let mut new: Vec<&BalanceEvent> = received.iter().collect();
    new.retain(|event| take_first(&mut known, |stored| is_same_event(stored, event)).is_none());
    // Stored at one log index, reported at another.
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
        // A new event has the log index under which a known one was stored: use the numbering of the fuller report
        // for all.
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

/// Removes and returns the first stored event that `is_wanted` accepts.
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
    match stored.filter(|stored| !is_same_event(&stored.event, event)) {
        // The same transaction, now in another block.
        Some(stored) if stored.event.block_hash != event.block_hash => {
            verifier.drop_event(&stored)?;
            verifier.add_event(event)?;
        }
        // Two endpoints each omit an event and number the rest differently. Keep both: store the new one behind the
        // last.
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

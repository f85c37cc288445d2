//! Reads events again if there is reason to doubt the first answer: a second endpoint is asked even if the first one
//! has no events, and an event that only one of them reports counts if both have its receipt.

use super::chain::Chain;
use super::corroboration::{WitnessAnswer, overlap, rpcs_disagree};
use super::fault::Fault;
use alloy::primitives::Address;
use bursar_domain::chain_event::{BalanceEvent, EventBatch, same_except_log_index};
use bursar_domain::error::Result;
use std::time::Instant;

impl Chain {
    /// The newest of the user's events in the blocks `from` to `to`, as [`Chain::newest_events`] reads them. Another
    /// endpoint, if one answers, is asked even if there are none, and its events count too if both have the receipt.
    ///
    /// # Errors
    /// As [`Chain::newest_events`].
    pub async fn events_cross_checked(
        &self,
        user: Address,
        from: u64,
        to: u64,
    ) -> Result<EventBatch> {
        let contract = &self.balance_contract(user);
        let from = from.min(to);
        let (first, mut batch) = self.events_from_first(contract, from, to).await?;
        for rpc in self.by_priority() {
            if rpc.host == first || !rpc.health().is_available(Instant::now()) {
                continue;
            }
            match self.ask_witness(&rpc, contract, batch.from, batch.to).await {
                Ok(WitnessAnswer::Current(other)) => {
                    let merged = self.merge(user, &batch, &other).await;
                    return merged.ok_or_else(|| rpcs_disagree(&first, &rpc.host));
                }
                Ok(WitnessAnswer::Stale(Some(other))) if other.to >= batch.from => {
                    let merged = self.merge(user, &batch, &other).await;
                    let merged = merged.ok_or_else(|| rpcs_disagree(&first, &rpc.host))?;
                    batch.replace_range(merged);
                }
                Err(Fault::Behind) if !batch.events.is_empty() => {
                    return Err(rpcs_disagree(&first, &rpc.host));
                }
                Ok(WitnessAnswer::Stale(_)) | Err(Fault::Behind) => {}
                Err(fault) => rpc.health().record_logs_failure(&fault, Instant::now()),
            }
        }
        Ok(batch)
    }

    /// The events of both batches in the blocks that both cover, newest first; `None` if the batches are of different
    /// chains, or if only one endpoint has an event's receipt. Endpoints may number the logs of a transaction in
    /// different ways: events that are equal but for the log index are the same event.
    async fn merge(
        &self,
        user: Address,
        batch: &EventBatch,
        other: &EventBatch,
    ) -> Option<EventBatch> {
        let (mut both, other) = overlap(batch, other)?;
        let mut only_in_other = other.events.clone();
        let mut only_in_batch = both.events.clone();
        let mut take = |matches: &dyn Fn(&BalanceEvent) -> bool| {
            let at = only_in_other.iter().position(matches);
            at.map(|at| only_in_other.remove(at)).is_some()
        };
        only_in_batch.retain(|event| !take(&|known| known == event));
        only_in_batch.retain(|event| !take(&|known| same_except_log_index(known, event)));
        // Number them as the batch with more events does, so that no two events share an index.
        let position = |event: &BalanceEvent| (event.block, event.log_index);
        if !only_in_other.is_empty() {
            both.events = other.events;
            let position_is_taken = |event: &BalanceEvent| {
                both.events
                    .iter()
                    .any(|known| position(known) == position(event))
            };
            if only_in_batch.iter().any(position_is_taken) {
                return None;
            }
            both.events.extend(only_in_batch.iter().cloned());
        }
        for event in only_in_batch.iter().chain(&only_in_other) {
            let equal_logs = both.events.iter();
            let copies = equal_logs
                .filter(|known| same_except_log_index(known, event))
                .count();
            let has_quorum = self.has_receipt_quorum_for(user, event, copies).await;
            if !has_quorum.unwrap_or(false) {
                return None;
            }
        }
        both.events
            .sort_by_key(|event| std::cmp::Reverse(position(event)));
        Some(both)
    }
}

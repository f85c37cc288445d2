//! Events of a range of blocks where there is reason to doubt the first answer: a second endpoint is asked even if the
//! first one has none, and what only one of them tells counts where the receipt is at both.

use super::balance_contract::decode_balances;
use super::chain::Chain;
use super::corroboration::{WitnessAnswer, overlap, rpcs_disagree};
use super::fault::{Fault, combine_faults};
use super::rpc_connection::{BlockId, RpcConnection, eth_call, get_block};
use super::rpc_error::RpcErrorKind;
use super::rpc_types::{Block, Data};
use alloy_primitives::{Address, B256};
use bursar_domain::balances::Balances;
use bursar_domain::chain_event::{BalanceEvent, EventBatch, same_except_log_index};
use bursar_domain::error::Result;
use bursar_platform::http::BODY_LIMIT;
use std::time::Instant;

impl Chain {
    /// The newest of the user's events in the blocks `from` to `to`, as [`Chain::newest_events`] reads them. Where another
    /// endpoint answers, it is asked even if there are none, and its events count as well where both have the receipt.
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
                    batch.replace(merged);
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

    /// The events of both in the blocks that both tell of, newest first; `None` where they are not of the same chain, or
    /// one alone stands by an event. Endpoints may count the logs of a transaction in different ways: what is the same but
    /// for its place is the same event.
    async fn merge(
        &self,
        user: Address,
        batch: &EventBatch,
        other: &EventBatch,
    ) -> Option<EventBatch> {
        let (mut both, other) = overlap(batch, other)?;
        let mut left = other.events.clone();
        let mut unmatched = both.events.clone();
        let mut take = |is_it: &dyn Fn(&BalanceEvent) -> bool| {
            let at = left.iter().position(is_it);
            at.map(|at| left.remove(at)).is_some()
        };
        unmatched.retain(|event| !take(&|figures_data| figures_data == event));
        unmatched.retain(|event| !take(&|figures_data| same_except_log_index(figures_data, event)));
        // In the count of the one that tells more, so that two events are never in one place.
        let place = |event: &BalanceEvent| (event.block, event.log_index);
        if !left.is_empty() {
            both.events = other.events;
            let is_taken = |event: &BalanceEvent| {
                both.events
                    .iter()
                    .any(|figures_data| place(figures_data) == place(event))
            };
            if unmatched.iter().any(is_taken) {
                return None;
            }
            both.events.extend(unmatched.iter().cloned());
        }
        for event in unmatched.iter().chain(&left) {
            let equal_logs = both.events.iter();
            let copies = equal_logs
                .filter(|figures_data| same_except_log_index(figures_data, event))
                .count();
            let stands = self.has_receipt_quorum_for(user, event, copies).await;
            if !stands.unwrap_or(false) {
                return None;
            }
        }
        both.events
            .sort_by_key(|event| std::cmp::Reverse(place(event)));
        Some(both)
    }

    /// The user's balances after an earlier block, by one endpoint's word. `None` where it keeps no such old state, or
    /// has another block there than `hash`.
    ///
    /// # Errors
    /// As [`Chain::read`].
    pub async fn balances_after(
        &self,
        user: Address,
        number: u64,
        hash: Option<B256>,
    ) -> Result<Option<Balances>> {
        let contract = &self.balance_contract(user);
        self.with_failover(|connection: RpcConnection, head: Block| async move {
            if head.number < number {
                return Err(Fault::Behind);
            }
            let mut calls: Vec<_> = contract
                .balance_calls()
                .iter()
                .map(|data| eth_call(contract.address, data, BlockId::Number(number)))
                .collect();
            calls.push(get_block(BlockId::Number(number)));
            let mut answers = match connection.call_batch(&calls, BODY_LIMIT).await {
                Err(fault) if may_lack_state(&fault) => return Ok(None),
                answers => answers?,
            };
            let mut read = || -> Result<_, Fault> {
                let mut figure = || answers.next::<Data>("a figure").map(|data| data.0);
                let figures_data = [figure()?, figure()?, figure()?, figure()?];
                let seen = answers.next::<Option<Block>>("a block")?;
                Ok((
                    decode_balances(&figures_data, connection.decimals()?)?,
                    seen,
                ))
            };
            // An endpoint without old states is as good as any other.
            let Ok((figures_data, Some(seen))) = read() else {
                return Ok(None);
            };
            let is_it = seen.number == number && hash.is_none_or(|hash| hash == seen.hash);
            Ok(is_it.then_some(Balances {
                free: figures_data.free,
                reserved: figures_data.reserved,
                held: figures_data.held,
            }))
        })
        .await
        .map_err(combine_faults)
    }
}

/// Whether an answer may only mean that the endpoint keeps no such old state.
fn may_lack_state(fault: &Fault) -> bool {
    fault
        .rpc_error_kind()
        .is_some_and(|kind| !matches!(kind, RpcErrorKind::RateLimited | RpcErrorKind::NotAllowed))
}

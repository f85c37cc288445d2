//! Events of a range of blocks where there is reason to doubt the first answer: a second endpoint is asked even if the
//! first one has none, and what only one of them tells counts where the receipt is at both.

use super::fault::{Fault, told_together};
use super::keeper::figures;
use super::line::{At, Line, block, view};
use super::reader::Chain;
use super::rpc_error::RpcErrorKind;
use super::second::{Word, disagree, shared};
use super::wire::{Block, Data};
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
        let subject = &self.subject(user);
        let from = from.min(to);
        let (first, mut batch) = self.first_to_tell(subject, from, to).await?;
        for rpc in self.order() {
            if rpc.host == first || !rpc.standing().may_be_asked(Instant::now()) {
                continue;
            }
            match self.told_by(&rpc, subject, batch.from, batch.to).await {
                Ok(Word::New(told)) => {
                    let united = self.united(user, &batch, &told).await;
                    return united.ok_or_else(|| disagree(&first, &rpc.host));
                }
                Ok(Word::Old(Some(told))) if told.to >= batch.from => {
                    let united = self.united(user, &batch, &told).await;
                    let united = united.ok_or_else(|| disagree(&first, &rpc.host))?;
                    batch.replace(united);
                }
                Err(Fault::Behind) if !batch.events.is_empty() => {
                    return Err(disagree(&first, &rpc.host));
                }
                Ok(Word::Old(_)) | Err(Fault::Behind) => {}
                Err(fault) => rpc.standing().gave_no_events(&fault, Instant::now()),
            }
        }
        Ok(batch)
    }

    /// The events of both in the blocks that both tell of, newest first; `None` where they are not of the same chain, or
    /// one alone stands by an event. Endpoints may count the logs of a transaction in different ways: what is the same but
    /// for its place is the same event.
    async fn united(
        &self,
        user: Address,
        batch: &EventBatch,
        told: &EventBatch,
    ) -> Option<EventBatch> {
        let (mut both, told) = shared(batch, told)?;
        let mut left = told.events.clone();
        let mut alone = both.events.clone();
        let mut take = |is_it: &dyn Fn(&BalanceEvent) -> bool| {
            let at = left.iter().position(is_it);
            at.map(|at| left.remove(at)).is_some()
        };
        alone.retain(|event| !take(&|said| said == event));
        alone.retain(|event| !take(&|said| same_except_log_index(said, event)));
        // In the count of the one that tells more, so that two events are never in one place.
        let place = |event: &BalanceEvent| (event.block, event.log_index);
        if !left.is_empty() {
            both.events = told.events;
            let is_taken =
                |event: &BalanceEvent| both.events.iter().any(|said| place(said) == place(event));
            if alone.iter().any(is_taken) {
                return None;
            }
            both.events.extend(alone.iter().cloned());
        }
        for event in alone.iter().chain(&left) {
            let alike = both.events.iter();
            let times = alike
                .filter(|said| same_except_log_index(said, event))
                .count();
            let stands = self.agreed_on(user, event, times).await;
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
        let subject = &self.subject(user);
        self.ask_in_turn(|line: Line, head: Block| async move {
            if head.number < number {
                return Err(Fault::Behind);
            }
            let mut calls: Vec<_> = subject
                .figure_calls()
                .iter()
                .map(|data| view(subject.balance, data, At::Number(number)))
                .collect();
            calls.push(block(At::Number(number)));
            let mut answers = match line.ask(&calls, BODY_LIMIT).await {
                Err(fault) if is_about_the_state(&fault) => return Ok(None),
                answers => answers?,
            };
            let mut read = || -> Result<_, Fault> {
                let mut figure = || answers.next::<Data>("a figure").map(|data| data.0);
                let said = [figure()?, figure()?, figure()?, figure()?];
                let seen = answers.next::<Option<Block>>("a block")?;
                Ok((figures(&said, line.decimals()?)?, seen))
            };
            // An endpoint without old states is as good as any other.
            let Ok((said, Some(seen))) = read() else {
                return Ok(None);
            };
            let is_it = seen.number == number && hash.is_none_or(|hash| hash == seen.hash);
            Ok(is_it.then_some(Balances {
                free: said.free,
                reserved: said.reserved,
                held: said.held,
            }))
        })
        .await
        .map_err(told_together)
    }
}

/// Whether an answer may only mean that the endpoint keeps no such old state.
fn is_about_the_state(fault: &Fault) -> bool {
    fault
        .refusal()
        .is_some_and(|kind| !matches!(kind, RpcErrorKind::RateLimited | RpcErrorKind::NotAllowed))
}

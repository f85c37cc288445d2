//! Events of a range of blocks where there is reason to doubt the first answer: a second endpoint is asked even if the
//! first one has none, and what only one of them tells counts where the receipt is at both.

use super::events::read_range;
use super::fault::{Fault, told_together};
use super::keeper::figures;
use super::ledger::Balances;
use super::line::{At, Line, block, view};
use super::reader::Chain;
use super::wire::{Block, Data};
use super::{EventBatch, UserEvent};
use crate::error::{Code, Error, Result};
use crate::http::BODY_LIMIT;
use alloy_primitives::{Address, B256};
use std::time::Instant;

impl Chain {
    /// The user's events in the blocks `from` to `to`, both included, newest first. Where another endpoint answers, it is
    /// asked too, and its events count as well where both have the receipt.
    ///
    /// # Errors
    /// As [`Chain::events`].
    pub async fn events_cross_checked(
        &self,
        user: Address,
        from: u64,
        to: u64,
    ) -> Result<EventBatch> {
        let subject = &self.subject(user);
        let from = from.min(to);
        let (first, mut batch) = self
            .ask_in_turn(|line: Line, head: Block| async move {
                if head.number < to {
                    return Err(Fault::Behind);
                }
                let batch = read_range(&line, subject, from, to).await?;
                Ok((line.rpc.host.clone(), batch))
            })
            .await
            .map_err(told_together)?;
        for rpc in self.order() {
            if rpc.host == first || !rpc.standing().may_be_asked(Instant::now()) {
                continue;
            }
            match self.told_by(&rpc, subject, from, to).await {
                Ok(Some(told)) => {
                    return match self.united(user, &batch, told).await {
                        Some(events) => {
                            batch.events = events;
                            Ok(batch)
                        }
                        None => Err(disagree(&first, &rpc.host)),
                    };
                }
                Err(Fault::Behind) if !batch.events.is_empty() => {
                    return Err(disagree(&first, &rpc.host));
                }
                Ok(None) | Err(Fault::Behind) => {}
                Err(fault) => rpc.standing().failed(&fault, Instant::now()),
            }
        }
        Ok(batch)
    }

    /// The events of both, newest first; `None` where they are not of the same chain, or one alone stands by an event.
    async fn united(
        &self,
        user: Address,
        batch: &EventBatch,
        told: EventBatch,
    ) -> Option<Vec<UserEvent>> {
        if batch.to_hash != told.to_hash {
            return None;
        }
        let mut events = batch.events.clone();
        for event in &batch.events {
            if !told.events.contains(event) && !self.stands(user, event).await {
                return None;
            }
        }
        for event in told.events {
            if batch.events.contains(&event) {
                continue;
            }
            if !self.stands(user, &event).await {
                return None;
            }
            events.push(event);
        }
        events.sort_by_key(|event| std::cmp::Reverse((event.block, event.log_index)));
        Some(events)
    }

    async fn stands(&self, user: Address, event: &UserEvent) -> bool {
        self.agreed(user, event).await.unwrap_or(false)
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
            let mut answers = line.ask(&calls, BODY_LIMIT).await?;
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

fn disagree(first: &str, second: &str) -> Error {
    Error::passing(
        Code::RpcsDisagree,
        format!(
            "{first} and {second} do not tell the same of the newest events. Nothing is taken from either until they do."
        ),
    )
}

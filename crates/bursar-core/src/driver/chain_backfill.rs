//! Backfill of the chain's events: reads older blocks, newest first, back to the oldest known payment. Nothing returns
//! to these blocks later, so a second endpoint must confirm each range, and where an endpoint keeps old states, the
//! events must explain the balances at both ends.

use super::chain_sync::{ChainSync, RANGE, events_incomplete};
use bursar_domain::account::AccountId;
use bursar_domain::balances::Balances;
use bursar_domain::chain_event::EventBatch;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error, Result, SyncDetail};
use bursar_engine::BlockProgress;
use bursar_store::{History, RecheckRange};
use futures_util::future::join;
use tokio::sync::mpsc;

/// The most ranges of older blocks per run, so that the newest block never waits.
const OLDER_RANGES: u32 = 10;
/// How many ranges are read before those above them are stored.
const READ_AHEAD: usize = 5;
/// How long one run may read them.
const PORTION: Span = Span::seconds(2);
impl ChainSync {
    /// Reads down from the newest known blocks to those known before; returns whether nothing is missing in between.
    pub(super) async fn close_gap(&self, begun: Timestamp, changed: &mut bool) -> Result<bool> {
        for range in 0..OLDER_RANGES {
            let joining =
                |history: &History, account: &AccountId| history.join_older_ranges(account);
            if !self.older_ranges().await?.is_empty() {
                self.write(joining).await?;
            }
            let Some(cursor) = self.cursor().await? else {
                return Ok(true);
            };
            let Some((_, known)) = self.older_ranges().await?.first().copied() else {
                return Ok(true);
            };
            let to = cursor.from.saturating_sub(1);
            if self.covers_known_payments(cursor.from).await? || self.chain.logs_pruned_at(to) {
                return Ok(true);
            }
            if range > 0 && self.portion_is_over(begun) {
                break;
            }
            let from = to
                .saturating_sub(RANGE.saturating_sub(1))
                .max(known.saturating_add(1));
            let batch = self.settled_events(from, to).await?;
            *changed |= self.store(batch).await?;
        }
        Ok(false)
    }

    /// Events of blocks right below known ones, confirmed by a second endpoint.
    pub(super) async fn settled_events(&self, from: u64, to: u64) -> Result<EventBatch> {
        let batch = self.chain.events_cross_checked(self.user, from, to).await?;
        if batch.to < to {
            return Err(Error::passing(
                Code::ChainUnavailable,
                SyncDetail::BlocksWithoutLogs,
            ));
        }
        Ok(batch)
    }

    pub(super) fn portion_is_over(&self, begun: Timestamp) -> bool {
        self.clock.now().since(begun) >= PORTION
    }

    /// Older events, newest first, back to the oldest known payment; the next run continues from there. They are stored
    /// while more are requested.
    pub(super) async fn backfill(
        &self,
        begun: Timestamp,
        now: Timestamp,
        changed: &mut bool,
    ) -> Result<()> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(());
        };
        let (sender, receiver) = mpsc::channel(READ_AHEAD);
        let (read, stored) = join(
            self.read_back(cursor.from, begun, now, sender),
            self.store_all(receiver),
        )
        .await;
        *changed |= stored?;
        let from = self
            .cursor()
            .await?
            .map_or(cursor.from, |cursor| cursor.from);
        read.map_err(events_incomplete(|why| SyncDetail::OlderEventsUnread {
            block: from.to_string(),
            why,
        }))
    }

    async fn read_back(
        &self,
        mut oldest: u64,
        begun: Timestamp,
        now: Timestamp,
        batches: mpsc::Sender<EventBatch>,
    ) -> Result<()> {
        let mut upper = None;
        for range in 0..OLDER_RANGES {
            let late = range > 0 && self.portion_is_over(begun);
            if late || self.covers_known_payments(oldest).await? {
                break;
            }
            let to = oldest.saturating_sub(1);
            let from = to
                .saturating_sub(RANGE.saturating_sub(1))
                .max(self.start_block);
            if self.chain.logs_pruned_at(to) {
                // [`ChainSync::backfill_progress`] reports what is missing for good.
                break;
            }
            if range == 0 {
                upper = self.balances_after(to, None).await;
            }
            let batch = self.settled_events(from, to).await?;
            let lowest = batch.from;
            upper = self.check_balances(&batch, upper, now).await?;
            if batches.send(batch).await.is_err() {
                // Storing has failed and reports the error itself.
                break;
            }
            oldest = lowest;
        }
        Ok(())
    }

    /// Compares the events with the balances after the last block (`after`) and before the first one. If the events do
    /// not explain the difference, marks the range as doubtful before it counts as read. Returns the balances before.
    async fn check_balances(
        &self,
        batch: &EventBatch,
        after: Option<Balances>,
        now: Timestamp,
    ) -> Result<Option<Balances>> {
        let Some(after) = after else {
            return Ok(None);
        };
        let before = self.balances_before(batch.from, &after).await;
        if let Some(before) = before.clone()
            && !before.reconciles_with(&after, &batch.events)
        {
            let mut doubt = RecheckRange::unexplained(batch.from, batch.to, before, after, now);
            doubt.record_unexplained(now);
            self.replace_doubtful_range(None, Some(doubt), now).await?;
        }
        Ok(before)
    }

    /// Stores the batches that have arrived in one transaction; returns whether there were any events.
    async fn store_all(&self, mut batches: mpsc::Receiver<EventBatch>) -> Result<bool> {
        let mut changed = false;
        while let Some(batch) = bursar_chain::collect_batch(&mut batches).await {
            changed |= self.store(batch).await?;
        }
        Ok(changed)
    }

    /// How far back the events go if there are older ones to read, or an error if no endpoint has the missing ones.
    pub(super) async fn backfill_progress(&self) -> Result<(Option<BlockProgress>, Option<Error>)> {
        let Some(cursor) = self.cursor().await? else {
            return Ok((None, None));
        };
        // If that is unknown, there may be older ones.
        if self
            .covers_known_payments(cursor.from)
            .await
            .is_ok_and(|far| far)
        {
            return Ok((None, None));
        }
        if self.chain.logs_pruned_at(cursor.from.saturating_sub(1)) {
            let gap = Error::new(
                Code::EventsIncomplete,
                SyncDetail::EventsPruned {
                    block: cursor.from.to_string(),
                },
            );
            return Ok((None, Some(gap)));
        }
        let blocks = |from: u64, to: u64| to.saturating_sub(from).saturating_add(1);
        let known = self.older_ranges().await?;
        let known = known.into_iter().map(|(from, to)| blocks(from, to));
        let read = known.fold(blocks(cursor.from, cursor.to), u64::saturating_add);
        let most = blocks(self.start_block, cursor.to);
        Ok((
            Some(BlockProgress {
                read,
                at_most: most,
            }),
            None,
        ))
    }
}

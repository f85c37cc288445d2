//! Reads new events and checks that they explain the balances. If they do not, another endpoint is asked. What stays
//! unexplained is stored as a doubtful range and read again, less and less often, and whenever the user refreshes
//! everything.

use super::chain_sync::{ChainSync, RANGE};
use alloy_primitives::B256;
use bursar_domain::balances::Balances;
use bursar_domain::chain_event::EventBatch;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Result;
use bursar_store::RecheckRange;

/// The most ranges of new blocks per run; the rest is read like older ones.
const NEWER_RANGES: u32 = 20;
/// The most doubtful ranges that one run reads again, and how long it may take.
const MOST_RANGES: u32 = 10;
const PORTION: Span = Span::seconds(2);

impl ChainSync {
    /// Reads events up to the reading's block, newest first; returns whether all events are known from there down to
    /// those known before.
    pub(super) async fn sync_new_events(
        &self,
        reading: &ChainReading,
        begun: Timestamp,
        now: Timestamp,
        changed: &mut bool,
    ) -> Result<bool> {
        let head = reading.block;
        let after = Balances::from(reading);
        let cursor = self.cursor().await?;
        let (first, before) = match &cursor {
            Some(cursor) if cursor.to >= head => return Ok(true),
            Some(cursor) => {
                let before = self.balances_at((cursor.to, cursor.to_hash)).await?;
                (cursor.to.saturating_add(1), before)
            }
            None => {
                let first = head
                    .saturating_sub(RANGE.saturating_sub(1))
                    .max(self.start_block);
                (first, self.balances_before(first, &after).await)
            }
        };
        let stands_still = before.as_ref() == Some(&after);
        let doubt = before
            .filter(|_| !stands_still)
            .map(|before| RecheckRange::unexplained(first, head, before, after.clone(), now));
        // Written before the blocks count as read, so that a crash in between leaves them doubtful.
        if let Some(doubt) = doubt.clone() {
            self.write(move |history, account| {
                history.edit_recheck_ranges(account, now, |ranges| {
                    // Drops ranges of a run that failed before it had read them.
                    ranges.retain(|range| range.from < first);
                    ranges.push(doubt);
                })
            })
            .await?;
        }
        let lowest = self
            .read_down(first, head, stands_still, begun, changed)
            .await?;
        if let Some(mut doubt) = doubt {
            if cursor.is_none() && lowest > first {
                // Older events are compared with the balances when they are read.
                let before = self.balances_before(lowest, &after).await;
                let rest = before
                    .map(|before| RecheckRange::unexplained(lowest, head, before, after, now));
                self.replace_doubtful_range(Some(&doubt), rest.clone(), now)
                    .await?;
                let Some(rest) = rest else {
                    return Ok(false);
                };
                doubt = rest;
            }
            let known = self.cursor().await?;
            if doubt.from >= lowest && known.is_some_and(|known| known.to >= head) {
                self.resolve_doubt(&doubt, doubt.clone(), now).await?;
            }
        }
        Ok(lowest <= first)
    }

    /// Reads the events of these blocks, newest first, and stores them; returns the lowest block that was read.
    async fn read_down(
        &self,
        first: u64,
        head: u64,
        stands_still: bool,
        begun: Timestamp,
        changed: &mut bool,
    ) -> Result<u64> {
        let mut high = head;
        let mut lowest = head;
        for _ in 0..NEWER_RANGES {
            let low = first.max(high.saturating_sub(RANGE.saturating_sub(1)));
            let batch = match (high == head, stands_still) {
                // The logs of the newest blocks may not be available yet.
                (true, true) => self.chain.newest_events(self.user, low, high).await?,
                (true, false) => {
                    let user = self.user;
                    self.chain.events_cross_checked(user, low, high).await?
                }
                (false, _) => self.settled_events(low, high).await?,
            };
            lowest = batch.from;
            *changed |= self.store(batch).await?;
            if lowest <= first || self.portion_is_over(begun) {
                break;
            }
            high = lowest.saturating_sub(1);
        }
        Ok(lowest)
    }

    /// Reads due doubtful ranges again; returns whether there were any events.
    pub(super) async fn recheck_doubtful_ranges(&self, now: Timestamp) -> Result<bool> {
        let begun = self.clock.now();
        let mut changed = false;
        let mut left = MOST_RANGES;
        for range in self.recheck_ranges().await? {
            if range.next_attempt_at > now {
                continue;
            }
            if self.is_explained(&range).await? {
                self.replace_doubtful_range(Some(&range), None, now).await?;
                continue;
            }
            let mut next = range.clone();
            let mut is_done = false;
            while !is_done && left > 0 && self.clock.now().since(begun) < PORTION {
                left = left.saturating_sub(1);
                let low = next
                    .from
                    .max(next.remaining_to.saturating_sub(RANGE.saturating_sub(1)));
                let lowest = match self.settled_events(low, next.remaining_to).await {
                    Ok(batch) => {
                        let lowest = batch.from;
                        changed |= self.store(batch).await?;
                        lowest
                    }
                    // The user asked to read everything that is still available.
                    Err(_)
                        if next.balances_around.is_none()
                            && self.chain.logs_pruned_at(next.remaining_to) =>
                    {
                        next.from
                    }
                    Err(error) => {
                        tracing::debug!(%error, "doubtful blocks could not be read again");
                        next.record_failure(now);
                        break;
                    }
                };
                is_done = lowest <= next.from;
                if !is_done {
                    next.remaining_to = lowest.saturating_sub(1);
                }
            }
            if is_done {
                self.resolve_doubt(&range, next, now).await?;
            } else {
                self.replace_doubtful_range(Some(&range), Some(next), now)
                    .await?;
            }
        }
        Ok(changed)
    }

    /// When doubtful blocks are due to be read again, if there are any.
    pub(super) async fn next_recheck(&self) -> Result<Option<Timestamp>> {
        let ranges = self.recheck_ranges().await?;
        Ok(ranges.into_iter().map(|range| range.next_attempt_at).min())
    }

    /// Marks all blocks with known events to be read again.
    pub(super) async fn mark_all_doubtful(&self, now: Timestamp) -> Result<()> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(());
        };
        self.write(move |history, account| {
            history.edit_recheck_ranges(account, now, |ranges| {
                ranges.retain(|range| range.balances_around.is_some());
                for range in ranges.iter_mut() {
                    range.next_attempt_at = range.next_attempt_at.min(now);
                }
                ranges.push(RecheckRange::requested(cursor.from, cursor.to, now));
            })
        })
        .await
    }

    /// The user's balances before that block: zero, in the units of `like`, before the first block. `None` if no
    /// endpoint knows.
    pub(super) async fn balances_before(&self, block: u64, like: &Balances) -> Option<Balances> {
        match block.checked_sub(1) {
            Some(before) => self.balances_after(before, None).await,
            None => like.zero_like(),
        }
    }

    /// The user's balances after that block, if an endpoint keeps old states.
    pub(super) async fn balances_after(&self, block: u64, hash: Option<B256>) -> Option<Balances> {
        let balances = self.chain.balances_after(self.user, block, hash).await;
        balances.ok().flatten()
    }

    async fn balances_at(&self, known: (u64, B256)) -> Result<Option<Balances>> {
        let kept = self
            .read(move |history, account| history.balances_at_cursor(account, known))
            .await?;
        Ok(match kept {
            Some(kept) => Some(kept),
            None => self.balances_after(known.0, Some(known.1)).await,
        })
    }

    /// The ranges that may be read now, in blocks that have been read before. A range that only the user's refresh
    /// requested waits while the user has paused the backfill.
    async fn recheck_ranges(&self) -> Result<Vec<RecheckRange>> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(Vec::new());
        };
        let mut ranges = self
            .read(|history, account| history.recheck_ranges(account))
            .await?;
        ranges.retain(|range| {
            range.to <= cursor.to && (range.balances_around.is_some() || self.backfills)
        });
        Ok(ranges)
    }

    /// Drops a range that was read again if its events now explain the balances.
    async fn resolve_doubt(
        &self,
        range: &RecheckRange,
        mut next: RecheckRange,
        now: Timestamp,
    ) -> Result<()> {
        if range.balances_around.is_none() || self.is_explained(range).await? {
            return self.replace_doubtful_range(Some(range), None, now).await;
        }
        tracing::warn!(
            from = range.from,
            to = range.to,
            "money moved that no event explains"
        );
        next.record_unexplained(now);
        self.replace_doubtful_range(Some(range), Some(next), now)
            .await
    }

    async fn is_explained(&self, range: &RecheckRange) -> Result<bool> {
        let range = range.clone();
        self.read(move |history, account| {
            let events = history.events_within(account, range.from, range.to)?;
            Ok(range.is_explained_by(&events))
        })
        .await
    }

    /// Replaces one doubtful range by another, or removes it.
    pub(super) async fn replace_doubtful_range(
        &self,
        old: Option<&RecheckRange>,
        new: Option<RecheckRange>,
        now: Timestamp,
    ) -> Result<()> {
        let old = old.cloned();
        self.write(move |history, account| {
            history.edit_recheck_ranges(account, now, |ranges| {
                if let Some(old) = &old {
                    ranges.retain(|range| !range.is_same_range(old));
                }
                ranges.extend(new);
            })
        })
        .await
    }

    /// Stores a batch; returns whether it contains events.
    pub(super) async fn store(&self, batch: EventBatch) -> Result<bool> {
        let any = !batch.events.is_empty();
        self.write(move |history, account| history.put_events(account, &batch))
            .await?;
        Ok(any)
    }
}

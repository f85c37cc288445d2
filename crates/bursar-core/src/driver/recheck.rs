//! Newer events, and whether they explain the figures. Where they do not, another endpoint is asked; what stays
//! unexplained is kept as doubtful and read again, ever more slowly and whenever the user refreshes all.

use super::chain_look::{Look, RANGE};
use crate::cache::DoubtfulRange;
use crate::chain::{Balances, EventBatch, Reading};
use crate::clock::{Span, Timestamp};
use crate::error::Result;
use alloy_primitives::B256;

/// Ranges that one look reads again at most, and how long it may take.
const MOST_RANGES: u32 = 10;
const PORTION: Span = Span::seconds(2);

impl Look {
    /// Events up to the reading's block; says whether there were any.
    pub(super) async fn newer(&self, reading: &Reading, now: Timestamp) -> Result<bool> {
        let head = reading.block;
        let after = Balances::from(reading);
        let (first, before) = match self.cursor().await? {
            Some(cursor) if cursor.to >= head => return Ok(false),
            Some(cursor) => {
                let before = self.base((cursor.to, cursor.to_hash)).await?;
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
            .map(|before| DoubtfulRange::unexplained(first, head, before, after, now));
        // Written before the blocks count as read: a crash in between leaves them doubtful.
        if let Some(doubt) = doubt.clone() {
            self.write(move |history, account| {
                history.edit_doubtful_ranges(account, now, |ranges| {
                    // Those of a look that failed before it had read them.
                    ranges.retain(|range| range.from < first);
                    ranges.push(doubt);
                })
            })
            .await?;
        }
        let mut from = first;
        let mut changed = false;
        while from <= head {
            let to = head.min(from.saturating_add(RANGE.saturating_sub(1)));
            let batch = if stands_still {
                self.chain.events(self.user, from, to).await?
            } else {
                self.chain.events_cross_checked(self.user, from, to).await?
            };
            changed |= self.store(batch).await?;
            from = to.saturating_add(1);
        }
        if let Some(doubt) = doubt {
            self.settle(&doubt, doubt.clone(), now).await?;
        }
        Ok(changed)
    }

    /// Reads again what is doubtful and due; says whether there were any events.
    pub(super) async fn recheck(&self, now: Timestamp) -> Result<bool> {
        let begun = self.clock.now();
        let mut changed = false;
        let mut left = MOST_RANGES;
        for range in self.doubtful_ranges().await? {
            if range.due > now {
                continue;
            }
            if self.is_explained(&range).await? {
                self.replace(Some(&range), None, now).await?;
                continue;
            }
            let mut next = range.clone();
            let mut is_done = false;
            while !is_done && left > 0 && self.clock.now().since(begun) < PORTION {
                left = left.saturating_sub(1);
                let low = next
                    .from
                    .max(next.left.saturating_sub(RANGE.saturating_sub(1)));
                match self
                    .chain
                    .events_cross_checked(self.user, low, next.left)
                    .await
                {
                    Ok(batch) => changed |= self.store(batch).await?,
                    Err(error) => {
                        tracing::debug!(%error, "doubtful blocks could not be read again");
                        next.failed(now);
                        break;
                    }
                }
                is_done = low <= next.from;
                if !is_done {
                    next.left = low.saturating_sub(1);
                }
            }
            if is_done {
                self.settle(&range, next, now).await?;
            } else {
                self.replace(Some(&range), Some(next), now).await?;
            }
        }
        Ok(changed)
    }

    /// When doubtful blocks are to be read again, if there are any.
    pub(super) async fn next_recheck(&self) -> Result<Option<Timestamp>> {
        let ranges = self.doubtful_ranges().await?;
        Ok(ranges.into_iter().map(|range| range.due).min())
    }

    /// All blocks whose events are known are to be read again.
    pub(super) async fn doubt_all(&self, now: Timestamp) -> Result<()> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(());
        };
        self.write(move |history, account| {
            history.edit_doubtful_ranges(account, now, |ranges| {
                ranges.retain(|range| range.ends.is_some());
                for range in ranges.iter_mut() {
                    range.due = range.due.min(now);
                }
                ranges.push(DoubtfulRange::wanted(cursor.from, cursor.to, now));
            })
        })
        .await
    }

    /// The user's money before that block: before the first of all there was none, in the units of `like`. `None` where
    /// no endpoint knows.
    pub(super) async fn balances_before(&self, block: u64, like: &Balances) -> Option<Balances> {
        match block.checked_sub(1) {
            Some(before) => self.balances_after(before, None).await,
            None => like.zero_like(),
        }
    }

    /// The user's money after that block, where an endpoint keeps old states.
    pub(super) async fn balances_after(&self, block: u64, hash: Option<B256>) -> Option<Balances> {
        let asked = self.chain.balances_after(self.user, block, hash).await;
        asked.ok().flatten()
    }

    async fn base(&self, known: (u64, B256)) -> Result<Option<Balances>> {
        let kept = self
            .read(move |history, account| history.base(account, known))
            .await?;
        Ok(match kept {
            Some(kept) => Some(kept),
            None => self.balances_after(known.0, Some(known.1)).await,
        })
    }

    /// Those that may be read now: what the user alone wants waits while they have stopped the reading of older events.
    async fn doubtful_ranges(&self) -> Result<Vec<DoubtfulRange>> {
        let mut ranges = self
            .read(|history, account| history.doubtful_ranges(account))
            .await?;
        ranges.retain(|range| range.ends.is_some() || self.goes_back);
        Ok(ranges)
    }

    /// Lets go of a range that has been read, if its events explain the figures by now.
    async fn settle(
        &self,
        range: &DoubtfulRange,
        mut next: DoubtfulRange,
        now: Timestamp,
    ) -> Result<()> {
        if range.ends.is_none() || self.is_explained(range).await? {
            return self.replace(Some(range), None, now).await;
        }
        tracing::warn!(
            from = range.from,
            to = range.to,
            "money moved that no event explains"
        );
        next.tried(now);
        self.replace(Some(range), Some(next), now).await
    }

    async fn is_explained(&self, range: &DoubtfulRange) -> Result<bool> {
        let range = range.clone();
        self.read(move |history, account| {
            let events = history.events_within(account, range.from, range.to)?;
            Ok(range.is_explained_by(&events))
        })
        .await
    }

    /// Puts one in the place of another, or takes it away.
    pub(super) async fn replace(
        &self,
        old: Option<&DoubtfulRange>,
        new: Option<DoubtfulRange>,
        now: Timestamp,
    ) -> Result<()> {
        let old = old.cloned();
        self.write(move |history, account| {
            history.edit_doubtful_ranges(account, now, |ranges| {
                if let Some(old) = &old {
                    ranges.retain(|range| !range.is_same(old));
                }
                ranges.extend(new);
            })
        })
        .await
    }

    /// Says whether there were any events.
    pub(super) async fn store(&self, batch: EventBatch) -> Result<bool> {
        let any = !batch.events.is_empty();
        self.write(move |history, account| history.put_events(account, &batch))
            .await?;
        Ok(any)
    }
}

//! Events from before those that are known: read newest first in portions, back to the oldest known payment. Each range
//! is asked of a second endpoint too, and compared with the figures at its ends where an endpoint keeps old states:
//! nobody comes back to these blocks by himself.

use super::chain_look::{Look, RANGE};
use crate::cache::DoubtfulRange;
use crate::chain::{Balances, EventBatch};
use crate::clock::{Span, Timestamp};
use crate::engine::Blocks;
use crate::error::Result;
use futures_util::future::join;
use tokio::sync::mpsc;

/// Ranges of older blocks that one look may take, so that the newest is never kept waiting.
const OLDER_RANGES: u32 = 10;
/// Ranges that are read before those above them are stored.
const READ_AHEAD: usize = 5;
/// So long reading them may take.
const PORTION: Span = Span::seconds(2);
/// Older events are read back to this long before the oldest known payment.
pub(super) const OLDER_MARGIN: Span = Span::hours(24);

impl Look {
    /// Older events, newest first, back to the oldest known payment; the next look goes on from there. They are stored
    /// while more are asked for.
    pub(super) async fn older(&self, begun: Timestamp) -> Result<bool> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(false);
        };
        let (sender, receiver) = mpsc::channel(READ_AHEAD);
        let (read, stored) = join(
            self.read_back(cursor.from, begun, sender),
            self.store_all(receiver),
        )
        .await;
        let changed = stored?;
        match read {
            Err(error) if changed => {
                // What came before the trouble is told first; if it stays, the next look begins with it.
                tracing::debug!(%error, "older events were read in part");
                Ok(true)
            }
            read => read.map(|()| changed),
        }
    }

    async fn read_back(
        &self,
        mut oldest: u64,
        begun: Timestamp,
        batches: mpsc::Sender<EventBatch>,
    ) -> Result<()> {
        if self.reaches_far_enough(oldest).await? {
            return Ok(());
        }
        let mut upper = self.balances_after(oldest.saturating_sub(1), None).await;
        for _ in 0..OLDER_RANGES {
            let late = self.clock.now().since(begun) >= PORTION;
            if late || self.reaches_far_enough(oldest).await? {
                break;
            }
            let to = oldest.saturating_sub(1);
            let from = to
                .saturating_sub(RANGE.saturating_sub(1))
                .max(self.start_block);
            let batch = self.chain.events_cross_checked(self.user, from, to).await?;
            upper = self.compare(&batch, upper, begun).await?;
            if batches.send(batch).await.is_err() {
                // Storing has failed, and tells so itself.
                break;
            }
            oldest = from;
        }
        Ok(())
    }

    /// Compares the events with the money after the last block, `after`, and before the first one; where they do not
    /// explain it, the range is doubtful, and marked so before it counts as read. Returns the money before.
    async fn compare(
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
            && !before.lead_to(&after, &batch.events)
        {
            let mut doubt = DoubtfulRange::unexplained(batch.from, batch.to, before, after, now);
            doubt.tried(now);
            self.replace(None, Some(doubt), now).await?;
        }
        Ok(before)
    }

    /// Stores what has come by then in one go; says whether there were any events.
    async fn store_all(&self, mut batches: mpsc::Receiver<EventBatch>) -> Result<bool> {
        let mut changed = false;
        while let Some(batch) = EventBatch::gather(&mut batches).await {
            changed |= self.store(batch).await?;
        }
        Ok(changed)
    }

    /// How far back the events go, where there are older ones to read.
    pub(super) async fn past(&self) -> Result<Option<Blocks>> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(None);
        };
        if self.reaches_far_enough(cursor.from).await? {
            return Ok(None);
        }
        let blocks = |from: u64| cursor.to.saturating_sub(from).saturating_add(1);
        Ok(Some(Blocks {
            read: blocks(cursor.from),
            most: blocks(self.start_block),
        }))
    }
}

//! One look at the chain for one account: figures at one block, whether blocks known before are still in the
//! chain, the events since, some of the older ones, and what they mean for the top-ups that are followed.

use super::{Connection, Lease, World, blocking};
use crate::account::AccountId;
use crate::cache::{EventCursor, History, Matched};
use crate::chain::{Chain, EventBatch, Reading};
use crate::clock::{Clock, Span, Timestamp};
use crate::engine::{Blocks, ChainAnswer, Sought};
use crate::error::{Code, Error, Result};
use alloy_primitives::Address;
use futures_util::future::join;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Blocks asked for at once; the reader halves a range that an RPC finds too large.
const RANGE: u64 = 20_000;
/// Ranges of older blocks that one look may take, so that the newest is never kept waiting.
const OLDER_RANGES: u32 = 10;
/// Ranges that are read before those above them are stored.
const READ_AHEAD: usize = 5;
/// So long reading them may take.
const PORTION: Span = Span::seconds(2);
/// Older events are read back to this long before the oldest known payment.
const OLDER_MARGIN: Span = Span::hours(24);

pub(super) async fn look(
    world: World,
    connection: Connection,
    followed: Vec<Sought>,
    goes_back: bool,
) -> Result<ChainAnswer> {
    let (Some(chain), Some(user)) = (connection.chain.clone(), connection.account.address) else {
        return Err(Error::new(
            Code::ChainUnavailable,
            "The account has no wallet address to read.",
        ));
    };
    let look = Look {
        chain,
        user,
        account: connection.account.id.clone(),
        lease: Arc::clone(&connection.lease),
        history: Arc::clone(&world.history),
        clock: Arc::clone(&world.clock),
        goes_back,
        start_block: connection
            .account
            .network
            .chain
            .as_ref()
            .map_or(0, |place| place.start_block),
    };
    let now = world.clock.now();
    let (reading, changed) = match look.glance(now).await? {
        Some(reading) => (reading, false),
        None => look.properly(now).await?,
    };
    let mut credited = Vec::new();
    // What the engine holds for verified and no event shows: told at every look until the engine knows.
    let mut reorganised = Vec::new();
    for sought in followed {
        match look.verified(&sought.payment).await? {
            Some(Matched {
                verified, event, ..
            }) => {
                let ask = verified.by_id && sought.second_opinion;
                let agreed = ask && look.chain.agreed(user, &event).await.unwrap_or(false);
                credited.push((sought.payment, verified, agreed));
            }
            None if sought.verified => reorganised.push(sought.payment),
            None => {}
        }
    }
    Ok(ChainAnswer {
        user,
        reading,
        credited,
        changed,
        reorganised,
        past: look.past().await?,
    })
}

struct Look {
    chain: Arc<Chain>,
    user: Address,
    account: AccountId,
    lease: Arc<Lease>,
    history: Arc<History>,
    clock: Arc<dyn Clock>,
    /// Whether older events are read.
    goes_back: bool,
    start_block: u64,
}

impl Look {
    /// All in one request, where nothing has happened since the last look and there is nothing older to read.
    async fn glance(&self, now: Timestamp) -> Result<Option<Reading>> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(None);
        };
        if self.goes_back && !self.reaches_far_enough(cursor.from).await? {
            return Ok(None);
        }
        let known = (cursor.to, cursor.to_hash);
        let Some((reading, quiet)) = self.chain.glance(self.user, known, now).await else {
            return Ok(None);
        };
        // Money that moved without an event to tell of it: the logs were not those of the figures' block.
        if !self
            .last()
            .await?
            .is_some_and(|last| last.same_figures(&reading))
        {
            return Ok(None);
        }
        let kept = reading.clone();
        self.write(move |history, account| {
            history.put_reading(account, &kept)?;
            if quiet.to > known.0 {
                history.put_events(account, &quiet)?;
            }
            Ok(())
        })
        .await?;
        Ok(Some(reading))
    }

    /// Figures, lost blocks, newer and older events; says whether any of the events changed.
    async fn properly(&self, now: Timestamp) -> Result<(Reading, bool)> {
        let reading = self.chain.read(self.user, now).await?;
        let kept = reading.clone();
        self.write(move |history, account| history.put_reading(account, &kept))
            .await?;
        let mut changed = self.undo_lost_blocks().await?;
        changed |= self.newer(reading.block).await?;
        if self.goes_back {
            changed |= self.older(now).await?;
        }
        Ok((reading, changed))
    }

    async fn cursor(&self) -> Result<Option<EventCursor>> {
        let (history, account) = (Arc::clone(&self.history), self.account.clone());
        blocking(move || history.event_cursor(&account)).await
    }

    async fn last(&self) -> Result<Option<Reading>> {
        let (history, account) = (Arc::clone(&self.history), self.account.clone());
        blocking(move || history.reading(&account)).await
    }

    async fn verified(&self, payment: &str) -> Result<Option<Matched>> {
        let (history, account) = (Arc::clone(&self.history), self.account.clone());
        let payment = payment.to_owned();
        blocking(move || history.verified(&account, &payment)).await
    }

    /// Where the newest known block is no longer in the chain, drops everything above the last checkpoint
    /// that still is; says whether there were any.
    async fn undo_lost_blocks(&self) -> Result<bool> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(false);
        };
        match self.chain.block_hash(cursor.to).await {
            Ok(Some(hash)) if hash == cursor.to_hash => return Ok(false),
            Ok(_) => {}
            // An RPC that is a little behind knows nothing of that block yet; the next look will tell.
            Err(_) => return Ok(false),
        }
        let mut first_lost = cursor.from;
        for (block, hash) in cursor.checkpoints.iter().rev() {
            if *block < cursor.to && self.chain.block_hash(*block).await? == Some(*hash) {
                first_lost = block.saturating_add(1);
                break;
            }
        }
        tracing::warn!(first_lost, "blocks were reorganised");
        self.write(move |history, account| history.forget_blocks_from(account, first_lost))
            .await?;
        Ok(true)
    }

    /// Events up to the reading's block.
    async fn newer(&self, head: u64) -> Result<bool> {
        let first = match self.cursor().await? {
            Some(cursor) if cursor.to >= head => return Ok(false),
            Some(cursor) => cursor.to.saturating_add(1),
            None => head
                .saturating_sub(RANGE.saturating_sub(1))
                .max(self.start_block),
        };
        let mut from = first;
        let mut changed = false;
        while from <= head {
            let to = head.min(from.saturating_add(RANGE.saturating_sub(1)));
            changed |= self.read(from, to).await?;
            from = to.saturating_add(1);
        }
        Ok(changed)
    }

    /// Older events, newest first, back to the oldest known payment; the next look goes on from there. They are stored
    /// while more are asked for.
    async fn older(&self, begun: Timestamp) -> Result<bool> {
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
        for _ in 0..OLDER_RANGES {
            let late = self.clock.now().since(begun) >= PORTION;
            if late || self.reaches_far_enough(oldest).await? {
                break;
            }
            let to = oldest.saturating_sub(1);
            let from = to
                .saturating_sub(RANGE.saturating_sub(1))
                .max(self.start_block);
            let batch = self.chain.events(self.user, from, to).await?;
            if batches.send(batch).await.is_err() {
                // Storing has failed, and tells so itself.
                break;
            }
            oldest = from;
        }
        Ok(())
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
    async fn past(&self) -> Result<Option<Blocks>> {
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

    async fn reaches_far_enough(&self, from: u64) -> Result<bool> {
        if from <= self.start_block {
            return Ok(true);
        }
        let (history, account) = (Arc::clone(&self.history), self.account.clone());
        let Some(oldest) = blocking(move || history.oldest_payment(&account)).await? else {
            return Ok(false);
        };
        let Some(time) = self.chain.block_time(from).await? else {
            return Ok(true);
        };
        Ok(time < oldest.minus(OLDER_MARGIN))
    }

    async fn read(&self, from: u64, to: u64) -> Result<bool> {
        let batch = self.chain.events(self.user, from, to).await?;
        self.store(batch).await
    }

    /// Says whether there were any events.
    async fn store(&self, batch: EventBatch) -> Result<bool> {
        let any = !batch.events.is_empty();
        self.write(move |history, account| history.put_events(account, &batch))
            .await?;
        Ok(any)
    }

    /// Writes what the chain said, unless another address is read by now.
    async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&History, &AccountId) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (history, account) = (Arc::clone(&self.history), self.account.clone());
        let (lease, user) = (Arc::clone(&self.lease), self.user);
        blocking(move || lease.write_of(user, || write(&history, &account))).await
    }
}

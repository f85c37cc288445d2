//! One look at the chain for one account: figures at one block, whether blocks known before are still in the
//! chain, the events since, some of the older ones, and what they mean for the top-ups that are followed.

use super::{Connection, Lease, World, blocking};
use crate::account::AccountId;
use crate::cache::{EventCursor, History, Matched};
use crate::chain::{Balances, Chain, Lapse, Reading, Sighting, Tenure};
use crate::clock::{Clock, Timestamp};
use crate::engine::{ChainAnswer, Sought};
use crate::error::{Code, Error, Result};
use alloy_primitives::Address;
use std::sync::Arc;

/// Blocks asked for at once; the reader halves a range that an RPC finds too large.
pub(super) const RANGE: u64 = 20_000;

/// What the engine wants of a look beside the figures and what is new.
pub(super) struct Wanted {
    pub(super) followed: Vec<Sought>,
    /// Whether older events are read.
    pub(super) goes_back: bool,
    /// Whether the events that are known are read again.
    pub(super) whole: bool,
}

pub(super) async fn look(
    world: World,
    connection: Connection,
    wanted: Wanted,
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
        goes_back: wanted.goes_back,
        start_block: connection
            .account
            .network
            .chain
            .as_ref()
            .map_or(0, |place| place.start_block),
    };
    let now = world.clock.now();
    if wanted.whole {
        look.doubt_all(now).await?;
    }
    let seen = match look.glance(now).await? {
        Some(reading) => Seen {
            reading,
            changed: false,
            lowers: false,
            is_settled: true,
            problem: None,
        },
        None => look.properly(now).await?,
    };
    let mut credited = Vec::new();
    // What the engine holds for verified and no event shows: told at every look until the engine knows.
    let mut reorganised = Vec::new();
    for sought in wanted.followed {
        match look.verified(&sought.payment).await? {
            Some(Matched {
                verified, event, ..
            }) => {
                let ask = verified.by_id && sought.second_opinion;
                let agreed = ask && look.chain.agreed(user, &event).await.unwrap_or(false);
                credited.push((sought.payment, verified, agreed));
            }
            None if look.is_taken_back(&sought).await? => reorganised.push(sought.payment),
            None => {}
        }
    }
    Ok(ChainAnswer {
        user,
        reading: seen.reading,
        lowers: seen.lowers,
        credited,
        changed: seen.changed,
        reorganised,
        past: look.past().await?,
        look_again: if seen.is_settled {
            look.next_recheck().await?
        } else {
            None
        },
        problem: seen.problem,
    })
}

/// What a look found.
struct Seen {
    reading: Reading,
    /// Whether any of the events changed.
    changed: bool,
    /// Whether the figures may be older than those before.
    lowers: bool,
    /// Whether events could be added: what is doubtful is of no use before that.
    is_settled: bool,
    problem: Option<Error>,
}

/// How what is known goes together with the chain as it is now.
enum Continuity {
    Whole,
    /// Blocks were replaced; what they held is forgotten.
    Undone,
    /// Nobody can say yet: nothing is added until then.
    Open(Option<Error>),
}

pub(super) struct Look {
    pub(super) chain: Arc<Chain>,
    pub(super) user: Address,
    account: AccountId,
    lease: Arc<Lease>,
    history: Arc<History>,
    pub(super) clock: Arc<dyn Clock>,
    /// Whether older events are read.
    pub(super) goes_back: bool,
    pub(super) start_block: u64,
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
        if self.next_recheck().await?.is_some_and(|due| due <= now) {
            return Ok(None);
        }
        let known = (cursor.to, cursor.to_hash);
        // Money that moved without an event to tell of it: the logs were not those of the figures' block. What counts is
        // how it stood at the last block whose events are known, which newer figures may have gone ahead of.
        let Some(base) = self
            .read(move |history, account| history.base(account, known))
            .await?
        else {
            return Ok(None);
        };
        let Some((mark, last)) = self
            .read(|history, account| {
                Ok(history.high_water(account)?.zip(history.reading(account)?))
            })
            .await?
        else {
            return Ok(None);
        };
        let Some((reading, quiet)) = self.chain.glance(self.user, known, now).await else {
            return Ok(None);
        };
        let is_quiet = base == Balances::from(&reading) && last.frozen == reading.frozen;
        if !is_quiet || reading.block < mark.block || mark.lapse != Lapse::default() {
            return Ok(None);
        }
        let kept = reading.clone();
        self.write(move |history, account| {
            if quiet.to > known.0 {
                history.put_events(account, &quiet)?;
            }
            let sighting = Sighting::newest(kept);
            history.put_sighting(account, &sighting, now)
        })
        .await?;
        Ok(Some(reading))
    }

    /// Figures, lost blocks, newer and older events.
    async fn properly(&self, now: Timestamp) -> Result<Seen> {
        let mark = self
            .read(|history, account| history.high_water(account))
            .await?;
        let sighting = self.chain.read_above(self.user, mark.as_ref(), now).await?;
        let kept = sighting.clone();
        self.write(move |history, account| history.put_sighting(account, &kept, now))
            .await?;
        let Some(reading) = sighting.reading else {
            return Err(sighting.problem.unwrap_or_else(|| {
                Error::passing(Code::ChainUnavailable, "No newer figures can be had.")
            }));
        };
        let mut seen = Seen {
            reading,
            changed: false,
            lowers: sighting.lowers,
            is_settled: true,
            problem: sighting.problem,
        };
        match self.continuity().await? {
            Continuity::Whole => {}
            Continuity::Undone => seen.changed = true,
            Continuity::Open(why) => {
                seen.is_settled = false;
                seen.problem = seen.problem.or(why);
                return Ok(seen);
            }
        }
        seen.changed |= self.newer(&seen.reading, now).await?;
        seen.changed |= self.recheck(now).await?;
        if self.goes_back {
            seen.changed |= self.older(now).await?;
        }
        Ok(seen)
    }

    pub(super) async fn cursor(&self) -> Result<Option<EventCursor>> {
        self.read(|history, account| history.event_cursor(account))
            .await
    }

    async fn verified(&self, payment: &str) -> Result<Option<Matched>> {
        let payment = payment.to_owned();
        self.read(move |history, account| history.verified(account, &payment))
            .await
    }

    /// Whether the chain has taken back what the engine holds for verified: the events of its block are known without it,
    /// and as many endpoints as it took to believe it have lost the transaction. A history that is being fetched anew, or
    /// one endpoint alone, takes nothing back.
    async fn is_taken_back(&self, sought: &Sought) -> Result<bool> {
        let Some(verified) = &sought.verified else {
            return Ok(false);
        };
        if !verified.by_id {
            // A match by amount ends by itself where another candidate comes up; nothing was completed by it.
            return Ok(true);
        }
        let (transaction, block) = (verified.transaction, verified.block);
        let known = self
            .read(move |history, account| history.has_transaction(account, &transaction))
            .await?;
        if known {
            return Ok(false);
        }
        Ok(self.chain.has_lost(transaction, block).await)
    }

    /// Where the newest known block is no longer in the chain, drops everything above the last checkpoint that still is.
    async fn continuity(&self) -> Result<Continuity> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(Continuity::Whole);
        };
        let mut is_replaced = false;
        let mut first_lost = cursor.from;
        let newest = (cursor.to, cursor.to_hash);
        let older = cursor
            .checkpoints
            .iter()
            .copied()
            .filter(|(block, _)| *block < cursor.to && *block >= cursor.from);
        for (block, hash) in std::iter::once(newest).chain(older) {
            match self.chain.tenure(block, hash).await {
                Ok(Tenure::Kept) if is_replaced => {
                    first_lost = block.saturating_add(1);
                    break;
                }
                Ok(Tenure::Kept) if block == cursor.to => return Ok(Continuity::Whole),
                // The chain is the same and shorter, or an endpoint is behind: the next look will tell.
                Ok(Tenure::Kept) => return Ok(Continuity::Open(None)),
                Ok(Tenure::Replaced) => is_replaced = true,
                Ok(Tenure::Behind) => {}
                Ok(Tenure::Disputed(why)) => return Ok(Continuity::Open(Some(why))),
                Err(_) => return Ok(Continuity::Open(None)),
            }
        }
        if !is_replaced {
            return Ok(Continuity::Open(None));
        }
        tracing::warn!(first_lost, "blocks were reorganised");
        self.write(move |history, account| history.forget_blocks_from(account, first_lost))
            .await?;
        Ok(Continuity::Undone)
    }

    pub(super) async fn reaches_far_enough(&self, from: u64) -> Result<bool> {
        if from <= self.start_block {
            return Ok(true);
        }
        let oldest = self
            .read(|history, account| history.oldest_payment(account))
            .await?;
        let Some(oldest) = oldest else {
            return Ok(false);
        };
        let Some(time) = self.chain.block_time(from).await? else {
            return Ok(true);
        };
        Ok(time < oldest.minus(super::backfill::OLDER_MARGIN))
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&History, &AccountId) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (history, account) = (Arc::clone(&self.history), self.account.clone());
        blocking(move || read(&history, &account)).await
    }

    /// Writes what the chain said, unless another address is read by now.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&History, &AccountId) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (history, account) = (Arc::clone(&self.history), self.account.clone());
        let (lease, user) = (Arc::clone(&self.lease), self.user);
        blocking(move || lease.write_of(user, || write(&history, &account))).await
    }
}

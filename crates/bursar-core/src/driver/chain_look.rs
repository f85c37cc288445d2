//! One look at the chain for one account: figures at one block, whether blocks known before are still in the
//! chain, the events since, some of the older ones, and what they mean for the top-ups that are followed. Figures do
//! not wait for events: what keeps events from being read is told beside the figures, and what was read of them stays.

use super::{Connection, Lease, World, blocking};
use alloy_primitives::Address;
use bursar_chain::{BlockStatus, Chain};
use bursar_domain::account::AccountId;
use bursar_domain::balances::Balances;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Clock, Timestamp};
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::high_water_mark::{ReadingUpdate, Regression};
use bursar_engine::{ChainResponse, WatchedPayment};
use bursar_store::{EventCursor, History, Matched};
use std::sync::Arc;

/// Blocks asked for at once; the reader takes as much of them as an RPC gives.
pub(super) const RANGE: u64 = 20_000;
const NEWEST: &str = "The newest payment events could not be read, so nothing new is verified yet.";

/// What the engine wants of a look beside the figures and what is new.
pub(crate) struct Wanted {
    pub(crate) followed: Vec<WatchedPayment>,
    /// Whether older events are read.
    pub(crate) goes_back: bool,
    /// Whether the events that are known are read again.
    pub(crate) whole: bool,
}

pub(crate) async fn look(
    world: World,
    connection: Connection,
    wanted: Wanted,
) -> Result<ChainResponse> {
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
            is_settled: true,
            ..Seen::figures(reading)
        },
        None => look.properly(now).await?,
    };
    let mut credited = Vec::new();
    // What the engine holds for verified and no event shows: told at every look until the engine knows.
    let mut reorganised = Vec::new();
    for sought in wanted.followed {
        match look.verified(&sought.payment_id).await? {
            Some(Matched {
                verified, event, ..
            }) => {
                let ask = verified.by_id && sought.needs_receipt_quorum;
                let agreed = ask
                    && look
                        .chain
                        .has_receipt_quorum(user, &event)
                        .await
                        .unwrap_or(false);
                credited.push((sought.payment_id, verified, agreed));
            }
            // It may only have moved to a block that has not been read.
            None if seen.is_settled && look.is_taken_back(&sought).await? => {
                reorganised.push(sought.payment_id);
            }
            None => {}
        }
    }
    let (past, gap) = look.past().await?;
    let events_problem = match seen.events_problem {
        Told::Now(problem) => {
            let problem = problem.or(gap);
            look.keep_problem(problem.as_ref(), now).await?;
            problem
        }
        Told::AsBefore => look.kept_problem().await?,
    };
    Ok(ChainResponse {
        user,
        reading: seen.reading,
        lowers_mark: seen.lowers_mark,
        credited,
        changed: seen.changed,
        reorganised,
        backfill: past,
        reread_at: if seen.is_settled {
            look.next_recheck().await?
        } else {
            None
        },
        figures_error: seen.figures_problem,
        events_error: events_problem,
    })
}

/// What a look found.
struct Seen {
    reading: ChainReading,
    /// Whether any of the events changed.
    changed: bool,
    /// Whether the figures may be older than those before.
    lowers_mark: bool,
    /// Whether all events are known up to the figures' block: before that, nothing is doubted and nothing taken back.
    is_settled: bool,
    figures_problem: Option<Error>,
    events_problem: Told,
}

/// What kept the events from being read.
enum Told {
    Now(Option<Error>),
    /// They were not looked at, so that what was known of them stands.
    AsBefore,
}

impl Seen {
    fn figures(reading: ChainReading) -> Self {
        Self {
            reading,
            changed: false,
            lowers_mark: false,
            is_settled: false,
            figures_problem: None,
            events_problem: Told::Now(None),
        }
    }
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
    async fn glance(&self, now: Timestamp) -> Result<Option<ChainReading>> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(None);
        };
        if self.is_to_go_on(&cursor).await? {
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
                Ok(history
                    .high_water_mark(account)?
                    .zip(history.reading(account)?))
            })
            .await?
        else {
            return Ok(None);
        };
        let Some((reading, quiet)) = self.chain.quick_poll(self.user, known, now).await else {
            return Ok(None);
        };
        let is_quiet = base == Balances::from(&reading) && last.frozen == reading.frozen;
        if !is_quiet || reading.block < mark.block || mark.regression != Regression::default() {
            return Ok(None);
        }
        let kept = reading.clone();
        self.write(move |history, account| {
            if quiet.to > known.0 {
                history.put_events(account, &quiet)?;
            }
            let update = ReadingUpdate::newest(kept);
            history.put_reading_update(account, &update, now)
        })
        .await?;
        Ok(Some(reading))
    }

    /// Figures, lost blocks, newer and older events.
    async fn properly(&self, now: Timestamp) -> Result<Seen> {
        let mark = self
            .read(|history, account| history.high_water_mark(account))
            .await?;
        let update = self
            .chain
            .read_monotonic(self.user, mark.as_ref(), now)
            .await?;
        let kept = update.clone();
        self.write(move |history, account| history.put_reading_update(account, &kept, now))
            .await?;
        let Some(reading) = update.reading else {
            return Err(update.problem.unwrap_or_else(|| {
                Error::passing(Code::ChainUnavailable, "No newer figures can be had.")
            }));
        };
        let mut seen = Seen {
            lowers_mark: update.lowers_mark,
            figures_problem: update.problem,
            ..Seen::figures(reading)
        };
        match self.read_events(&mut seen, now).await {
            Err(error) if is_of_the_chain(error.code) => {
                seen.events_problem = Told::Now(Some(error));
            }
            read => read?,
        }
        Ok(seen)
    }

    /// Lost blocks, newer and older events. However slow an RPC is, each part reads one range.
    async fn read_events(&self, seen: &mut Seen, now: Timestamp) -> Result<()> {
        match self.continuity().await.map_err(incomplete(NEWEST))? {
            Continuity::Whole => {}
            Continuity::Undone => seen.changed = true,
            Continuity::Open(why) => {
                seen.events_problem = Told::AsBefore;
                seen.figures_problem = seen.figures_problem.take().or(why);
                return Ok(());
            }
        }
        let begun = self.clock.now();
        let changed = &mut seen.changed;
        let newer = self.newer(&seen.reading, begun, now, changed).await;
        let closed = self.close_gap(begun, changed).await;
        let is_contiguous =
            newer.map_err(incomplete(NEWEST))? & closed.map_err(incomplete(NEWEST))?;
        if !is_contiguous {
            return Ok(());
        }
        let cursor = self.cursor().await?;
        seen.is_settled = cursor.is_some_and(|cursor| cursor.to >= seen.reading.block);
        *changed |= self.recheck(now).await?;
        if self.goes_back {
            self.older(begun, now, changed).await?;
        }
        Ok(())
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
    async fn is_taken_back(&self, sought: &WatchedPayment) -> Result<bool> {
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
        Ok(self.chain.transaction_is_gone(transaction, block).await)
    }

    /// Where the newest known block is no longer in the chain, drops everything above the last checkpoint that still is.
    async fn continuity(&self) -> Result<Continuity> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(Continuity::Whole);
        };
        let older = self.older_ranges().await?;
        let lowest = older.last().map_or(cursor.from, |(from, _)| *from);
        let lowest = lowest.min(cursor.from);
        let mut is_replaced = false;
        let mut first_lost = lowest;
        let newest = (cursor.to, cursor.to_hash);
        let older = cursor
            .checkpoints
            .iter()
            .copied()
            .filter(|(block, _)| *block < cursor.to && *block >= lowest);
        for (block, hash) in std::iter::once(newest).chain(older) {
            match self.chain.block_status(block, hash).await? {
                BlockStatus::Canonical if is_replaced => {
                    first_lost = block.saturating_add(1);
                    break;
                }
                BlockStatus::Canonical if block == cursor.to => return Ok(Continuity::Whole),
                // The chain is the same and shorter, or an endpoint is behind: the next look will tell.
                BlockStatus::Canonical => return Ok(Continuity::Open(None)),
                BlockStatus::Replaced => is_replaced = true,
                BlockStatus::Unknown => {}
                BlockStatus::Disputed(why) => return Ok(Continuity::Open(Some(why))),
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

    /// Whether there are events below the cursor's to be read and to be had.
    async fn is_to_go_on(&self, cursor: &EventCursor) -> Result<bool> {
        if !self.goes_back && self.older_ranges().await?.is_empty() {
            return Ok(false);
        }
        let reached = self.reaches_far_enough(cursor.from).await;
        let reached = reached.or_else(|error| {
            // The thorough look finds out.
            is_of_the_chain(error.code).then_some(false).ok_or(error)
        })?;
        Ok(!reached && !self.chain.logs_pruned_at(cursor.from.saturating_sub(1)))
    }

    pub(super) async fn older_ranges(&self) -> Result<Vec<(u64, u64)>> {
        self.read(|history, account| history.older_ranges(account))
            .await
    }

    async fn kept_problem(&self) -> Result<Option<Error>> {
        self.read(|history, account| history.events_problem(account))
            .await
    }

    /// Keeps what kept the events from being read, for those who read beside the app.
    async fn keep_problem(&self, problem: Option<&Error>, now: Timestamp) -> Result<()> {
        let known = self.kept_problem().await?;
        let same =
            |known: &Error, new: &Error| known.code == new.code && known.message == new.message;
        let unchanged = match (&known, problem) {
            (None, None) => true,
            (Some(known), Some(new)) => same(known, new),
            (Some(_), None) | (None, Some(_)) => false,
        };
        if unchanged {
            return Ok(());
        }
        let problem = problem.cloned();
        self.write(move |history, account| {
            history.put_events_problem(account, problem.as_ref(), now)
        })
        .await
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

/// Says what of the events is missing, where the chain is to blame; that RPCs disagree says it itself.
pub(super) fn incomplete(what: &str) -> impl Fn(Error) -> Error + '_ {
    move |error| {
        if !is_of_the_chain(error.code) || error.code == Code::RpcsDisagree {
            return error;
        }
        Error {
            code: Code::EventsIncomplete,
            message: format!("{what} The balance is not affected. {}", error.message),
            ..error
        }
    }
}

/// Whether an error tells of the chain's RPCs and not of this machine.
fn is_of_the_chain(code: Code) -> bool {
    matches!(
        code,
        Code::ChainUnavailable
            | Code::EventsIncomplete
            | Code::RpcsDisagree
            | Code::WrongChain
            | Code::NoContract
            | Code::RateLimited
            | Code::Timeout
            | Code::Unreachable
            | Code::AnswerTooLarge
            | Code::AnswerMalformed
            | Code::Refused
    )
}

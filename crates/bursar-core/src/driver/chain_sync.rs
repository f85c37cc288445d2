//! Reads the chain for one account: the figures at one block, whether known blocks are still in the chain, new events,
//! some older ones, and what they mean for the payments that are followed. Figures do not wait for events: an error in
//! reading events is reported beside the figures, and the events already read stay.

use super::chain_reorganisation::Continuity;
use super::{Connection, Services, WriteGuard, blocking};
use alloy_primitives::Address;
use bursar_chain::Chain;
use bursar_domain::account::AccountId;
use bursar_domain::balances::Balances;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Clock, Span, Timestamp};
use bursar_domain::error::{Code, Detail, Error, Result, SyncDetail};
use bursar_domain::high_water_mark::{ReadingUpdate, Regression};
use bursar_engine::{ChainResponse, WatchedPayment};
use bursar_store::{EventCursor, History, PaymentMatch};
use std::sync::Arc;

/// Blocks requested at once; the reader takes as many of them as an RPC endpoint returns.
pub(super) const RANGE: u64 = 20_000;
/// The backfill reads to this long before the oldest known payment.
const OLDER_MARGIN: Span = Span::hours(24);
/// What the engine wants besides the figures and new events.
pub(crate) struct ChainSyncScope {
    pub(crate) followed: Vec<WatchedPayment>,
    /// Whether older events are read.
    pub(crate) backfills: bool,
    /// Whether known events are read again.
    pub(crate) whole: bool,
}

pub(crate) async fn sync_chain(
    services: Services,
    connection: Connection,
    wanted: ChainSyncScope,
) -> Result<ChainResponse> {
    let (Some(chain), Some(user)) = (connection.chain.clone(), connection.account.address) else {
        return Err(Error::new(
            Code::ChainUnavailable,
            SyncDetail::NoWalletAddress,
        ));
    };
    let sync = ChainSync {
        chain,
        user,
        account: connection.account.id.clone(),
        write_guard: Arc::clone(&connection.write_guard),
        history: Arc::clone(&services.history),
        clock: Arc::clone(&services.clock),
        backfills: wanted.backfills,
        start_block: connection
            .account
            .network
            .chain
            .as_ref()
            .map_or(0, |chain| chain.start_block),
    };
    let now = services.clock.now();
    if wanted.whole {
        sync.mark_all_doubtful(now).await?;
    }
    let findings = match sync.quick_poll(now).await? {
        Some(reading) => Findings {
            is_settled: true,
            ..Findings::figures(reading)
        },
        None => sync.full_sync(now).await?,
    };
    let mut credited = Vec::new();
    // Payments that the engine holds for verified and that no event shows; reported at every run until the engine
    // knows.
    let mut reorganised = Vec::new();
    for sought in wanted.followed {
        match sync.verified(&sought.payment_id).await? {
            Some(PaymentMatch {
                verified, event, ..
            }) => {
                let ask = verified.by_id && sought.needs_receipt_quorum;
                let agreed = ask
                    && sync
                        .chain
                        .has_receipt_quorum(user, &event)
                        .await
                        .unwrap_or(false);
                credited.push((sought.payment_id, verified, agreed));
            }
            // The event may only have moved to a block that has not been read.
            None if findings.is_settled && sync.is_taken_back(&sought).await? => {
                reorganised.push(sought.payment_id);
            }
            None => {}
        }
    }
    let (backfill, gap) = sync.backfill_progress().await?;
    let events_problem = match findings.events_problem {
        EventsProblem::Now(problem) => {
            let problem = problem.or(gap);
            sync.store_problem(problem.as_ref(), now).await?;
            problem
        }
        EventsProblem::Unchanged => sync.stored_problem().await?,
    };
    Ok(ChainResponse {
        user,
        reading: findings.reading,
        lowers_mark: findings.lowers_mark,
        credited,
        changed: findings.changed,
        reorganised,
        backfill,
        reread_at: if findings.is_settled {
            sync.next_recheck().await?
        } else {
            None
        },
        figures_error: findings.figures_problem,
        events_error: events_problem,
    })
}

/// What one run found.
struct Findings {
    reading: ChainReading,
    /// Whether any event changed.
    changed: bool,
    /// Whether the figures may be older than the previous ones.
    lowers_mark: bool,
    /// Whether all events are known up to the figures' block. Before that nothing is doubted or taken back.
    is_settled: bool,
    figures_problem: Option<Error>,
    events_problem: EventsProblem,
}

/// What prevented events from being read.
enum EventsProblem {
    Now(Option<Error>),
    /// Events were not read, so the last known problem stands.
    Unchanged,
}

impl Findings {
    fn figures(reading: ChainReading) -> Self {
        Self {
            reading,
            changed: false,
            lowers_mark: false,
            is_settled: false,
            figures_problem: None,
            events_problem: EventsProblem::Now(None),
        }
    }
}

pub(super) struct ChainSync {
    pub(super) chain: Arc<Chain>,
    pub(super) user: Address,
    account: AccountId,
    write_guard: Arc<WriteGuard>,
    history: Arc<History>,
    pub(super) clock: Arc<dyn Clock>,
    /// Whether older events are read.
    pub(super) backfills: bool,
    pub(super) start_block: u64,
}

impl ChainSync {
    /// Reads everything in one request, if nothing has happened since the last run and there is nothing older to read.
    async fn quick_poll(&self, now: Timestamp) -> Result<Option<ChainReading>> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(None);
        };
        if self.has_older_events(&cursor).await? {
            return Ok(None);
        }
        if self.next_recheck().await?.is_some_and(|due| due <= now) {
            return Ok(None);
        }
        let known = (cursor.to, cursor.to_hash);
        // If the balances moved and no event explains it, the logs were not those of the figures' block. The comparison
        // starts from the balances at the last block with known events, because newer figures may be ahead of them.
        let Some(base) = self
            .read(move |history, account| history.balances_at_cursor(account, known))
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

    /// Reads figures, checks for replaced blocks, and reads new and older events.
    async fn full_sync(&self, now: Timestamp) -> Result<Findings> {
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
                Error::passing(Code::ChainUnavailable, SyncDetail::NoNewerFigures)
            }));
        };
        let mut findings = Findings {
            lowers_mark: update.lowers_mark,
            figures_problem: update.problem,
            ..Findings::figures(reading)
        };
        match self.read_events(&mut findings, now).await {
            Err(error) if is_chain_error(error.code) => {
                findings.events_problem = EventsProblem::Now(Some(error));
            }
            read => read?,
        }
        Ok(findings)
    }

    /// Checks for replaced blocks and reads new and older events. However slow an RPC endpoint is, each part reads at
    /// least one range.
    async fn read_events(&self, findings: &mut Findings, now: Timestamp) -> Result<()> {
        match self
            .continuity()
            .await
            .map_err(events_incomplete(newest_unread))?
        {
            Continuity::Intact => {}
            Continuity::Reorganised => findings.changed = true,
            Continuity::Undecided(why) => {
                findings.events_problem = EventsProblem::Unchanged;
                findings.figures_problem = findings.figures_problem.take().or(why);
                return Ok(());
            }
        }
        let begun = self.clock.now();
        let changed = &mut findings.changed;
        let newer = self
            .sync_new_events(&findings.reading, begun, now, changed)
            .await;
        let closed = self.close_gap(begun, changed).await;
        let is_contiguous = newer.map_err(events_incomplete(newest_unread))?
            & closed.map_err(events_incomplete(newest_unread))?;
        if !is_contiguous {
            return Ok(());
        }
        let cursor = self.cursor().await?;
        findings.is_settled = cursor.is_some_and(|cursor| cursor.to >= findings.reading.block);
        *changed |= self.recheck_doubtful_ranges(now).await?;
        if self.backfills {
            self.backfill(begun, now, changed).await?;
        }
        Ok(())
    }

    pub(super) async fn cursor(&self) -> Result<Option<EventCursor>> {
        self.read(|history, account| history.event_cursor(account))
            .await
    }

    async fn verified(&self, payment: &str) -> Result<Option<PaymentMatch>> {
        let payment = payment.to_owned();
        self.read(move |history, account| history.payment_match(account, &payment))
            .await
    }

    /// Whether there are older events to read that an endpoint still has.
    async fn has_older_events(&self, cursor: &EventCursor) -> Result<bool> {
        if !self.backfills && self.older_ranges().await?.is_empty() {
            return Ok(false);
        }
        let reached = self.covers_known_payments(cursor.from).await;
        let reached = reached.or_else(|error| {
            // The thorough sync finds out.
            is_chain_error(error.code).then_some(false).ok_or(error)
        })?;
        Ok(!reached && !self.chain.logs_pruned_at(cursor.from.saturating_sub(1)))
    }

    pub(super) async fn older_ranges(&self) -> Result<Vec<(u64, u64)>> {
        self.read(|history, account| history.older_ranges(account))
            .await
    }

    async fn stored_problem(&self) -> Result<Option<Error>> {
        self.read(|history, account| history.events_problem(account))
            .await
    }

    /// Stores what prevented events from being read, for commands that run beside the app.
    async fn store_problem(&self, problem: Option<&Error>, now: Timestamp) -> Result<()> {
        let known = self.stored_problem().await?;
        let same =
            |known: &Error, new: &Error| known.code == new.code && known.detail == new.detail;
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

    pub(super) async fn covers_known_payments(&self, from: u64) -> Result<bool> {
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
        Ok(time < oldest.minus(OLDER_MARGIN))
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&History, &AccountId) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (history, account) = (Arc::clone(&self.history), self.account.clone());
        blocking(move || read(&history, &account)).await
    }

    /// Writes what the chain reported, unless another address is read by now.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&History, &AccountId) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (history, account) = (Arc::clone(&self.history), self.account.clone());
        let (write_guard, user) = (Arc::clone(&self.write_guard), self.user);
        blocking(move || write_guard.write_for_address(user, || write(&history, &account))).await
    }
}

/// Says which events are missing if the chain is to blame. An error about disagreeing endpoints explains itself.
pub(super) fn events_incomplete(
    unread: impl FnOnce(Box<Detail>) -> SyncDetail,
) -> impl FnOnce(Error) -> Error {
    move |error| {
        if !is_chain_error(error.code) || error.code == Code::RpcsDisagree {
            return error;
        }
        Error {
            code: Code::EventsIncomplete,
            detail: unread(Box::new(error.detail)).into(),
            ..error
        }
    }
}

fn newest_unread(why: Box<Detail>) -> SyncDetail {
    SyncDetail::NewestEventsUnread { why }
}

/// Whether an error concerns the chain's RPC endpoints and not this machine.
fn is_chain_error(code: Code) -> bool {
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

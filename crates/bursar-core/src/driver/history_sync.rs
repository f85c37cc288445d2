//! Reads the provider's history of one account, from the oldest row that may still change, or a portion of all of it,
//! page by page into the database. A row that cannot be read is left out, reported and read again later; it does not
//! affect the others.

use super::{Connection, Services, blocking};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error, ResponseDetail, Result, SignInDetail};
use bursar_domain::payment::{RemotePayment, Status};
use bursar_domain::unreadable_row::UnreadableRow;
use bursar_engine::top_up::{LATE_PAYMENT_WINDOW, UNKNOWN_CLOCK_TOLERANCE};
use bursar_engine::{HistoryProgress, HistoryResponse};
use bursar_provider::HistoryPage;
use bursar_store::{History, SyncBatch, SyncState};
use futures_util::future::{OptionFuture, join};
use std::sync::Arc;

/// The history is read from this long before the newest known row, for rows that appear late.
const OVERLAP: Span = Span::hours(1);
/// The whole history is read again this often.
const FULL_SYNC_INTERVAL: Span = Span::days(7);
/// All payments that ended without money are checked this often, however old they are: money may arrive late.
const ENDED_CHECK_INTERVAL: Span = Span::hours(23);
/// Rows that could not be read are retried this often, until the whole history is read again.
const UNREADABLE_RETRY_INTERVAL: Span = Span::hours(1);
/// How long a portion of the whole history takes; then its result is reported and the next portion requested.
const PORTION_DURATION: Span = Span::seconds(2);
/// No more unreadable rows than this are remembered one by one.
const MAX_UNREADABLE_ROWS: usize = 100;

/// What is known about the history before it is read.
struct KnownHistory {
    sync: SyncState,
    oldest_unsettled: Option<Timestamp>,
    /// All payments that ended without money are checked this time.
    ended_due: bool,
    /// When the oldest payment that ended without money was created: of all, or of those that ended recently.
    oldest_ended: Option<Timestamp>,
    /// Now, by the provider's clock as far as that is known.
    provider_time: Timestamp,
    unreadable: Vec<UnreadableRow>,
    unreadable_checked_at: Timestamp,
    /// Rows so far of a whole reading that has not come to its end.
    lines_read: HistoryProgress,
}

/// What one reading covers.
pub(super) struct HistoryScope {
    /// Since when there are payments that the engine follows, by the provider's clock.
    pub(super) followed_since: Option<Timestamp>,
    /// The whole history, from its beginning.
    pub(super) whole: bool,
    /// All payments that ended without money, even if the last check was less than a day ago.
    pub(super) ended: bool,
    /// Whether older rows are read.
    pub(super) backfills: bool,
}

pub(super) async fn sync_history(
    services: Services,
    connection: Connection,
    wanted: HistoryScope,
) -> Result<HistoryResponse> {
    let HistoryScope {
        followed_since,
        whole: asked_for,
        ended,
        backfills,
    } = wanted;
    let now = services.clock.now();
    let known = known_history(&services, &connection, ended, now).await?;
    let sync = known.sync.clone();
    let whole_due = asked_for
        || sync.next.is_some()
        || sync
            .full_at
            .is_none_or(|read| has_passed(read, FULL_SYNC_INTERVAL, now));
    // The first page is always read: it shows since when there may be something new.
    let whole = whole_due && (backfills || sync.synced_at.is_none());
    let since = (!whole).then(|| known.since(followed_since, now)).flatten();
    // A first reading that was interrupted continues where it stopped; one that the user asks for starts over. The next
    // reading covers what arrived since this one began.
    let resumed = sync.next.clone().filter(|_| whole && !asked_for);
    let mut resumes = resumed.is_some();
    let mut from_newest = !resumes;
    let mut read = if resumes {
        known.lines_read
    } else {
        HistoryProgress::default()
    };
    // By the provider's clock, which its first answer shows.
    let mut began_at = sync.synced_at.filter(|_| resumes);
    let mut answer = HistoryResponse {
        backfill: sync.next.as_ref().map(|_| known.lines_read),
        ..HistoryResponse::default()
    };
    if whole {
        // However far the pages come, the open payments are then known.
        answer.payments = connection.provider.pending().await?;
    }
    // Rows before the part that is read stay; in the rest, unreadable rows are found again.
    let mut unreadable = known.unreadable;
    unreadable.retain(|line| resumes || since.is_some_and(|since| line.created_at < Some(since)));
    let mut unreadable_checked_at = if unreadable.is_empty() {
        now
    } else {
        known.unreadable_checked_at
    };
    let mut response = connection.provider.history(since, resumed.as_deref()).await;
    loop {
        let page = match response {
            Ok(page) => separate_unreadable(page),
            // A cursor that the provider no longer knows will never work again.
            Err(error) if resumes && is_refusal(&error) => {
                tracing::info!(code = ?error.code, "the history is read anew");
                resumes = false;
                from_newest = true;
                read = HistoryProgress::default();
                began_at = None;
                unreadable.clear();
                unreadable_checked_at = now;
                response = connection.provider.history(since, None).await;
                continue;
            }
            // The open payments are known, and are worth reporting.
            Err(error) if whole => {
                answer.error = Some(error);
                return finish(&services, &connection, answer).await;
            }
            Err(error) => return Err(error),
        };
        resumes = false;
        let next = page.next;
        let payments = page.payments;
        let lines = payments.len().saturating_add(page.unreadable.len());
        read.read = read
            .read
            .saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        read.total = page
            .total
            .and_then(|all| u32::try_from(all).ok())
            .map(|all| all.max(read.read));
        // A problem of a page, or of a row without a time, is retried at the page's last time.
        let near = payments.iter().map(|payment| payment.created_at).min();
        for line in &page.unreadable {
            answer.unreadable_candidate |= may_be_followed(line, followed_since);
        }
        for line in page.partly_unreadable.into_iter().chain(page.unreadable) {
            let line = UnreadableRow {
                created_at: line.created_at.or(near).or(since),
                ..line
            };
            if unreadable.len() < MAX_UNREADABLE_ROWS && !unreadable.contains(&line) {
                unreadable.push(line);
            }
        }
        let telling = payments.iter().filter(|payment| {
            !payment.status.is_final()
                || payment.status == Status::Refunded
                || followed_since.is_some_and(|since| payment.created_at >= since)
        });
        answer.payments.extend(telling.cloned());
        let began = *began_at.get_or_insert_with(|| provider_time_of(&connection, now));
        let state = SyncState {
            full_at: if whole && next.is_none() {
                Some(now)
            } else {
                sync.full_at
            },
            next: if whole {
                next.clone()
            } else {
                sync.next.clone()
            },
            synced_at: if whole || next.is_none() {
                Some(began)
            } else {
                sync.synced_at
            },
        };
        let batch = SyncBatch {
            payments,
            sync_state: state,
            history_progress: whole.then_some(read),
            unreadable_rows: unreadable.clone(),
            unreadable_rows_checked_at: unreadable_checked_at,
            // A long reading came past the newest of them when it began.
            ended_checked_at: (next.is_none() && (whole || known.ended_due))
                .then_some(began.min(now)),
            read_at: now,
        };
        let is_long = whole && (!backfills || services.clock.now().since(now) >= PORTION_DURATION);
        // The next page is requested while this one is stored.
        let (changed, following) = join(
            write_history(&services, &connection, move |history, account| {
                history.put_sync_batch(account, &batch)
            }),
            OptionFuture::from(
                next.as_deref()
                    .filter(|_| !is_long)
                    .map(|cursor| connection.provider.history(since, Some(cursor))),
            ),
        )
        .await;
        answer.changed_rows = answer.changed_rows.saturating_add(changed?);
        if whole {
            answer.resumable = true;
            answer.backfill = next.as_ref().map(|_| read);
        }
        if next.is_none() {
            answer.is_complete = from_newest;
            // What arrived since the first portion has not been read yet.
            answer.more = !from_newest;
        } else if is_long {
            answer.more = backfills;
        }
        let Some(following) = following else {
            break;
        };
        response = following;
    }
    answer.error = unreadable_rows_error(&unreadable);
    finish(&services, &connection, answer).await
}

/// The result of a reading: only what the provider has not superseded meanwhile, and what has not been reported yet.
async fn finish(
    services: &Services,
    connection: &Connection,
    answer: HistoryResponse,
) -> Result<HistoryResponse> {
    write_history(services, connection, move |history, account| {
        Ok(HistoryResponse {
            payments: history.without_superseded(account, answer.payments)?,
            late_payments: history.late_payments(account)?,
            ..answer
        })
    })
    .await
}

/// A time of this machine by the provider's clock. If that is unknown, it may be as far off as clocks are.
fn provider_time_of(connection: &Connection, at: Timestamp) -> Timestamp {
    match connection.provider.clock_ahead() {
        Some(ahead) => at.plus(ahead),
        None => at.minus(UNKNOWN_CLOCK_TOLERANCE),
    }
}

/// Whether this much time has passed. A time in the future was written by a clock that has been set back since.
fn has_passed(since: Timestamp, span: Span, now: Timestamp) -> bool {
    now < since || now.since(since) >= span
}

impl KnownHistory {
    /// Since when there may be something new.
    fn since(&self, followed_since: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let due = has_passed(self.unreadable_checked_at, UNREADABLE_RETRY_INTERVAL, now);
        let unreadable = self
            .unreadable
            .iter()
            .filter_map(|line| line.created_at)
            .filter(|at| due && now.since(*at) <= FULL_SYNC_INTERVAL);
        [
            followed_since,
            self.oldest_unsettled,
            self.oldest_ended,
            // No reading began later than now.
            self.sync
                .synced_at
                .map(|synced| synced.min(self.provider_time).minus(OVERLAP)),
        ]
        .into_iter()
        .flatten()
        .chain(unreadable.map(|at| at.minus(OVERLAP)))
        .min()
    }
}

async fn known_history(
    services: &Services,
    connection: &Connection,
    ended: bool,
    now: Timestamp,
) -> Result<KnownHistory> {
    let (history, account) = (Arc::clone(&services.history), connection.account.id.clone());
    let provider_time = match connection.provider.clock_ahead() {
        Some(ahead) => now.plus(ahead),
        None => now,
    };
    let ended_lately = provider_time_of(connection, now).minus(LATE_PAYMENT_WINDOW);
    blocking(move || {
        let (unreadable, unreadable_checked_at) = history.unreadable_rows(&account)?;
        let ended_due = ended
            || history
                .ended_checked_at(&account)?
                .is_none_or(|at| has_passed(at, ENDED_CHECK_INTERVAL, now));
        let oldest_ended = if ended_due {
            history.oldest_ended(&account)?
        } else {
            history.oldest_ended_since(&account, ended_lately)?
        };
        Ok(KnownHistory {
            sync: history.sync_state(&account)?,
            oldest_unsettled: history.oldest_unsettled(&account)?,
            ended_due,
            oldest_ended,
            provider_time,
            unreadable,
            unreadable_checked_at,
            lines_read: history.history_progress(&account)?,
        })
    })
    .await
}

/// Writes payments to the history. Returns how many were new or different, and those that the provider has not
/// superseded.
pub(super) async fn store_payments(
    services: &Services,
    connection: &Connection,
    payments: Vec<RemotePayment>,
) -> Result<(u32, Vec<RemotePayment>)> {
    write_history(services, connection, move |history, account| {
        let changed = history.put_payments(account, &payments)?;
        Ok((changed, history.without_superseded(account, payments)?))
    })
    .await
}

/// Writes something of the account, unless the account is gone or another user has signed in by now.
pub(super) async fn write_history<T: Send + 'static>(
    services: &Services,
    connection: &Connection,
    write: impl FnOnce(&History, &bursar_domain::account::AccountId) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (history, account) = (Arc::clone(&services.history), connection.account.id.clone());
    let write_guard = Arc::clone(&connection.write_guard);
    let (asked_as, session) = (connection.verified_sign_in, Arc::clone(&connection.session));
    blocking(move || {
        if asked_as.is_some_and(|asked_as| asked_as != session.sign_in_id()) {
            return Err(Error::passing(Code::SignedOut, SignInDetail::SignInChanged));
        }
        write_guard.write(|| write(&history, &account))
    })
    .await
}

/// Moves payments that cannot be stored as rows to the unreadable ones.
pub(super) fn separate_unreadable(page: HistoryPage) -> HistoryPage {
    let mut unreadable = page.unreadable;
    let mut payments = Vec::new();
    for payment in page.payments {
        match History::validate_payment(&payment) {
            Ok(()) => payments.push(payment),
            Err(error) => unreadable.push(UnreadableRow {
                error: Error::new(Code::LineUnreadable, error.detail),
                created_at: Some(payment.created_at),
            }),
        }
    }
    HistoryPage {
        payments,
        unreadable,
        ..page
    }
}

/// One error for all unreadable rows: what is wrong with the first, and how many there are.
pub(super) fn unreadable_rows_error(lines: &[UnreadableRow]) -> Option<Error> {
    let (first, others) = lines.split_first()?;
    let why = first.error.detail.clone();
    let detail = match others.len() {
        0 => why,
        more => ResponseDetail::PaymentsUnreadable {
            why: Box::new(why),
            more: u32::try_from(more).unwrap_or(u32::MAX),
        }
        .into(),
    };
    Some(Error::new(Code::LineUnreadable, detail))
}

/// Whether the provider answered the request itself with a refusal.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error.code,
        Code::Refused | Code::NotFound | Code::AnswerMalformed
    )
}

fn may_be_followed(line: &UnreadableRow, followed_since: Option<Timestamp>) -> bool {
    followed_since.is_some_and(|since| line.created_at.is_none_or(|at| at >= since))
}

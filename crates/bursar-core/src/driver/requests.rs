//! Carries out what the engine asks of servers. Rows go to the history database here; the event that comes
//! back holds only what the state depends on. Every request is answered by exactly one event.

use super::chain_look::look;
use super::{Connection, Lease, World, blocking};
use crate::account::AccountId;
use crate::cache::{History, SyncState};
use crate::clock::{Span, Timestamp};
use crate::engine::{CatalogueAnswer, Event, Followed, HistoryAnswer, Request};
use crate::error::Result;
use crate::fail_point;
use crate::provider::{Catalogue, RemotePayment, SavedState, Status};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Pages of the history that one look at the open top-ups may take.
const FOLLOW_PAGES: u32 = 3;
/// The history is read from this long before the newest known line, for lines that appear late.
const OVERLAP: Span = Span::hours(1);
/// Everything is read again this often.
const WHOLE_EVERY: Span = Span::days(7);
/// Days of charges that the first page draws.
const CHARGE_DAYS: i64 = 30;

pub(super) async fn perform(world: World, connection: Connection, request: Request) -> Event {
    let asked_at = world.clock.now();
    match request {
        Request::Start { top_up, new } => {
            fail_point::reach("request.before");
            let asked = connection.provider.start(&new);
            let answer = fail_point::reach_during("request.after", asked).await;
            fail_point::reach("answer.received");
            Event::Started { top_up, answer }
        }
        Request::Cancel { top_up, remote } => Event::CancelAnswered {
            top_up,
            answer: connection.provider.cancel(&remote).await,
        },
        Request::Follow { since, expected } => Event::Followed {
            asked_at,
            answer: follow(world, connection, since, expected).await,
        },
        Request::History { since, whole } => Event::History {
            asked_at,
            answer: history(world, connection, since, whole).await,
        },
        Request::Balance => Event::Balance(balance(world, connection).await),
        Request::Chain { followed } => Event::Chain(look(world, connection, followed).await),
        Request::Charges => Event::Charges(charges(world, connection).await),
        Request::Catalogue => Event::Catalogue(catalogue(world, connection).await),
        Request::Dues => Event::Dues(dues(world, connection).await),
    }
}

/// The open top-ups first, then, where one that is expected is not among them, the history: what leaves the
/// one list in between is in the other.
async fn follow(
    world: World,
    connection: Connection,
    since: Timestamp,
    expected: Vec<String>,
) -> Result<Followed> {
    let mut by_id = BTreeMap::new();
    fail_point::reach("look.before");
    for payment in connection.provider.pending().await? {
        by_id.insert(payment.id.clone(), payment);
    }
    let mut history_read = false;
    if !expected.iter().all(|id| by_id.contains_key(id)) {
        let mut next = None;
        for page in 0..FOLLOW_PAGES {
            if page > 0 && next.is_none() {
                break;
            }
            let answer = connection
                .provider
                .history(Some(since), next.as_deref())
                .await?;
            by_id.extend(
                answer
                    .payments
                    .into_iter()
                    .map(|payment| (payment.id.clone(), payment)),
            );
            next = answer.next;
        }
        // Where there is more than was read, what is missing is not known to be absent.
        history_read = next.is_none();
    }
    fail_point::reach("look.after");
    let payments: Vec<_> = by_id.into_values().collect();
    keep(
        Arc::clone(&connection.lease),
        Arc::clone(&world.history),
        connection.account.id.clone(),
        payments.clone(),
    )
    .await?;
    Ok(Followed {
        payments,
        history_read,
    })
}

async fn history(
    world: World,
    connection: Connection,
    followed_since: Option<Timestamp>,
    asked_for: bool,
) -> Result<HistoryAnswer> {
    let account = connection.account.id.clone();
    let (history, of) = (Arc::clone(&world.history), account.clone());
    let (sync, oldest_unsettled) =
        blocking(move || Ok((history.sync_state(&of)?, history.oldest_unsettled(&of)?))).await?;
    let now = world.clock.now();
    let whole = asked_for
        || sync
            .full_at
            .is_none_or(|read| now.since(read) > WHOLE_EVERY);
    let since = if whole {
        None
    } else {
        [
            followed_since,
            oldest_unsettled,
            sync.synced_at.map(|synced| synced.minus(OVERLAP)),
        ]
        .into_iter()
        .flatten()
        .min()
    };
    // A first reading that was cut off goes on where it was; one that the user asks for begins anew. What
    // came since it began is read by the next, from its beginning on.
    let resumed = sync.next.clone().filter(|_| whole && !asked_for);
    let began_at = if resumed.is_some() {
        sync.synced_at.unwrap_or(now)
    } else {
        now
    };
    let mut answer = HistoryAnswer::default();
    if whole {
        // However far the pages come this time, what is open now is known.
        answer.payments = connection.provider.pending().await?;
    }
    let mut place = resumed;
    loop {
        let page = connection.provider.history(since, place.as_deref()).await?;
        place = page.next;
        let changed = keep(
            Arc::clone(&connection.lease),
            Arc::clone(&world.history),
            account.clone(),
            page.payments.clone(),
        )
        .await?;
        answer.changed = answer.changed.saturating_add(changed);
        answer
            .payments
            .extend(page.payments.into_iter().filter(|payment| {
                !payment.status.is_final()
                    || payment.status == Status::Refunded
                    || followed_since.is_some_and(|since| payment.created_at >= since)
            }));
        let state = SyncState {
            full_at: if whole && place.is_none() {
                Some(now)
            } else {
                sync.full_at
            },
            next: if whole {
                place.clone()
            } else {
                sync.next.clone()
            },
            synced_at: if whole || place.is_none() {
                Some(began_at)
            } else {
                sync.synced_at
            },
        };
        let (history, of) = (Arc::clone(&world.history), account.clone());
        blocking(move || history.set_sync_state(&of, state)).await?;
        if place.is_none() {
            return Ok(answer);
        }
    }
}

async fn keep(
    lease: Arc<Lease>,
    history: Arc<History>,
    account: AccountId,
    payments: Vec<RemotePayment>,
) -> Result<u32> {
    blocking(move || lease.write(|| history.put_payments(&account, &payments))).await
}

async fn balance(world: World, connection: Connection) -> Result<crate::provider::ApiBalance> {
    let balance = connection.provider.balance().await?;
    let (history, account) = (Arc::clone(&world.history), connection.account.id.clone());
    let (kept, now) = (balance.clone(), world.clock.now());
    blocking(move || history.put_api_balance(&account, &kept, now)).await?;
    Ok(balance)
}

async fn charges(world: World, connection: Connection) -> Result<()> {
    let now = world.clock.now();
    let from = now.minus(Span::days(CHARGE_DAYS.saturating_sub(1))).date();
    let days = connection.provider.charges(&from, &now.date()).await?;
    let (history, account) = (Arc::clone(&world.history), connection.account.id.clone());
    blocking(move || history.put_charges(&account, &days, now)).await
}

/// What can be paid with, and who is signed in.
async fn catalogue(world: World, connection: Connection) -> Result<CatalogueAnswer> {
    let (catalogue, identity, maintenance) = tokio::join!(
        connection.provider.catalogue(),
        connection.provider.identity(),
        connection.provider.maintenance(),
    );
    // In a maintenance nothing else need answer.
    if let Ok(true) = maintenance {
        return Ok(CatalogueAnswer {
            maintenance: true,
            method_pending: false,
        });
    }
    let (catalogue, identity) = (catalogue?, identity?);
    let method_pending = has_pending(&catalogue);
    let (history, account) = (Arc::clone(&world.history), connection.account.id.clone());
    let now = world.clock.now();
    blocking(move || {
        history.put_catalogue(&account, &catalogue, now)?;
        history.put_identity(&account, &identity, now)
    })
    .await?;
    Ok(CatalogueAnswer {
        maintenance: false,
        method_pending,
    })
}

fn has_pending(catalogue: &Catalogue) -> bool {
    catalogue
        .methods
        .iter()
        .filter_map(|method| method.saved.as_ref())
        .any(|saved| saved.state == SavedState::Pending)
}

async fn dues(world: World, connection: Connection) -> Result<()> {
    let dues = connection.provider.dues().await?;
    let (history, account) = (Arc::clone(&world.history), connection.account.id.clone());
    let now = world.clock.now();
    blocking(move || history.put_dues(&account, &dues, now)).await
}

//! Carries out what the engine asks of servers. Rows go to the history database here; the event that comes
//! back holds only what the state depends on. Every request is answered by exactly one event.

use super::chain_look::{self, look};
use super::history_look::{self, Wanted, keep, readable, store, told_of};
use super::owner::{check, prove};
use super::{Connection, World};
use bursar_domain::catalogue::{Catalogue, SavedMethodState};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Result};
use bursar_engine::{CatalogueResponse, Event, OpenPaymentsResponse, Request, Server};
use bursar_store::fail_point;
use std::collections::BTreeMap;

/// Pages of the history that one look at the open top-ups may take.
const FOLLOW_PAGES: u32 = 3;
/// Days of charges that the first page draws.
const CHARGE_DAYS: i64 = 30;

pub(super) async fn perform(world: World, connection: Connection, request: Request) -> Event {
    let requested_at = world.clock.now();
    match request {
        Request::Start { top_up_id, new } => {
            fail_point::reach("request.before");
            let asked = async {
                prove(&world, &connection).await?;
                connection.provider.start(&new).await
            };
            let answer = fail_point::reach_during("request.after", asked).await;
            fail_point::reach("answer.received");
            Event::Started { top_up_id, answer }
        }
        Request::Cancel {
            top_up_id,
            intent_id,
        } => Event::CancelAnswered {
            top_up_id,
            answer: connection.provider.cancel(&intent_id).await,
        },
        Request::OpenPayments {
            since,
            expected_payment_ids,
        } => Event::OpenPayments {
            requested_at,
            answer: open_payments(world, connection, since, expected_payment_ids).await,
        },
        Request::History {
            since,
            full,
            include_ended,
            backfill,
        } => Event::History {
            requested_at,
            answer: match prove(&world, &connection).await {
                Ok(connection) => {
                    let wanted = Wanted {
                        followed_since: since,
                        whole: full,
                        ended: include_ended,
                        goes_back: backfill,
                    };
                    history_look::look(world, connection, wanted).await
                }
                Err(error) => Err(error),
            },
        },
        Request::Balance => Event::Balance(balance(world, connection).await),
        Request::Chain {
            payments,
            backfill,
            full,
        } => {
            let wanted = chain_look::Wanted {
                followed: payments,
                goes_back: backfill,
                whole: full,
            };
            Event::Chain(look(world, connection, wanted).await)
        }
        Request::Charges => Event::Charges(charges(world, connection).await),
        Request::Catalogue => Event::Catalogue(catalogue(world, connection).await),
        Request::DuePayments => Event::DuePayments(dues(world, connection).await),
        Request::Probe(server) => Event::Probed {
            server,
            reachable: match server {
                Server::Api => connection.provider.knock().await,
                Server::Chain => match &connection.chain {
                    Some(chain) => chain.is_reachable().await,
                    None => false,
                },
            },
        },
    }
}

/// The open top-ups first, then, where one that is expected is not among them, the history: what leaves the
/// one list in between is in the other.
async fn open_payments(
    world: World,
    connection: Connection,
    since: Timestamp,
    expected_payment_ids: Vec<String>,
) -> Result<OpenPaymentsResponse> {
    let connection = prove(&world, &connection).await?;
    let mut by_id = BTreeMap::new();
    fail_point::reach("look.before");
    for payment in connection.provider.pending().await? {
        by_id.insert(payment.id.clone(), payment);
    }
    let mut history_read = false;
    let mut problem = None;
    if !expected_payment_ids.iter().all(|id| by_id.contains_key(id)) {
        let mut place: Option<String> = None;
        let mut ended = false;
        let mut odd = Vec::new();
        let mut notes = Vec::new();
        for _ in 0..FOLLOW_PAGES {
            match connection
                .provider
                .history(Some(since), place.as_deref())
                .await
            {
                Ok(page) => {
                    let page = readable(page);
                    odd.extend(page.odd);
                    notes.extend(page.notes);
                    by_id.extend(
                        page.payments
                            .into_iter()
                            .map(|payment| (payment.id.clone(), payment)),
                    );
                    place = page.next;
                    ended = place.is_none();
                }
                // What is open is known all the same.
                Err(error) => {
                    problem = Some(error);
                    break;
                }
            }
            if ended {
                break;
            }
        }
        // Where there is more than was read, what is missing is not known to be absent.
        history_read = ended && odd.is_empty();
        odd.extend(notes);
        problem = problem.or_else(|| told_of(&odd));
    }
    fail_point::reach("look.after");
    let (_, payments) = keep(&world, &connection, by_id.into_values().collect()).await?;
    Ok(OpenPaymentsResponse {
        payments,
        history_read,
        error: problem,
    })
}

async fn balance(
    world: World,
    connection: Connection,
) -> Result<bursar_domain::api_balance::ApiBalance> {
    let connection = prove(&world, &connection).await?;
    let balance = connection.provider.balance().await?;
    let now = world.clock.now();
    store(&world, &connection, move |history, account| {
        history.put_api_balance(account, &balance, now)?;
        Ok(balance)
    })
    .await
}

async fn charges(world: World, connection: Connection) -> Result<()> {
    let connection = prove(&world, &connection).await?;
    let now = world.clock.now();
    let from = now.minus(Span::days(CHARGE_DAYS.saturating_sub(1))).date();
    let to = now.date();
    let charges = connection.provider.charges(&from, &to).await?;
    store(&world, &connection, move |history, account| {
        history.put_spending(account, (&from, &to), &charges, now)
    })
    .await
}

/// What can be paid with, and who is signed in.
async fn catalogue(world: World, connection: Connection) -> Result<CatalogueResponse> {
    let sign_in = connection.session.sign_in();
    let (catalogue, identity, maintenance) = tokio::join!(
        connection.provider.catalogue(),
        connection.provider.identity(),
        connection.provider.maintenance(),
    );
    // In a maintenance nothing else need answer.
    if let Ok(true) = maintenance {
        return Ok(CatalogueResponse {
            maintenance: true,
            method_pending: false,
        });
    }
    let identity = identity?;
    check(&world, &connection, sign_in, &identity).await?;
    let connection = connection.proven(sign_in);
    let catalogue = match catalogue {
        // A key that is for reading only is a choice, not a fault; the top-up page says so where it matters.
        Err(error) if error.code == Code::Forbidden => None,
        catalogue => Some(catalogue?),
    };
    let method_pending = catalogue.as_ref().is_some_and(has_pending);
    let now = world.clock.now();
    store(&world, &connection, move |history, account| {
        if let Some(catalogue) = catalogue {
            history.put_catalogue(account, &catalogue, now)?;
        }
        history.put_identity(account, &identity, now)
    })
    .await?;
    Ok(CatalogueResponse {
        maintenance: false,
        method_pending,
    })
}

fn has_pending(catalogue: &Catalogue) -> bool {
    catalogue
        .methods
        .iter()
        .filter_map(|method| method.saved.as_ref())
        .any(|saved| saved.state == SavedMethodState::Pending)
}

async fn dues(world: World, connection: Connection) -> Result<()> {
    let connection = prove(&world, &connection).await?;
    let dues = connection.provider.dues().await?;
    let now = world.clock.now();
    store(&world, &connection, move |history, account| {
        history.put_dues(account, &dues, now)
    })
    .await
}

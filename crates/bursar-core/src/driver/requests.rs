//! Carries out the engine's requests to servers. Rows go straight to the history database; the event that comes back
//! contains only what the state depends on. Every request is answered by exactly one event.

use super::account_owner::{check_owner, verify_owner};
use super::chain_sync::{ChainSyncScope, sync_chain};
use super::history_sync::{
    HistoryScope, separate_unreadable, store_payments, sync_history, unreadable_rows_error,
    write_history,
};
use super::{Connection, Services};
use bursar_domain::catalogue::{Catalogue, SavedMethodState};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Result};
use bursar_engine::{CatalogueResponse, Event, OpenPaymentsResponse, Request, Server};
use bursar_store::fail_point;
use std::collections::BTreeMap;

/// The most pages of the history that one check of the open top-ups reads.
const FOLLOW_PAGES: u32 = 3;
/// Days of charges that the first page shows.
const CHARGE_DAYS: i64 = 30;

pub(super) async fn perform(services: Services, connection: Connection, request: Request) -> Event {
    let requested_at = services.clock.now();
    match request {
        Request::Start { top_up_id, new } => {
            fail_point::reach("request.before");
            let request = async {
                verify_owner(&services, &connection).await?;
                connection.provider.start(&new).await
            };
            let answer = fail_point::reach_during("request.after", request).await;
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
            answer: open_payments(services, connection, since, expected_payment_ids).await,
        },
        Request::History {
            since,
            full,
            include_ended,
            backfill,
        } => Event::History {
            requested_at,
            answer: match verify_owner(&services, &connection).await {
                Ok(connection) => {
                    let scope = HistoryScope {
                        followed_since: since,
                        whole: full,
                        ended: include_ended,
                        backfills: backfill,
                    };
                    sync_history(services, connection, scope).await
                }
                Err(error) => Err(error),
            },
        },
        Request::Balance => Event::Balance(fetch_balance(services, connection).await),
        Request::Chain {
            payments,
            backfill,
            full,
        } => {
            let scope = ChainSyncScope {
                followed: payments,
                backfills: backfill,
                whole: full,
            };
            Event::Chain(sync_chain(services, connection, scope).await)
        }
        Request::Charges => Event::Charges(fetch_charges(services, connection).await),
        Request::Catalogue => Event::Catalogue(fetch_catalogue(services, connection).await),
        Request::DuePayments => Event::DuePayments(fetch_due_payments(services, connection).await),
        Request::Probe(server) => Event::Probed {
            server,
            reachable: match server {
                Server::Api => connection.provider.is_reachable().await,
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
    services: Services,
    connection: Connection,
    since: Timestamp,
    expected_payment_ids: Vec<String>,
) -> Result<OpenPaymentsResponse> {
    let connection = verify_owner(&services, &connection).await?;
    let mut by_id = BTreeMap::new();
    fail_point::reach("look.before");
    for payment in connection.provider.pending().await? {
        by_id.insert(payment.id.clone(), payment);
    }
    let mut history_read = false;
    let mut problem = None;
    if !expected_payment_ids.iter().all(|id| by_id.contains_key(id)) {
        let mut cursor: Option<String> = None;
        let mut ended = false;
        let mut unreadable = Vec::new();
        let mut notes = Vec::new();
        for _ in 0..FOLLOW_PAGES {
            match connection
                .provider
                .history(Some(since), cursor.as_deref())
                .await
            {
                Ok(page) => {
                    let page = separate_unreadable(page);
                    unreadable.extend(page.unreadable);
                    notes.extend(page.partly_unreadable);
                    by_id.extend(
                        page.payments
                            .into_iter()
                            .map(|payment| (payment.id.clone(), payment)),
                    );
                    cursor = page.next;
                    ended = cursor.is_none();
                }
                // The open payments are known anyway.
                Err(error) => {
                    problem = Some(error);
                    break;
                }
            }
            if ended {
                break;
            }
        }
        // If there is more than was read, a missing payment is not known to be absent.
        history_read = ended && unreadable.is_empty();
        unreadable.extend(notes);
        problem = problem.or_else(|| unreadable_rows_error(&unreadable));
    }
    fail_point::reach("look.after");
    let (_, payments) =
        store_payments(&services, &connection, by_id.into_values().collect()).await?;
    Ok(OpenPaymentsResponse {
        payments,
        history_read,
        error: problem,
    })
}

async fn fetch_balance(
    services: Services,
    connection: Connection,
) -> Result<bursar_domain::api_balance::ApiBalance> {
    let connection = verify_owner(&services, &connection).await?;
    let balance = connection.provider.balance().await?;
    let now = services.clock.now();
    write_history(&services, &connection, move |history, account| {
        history.put_api_balance(account, &balance, now)?;
        Ok(balance)
    })
    .await
}

async fn fetch_charges(services: Services, connection: Connection) -> Result<()> {
    let connection = verify_owner(&services, &connection).await?;
    let now = services.clock.now();
    let from = now.minus(Span::days(CHARGE_DAYS.saturating_sub(1))).date();
    let to = now.date();
    let charges = connection.provider.charges(&from, &to).await?;
    write_history(&services, &connection, move |history, account| {
        history.put_charges(account, (&from, &to), &charges, now)
    })
    .await
}

/// Reads payers and methods, and who is signed in.
async fn fetch_catalogue(services: Services, connection: Connection) -> Result<CatalogueResponse> {
    let sign_in = connection.session.sign_in_id();
    let (catalogue, key_owner, maintenance) = tokio::join!(
        connection.provider.catalogue(),
        connection.provider.key_owner(),
        connection.provider.maintenance(),
    );
    // During maintenance nothing else needs to answer.
    if let Ok(true) = maintenance {
        return Ok(CatalogueResponse {
            maintenance: true,
            method_pending: false,
        });
    }
    let key_owner = key_owner?;
    check_owner(&services, &connection, sign_in, &key_owner).await?;
    let connection = connection.verified_as(sign_in);
    let catalogue = match catalogue {
        // A read-only key is a choice, not an error; the top-up page says so if it matters.
        Err(error) if error.code == Code::Forbidden => None,
        catalogue => Some(catalogue?),
    };
    let method_pending = catalogue.as_ref().is_some_and(has_pending_method);
    let now = services.clock.now();
    write_history(&services, &connection, move |history, account| {
        if let Some(catalogue) = catalogue {
            history.put_catalogue(account, &catalogue, now)?;
        }
        history.put_key_owner(account, &key_owner, now)
    })
    .await?;
    Ok(CatalogueResponse {
        maintenance: false,
        method_pending,
    })
}

fn has_pending_method(catalogue: &Catalogue) -> bool {
    catalogue
        .methods
        .iter()
        .filter_map(|method| method.saved.as_ref())
        .any(|saved| saved.state == SavedMethodState::Pending)
}

async fn fetch_due_payments(services: Services, connection: Connection) -> Result<()> {
    let connection = verify_owner(&services, &connection).await?;
    let due_payments = connection.provider.dues().await?;
    let now = services.clock.now();
    write_history(&services, &connection, move |history, account| {
        history.put_dues(account, &due_payments, now)
    })
    .await
}

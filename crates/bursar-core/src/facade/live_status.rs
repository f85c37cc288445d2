//! Which figure is shown and where it comes from, decided in one place for window and CLI; and the figures of
//! one account read live, for a command that runs beside or without the app.

use super::known_balances::{KnownBalances, SAME_READING_WINDOW};
use crate::driver::Connection;
use bursar_domain::account::Account;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error};
use bursar_domain::high_water_mark::ReadingUpdate;
use bursar_domain::money::Amount;
use bursar_domain::payment::{self, Purpose, RemotePayment};
use bursar_domain::view::{PaymentKind, Source};
use bursar_store::History;
use serde::Serialize;

/// One line of `bursar status --json`.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    pub account: String,
    pub network: String,
    /// Whether something shown is not from a server's answer of now.
    pub stale: bool,
    pub as_of: Option<Timestamp>,
    pub balance: Option<StatusBalance>,
    pub reserved: Option<Amount>,
    pub held: Option<Amount>,
    pub frozen: Option<bool>,
    pub api_balance: Option<Amount>,
    /// When the API told its balance, and when reserved, held and frozen were read from the chain: where `stale`, one of
    /// them is of before.
    pub api_as_of: Option<Timestamp>,
    pub chain_as_of: Option<Timestamp>,
    /// `None` too where this look differs and no earlier one did: see [`KnownBalances::agreement`].
    pub agrees: Option<bool>,
    pub days_left: Option<u32>,
    /// The newest top-up that may still be paid or is being confirmed. `None` where there is none, and where that could not
    /// be asked: `errors` then has `top_ups_unknown`.
    pub pending: Option<StatusPending>,
    /// Everything else that has not ended: renewals, migrations, and money on its way back.
    pub other_payments: Vec<StatusPayment>,
    pub errors: Vec<Error>,
    /// What the look at the chain came to, to be kept for the next one.
    #[serde(skip)]
    pub(super) chain_update: Option<ReadingUpdate>,
    /// What the API has just said, to be kept as well.
    #[serde(skip)]
    pub(super) fresh_api: Option<ApiBalance>,
}

#[derive(Clone, Debug, Serialize)]
pub struct StatusBalance {
    #[serde(flatten)]
    pub amount: Amount,
    pub source: Source,
    pub block: Option<u64>,
}

#[derive(Clone, Debug, Serialize)]
pub struct StatusPending {
    pub id: String,
    #[serde(flatten)]
    pub amount: Amount,
    pub status: payment::Status,
    pub expires_at: Option<Timestamp>,
}

/// A payment that has not ended and is no open top-up.
#[derive(Clone, Debug, Serialize)]
pub struct StatusPayment {
    pub kind: PaymentKind,
    #[serde(flatten)]
    pub payment: StatusPending,
}

/// Asks chain and API at once; what does not answer is filled from the cache and said to be stale.
pub(super) async fn live_status(
    connection: &Connection,
    history: Option<&History>,
    now: Timestamp,
) -> Status {
    let signed_in = connection.session.signed_in();
    let id = &connection.account.id;
    let mark = history.and_then(|history| history.high_water_mark(id).ok().flatten());
    let chain = async {
        match (&connection.chain, connection.account.address) {
            (Some(chain), Some(address)) => {
                Some(chain.read_monotonic(address, mark.as_ref(), now).await)
            }
            (_, None) | (None, _) => None,
        }
    };
    let api = async {
        if signed_in {
            Some(connection.provider.balance().await)
        } else {
            None
        }
    };
    let pending = async {
        if signed_in {
            Some(connection.provider.pending().await)
        } else {
            None
        }
    };
    let (chain, api, pending) = tokio::join!(chain, api, pending);
    let mut errors = Vec::new();
    if !signed_in {
        errors.push(Error::new(
            Code::SignedOut,
            "No key for this account is at hand; the API was not asked.",
        ));
    }
    let chain_update = collect_error(chain, &mut errors);
    let (fresh_chain, problem) = match &chain_update {
        Some(chain_update) => (chain_update.reading.clone(), chain_update.problem.clone()),
        None => (None, None),
    };
    // Older figures in place of newer ones are no answer of now.
    let chain_answers = fresh_chain.is_some() && problem.is_none();
    errors.extend(problem);
    if connection.watched().is_some() {
        // Events are read by the app alone; what kept it from reading all of them is known from its last look.
        errors.extend(history.and_then(|history| history.events_problem(id).ok().flatten()));
    }
    let fresh_api = collect_error(api, &mut errors).map(|api| (api, now));
    let pending = match pending {
        Some(Ok(list)) => Some(list),
        Some(Err(error)) => {
            errors.push(unknown_top_ups(&error.message, error.retryable));
            None
        }
        None => {
            errors.push(unknown_top_ups("There is no key to ask with.", false));
            None
        }
    };
    let expected_chain = connection.watched().is_some();
    let stale = (expected_chain && !chain_answers) || fresh_api.is_none();
    let earlier = KnownBalances {
        reading: history.and_then(|history| history.reading(id).ok().flatten()),
        api: history.and_then(|history| history.api_balance(id).ok().flatten()),
        ..KnownBalances::default()
    };
    // The running app renews the token; what it has read meanwhile is of now as well.
    let read_beside = errors.iter().any(|error| error.code == Code::EngineRunning)
        && earlier
            .api
            .as_ref()
            .is_some_and(|(_, at)| now.since(*at) <= SAME_READING_WINDOW);
    let known = KnownBalances {
        chain_answers,
        chain_awaited: false,
        api_answers: fresh_api.is_some() || read_beside,
        reading: fresh_chain.or_else(|| earlier.reading.clone()),
        api: fresh_api.clone().or_else(|| earlier.api.clone()),
    };
    // What is open explains a difference, and so may what could not be asked.
    let explained = pending.as_ref().is_none_or(|list| !list.is_empty());
    let agrees = known
        .agreement(&earlier, now)
        .filter(|_| !stale && !explained);
    if known.api_answers {
        errors.extend(connection.provider.unreadable_parts());
    }
    errors.dedup_by(|a, b| a.code == b.code && a.message == b.message);
    let pending = pending.unwrap_or_default();
    let status = status_line(&connection.account, &known, agrees, pending, stale, errors);
    Status {
        chain_update,
        fresh_api: fresh_api.map(|(api, _)| api),
        ..status
    }
}

fn status_line(
    account: &Account,
    known: &KnownBalances,
    agrees: Option<bool>,
    mut open: Vec<RemotePayment>,
    stale: bool,
    errors: Vec<Error>,
) -> Status {
    let balance = known.balance();
    open.sort_by_key(|payment| std::cmp::Reverse(payment.created_at));
    let (mut top_ups, others): (Vec<_>, Vec<_>) = open.into_iter().partition(is_open_top_up);
    let pending = (!top_ups.is_empty()).then(|| pending(top_ups.remove(0)));
    let further = top_ups.into_iter().chain(others);
    let other_payments = further
        .map(|payment| StatusPayment {
            kind: kind(&payment),
            payment: self::pending(payment),
        })
        .collect();
    Status {
        account: account.label.clone(),
        network: account.network.name.clone(),
        stale,
        as_of: balance.as_ref().map(|figure| figure.as_of),
        reserved: known.reserved().map(|figure| figure.amount),
        held: known.held().map(|figure| figure.amount),
        frozen: known.reading.as_ref().map(|reading| reading.frozen),
        api_balance: known.api_balance().map(|figure| figure.amount),
        api_as_of: known.api.as_ref().map(|(_, at)| *at),
        chain_as_of: known.reading.as_ref().map(|reading| reading.block_time),
        agrees,
        days_left: known.days_left(),
        pending,
        other_payments,
        balance: balance.map(|figure| StatusBalance {
            block: known
                .reading
                .as_ref()
                .filter(|_| figure.source == Source::Chain)
                .map(|reading| reading.block),
            amount: figure.amount,
            source: figure.source,
        }),
        errors,
        chain_update: None,
        fresh_api: None,
    }
}

/// Whether it is a top-up whose money is awaited. One that is given back is none any more.
fn is_open_top_up(payment: &RemotePayment) -> bool {
    payment.purpose == Purpose::TopUp && !is_going_back(payment)
}

fn is_going_back(payment: &RemotePayment) -> bool {
    matches!(
        payment.status,
        payment::Status::Refunding | payment::Status::Refunded
    )
}

fn kind(payment: &RemotePayment) -> PaymentKind {
    if is_going_back(payment) {
        PaymentKind::Refund
    } else {
        PaymentKind::of(&payment.purpose)
    }
}

fn pending(payment: RemotePayment) -> StatusPending {
    StatusPending {
        id: payment.id,
        amount: payment.amount,
        status: payment.status,
        expires_at: payment.expires_at,
    }
}

/// That nothing stands under `pending` does not mean that nothing is open.
fn unknown_top_ups(why: &str, retryable: bool) -> Error {
    Error {
        retryable,
        ..Error::new(
            Code::TopUpsUnknown,
            format!("Whether a top-up is open is not known. {why}"),
        )
    }
}

fn collect_error<T>(answer: Option<Result<T, Error>>, errors: &mut Vec<Error>) -> Option<T> {
    match answer? {
        Ok(value) => Some(value),
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

//! The figures of one account, read live for `bursar status`, beside the app or without it.

use super::known_balances::{KnownBalances, SAME_READING_WINDOW};
use crate::driver::Connection;
use bursar_domain::account::Account;
use bursar_domain::api_balance::{ApiBalance, Entitlement, EntitlementKind};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Detail, Error, SignInDetail};
use bursar_domain::high_water_mark::ReadingUpdate;
use bursar_domain::money::Amount;
use bursar_domain::network::BalanceFrom;
use bursar_domain::payment::PaymentKind;
use bursar_domain::payment::{self, Purpose, RemotePayment};
use bursar_domain::view::Source;
use bursar_store::History;
use serde::Serialize;

/// One line of the output of `bursar status --json`.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    pub account: String,
    pub network: String,
    /// Whether a figure is not from a response of a server to this command.
    pub stale: bool,
    pub as_of: Option<Timestamp>,
    pub balance: Option<StatusBalance>,
    /// What the account owes, above zero; `None` if it owes nothing, or if that is unknown.
    pub owed: Option<Amount>,
    /// What the provider lists beside the balance.
    pub entitlements: Vec<StatusEntitlement>,
    pub reserved: Option<Amount>,
    pub held: Option<Amount>,
    pub frozen: Option<bool>,
    pub api_balance: Option<Amount>,
    /// When the API reported its balance, and when reserved, held and frozen were read from the chain. If `stale` is
    /// set, one of them is old.
    pub api_as_of: Option<Timestamp>,
    pub chain_as_of: Option<Timestamp>,
    /// `None` also if this reading differs and no earlier one did: see [`KnownBalances::agreement`].
    pub agrees: Option<bool>,
    pub days_left: Option<u32>,
    /// The newest top-up that may still be paid or is being confirmed. `None` if there is none, or if that is unknown:
    /// `errors` then contains `top_ups_unknown`.
    pub pending: Option<StatusPending>,
    /// All other payments that have not ended: renewals, migrations, and refunds in progress.
    pub other_payments: Vec<StatusPayment>,
    /// Whether the network has a chain. Without one, nothing can be reserved or held there.
    #[serde(skip)]
    pub has_chain: bool,
    /// The terminal writes them in words.
    #[serde(skip)]
    pub errors: Vec<Error>,
    /// The chain's new reading, stored for the next command.
    #[serde(skip)]
    pub(super) chain_update: Option<ReadingUpdate>,
    /// The API's new balance, stored as well.
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

/// Money of the account that is not its balance, such as promo credits.
#[derive(Clone, Debug, Serialize)]
pub struct StatusEntitlement {
    #[serde(skip)]
    pub kind: EntitlementKind,
    pub name: String,
    #[serde(flatten)]
    pub amount: Amount,
    pub expires_at: Option<Timestamp>,
}

impl From<&Entitlement> for StatusEntitlement {
    fn from(entitlement: &Entitlement) -> Self {
        Self {
            kind: entitlement.kind,
            name: entitlement.name.clone(),
            amount: entitlement.amount.clone(),
            expires_at: entitlement.expires_at,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct StatusPending {
    pub id: String,
    #[serde(flatten)]
    pub amount: Amount,
    pub status: payment::Status,
    pub expires_at: Option<Timestamp>,
}

/// A payment that has not ended and is not an open top-up.
#[derive(Clone, Debug, Serialize)]
pub struct StatusPayment {
    pub kind: PaymentKind,
    #[serde(flatten)]
    pub payment: StatusPending,
}

/// Asks chain and API at once. What does not answer is filled from the database and marked as stale.
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
        errors.push(Error::new(Code::SignedOut, SignInDetail::NoKey));
    }
    let chain_update = collect_error(chain, &mut errors);
    let (fresh_chain, problem) = match &chain_update {
        Some(chain_update) => (chain_update.reading.clone(), chain_update.problem.clone()),
        None => (None, None),
    };
    // Figures that are older than the stored ones do not count as an answer.
    let chain_answers = fresh_chain.is_some() && problem.is_none();
    errors.extend(problem);
    if connection.watched().is_some() {
        // Only the app reads events; its last run recorded what it could not read.
        errors.extend(history.and_then(|history| history.events_problem(id).ok().flatten()));
    }
    let fresh_api = collect_error(api, &mut errors).map(|api| (api, now));
    let pending = match pending {
        Some(Ok(list)) => Some(list),
        Some(Err(error)) => {
            errors.push(unknown_top_ups(error.detail, error.retryable));
            None
        }
        None => {
            errors.push(unknown_top_ups(SignInDetail::NoKey, false));
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
    // The running app renews the token; what it has read meanwhile is current too.
    let read_beside = errors.iter().any(|error| error.code == Code::EngineRunning)
        && earlier
            .api
            .as_ref()
            .is_some_and(|(_, at)| now.since(*at) <= SAME_READING_WINDOW);
    let mut known = KnownBalances {
        chain_answers,
        api_leads: false,
        chain_awaited: false,
        api_answers: fresh_api.is_some() || read_beside,
        reading: fresh_chain.or_else(|| earlier.reading.clone()),
        api: fresh_api.clone().or_else(|| earlier.api.clone()),
    };
    // An open payment explains a difference, and so may one that could not be read.
    let explained = pending.as_ref().is_none_or(|list| !list.is_empty());
    let agrees = known
        .agreement(&earlier, now)
        .filter(|_| !stale && !explained);
    known.api_leads = match connection.account.network.leading_balance() {
        BalanceFrom::Chain => false,
        BalanceFrom::Api => true,
        BalanceFrom::Auto => agrees == Some(false),
    };
    if known.api_answers {
        errors.extend(connection.provider.unreadable_parts());
    }
    errors.dedup_by(|a, b| a.code == b.code && a.detail == b.detail);
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
        owed: known.owed(),
        entitlements: known
            .api
            .iter()
            .flat_map(|(api, _)| &api.entitlements)
            .map(StatusEntitlement::from)
            .collect(),
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
        has_chain: account.network.chain.is_some(),
        errors,
        chain_update: None,
        fresh_api: None,
    }
}

/// Whether the payment is a top-up whose money is awaited. A top-up that is being refunded is not.
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

/// Reports that open top-ups are unknown: an empty `pending` alone would mean that there are none.
fn unknown_top_ups(why: impl Into<Detail>, retryable: bool) -> Error {
    Error {
        retryable,
        ..Error::new(Code::TopUpsUnknown, why)
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

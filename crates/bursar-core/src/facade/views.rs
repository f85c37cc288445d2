//! Turns accounts and top-ups into the views that the window shows.

use super::currency_of;
use super::known_balances::KnownBalances;
use crate::driver::Connection;
use bursar_domain::account::Account;
use bursar_domain::checkout;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Result};
use bursar_domain::network::BalanceFrom;
use bursar_domain::payment::Purpose;
use bursar_domain::view::{AccountView, DuePaymentInProgress, KeyExpiryView, TopUpView};
use bursar_engine::top_up::{Phase, TopUp};
use bursar_engine::{PollTarget, State};
use bursar_provider as provider;
use bursar_store::History;

/// What is known about an account's money: from the engine's state, else from the database.
pub(super) fn known_balances(
    account: &Account,
    state: Option<&State>,
    history: &History,
    now: Timestamp,
) -> Result<KnownBalances> {
    let id = &account.id;
    let reading = match state.and_then(|state| state.chain_reading.clone()) {
        Some(reading) => Some(reading),
        None => history.reading(id)?,
    };
    let api = match state.and_then(|state| state.api_balance.clone()) {
        Some(api) => Some(api),
        None => history.api_balance(id)?,
    };
    Ok(KnownBalances {
        reading: reading.filter(|_| account.address.is_some()),
        chain_answers: state.is_some_and(|state| {
            state.current_chain(now).is_some() && state.answers(PollTarget::Chain)
        }),
        chain_awaited: state
            .is_some_and(|state| state.chain_reading.is_none() && state.answers(PollTarget::Chain)),
        api,
        api_leads: state.map_or(
            account.network.leading_balance() == BalanceFrom::Api,
            State::api_leads,
        ),
        api_answers: state.is_some_and(|state| state.current_api(now).is_some()),
    })
}

pub(super) fn account(
    connection: &Connection,
    known: &KnownBalances,
    now: Timestamp,
) -> AccountView {
    let account = &connection.account;
    let balance = known.balance();
    AccountView {
        id: account.id.clone(),
        label: account.label.clone(),
        network: account.network.name.clone(),
        provider: provider::info(&account.network).name.to_owned(),
        provider_title: provider::info(&account.network).title,
        capabilities: connection.provider.rules().capabilities,
        verifiable: connection.chain.is_some(),
        rpc_hosts: connection.chain.as_ref().map_or(0, |chain| {
            u32::try_from(chain.host_count()).unwrap_or(u32::MAX)
        }),
        api_host: account.network.api_host(),
        sandbox: account.network.is_sandbox(),
        address: account.address.map(|address| address.to_checksum(None)),
        signed_in: connection.session.signed_in(),
        waits_for_keyring: connection.session.waits_for_keyring(),
        keyring_error: connection.session.keyring_error(),
        session_only: connection.session.session_only(),
        signed_in_by_browser: connection.session.signed_in_by_browser(),
        key_expiry: account
            .key_expiry
            .map(|expiry| KeyExpiryView::new(&expiry, now)),
        signs_in_by_browser: account.network.sign_in.is_some(),
        has_console: account.network.console.is_some(),
        has_keys_page: account.network.keys_page.is_some(),
        has_billing_page: account.network.billing_page.is_some(),
        has_explorer: account
            .network
            .chain
            .as_ref()
            .is_some_and(|chain| chain.explorer.is_some()),
        currency: balance.as_ref().map_or_else(
            || currency_of(account),
            |figure| figure.amount.currency().clone(),
        ),
        balance,
        owed: known.owed(),
        connected_at: account.connected_at,
    }
}

pub(super) fn top_up(
    connection: &Connection,
    top_up: &TopUp,
    checked_at: Option<Timestamp>,
) -> TopUpView {
    let allowed = top_up
        .checkout
        .as_deref()
        .map(|raw| connection.allow_checkout(raw, top_up.payment_provider.as_deref()));
    let refused_host = match (&allowed, &top_up.checkout) {
        (Some(Err(error)), Some(raw)) if error.code == Code::HostNotAllowed => checkout::host(raw),
        (Some(_) | None, _) => None,
    };
    let facts = provider::page_facts(
        &connection.account.network,
        top_up.payment_provider.as_deref(),
    );
    TopUpView {
        late_money: facts.late_money,
        help: facts.help,
        id: top_up.id.clone(),
        payment_id: top_up.payment_id.clone(),
        kind: top_up.kind(),
        purpose: top_up.purpose.paid_for(),
        reason: top_up.reason.clone(),
        amount: top_up.amount.clone(),
        status: top_up.status(),
        created_at: top_up.created_at,
        expires_at: top_up.expires_at,
        usually_expires_at: match top_up.expires_at {
            None if top_up.is_live() => {
                let lifetime = facts.page_lifetime;
                lifetime.map(|lifetime| top_up.created_at.plus(lifetime))
            }
            Some(_) | None => None,
        },
        can_open: top_up.is_live() && matches!(allowed, Some(Ok(_))),
        refused_host,
        can_cancel: top_up.is_cancellable(connection.provider.rules())
            && top_up.payment_id.is_some()
            && !top_up.cancel_requested,
        cancel_requested: top_up.cancel_requested,
        checked_at,
        error: top_up.error.clone(),
    }
}

/// Renewals and migrations that have not ended, including those under review, which may still be paid.
pub(super) fn due_payments_in_progress(
    connection: &Connection,
    state: &State,
) -> Vec<DuePaymentInProgress> {
    let mut in_progress: Vec<_> = state
        .top_ups
        .values()
        .filter(|top_up| top_up.is_live() || top_up.phase == Phase::UnderReview)
        .filter_map(|known| {
            let (services, order) = match &known.purpose {
                Purpose::TopUp => return None,
                Purpose::Renewal { items } => {
                    let services = items.iter().map(|item| item.service.clone());
                    (services.collect(), None)
                }
                Purpose::Migration { order, .. } => (Vec::new(), Some(order.clone())),
            };
            Some(DuePaymentInProgress {
                services,
                order,
                top_up: top_up(connection, known, state.status_read_at(&known.id)),
            })
        })
        .collect();
    in_progress.sort_by_key(|due| std::cmp::Reverse(due.top_up.created_at));
    in_progress
}

//! The overview pages. Figures and charges come from the databases; open payments and errors come from the engine's
//! last state.

use super::known_balances::KnownBalances;
use super::{Bursar, debt, lock, views};
use crate::driver::{Connection, blocking};
use bursar_domain::account::AccountId;
use bursar_domain::charges::{DayCharge, resource_totals};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Error, Result};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::network::BalanceFrom;
use bursar_domain::view::{AccountView, BalanceView, ChargeView, Health, Overview};
use bursar_engine::{Disagreement, PollTarget, Presence, State};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Days in the chart.
const CHART_DAYS: i64 = 30;
/// Figures older than this are shown as outdated. With a window open, they are read every minute.
const STALE_OPEN: Span = Span::minutes(3);
const STALE_TRAY: Span = Span::minutes(15);
impl Bursar {
    /// The accounts in the order in which they were connected.
    pub async fn accounts(&self) -> Result<Vec<AccountView>> {
        let mut accounts = Vec::new();
        for connection in &self.connections_in_order() {
            accounts.push(self.account_view(connection).await?);
        }
        Ok(accounts)
    }

    /// Which desktop services can be used, and whether the machine is online.
    pub fn health(&self) -> Health {
        lock(&self.health).clone()
    }

    pub(super) async fn account_view(&self, connection: &Connection) -> Result<AccountView> {
        let state = self.driver.state(&connection.account.id);
        let (history, of) = (Arc::clone(&self.services.history), connection.clone());
        let now = self.services.clock.now();
        blocking(move || {
            let known = views::known_balances(&of.account, state.as_deref(), &history, now)?;
            Ok(views::account(&of, &known, now))
        })
        .await
    }

    pub async fn overview(&self, account: AccountId) -> Result<Overview> {
        let connection = self.connection(&account)?;
        let state = self.driver.state(&account);
        let now = self.services.clock.now();
        let history = Arc::clone(&self.services.history);
        blocking(move || {
            let known =
                views::known_balances(&connection.account, state.as_deref(), &history, now)?;
            let first = now.minus(Span::days(CHART_DAYS.saturating_sub(1))).date();
            let balance = known.balance();
            let currency = balance.as_ref().map(|figure| figure.amount.currency());
            let days = history.charges(&account, &first, &now.date())?;
            let unknown = history.unknown_days(&account)?;
            let by_resource = history.resource_charges(&account, &first, &now.date())?;
            let (charges, charges_as_of) = chart_days(days, &unknown, currency, now);
            let as_of = balance.as_ref().map(|figure| figure.as_of);
            Ok(Overview {
                account: views::account(&connection, &known, now),
                debt: debt::view(&connection, known.owed(), state.as_deref(), now),
                api_leads: connection.account.network.leading_balance() == BalanceFrom::Auto
                    && known.api_leads,
                chain_balance: known.chain_balance(),
                entitlements: known
                    .api
                    .as_ref()
                    .map(|(api, _)| api.entitlements.clone())
                    .unwrap_or_default(),
                reserved: known.reserved(),
                held: known.held(),
                frozen: known.reading.as_ref().map(|reading| reading.frozen),
                api_balance: known.api_balance(),
                agrees: state.as_deref().and_then(|state| agrees(state, now)),
                api_current: known.api_answers,
                daily_usage: known
                    .api
                    .as_ref()
                    .and_then(|(api, _)| api.daily_usage.clone()),
                days_left: known.days_left(),
                stale: is_stale(state.as_deref(), now),
                as_of,
                balance,
                charges,
                resources: resource_totals(&by_resource).unwrap_or_default(),
                charges_as_of,
                charges_error: state
                    .as_deref()
                    .and_then(|state| state.errors.get(&PollTarget::Charges))
                    .map(|(error, _)| error.clone()),
                payments_as_of: state
                    .as_deref()
                    .filter(|state| !state.errors.contains_key(&PollTarget::History))
                    .and_then(|state| state.last_success(PollTarget::History)),
                top_ups: state
                    .as_deref()
                    .map(|state| open_top_ups(&connection, state))
                    .unwrap_or_default(),
                errors: current_problems(&connection, state.as_deref()),
                maintenance: state.as_deref().is_some_and(|state| state.maintenance),
            })
        })
        .await
    }

    /// All accounts side by side, in the order in which they were connected. Nothing is added up, because currencies
    /// differ.
    pub async fn overviews(&self) -> Result<Vec<BalanceView>> {
        let now = self.services.clock.now();
        let mut views = Vec::new();
        for connection in self.connections_in_order() {
            let state = self.driver.state(&connection.account.id);
            let history = Arc::clone(&self.services.history);
            let view = blocking(move || {
                let known =
                    views::known_balances(&connection.account, state.as_deref(), &history, now)?;
                Ok(balance_view(&connection, &known, state.as_deref(), now))
            });
            views.push(view.await?);
        }
        Ok(views)
    }

    fn connections_in_order(&self) -> Vec<Connection> {
        let mut connections = self.connections();
        connections.sort_by_key(|connection| {
            (
                connection.account.connected_at,
                connection.account.id.clone(),
            )
        });
        connections
    }
}

fn balance_view(
    connection: &Connection,
    known: &KnownBalances,
    state: Option<&State>,
    now: Timestamp,
) -> BalanceView {
    let api = known.api.as_ref().map(|(api, _)| api);
    BalanceView {
        account: views::account(connection, known, now),
        daily_usage: api.and_then(|api| api.daily_usage.clone()),
        days_left: known.days_left(),
        stale: is_stale(state, now),
        as_of: known.balance().map(|figure| figure.as_of),
        low: state.is_some_and(|state| state.shows_low_balance(now)),
        frozen: known.reading.as_ref().map(|reading| reading.frozen),
        agrees: state.and_then(|state| agrees(state, now)),
        maintenance: state.is_some_and(|state| state.maintenance),
        top_ups: state
            .map(|state| open_top_ups(connection, state))
            .unwrap_or_default(),
        errors: current_problems(connection, state),
    }
}

/// The last 30 days, and when they were read. A day without a charge is zero in the currency of the charges, or else of
/// the balance; a day with an unreadable charge is unknown. There are no days if nothing was ever read, or if nothing
/// was charged and no currency is known.
fn chart_days(
    charges: Option<(Vec<DayCharge>, Timestamp)>,
    unknown: &BTreeSet<String>,
    of_balance: Option<&Currency>,
    now: Timestamp,
) -> (Vec<ChargeView>, Option<Timestamp>) {
    let Some((days, as_of)) = charges else {
        return (Vec::new(), None);
    };
    let of_charges = days.first().map(|day| day.amount.currency());
    let Some(currency) = of_charges.or(of_balance).cloned() else {
        return (Vec::new(), Some(as_of));
    };
    let views = (0..CHART_DAYS)
        .rev()
        .map(|ago| now.minus(Span::days(ago)).date())
        .map(|date| {
            let known = days.iter().find(|day| day.date == date);
            let amount = match known {
                _ if unknown.contains(&date) => None,
                Some(day) => Some(day.amount.clone()),
                None => Some(Amount::zero(currency.clone())),
            };
            ChargeView { date, amount }
        })
        .collect();
    (views, Some(as_of))
}

/// Whether chain and API agree. One reading that differed settles nothing, because moving figures are not read in the
/// same instant.
pub(super) fn agrees(state: &State, now: Timestamp) -> Option<bool> {
    // The compared figures may have become old since.
    state.current_api(now).and(state.current_chain(now))?;
    match state.disagreement {
        Disagreement::Unknown | Disagreement::Once(_) => None,
        Disagreement::Agree => Some(true),
        Disagreement::Disagree => Some(false),
    }
}

fn open_top_ups(connection: &Connection, state: &State) -> Vec<bursar_domain::view::TopUpView> {
    let mut open: Vec<_> = state
        .top_ups
        .values()
        .filter(|top_up| {
            top_up.is_live() || top_up.phase == bursar_engine::top_up::Phase::UnderReview
        })
        .collect();
    open.sort_by_key(|top_up| std::cmp::Reverse(top_up.created_at));
    open.into_iter()
        .map(|top_up| views::top_up(connection, top_up, state.status_read_at(&top_up.id)))
        .collect()
}

/// What is wrong now, followed by what could not be read in the provider's last answers.
fn current_problems(connection: &Connection, state: Option<&State>) -> Vec<Error> {
    let mut wrong = state.map(current_errors).unwrap_or_default();
    if connection.session.signed_in() {
        wrong.extend(connection.provider.unreadable_parts());
    }
    wrong
}

/// What is wrong now, newest first and without duplicates.
pub(super) fn current_errors(state: &State) -> Vec<Error> {
    let mut all: Vec<_> = state.errors.values().collect();
    all.extend(&state.events_error);
    all.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    let mut errors: Vec<Error> = Vec::new();
    for (error, _) in all {
        if !errors
            .iter()
            .any(|seen| seen.code == error.code && seen.detail == error.detail)
        {
            errors.push(error.clone());
        }
    }
    errors
}

fn is_stale(state: Option<&State>, now: Timestamp) -> bool {
    let Some(state) = state else { return true };
    if !state.online {
        return true;
    }
    let limit = match state.presence {
        Presence::Focused | Presence::Open => STALE_OPEN,
        Presence::Tray => STALE_TRAY,
    };
    let old = |poll| {
        state
            .last_success(poll)
            .is_none_or(|at| now.since(at) > limit)
    };
    let chain_old = state.config.watched_address.is_some() && old(PollTarget::Chain);
    let api_old = state.config.signed_in && old(PollTarget::Balance);
    let nothing = state.config.watched_address.is_none() && !state.config.signed_in;
    nothing || chain_old || api_old
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_days_without_charge_or_currency_as_read() {
        let now = Timestamp(1_769_860_800_000);
        assert_eq!(
            chart_days(Some((Vec::new(), now)), &BTreeSet::new(), None, now),
            (Vec::new(), Some(now))
        );
        assert_eq!(
            chart_days(None, &BTreeSet::new(), Some(&Currency::usdc()), now),
            (Vec::new(), None)
        );
        let (days, as_of) = chart_days(
            Some((Vec::new(), now)),
            &BTreeSet::new(),
            Some(&Currency::usdc()),
            now,
        );
        assert_eq!((days.len(), as_of), (30, Some(now)));
    }
}

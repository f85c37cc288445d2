//! Paying: what the form offers, what a request would cost, and its start. Every limit is checked here before
//! anything is sent, and a payment that takes the money at once only starts with its total confirmed; the
//! provider has the last word all the same.

use super::payment_validation::{
    check_amount_limits, check_confirmed_total, choose_method, choose_payer, find_period,
    minimum_amount, no_longer_offered,
};
use super::{Bursar, currency_of, headroom, views};
use crate::driver::{Connection, blocking, verify_owner};
use bursar_domain::account::AccountId;
use bursar_domain::catalogue::{Catalogue, DuePayments, Method};
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::link;
use bursar_domain::money::{Amount, MAX_SCALE};
use bursar_domain::network::Limits;
use bursar_domain::payment::{NewPayment, Purpose, RenewalItem};
use bursar_domain::view::{
    MethodView, PaymentRequest, Quote, RequestedPurpose, TopUpForm, TopUpView,
};
use bursar_engine::top_up::TopUp;
use bursar_engine::{Event, offline};
use std::cmp::Ordering;
use std::sync::Arc;
use uuid::Uuid;

/// A request that has been found in what the provider offers.
struct ResolvedPayment {
    purpose: Purpose,
    amount: Amount,
    payer: Option<String>,
    method: Method,
}

impl Bursar {
    /// What the top-up page needs to know.
    pub async fn top_up_form(&self, account: AccountId) -> Result<TopUpForm> {
        let connection = self.connection(&account)?;
        let catalogue = self.catalogue(&connection).await;
        let state = self.driver.state(&account);
        let network = &connection.account.network;
        let blocked = match &catalogue {
            _ if connection.session.keyring_error().is_some() => connection.session.keyring_error(),
            _ if !connection.session.signed_in() => Some(Error::new(
                Code::SignedOut,
                "Sign in to this account first; topping up needs its key.",
            )),
            _ if state.as_deref().is_some_and(|state| !state.online) => Some(offline()),
            Err(error) => Some(error.clone()),
            Ok((catalogue, _)) if !catalogue.methods.iter().any(Method::is_usable) => {
                // Perhaps there is one that this version cannot read.
                let unread = connection.provider.unread().into_iter().next();
                Some(unread.unwrap_or_else(|| {
                    Error::new(
                        Code::MethodUnknown,
                        "The provider offers no way to pay at the moment.",
                    )
                }))
            }
            Ok(_) => None,
        };
        let room = self.headroom(&connection, state.as_deref()).await?;
        let catalogue = catalogue.ok();
        let offered = catalogue.as_ref().map(|(catalogue, _)| catalogue);
        let currency = offered.map_or_else(
            || currency_of(&connection.account),
            |catalogue| catalogue.currency.clone(),
        );
        Ok(TopUpForm {
            attempt: Uuid::new_v4().to_string(),
            currency: currency.to_string(),
            decimals: connection.provider.rules().amount_decimals,
            payers: offered
                .map(|offered| offered.payers.clone())
                .unwrap_or_default(),
            methods: offered
                .map(|offered| method_views(&offered.methods, &network.limits))
                .unwrap_or_default(),
            methods_as_of: catalogue.as_ref().map(|(_, at)| *at),
            presets: offered
                .map(|offered| offered.presets.iter().map(as_typed).collect())
                .unwrap_or_default(),
            room,
            balance_max: network.limits.balance_max.clone(),
            open: state.as_deref().and_then(|state| {
                let open = state.blocking_payment(self.services.clock.now())?;
                Some(views::top_up(
                    &connection,
                    open,
                    state.status_read_at(&open.id),
                ))
            }),
            returns_by_link: network.return_links,
            blocked,
        })
    }

    /// What a request would cost. Errors are in the quote, not of the call.
    pub async fn quote(&self, account: AccountId, request: PaymentRequest) -> Result<Quote> {
        let connection = self.connection(&account)?;
        let mut quote = empty_quote();
        if !is_empty(&request.purpose) {
            quote.error = self
                .fill_quote(&mut quote, &connection, &request)
                .await
                .err();
        }
        Ok(quote)
    }

    /// Starts a payment: the intent is durable before any request. Returns as soon as it is. The same attempt
    /// again is the same payment, however often. `confirmed_total` is the total that the user has agreed to: where
    /// the method takes the money at once nothing is sent without it, and nowhere with another one.
    ///
    /// # Errors
    /// What the quote would say; `not_confirmed`, `total_changed`; `top_up_open` where one stands in the way;
    /// `already_exists` for an attempt that was used for something else; `storage_failed`.
    pub async fn pay(
        &self,
        account: AccountId,
        request: PaymentRequest,
        attempt: String,
        confirmed_total: Option<Amount>,
    ) -> Result<TopUpView> {
        let connection = self.connection(&account)?;
        let attempt = Uuid::parse_str(&attempt)
            .map_err(|_| Error::new(Code::Usage, "An attempt is named by what its form says."))?
            .to_string();
        if let Some(started) = self
            .existing_payment(&connection, &attempt, &request.purpose)
            .await?
        {
            return Ok(started);
        }
        // What is compared with the confirmed total is what is sent: both are of one reading.
        let mut quote = empty_quote();
        let choice = self.fill_quote(&mut quote, &connection, &request).await;
        if let Some(error) = connection.session.keyring_error() {
            // Nothing is asked for without the key; the user may be asked for the keyring's password now.
            self.retry_keyring(true);
            return Err(error);
        }
        let choice = choice?;
        check_confirmed_total(&quote, confirmed_total.as_ref())?;
        let link = if connection.account.network.return_links {
            let state = link::new_state()?;
            let address = link::return_url(&state);
            Some((state, address))
        } else {
            None
        };
        self.wait_until_ready(&connection).await;
        self.wait_for_previous_payment(&connection, &attempt, &choice.purpose, &choice.amount)
            .await?;
        let (link_state, return_url) = link.unzip();
        let new = NewPayment {
            purpose: choice.purpose,
            amount: choice.amount,
            payer: choice.payer,
            save_method: request.save_method && choice.method.can_be_saved,
            method: Some(choice.method.code),
            method_provider: Some(choice.method.provider),
            return_url,
            top_up_id: attempt,
        };
        let started = self
            .driver
            .command(&account, |command| Event::StartTopUp {
                command,
                new,
                link_state,
                clock_offset: connection.provider.clock_ahead(),
            })
            .await?;
        self.top_up_view(&connection, started.as_deref().unwrap_or_default())
    }

    /// What came of this attempt, if it was made before: however the form reads by now, whatever the provider offers,
    /// it is not made again.
    async fn existing_payment(
        &self,
        connection: &Connection,
        attempt: &str,
        request: &RequestedPurpose,
    ) -> Result<Option<TopUpView>> {
        let account = connection.account.id.clone();
        let (store, id) = (Arc::clone(&self.services.store), attempt.to_owned());
        let of = account.clone();
        let Some(known) = blocking(move || store.top_up(&of, &id)).await? else {
            return Ok(None);
        };
        if matches_request(&known, request) {
            let checked_at = self
                .driver
                .state(&account)
                .and_then(|state| state.status_read_at(attempt));
            return Ok(Some(views::top_up(connection, &known, checked_at)));
        }
        Err(Error::new(
            Code::AlreadyExists,
            "This payment has been started already, with another amount or for something else. Look at it among the payments.",
        ))
    }

    /// Finds a request in what is offered, and writes into the quote what it would cost, as far as that is known.
    async fn fill_quote(
        &self,
        quote: &mut Quote,
        connection: &Connection,
        request: &PaymentRequest,
    ) -> Result<ResolvedPayment> {
        if let RequestedPurpose::TopUp { amount } = &request.purpose {
            // What can be no amount needs no provider to say so.
            let decimals = connection.provider.rules().amount_decimals;
            Amount::parse_typed(amount, decimals, currency_of(&connection.account))?;
        }
        let (catalogue, _) = self.catalogue(connection).await?;
        let (purpose, amount) = self
            .resolve_purpose(connection, &catalogue, &request.purpose)
            .await?;
        quote.amount = Some(amount.clone());
        quote.purpose = purpose.words();
        let payer = choose_payer(&catalogue, request)?;
        let method =
            choose_method(&catalogue, payer.as_deref(), request.method.as_deref())?.clone();
        quote.method = Some(method.code.clone());
        quote.needs_confirmation = method.debits_at_once;
        if !method.fee_known {
            quote.fee = None;
        } else if method.fee_paid_by_user {
            quote.fee = amount.fee_rounded_up(method.fee_bps, method.fee_fixed_cents);
        } else {
            quote.fee = Some(Amount::zero(amount.currency().clone()));
        }
        quote.total = quote.fee.as_ref().and_then(|fee| amount.checked_add(fee));
        if purpose == Purpose::TopUp {
            check_amount_limits(&amount, &method, &connection.account.network.limits)?;
            self.check_headroom(quote, connection, &amount).await?;
        }
        Ok(ResolvedPayment {
            purpose,
            amount,
            payer,
            method,
        })
    }

    /// Whether a top-up stays below the cap, and what the balance would be after it.
    async fn check_headroom(
        &self,
        quote: &mut Quote,
        connection: &Connection,
        amount: &Amount,
    ) -> Result<()> {
        let state = self.driver.state(&connection.account.id);
        let base = self
            .balance_towards_cap(connection, state.as_deref())
            .await?;
        quote.balance_after = base.as_ref().and_then(|base| base.checked_add(amount));
        match self.headroom(connection, state.as_deref()).await? {
            Some(room) if amount.compare(&room) == Some(Ordering::Greater) => {
                Err(headroom::cap_exceeded(connection, &room))
            }
            None if connection.account.network.limits.balance_max.is_some() => {
                quote.warning = Some(
                    "The balance is not known at the moment, so whether this stays below the cap cannot be checked here. The provider checks it."
                        .to_owned(),
                );
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    /// What the request is for, in the provider's terms, and its price as last read.
    async fn resolve_purpose(
        &self,
        connection: &Connection,
        catalogue: &Catalogue,
        request: &RequestedPurpose,
    ) -> Result<(Purpose, Amount)> {
        match request {
            RequestedPurpose::TopUp { amount } => {
                let decimals = connection.provider.rules().amount_decimals;
                let amount = Amount::parse_typed(amount, decimals, catalogue.currency.clone())?;
                Ok((Purpose::TopUp, amount))
            }
            RequestedPurpose::Renewal { services } => {
                if services.is_empty() {
                    return Err(Error::new(Code::Usage, "Choose what to renew first."));
                }
                let dues = self.stored_due_payments(connection).await?;
                let mut items: Vec<RenewalItem> = Vec::new();
                let mut total = Amount::zero(catalogue.currency.clone());
                for wanted in services {
                    if items.iter().any(|item| item.service == wanted.service) {
                        return Err(Error::new(Code::Usage, "Each service is renewed once."));
                    }
                    let service = dues
                        .services
                        .iter()
                        .find(|service| service.id == wanted.service)
                        .ok_or_else(no_longer_offered)?;
                    let period = find_period(&service.periods, &wanted.period)?;
                    total = total
                        .checked_add(&period.price)
                        .ok_or_else(no_longer_offered)?;
                    items.push(RenewalItem {
                        service: service.id.clone(),
                        period: Some(period.id.clone()),
                        name: format!("{} ({})", service.name, period.name),
                    });
                }
                Ok((Purpose::Renewal { items }, total))
            }
            RequestedPurpose::Migration { order, period: id } => {
                let dues = self.stored_due_payments(connection).await?;
                let migration = dues
                    .migrations
                    .iter()
                    .find(|migration| migration.order == *order)
                    .ok_or_else(no_longer_offered)?;
                let period = find_period(&migration.periods, id)?;
                let purpose = Purpose::Migration {
                    order: order.clone(),
                    period: Some(period.id.clone()),
                    name: format!(
                        "{} to {} ({})",
                        migration.name, migration.server, period.name
                    ),
                };
                Ok((purpose, period.price.clone()))
            }
        }
    }

    /// What can be paid for, as last read; asked for where it never was.
    async fn stored_due_payments(&self, connection: &Connection) -> Result<DuePayments> {
        let (history, account) = (
            Arc::clone(&self.services.history),
            connection.account.id.clone(),
        );
        if let Some((dues, _)) = blocking(move || history.dues(&account)).await? {
            return Ok(dues);
        }
        verify_owner(&self.services, connection).await?;
        connection.provider.dues().await
    }

    /// What can be paid with, as last read; asked for where it never was.
    pub(super) async fn catalogue(
        &self,
        connection: &Connection,
    ) -> Result<(Catalogue, bursar_domain::clock::Timestamp)> {
        let (history, account) = (
            Arc::clone(&self.services.history),
            connection.account.id.clone(),
        );
        match blocking(move || history.catalogue(&account)).await? {
            Some(kept) => Ok(kept),
            None => self.fetch_catalogue(connection).await,
        }
    }

    /// Asks what can be paid with, and keeps it.
    pub(super) async fn fetch_catalogue(
        &self,
        connection: &Connection,
    ) -> Result<(Catalogue, bursar_domain::clock::Timestamp)> {
        verify_owner(&self.services, connection).await?;
        let catalogue = connection.provider.catalogue().await?;
        let (history, account) = (
            Arc::clone(&self.services.history),
            connection.account.id.clone(),
        );
        let (kept, now) = (catalogue.clone(), self.services.clock.now());
        let write_guard = Arc::clone(&connection.write_guard);
        blocking(move || write_guard.write(|| history.put_catalogue(&account, &kept, now))).await?;
        Ok((catalogue, now))
    }
}

fn empty_quote() -> Quote {
    Quote {
        amount: None,
        fee: None,
        total: None,
        balance_after: None,
        purpose: None,
        method: None,
        needs_confirmation: false,
        error: None,
        warning: None,
    }
}

/// Whether a payment that was started is what is wished for; amounts count by what they are worth.
fn matches_request(known: &TopUp, request: &RequestedPurpose) -> bool {
    let same = |requested: &str, paid: Option<&String>| paid.is_none_or(|paid| paid == requested);
    match (request, &known.purpose) {
        (RequestedPurpose::TopUp { amount }, Purpose::TopUp) => {
            Amount::parse_typed(amount, MAX_SCALE, known.amount.currency().clone())
                .is_ok_and(|amount| amount == known.amount)
        }
        (RequestedPurpose::Renewal { services }, Purpose::Renewal { items }) => {
            services.len() == items.len()
                && services.iter().all(|wanted| {
                    items.iter().any(|item| {
                        item.service == wanted.service && same(&wanted.period, item.period.as_ref())
                    })
                })
        }
        (
            RequestedPurpose::Migration { order, period },
            Purpose::Migration {
                order: known,
                period: paid,
                ..
            },
        ) => order == known && same(period, paid.as_ref()),
        (
            RequestedPurpose::TopUp { .. }
            | RequestedPurpose::Renewal { .. }
            | RequestedPurpose::Migration { .. },
            _,
        ) => false,
    }
}

/// Whether nothing has been said yet.
fn is_empty(request: &RequestedPurpose) -> bool {
    match request {
        RequestedPurpose::TopUp { amount } => amount.trim().is_empty(),
        RequestedPurpose::Renewal { services } => services.is_empty(),
        RequestedPurpose::Migration { .. } => false,
    }
}

/// An amount as it would be as_typed.
fn as_typed(amount: &Amount) -> String {
    let text = amount.to_decimal();
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        Some(_) | None => text,
    }
}

/// The methods with the limits that hold for each.
pub(super) fn method_views(methods: &[Method], limits: &Limits) -> Vec<MethodView> {
    let view = |method: &Method| MethodView {
        min: minimum_amount(method, limits)
            .unwrap_or(&method.min)
            .clone(),
        ..method_view(method)
    };
    methods.iter().map(view).collect()
}

fn method_view(method: &Method) -> MethodView {
    MethodView {
        code: method.code.clone(),
        name: method.name.clone(),
        kind: method.kind,
        payers: method.payers.clone(),
        min: method.min.clone(),
        max: method.max.clone(),
        saved: method.saved.clone(),
        can_be_saved: method.can_be_saved,
        debits_at_once: method.debits_at_once,
    }
}

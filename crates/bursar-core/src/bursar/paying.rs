//! Paying: what the form offers, what a wish would cost, and its start. Every limit is checked here before
//! anything is sent, and a payment that takes the money at once only starts with its total confirmed; the
//! provider has the last word all the same.

use super::choosing::{
    check_confirmed, check_limits, choose_method, choose_payer, gone, least, period,
};
use super::{Bursar, currency_of, room, views};
use crate::driver::{Connection, blocking, prove};
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

/// A wish that has been found in what the provider offers.
struct Choice {
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
        let room = self.room(&connection, state.as_deref()).await?;
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
                .map(|offered| views_of(&offered.methods, &network.limits))
                .unwrap_or_default(),
            methods_as_of: catalogue.as_ref().map(|(_, at)| *at),
            presets: offered
                .map(|offered| offered.presets.iter().map(typed).collect())
                .unwrap_or_default(),
            room,
            balance_max: network.limits.balance_max.clone(),
            open: state.as_deref().and_then(|state| {
                let open = state.blocking_payment(self.world.clock.now())?;
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

    /// What a wish would cost. Errors are in the quote, not of the call.
    pub async fn quote(&self, account: AccountId, wish: PaymentRequest) -> Result<Quote> {
        let connection = self.connection(&account)?;
        let mut quote = nothing_known();
        if !is_empty(&wish.purpose) {
            quote.error = self.fill(&mut quote, &connection, &wish).await.err();
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
        wish: PaymentRequest,
        attempt: String,
        confirmed_total: Option<Amount>,
    ) -> Result<TopUpView> {
        let connection = self.connection(&account)?;
        let attempt = Uuid::parse_str(&attempt)
            .map_err(|_| Error::new(Code::Usage, "An attempt is named by what its form says."))?
            .to_string();
        if let Some(started) = self
            .started_before(&connection, &attempt, &wish.purpose)
            .await?
        {
            return Ok(started);
        }
        // What is compared with the confirmed total is what is sent: both are of one reading.
        let mut quote = nothing_known();
        let choice = self.fill(&mut quote, &connection, &wish).await;
        if let Some(error) = connection.session.keyring_error() {
            // Nothing is asked for without the key; the user may be asked for the keyring's password now.
            self.ask_keyring_again(true);
            return Err(error);
        }
        let choice = choice?;
        check_confirmed(&quote, confirmed_total.as_ref())?;
        let link = if connection.account.network.return_links {
            let state = link::new_state()?;
            let address = link::return_url(&state);
            Some((state, address))
        } else {
            None
        };
        self.wait_until_ready(&connection).await;
        self.wait_for_the_last(&connection, &attempt, &choice.purpose, &choice.amount)
            .await?;
        let (link_state, return_url) = link.unzip();
        let new = NewPayment {
            purpose: choice.purpose,
            amount: choice.amount,
            payer: choice.payer,
            save_method: wish.save_method && choice.method.can_be_saved,
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
    async fn started_before(
        &self,
        connection: &Connection,
        attempt: &str,
        wish: &RequestedPurpose,
    ) -> Result<Option<TopUpView>> {
        let account = connection.account.id.clone();
        let (store, id) = (Arc::clone(&self.world.store), attempt.to_owned());
        let of = account.clone();
        let Some(known) = blocking(move || store.top_up(&of, &id)).await? else {
            return Ok(None);
        };
        if is_for(&known, wish) {
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

    /// Finds a wish in what is offered, and writes into the quote what it would cost, as far as that is known.
    async fn fill(
        &self,
        quote: &mut Quote,
        connection: &Connection,
        wish: &PaymentRequest,
    ) -> Result<Choice> {
        if let RequestedPurpose::TopUp { amount } = &wish.purpose {
            // What can be no amount needs no provider to say so.
            let decimals = connection.provider.rules().amount_decimals;
            Amount::parse_typed(amount, decimals, currency_of(&connection.account))?;
        }
        let (catalogue, _) = self.catalogue(connection).await?;
        let (purpose, amount) = self.priced(connection, &catalogue, &wish.purpose).await?;
        quote.amount = Some(amount.clone());
        quote.purpose = purpose.words();
        let payer = choose_payer(&catalogue, wish)?;
        let method = choose_method(&catalogue, payer.as_deref(), wish.method.as_deref())?.clone();
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
            check_limits(&amount, &method, &connection.account.network.limits)?;
            self.check_room(quote, connection, &amount).await?;
        }
        Ok(Choice {
            purpose,
            amount,
            payer,
            method,
        })
    }

    /// Whether a top-up stays below the cap, and what the balance would be after it.
    async fn check_room(
        &self,
        quote: &mut Quote,
        connection: &Connection,
        amount: &Amount,
    ) -> Result<()> {
        let state = self.driver.state(&connection.account.id);
        let base = self.counted_balance(connection, state.as_deref()).await?;
        quote.balance_after = base.as_ref().and_then(|base| base.checked_add(amount));
        match self.room(connection, state.as_deref()).await? {
            Some(room) if amount.compare(&room) == Some(Ordering::Greater) => {
                Err(room::over_the_cap(connection, &room))
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

    /// What the wish is for, in the provider's terms, and its price as last read.
    async fn priced(
        &self,
        connection: &Connection,
        catalogue: &Catalogue,
        wish: &RequestedPurpose,
    ) -> Result<(Purpose, Amount)> {
        match wish {
            RequestedPurpose::TopUp { amount } => {
                let decimals = connection.provider.rules().amount_decimals;
                let amount = Amount::parse_typed(amount, decimals, catalogue.currency.clone())?;
                Ok((Purpose::TopUp, amount))
            }
            RequestedPurpose::Renewal { services } => {
                if services.is_empty() {
                    return Err(Error::new(Code::Usage, "Choose what to renew first."));
                }
                let dues = self.kept_dues(connection).await?;
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
                        .ok_or_else(gone)?;
                    let period = period(&service.periods, &wanted.period)?;
                    total = total.checked_add(&period.price).ok_or_else(gone)?;
                    items.push(RenewalItem {
                        service: service.id.clone(),
                        period: Some(period.id.clone()),
                        name: format!("{} ({})", service.name, period.name),
                    });
                }
                Ok((Purpose::Renewal { items }, total))
            }
            RequestedPurpose::Migration { order, period: id } => {
                let dues = self.kept_dues(connection).await?;
                let migration = dues
                    .migrations
                    .iter()
                    .find(|migration| migration.order == *order)
                    .ok_or_else(gone)?;
                let period = period(&migration.periods, id)?;
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
    async fn kept_dues(&self, connection: &Connection) -> Result<DuePayments> {
        let (history, account) = (
            Arc::clone(&self.world.history),
            connection.account.id.clone(),
        );
        if let Some((dues, _)) = blocking(move || history.dues(&account)).await? {
            return Ok(dues);
        }
        prove(&self.world, connection).await?;
        connection.provider.dues().await
    }

    /// What can be paid with, as last read; asked for where it never was.
    pub(super) async fn catalogue(
        &self,
        connection: &Connection,
    ) -> Result<(Catalogue, bursar_domain::clock::Timestamp)> {
        let (history, account) = (
            Arc::clone(&self.world.history),
            connection.account.id.clone(),
        );
        match blocking(move || history.catalogue(&account)).await? {
            Some(kept) => Ok(kept),
            None => self.read_catalogue(connection).await,
        }
    }

    /// Asks what can be paid with, and keeps it.
    pub(super) async fn read_catalogue(
        &self,
        connection: &Connection,
    ) -> Result<(Catalogue, bursar_domain::clock::Timestamp)> {
        prove(&self.world, connection).await?;
        let catalogue = connection.provider.catalogue().await?;
        let (history, account) = (
            Arc::clone(&self.world.history),
            connection.account.id.clone(),
        );
        let (kept, now) = (catalogue.clone(), self.world.clock.now());
        let lease = Arc::clone(&connection.lease);
        blocking(move || lease.write(|| history.put_catalogue(&account, &kept, now))).await?;
        Ok((catalogue, now))
    }
}

fn nothing_known() -> Quote {
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
fn is_for(known: &TopUp, wish: &RequestedPurpose) -> bool {
    let same = |one: &str, told: Option<&String>| told.is_none_or(|told| told == one);
    match (wish, &known.purpose) {
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
fn is_empty(wish: &RequestedPurpose) -> bool {
    match wish {
        RequestedPurpose::TopUp { amount } => amount.trim().is_empty(),
        RequestedPurpose::Renewal { services } => services.is_empty(),
        RequestedPurpose::Migration { .. } => false,
    }
}

/// An amount as it would be typed.
fn typed(amount: &Amount) -> String {
    let text = amount.to_decimal();
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        Some(_) | None => text,
    }
}

/// The methods with the limits that hold for each.
pub(super) fn views_of(methods: &[Method], limits: &Limits) -> Vec<MethodView> {
    let view = |method: &Method| MethodView {
        min: least(method, limits).unwrap_or(&method.min).clone(),
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

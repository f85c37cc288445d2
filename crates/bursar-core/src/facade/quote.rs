//! The form of a payment, and what a payment would cost. Every limit is checked here, before anything is sent.

use super::catalogue::method_views;
use super::payment_validation::{
    check_amount_limits, choose_method, choose_payer, find_period, no_longer_offered,
};
use super::{Bursar, balance_cap, currency_of, debt, views};
use crate::driver::Connection;
use bursar_domain::account::AccountId;
use bursar_domain::catalogue::{Catalogue, Method};
use bursar_domain::error::{Code, Error, PaymentDetail, Result, TopUpDetail};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::paid_for::PaidPeriod;
use bursar_domain::payment::{Purpose, RenewalItem};
use bursar_domain::view::{PaymentRequest, Quote, QuoteWarning, RequestedPurpose, TopUpForm};
use bursar_engine::offline;
use std::cmp::Ordering;
use uuid::Uuid;

/// A request whose parts were found in the provider's offers.
pub(super) struct ResolvedPayment {
    pub(super) purpose: Purpose,
    pub(super) amount: Amount,
    pub(super) payer: Option<String>,
    pub(super) method: Method,
}

impl Bursar {
    /// Returns what the form on the Top up page shows.
    pub async fn top_up_form(&self, account: AccountId) -> Result<TopUpForm> {
        let connection = self.connection(&account)?;
        let catalogue = self.catalogue(&connection).await;
        let state = self.driver.state(&account);
        let network = &connection.account.network;
        let blocked = match &catalogue {
            _ if connection.session.keyring_error().is_some() => connection.session.keyring_error(),
            _ if !connection.session.signed_in() => {
                Some(Error::new(Code::SignedOut, TopUpDetail::TopUpNeedsKey))
            }
            _ if state.as_deref().is_some_and(|state| !state.online) => Some(offline()),
            Err(error) => Some(error.clone()),
            Ok((catalogue, _)) if !catalogue.methods.iter().any(Method::is_usable) => {
                // The provider may offer a method that this version cannot read.
                let unread = connection.provider.unreadable_parts().into_iter().next();
                Some(unread.unwrap_or_else(|| {
                    Error::new(Code::MethodUnknown, PaymentDetail::NoMethodOffered)
                }))
            }
            Ok(_) => None,
        };
        let headroom = self.headroom(&connection, state.as_deref()).await?;
        let catalogue = catalogue.ok();
        let offered = catalogue.as_ref().map(|(catalogue, _)| catalogue);
        let currency = offered.map_or_else(|| currency_of(&connection.account), typed_unit);
        let decimals = connection.provider.rules().amount_decimals;
        let api = state
            .as_deref()
            .and_then(|state| state.api_balance.as_ref());
        let minimum = network.limits.top_up_min.as_ref();
        let clears_debt = debt::proposal(api.map(|(api, _)| api), decimals, minimum);
        Ok(TopUpForm {
            // Minted here; the intent, the engine and the request to the provider keep it.
            top_up_id: Uuid::new_v4().to_string(),
            currency: currency.to_string(),
            decimals,
            clears_debt: clears_debt.as_ref().map(as_typed),
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
            headroom,
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

    /// What a request would cost. Errors are part of the quote, not of the call.
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

    /// Finds the request in the provider's offers and writes its cost into the quote, as far as it is known.
    pub(super) async fn fill_quote(
        &self,
        quote: &mut Quote,
        connection: &Connection,
        request: &PaymentRequest,
    ) -> Result<ResolvedPayment> {
        if let RequestedPurpose::TopUp { amount } = &request.purpose {
            // A malformed amount is refused without asking the provider.
            let decimals = connection.provider.rules().amount_decimals;
            Amount::parse_typed(amount, decimals, currency_of(&connection.account))?;
        }
        let (catalogue, _) = self.catalogue(connection).await?;
        let (purpose, mut amount) = self
            .resolve_purpose(connection, &catalogue, &request.purpose)
            .await?;
        quote.amount = Some(amount.clone());
        quote.purpose = purpose.paid_for();
        let payer = choose_payer(&catalogue, request)?;
        let method =
            choose_method(&catalogue, payer.as_deref(), request.method.as_deref())?.clone();
        if purpose == Purpose::TopUp {
            // The typed number is money of the method's unit, which may not be the account's.
            amount = Amount::new(
                amount.units(),
                amount.scale(),
                method.min.currency().clone(),
            )?;
            quote.amount = Some(amount.clone());
        }
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

    /// Checks that a top-up stays below the cap, and fills in the balance after it.
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
        let room = self.headroom(connection, state.as_deref()).await?;
        match room.map(|left| (amount.compare(&left), left)) {
            Some((Some(Ordering::Greater), left)) => {
                Err(balance_cap::cap_exceeded(connection, &left))
            }
            // Amounts of two units are not compared either.
            None | Some((None, _)) if connection.account.network.limits.balance_max.is_some() => {
                quote.warning = Some(QuoteWarning::BalanceUnknown);
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The purpose in the provider's terms, and its price as last read.
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
                    return Err(Error::new(Code::Usage, PaymentDetail::NothingToRenew));
                }
                let dues = self.stored_due_payments(connection).await?;
                let mut items: Vec<RenewalItem> = Vec::new();
                let mut total = Amount::zero(catalogue.currency.clone());
                for wanted in services {
                    if items.iter().any(|item| item.service == wanted.service) {
                        return Err(Error::new(Code::Usage, PaymentDetail::ServiceTwice));
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
                        name: service.name.clone(),
                        paid_period: Some(PaidPeriod::Named(period.name.clone())),
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
                    name: migration.name.clone(),
                    server: Some(migration.server.clone()),
                    paid_period: Some(PaidPeriod::Named(period.name.clone())),
                };
                Ok((purpose, period.price.clone()))
            }
        }
    }
}

pub(super) fn empty_quote() -> Quote {
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

/// Whether the user has entered nothing yet.
fn is_empty(request: &RequestedPurpose) -> bool {
    match request {
        RequestedPurpose::TopUp { amount } => amount.trim().is_empty(),
        RequestedPurpose::Renewal { services } => services.is_empty(),
        RequestedPurpose::Migration { .. } => false,
    }
}

/// The unit of a typed amount: that of all methods if they have the same, else the account's.
fn typed_unit(catalogue: &Catalogue) -> Currency {
    let mut units = catalogue.methods.iter().map(|method| method.min.currency());
    match units.next() {
        Some(unit) if units.all(|other| other == unit) => unit.clone(),
        Some(_) | None => catalogue.currency.clone(),
    }
}

/// An amount as the user would type it.
fn as_typed(amount: &Amount) -> String {
    let text = amount.to_decimal();
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        Some(_) | None => text,
    }
}

//! Starting a payment. A payment that takes the money at once starts only if the user confirmed its total. The provider
//! makes the final decision in any case.

use super::payment_validation::check_confirmed_total;
use super::quote::empty_quote;
use super::{Bursar, views};
use crate::driver::{Connection, blocking};
use bursar_domain::account::AccountId;
use bursar_domain::error::{Code, Error, PaymentDetail, Result};
use bursar_domain::link;
use bursar_domain::money::{Amount, MAX_SCALE};
use bursar_domain::payment::{NewPayment, Purpose};
use bursar_domain::view::{PaymentRequest, RequestedPurpose, TopUpView};
use bursar_engine::Event;
use bursar_engine::top_up::TopUp;
use std::sync::Arc;
use uuid::Uuid;

impl Bursar {
    /// Starts a payment. The intent is durable before any request leaves, and the call returns as soon as the request
    /// is answered. Calls with the same `top_up_id` start one payment only. `confirmed_total` is the total that the user
    /// agreed to. Without it, a method that debits at once sends nothing, and no method sends another total.
    ///
    /// # Errors
    /// Those of the quote; `not_confirmed`, `total_changed`; `top_up_open` if another payment is in the way;
    /// `already_exists` for a `top_up_id` that was used for something else; `storage_failed`.
    pub async fn pay(
        &self,
        account: AccountId,
        request: PaymentRequest,
        top_up_id: String,
        confirmed_total: Option<Amount>,
    ) -> Result<TopUpView> {
        let connection = self.connection(&account)?;
        let top_up_id = Uuid::parse_str(&top_up_id)
            .map_err(|_| Error::new(Code::Usage, PaymentDetail::FormInvalid))?
            .to_string();
        if let Some(started) = self
            .existing_payment(&connection, &top_up_id, &request.purpose)
            .await?
        {
            return Ok(started);
        }
        // The total that is compared and the total that is sent come from one reading.
        let mut quote = empty_quote();
        let choice = self.fill_quote(&mut quote, &connection, &request).await;
        if let Some(error) = connection.session.keyring_error() {
            // Nothing is requested without the key; the system may now ask for the keyring's password.
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
        self.wait_for_previous_payment(&connection, &top_up_id, &choice.purpose, &choice.amount)
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
            top_up_id,
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

    /// The payment with this id, if it was started before. It is not started again, whatever the form and the provider's
    /// offers contain by now.
    async fn existing_payment(
        &self,
        connection: &Connection,
        top_up_id: &str,
        request: &RequestedPurpose,
    ) -> Result<Option<TopUpView>> {
        let account = connection.account.id.clone();
        let (store, id) = (Arc::clone(&self.services.store), top_up_id.to_owned());
        let of = account.clone();
        let Some(known) = blocking(move || store.top_up(&of, &id)).await? else {
            return Ok(None);
        };
        if matches_request(&known, request) {
            let checked_at = self
                .driver
                .state(&account)
                .and_then(|state| state.status_read_at(top_up_id));
            return Ok(Some(views::top_up(connection, &known, checked_at)));
        }
        Err(Error::new(
            Code::AlreadyExists,
            PaymentDetail::StartedDifferently,
        ))
    }
}

/// Whether a started payment is what is requested now; amounts are compared by value.
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

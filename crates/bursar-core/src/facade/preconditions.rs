//! What must be settled before a payment starts: the account has been read, and the outcome of the previous payment is
//! known. A user who meanwhile asks for the same again is informed of the first payment's outcome.

use super::Bursar;
use crate::driver::Connection;
use bursar_domain::error::{Code, Error, PaymentDetail, Result};
use bursar_domain::money::Amount;
use bursar_domain::payment::Purpose;
use bursar_engine::top_up::{Phase, TopUp};
use bursar_engine::{Event, State};
use std::time::Duration;

/// How long a payment waits until a new account has been read for the first time.
const FIRST_SYNC_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a payment waits for the answer to the previous one.
const PREVIOUS_PAYMENT_TIMEOUT: Duration = Duration::from_secs(10);

impl Bursar {
    /// Waits until the engine is ready: a key that was read a moment ago may not have reached it yet, and it refuses
    /// payments until a new account has been read.
    pub(super) async fn wait_until_ready(&self, connection: &Connection) {
        let account = &connection.account.id;
        let engine_knows = self
            .driver
            .state(account)
            .is_some_and(|state| state.config.signed_in);
        if connection.session.signed_in() && !engine_knows {
            self.driver.send_event(account, Event::SignedIn(true));
        }
        self.driver
            .wait_until(account, FIRST_SYNC_TIMEOUT, |state| {
                !state.recovering || !state.online
            })
            .await;
    }

    /// Waits while the answer to the previous payment is on its way; the engine refuses payments until then.
    ///
    /// # Errors
    /// `top_up_open` if that payment was for the same and has now been created, which the user could not know.
    pub(super) async fn wait_for_previous_payment(
        &self,
        connection: &Connection,
        top_up_id: &str,
        purpose: &Purpose,
        amount: &Amount,
    ) -> Result<()> {
        let account = &connection.account.id;
        let now = self.services.clock.now();
        let previous = self.driver.state(account).and_then(|state| {
            let previous = state
                .blocking_payment(now)
                .filter(|previous| previous.id != top_up_id)?;
            state
                .is_start_pending(&previous.id)
                .then(|| previous.id.clone())
        });
        let Some(previous) = previous else {
            return Ok(());
        };
        self.driver
            .wait_until(account, PREVIOUS_PAYMENT_TIMEOUT, |state| {
                !state.is_start_pending(&previous)
            })
            .await;
        let state = self.driver.state(account);
        let created = state
            .as_deref()
            .and_then(|state: &State| state.top_ups.get(&previous))
            .filter(|previous| was_created(previous))
            .filter(|previous| previous.purpose.is_same(purpose) && previous.amount.equals(amount));
        created.map_or(Ok(()), |created| {
            Err(Error::passing(
                Code::TopUpOpen,
                PaymentDetail::SamePaymentConfirmed {
                    amount: created.amount.clone(),
                },
            ))
        })
    }
}

fn was_created(top_up: &TopUp) -> bool {
    match top_up.phase {
        Phase::Starting | Phase::NotStarted | Phase::Cancelled | Phase::Expired | Phase::Failed => {
            false
        }
        Phase::Open
        | Phase::Confirming
        | Phase::UnderReview
        | Phase::Completed
        | Phase::Refunding
        | Phase::Refunded => true,
    }
}

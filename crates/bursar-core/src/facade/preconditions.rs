//! What has to be settled before a payment starts: the account has been read, and the payment before this one is known
//! to have been created or not. Somebody who asks for the same again meanwhile is told what came of the first.

use super::Bursar;
use crate::driver::Connection;
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::money::Amount;
use bursar_domain::payment::Purpose;
use bursar_engine::top_up::{Phase, TopUp};
use bursar_engine::{Event, State};
use std::time::Duration;

/// How long a payment waits for the first reading of a new account.
const FIRST_SYNC_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it waits for the answer to the one before it.
const PREVIOUS_PAYMENT_TIMEOUT: Duration = Duration::from_secs(10);

impl Bursar {
    /// A session that was read a moment ago may not have come to the engine yet, and an account that is new here
    /// is read first; that takes a moment, and the engine refuses until then.
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

    /// Waits for the answer to the payment before this one while it is on its way; the engine refuses until then.
    ///
    /// # Errors
    /// `top_up_open` where that payment was for the same and has now been created: whoever asked for this one could not
    /// know that.
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
                format!(
                    "A payment of {} for the same had been asked for before, and the provider has just confirmed that \
                     one. Nothing was paid twice. Pay again if you want a second one.",
                    created.amount
                ),
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

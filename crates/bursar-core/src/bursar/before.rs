//! What has to be settled before a payment starts: the account has been read, and the payment before this one is known
//! to have been made or not. Somebody who asks for the same again meanwhile is told what came of the first.

use super::Bursar;
use crate::driver::Connection;
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::money::Amount;
use bursar_domain::payment::Purpose;
use bursar_engine::top_up::{Phase, TopUp};
use bursar_engine::{Event, State};
use std::time::Duration;

/// How long a payment waits for the first reading of a new account.
const FIRST_READING: Duration = Duration::from_secs(10);
/// How long it waits for the answer to the one before it.
const ANSWER: Duration = Duration::from_secs(10);

impl Bursar {
    /// A session that was read a moment ago may not have come to the engine yet, and an account that is new here
    /// is read first; that takes a moment, and the engine refuses until then.
    pub(super) async fn wait_until_ready(&self, connection: &Connection) {
        let account = &connection.account.id;
        let told = self
            .driver
            .state(account)
            .is_some_and(|state| state.config.signed_in);
        if connection.session.signed_in() && !told {
            self.driver.event(account, Event::SignedIn(true));
        }
        self.driver
            .until(account, FIRST_READING, |state| {
                !state.recovering || !state.online
            })
            .await;
    }

    /// Waits for the answer to the payment before this one while it is on its way; the engine refuses until then.
    ///
    /// # Errors
    /// `top_up_open` where that payment was for the same and has now been made: whoever asked for this one could not
    /// know that.
    pub(super) async fn wait_for_the_last(
        &self,
        connection: &Connection,
        attempt: &str,
        purpose: &Purpose,
        amount: &Amount,
    ) -> Result<()> {
        let account = &connection.account.id;
        let now = self.world.clock.now();
        let last = self.driver.state(account).and_then(|state| {
            let last = state
                .blocking_payment(now)
                .filter(|last| last.id != attempt)?;
            state.is_start_pending(&last.id).then(|| last.id.clone())
        });
        let Some(last) = last else { return Ok(()) };
        self.driver
            .until(account, ANSWER, |state| !state.is_start_pending(&last))
            .await;
        let state = self.driver.state(account);
        let made = state
            .as_deref()
            .and_then(|state: &State| state.top_ups.get(&last))
            .filter(|last| is_made(last))
            .filter(|last| last.purpose.is_same(purpose) && last.amount.equals(amount));
        made.map_or(Ok(()), |made| {
            Err(Error::passing(
                Code::TopUpOpen,
                format!(
                    "A payment of {} for the same had been asked for before, and the provider has just confirmed that \
                     one. Nothing was paid twice. Pay again if you want a second one.",
                    made.amount
                ),
            ))
        })
    }
}

fn is_made(top_up: &TopUp) -> bool {
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

//! Reads once what is missing of an account, for a terminal that waits for it and has no window that stays open.

use super::Bursar;
use super::overview::current_errors;
use crate::driver::{Connection, blocking};
use bursar_domain::account::AccountId;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{AccountDetail, Code, Error, Result, SignInDetail, SyncDetail};
use bursar_engine::{Event, PollTarget, Presence, State};
use bursar_provider::session::Credential;
use std::sync::Arc;
use std::time::Duration;

/// What is read: everything that a list, a chart or a balance shows.
const SYNCED_POLLS: [PollTarget; 5] = [
    PollTarget::Balance,
    PollTarget::History,
    PollTarget::Chain,
    PollTarget::Charges,
    PollTarget::OpenPayments,
];
/// How long the keyring may take to say whether it has a key.
const KEYRING_TIMEOUT: Duration = Duration::from_secs(30);
const KEYRING_POLL_INTERVAL: Duration = Duration::from_millis(10);
/// How long reading may make no progress before it is given up. A long history comes in portions of a few seconds.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// A server that is not asked again within this time does not answer for now.
const RETRY_SOON: Span = Span::seconds(3);

impl Bursar {
    /// Reads the account's balances, payments, charges and chain events to their end, as far as the servers answer.
    /// What arrived is stored, even if this call is dropped before its end.
    ///
    /// Returns what is missing and why; empty if everything is up to date.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn sync(&self, account: &AccountId) -> Result<Vec<Error>> {
        let connection = self.connection(account)?;
        // Charges are read only while somebody looks.
        self.set_presence(Presence::Open);
        self.wait_for_keyring(&connection).await;
        // Right after a start the engine may not know the account yet.
        self.driver
            .wait_until(account, STALL_TIMEOUT, |_| true)
            .await;
        self.retry_unreadable_rows(account).await?;
        let engine_knows = self
            .driver
            .state(account)
            .is_some_and(|state| state.config.signed_in);
        if connection.session.signed_in() && !engine_knows {
            self.driver.send_event(account, Event::SignedIn(true));
            self.driver
                .wait_until(account, STALL_TIMEOUT, |state| state.config.signed_in)
                .await;
        }
        loop {
            let Some(before) = self.driver.state(account) else {
                return Err(Error::new(
                    Code::NotFound,
                    AccountDetail::AccountNotConnected,
                ));
            };
            let clock = &self.services.clock;
            let moved = self.driver.wait_until(account, STALL_TIMEOUT, |state| {
                is_finished(state, clock.now()) || progress(state) != progress(&before)
            });
            let moved = moved.await;
            let Some(state) = self.driver.state(account) else {
                continue;
            };
            if !moved || is_finished(&state, clock.now()) {
                return Ok(problems(&connection, &state, moved));
            }
        }
    }

    /// Makes the next reading of the history, which is due at once, retry the rows that could not be read.
    async fn retry_unreadable_rows(&self, account: &AccountId) -> Result<()> {
        let (history, id) = (Arc::clone(&self.services.history), account.clone());
        let has_any = blocking(move || {
            let (lines, _) = history.unreadable_rows(&id)?;
            if !lines.is_empty() {
                history.put_unreadable_rows(&id, &lines, Timestamp::default())?;
            }
            Ok(!lines.is_empty())
        })
        .await?;
        if has_any {
            self.check_now(account.clone()).await?;
        }
        Ok(())
    }

    /// Uses a key of the environment for this account, in this process alone. The first request shows whose key it is.
    ///
    /// # Errors
    /// `not_found`; `unauthorized` for a text that cannot be a key.
    pub async fn use_api_key(&self, account: &AccountId, key: &str) -> Result<()> {
        let connection = self.connection(account)?;
        connection
            .session
            .set_credential(Credential::api_key(key)?, true)
            .await?;
        self.driver.send_event(account, Event::SignedIn(true));
        Ok(())
    }

    async fn wait_for_keyring(&self, connection: &Connection) {
        let answered = async {
            while connection.session.waits_for_keyring() {
                tokio::time::sleep(KEYRING_POLL_INTERVAL).await;
            }
        };
        // The chain can be read without the keyring.
        let _ = tokio::time::timeout(KEYRING_TIMEOUT, answered).await;
    }
}

/// Whether there is nothing more to wait for.
fn is_finished(state: &State, now: Timestamp) -> bool {
    SYNCED_POLLS
        .into_iter()
        .filter(|poll| is_requested(state, *poll))
        .all(|poll| is_up_to_date(state, poll) || is_given_up(state, poll, now))
}

fn is_requested(state: &State, poll: PollTarget) -> bool {
    match poll {
        PollTarget::Chain => state.config.watched_address.is_some(),
        PollTarget::OpenPayments => state.config.signed_in && state.has_live(),
        PollTarget::Balance
        | PollTarget::History
        | PollTarget::Charges
        | PollTarget::Catalogue
        | PollTarget::DuePayments => state.config.signed_in,
    }
}

fn is_up_to_date(state: &State, poll: PollTarget) -> bool {
    let reaches_back = match poll {
        PollTarget::History => state.backfill.payments.is_none(),
        PollTarget::Chain => state.backfill.chain.is_none(),
        PollTarget::Balance
        | PollTarget::Charges
        | PollTarget::Catalogue
        | PollTarget::DuePayments
        | PollTarget::OpenPayments => true,
    };
    let in_flight = state
        .poll_timers
        .get(&poll)
        .is_some_and(|plan| plan.in_flight);
    // The user may have paused the backfill.
    state.last_success(poll).is_some() && !in_flight && (reaches_back || state.backfill.paused)
}

/// Whether it failed and the engine leaves the server alone for a while.
fn is_given_up(state: &State, poll: PollTarget, now: Timestamp) -> bool {
    let soon = now.plus(RETRY_SOON);
    let is_silent = state
        .server_backoffs
        .get(&poll.server())
        .is_some_and(|gate| gate.until > soon);
    state.poll_timers.get(&poll).is_some_and(|plan| {
        let failed = state.errors.contains_key(&poll) && plan.due > soon;
        !plan.in_flight && (failed || is_silent)
    })
}

/// Changes whenever something arrived.
fn progress(state: &State) -> (Vec<Option<Timestamp>>, bursar_engine::Backfill, usize) {
    let done = SYNCED_POLLS
        .iter()
        .map(|poll| state.last_success(*poll))
        .collect();
    (done, state.backfill.clone(), state.errors.len())
}

fn problems(connection: &Connection, state: &State, moved: bool) -> Vec<Error> {
    let mut problems = current_errors(state);
    if !state.config.signed_in && !problems.iter().any(|error| error.code == Code::SignedOut) {
        problems.insert(0, no_key(connection));
    }
    if !moved {
        problems.push(Error::passing(Code::Timeout, SyncDetail::SyncTooSlow));
    }
    problems
}

fn no_key(connection: &Connection) -> Error {
    if connection.session.waits_for_keyring() {
        return Error::passing(Code::KeyringUnavailable, SignInDetail::NoKeyFromKeyring);
    }
    Error::new(Code::SignedOut, SignInDetail::NoKey)
}

//! What the user can do with a payment that has started: open its page again, check it, cancel it, copy its address.
//! None of these ends a payment by itself.

use super::{Bursar, views};
use crate::driver::Connection;
use bursar_domain::account::AccountId;
use bursar_domain::checkout;
use bursar_domain::error::{Code, Error, Result, TopUpDetail};
use bursar_domain::network::check_host;
use bursar_domain::view::{Change, TopUpView};
use bursar_engine::Event;

impl Bursar {
    /// Opens the payment page of an open top-up again.
    pub async fn return_to_payment(&self, account: AccountId, top_up: String) -> Result<()> {
        // Refusals are returned at once, with their reason; the engine opens the rest.
        self.allowed_checkout(&account, &top_up)?;
        self.driver
            .command(&account, |command| Event::ReopenCheckout {
                command,
                top_up_id: top_up,
            })
            .await
            .map(drop)
    }

    pub async fn check_now(&self, account: AccountId) -> Result<()> {
        self.retry_keyring(true);
        self.driver
            .command(&account, |command| Event::CheckNow { command })
            .await
            .map(drop)
    }

    /// The state of a top-up; one that has ended is known for a day.
    ///
    /// # Errors
    /// `not_found`.
    pub fn top_up(&self, account: &AccountId, id: &str) -> Result<TopUpView> {
        self.top_up_view(&self.connection(account)?, id)
    }

    /// Asks the provider to cancel. Only the provider's answer ends the top-up.
    pub async fn cancel_top_up(&self, account: AccountId, top_up: String) -> Result<()> {
        self.driver
            .command(&account, |command| Event::CancelTopUp {
                command,
                top_up_id: top_up,
            })
            .await
            .map(drop)
    }

    /// Reads the whole history again.
    pub async fn refresh_all(&self, account: AccountId) -> Result<()> {
        self.retry_keyring(true);
        if self
            .backfill(&account)
            .is_some_and(|backfill| backfill.paused)
        {
            self.store_backfill_paused(&account, false).await?;
        }
        self.driver
            .command(&account, |command| Event::RefreshAll { command })
            .await
            .map(drop)
    }

    /// The payment page's address for the clipboard.
    pub async fn checkout_link(&self, account: AccountId, top_up: String) -> Result<String> {
        Ok(self.allowed_checkout(&account, &top_up)?.to_string())
    }

    /// The payment page's address as a QR code in SVG.
    pub async fn checkout_qr(&self, account: AccountId, top_up: String) -> Result<String> {
        checkout::qr_svg(&self.allowed_checkout(&account, &top_up)?)
    }

    /// Allows another host for this account's payment pages, on the user's decision.
    pub async fn allow_checkout_host(&self, account: AccountId, host: String) -> Result<()> {
        check_host(&host)?;
        let mut changed = self.connection(&account)?.account;
        if !changed.added_checkout_hosts.contains(&host) {
            changed.added_checkout_hosts.push(host);
            self.save_account(changed).await?;
        }
        self.services.shell.changed(&Change::Account { account });
        Ok(())
    }

    fn allowed_checkout(&self, account: &AccountId, top_up: &str) -> Result<url::Url> {
        let connection = self.connection(account)?;
        let missing = || Error::new(Code::TopUpState, TopUpDetail::TopUpPageMissing);
        let state = self.driver.state(account).ok_or_else(missing)?;
        let top_up = state.top_ups.get(top_up).ok_or_else(missing)?;
        let raw = top_up.checkout.as_deref().ok_or_else(missing)?;
        connection.allow_checkout(raw, top_up.payment_provider.as_deref())
    }

    pub(super) fn top_up_view(&self, connection: &Connection, id: &str) -> Result<TopUpView> {
        self.driver
            .state(&connection.account.id)
            .and_then(|state| {
                let top_up = state.top_ups.get(id)?;
                Some(views::top_up(connection, top_up, state.status_read_at(id)))
            })
            .ok_or_else(|| Error::new(Code::NotFound, TopUpDetail::TopUpGone))
    }
}

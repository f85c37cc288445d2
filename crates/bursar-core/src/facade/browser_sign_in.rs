//! Signing in with the system's browser. One attempt at a time; it ends with its link, by its age, or when the user
//! cancels it.

use super::connect_account::NewAccount;
use super::{Bursar, lock};
use bursar_domain::account::AccountId;
use bursar_domain::checkout;
use bursar_domain::error::{Code, Error, Result, SignInDetail};
use bursar_domain::link::Link;
use bursar_domain::network::Network;
use bursar_domain::view::{Change, ConnectedAccount};
use bursar_provider::sign_in::SignInAttempt;
use std::sync::Arc;
use url::Url;

/// An attempt in progress and what to do with its result.
pub(super) struct PendingSignIn {
    attempt: SignInAttempt,
    network: Network,
    purpose: SignInPurpose,
}

enum SignInPurpose {
    Connect {
        address: Option<String>,
        label: Option<String>,
    },
    Renew(AccountId),
}

impl Bursar {
    /// Begins a sign-in that connects a new account, and returns the page to open. It replaces an attempt in progress.
    ///
    /// # Errors
    /// `sign_in_failed` if the network has no browser sign-in; `address_malformed`.
    pub async fn begin_sign_in(
        &self,
        network: String,
        address: Option<String>,
        label: Option<String>,
    ) -> Result<Url> {
        let network = self.network(&network).await?;
        if let Some(text) = address.as_deref().filter(|text| !text.trim().is_empty()) {
            bursar_domain::address::parse_address(text)?;
        }
        self.start_attempt(network, SignInPurpose::Connect { address, label })
    }

    /// Begins a sign-in that gives an account new tokens.
    pub async fn begin_sign_in_again(&self, account: AccountId) -> Result<Url> {
        let network = self.connection(&account)?.account.network;
        self.start_attempt(network, SignInPurpose::Renew(account))
    }

    /// Drops the attempt in progress; its link does nothing from now on.
    pub fn cancel_sign_in(&self) {
        lock(&self.pending_sign_in).take();
    }

    fn start_attempt(&self, network: Network, purpose: SignInPurpose) -> Result<Url> {
        let (attempt, address) = SignInAttempt::begin(&network, self.services.clock.now())?;
        let address = checkout::sign_in(&network, &address)?;
        *lock(&self.pending_sign_in) = Some(PendingSignIn {
            attempt,
            network,
            purpose,
        });
        Ok(address)
    }

    /// Handles the link that ends a sign-in. A link with another state than the attempt's changes nothing.
    pub(super) async fn sign_in_returned(self: &Arc<Self>, link: Link) {
        let state = match &link {
            Link::SignIn { state, .. } | Link::SignInRefused { state } => state,
            Link::TopUpReturn { .. } => return,
        };
        let waiting = {
            let mut slot = lock(&self.pending_sign_in);
            match slot.take() {
                Some(waiting) if waiting.attempt.expects(state) => waiting,
                other => {
                    *slot = other;
                    return;
                }
            }
        };
        self.services.shell.raise_window();
        let (error, account) = match self.finish_sign_in(waiting, &link).await {
            Ok(connected) => (None, Some(connected.account.id)),
            Err(error) => (Some(error), None),
        };
        self.services
            .shell
            .changed(&Change::SignIn { error, account });
    }

    async fn finish_sign_in(
        self: &Arc<Self>,
        waiting: PendingSignIn,
        link: &Link,
    ) -> Result<ConnectedAccount> {
        let Link::SignIn { code, state } = link else {
            return Err(Error::new(Code::SignInFailed, SignInDetail::SignInDenied));
        };
        let now = self.services.clock.now();
        let credential = waiting.attempt.finish(code, state, &self.http, now).await?;
        match waiting.purpose {
            SignInPurpose::Connect { address, label } => {
                self.connect_with(NewAccount {
                    network: waiting.network,
                    credential,
                    address,
                    label,
                    session_only: false,
                    key_expiry: None,
                })
                .await
            }
            SignInPurpose::Renew(account) => self.renew(account, credential, None).await,
        }
    }
}

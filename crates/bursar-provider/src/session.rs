//! One account's sign-in: its secret, the header for its requests, and the renewal of its token. The secret exists only
//! in the keyring or in memory. A renewed token is stored before it is used, and only one renewal runs at a time.

mod credential;
mod keyring_entry;
mod state;
mod token_renewal;

pub use credential::Credential;
pub(crate) use credential::checked;
pub use keyring_entry::keyring_entry_name;
pub use state::PendingKeyringWrite;

use bursar_domain::account::AccountId;
use bursar_domain::error::{Error, Result};
use bursar_domain::redact::Secrets;
use bursar_platform::keyring::SecretStore;
use state::SessionState;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One account's session.
pub struct Session {
    account: AccountId,
    secret_store: Arc<SecretStore>,
    state: Mutex<SessionState>,
    renewing: tokio::sync::Mutex<()>,
    may_renew: AtomicBool,
}

impl Session {
    /// A session without a credential.
    pub fn new(account: AccountId, secret_store: Arc<SecretStore>) -> Self {
        Self {
            account,
            secret_store,
            state: Mutex::default(),
            renewing: tokio::sync::Mutex::default(),
            may_renew: AtomicBool::new(true),
        }
    }

    /// Signs in with a secret, and first stores it in the keyring unless it is for this session only. Waits for a
    /// running renewal, whose result would otherwise replace the secret.
    ///
    /// # Errors
    /// `keyring_unavailable`: nothing changes, neither here nor in the keyring.
    pub async fn set_credential(&self, credential: Credential, session_only: bool) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        self.set_now(credential, session_only).await
    }

    async fn set_now(&self, credential: Credential, session_only: bool) -> Result<()> {
        if !session_only && let Err(error) = self.keep(&credential).await {
            if !self.is_kept() {
                // The keyring may still run the write once the user answers a prompt. This removal runs after the
                // write.
                self.secret_store
                    .remove_in_background(&self.keyring_entry_name());
            }
            return Err(error);
        }
        self.state().put(Some(credential), session_only);
        Ok(())
    }

    /// Signs in with a secret that belongs in the keyring. If the keyring fails, the session uses the secret anyway and
    /// stores it as soon as possible.
    ///
    /// # Errors
    /// `keyring_unavailable`: the secret is only in memory so far.
    pub async fn set_and_keep(&self, credential: Credential) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        let kept = self.keep(&credential).await;
        let mut state = self.state();
        state.put(Some(credential), false);
        if kept.is_err() {
            state.pending_write = PendingKeyringWrite::Store { spent: false };
            self.secret_store.notify_changed();
        }
        kept
    }

    /// Signs out: drops the secret at once and removes it from the keyring.
    ///
    /// # Errors
    /// `keyring_unavailable`: the secret is dropped here, but may still be in the keyring.
    pub async fn sign_out(&self) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        {
            let mut state = self.state();
            state.put(None, false);
            state.pending_write = PendingKeyringWrite::Remove;
        }
        self.secret_store.remove(&self.keyring_entry_name()).await?;
        self.state().pending_write = PendingKeyringWrite::None;
        Ok(())
    }

    /// Drops the secret of this sign-in, because it turned out to belong to another user. Requests fail with `why` from
    /// then on. The secret of a later sign-in stays. If the secret was for this session only, the keyring does not
    /// change.
    pub async fn discard_sign_in(&self, sign_in: u64, why: Error) {
        let _renewing = self.renewing.lock().await;
        let kept = {
            let mut state = self.state();
            if state.sign_in != sign_in {
                return;
            }
            let kept = !state.session_only;
            state.put(None, false);
            state.discarded = Some(why);
            kept
        };
        if kept {
            self.forget_stored();
        }
    }

    pub fn signed_in(&self) -> bool {
        self.state().credential.is_some()
    }

    /// The number of the current sign-in. Every credential that is set gets a new number, because it may belong to
    /// another user. A renewed token keeps the number.
    pub fn sign_in_id(&self) -> u64 {
        self.state().sign_in
    }

    /// Whether the browser signed the account in, so that there is no key. `false` while nothing is known.
    pub fn signed_in_by_browser(&self) -> bool {
        matches!(self.state().credential, Some(Credential::Tokens { .. }))
    }

    /// Whether the secret is lost when this process ends.
    pub fn session_only(&self) -> bool {
        self.state().is_for_session_only()
    }

    /// Returns the header that authenticates a request. `header` makes it from the credential.
    ///
    /// # Errors
    /// `signed_out`, the keyring's error, or why the credential was discarded.
    pub fn authorize<T>(&self, header: impl FnOnce(&Credential) -> T) -> Result<T> {
        self.state().credential().map(header)
    }

    /// Removes this session's secrets and `used`, the header of the request, from the response body, because a server
    /// may repeat them.
    pub(crate) fn without_secrets(&self, body: Vec<u8>, used: Option<&str>) -> Vec<u8> {
        let mut secrets = Secrets::default();
        if let Some(used) = used {
            secrets.add(used);
        }
        if let Some(state) = &self.state().credential {
            state.add_to(&mut secrets);
        }
        secrets.clear_json(body)
    }

    fn state(&self) -> MutexGuard<'_, SessionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("account", &self.account)
            .field("credential", &self.state().credential)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

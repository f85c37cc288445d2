//! One account's sign-in: its secret, the header for its requests, and the renewal of its token. The secret exists only
//! in the keyring or in memory. A renewed token is stored before it is used, and only one renewal runs at a time.

mod credential;
mod state;

pub use credential::Credential;
pub(crate) use credential::checked;
pub use state::PendingKeyringWrite;

use crate::sign_in::{self, Renewal};
use bursar_domain::account::AccountId;
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::redact::Secrets;
use bursar_platform::http::Http;
use bursar_platform::keyring::SecretStore;
use state::{KeyringReply, SessionState, signed_out};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

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

    /// Sets whether the keyring should have an entry for this account. If not, the session does not read the keyring,
    /// and the account counts as signed out at once.
    pub fn expect_keyring_entry(&self, expected: bool) {
        let mut state = self.state();
        state.expected = expected;
        if !expected && state.credential.is_none() {
            state.reply = KeyringReply::Answered;
        }
    }

    /// Whether to read the keyring: an entry should be there, and no secret is in memory.
    pub fn needs_keyring_read(&self) -> bool {
        let state = self.state();
        state.credential.is_none() && state.discarded.is_none() && state.expected
    }

    /// The change that is not in the keyring yet.
    pub fn pending_keyring_write(&self) -> PendingKeyringWrite {
        self.state().pending_write
    }

    /// Reads the secret from the keyring, within 2 s. Returns whether there is one. If a secret for this session only
    /// is in memory, that secret stays, and the keyring is not read.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn load(&self) -> Result<bool> {
        if self.session_only() {
            return Ok(true);
        }
        let stored = self.secret_store.get(&self.keyring_entry_name()).await;
        self.take(stored)
    }

    /// Like [`Session::load`], but opens no prompt, and waits for a prompt that the user is already answering.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn load_after_prompt(&self) -> Result<bool> {
        if self.session_only() {
            return Ok(true);
        }
        let stored = self
            .secret_store
            .get_after_prompt(&self.keyring_entry_name())
            .await;
        self.take(stored)
    }

    fn take(&self, stored: Result<Option<Zeroizing<String>>>) -> Result<bool> {
        let mut state = self.state();
        // A secret that was set during the read is newer.
        if state.credential.is_some() {
            return Ok(true);
        }
        match stored {
            Ok(stored) => {
                state.reply = KeyringReply::Answered;
                if let Some(found) = stored.and_then(|text| Credential::from_stored(&text)) {
                    state.put(Some(found), false);
                }
                Ok(state.credential.is_some())
            }
            Err(error) => {
                state.reply = KeyringReply::Failed(error.clone());
                Err(error)
            }
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

    /// Writes the pending change to the keyring, without a prompt. Returns whether a change was pending.
    ///
    /// # Errors
    /// `keyring_unavailable`: the change is still pending.
    pub async fn write_pending(&self) -> Result<bool> {
        let _renewing = self.renewing.lock().await;
        let (pending_write, credential) = {
            let state = self.state();
            (state.pending_write, state.credential.clone())
        };
        match (pending_write, credential) {
            (PendingKeyringWrite::None, _) => return Ok(false),
            (PendingKeyringWrite::Store { .. }, Some(credential)) => {
                let stored = credential.to_stored()?;
                self.secret_store
                    .set_without_prompt(&self.keyring_entry_name(), stored)
                    .await?;
            }
            (PendingKeyringWrite::Store { .. }, None) | (PendingKeyringWrite::Remove, _) => {
                self.secret_store
                    .remove_without_prompt(&self.keyring_entry_name())
                    .await?;
            }
        }
        self.state().pending_write = PendingKeyringWrite::None;
        Ok(true)
    }

    /// Removes this account's entry from the keyring and returns `true`. If the entry is the current secret, keeps it
    /// and returns `false`.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn remove_stored(&self) -> Result<bool> {
        let _renewing = self.renewing.lock().await;
        if self.is_kept() {
            return Ok(false);
        }
        self.secret_store
            .remove_without_prompt(&self.keyring_entry_name())
            .await?;
        let mut state = self.state();
        if state.pending_write == PendingKeyringWrite::Remove {
            state.pending_write = PendingKeyringWrite::None;
        }
        Ok(true)
    }

    /// Stores a session-only secret in the keyring. The stored secret is the current one, because a token may have been
    /// renewed since the sign-in.
    ///
    /// # Errors
    /// `signed_out`; `keyring_unavailable`: the secret remains for this session only.
    pub async fn persist(&self) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        let credential = self.state().credential.clone().ok_or_else(signed_out)?;
        self.set_now(credential, false).await
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

    /// Removes the keyring entry in the background, or later if that fails.
    fn forget_stored(&self) {
        self.state().pending_write = PendingKeyringWrite::Remove;
        self.secret_store
            .remove_in_background(&self.keyring_entry_name());
        self.secret_store.notify_changed();
    }

    pub fn signed_in(&self) -> bool {
        self.state().credential.is_some()
    }

    /// Whether the session cannot know yet if there is a secret, because the keyring has not answered or may hide the
    /// entry.
    pub fn waits_for_keyring(&self) -> bool {
        self.state().waits_for_keyring()
    }

    /// The keyring's error while the session waits for the secret, because the keyring cannot be used or may hide the
    /// entry.
    pub fn keyring_error(&self) -> Option<Error> {
        let state = self.state();
        match &state.reply {
            KeyringReply::Failed(error) if state.waits_for_keyring() => Some(error.clone()),
            KeyringReply::NotYet | KeyringReply::Failed(_) | KeyringReply::Answered => None,
        }
    }

    fn is_kept(&self) -> bool {
        let state = self.state();
        state.credential.is_some() && !state.is_for_session_only()
    }

    /// Whether this process can restart without losing the secret or asking the user again: either the keyring returns
    /// the secret now, or there is no secret.
    pub async fn survives_restart(&self) -> bool {
        if self.session_only()
            || self.waits_for_keyring()
            || self.pending_keyring_write() != PendingKeyringWrite::None
        {
            return false;
        }
        !self.signed_in()
            || matches!(
                self.secret_store
                    .get_without_prompt(&self.keyring_entry_name())
                    .await,
                Ok(Some(_))
            )
    }

    /// The number of the current sign-in. Every credential that is set gets a new number, because it may belong to
    /// another user. A renewed token keeps the number.
    pub fn sign_in_id(&self) -> u64 {
        self.state().sign_in
    }

    /// Whether the secret is lost when this process ends.
    pub fn session_only(&self) -> bool {
        self.state().is_for_session_only()
    }

    /// Forbids renewals. A process other than the engine's calls this, because a renewal here would invalidate the
    /// engine's token.
    pub fn forbid_refresh(&self) {
        self.may_renew.store(false, Ordering::Release);
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

    /// Renews the current access token.
    ///
    /// # Errors
    /// The errors of [`Session::refresh_rejected`].
    pub async fn refresh(&self, renewal: &Renewal, http: &Http) -> Result<()> {
        let (_, header) = self.authorize(Credential::bearer)?;
        self.refresh_rejected(&header, renewal, http).await
    }

    /// Renews the access token, unless the rejected token has been renewed already. `rejected` is the value of the
    /// header that the provider rejected.
    ///
    /// # Errors
    /// `unauthorized` without a refresh token, `signed_out` if the provider rejects the renewal, `engine_running` if
    /// renewals are forbidden, and the errors of HTTP.
    pub async fn refresh_rejected(
        &self,
        rejected: &str,
        renewal: &Renewal,
        http: &Http,
    ) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        let refresh = {
            let state = self.state();
            let credential = state.credential.as_ref().ok_or_else(signed_out)?;
            if rejected.rsplit(' ').next() != Some(credential.secret()) {
                return Ok(());
            }
            match credential {
                Credential::Tokens {
                    refresh: Some(refresh),
                    ..
                } => refresh.clone(),
                Credential::Tokens { refresh: None, .. } | Credential::ApiKey(_) => {
                    return Err(unauthorized());
                }
            }
        };
        if !self.may_renew.load(Ordering::Acquire) {
            return Err(Error::passing(
                Code::EngineRunning,
                "The sign-in has to be renewed, which the running app does.",
            ));
        }
        match sign_in::renew(renewal, &refresh, http).await {
            Ok(renewed) => {
                self.replace(renewed).await;
                Ok(())
            }
            Err(error) if error.code == Code::SignedOut => {
                self.state().put(None, false);
                self.forget_stored();
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Stores a renewed token, then uses it. The old token no longer works. If the keyring fails, the session therefore
    /// uses the new token anyway and stores it as soon as possible.
    async fn replace(&self, renewed: Credential) {
        let wanted = !self.state().session_only;
        let kept = match renewed.to_stored() {
            Ok(stored) if wanted => {
                self.secret_store
                    .set_without_prompt(&self.keyring_entry_name(), stored)
                    .await
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        let mut state = self.state();
        state.credential = Some(renewed);
        state.pending_write = match kept {
            Ok(()) => PendingKeyringWrite::None,
            Err(error) => {
                tracing::warn!(code = ?error.code, "a renewed token could not be kept yet");
                self.secret_store.notify_changed();
                PendingKeyringWrite::Store { spent: true }
            }
        };
    }

    async fn keep(&self, credential: &Credential) -> Result<()> {
        self.secret_store
            .set(&self.keyring_entry_name(), credential.to_stored()?)
            .await
    }

    /// The name of this account's entry in the keyring.
    pub fn keyring_entry_name(&self) -> String {
        keyring_entry_name(&self.account)
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

/// The name of an account's entry in the keyring.
pub fn keyring_entry_name(account: &AccountId) -> String {
    format!("account/{account}")
}

fn unauthorized() -> Error {
    Error::new(
        Code::Unauthorized,
        "The provider rejects the key or sign-in of this account. Sign in again or make a new key.",
    )
}

#[cfg(test)]
mod tests;

//! The session's entry in the keyring: reading it, writing it now or later, and removing it.

use super::state::{KeyringReply, signed_out};
use super::{Credential, PendingKeyringWrite, Session};
use bursar_domain::account::AccountId;
use bursar_domain::error::{Error, Result};
use zeroize::Zeroizing;

impl Session {
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

    /// Removes the keyring entry in the background, or later if that fails.
    pub(super) fn forget_stored(&self) {
        self.state().pending_write = PendingKeyringWrite::Remove;
        self.secret_store
            .remove_in_background(&self.keyring_entry_name());
        self.secret_store.notify_changed();
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

    pub(super) fn is_kept(&self) -> bool {
        let state = self.state();
        state.credential.is_some() && !state.is_for_session_only()
    }

    /// Whether this process can restart without losing the secret or asking the user again: either the keyring would return
    /// the secret to the next process without a prompt, or there is no secret.
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
                    .has_for_next_process(&self.keyring_entry_name())
                    .await,
                Ok(true)
            )
    }

    pub(super) async fn keep(&self, credential: &Credential) -> Result<()> {
        self.secret_store
            .set(&self.keyring_entry_name(), credential.to_stored()?)
            .await
    }

    /// The name of this account's entry in the keyring.
    pub fn keyring_entry_name(&self) -> String {
        keyring_entry_name(&self.account)
    }
}

/// The name of an account's entry in the keyring.
pub fn keyring_entry_name(account: &AccountId) -> String {
    format!("account/{account}")
}

//! What a session holds in memory, and what it knows about its keyring entry.

use super::credential::Credential;
use bursar_domain::error::{Code, Error, Result, SignInDetail};

#[derive(Default)]
pub(super) struct SessionState {
    pub(super) credential: Option<Credential>,
    pub(super) session_only: bool,
    /// Counts the credentials that were set. A renewed token keeps its number.
    pub(super) sign_in: u64,
    /// Why Bursar discarded the last credential. `None` if the user signed out.
    pub(super) discarded: Option<Error>,
    pub(super) reply: KeyringReply,
    pub(super) pending_write: PendingKeyringWrite,
    /// Whether the keyring should have an entry. If so, the session reads it while it has no credential.
    pub(super) expected: bool,
}

/// The keyring's last reply about this account's entry.
#[derive(Default)]
pub(super) enum KeyringReply {
    #[default]
    NotYet,
    /// The keyring cannot be used, or may hide the entry.
    Failed(Error),
    /// The keyring returned the entry, or there is none.
    Answered,
}

/// A change that is not in the keyring yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PendingKeyringWrite {
    #[default]
    None,
    /// Store the current secret. If `spent`, the refresh token in the keyring can no longer be used.
    Store { spent: bool },
    /// Remove the entry.
    Remove,
}

impl SessionState {
    pub(super) fn put(&mut self, credential: Option<Credential>, session_only: bool) {
        *self = Self {
            credential,
            session_only,
            sign_in: self.sign_in.saturating_add(1),
            discarded: None,
            reply: KeyringReply::Answered,
            pending_write: PendingKeyringWrite::None,
            expected: false,
        };
    }

    pub(super) fn credential(&self) -> Result<&Credential> {
        let why = || match (&self.discarded, &self.reply) {
            (Some(why), _) | (None, KeyringReply::Failed(why)) => why.clone(),
            (None, KeyringReply::NotYet | KeyringReply::Answered) => signed_out(),
        };
        self.credential.as_ref().ok_or_else(why)
    }

    pub(super) fn is_for_session_only(&self) -> bool {
        self.credential.is_some()
            && (self.session_only
                || matches!(self.pending_write, PendingKeyringWrite::Store { .. }))
    }

    pub(super) fn waits_for_keyring(&self) -> bool {
        self.credential.is_none()
            && self.discarded.is_none()
            && !matches!(self.reply, KeyringReply::Answered)
    }
}

pub(super) fn signed_out() -> Error {
    Error::new(Code::SignedOut, SignInDetail::SignedOut)
}

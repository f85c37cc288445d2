//! One account's secret and what it becomes on a request. The secret is in the keyring or in memory, nowhere
//! else; a renewed token is kept before it is used, and only one renewal runs at a time.

use bursar_platform::keyring::SecretStore;

use crate::sign_in::{self, Renewal};
use bursar_domain::account::AccountId;
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::redact::Secrets;
use bursar_platform::http::Http;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// The longest key or token, in bytes.
const MAX_CREDENTIAL_BYTES: usize = 8_192;

/// What proves to the provider who is asking. Printing it shows nothing; memory is cleared after use.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    ApiKey(Zeroizing<String>),
    Tokens {
        access: Zeroizing<String>,
        /// Without one the user signs in again when the access token has run out.
        refresh: Option<Zeroizing<String>>,
    },
}

impl Credential {
    /// A key as somebody pasted it: white space around it is dropped.
    ///
    /// # Errors
    /// `unauthorized` when it is empty or has characters that no key has.
    pub fn api_key(text: &str) -> Result<Self> {
        checked(text.trim()).map(Self::ApiKey).ok_or_else(|| {
            Error::new(
                Code::Unauthorized,
                "That is not a key: it is empty or has characters that no key has. Copy it again.",
            )
        })
    }

    fn from_stored(text: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(text).ok()?;
        // Each of these is wiped when it goes, whether it is used or not.
        let [key, access, refresh] = [stored.api_key, stored.access, stored.refresh]
            .map(|secret| secret.map(Zeroizing::new));
        match (key, access) {
            (Some(key), None) => checked(&key).map(Self::ApiKey),
            (None, Some(access)) => Some(Self::Tokens {
                access: checked(&access)?,
                refresh: match refresh {
                    Some(refresh) => Some(checked(&refresh)?),
                    None => None,
                },
            }),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }

    fn to_stored(&self) -> Result<Zeroizing<String>> {
        let (api_key, access, refresh) = match self {
            Self::ApiKey(key) => (Some(key), None, None),
            Self::Tokens { access, refresh } => (None, Some(access), refresh.as_ref()),
        };
        let written = Written {
            api_key: api_key.map(|text| text.as_str()),
            access: access.map(|text| text.as_str()),
            refresh: refresh.map(|text| text.as_str()),
        };
        serde_json::to_string(&written)
            .map(Zeroizing::new)
            .map_err(|_| Error::new(Code::Internal, "The key could not be written down."))
    }

    fn add_to(&self, secrets: &mut Secrets) {
        match self {
            Self::ApiKey(key) => secrets.add(key),
            Self::Tokens { access, refresh } => {
                secrets.add(access);
                if let Some(refresh) = refresh {
                    secrets.add(refresh);
                }
            }
        }
    }

    /// The header of those who take keys and tokens alike: `Authorization: Bearer …`.
    pub fn bearer(&self) -> (&'static str, String) {
        ("authorization", format!("Bearer {}", self.secret()))
    }

    /// The key, or the access token.
    fn secret(&self) -> &str {
        match self {
            Self::ApiKey(key) => key,
            Self::Tokens { access, .. } => access,
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiKey(_) => "ApiKey(…)",
            Self::Tokens { .. } => "Tokens(…)",
        })
    }
}

/// A key or token that can stand in a header: 1 to 8192 visible ASCII characters.
pub(crate) fn checked(text: &str) -> Option<Zeroizing<String>> {
    let fits = (1..=MAX_CREDENTIAL_BYTES).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_graphic());
    fits.then(|| Zeroizing::new(text.to_owned()))
}

#[derive(Deserialize)]
struct Stored {
    api_key: Option<String>,
    access: Option<String>,
    refresh: Option<String>,
}

#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh: Option<&'a str>,
}

/// One account's session.
pub struct Session {
    account: AccountId,
    secret_store: Arc<SecretStore>,
    held: Mutex<SessionState>,
    renewing: tokio::sync::Mutex<()>,
    may_renew: AtomicBool,
}

#[derive(Default)]
struct SessionState {
    credential: Option<Credential>,
    session_only: bool,
    /// Counts the credentials that somebody put here; a renewed token goes on with its number.
    sign_in: u64,
    /// Why the last one was let go, where it was not the user who did.
    discarded: Option<Error>,
    answer: KeyringReply,
    owed: PendingKeyringWrite,
    /// Whether an entry of the keyring is looked for where none is held.
    expected: bool,
}

/// What the keyring has said about this account's entry.
#[derive(Default)]
enum KeyringReply {
    #[default]
    NotYet,
    /// It cannot be used, or may be hiding the entry.
    Failed(Error),
    /// It has given the entry, or there is none.
    Given,
}

/// What the keyring has still to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PendingKeyringWrite {
    #[default]
    None,
    /// The secret that is held. Where `spent`, what the keyring has instead has been used up.
    Store { spent: bool },
    /// That the entry is to be removed.
    Remove,
}

impl SessionState {
    fn put(&mut self, credential: Option<Credential>, session_only: bool) {
        *self = Self {
            credential,
            session_only,
            sign_in: self.sign_in.saturating_add(1),
            discarded: None,
            answer: KeyringReply::Given,
            owed: PendingKeyringWrite::None,
            expected: false,
        };
    }

    fn credential(&self) -> Result<&Credential> {
        let why = || match (&self.discarded, &self.answer) {
            (Some(why), _) | (None, KeyringReply::Failed(why)) => why.clone(),
            (None, KeyringReply::NotYet | KeyringReply::Given) => signed_out(),
        };
        self.credential.as_ref().ok_or_else(why)
    }

    fn is_for_the_session(&self) -> bool {
        self.credential.is_some()
            && (self.session_only || matches!(self.owed, PendingKeyringWrite::Store { .. }))
    }

    fn waits_for_keyring(&self) -> bool {
        self.credential.is_none()
            && self.discarded.is_none()
            && !matches!(self.answer, KeyringReply::Given)
    }
}

impl Session {
    /// A session that holds nothing yet.
    pub fn new(account: AccountId, secret_store: Arc<SecretStore>) -> Self {
        Self {
            account,
            secret_store,
            held: Mutex::default(),
            renewing: tokio::sync::Mutex::default(),
            may_renew: AtomicBool::new(true),
        }
    }

    /// Says whether the keyring should have an entry of this account. Where it should not, nothing is looked for, and
    /// the account counts as signed out at once.
    pub fn expect_keyring_entry(&self, expected: bool) {
        let mut held = self.held();
        held.expected = expected;
        if !expected && held.credential.is_none() {
            held.answer = KeyringReply::Given;
        }
    }

    /// Whether the keyring is to be asked: it should have a secret, and none is held.
    pub fn needs_keyring_read(&self) -> bool {
        let held = self.held();
        held.credential.is_none() && held.discarded.is_none() && held.expected
    }

    /// What the keyring has still to be told.
    pub fn pending_keyring_write(&self) -> PendingKeyringWrite {
        self.held().owed
    }

    /// Takes the secret from the keyring, waiting 2 s at most; whether there is one. A secret that was
    /// given for this session only stays.
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

    /// The same without asking the user to unlock anything, in turn with a prompt that is being answered.
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
        let mut held = self.held();
        // A secret that somebody put while the keyring was being read is newer.
        if held.credential.is_some() {
            return Ok(true);
        }
        match stored {
            Ok(stored) => {
                held.answer = KeyringReply::Given;
                if let Some(found) = stored.and_then(|text| Credential::from_stored(&text)) {
                    held.put(Some(found), false);
                }
                Ok(held.credential.is_some())
            }
            Err(error) => {
                held.answer = KeyringReply::Failed(error.clone());
                Err(error)
            }
        }
    }

    /// Signs in: keeps the secret in the keyring and then uses it, or only uses it. It waits for a renewal under
    /// way, whose outcome would otherwise take its place.
    ///
    /// # Errors
    /// `keyring_unavailable`: nothing has changed then, and nothing stays in the keyring that was not there.
    pub async fn set_credential(&self, credential: Credential, session_only: bool) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        self.set_now(credential, session_only).await
    }

    async fn set_now(&self, credential: Credential, session_only: bool) -> Result<()> {
        if !session_only && let Err(error) = self.keep(&credential).await {
            if !self.is_kept() {
                // The write may still go through once a prompt is answered; this follows it.
                self.secret_store
                    .remove_in_background(&self.keyring_entry_name());
            }
            return Err(error);
        }
        self.held().put(Some(credential), session_only);
        Ok(())
    }

    /// Signs in with a secret that is to be kept: where the keyring fails it is used all the same, and stored at the
    /// next chance.
    ///
    /// # Errors
    /// `keyring_unavailable`: it is in memory only so far.
    pub async fn set_and_keep(&self, credential: Credential) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        let kept = self.keep(&credential).await;
        let mut held = self.held();
        held.put(Some(credential), false);
        if kept.is_err() {
            held.owed = PendingKeyringWrite::Store { spent: false };
            self.secret_store.notify_changed();
        }
        kept
    }

    /// Tells the keyring what it has still to be told, asking the user for nothing; whether there was anything.
    ///
    /// # Errors
    /// `keyring_unavailable`: it is still owed.
    pub async fn write_pending(&self) -> Result<bool> {
        let _renewing = self.renewing.lock().await;
        let (owed, credential) = {
            let held = self.held();
            (held.owed, held.credential.clone())
        };
        match (owed, credential) {
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
        self.held().owed = PendingKeyringWrite::None;
        Ok(true)
    }

    /// Removes what the keyring has of this account, unless it is what is held; whether nothing is there that should
    /// not be.
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
        let mut held = self.held();
        if held.owed == PendingKeyringWrite::Remove {
            held.owed = PendingKeyringWrite::None;
        }
        Ok(true)
    }

    /// Moves a secret that was for this session only into the keyring, as it is now: a token may have been
    /// renewed since it was put.
    ///
    /// # Errors
    /// `signed_out`; `keyring_unavailable`: it goes on for this session only.
    pub async fn persist(&self) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        let credential = self.held().credential.clone().ok_or_else(signed_out)?;
        self.set_now(credential, false).await
    }

    /// Signs out: forgets the secret at once and removes it from the keyring.
    ///
    /// # Errors
    /// `keyring_unavailable`: it is forgotten here, but may still be in the keyring.
    pub async fn sign_out(&self) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        {
            let mut held = self.held();
            held.put(None, false);
            held.owed = PendingKeyringWrite::Remove;
        }
        self.secret_store.remove(&self.keyring_entry_name()).await?;
        self.held().owed = PendingKeyringWrite::None;
        Ok(())
    }

    /// Forgets the secret of that sign-in, which turned out to be somebody else's, and says `why` from then on; a later one
    /// stays. One that was for this session only takes nothing out of the keyring.
    pub async fn discard_sign_in(&self, sign_in: u64, why: Error) {
        let _renewing = self.renewing.lock().await;
        let kept = {
            let mut held = self.held();
            if held.sign_in != sign_in {
                return;
            }
            let kept = !held.session_only;
            held.put(None, false);
            held.discarded = Some(why);
            kept
        };
        if kept {
            self.forget_stored();
        }
    }

    /// Has the keyring's entry removed without waiting for it, at the next chance if not now.
    fn forget_stored(&self) {
        self.held().owed = PendingKeyringWrite::Remove;
        self.secret_store
            .remove_in_background(&self.keyring_entry_name());
        self.secret_store.notify_changed();
    }

    pub fn signed_in(&self) -> bool {
        self.held().credential.is_some()
    }

    /// Whether nobody can know yet if there is a secret: the keyring has not answered, or may be hiding it.
    pub fn waits_for_keyring(&self) -> bool {
        self.held().waits_for_keyring()
    }

    /// Why the keyring has not given this account's secret, where it cannot be used or may be hiding it.
    pub fn keyring_error(&self) -> Option<Error> {
        let held = self.held();
        match &held.answer {
            KeyringReply::Failed(error) if held.waits_for_keyring() => Some(error.clone()),
            KeyringReply::NotYet | KeyringReply::Failed(_) | KeyringReply::Given => None,
        }
    }

    fn is_kept(&self) -> bool {
        let held = self.held();
        held.credential.is_some() && !held.is_for_the_session()
    }

    /// Whether another process would find the same secret: the keyring gives one now, or there is none. One that the
    /// keyring may yet give is not found again: the other process would ask the user anew.
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

    /// Another number for every credential that was put here: what was told to one may not hold for the next, which may
    /// be somebody else's. A renewed token is the same sign-in.
    pub fn sign_in_id(&self) -> u64 {
        self.held().sign_in
    }

    /// Whether the secret ends with this process.
    pub fn session_only(&self) -> bool {
        self.held().is_for_the_session()
    }

    /// From here on a token that has run out is not renewed: for a process beside the one that runs the
    /// engine, whose token a renewal here would end.
    pub fn forbid_refresh(&self) {
        self.may_renew.store(false, Ordering::Release);
    }

    /// The header that proves who is asking, as `header` makes it of what is held.
    ///
    /// # Errors
    /// `signed_out`, or why it was disowned.
    pub fn authorize<T>(&self, header: impl FnOnce(&Credential) -> T) -> Result<T> {
        self.held().credential().map(header)
    }

    /// An answer's body without what this session holds and without `used`, the header that the request was authorised
    /// by: a server may say either back.
    pub(crate) fn without_secrets(&self, body: Vec<u8>, used: Option<&str>) -> Vec<u8> {
        let mut secrets = Secrets::default();
        if let Some(used) = used {
            secrets.add(used);
        }
        if let Some(held) = &self.held().credential {
            held.add_to(&mut secrets);
        }
        secrets.clear_json(body)
    }

    /// Renews the access token that is held now.
    ///
    /// # Errors
    /// As [`Session::refresh_rejected`].
    pub async fn refresh(&self, renewal: &Renewal, http: &Http) -> Result<()> {
        let (_, header) = self.authorize(Credential::bearer)?;
        self.refresh_rejected(&header, renewal, http).await
    }

    /// Renews the access token, unless the one that the provider rejected has been renewed since.
    /// `rejected` is the value of the header that carried it.
    ///
    /// # Errors
    /// `unauthorized` where there is nothing to renew with, `signed_out` when the provider rejects the
    /// renewal, `engine_running` where renewing is forbidden, and the transport's.
    pub async fn refresh_rejected(
        &self,
        rejected: &str,
        renewal: &Renewal,
        http: &Http,
    ) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        let refresh = {
            let held = self.held();
            let credential = held.credential.as_ref().ok_or_else(signed_out)?;
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
                self.held().put(None, false);
                self.forget_stored();
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps a renewed token, then uses it. Where the keyring fails midway the old token is spent already: the new one is
    /// used, and stored at the next chance.
    async fn replace(&self, renewed: Credential) {
        let wanted = !self.held().session_only;
        let kept = match renewed.to_stored() {
            Ok(stored) if wanted => {
                self.secret_store
                    .set_without_prompt(&self.keyring_entry_name(), stored)
                    .await
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        let mut held = self.held();
        held.credential = Some(renewed);
        held.owed = match kept {
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

    fn held(&self) -> MutexGuard<'_, SessionState> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("account", &self.account)
            .field("credential", &self.held().credential)
            .finish_non_exhaustive()
    }
}

/// The name of an account's entry in the keyring.
pub fn keyring_entry_name(account: &AccountId) -> String {
    format!("account/{account}")
}

fn signed_out() -> Error {
    Error::new(
        Code::SignedOut,
        "This account is signed out. Sign in again to go on.",
    )
}

fn unauthorized() -> Error {
    Error::new(
        Code::Unauthorized,
        "The provider rejects the key or sign-in of this account. Sign in again or make a new key.",
    )
}

#[cfg(test)]
mod tests;

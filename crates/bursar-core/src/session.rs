//! One account's secret and what it becomes on a request. The secret is in the keyring or in memory, nowhere
//! else; a renewed token is kept before it is used, and only one renewal runs at a time.

pub use crate::vault::Vault;

use crate::account::AccountId;
use crate::error::{Code, Error, Result};
use crate::http::Http;
use crate::network::Network;
use crate::sign_in;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// The longest key or token, in bytes.
const LONGEST: usize = 8_192;

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

    fn bearer(&self) -> (&'static str, String) {
        let secret = match self {
            Self::ApiKey(key) => key.as_str(),
            Self::Tokens { access, .. } => access.as_str(),
        };
        ("authorization", format!("Bearer {secret}"))
    }

    fn header(&self) -> (&'static str, String) {
        match self {
            Self::ApiKey(key) => ("x-api-key", key.as_str().to_owned()),
            Self::Tokens { access, .. } => ("authorization", format!("Bearer {}", access.as_str())),
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
    let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
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
    vault: Arc<Vault>,
    held: Mutex<Held>,
    renewing: tokio::sync::Mutex<()>,
    may_renew: AtomicBool,
    /// The keyring has said what it has, or that it cannot.
    asked: AtomicBool,
}

#[derive(Default)]
struct Held {
    credential: Option<Credential>,
    session_only: bool,
    /// Counts the credentials that somebody put here; a renewed token goes on with its number.
    sign_in: u64,
    /// Why the last one was let go, where it was not the user who did.
    disowned: Option<Error>,
}

impl Held {
    fn put(&mut self, credential: Option<Credential>, session_only: bool) {
        *self = Self {
            credential,
            session_only,
            sign_in: self.sign_in.saturating_add(1),
            disowned: None,
        };
    }

    fn credential(&self) -> Result<&Credential> {
        let why = || self.disowned.clone().unwrap_or_else(signed_out);
        self.credential.as_ref().ok_or_else(why)
    }
}

impl Session {
    /// A session that holds nothing yet.
    pub fn new(account: AccountId, vault: Arc<Vault>) -> Self {
        Self {
            account,
            vault,
            held: Mutex::default(),
            renewing: tokio::sync::Mutex::default(),
            may_renew: AtomicBool::new(true),
            asked: AtomicBool::new(false),
        }
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
        let stored = self.vault.get(&self.name()).await;
        self.asked.store(true, Ordering::Relaxed);
        Ok(self.take(stored?))
    }

    /// The same, waiting 30 s at most for the user to unlock the keyring.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn load_patiently(&self) -> Result<bool> {
        if self.session_only() {
            return Ok(true);
        }
        let stored = self.vault.get_patiently(&self.name()).await?;
        Ok(self.take(stored))
    }

    fn take(&self, stored: Option<Zeroizing<String>>) -> bool {
        let mut held = self.held();
        // A secret that somebody put while the keyring was being read is newer.
        if held.credential.is_none() {
            let found = stored.and_then(|text| Credential::from_stored(&text));
            held.put(found, false);
        }
        held.credential.is_some()
    }

    /// Signs in: keeps the secret in the keyring and then uses it, or only uses it. It waits for a renewal under
    /// way, whose outcome would otherwise take its place.
    ///
    /// # Errors
    /// `keyring_unavailable`: nothing has changed then, and nothing stays in the keyring that was not there.
    pub async fn put(&self, credential: Credential, session_only: bool) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        self.put_now(credential, session_only).await
    }

    async fn put_now(&self, credential: Credential, session_only: bool) -> Result<()> {
        if !session_only && let Err(error) = self.keep(&credential).await {
            if !self.is_kept() {
                // The write may still go through once a prompt is answered; this follows it.
                self.vault.forget(&self.name());
            }
            return Err(error);
        }
        self.held().put(Some(credential), session_only);
        Ok(())
    }

    /// Moves a secret that was for this session only into the keyring, as it is now: a token may have been
    /// renewed since it was put.
    ///
    /// # Errors
    /// `signed_out`; `keyring_unavailable`: it goes on for this session only.
    pub async fn persist(&self) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        let credential = self.held().credential.clone().ok_or_else(signed_out)?;
        self.put_now(credential, false).await
    }

    /// Signs out: forgets the secret at once and removes it from the keyring.
    ///
    /// # Errors
    /// `keyring_unavailable`: it is forgotten here, but may still be in the keyring.
    pub async fn clear(&self) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        self.held().put(None, false);
        self.vault.remove(&self.name()).await
    }

    /// Forgets the secret of that sign-in, which turned out to be somebody else's, and says `why` from then on; a later one
    /// stays. One that was for this session only takes nothing out of the keyring.
    pub(crate) async fn disown(&self, sign_in: u64, why: Error) {
        let _renewing = self.renewing.lock().await;
        let kept = {
            let mut held = self.held();
            if held.sign_in != sign_in {
                return;
            }
            let kept = !held.session_only;
            held.put(None, false);
            held.disowned = Some(why);
            kept
        };
        if kept {
            self.vault.forget(&self.name());
        }
    }

    pub fn signed_in(&self) -> bool {
        self.held().credential.is_some()
    }

    /// Whether nobody can know yet if there is a secret.
    pub fn waits_for_keyring(&self) -> bool {
        !self.asked.load(Ordering::Relaxed) && !self.signed_in()
    }

    fn is_kept(&self) -> bool {
        let held = self.held();
        held.credential.is_some() && !held.session_only
    }

    /// Whether another process would find the same secret: the keyring gives one now, or there is none.
    pub async fn can_be_found_again(&self) -> bool {
        if self.session_only() {
            return false;
        }
        !self.signed_in() || matches!(self.vault.get(&self.name()).await, Ok(Some(_)))
    }

    /// Another number for every credential that was put here: what was told to one may not hold for the next, which may
    /// be somebody else's. A renewed token is the same sign-in.
    pub fn sign_in(&self) -> u64 {
        self.held().sign_in
    }

    /// Whether the secret ends with this process.
    pub fn session_only(&self) -> bool {
        self.held().session_only
    }

    /// From here on a token that has run out is not renewed: for a process beside the one that runs the
    /// engine, whose token a renewal here would end.
    pub fn forbid_refresh(&self) {
        self.may_renew.store(false, Ordering::Release);
    }

    /// The header that proves who is asking.
    ///
    /// # Errors
    /// `signed_out`, or why it was disowned.
    pub fn authorize(&self) -> Result<(&'static str, String)> {
        self.held().credential().map(Credential::header)
    }

    /// The same for a provider that takes keys and tokens alike as `Authorization: Bearer`.
    ///
    /// # Errors
    /// As [`Session::authorize`].
    pub fn authorize_as_bearer(&self) -> Result<(&'static str, String)> {
        self.held().credential().map(Credential::bearer)
    }

    /// Renews the access token that is held now.
    ///
    /// # Errors
    /// As [`Session::refresh_rejected`].
    pub async fn refresh(&self, http: &Http, network: &Network) -> Result<()> {
        let (_, header) = self.authorize()?;
        self.refresh_rejected(&header, http, network).await
    }

    /// Renews the access token, unless the one that the provider rejected has been renewed since.
    /// `rejected` is the header's value as [`Session::authorize`] gave it.
    ///
    /// # Errors
    /// `unauthorized` where there is nothing to renew with, `signed_out` when the provider rejects the
    /// renewal, `engine_running` where renewing is forbidden, and the transport's.
    pub async fn refresh_rejected(
        &self,
        rejected: &str,
        http: &Http,
        network: &Network,
    ) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        let refresh = {
            let held = self.held();
            let credential = held.credential.as_ref().ok_or_else(signed_out)?;
            if credential.header().1 != rejected {
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
        match sign_in::renew(network, &refresh, http).await {
            Ok(renewed) => {
                self.replace(renewed).await;
                Ok(())
            }
            Err(error) if error.code == Code::SignedOut => {
                self.held().put(None, false);
                self.vault.forget(&self.name());
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps a renewed token, then uses it. When the keyring fails midway the old token is spent already,
    /// so the new one goes on for this session only.
    async fn replace(&self, renewed: Credential) {
        let session_only = self.session_only()
            || match self.keep(&renewed).await {
                Ok(()) => false,
                Err(error) => {
                    tracing::warn!(code = ?error.code, "a renewed token could not be kept");
                    true
                }
            };
        let mut held = self.held();
        held.credential = Some(renewed);
        held.session_only = session_only;
    }

    async fn keep(&self, credential: &Credential) -> Result<()> {
        self.vault.set(&self.name(), credential.to_stored()?).await
    }

    fn name(&self) -> String {
        format!("account/{}", self.account)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
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

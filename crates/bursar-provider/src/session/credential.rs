//! The secrets that a user signs in with, and how the keyring stores them.

use bursar_domain::error::{AccountDetail, Code, Error, InternalDetail, Result};
use bursar_domain::redact::Secrets;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

/// The longest key or token.
const MAX_CREDENTIAL_BYTES: usize = 8_192;

/// A secret that authenticates the user to the provider. `Debug` does not show it, and its memory is cleared after use.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    ApiKey(Zeroizing<String>),
    Tokens {
        access: Zeroizing<String>,
        /// Without a refresh token, the user has to sign in again once the access token has expired.
        refresh: Option<Zeroizing<String>>,
    },
}

impl Credential {
    /// An API key, as the user pasted it, without the white space around it.
    ///
    /// # Errors
    /// `unauthorized` if it is empty or has characters that no key has.
    pub fn api_key(text: &str) -> Result<Self> {
        checked(text.trim())
            .map(Self::ApiKey)
            .ok_or_else(|| Error::new(Code::Unauthorized, AccountDetail::KeyMalformed))
    }

    pub(super) fn from_stored(text: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(text).ok()?;
        // `Zeroizing` clears each secret when it is dropped, even if it was not used.
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

    pub(super) fn to_stored(&self) -> Result<Zeroizing<String>> {
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
            .map_err(|_| Error::new(Code::Internal, InternalDetail::step("serialize a key")))
    }

    pub(super) fn add_to(&self, secrets: &mut Secrets) {
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

    /// The header for APIs that accept both keys and tokens: `Authorization: Bearer …`.
    pub fn bearer(&self) -> (&'static str, String) {
        ("authorization", format!("Bearer {}", self.secret()))
    }

    /// The API key or the access token.
    pub(super) fn secret(&self) -> &str {
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

/// Returns the text as a secret if a header can carry it: 1 to 8192 visible ASCII characters.
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

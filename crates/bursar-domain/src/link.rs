//! Links that the browser hands back to the app. Only the exact forms are accepted. A link is a hint to check with the
//! provider and proves nothing. What it carries counts only for the request that expects its state.

use crate::error::{Code, Error, InternalDetail, LinkDetail, Result};
use std::fmt;
use std::ops::Deref;
use zeroize::Zeroizing;

/// The URL scheme for which the desktop opens the app.
pub const SCHEME: &str = crate::APP_ID;
/// The longest link, in bytes.
pub const LIMIT: usize = 2_048;

const TOP_UP_RETURN: &str = "org.bursar.desktop://top-up/return";
const SIGN_IN: &str = "org.bursar.desktop://sign-in";
/// The longest authorization code, in bytes.
const CODE_LIMIT: usize = 1_024;
/// The length of a state: 256 bits as lowercase hexadecimal digits.
const STATE_LENGTH: usize = 64;

/// A link in one of the accepted forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// The checkout page sent the browser back.
    TopUpReturn { state: LinkState },
    /// The user allowed access on the sign-in page.
    SignIn { code: SignInCode, state: LinkState },
    /// The sign-in page returned an error.
    SignInRefused { state: LinkState },
}

/// 256 random bits, written as 64 lowercase hexadecimal digits. Debug output hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkState(Zeroizing<String>);

impl LinkState {
    /// Parses a state; `None` unless the text is 64 lowercase hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == STATE_LENGTH
            && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares with the expected state. The comparison visits every byte, so its duration does not reveal how many
    /// match.
    pub fn matches(&self, expected: &str) -> bool {
        let differences = self
            .0
            .bytes()
            .zip(expected.bytes())
            .fold(0, |seen, (left, right)| seen | (left ^ right));
        differences == 0 && self.0.len() == expected.len()
    }
}

impl fmt::Debug for LinkState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkState(…)")
    }
}

/// An authorization code. Debug output hides the code.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInCode(Zeroizing<String>);

impl Deref for SignInCode {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SignInCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInCode(…)")
    }
}

/// Parses a link. Scheme, host and path are compared byte by byte; user info and a port are rejected. `state` appears
/// exactly once, and so does `code` or `error` in a sign-in. Other parameters are ignored. The fragment of a sign-in is
/// ignored too: some providers append one (`#_=_`), and a browser carries a page's fragment over to the address that
/// the page redirects to. A checkout receives its return address in full and sends the browser back to exactly that
/// address, so a fragment there is rejected.
///
/// # Errors
/// [`Code::LinkMalformed`]. The message never contains the link.
pub fn parse(text: &str) -> Result<Link> {
    if text.len() > LIMIT || !text.bytes().all(is_link_byte) {
        return Err(malformed());
    }
    let text = without_fragment(text)?;
    let (base, query) = text.split_once('?').ok_or_else(malformed)?;
    match base {
        TOP_UP_RETURN => {
            let state = once(query, "state")?
                .and_then(LinkState::parse)
                .ok_or_else(malformed)?;
            Ok(Link::TopUpReturn { state })
        }
        SIGN_IN => {
            let state = once(query, "state")?
                .and_then(LinkState::parse)
                .ok_or_else(malformed)?;
            match (once(query, "code")?, once(query, "error")?) {
                (Some(code), None) => {
                    let code = sign_in_code(code).ok_or_else(malformed)?;
                    Ok(Link::SignIn { code, state })
                }
                (None, Some(_)) => Ok(Link::SignInRefused { state }),
                (Some(_), Some(_)) | (None, None) => Err(malformed()),
            }
        }
        _ => Err(malformed()),
    }
}

/// Removes the fragment of a sign-in link; any other link with a fragment is rejected.
fn without_fragment(text: &str) -> Result<&str> {
    match text.split_once('#') {
        None => Ok(text),
        Some((link, _)) if link.split('?').next() == Some(SIGN_IN) => Ok(link),
        Some(_) => Err(malformed()),
    }
}

/// The address to which a checkout sends the browser back.
pub fn return_url(state: &str) -> String {
    format!("{TOP_UP_RETURN}?state={state}")
}

/// Creates a state: 256 bits of the system's randomness as 64 lowercase hexadecimal digits.
///
/// # Errors
/// [`Code::Internal`] if the system provides no random numbers.
pub fn new_state() -> Result<String> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut *bytes).map_err(|_| {
        Error::new(
            Code::Internal,
            InternalDetail::step("get random numbers from the system"),
        )
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Visible ASCII, except for characters that only attacks need: backslash, quotes, angle brackets and backticks.
fn is_link_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>' | b'`')
}

/// The value of a parameter that may appear at most once. A name that matches only after percent-decoding or without
/// regard to case is rejected, so that no second value can hide behind another spelling.
fn once<'a>(query: &'a str, name: &str) -> Result<Option<&'a str>> {
    let mut found = None;
    for parameter in query.split('&') {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let decoded = percent_decoded(key);
        let same = decoded
            .as_deref()
            .is_some_and(|key| key.eq_ignore_ascii_case(name.as_bytes()));
        if !same {
            continue;
        }
        if key != name || found.is_some() {
            return Err(malformed());
        }
        found = Some(value);
    }
    Ok(found)
}

/// Parses an authorization code, which may be percent-encoded. The decoded code is 1 to 1024 visible ASCII characters.
fn sign_in_code(value: &str) -> Option<SignInCode> {
    let bytes = percent_decoded(value)?;
    let fits = (1..=CODE_LIMIT).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    let code = fits.then(|| String::from_utf8(bytes).ok())??;
    Some(SignInCode(Zeroizing::new(code)))
}

/// Decodes percent-encoding; `None` if a percent sign is not followed by two hexadecimal digits.
fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let high = char::from(bytes.next()?).to_digit(16)?;
        let low = char::from(bytes.next()?).to_digit(16)?;
        decoded.push(u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok()?);
    }
    Some(decoded)
}

fn malformed() -> Error {
    Error::new(Code::LinkMalformed, LinkDetail::LinkUnknown)
}

//! Links that come back from the browser. Only the exact forms pass; a link is a hint to look and never
//! proves anything, and what it carries means something only to whoever expects its state.

use crate::error::{Code, Error, Result};
use std::fmt;
use std::ops::Deref;
use zeroize::Zeroizing;

/// The scheme that the desktop hands to the app.
pub const SCHEME: &str = crate::APP_ID;
/// The longest link, in bytes.
pub const LIMIT: usize = 2_048;

const TOP_UP_RETURN: &str = "org.bursar.desktop://top-up/return";
const SIGN_IN: &str = "org.bursar.desktop://sign-in";
/// The longest authorization code, in bytes.
const CODE_LIMIT: usize = 1_024;
/// The length of a state: 256 bits as lower-case hexadecimal digits.
const STATE_LENGTH: usize = 64;

/// A link of one of the exact forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// The checkout sent the browser back.
    TopUpReturn { state: LinkState },
    /// The sign-in page allowed it.
    SignIn { code: SignInCode, state: LinkState },
    /// The sign-in page did not.
    SignInRefused { state: LinkState },
}

/// 256 random bits, written as 64 lower-case hexadecimal digits. Printing it shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkState(Zeroizing<String>);

impl LinkState {
    /// Reads a state; `None` unless it is 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == STATE_LENGTH
            && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the expected state, in a time that does not tell how much of it is.
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

/// An authorization code. Printing it shows nothing.
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

/// Reads a link. Scheme, host and path are compared byte by byte; there is no user info or port; `state` comes once, and
/// so does `code` or `error` where it belongs. Other parameters are ignored, and so is the fragment of a sign-in: some
/// providers append one (`#_=_`), and a browser hands one on by itself where a page redirects it. A return address is
/// given to a checkout word by word and comes back so.
///
/// # Errors
/// [`Code::LinkMalformed`]; the link itself is never repeated in the message.
pub fn parse(text: &str) -> Result<Link> {
    if text.len() > LIMIT || !text.bytes().all(is_link_byte) {
        return Err(malformed());
    }
    let text = without_fragment(text)?;
    let (place, query) = text.split_once('?').ok_or_else(malformed)?;
    match place {
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

/// The link without the fragment that a sign-in's may have.
fn without_fragment(text: &str) -> Result<&str> {
    match text.split_once('#') {
        None => Ok(text),
        Some((link, _)) if link.split('?').next() == Some(SIGN_IN) => Ok(link),
        Some(_) => Err(malformed()),
    }
}

/// The address that a checkout sends the browser back to.
pub fn return_url(state: &str) -> String {
    format!("{TOP_UP_RETURN}?state={state}")
}

/// A new state: 256 bits of the system's randomness as 64 lower-case hexadecimal digits.
///
/// # Errors
/// [`Code::Internal`] when the system gives none.
pub fn new_state() -> Result<String> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut *bytes)
        .map_err(|_| Error::new(Code::Internal, "The system gives no random numbers."))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Visible ASCII without what only tricks need: no space, control character, backslash or quote.
fn is_link_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>' | b'`')
}

/// The value of a parameter that may come once at most. A second one hides nowhere: a name that only
/// becomes this one when it is decoded, or in small letters, counts too and is refused.
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

/// A code may come percent-encoded; what it decodes to is 1 to 1024 visible ASCII characters.
fn sign_in_code(value: &str) -> Option<SignInCode> {
    let bytes = percent_decoded(value)?;
    let fits = (1..=CODE_LIMIT).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    let code = fits.then(|| String::from_utf8(bytes).ok())??;
    Some(SignInCode(Zeroizing::new(code)))
}

/// `None` where a percent sign is not followed by two hexadecimal digits.
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
    Error::new(Code::LinkMalformed, "That link is not one of this app's.")
}

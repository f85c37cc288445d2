//! Removes secrets from server responses before anything is parsed, stored, logged or shown. A server may repeat a key
//! in an error message, a name, an id or an address: in any case, percent-encoded, or with invisible characters inside.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::fmt;
use zeroize::Zeroizing;

/// The mark that replaces a secret.
const MARK: &str = "…";
/// The length of a part of a secret that is enough to reveal the secret, in bytes.
const PART: usize = 12;
/// The shortest secret that is removed, in bytes. A shorter one could be an ordinary word.
const SHORTEST: usize = 6;
/// The most parts that are searched for at each end of a long token.
const MOST_PARTS: usize = 8;
/// The most layers of percent-encoding that are decoded.
const LAYERS: usize = 3;
/// The shortest run of letters and digits that may be a key, in characters.
const RANDOM: usize = 16;

/// The secrets of one account, prepared for the search. Debug output hides them.
#[derive(Default)]
pub struct Secrets {
    /// The parts to search for, in lowercase.
    needles: Vec<Zeroizing<String>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// Adds a secret. `value` may begin with a scheme, as in a header: `Bearer …`.
    pub fn add(&mut self, value: &str) {
        let value = value.rsplit(' ').next().unwrap_or_default();
        // Only the signature of a signed token is removed. The other parts are similar in every token, including a
        // payment page's, and are useless without their signature.
        let secret = match value.rsplit_once('.') {
            Some((_, signature)) if is_signed(value) => signature,
            Some(_) | None => value,
        };
        if secret.len() < SHORTEST || !secret.is_ascii() {
            return;
        }
        for form in [
            secret.to_owned(),
            STANDARD_NO_PAD.encode(secret),
            secret.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ] {
            let form = Zeroizing::new(form.to_ascii_lowercase());
            self.needles.extend(parts(&form));
        }
    }

    /// Removes the secrets from every string of a JSON body, including member names. A body that is not JSON stays
    /// unchanged, because it is never displayed.
    pub fn clear_json(&self, body: Vec<u8>) -> Vec<u8> {
        if self.needles.is_empty() {
            return body;
        }
        let mut cleared: Option<Vec<u8>> = None;
        let mut kept_to = 0;
        for (from, to) in literals(&body) {
            let Some(literal) = body.get(from..to) else {
                continue;
            };
            let Ok(text) = serde_json::from_slice::<String>(literal) else {
                continue;
            };
            let text = Zeroizing::new(text);
            let Some(written) = self
                .clear(&text)
                .and_then(|clear| serde_json::to_vec(&clear).ok())
            else {
                continue;
            };
            let out = cleared.get_or_insert_with(Vec::new);
            out.extend_from_slice(body.get(kept_to..from).unwrap_or_default());
            out.extend_from_slice(&written);
            kept_to = to;
        }
        match cleared {
            None => body,
            Some(mut out) => {
                out.extend_from_slice(body.get(kept_to..).unwrap_or_default());
                out
            }
        }
    }

    /// The text without the words that contain a secret; `None` if it contains none.
    fn clear(&self, text: &str) -> Option<String> {
        if !self.is_in(text) {
            return None;
        }
        let words: Vec<&str> = text
            .split(char::is_whitespace)
            .map(|word| if self.is_in(word) { MARK } else { word })
            .collect();
        let clear = words.join(" ");
        // If a secret spans several words, the whole text is replaced.
        Some(if self.is_in(&clear) {
            MARK.to_owned()
        } else {
            clear
        })
    }

    fn is_in(&self, text: &str) -> bool {
        if text.len() < SHORTEST {
            return false;
        }
        let mut form = Zeroizing::new(text.to_ascii_lowercase());
        for _ in 0..=LAYERS {
            if !form.is_ascii()
                || form
                    .bytes()
                    .any(|b| b.is_ascii_whitespace() || b.is_ascii_control())
            {
                // Invisible characters or white space may hide inside a secret.
                form = Zeroizing::new(form.chars().filter(char::is_ascii_graphic).collect());
            }
            if self
                .needles
                .iter()
                .any(|needle| form.contains(needle.as_str()))
            {
                return true;
            }
            match percent_decoded(&form) {
                Some(decoded) => form = Zeroizing::new(decoded.to_ascii_lowercase()),
                None => return false,
            }
        }
        false
    }
}

/// The parts of a secret that reveal it, from its beginning and its end.
fn parts(secret: &str) -> Vec<Zeroizing<String>> {
    let whole = secret.as_bytes();
    if whole.len() <= PART {
        return vec![Zeroizing::new(secret.to_owned())];
    }
    whole
        .chunks_exact(PART)
        .take(MOST_PARTS)
        .chain(whole.rchunks_exact(PART).take(MOST_PARTS))
        .filter_map(|part| std::str::from_utf8(part).ok())
        .map(|part| Zeroizing::new(part.to_owned()))
        .collect()
}

/// The start and end of each string literal in a JSON text, including the quotes.
fn literals(body: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut bytes = body.iter().enumerate();
    std::iter::from_fn(move || {
        let (from, _) = bytes.find(|(_, byte)| **byte == b'"')?;
        loop {
            match bytes.next()? {
                (_, b'\\') => {
                    bytes.next()?;
                }
                (to, b'"') => return Some((from, to.saturating_add(1))),
                _ => {}
            }
        }
    })
}

/// Decodes one layer of percent-encoding; `None` if there is nothing to decode.
fn percent_decoded(text: &str) -> Option<String> {
    let mut found = false;
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = match (*first, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match code {
            Some((high, low)) => {
                found = true;
                out.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    found.then(|| String::from_utf8_lossy(&out).into_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// Removes everything that looks like a key, a token or a credential from a text for display, whoever it belongs to.
pub(crate) fn clear_unknown(text: &str) -> String {
    let mut introduced = false;
    let words: Vec<&str> = text
        .split(' ')
        .map(|word| {
            let hide = is_key(word) || (introduced && is_random(bare(word), RANDOM));
            introduced = introduces(word) || (introduced && is_filler(word));
            if hide { MARK } else { word }
        })
        .collect();
    words.join(" ")
}

/// Whether the word announces a secret: `Bearer`, `X-API-KEY:`, `token=`.
fn introduces(word: &str) -> bool {
    let name = bare(word).to_ascii_lowercase().replace(['-', '_'], "");
    [
        "bearer",
        "basic",
        "apikey",
        "xapikey",
        "authorization",
        "token",
        "key",
        "secret",
        "password",
        "accesstoken",
        "refreshtoken",
    ]
    .contains(&name.as_str())
}

fn is_filler(word: &str) -> bool {
    matches!(
        bare(word).to_ascii_lowercase().as_str(),
        "" | "is" | "was" | "of" | "bearer"
    )
}

/// A word without the punctuation around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| c.is_ascii_punctuation())
}

/// Whether the word has the shape of a key, alone or inside an address, a header or quotes.
fn is_key(word: &str) -> bool {
    let pieces = word.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    let mut named = false;
    for piece in pieces {
        let after_prefix = piece
            .rsplit_once('_')
            .is_some_and(|(prefix, rest)| prefix.len() <= 12 && is_random(rest, RANDOM));
        if is_signed(piece) || after_prefix || (named && is_random(piece, RANDOM)) {
            return true;
        }
        named = introduces(piece);
    }
    false
}

/// Whether the text is a JSON Web Token.
fn is_signed(text: &str) -> bool {
    text.starts_with("eyJ")
        && text.matches('.').count() == 2
        && text.split('.').all(|part| part.len() >= SHORTEST)
}

/// Whether the text looks random: at least `least` characters, letters as well as digits, and no `0x` prefix, which
/// marks an address or a hash.
fn is_random(text: &str, least: usize) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.~+/=".contains(c);
    text.len() >= least
        && text.chars().all(fits)
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_alphabetic())
        && !text.starts_with("0x")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "pnl_Canary-0123456789abcDEF";

    fn secrets() -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add(&format!("Bearer {KEY}"));
        secrets
    }

    fn cleared(text: &str) -> String {
        let body = serde_json::to_vec(&serde_json::json!({ "detail": text, text: 1 })).unwrap();
        String::from_utf8(secrets().clear_json(body)).unwrap()
    }

    fn percent(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02x}")).collect()
    }

    #[test]
    fn finds_secret_in_every_encoding() {
        let escaped: String = KEY
            .chars()
            .map(|c| format!("\\u{:04x}", u32::from(c)))
            .collect();
        let raw = format!(r#"{{"detail":"key {escaped} may not pay"}}"#);
        let redacted = secrets().clear_json(raw.into_bytes());
        assert_eq!(redacted, r#"{"detail":"key … may not pay"}"#.as_bytes());
        for form in [
            KEY.to_owned(),
            KEY.to_ascii_uppercase(),
            KEY.to_ascii_lowercase(),
            percent(KEY),
            percent(&percent(KEY)),
            KEY.replace('-', "%2D"),
            format!("'{KEY}',"),
            format!("https://pay.example/?key={KEY}&x=1"),
            KEY.chars().flat_map(|c| [c, '\u{200b}']).collect(),
            KEY.replace('_', "_\u{202e}"),
            KEY[..16].to_owned() + "...",
            KEY[8..].to_owned(),
            KEY.bytes().map(|byte| format!("{byte:02X}")).collect(),
            STANDARD_NO_PAD.encode(KEY),
            KEY.replace("0123", "01\n23"),
        ] {
            let redacted = cleared(&format!("key {form} may not pay"));
            assert!(!redacted.contains(&form), "{redacted}");
            assert!(redacted.contains('…'), "{form}: {redacted}");
        }
    }

    #[test]
    fn recognizes_signed_token_by_its_signature_only() {
        let mut secrets = Secrets::default();
        secrets.add("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLW9mLW1pbmU");
        let page = br#"["https://pay.example/?t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c29tZWJvZHktZWxzZXM"]"#;
        assert_eq!(secrets.clear_json(page.to_vec()), page);
        let same_signature =
            br#"["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLW9mLW1pbmU"]"#;
        assert_eq!(
            secrets.clear_json(same_signature.to_vec()),
            "[\"…\"]".as_bytes()
        );
    }

    #[test]
    fn keeps_text_without_secret_unchanged() {
        let body = br#"{ "id":"pay_119", "x":"\u0041 \"q\"", "n":1e2, "p":"100%", "u":"https://a.example/%41" } "#;
        assert_eq!(secrets().clear_json(body.to_vec()), body);
        for body in ["", "\"", "\"\\", "<html class=\"x\">", "\"a\"b\"", "\\\"\\"] {
            assert_eq!(
                secrets().clear_json(body.as_bytes().to_vec()),
                body.as_bytes()
            );
        }
        assert_eq!(Secrets::default().clear_json(KEY.into()), KEY.as_bytes());
    }

    #[test]
    fn hides_everything_that_looks_like_a_key() {
        for (text, shown) in [
            (
                "key pnl_0123456789abcdef01 may not pay",
                "key … may not pay",
            ),
            (
                "sk_live_4eC39HqLyjWDarjtT1zdp7dc was refused",
                "… was refused",
            ),
            (
                "Authorization: Bearer abcdefgh12345678",
                "Authorization: Bearer …",
            ),
            ("X-API-KEY: 0123456789abcdef0123", "X-API-KEY: …"),
            (
                "token is eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0dXJl here",
                "token is … here",
            ),
            (
                "see https://a.example/?access_token=0123456789abcdefg&x=1",
                "see …",
            ),
        ] {
            assert_eq!(clear_unknown(text), shown);
        }
        for text in [
            "",
            "The key may not pay.",
            "Its id is 11111111-2222-4333-8444-555555555555.",
            "Transaction 0x8f0f7b1f2d6f0f1e4b0a5c3d2e1f00112233445566778899aabbccddeeff0011",
            "Invoice 2026-000119 to NL91ABNA0417164300",
            "web_server_administration 12 months",
            "Visa ending in 4242,  until 2031-04",
        ] {
            assert_eq!(clear_unknown(text), text);
        }
    }

    proptest! {
        #[test]
        fn finds_secret_in_any_surrounding_text(before in ".{0,20}", after in ".{0,20}", upper in any::<bool>()) {
            let form = if upper { KEY.to_ascii_uppercase() } else { KEY.to_owned() };
            let redacted = cleared(&format!("{before}{form}{after}"));
            prop_assert!(!redacted.to_ascii_lowercase().contains(&KEY.to_ascii_lowercase()), "{}", redacted);
            prop_assert!(serde_json::from_str::<serde_json::Value>(&redacted).is_ok());
        }
    }
}

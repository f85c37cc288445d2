//! Parses an amount that a person typed or pasted: digits of one script, spaces around the amount and between groups of
//! three, as Bursar itself writes them, and a point before the decimals. An ambiguous text is rejected, never guessed.

use crate::error::{Code, Error, Result};
use crate::unicode::{decimal_digit, is_space};

/// The typed amount in ASCII digits.
pub(super) struct Typed {
    pub(super) whole: String,
    /// The digits after the point; empty if there is no point.
    pub(super) fraction: String,
}

/// # Errors
/// [`Code::AmountMalformed`] with a message that says what to type.
pub(super) fn read(text: &str) -> Result<Typed> {
    let text = text.trim_matches(is_space);
    let (whole, fraction) = match text.split_once(is_point) {
        Some((_, "")) => return Err(malformed()),
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut script = None;
    let whole = ungrouped(whole, &mut script)?;
    let fraction = fraction
        .map(|fraction| digits(fraction, &mut script))
        .transpose()?
        .unwrap_or_default();
    Ok(Typed { whole, fraction })
}

/// The digits without the spaces between groups. A space in any other position is rejected, because a digit may be
/// missing there or two numbers may meet.
pub(super) fn ungrouped(text: &str, script: &mut Option<char>) -> Result<String> {
    let groups: Vec<&str> = text.split(is_space).collect();
    let mut whole = String::new();
    for (index, group) in groups.iter().enumerate() {
        let length = group.chars().count();
        let fits = match (groups.len(), index) {
            (1, _) => true,
            (_, 0) => (1..=3).contains(&length),
            (_, _) => length == 3,
        };
        if !fits && !group.chars().any(|c| decimal_digit(c).is_none()) {
            return Err(unclear(
                "A space can only stand before each group of three digits, as in 1 234.50.",
            ));
        }
        whole.push_str(&digits(group, script)?);
    }
    if groups.len() > 1 && whole.starts_with('0') {
        return Err(unclear("Write the amount without zeros before it."));
    }
    Ok(whole)
}

/// Digits of one script, converted to ASCII. Scripts must not mix, because a digit of one script may look like a
/// different digit of another.
fn digits(text: &str, script: &mut Option<char>) -> Result<String> {
    let mut digits = String::new();
    for c in text.chars() {
        let (value, zero) = decimal_digit(c).ok_or_else(|| not_a_digit(c))?;
        // ASCII digits and their full-width forms look the same.
        let zero = if zero == '０' { '0' } else { zero };
        if *script.get_or_insert(zero) != zero {
            return Err(unclear("Type all digits in one script."));
        }
        digits.push(char::from(b'0'.saturating_add(value)));
    }
    if digits.is_empty() {
        return Err(malformed());
    }
    Ok(digits)
}

/// Whether the character is a decimal point: the ASCII point, its full-width form, or the Arabic decimal separator,
/// which has no other meaning.
fn is_point(c: char) -> bool {
    matches!(c, '.' | '．' | '٫')
}

fn not_a_digit(c: char) -> Error {
    if matches!(c, ',' | '，' | '、' | '٬' | '\'' | '’') {
        return unclear("A comma or an apostrophe means decimals to some and thousands to others.");
    }
    malformed()
}

fn unclear(why: &str) -> Error {
    Error::new(
        Code::AmountMalformed,
        format!("{why} Type digits with a point for decimals, such as 1234.50."),
    )
}

fn malformed() -> Error {
    Error::new(
        Code::AmountMalformed,
        "Type an amount in digits with a point for decimals, such as 25 or 25.50.",
    )
}

//! Reads an amount that a person typed or pasted, in the way of any language: digits of one script, with spaces, apostrophes,
//! points or commas between groups of three, and a point or a comma before the decimals. A text that could mean two amounts is
//! refused, never guessed, so that the language of the window decides about no amount. The window reads its own settings by
//! the same rules (`ui/src/lib/typed-number.ts`).

use crate::error::{AmountDetail, Code, Error, Result};
use crate::unicode::{decimal_digit, is_space};

/// The typed amount in ASCII digits.
pub(super) struct Typed {
    pub(super) whole: String,
    /// The digits of the decimals; empty if there are none.
    pub(super) fraction: String,
}

/// What may stand between digits. Characters of one kind look alike and mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Point,
    Comma,
    /// The Arabic decimal separator, which has no other meaning.
    ArabicDecimals,
    /// The Arabic thousands separator, which has no other meaning.
    ArabicGroups,
    Apostrophe,
    Space,
}

/// Digits in ASCII, and what stands between them: one separator fewer than there are parts.
struct Parts {
    digits: Vec<String>,
    separators: Vec<Separator>,
}

/// # Errors
/// [`Code::AmountMalformed`] with a detail that says what to type.
pub(super) fn read(text: &str) -> Result<Typed> {
    let parts = split(text.trim_matches(is_space))?;
    let Some((last, separators)) = parts.separators.split_last() else {
        return Ok(Typed {
            whole: parts.digits.concat(),
            fraction: String::new(),
        });
    };
    let grouped =
        *last != Separator::ArabicDecimals && are_groups(&parts.digits, &parts.separators);
    let Some((fraction, whole)) = parts.digits.split_last() else {
        return Err(malformed());
    };
    let has_decimals = matches!(
        last,
        Separator::Point | Separator::Comma | Separator::ArabicDecimals
    ) && !separators.contains(last)
        && (separators.is_empty() || are_groups(whole, separators));
    match (grouped, has_decimals) {
        (true, true) => Err(ambiguous(text, &whole.concat(), fraction)),
        (true, false) => Ok(Typed {
            whole: parts.digits.concat(),
            fraction: String::new(),
        }),
        (false, true) => Ok(Typed {
            whole: whole.concat(),
            fraction: fraction.clone(),
        }),
        (false, false) => Err(refused(AmountDetail::AmountGroups)),
    }
}

/// The digits without the spaces or apostrophes between groups of three; `None` for any other text.
pub(super) fn ungrouped(text: &str) -> Option<String> {
    let parts = split(text).ok()?;
    let only_groups = parts.separators.iter().all(|one| {
        matches!(
            one,
            Separator::Space | Separator::Apostrophe | Separator::ArabicGroups
        )
    });
    let fits = parts.separators.is_empty()
        || (only_groups && are_groups(&parts.digits, &parts.separators));
    fits.then(|| parts.digits.concat())
}

/// Digits of one script, converted to ASCII. Scripts must not mix, because a digit of one script may look like a different
/// digit of another.
fn split(text: &str) -> Result<Parts> {
    let mut script = None;
    let mut digits = vec![String::new()];
    let mut separators = Vec::new();
    for c in text.chars() {
        if let Some((value, zero)) = decimal_digit(c) {
            // ASCII digits and their full-width forms look the same.
            let zero = if zero == '０' { '0' } else { zero };
            if *script.get_or_insert(zero) != zero {
                return Err(refused(AmountDetail::AmountScriptsMixed));
            }
            if let Some(part) = digits.last_mut() {
                part.push(char::from(b'0'.saturating_add(value)));
            }
        } else {
            separators.push(separator(c).ok_or_else(malformed)?);
            digits.push(String::new());
        }
    }
    if digits.iter().any(String::is_empty) {
        return Err(malformed());
    }
    Ok(Parts { digits, separators })
}

fn separator(c: char) -> Option<Separator> {
    match c {
        '.' | '．' => Some(Separator::Point),
        ',' | '，' => Some(Separator::Comma),
        '٫' => Some(Separator::ArabicDecimals),
        '٬' => Some(Separator::ArabicGroups),
        '\'' | '’' | '＇' => Some(Separator::Apostrophe),
        c if is_space(c) => Some(Separator::Space),
        _ => None,
    }
}

/// Whether these are groups of three digits behind a first one of up to three. In any other position a digit may be missing,
/// or two numbers may meet. A number does not begin with a group of zeros.
fn are_groups(digits: &[String], separators: &[Separator]) -> bool {
    let Some((first, rest)) = digits.split_first() else {
        return false;
    };
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && rest.iter().all(|group| group.len() == 3)
        && separators
            .windows(2)
            .all(|pair| pair.first() == pair.last())
}

/// Names both readings in forms that have one meaning only.
fn ambiguous(typed: &str, whole: &str, fraction: &str) -> Error {
    refused(AmountDetail::AmountAmbiguous {
        typed: typed.trim_matches(is_space).to_owned(),
        whole: format!("{whole}{fraction}"),
        decimals: format!("{whole}.{fraction}0"),
    })
}

fn malformed() -> Error {
    refused(AmountDetail::AmountNotANumber)
}

fn refused(why: AmountDetail) -> Error {
    Error::new(Code::AmountMalformed, why)
}

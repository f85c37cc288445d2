//! The limits that the text of a JSON-RPC error states: how many blocks or calls the server takes at once, and how long
//! to wait. They are hints: a misread one costs a request or two, because a shorter range is tried if the hint does not
//! help. The texts are in lower case, as [`super`] normalizes them.

use bursar_domain::clock::Span;

/// Longer waits are not believed.
const MAX_STATED_WAIT: Span = Span::hours(1);
/// How far behind its phrase a number may be, in bytes.
const MAX_DISTANCE: usize = 28;

/// Phrases before the number of blocks that a server takes.
const BLOCK_LIMIT_PHRASES: [&str; 25] = [
    "limited to",
    "limit to",
    "up to",
    "max range",
    "maximum range",
    "max block range",
    "maximum block range",
    "maximum is set to",
    "maximum is",
    "maximum allowed",
    "maximum of",
    "maximum",
    "max is",
    "max:",
    "max allowed",
    "max ",
    "at most",
    "ranges over",
    "range over",
    "greater than",
    "larger than",
    "limit is",
    "limit of",
    "limit:",
    "range limit",
];
/// Words that show that a number does not count blocks.
const OTHER_UNITS: [&str; 9] = [
    "result", "log", "event", "byte", "mb", "kb", "request", "second", "item",
];

/// How many blocks the server takes at once: the length of the range that it suggests, or else the number it names.
pub(super) fn stated_blocks(message: &str) -> Option<u64> {
    suggested_range(message).or_else(|| {
        let limits = BLOCK_LIMIT_PHRASES.iter().flat_map(|phrase| {
            message.match_indices(phrase).filter_map(|(at, found)| {
                block_count_after(message, at.saturating_add(found.len()))
            })
        });
        limits.min()
    })
}

/// How many calls the server takes in one batch.
pub(super) fn stated_calls(message: &str) -> Option<usize> {
    let numbers = numbers(message).map(|(_, number, _)| number);
    let most = numbers
        .filter(|number| (1..=1_000).contains(number))
        .min()?;
    usize::try_from(most).ok()
}

/// "retry in 10s", "try again in 5 seconds", "retry after 2 minutes".
pub(super) fn stated_wait(message: &str) -> Option<Span> {
    let at = ["retry in", "retry after", "again in", "again after", "wait"]
        .iter()
        .find_map(|start| Some(message.find(start)?.saturating_add(start.len())))?;
    let rest = message.get(at..)?;
    let (start, number, end) = numbers(rest)
        .next()
        .filter(|(start, ..)| *start < MAX_DISTANCE)?;
    debug_assert!(start < end);
    let number = i64::try_from(number).ok()?;
    let unit = rest.get(end..)?.trim_start();
    let span = if unit.starts_with("ms") || unit.starts_with("milli") {
        Span::millis(number)
    } else if unit.starts_with('h') {
        Span::seconds(number.saturating_mul(3_600))
    } else if unit.starts_with('m') {
        Span::seconds(number.saturating_mul(60))
    } else {
        Span::seconds(number)
    };
    Some(span.min(MAX_STATED_WAIT))
}

/// The length of the suggested range: "[0x1, 0x64]", "0x1 to 0x64", "retry with the range 100 200".
fn suggested_range(message: &str) -> Option<u64> {
    let mut ends = message
        .match_indices("0x")
        .filter_map(|(at, _)| {
            let digits = message.get(at.saturating_add(2)..)?;
            let length = digits
                .find(|letter: char| !letter.is_ascii_hexdigit())
                .unwrap_or(digits.len());
            // A longer one is an address or a hash.
            (length <= 16).then(|| u64::from_str_radix(digits.get(..length)?, 16).ok())?
        })
        .fuse();
    if let (Some(from), Some(to)) = (ends.next(), ends.next()) {
        return length(from, to);
    }
    let at = message.find("with the range")?;
    let mut ends = numbers(message.get(at..)?).map(|(_, number, _)| number);
    length(ends.next()?, ends.next()?)
}

fn length(from: u64, to: u64) -> Option<u64> {
    to.checked_sub(from)?.checked_add(1)
}

/// The first number right after `at` that may count blocks.
fn block_count_after(message: &str, at: usize) -> Option<u64> {
    let rest = message.get(at..)?;
    numbers(rest)
        .take_while(|(start, ..)| *start < MAX_DISTANCE)
        // "0 - 10000 blocks": the second one.
        .find(|(_, number, _)| *number > 0)
        .filter(|(_, _, end)| {
            let behind = rest.get(*end..).unwrap_or_default().trim_start();
            !OTHER_UNITS.iter().any(|unit| behind.starts_with(unit))
        })
        .map(|(_, number, _)| number)
}

/// Numbers in a text with their start and end: "10,000", "2k", "50000". Skips those inside words or fractions.
fn numbers(text: &str) -> impl Iterator<Item = (usize, u64, usize)> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(from..)?;
            let start = from.saturating_add(rest.find(|letter: char| letter.is_ascii_digit())?);
            let digits = text.get(start..)?;
            let length = digits
                .find(|letter: char| !(letter.is_ascii_digit() || letter == ','))
                .unwrap_or(digits.len());
            let written = digits.get(..length)?.trim_end_matches(',');
            let mut end = start.saturating_add(written.len());
            from = start.saturating_add(length.max(1));
            let inside_a_word = text
                .get(..start)
                .and_then(|before| before.chars().next_back())
                .is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '.');
            if inside_a_word {
                continue;
            }
            let Ok(mut number) = written.replace(',', "").parse::<u64>() else {
                continue;
            };
            let mut behind = text.get(end..).unwrap_or_default().chars();
            let alone = |next: Option<char>| next.is_none_or(|next| !next.is_ascii_alphanumeric());
            if behind.next() == Some('k') && alone(behind.next()) {
                number = number.saturating_mul(1_000);
                end = end.saturating_add(1);
            }
            return Some((start, number, end));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_numbers_outside_words() {
        let found = |text: &str| {
            numbers(text)
                .map(|(_, number, _)| number)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found("10,000 and 2k, 5kb 0x10 v2 1.5 99999999999999999999999 7"),
            [10_000, 2_000, 5, 0, 1, 7]
        );
        assert_eq!(found(""), [] as [u64; 0]);
        assert_eq!(found("ü5€"), [5]);
    }

    #[test]
    fn ignores_numbers_that_do_not_count_blocks() {
        for message in [
            "query returned more than 10000 results",
            "up to 10000 logs",
            "max 10 mb",
            "limit of 5 requests",
            "maximum",
            "limited to nothing",
            "",
        ] {
            assert_eq!(stated_blocks(message), None, "{message}");
        }
        assert_eq!(
            stated_blocks("limited to 0 10000 blocks range"),
            Some(10_000)
        );
        // An address or a hash is not a block, and a range that ends before it begins is not a range.
        let address = "0x00000000000000000000000000000000000000b1 0x5";
        assert_eq!(stated_blocks(address), None);
        assert_eq!(stated_blocks("[0x64, 0x1]"), None);
    }

    #[test]
    fn reads_any_text_without_panic() {
        let pieces = [
            "max range ",
            "0x",
            "[",
            "ff",
            "10",
            ",",
            "k",
            "é",
            "999999999999999999999",
            " ",
            "retry in ",
            "with the range ",
        ];
        for seed in 0..20_000_u64 {
            let mut state = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let mut text = String::new();
            for _ in 0..(seed % 9) {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[usize::try_from(state >> 33).unwrap() % pieces.len()]);
            }
            let _ = (
                stated_blocks(&text),
                stated_calls(&text),
                stated_wait(&text),
            );
        }
    }
}

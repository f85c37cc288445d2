//! Writes counts and amounts as a language does. Everything works on digits: no amount ever becomes a floating-point number.

use crate::{Language, Medium};
use bursar_domain::money::Amount;

/// Narrow: it stands between groups of three digits. No language reads it as a decimal sign.
const GROUP: char = '\u{202f}';
const NO_BREAK: char = '\u{a0}';
const MINUS: char = '\u{2212}';

/// `12 300`, with narrow no-break spaces, or plain ones in a terminal.
pub(crate) fn write_count(count: u64, medium: Medium) -> String {
    grouped(&count.to_string(), medium)
}

/// The amount and its currency, with at least two decimals and no further trailing zeros: `1 204.35 USDC` in English,
/// `1 204,35 USDC` in German.
pub(crate) fn write_amount(amount: &Amount, language: Language, medium: Medium) -> String {
    let brief = amount.to_decimal();
    let (sign, digits) = match brief.strip_prefix('-') {
        Some(digits) if !amount.is_zero() => (String::from(MINUS), digits),
        Some(digits) => (String::new(), digits),
        None => (String::new(), brief.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let kept = fraction.trim_end_matches('0');
    format!(
        "{sign}{}{}{kept:0<2}{}{}",
        grouped(whole, medium),
        language.decimal_sign(),
        space(NO_BREAK, medium),
        amount.currency()
    )
}

fn space(typographic: char, medium: Medium) -> char {
    match medium {
        Medium::Desktop => typographic,
        Medium::Terminal => ' ',
    }
}

fn grouped(digits: &str, medium: Medium) -> String {
    let length = digits.len();
    let mut written = String::with_capacity(length.saturating_add(length / 3));
    for (place, digit) in digits.chars().enumerate() {
        let after = length.saturating_sub(place);
        if place > 0 && after % 3 == 0 {
            written.push(space(GROUP, medium));
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_domain::money::Currency;

    #[test]
    fn groups_of_three() {
        assert_eq!(write_count(0, Medium::Desktop), "0");
        assert_eq!(write_count(999, Medium::Desktop), "999");
        assert_eq!(write_count(1000, Medium::Desktop), "1\u{202f}000");
        assert_eq!(
            write_count(12_345_678, Medium::Desktop),
            "12\u{202f}345\u{202f}678"
        );
    }

    #[test]
    fn amounts_keep_every_digit_that_counts() {
        let write = |text, language| {
            write_amount(
                &Amount::parse_decimal(text, Currency::usdc()).unwrap(),
                language,
                Medium::Desktop,
            )
        };
        assert_eq!(
            write("1204.350000", Language::English),
            "1\u{202f}204.35\u{a0}USDC"
        );
        assert_eq!(
            write("1204.350001", Language::German),
            "1\u{202f}204,350001\u{a0}USDC"
        );
        assert_eq!(write("-7", Language::Spanish), "\u{2212}7,00\u{a0}USDC");
        assert_eq!(write("-0.00", Language::English), "0.00\u{a0}USDC");
    }

    #[test]
    fn terminal_has_plain_spaces() {
        let amount = Amount::parse_decimal("1204.5", Currency::usdc()).unwrap();
        assert_eq!(
            write_amount(&amount, Language::German, Medium::Terminal),
            "1 204,50 USDC"
        );
        assert_eq!(write_count(1000, Medium::Terminal), "1 000");
    }
}

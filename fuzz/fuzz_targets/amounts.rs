//! Amounts: a typed amount has only digits, spaces between groups and one point, and is kept exactly. An amount from a server
//! is written exactly as it was read.
#![no_main]

use bursar_domain::money::{Amount, Currency};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str)| {
    let (decimals, text) = input;
    let decimals = decimals % 9;
    if let Ok(amount) = Amount::parse_typed(text, decimals, Currency::usdc()) {
        assert!(text.chars().all(is_typed) && text.chars().filter(|c| is_point(*c)).count() <= 1);
        assert!(!amount.is_negative() && amount.scale() <= decimals.max(2));
        comes_back(&amount);
        if let Some(fee) = amount.fee_rounded_up(100, 0) {
            assert!(!fee.is_negative());
        }
    }
    if let Ok(amount) = Amount::parse_decimal(text, Currency::usdc()) {
        comes_back(&amount);
        let doubled = amount.checked_add(&amount);
        if let Some(doubled) = doubled {
            assert!(doubled.checked_sub(&amount).unwrap().equals(&amount));
        }
    }
});

/// Digits of any script, spaces of any width, and the point before decimals.
fn is_typed(c: char) -> bool {
    c.is_numeric() || c.is_whitespace() || is_point(c)
}

fn is_point(c: char) -> bool {
    matches!(c, '.' | '．' | '٫')
}

fn comes_back(amount: &Amount) {
    let again = Amount::parse_decimal(&amount.to_decimal(), amount.currency().clone()).unwrap();
    assert!(again.equals(amount));
    for scale in 0..=18 {
        if let Some(other) = amount.rescale(scale) {
            assert!(other.equals(amount));
        }
    }
}

//! Amounts: a typed amount has only digits and what separates them, keeps each digit, and means the same whether points or commas
//! are typed. An amount from a server is written exactly as it was read.
#![no_main]

use bursar_domain::money::{Amount, Currency};
use bursar_domain::unicode::decimal_digit;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str)| {
    let (decimals, text) = input;
    let decimals = decimals % 9;
    let typed = Amount::parse_typed(text, decimals, Currency::usdc());
    let exchanged: String = text.chars().map(exchange).collect();
    let other = Amount::parse_typed(&exchanged, decimals, Currency::usdc());
    assert_eq!(typed.as_ref().ok(), other.as_ref().ok());
    if let Ok(amount) = typed {
        assert!(text.chars().all(is_typed));
        assert_eq!(digits_of(&amount.to_decimal()), digits_of(text));
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

/// Digits of any script, spaces of any width, and what else separates groups and decimals.
fn is_typed(c: char) -> bool {
    c.is_numeric() || c.is_whitespace() || ".．٫,，٬'’＇".contains(c)
}

fn exchange(c: char) -> char {
    match c {
        '.' => ',',
        ',' => '.',
        c => c,
    }
}

/// The digits of a number in their order, without zeros before it.
fn digits_of(text: &str) -> Vec<u8> {
    let digits = text.chars().filter_map(|c| decimal_digit(c).map(|(value, _)| value));
    digits.skip_while(|digit| *digit == 0).collect()
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

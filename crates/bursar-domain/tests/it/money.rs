//! Amounts survive a round trip through text, never overflow silently, and are never rounded, except fees, which are
//! rounded up.

use bursar_domain::error::{AmountDetail, Code};
use bursar_domain::money::{Amount, Currency, MAX_SCALE};
use bursar_domain::unicode::{decimal_digit, is_space};
use proptest::prelude::*;
use std::cmp::Ordering;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

fn amount(units: i128, scale: u8) -> Amount {
    Amount::new(units, scale, Currency::usdc()).unwrap()
}

fn typed(text: &str) -> Result<Amount, Code> {
    Amount::parse_typed(text, 2, Currency::usdc()).map_err(|error| error.code)
}

/// Typed texts and what each means. The window's tests read the same file.
const TYPED: &str = include_str!("../typed_numbers.json");

#[derive(serde::Deserialize)]
struct TypedNumbers {
    /// A text, and the number in ASCII digits with a point.
    numbers: Vec<(String, String)>,
    /// A text, and the two numbers that it could mean.
    ambiguous: Vec<(String, String, String)>,
    malformed: Vec<String>,
}

#[test]
fn parses_typed_amounts_or_explains_rejection() {
    let table: TypedNumbers = serde_json::from_str(TYPED).unwrap();
    let read = |text: &str| Amount::parse_typed(text, MAX_SCALE, Currency::usdc());
    for (text, number) in &table.numbers {
        let expected = Amount::parse_decimal(number, Currency::usdc()).unwrap();
        let read = read(text).unwrap();
        assert_eq!(
            (&read, read.scale()),
            (&expected, expected.scale()),
            "{text:?}"
        );
    }
    for (text, whole, decimal) in &table.ambiguous {
        let refused = read(text).unwrap_err();
        assert_eq!(refused.code, Code::AmountMalformed, "{text:?}");
        assert_eq!(
            refused.detail,
            AmountDetail::AmountAmbiguous {
                typed: text.trim().to_owned(),
                whole: whole.clone(),
                decimals: format!("{decimal}0"),
            }
            .into()
        );
    }
    for text in &table.malformed {
        assert_eq!(
            read(text).unwrap_err().code,
            Code::AmountMalformed,
            "{text:?}"
        );
    }
    let too_large = "9999999999999999999999999999999999999999";
    assert_eq!(typed(too_large), Err(Code::AmountMalformed));
    for text in ["0.001", "1,2345", "1 234.567"] {
        assert_eq!(typed(text), Err(Code::AmountPrecision), "{text:?}");
    }
    for decimals in 0..=2 {
        let refused = Amount::parse_typed("1.2345", decimals, Currency::usdc()).unwrap_err();
        let decimals = u32::from(decimals);
        assert_eq!(
            refused.detail,
            AmountDetail::AmountDecimals { decimals }.into()
        );
    }
}

#[test]
fn amounts_are_equal_by_value_in_one_currency() {
    for (one, other) in [
        (amount(25, 0), amount(2_500, 2)),
        (amount(2_550, 2), amount(255, 1)),
        (amount(0, 0), amount(0, 18)),
        (amount(-25, 0), amount(-2_500_000, 5)),
        (amount(i128::MAX, 0), amount(i128::MAX, 0)),
    ] {
        assert!(one == other && one.equals(&other), "{one} {other}");
        assert_eq!(hash(&one), hash(&other), "{one} {other}");
    }
    for (one, other) in [
        (amount(25, 0), amount(25, 2)),
        (amount(25, 0), amount(-25, 0)),
        (amount(2_501, 2), amount(25, 0)),
        // The scales are too far apart to align, and the values differ as well.
        (amount(i128::MAX, 0), amount(i128::MAX, 18)),
        (
            amount(25, 0),
            Amount::new(25, 0, Currency::new("USD").unwrap()).unwrap(),
        ),
    ] {
        assert!(one != other && !one.equals(&other), "{one} {other}");
    }
}

fn hash(amount: &Amount) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(amount)
}

#[test]
fn parses_server_amounts_exactly_or_rejects_them() {
    for text in [
        "0",
        "-0.5",
        "100.50",
        "0.000000000000000001",
        "123456789012345678901.5",
    ] {
        let read = Amount::parse_decimal(text, Currency::usdc()).unwrap();
        assert_eq!(read.to_decimal(), text);
    }
    for text in [
        "",
        "-",
        "--1",
        "+1",
        "1.",
        ".5",
        "1e3",
        " 1",
        "1 ",
        "1_0",
        "NaN",
        "Infinity",
        "0x1",
        "１",
        "1.-5",
        "0.0000000000000000001",
        "170141183460469231731687303715884105728",
    ] {
        assert!(
            Amount::parse_decimal(text, Currency::usdc()).is_err(),
            "{text:?}"
        );
    }
}

#[test]
fn limits_of_the_range_do_not_wrap() {
    let (max, min) = (amount(i128::MAX, 0), amount(i128::MIN, 0));
    let one = amount(1, 0);
    assert_eq!(max.checked_add(&one), None);
    assert_eq!(min.checked_sub(&one), None);
    assert_eq!(min.checked_abs(), None);
    assert_eq!(max.rescale(1), None);
    assert_eq!(max.to_cents(), None);
    assert_eq!(max.fee_rounded_up(1, 0), None);
    assert_eq!(
        max.compare(&amount(1, 18)),
        None,
        "alignment would overflow"
    );
    assert_eq!(min.to_decimal(), "-170141183460469231731687303715884105728");
    assert!(Amount::new(1, MAX_SCALE + 1, Currency::usdc()).is_err());
}

#[test]
fn never_mixes_currencies() {
    let dollars = Amount::from_cents(100, Currency::new("usd").unwrap());
    let usdc = Amount::from_cents(100, Currency::usdc());
    assert_eq!(dollars.checked_add(&usdc), None);
    assert_eq!(dollars.compare(&usdc), None);
    assert!(!dollars.equals(&usdc));
    assert_eq!(Currency::new("USDC.e").unwrap().as_str(), "USDC.E");
    for wrong in ["", "U", "US DC", "ЮСД", "USDC\u{200b}", "ABCDEFGHIJKLM"] {
        assert!(Currency::new(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn fee_matches_the_checkout() {
    let fee = |cents, bps, fixed| {
        let amount = Amount::from_cents(cents, Currency::usdc());
        amount
            .fee_rounded_up(bps, fixed)
            .map(|fee| fee.to_decimal())
    };
    assert_eq!(fee(1_000, 100, 0).as_deref(), Some("0.10"));
    assert_eq!(fee(1_001, 100, 0).as_deref(), Some("0.11"));
    assert_eq!(fee(1_000, 0, 30).as_deref(), Some("0.30"));
    assert_eq!(fee(1, 1, 0).as_deref(), Some("0.01"));
    assert_eq!(fee(0, 100, 0).as_deref(), Some("0.00"));
    assert_eq!(fee(-1, 100, 0), None);
    assert_eq!(fee(1, 100, -1), None);
}

prop_compose! {
    fn any_amount()(units in any::<i128>(), scale in 0..=MAX_SCALE) -> Amount {
        amount(units, scale)
    }
}

prop_compose! {
    /// Amounts that can be aligned with one another.
    fn usual_amount()(units in -1_000_000_000_000_000_000_i128..1_000_000_000_000_000_000, scale in 0..=MAX_SCALE) -> Amount {
        amount(units, scale)
    }
}

proptest! {
    #[test]
    fn equality_agrees_with_comparison(units in any::<i64>(), other in any::<i64>(), scale in 0..=6_u8, finer in 0..=6_u8) {
        let one = amount(i128::from(units), scale);
        let wider = one.rescale(scale + finer).unwrap();
        prop_assert_eq!(&one, &wider);
        prop_assert_eq!(hash(&one), hash(&wider));
        let other = amount(i128::from(other), finer);
        prop_assert_eq!(one == other, one.compare(&other) == Some(Ordering::Equal));
    }

    #[test]
    fn written_amount_is_read_back(amount in any_amount()) {
        let read = Amount::parse_decimal(&amount.to_decimal(), Currency::usdc()).unwrap();
        prop_assert_eq!(&read, &amount);
        let json = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), amount);
    }

    #[test]
    fn typed_digits_are_kept(whole in 0_u64.., cents in 0_u8..100, sign in "[.,]") {
        let read = typed(&format!("{whole}{sign}{cents:02}")).unwrap();
        prop_assert_eq!(read.to_decimal(), format!("{whole}.{cents:02}"));
    }

    /// Whatever is typed, an accepted amount has exactly the typed digits, and its decimals are behind the last separator.
    #[test]
    fn typed_text_never_gives_another_number(text in "[0-9０-９٠-٩.,．，٫٬'’ \u{a0}\u{202f}a-]{0,14}|\\PC{0,24}") {
        if let Ok(read) = Amount::parse_typed(&text, MAX_SCALE, Currency::usdc()) {
            let digits: String = text.chars().filter_map(|c| decimal_digit(c).map(|(value, _)| char::from(b'0' + value))).collect();
            let written = read.to_decimal();
            let (whole, fraction) = written.split_once('.').unwrap_or((written.as_str(), ""));
            let same = digits.trim_start_matches('0') == format!("{whole}{fraction}").trim_start_matches('0');
            prop_assert!(same, "{} from {:?}", written, text);
            if !fraction.is_empty() {
                let end: String = text.trim_end_matches(is_space).chars().rev().take_while(|c| decimal_digit(*c).is_some()).collect();
                prop_assert_eq!(end.chars().count(), fraction.len(), "{:?}", text);
            }
        }
    }

    /// Exchanging points and commas changes no amount and makes none out of a refused text: the language decides nothing.
    #[test]
    fn points_and_commas_are_read_alike(text in "[0-9.,' ]{0,12}") {
        let exchanged: String = text.chars().map(|c| match c { '.' => ',', ',' => '.', c => c }).collect();
        let read = |text: &str| Amount::parse_typed(text, MAX_SCALE, Currency::usdc()).ok();
        prop_assert_eq!(read(&text), read(&exchanged));
    }

    /// One point or comma before three digits could separate either, so it is never read.
    #[test]
    fn three_digits_behind_a_single_sign_are_refused(whole in 1_u32..1000, rest in 0_u32..1000, sign in "[.,]") {
        let text = format!("{whole}{sign}{rest:03}");
        let refused = Amount::parse_typed(&text, MAX_SCALE, Currency::usdc()).unwrap_err();
        prop_assert_eq!(refused.code, Code::AmountMalformed);
        let (typed, whole, decimals) = (text, format!("{whole}{rest:03}"), format!("{whole}.{rest:03}0"));
        for written in [&whole, &decimals] {
            prop_assert!(Amount::parse_typed(written, MAX_SCALE, Currency::usdc()).is_ok(), "{}", written);
        }
        prop_assert_eq!(refused.detail, AmountDetail::AmountAmbiguous { typed, whole, decimals }.into());
    }

    #[test]
    fn shown_amount_is_read_back(cents in 0_i64.., group in "[ \u{a0}\u{202f}\u{2009}'’]", sign in "[.,]", script in 0_usize..4) {
        let amount = Amount::from_cents(cents, Currency::usdc());
        let (whole, fraction) = amount.to_decimal().split_once('.').map(|(w, f)| (w.to_owned(), f.to_owned())).unwrap();
        let mut grouped = String::new();
        for (n, digit) in whole.chars().enumerate() {
            if n > 0 && (whole.len() - n) % 3 == 0 {
                grouped.push_str(&group);
            }
            grouped.push(digit);
        }
        let zero = ['0', '０', '٠', '۰'][script];
        let shown: String = format!("{grouped}{sign}{fraction}")
            .chars()
            .map(|c| c.to_digit(10).map_or(c, |n| char::from_u32(u32::from(zero) + n).unwrap()))
            .collect();
        prop_assert!(typed(&shown).unwrap().equals(&amount), "{}", shown);
    }

    #[test]
    fn rejects_groups_that_are_not_of_three(first in 1_u32..999, second in 0_u32..99_999, width in 1_usize..6) {
        let group = format!("{second:0width$}");
        let text = format!("{first} {group}");
        prop_assert_eq!(typed(&text).is_ok(), group.len() == 3, "{}", text);
    }

    #[test]
    fn parsing_never_panics(text in any::<String>()) {
        let _ = Amount::parse_decimal(&text, Currency::usdc());
        let _ = Amount::parse_typed(&text, 18, Currency::usdc());
    }

    #[test]
    fn sums_are_exact_or_rejected(left in any_amount(), right in any_amount()) {
        if let Some(sum) = left.checked_add(&right) {
            prop_assert!(sum.checked_sub(&right).is_some_and(|back| back.equals(&left)));
            prop_assert_eq!(right.checked_add(&left), Some(sum));
        }
    }

    #[test]
    fn usual_sums_are_never_rejected(left in usual_amount(), right in usual_amount()) {
        let sum = left.checked_add(&right).unwrap();
        prop_assert!(sum.checked_sub(&right).unwrap().equals(&left));
        let larger = sum.compare(&left).unwrap();
        prop_assert_eq!(larger, right.compare(&amount(0, 0)).unwrap());
    }

    #[test]
    fn rescaling_loses_nothing(amount in any_amount(), scale in any::<u8>()) {
        if let Some(other) = amount.rescale(scale) {
            prop_assert_eq!(other.scale(), scale);
            prop_assert!(other.rescale(amount.scale()).is_some_and(|back| back == amount));
        }
    }

    #[test]
    fn cents_are_exact_or_rejected(amount in usual_amount()) {
        match amount.to_cents() {
            Some(cents) => prop_assert!(Amount::from_cents(cents, Currency::usdc()).equals(&amount)),
            None => prop_assert!(amount.rescale(2).is_none_or(|cents| i64::try_from(cents.units()).is_err())),
        }
    }

    #[test]
    fn fee_is_rounded_up_by_less_than_a_cent(cents in 0_i64..1_000_000_000_000, bps in 0_u32..=10_000, fixed in 0_i64..100_000) {
        let amount = Amount::from_cents(cents, Currency::usdc());
        let fee = amount.fee_rounded_up(bps, fixed).unwrap().to_cents().unwrap();
        let exact = i128::from(cents) * i128::from(bps);
        let charged = i128::from(fee - fixed) * 10_000;
        prop_assert!(charged >= exact && charged < exact + 10_000);
    }

    #[test]
    fn fee_does_not_depend_on_scale(cents in 0_i64..1_000_000_000, scale in 2..=MAX_SCALE, bps in 0_u32..=10_000) {
        let coarse = Amount::from_cents(cents, Currency::usdc());
        let fine = coarse.rescale(scale).unwrap();
        prop_assert_eq!(coarse.fee_rounded_up(bps, 0), fine.fee_rounded_up(bps, 0));
        let more = fine.checked_add(&amount(1, MAX_SCALE)).unwrap();
        if bps > 0 {
            let order = more.fee_rounded_up(bps, 0).unwrap().compare(&coarse.fee_rounded_up(bps, 0).unwrap());
            prop_assert_ne!(order, Some(Ordering::Less));
        }
    }
}

//! USDC amounts as integers: micros (10^-6, the token's base units), cents, and the checkout's base units of 10^-8.

/// Micros in one cent.
pub(crate) const MICROS_PER_CENT: u128 = 10_000;
const MICROS_PER_USDC: u128 = 1_000_000;
/// The checkout's base units in one micro.
pub(crate) const BASE_UNITS_PER_MICRO: u128 = 100;

/// Always six decimals: `12.340000`.
pub(crate) fn format_micros(micros: u128) -> String {
    format!(
        "{}.{:06}",
        micros / MICROS_PER_USDC,
        micros % MICROS_PER_USDC
    )
}

/// As few decimals as possible, but at least one: `10.1`, `10.0`.
pub(crate) fn format_short(micros: u128) -> String {
    let text = format_micros(micros);
    let trimmed = text.trim_end_matches('0');
    if trimmed.ends_with('.') {
        format!("{trimmed}0")
    } else {
        trimmed.to_owned()
    }
}

/// Two decimals, truncated: for overview figures.
pub(crate) fn format_cents(micros: u128) -> String {
    format!(
        "{}.{:02}",
        micros / MICROS_PER_USDC,
        micros % MICROS_PER_USDC / MICROS_PER_CENT
    )
}

/// Parses a plain decimal with at most six decimals; returns None for anything else.
pub(crate) fn parse(text: &str) -> Option<u128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |fraction: &str| fraction.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 6 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: u128 = whole.parse().ok()?;
    let fraction: u128 = if fraction.is_empty() {
        0
    } else {
        format!("{fraction:0<6}").parse().ok()?
    };
    whole.checked_mul(MICROS_PER_USDC)?.checked_add(fraction)
}

pub(crate) fn from_cents(cents: i64) -> u128 {
    u128::from(cents.unsigned_abs()).saturating_mul(MICROS_PER_CENT)
}

/// The checkout's processing fee of one percent, in micros. Never rounded here, because amounts are whole cents.
pub(crate) fn processing_fee(micros: u128) -> u128 {
    micros.div_ceil(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_parses() {
        assert_eq!(format_micros(12_345_000), "12.345000");
        assert_eq!(format_short(10_100_000), "10.1");
        assert_eq!(format_short(10_000_000), "10.0");
        assert_eq!(parse("10.1"), Some(10_100_000));
        assert_eq!(parse("7"), Some(7_000_000));
        for wrong in ["", ".5", "1.1234567", "-1", "1e3", "1,5", " 1"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn processing_fee_is_one_percent() {
        assert_eq!(processing_fee(from_cents(1000)), 100_000);
    }
}

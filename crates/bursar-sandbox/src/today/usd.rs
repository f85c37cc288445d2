//! Amounts in USD that may be negative, as integers of micros (10^-6).

use crate::money;

/// Two to six decimals, as few as the amount needs: `100.50`, `-3.482917`.
pub(crate) fn format(micros: i128) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    format!("{sign}{}", format_unsigned(micros.unsigned_abs()))
}

/// As [`format`], for an amount that cannot be negative.
pub(crate) fn format_unsigned(micros: u128) -> String {
    let text = money::format_micros(micros);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}.{:0<2}", fraction.trim_end_matches('0'))
}

/// Whole cents: `25.73`.
pub(crate) fn format_cents(cents: i64) -> String {
    money::format_cents(money::from_cents(cents))
}

/// The amount as a signed number; amounts here are far below the limit.
pub(crate) fn signed(micros: u128) -> i128 {
    i128::try_from(micros).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_as_few_decimals_as_needed() {
        for (micros, text) in [
            (0, "0.00"),
            (100_500_000, "100.50"),
            (-3_482_917, "-3.482917"),
            (-1, "-0.000001"),
            (1_200_000_000, "1200.00"),
        ] {
            assert_eq!(format(micros), text);
        }
    }
}

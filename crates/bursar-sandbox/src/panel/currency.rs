//! Currencies. Amounts are integers in minor units; the API writes them as decimal strings with exactly the
//! currency's number of decimals and rounds nothing.

use serde_json::{Value, json};

/// ISO 4217 currencies without decimals.
const NO_DECIMALS: [&str; 15] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF",
];
const THREE_DECIMALS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Currency {
    code: [u8; 3],
    decimals: u32,
}

impl Currency {
    pub(crate) const USD: Self = Self {
        code: *b"USD",
        decimals: 2,
    };

    /// Accepts any three capital letters.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        if !bytes.iter().all(u8::is_ascii_uppercase) {
            return None;
        }
        let decimals = if NO_DECIMALS.contains(&code) {
            0
        } else if THREE_DECIMALS.contains(&code) {
            3
        } else {
            2
        };
        Some(Self {
            code: bytes,
            decimals,
        })
    }

    pub(crate) fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or_default()
    }

    pub(crate) fn decimals(self) -> u32 {
        self.decimals
    }

    /// Converts whole units to minor units.
    pub(crate) fn minor_units(self, units: u64) -> u64 {
        units.saturating_mul(10_u64.pow(self.decimals))
    }

    /// `100.00`, `100`, `100.000`.
    pub(crate) fn format(self, minor: u64) -> String {
        let scale = 10_u64.pow(self.decimals);
        match usize::try_from(self.decimals) {
            Ok(0) | Err(_) => minor.to_string(),
            Ok(width) => format!("{}.{:0width$}", minor / scale, minor % scale),
        }
    }

    /// The amount with the currency code, for display.
    pub(crate) fn format_with_code(self, minor: u64) -> String {
        format!("{} {}", self.format(minor), self.code())
    }

    pub(crate) fn money_json(self, minor: u64) -> Value {
        json!({"amount": self.format(minor), "currency": self.code()})
    }

    /// Parses an amount with exactly this currency's number of decimals, as `format` writes it.
    pub(crate) fn parse(self, text: &str) -> Result<u64, String> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |fraction: &str| fraction.bytes().all(|byte| byte.is_ascii_digit());
        let plain = !whole.is_empty() && digits(whole) && digits(fraction) && !text.ends_with('.');
        if !plain || (whole.len() > 1 && whole.starts_with('0')) {
            return Err("Must be a plain decimal number".to_owned());
        }
        if u32::try_from(fraction.len()) != Ok(self.decimals) {
            return Err(format!("Must have exactly {} decimals", self.decimals));
        }
        format!("{whole}{fraction}")
            .parse()
            .ok()
            .filter(|minor| *minor < 1_000_000_000_000_000)
            .ok_or_else(|| "Is too large".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_what_it_parses() {
        for (code, text, minor) in [
            ("USD", "0.50", 50),
            ("JPY", "100", 100),
            ("KWD", "1.005", 1005),
        ] {
            let currency = Currency::from_code(code).unwrap();
            assert_eq!(currency.parse(text), Ok(minor));
            assert_eq!(currency.format(minor), text);
        }
    }

    #[test]
    fn rejects_other_formats() {
        for wrong in [
            "", "1", "1.0", "1.000", "-1.00", "+1.00", "1e2", "01.00", "1,00", " 1.00", "1.",
        ] {
            assert!(Currency::USD.parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Currency::from_code("usd"), None);
    }
}

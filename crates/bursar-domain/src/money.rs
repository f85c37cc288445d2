//! Exact amounts of money: integer base units, a scale and a currency. Arithmetic is checked. A change of scale never
//! loses digits, and a function rounds only if its name says so.

#[cfg(any(test, feature = "testing"))]
mod testing;
mod typed;

use crate::error::{AmountDetail, Code, Error, Result};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use typed::Typed;

/// The most decimals an amount may have.
pub const MAX_SCALE: u8 = 18;

/// A currency's code: 2 to 12 ASCII capitals, digits or dots ("USDC", "USDC.e" is written "USDC.E").
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(try_from = "String", into = "String")]
pub struct Currency(String);

/// An exact amount: `units × 10^-scale` of `currency`. A refund or a difference may be negative. Two amounts of one
/// currency are equal when their values are equal, whatever their scales: 25 equals 25.00.
#[derive(Clone, Debug)]
pub struct Amount {
    units: i128,
    scale: u8,
    currency: Currency,
}

impl Currency {
    /// # Errors
    /// [`Code::AnswerMalformed`] unless `code` is 2 to 12 ASCII letters, digits or dots.
    pub fn new(code: &str) -> Result<Self> {
        let code = code.to_ascii_uppercase();
        let fits = (2..=12).contains(&code.len())
            && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
        if fits {
            Ok(Self(code))
        } else {
            Err(Error::new(
                Code::AnswerMalformed,
                AmountDetail::CurrencyUnreadable,
            ))
        }
    }

    /// A code that this crate itself has in its source.
    pub(crate) fn from_source(code: &'static str) -> Self {
        debug_assert!(Self::new(code).is_ok(), "{code}");
        Self(code.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Currency {
    type Error = Error;
    fn try_from(code: String) -> Result<Self> {
        Self::new(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.0
    }
}

impl Amount {
    /// # Errors
    /// [`Code::AnswerMalformed`] when `scale` is above [`MAX_SCALE`].
    pub fn new(units: i128, scale: u8, currency: Currency) -> Result<Self> {
        if scale > MAX_SCALE {
            return Err(Error::new(
                Code::AnswerMalformed,
                AmountDetail::AmountUnreadable,
            ));
        }
        Ok(Self {
            units,
            scale,
            currency,
        })
    }

    /// Creates an amount from hundredths.
    pub fn from_cents(cents: i64, currency: Currency) -> Self {
        Self {
            units: i128::from(cents),
            scale: 2,
            currency,
        }
    }

    pub fn zero(currency: Currency) -> Self {
        Self {
            units: 0,
            scale: 0,
            currency,
        }
    }

    pub fn units(&self) -> i128 {
        self.units
    }

    pub fn scale(&self) -> u8 {
        self.scale
    }

    pub fn currency(&self) -> &Currency {
        &self.currency
    }

    pub fn is_negative(&self) -> bool {
        self.units < 0
    }

    pub fn is_zero(&self) -> bool {
        self.units == 0
    }

    /// Parses an amount that a person typed or pasted: digits of one script, optionally in groups of three, with an
    /// optional point or comma and at most `decimals` digits after it. An amount that Bursar displays, without its currency,
    /// parses to the same amount, except where its three decimals could also be a group of three digits.
    ///
    /// # Errors
    /// [`Code::AmountMalformed`] or [`Code::AmountPrecision`], with a detail that says what to type.
    pub fn parse_typed(text: &str, decimals: u8, currency: Currency) -> Result<Self> {
        let Typed { whole, fraction } = typed::read(text)?;
        if fraction.len() > usize::from(decimals) {
            let decimals = u32::from(decimals);
            let detail = AmountDetail::AmountDecimals { decimals };
            return Err(Error::new(Code::AmountPrecision, detail));
        }
        Self::from_digits(&whole, &fraction, false, currency)
            .map_err(|_| Error::new(Code::AmountMalformed, AmountDetail::AmountTooManyDigits))
    }

    /// Parses a server's decimal string: an optional minus, digits and an optional fraction.
    ///
    /// # Errors
    /// [`Code::AnswerMalformed`] if the text has another form, is too large, or has more than 18 decimals.
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = decimal_digits(digits)
            .ok_or_else(|| Error::new(Code::AnswerMalformed, AmountDetail::AmountUnreadable))?;
        Self::from_digits(whole, fraction, negative, currency)
    }

    fn from_digits(
        whole: &str,
        fraction: &str,
        negative: bool,
        currency: Currency,
    ) -> Result<Self> {
        let too_large = || Error::new(Code::AnswerMalformed, AmountDetail::AmountUnreadable);
        let scale = u8::try_from(fraction.len()).map_err(|_| too_large())?;
        let units = units_of(whole, fraction)
            .and_then(|units| {
                if negative {
                    units.checked_neg()
                } else {
                    Some(units)
                }
            })
            .ok_or_else(too_large)?;
        Self::new(units, scale, currency)
    }

    /// The same value at another scale; `None` if that would lose digits, overflow or exceed [`MAX_SCALE`].
    pub fn rescale(&self, scale: u8) -> Option<Self> {
        if scale > MAX_SCALE {
            return None;
        }
        let units = match scale.cmp(&self.scale) {
            Ordering::Equal => self.units,
            Ordering::Greater => self
                .units
                .checked_mul(power_of_ten(scale.checked_sub(self.scale)?)?)?,
            Ordering::Less => {
                let divisor = power_of_ten(self.scale.checked_sub(scale)?)?;
                if self.units.checked_rem(divisor)? != 0 {
                    return None;
                }
                self.units.checked_div(divisor)?
            }
        };
        Some(Self {
            units,
            scale,
            currency: self.currency.clone(),
        })
    }

    /// The amount in hundredths; `None` if it has finer digits or does not fit.
    pub fn to_cents(&self) -> Option<i64> {
        self.rescale(2)
            .and_then(|cents| i64::try_from(cents.units).ok())
    }

    /// The sum at the finer scale; `None` if the currencies differ or on overflow.
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        self.combine(other, i128::checked_add)
    }

    /// The difference at the finer scale; `None` if the currencies differ or on overflow.
    pub fn checked_sub(&self, other: &Self) -> Option<Self> {
        self.combine(other, i128::checked_sub)
    }

    fn combine(&self, other: &Self, op: impl Fn(i128, i128) -> Option<i128>) -> Option<Self> {
        let (left, right) = self.align(other)?;
        Some(Self {
            units: op(left.units, right.units)?,
            ..left
        })
    }

    fn align(&self, other: &Self) -> Option<(Self, Self)> {
        if self.currency != other.currency {
            return None;
        }
        let scale = self.scale.max(other.scale);
        Some((self.rescale(scale)?, other.rescale(scale)?))
    }

    /// Compares values across scales; `None` if the currencies differ or on overflow.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        let (left, right) = self.align(other)?;
        Some(left.units.cmp(&right.units))
    }

    /// The same number of another currency, to compare two figures of one balance. Nothing may be added or shown by it.
    #[must_use]
    pub fn same_number_of(&self, currency: &Currency) -> Self {
        Self {
            currency: currency.clone(),
            ..self.clone()
        }
    }

    /// Whether the values are equal, whatever the scales and the currencies.
    pub fn has_same_number(&self, other: &Self) -> bool {
        self.value() == other.value()
    }

    /// Whether value and currency are equal, whatever the scales. Equivalent to `==`.
    pub fn equals(&self, other: &Self) -> bool {
        self == other
    }

    /// Units and scale without trailing zeros in the fraction, so that each value has exactly one such pair.
    fn value(&self) -> (i128, u8) {
        let (mut units, mut scale) = (self.units, self.scale);
        while scale > 0 && units.checked_rem(10) == Some(0) {
            units = units.checked_div(10).unwrap_or(units);
            scale = scale.saturating_sub(1);
        }
        (units, scale)
    }

    /// The absolute value; `None` for the smallest number of units, which has no positive counterpart.
    pub fn checked_abs(&self) -> Option<Self> {
        Some(Self {
            units: self.units.checked_abs()?,
            ..self.clone()
        })
    }

    /// `self × bps / 10 000 + fixed_cents`, rounded **up** to a hundredth so that a displayed fee is never too small.
    /// `None` for a negative amount or negative fixed fee, or on overflow.
    pub fn fee_rounded_up(&self, bps: u32, fixed_cents: i64) -> Option<Self> {
        if self.is_negative() || fixed_cents < 0 {
            return None;
        }
        let scale = self.scale.max(2);
        let base = self.rescale(scale)?;
        let divisor = power_of_ten(scale.checked_sub(2)?)?.checked_mul(10_000)?;
        let proportional = base.units.checked_mul(i128::from(bps))?;
        let cents = proportional
            .checked_add(divisor.checked_sub(1)?)?
            .checked_div(divisor)?
            .checked_add(i128::from(fixed_cents))?;
        Some(Self {
            units: cents,
            scale: 2,
            currency: self.currency.clone(),
        })
    }

    /// The decimal string without the currency, with every decimal of the scale: `"25.500000"`.
    pub fn to_decimal(&self) -> String {
        let scale = usize::from(self.scale);
        let width = scale.saturating_add(1);
        let digits = format!("{:0width$}", self.units.unsigned_abs());
        let (whole, fraction) = digits.split_at(digits.len().saturating_sub(scale));
        let sign = if self.units < 0 { "-" } else { "" };
        if fraction.is_empty() {
            return [sign, whole].concat();
        }
        [sign, whole, ".", fraction].concat()
    }

    /// The decimal string and the currency, with at least two decimals and no further trailing zeros: `25.50 USDC`.
    pub fn to_brief(&self) -> String {
        let text = self.to_decimal();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let kept = fraction.trim_end_matches('0');
        format!("{whole}.{kept:0<2} {}", self.currency)
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        self.currency == other.currency && self.value() == other.value()
    }
}

impl Eq for Amount {}

impl Hash for Amount {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value().hash(state);
        self.currency.hash(state);
    }
}

/// The decimal string and the currency: `25.500000 USDC`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

/// On the wire, in the database and in JSON an amount is a decimal string and a currency.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename = "Amount")]
struct Written {
    amount: String,
    currency: Currency,
}

impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            amount: self.to_decimal(),
            currency: self.currency.clone(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        Self::parse_decimal(&written.amount, written.currency).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "specta")]
impl specta::Type for Amount {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        <Written as specta::Type>::definition(types)
    }
}

/// The ASCII digits of a whole number, which may be written in groups of three; `None` for any other text.
pub fn ungrouped(text: &str) -> Option<String> {
    typed::ungrouped(text)
}

/// Whether a text is an amount without a sign that [`Amount::parse_decimal`] can read, whatever its currency.
pub fn is_unsigned_decimal(text: &str) -> bool {
    decimal_digits(text).is_some_and(|(whole, fraction)| units_of(whole, fraction).is_some())
}

/// The digits before and after the point of a decimal string without a sign; `None` if the text has another form.
fn decimal_digits(text: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fits = !whole.is_empty()
        && is_digits(whole)
        && is_digits(fraction)
        && !text.ends_with('.')
        && fraction.len() <= usize::from(MAX_SCALE);
    fits.then_some((whole, fraction))
}

/// The digits as one number of base units; `None` if it does not fit.
fn units_of(whole: &str, fraction: &str) -> Option<i128> {
    whole
        .bytes()
        .chain(fraction.bytes())
        .try_fold(0_i128, |units, digit| {
            units
                .checked_mul(10)?
                .checked_add(i128::from(digit.checked_sub(b'0')?))
        })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn power_of_ten(exponent: u8) -> Option<i128> {
    10_i128.checked_pow(u32::from(exponent))
}

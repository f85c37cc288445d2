//! What an argument of a message can be.

use bursar_domain::money::Amount;
use std::borrow::Cow;

/// An argument of a message. Counts choose the plural form; they and amounts are written as the language writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Text(Cow<'a, str>),
    Count(u64),
    Amount(Cow<'a, Amount>),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a Amount> for Value<'a> {
    fn from(amount: &'a Amount) -> Self {
        Self::Amount(Cow::Borrowed(amount))
    }
}

impl From<Amount> for Value<'_> {
    fn from(amount: Amount) -> Self {
        Self::Amount(Cow::Owned(amount))
    }
}

impl From<u64> for Value<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<u32> for Value<'_> {
    fn from(count: u32) -> Self {
        Self::Count(u64::from(count))
    }
}

impl From<usize> for Value<'_> {
    fn from(count: usize) -> Self {
        // A count that no u64 holds cannot be in memory.
        Self::Count(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

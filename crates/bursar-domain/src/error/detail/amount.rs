//! Typed amounts, and amounts in answers.

use crate::money::Amount;
use serde::{Deserialize, Serialize};

/// Typed amounts, and amounts in answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum AmountDetail {
    /// A typed text is not a number.
    AmountNotANumber,
    /// It has separators between other groups than those of three digits.
    AmountGroups,
    /// It has digits of several scripts.
    AmountScriptsMixed,
    /// It can be read in two ways: as a whole number, or with three decimals.
    AmountAmbiguous {
        typed: String,
        whole: String,
        decimals: String,
    },
    /// It has more decimals than the provider accepts.
    AmountDecimals { decimals: u32 },
    /// It has more digits than an amount can have.
    AmountTooManyDigits,
    /// An amount in an answer is not a decimal number, or it has too many digits.
    AmountUnreadable,
    /// A currency in an answer has no code that Bursar accepts.
    CurrencyUnreadable,
    /// The amount is zero.
    AmountZero,
    /// No method of the network takes less.
    AmountBelowMinimum { minimum: Amount },
    /// The method takes no less.
    AmountBelowMethodMinimum { method: String, minimum: Amount },
    /// The method takes no more.
    AmountAboveMethodMaximum { method: String, maximum: Amount },
    /// The provider takes no such small amount.
    AmountTooSmallForProvider,
    /// The provider takes no such large amount.
    AmountTooLargeForProvider,
    /// The provider takes amounts in this currency only, with this many decimals.
    AmountUnit { currency: String, decimals: u32 },
    /// The balance has reached its limit.
    BalanceAtLimit { limit: Amount },
    /// The balance would exceed its limit. `room` can still be added.
    BalanceNearLimit { limit: Amount, room: Amount },
}

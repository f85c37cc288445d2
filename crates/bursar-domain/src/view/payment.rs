//! What the window is told of payments: the lines of the history, and how to ask for them.

use crate::account::AccountId;
use crate::clock::Timestamp;
use crate::money::Amount;
use crate::payment::{FailureCode, FailureReason, PaymentKind, PaymentStatus};
use serde::{Deserialize, Serialize};

/// How a chain event was found to belong to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// The event carries the payment's id: certain.
    ById,
    /// Equal units within 24 h and only one candidate: said to be so.
    ByAmount,
}

/// A line of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PaymentView {
    pub account: AccountId,
    /// The provider's id, or `chain:<tx>:<log index>` for a credit without a top-up, or
    /// `local:<top-up>` for one that the provider never had.
    pub id: String,
    /// The provider's id, which people may name to it. `None` for lines that have only an id of Bursar's, which is
    /// not for people.
    pub provider_id: Option<String>,
    /// The provider's number of it, as on the invoice.
    pub number: Option<String>,
    pub kind: PaymentKind,
    /// What a renewal or migration is for, in a few words.
    pub purpose: Option<String>,
    pub status: PaymentStatus,
    /// Why it came to nothing, and what can be done.
    pub reason: Option<FailureReasonView>,
    pub amount: Amount,
    pub fee: Option<Amount>,
    /// The code of the payment provider, or "chain"; `None` when the provider does not say.
    pub source: Option<String>,
    /// The source's name for users, where it differs from the code. Only pages have it: exports keep their form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_title: Option<String>,
    /// The payer's name.
    pub payer: Option<String>,
    /// The method's name.
    pub method: Option<String>,
    pub has_invoice: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Whether it can be verified at all; without, `verified` says nothing.
    pub verifiable: bool,
    /// Whether a matching event is in the chain.
    pub verified: bool,
    pub matched: Option<MatchedBy>,
    pub transaction: Option<String>,
    pub block: Option<String>,
    /// The open top-up this line belongs to, for its commands.
    pub top_up: Option<String>,
}

/// Which lines of the history: everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PaymentQuery {
    /// All accounts when `None`.
    pub account: Option<AccountId>,
    /// Part of an id, number, source, payer, amount, or transaction.
    pub search: Option<String>,
    /// Any of these; all when empty.
    pub statuses: Vec<PaymentStatus>,
    /// First and last day in the user's time zone, `YYYY-MM-DD`, both included.
    pub from: Option<String>,
    pub to: Option<String>,
}

/// A page of the history, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PaymentPage {
    pub payments: Vec<PaymentView>,
    /// Hand this back for the next page; `None` at the end.
    pub next: Option<String>,
    /// How many lines the whole query has.
    pub total: u32,
}

/// A month of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MonthView {
    /// `YYYY-MM`, in the user's time zone.
    pub month: String,
    /// How many lines of the query it has; never zero.
    pub payments: u32,
}

/// Why a payment came to nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FailureReasonView {
    pub why: FailureCode,
    /// The provider's own words, where it has any.
    pub words: Option<String>,
    /// Why, and what can be done about it, in a sentence or two.
    pub advice: String,
}

impl From<&FailureReason> for FailureReasonView {
    fn from(reason: &FailureReason) -> Self {
        Self {
            why: reason.why,
            words: reason.words.clone(),
            advice: reason.advice(),
        }
    }
}

//! The data that the Payments page shows: the rows of the history, and the query that selects them.

use crate::account::AccountId;
use crate::clock::Timestamp;
use crate::money::Amount;
use crate::paid_for::PaidFor;
use crate::payment::{FailureReason, PaymentKind, PaymentStatus};
use crate::payment_rules::{LateMoney, OtherSource};
use serde::{Deserialize, Serialize};

/// How a chain event was matched to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// By the payment's id in the event, which is certain.
    ById,
    /// By an equal amount within 24 hours, with only one candidate. The window says so.
    ByAmount,
}

/// A row of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PaymentView {
    pub account: AccountId,
    /// The provider's id; or `chain:<tx>:<log index>` for a credit without a top-up; or `local:<top-up>` for a top-up
    /// that the provider never had.
    pub id: String,
    /// The provider's id, which a user can quote to the provider. `None` for rows that have only an id of Bursar's, which
    /// is never shown.
    pub provider_id: Option<String>,
    /// The provider's number for the payment, as on the invoice.
    pub number: Option<String>,
    pub kind: PaymentKind,
    /// What a renewal or migration pays for.
    pub purpose: Option<PaidFor>,
    pub status: PaymentStatus,
    /// Why the payment did not succeed.
    pub reason: Option<FailureReason>,
    pub amount: Amount,
    pub fee: Option<Amount>,
    /// The code of the payment provider, or "chain"; `None` if the provider does not say.
    pub source: Option<String>,
    /// The source's display name, if it differs from the code. Only pages have it, so that exports keep their form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_title: Option<String>,
    /// What the source is, if it has no payment page. Only pages have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_source: Option<OtherSource>,
    /// What happens to money that arrives after the payment has ended. Only pages have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_money: Option<LateMoney>,
    /// The payer's name.
    pub payer: Option<String>,
    /// The method's name.
    pub method: Option<String>,
    pub has_invoice: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Whether the payment can be verified. If not, `verified` means nothing.
    pub verifiable: bool,
    /// Whether the chain has a matching event.
    pub verified: bool,
    pub matched: Option<MatchedBy>,
    pub transaction: Option<String>,
    pub block: Option<String>,
    /// The id of the open top-up that this row belongs to, for its commands.
    pub top_up: Option<String>,
}

/// Selects rows of the history. All given conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PaymentQuery {
    /// All accounts if `None`.
    pub account: Option<AccountId>,
    /// Part of an id, number, source, payer, amount or transaction.
    pub search: Option<String>,
    /// Any of these; all if empty.
    pub statuses: Vec<PaymentStatus>,
    /// The first and the last day, `YYYY-MM-DD` in the user's time zone, both included.
    pub from: Option<String>,
    pub to: Option<String>,
}

/// A page of the history, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PaymentPage {
    pub payments: Vec<PaymentView>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
    /// The number of rows that the query selects.
    pub total: u32,
}

/// A month of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MonthView {
    /// `YYYY-MM`, in the user's time zone.
    pub month: String,
    /// The number of rows in this month, never zero.
    pub payments: u32,
}

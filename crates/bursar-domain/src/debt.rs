//! Money that an account owes: what the API's figures say about it, what the provider removes for it and when, and what
//! clears it. The rules are data of the provider, with the date of the documentation that they are from.

mod owed;
mod proposal;
mod timeline;

use crate::clock::Span;
use serde::{Deserialize, Serialize};

pub use owed::Standing;
pub use proposal::top_up_that_clears;
pub use timeline::{Debt, StepForecast, StepState, forecast, next_removal};

/// What a provider removes because of a debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// Machines and their public addresses.
    MachinesAndAddresses,
    Disks,
}

/// One rule: what is removed when a debt gets too large or stays unpaid for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DebtStep {
    pub removes: Removal,
    /// The limit of the debt, in hundredths of the account's unit.
    pub limit_cents: i64,
    /// Whether a debt that equals the limit is too large already. Otherwise it has to be above the limit.
    pub includes_limit: bool,
    /// How long the debt may stay unpaid: for the first step since nothing was left, for each later step since the one
    /// before it.
    pub unpaid_for: Span,
}

/// A provider's rules of debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DebtRules {
    /// The day on which the documentation said so, such as `2026-01-31`.
    pub as_of: &'static str,
    /// The address of the documentation.
    pub source: &'static str,
    /// In the order in which they happen; the limits grow.
    pub steps: &'static [DebtStep],
}

//! What an account can pay with and pay for, as its provider offers it at the moment. All of it is data: what
//! one provider has and another lacks is an empty list or a `None`, never a question of which one it is.

use crate::clock::Timestamp;
use crate::money::{Amount, Currency};
use serde::{Deserialize, Serialize};

/// What an account can do beside topping up, told of a provider as such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Capabilities {
    /// Several payments can be open at once; else at most one top-up is.
    pub several_open: bool,
    /// Services that can be renewed, one or several at a time.
    pub renewals: bool,
    /// Ordered migrations that can be paid for.
    pub migrations: bool,
    /// Methods that can be kept for next time, and managed.
    pub saved_methods: bool,
    /// Invoices of payments.
    pub invoices: bool,
}

/// What a top-up can be and what it can be paid with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// What the account's money is in.
    pub currency: Currency,
    /// Amounts to offer.
    pub presets: Vec<Amount>,
    /// Who may pay, in the provider's order; empty where nobody is asked.
    pub payers: Vec<Payer>,
    /// The methods that can be used now, in the provider's order.
    pub methods: Vec<Method>,
}

/// Somebody in whose name is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Payer {
    pub id: String,
    pub name: String,
}

/// A way to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    pub code: String,
    /// The code of the payment provider behind it.
    pub provider: String,
    pub name: String,
    pub kind: MethodKind,
    /// The payers that it is linked to; empty for any.
    pub payers: Vec<String>,
    /// Zero where the provider names none.
    pub min: Amount,
    pub max: Option<Amount>,
    /// Estimated fee in hundredths of a percent.
    pub fee_bps: u32,
    /// Estimated fixed fee in hundredths.
    pub fee_fixed_cents: i64,
    pub fee_paid_by_user: bool,
    /// Whether all three of them could be read; else the fee is unknown.
    #[serde(default = "yes")]
    pub fee_known: bool,
    /// Only of a saved one.
    pub saved: Option<SavedMethod>,
    /// Paying by it can keep it for next time.
    pub can_be_saved: bool,
    /// Takes the money at once and has no page to turn back on: only with a total that was confirmed.
    pub debits_at_once: bool,
}

fn yes() -> bool {
    true
}

impl Method {
    /// Whether it can be used for a payment now: one that is saved must be confirmed.
    pub fn is_usable(&self) -> bool {
        self.saved
            .as_ref()
            .is_none_or(|saved| saved.state == SavedMethodState::Confirmed)
    }

    /// Whether a payer may use it; where no payer is named, whether anybody may.
    pub fn is_for(&self, payer: Option<&str>) -> bool {
        self.payers.is_empty()
            || payer.is_none_or(|payer| self.payers.iter().any(|linked| linked == payer))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MethodKind {
    Crypto,
    Fiat,
    /// Paid later against an invoice.
    Invoice,
    /// Kept from an earlier payment.
    Saved,
    /// A payment system's own page.
    PaymentSystem,
}

/// A method kept for later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SavedMethod {
    pub state: SavedMethodState,
    /// The one to offer first.
    pub is_default: bool,
    /// By what people tell it apart: a card's brand and last digits, or an e-mail address.
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum SavedMethodState {
    /// Being checked; it cannot be used yet.
    Pending,
    Confirmed,
    /// The check failed; it will not be usable.
    Failed,
}

/// What adds a method without paying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMethod {
    pub payer: Option<String>,
    /// The code of a method that can be kept.
    pub method: String,
    /// Where the hosted page should send the browser back to; only on networks with `return_links`.
    pub return_url: Option<String>,
}

/// What can be paid for beside a top-up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuePayments {
    /// By their due date, the nearest first.
    pub services: Vec<Service>,
    pub migrations: Vec<Migration>,
}

/// A service that can be renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Service {
    pub id: String,
    pub name: String,
    pub tariff: Option<String>,
    /// Paid until then.
    pub due_at: Timestamp,
    pub periods: Vec<Period>,
}

/// An ordered move to another server that waits to be paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Migration {
    pub order: String,
    /// What is moved.
    pub name: String,
    /// The server that was ordered for it.
    pub server: String,
    /// What the server has, in the provider's words.
    pub server_detail: Option<String>,
    pub ordered_at: Timestamp,
    pub periods: Vec<Period>,
}

/// How long is paid for, and what that costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Period {
    pub id: String,
    pub name: String,
    pub price: Amount,
    /// The new end, where the provider says it.
    pub until: Option<Timestamp>,
}

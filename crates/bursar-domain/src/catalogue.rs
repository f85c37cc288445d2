//! What an account can pay with and pay for, as its provider offers it now. All of this is data: if a provider lacks
//! something, a list is empty or a field is `None`, so that no caller needs to know which provider it is.

use crate::clock::Timestamp;
use crate::money::{Amount, Currency};
use serde::{Deserialize, Serialize};

/// What a provider supports besides topping up, for every account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Capabilities {
    /// Several payments can be open at once. Otherwise at most one top-up can.
    pub several_open: bool,
    /// Services can be renewed, one or several at a time.
    pub renewals: bool,
    /// Ordered migrations can be paid for.
    pub migrations: bool,
    /// Payment methods can be saved and managed.
    pub saved_methods: bool,
    /// Payments have invoices.
    pub invoices: bool,
}

/// The amounts, payers and methods that a payment can use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The account's currency.
    pub currency: Currency,
    /// Suggested amounts.
    pub presets: Vec<Amount>,
    /// Who may pay, in the provider's order. Empty if the provider has no payers.
    pub payers: Vec<Payer>,
    /// The methods on offer, in the provider's order.
    pub methods: Vec<Method>,
}

/// A person or company that payments are made for.
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
    /// The ids of the payers that may use it. Empty: all may.
    pub payers: Vec<String>,
    /// Zero if the provider sets no minimum.
    pub min: Amount,
    pub max: Option<Amount>,
    /// Estimated fee in hundredths of a percent.
    pub fee_bps: u32,
    /// Estimated fixed fee in hundredths.
    pub fee_fixed_cents: i64,
    pub fee_paid_by_user: bool,
    /// Whether all three fee fields could be read. Otherwise the fee is unknown.
    #[serde(default = "yes")]
    pub fee_known: bool,
    /// Set for a saved method only.
    pub saved: Option<SavedMethod>,
    /// A payment with it can save it for next time.
    pub can_be_saved: bool,
    /// Takes the money at once, without a payment page. The user must have confirmed the total first.
    pub debits_at_once: bool,
}

fn yes() -> bool {
    true
}

impl Method {
    /// Whether it can be used for a payment now. A saved method must be confirmed.
    pub fn is_usable(&self) -> bool {
        self.saved
            .as_ref()
            .is_none_or(|saved| saved.state == SavedMethodState::Confirmed)
    }

    /// Whether a payer may use it; without a payer, whether anybody may.
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
    /// Paid later, by invoice.
    Invoice,
    /// Saved during an earlier payment.
    Saved,
    /// The page of a payment system.
    PaymentSystem,
}

/// The details of a saved method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SavedMethod {
    pub state: SavedMethodState,
    /// Selected by default.
    pub is_default: bool,
    /// How people recognise it, such as a card's brand and last digits, or an e-mail address.
    pub detail: String,
    /// Until when a card is valid, as the provider writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum SavedMethodState {
    /// The provider is checking it; it cannot be used yet.
    Pending,
    Confirmed,
    /// The check failed; it cannot be used.
    Failed,
}

/// A request to save a method without paying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMethod {
    pub payer: Option<String>,
    /// The code of a method that can be saved.
    pub method: String,
    /// Where the hosted page sends the browser afterwards. Set only on networks with `return_links`.
    pub return_url: Option<String>,
}

/// What can be paid for besides a top-up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuePayments {
    /// Sorted by due date, the nearest first.
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
    /// The service is paid until this time.
    pub due_at: Timestamp,
    pub periods: Vec<Period>,
}

/// A move to another server that has been ordered and not yet paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Migration {
    pub order: String,
    /// What is moved.
    pub name: String,
    /// The ordered server.
    pub server: String,
    /// The server's specification, in the provider's words.
    pub server_detail: Option<String>,
    pub ordered_at: Timestamp,
    pub periods: Vec<Period>,
}

/// A length of time that can be paid for, with its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Period {
    pub id: String,
    pub name: String,
    pub price: Amount,
    /// When the service would then end, if the provider says so.
    pub until: Option<Timestamp>,
}

//! What the window is told of paying: the form, what a wish would cost, and the payment that is followed.

use super::FailureReasonView;
use crate::catalogue::{MethodKind, Migration, Payer, SavedMethod, Service};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::money::Amount;
use crate::payment::{PaymentKind, PaymentStatus};
use serde::{Deserialize, Serialize};

/// A payment that is being followed: a top-up, a renewal or a migration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TopUpView {
    /// Bursar's own id of the top-up, for commands.
    pub id: String,
    /// The provider's id, once known.
    pub payment_id: Option<String>,
    pub kind: PaymentKind,
    /// What a renewal or migration is for, in a few words.
    pub purpose: Option<String>,
    pub amount: Amount,
    pub status: PaymentStatus,
    /// Why it came to nothing, and what can be done.
    pub reason: Option<FailureReasonView>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// Whether there is a checkout that may be opened. An open payment without one needs nothing from the
    /// user here: the money is being taken, or an invoice waits to be paid.
    pub can_open: bool,
    /// The host of a checkout that the network does not list; the user may add it on purpose.
    pub refused_host: Option<String>,
    pub can_cancel: bool,
    pub cancel_requested: bool,
    /// When the provider last said where it stands. A look that could not read it leaves this as it was.
    pub checked_at: Option<Timestamp>,
    pub error: Option<Error>,
}

/// A payment method with its limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MethodView {
    pub code: String,
    pub name: String,
    pub kind: MethodKind,
    /// The ids of the payers that it is linked to; empty for any.
    pub payers: Vec<String>,
    pub min: Amount,
    pub max: Option<Amount>,
    /// Only of a saved one. One that is not confirmed cannot be paid with.
    pub saved: Option<SavedMethod>,
    /// Paying by it can keep it for next time.
    pub can_be_saved: bool,
    /// Takes the money at once, without a page: `pay` wants the total confirmed.
    pub debits_at_once: bool,
}

/// What the top-up page needs to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TopUpForm {
    /// Stands for one payment: handed to `pay`, however often, it starts one and no more. A further payment
    /// takes a further form.
    #[serde(rename = "attempt")]
    pub top_up_id: String,
    pub currency: String,
    pub decimals: u8,
    /// Who may pay, in the provider's order; one or none is not worth a question.
    pub payers: Vec<Payer>,
    pub methods: Vec<MethodView>,
    /// When payers and methods were read; `None` before the first reading.
    pub methods_as_of: Option<Timestamp>,
    /// Amounts to offer, as they would be typed.
    pub presets: Vec<String>,
    /// The most that can be added now, if the cap and the balance are known.
    pub room: Option<Amount>,
    pub balance_max: Option<Amount>,
    /// What stands in the way of another: one of which it is not known whether it was made, or the open one where the
    /// provider allows only one.
    pub open: Option<TopUpView>,
    /// Whether the browser will come back to the app by a link; else polling notices the payment.
    pub returns_by_link: bool,
    /// Why no top-up can be started at all, if so.
    pub blocked: Option<Error>,
}

/// What the user wants to pay for, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PaymentRequest {
    pub purpose: RequestedPurpose,
    /// `None`: the method's payer, else the provider's first one, or nobody where it knows none.
    pub payer: Option<String>,
    /// A method's code; `None`: the default one of the payer, else the first.
    pub method: Option<String>,
    /// Keep the method for next time.
    pub save_method: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum RequestedPurpose {
    TopUp {
        /// As typed.
        amount: String,
    },
    Renewal {
        services: Vec<ServicePeriod>,
    },
    Migration {
        order: String,
        period: String,
    },
}

/// A service and how long it is to be renewed for, both by their ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ServicePeriod {
    pub service: String,
    pub period: String,
}

/// What a wish would cost, before anything is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Quote {
    pub amount: Option<Amount>,
    /// About this much, rounded up; `None` when the method does not say.
    pub fee: Option<Amount>,
    pub total: Option<Amount>,
    /// Only of a top-up.
    pub balance_after: Option<Amount>,
    /// What is paid for in a few words; `None` for a top-up.
    pub purpose: Option<String>,
    /// The code of the method that is meant.
    pub method: Option<String>,
    /// The method takes the money at once: `pay` wants `total` back as confirmed.
    pub needs_confirmation: bool,
    /// Why this cannot be sent.
    pub error: Option<Error>,
    /// What the user should know though it can be sent (an unknown balance).
    pub warning: Option<String>,
}

/// Who pays and by what, as it was last read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MethodsView {
    pub payers: Vec<Payer>,
    pub methods: Vec<MethodView>,
    /// `None` before the first reading.
    pub as_of: Option<Timestamp>,
    /// Why it could not be read again.
    pub error: Option<Error>,
}

/// What can be paid for beside a top-up, as it was last read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct DuePaymentsView {
    /// By their due date, the nearest first.
    pub services: Vec<Service>,
    pub migrations: Vec<Migration>,
    /// What is being paid for already, wherever that was started, newest first: the provider lists a service or
    /// an order until the money has come.
    pub under_way: Vec<DuePaymentInProgress>,
    /// `None` before the first reading.
    pub as_of: Option<Timestamp>,
    /// Why it could not be read again.
    pub error: Option<Error>,
}

/// A renewal or a migration that has been started and has not ended: whoever pays for the same again pays twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct DuePaymentInProgress {
    /// The ids of the services that it renews.
    pub services: Vec<String>,
    /// The order that it pays for.
    pub order: Option<String>,
    pub top_up: TopUpView,
}

//! The data that the Top up page shows: the form, a quote, and the payment that is followed.

use crate::catalogue::{MethodKind, Migration, Payer, SavedMethod, Service};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::money::Amount;
use crate::paid_for::PaidFor;
use crate::payment::{FailureReason, PaymentKind, PaymentStatus};
use crate::payment_rules::{LateMoney, PageHelp};
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
    /// What a renewal or migration pays for.
    pub purpose: Option<PaidFor>,
    pub amount: Amount,
    pub status: PaymentStatus,
    /// Why the payment did not succeed.
    pub reason: Option<FailureReason>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// When the payment page usually ends, by the network file; `None` where the provider says when it does.
    pub usually_expires_at: Option<Timestamp>,
    /// Whether there is a checkout that may be opened. An open payment without one needs nothing from the user here: the
    /// money is being debited, or an invoice has to be paid.
    pub can_open: bool,
    /// The host of a checkout that the network does not list. The user can add it.
    pub refused_host: Option<String>,
    /// What happens to money that arrives after the payment has ended.
    pub late_money: LateMoney,
    /// What to try when paying on the page fails.
    pub help: PageHelp,
    pub can_cancel: bool,
    pub cancel_requested: bool,
    /// When the status was last read from the provider. A reading that fails does not change it.
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
    /// The ids of the payers that can use it; empty if all can.
    pub payers: Vec<String>,
    pub min: Amount,
    pub max: Option<Amount>,
    /// Set for a saved method only. An unconfirmed method cannot be used.
    pub saved: Option<SavedMethod>,
    /// Whether a payment with it can save it for next time.
    pub can_be_saved: bool,
    /// Whether it debits at once, without a payment page. `pay` then requires the confirmed total.
    pub debits_at_once: bool,
}

/// What the form on the Top up page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TopUpForm {
    /// The id of the payment that this form starts. `pay` starts one payment with it, however often it is called. Another
    /// payment needs another form.
    pub top_up_id: String,
    pub currency: String,
    pub decimals: u8,
    /// Who may pay, in the provider's order. With one or none, there is nothing to choose.
    pub payers: Vec<Payer>,
    pub methods: Vec<MethodView>,
    /// When payers and methods were last read; `None` before the first reading.
    pub methods_as_of: Option<Timestamp>,
    /// Suggested amounts, as a user would type them.
    pub presets: Vec<String>,
    /// The amount that clears the debt and pays for 30 days, as a user would type it; `None` if nothing is owed.
    pub clears_debt: Option<String>,
    /// The most that can be added below the cap, if the cap and the balance are known.
    pub headroom: Option<Amount>,
    pub balance_max: Option<Amount>,
    /// The payment that blocks a new one: its outcome is unknown, or it is open and the provider allows only one.
    pub open: Option<TopUpView>,
    /// Whether the browser returns to the app by a link. Otherwise polling notices the payment.
    pub returns_by_link: bool,
    /// Why no top-up can be started.
    pub blocked: Option<Error>,
}

/// The payment that the user requests, and how to pay for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PaymentRequest {
    pub purpose: RequestedPurpose,
    /// If `None`, the method's payer, or the provider's first one, or no payer if it has none.
    pub payer: Option<String>,
    /// A method's code. If `None`, the payer's default method, or the first one.
    pub method: Option<String>,
    /// Save the method for next time.
    pub save_method: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum RequestedPurpose {
    TopUp {
        /// The amount as typed.
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

/// The ids of a service and of the period to renew it for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ServicePeriod {
    pub service: String,
    pub period: String,
}

/// What a payment would cost. Nothing is sent for a quote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Quote {
    pub amount: Option<Amount>,
    /// The estimated fee, rounded up; `None` if the method has no estimate.
    pub fee: Option<Amount>,
    pub total: Option<Amount>,
    /// Set for a top-up only.
    pub balance_after: Option<Amount>,
    /// What is paid for; `None` for a top-up.
    pub purpose: Option<PaidFor>,
    /// The code of the method that would be used.
    pub method: Option<String>,
    /// Whether the method debits at once. `pay` then requires `total` as the confirmed total.
    pub needs_confirmation: bool,
    /// Why the payment cannot be started.
    pub error: Option<Error>,
    /// What the user should know although the payment can be started.
    pub warning: Option<QuoteWarning>,
}

/// What the user should know before a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum QuoteWarning {
    /// The balance is unknown, so that only the provider can check whether it stays below its limit.
    BalanceUnknown,
}

/// The payers and their methods, as last read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MethodsView {
    pub payers: Vec<Payer>,
    pub methods: Vec<MethodView>,
    /// `None` before the first reading.
    pub as_of: Option<Timestamp>,
    /// Why the last reading failed.
    pub error: Option<Error>,
}

/// What can be paid for besides a top-up, as last read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct DuePaymentsView {
    /// Sorted by due date, the nearest first.
    pub services: Vec<Service>,
    pub migrations: Vec<Migration>,
    /// Payments for these services and orders that are in progress on any device, newest first. The provider lists a
    /// service or an order until its money has arrived.
    pub under_way: Vec<DuePaymentInProgress>,
    /// `None` before the first reading.
    pub as_of: Option<Timestamp>,
    /// Why the last reading failed.
    pub error: Option<Error>,
}

/// A renewal or migration that is in progress. To pay for the same thing again would be to pay twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct DuePaymentInProgress {
    /// The ids of the services that it renews.
    pub services: Vec<String>,
    /// The migration's order.
    pub order: Option<String>,
    pub top_up: TopUpView,
}

/// A rule of the provider about money, shown before the user pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MoneyRule {
    /// The balance pays for what is rented from the provider, and for nothing else.
    RentOnly,
    /// Money in the balance cannot be withdrawn.
    NoWithdrawal,
    /// A transfer from the user's own wallet does not reach the balance.
    PaymentPageOnly,
    /// The account's wallet address holds none of the balance.
    WalletIsSeparate,
    /// Promo codes and scripts that pay by x402 add to the balance as well.
    OtherWaysIn,
    /// Money that arrives after a payment has ended is not credited by itself.
    LateMoneyNotCredited,
    /// A saved method is charged as soon as the total is confirmed.
    SavedMethodPaysAtOnce,
    /// Balance, payments and invoices are what the provider reports.
    ProviderKeepsBooks,
}

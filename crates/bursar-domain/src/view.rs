//! The data that the window, the tray and the CLI show, read from the databases. Amounts are exact decimal strings with
//! their currency. An unknown value is `None`.

mod account;
mod inbox;
mod overview;
mod payments;
mod progress;
mod top_up;
mod tray;
mod window;

pub use account::{
    AccountView, ConnectedAccount, KeyExpiryNearness, KeyExpiryView, KeyScopeView, NetworkView,
    ProviderTitle,
};
pub use inbox::NoticeView;
pub use overview::{BalanceView, ChargeView, DebtStepState, DebtStepView, DebtView, Overview};
pub use payments::{MatchedBy, MonthView, PaymentPage, PaymentQuery, PaymentView};
pub use progress::{BackfillView, BlockProgress, ExportState, ExportView, RowProgress};
pub use top_up::{
    DuePaymentInProgress, DuePaymentsView, MethodView, MethodsView, MoneyRule, PaymentRequest,
    Quote, QuoteWarning, RequestedPurpose, ServicePeriod, TopUpForm, TopUpView,
};
pub use tray::{TrayAccount, TrayBalance, TrayState, TrayView};
pub use window::{AppView, Change, Health, Page};

use crate::clock::Timestamp;
use crate::money::Amount;
use serde::{Deserialize, Serialize};

/// Where a figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Chain,
    Api,
}

/// A figure with its source and age.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Figure {
    pub amount: Amount,
    pub source: Source,
    pub as_of: Timestamp,
    /// The block at which it was read, as a decimal string.
    pub block: Option<String>,
}

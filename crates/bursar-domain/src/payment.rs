//! A payment: the request that starts it, and what the provider reports about it.

use crate::clock::Timestamp;
use crate::error::Error;
use crate::money::Amount;
use crate::paid_for::{PaidFor, PaidItem, PaidPeriod};
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

/// What a payment is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Purpose {
    #[default]
    TopUp,
    Renewal {
        items: Vec<RenewalItem>,
    },
    Migration {
        order: String,
        /// Unknown for a payment that was started elsewhere.
        period: Option<String>,
        /// For display: what is moved.
        name: String,
        /// For display: the server that it is moved to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<String>,
        /// For display.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        paid_period: Option<PaidPeriod>,
    },
}

/// One service of a renewal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewalItem {
    pub service: String,
    /// Unknown for a payment that was started elsewhere.
    pub period: Option<String>,
    /// For display: the name of the service.
    pub name: String,
    /// For display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_period: Option<PaidPeriod>,
}

impl Purpose {
    /// What the payment is for; `None` for a top-up.
    pub fn paid_for(&self) -> Option<PaidFor> {
        let items = match self {
            Self::TopUp => return None,
            Self::Renewal { items } => items
                .iter()
                .map(|item| PaidItem {
                    name: item.name.clone(),
                    server: None,
                    period: item.paid_period.clone(),
                })
                .collect(),
            Self::Migration {
                name,
                server,
                paid_period,
                ..
            } => vec![PaidItem {
                name: name.clone(),
                server: server.clone(),
                period: paid_period.clone(),
            }],
        };
        Some(PaidFor::Items(items))
    }

    /// Whether both can be the purpose of one payment. Names are for display only and are not compared.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::TopUp, Self::TopUp) => true,
            (Self::Renewal { items }, Self::Renewal { items: others }) => {
                items.len() == others.len()
                    && items.iter().all(|item| {
                        others.iter().any(|other| {
                            item.service == other.service
                                && may_be_same(item.period.as_ref(), other.period.as_ref())
                        })
                    })
            }
            (
                Self::Migration { order, period, .. },
                Self::Migration {
                    order: other,
                    period: other_period,
                    ..
                },
            ) => order == other && may_be_same(period.as_ref(), other_period.as_ref()),
            (Self::TopUp | Self::Renewal { .. } | Self::Migration { .. }, _) => false,
        }
    }
}

/// Whether both are equal, or one is unknown.
fn may_be_same(one: Option<&String>, other: Option<&String>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

/// A request that starts a payment. Where the provider accepts a repeat under the same key, the request is stored with the
/// intent, so that the repeat is exactly the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPayment {
    pub purpose: Purpose,
    /// What the provider receives, before a payment system's fee.
    pub amount: Amount,
    pub payer: Option<String>,
    pub method: Option<String>,
    /// The payment provider that belongs to the method.
    pub method_provider: Option<String>,
    /// Save the method for next time.
    pub save_method: bool,
    /// Where the checkout sends the browser afterwards. Set only on networks with `return_links`.
    pub return_url: Option<String>,
    /// Bursar's own id of the payment, minted with the form: it is the id of the intent, and providers that take an
    /// idempotency key get it as that. It is the same however often the request is sent.
    #[serde(rename = "idempotency_key")]
    pub top_up_id: String,
}

impl NewPayment {
    /// A top-up with the provider's first method.
    pub fn top_up(amount: Amount, top_up_id: impl Into<String>) -> Self {
        Self {
            purpose: Purpose::TopUp,
            amount,
            payer: None,
            method: None,
            method_provider: None,
            save_method: false,
            return_url: None,
            top_up_id: top_up_id.into(),
        }
    }
}

/// The provider's answer to a new payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// The provider's id of the payment, as the answer gives it. The provider's lists may use another id.
    pub payment_id: String,
    /// The id that the call to cancel takes.
    pub intent_id: String,
    /// The payment provider whose page the checkout is, as the provider names it; `None` if the answer does not say.
    pub payment_provider: Option<String>,
    /// The hosted checkout, exactly as the provider sent it. It is checked before it is opened.
    pub checkout: Option<String>,
    pub expires_at: Option<Timestamp>,
    /// The payment itself, if the answer contains it. A payment without a page may already have ended.
    pub payment: Option<RemotePayment>,
    /// How the created payment differs from the request, if it does. The payment exists either way.
    pub differs: Option<Error>,
}

/// The status of a payment, as Bursar shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    Starting,
    /// Labelled "Pending".
    Open,
    Confirming,
    UnderReview,
    Completed,
    Cancelled,
    Expired,
    Failed,
    NotStarted,
    /// The provider is returning the money.
    Refunding,
    Refunded,
}

/// What a row of the history is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    TopUp,
    /// Money that arrived without a top-up, such as free credits.
    Credit,
    Refund,
    Renewal,
    Migration,
}

impl PaymentKind {
    /// The kind of a payment with this purpose.
    pub fn of(purpose: &Purpose) -> Self {
        match purpose {
            Purpose::TopUp => Self::TopUp,
            Purpose::Renewal { .. } => Self::Renewal,
            Purpose::Migration { .. } => Self::Migration,
        }
    }
}

/// The status of a payment, as the provider reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Open,
    Confirming,
    UnderReview,
    Completed,
    Cancelled,
    Expired,
    Failed,
    /// The provider is returning the money.
    Refunding,
    Refunded,
}

impl Status {
    /// Whether this status is earlier in a payment's life than `current`. Of two reports with the same time, it is then the
    /// older one.
    pub fn goes_back_from(self, current: PaymentStatus) -> bool {
        match self {
            Self::Open => !matches!(current, PaymentStatus::Starting | PaymentStatus::Open),
            Self::Confirming | Self::UnderReview => matches!(
                current,
                PaymentStatus::Completed
                    | PaymentStatus::Cancelled
                    | PaymentStatus::Expired
                    | PaymentStatus::Failed
                    | PaymentStatus::Refunding
                    | PaymentStatus::Refunded
            ),
            Self::Refunding => current == PaymentStatus::Refunded,
            // Two final statuses have no order but their times.
            Self::Completed | Self::Cancelled | Self::Expired | Self::Failed | Self::Refunded => {
                false
            }
        }
    }

    /// Whether no further change is expected.
    pub fn is_final(self) -> bool {
        match self {
            Self::Open | Self::Confirming | Self::UnderReview | Self::Refunding => false,
            Self::Completed | Self::Cancelled | Self::Expired | Self::Failed | Self::Refunded => {
                true
            }
        }
    }
}

/// Why a payment did not succeed, as the provider reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FailureReason {
    pub why: FailureCode,
    /// The provider's own text, if it sends one.
    pub words: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The user cancelled it.
    ByUser,
    /// The bank or payment system declined it.
    Declined,
    InsufficientFunds,
    /// The confirmation that the bank requires is missing or failed.
    ConfirmationFailed,
    /// Not paid in time.
    Expired,
    /// The saved method was removed or is no longer valid.
    MethodGone,
    /// The provider suspects fraud.
    Fraud,
    Other,
}

impl FailureReason {
    /// Whether the user does not know this yet.
    pub fn is_news(&self) -> bool {
        self.why != FailureCode::ByUser
    }

    /// The reason for a cancellation that the user requested here: the provider's, if it gives one.
    #[must_use]
    pub fn or_by_user(self) -> Self {
        if self == Self::unsaid() {
            Self {
                why: FailureCode::ByUser,
                words: None,
            }
        } else {
            self
        }
    }

    /// The provider gave no reason.
    pub const fn unsaid() -> Self {
        Self {
            why: FailureCode::Other,
            words: None,
        }
    }
}

/// A payment as the provider reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemotePayment {
    pub id: String,
    pub status: Status,
    pub amount: Amount,
    /// `None` if unknown, never zero.
    pub fee: Option<Amount>,
    /// The code of the payment provider or system.
    pub source: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub checkout: Option<String>,
    /// The transaction that the provider names on the Balance contract's chain. A claim until the chain shows it.
    pub transaction: Option<B256>,
    pub purpose: Purpose,
    /// Why the payment did not succeed.
    pub reason: Option<FailureReason>,
    #[serde(rename = "papers")]
    pub documents: Documents,
}

#[cfg(feature = "testing")]
impl RemotePayment {
    /// A top-up as a provider reports it: created at `at`, and not updated since.
    pub fn top_up(id: impl Into<String>, status: Status, amount: Amount, at: Timestamp) -> Self {
        Self {
            id: id.into(),
            status,
            amount,
            fee: None,
            source: None,
            created_at: at,
            updated_at: at,
            expires_at: None,
            checkout: None,
            transaction: None,
            purpose: Purpose::TopUp,
            reason: None,
            documents: Documents::default(),
        }
    }
}

/// The documents of a payment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documents {
    /// The payment's number, as on the invoice.
    pub number: Option<String>,
    /// The payer's name.
    pub payer: Option<String>,
    /// The method's name.
    pub method: Option<String>,
    pub has_invoice: bool,
}

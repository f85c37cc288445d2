//! A payment on its way to the provider and as the provider tells it.

use crate::clock::Timestamp;
use crate::error::Error;
use crate::money::Amount;
use crate::view::PaymentStatus;
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

/// What is paid for.
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
        /// Not told of a payment that was made elsewhere.
        period: Option<String>,
        /// For people: what is moved, and to where.
        name: String,
    },
}

/// One service of a renewal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewalItem {
    pub service: String,
    /// Not told of a payment that was made elsewhere.
    pub period: Option<String>,
    /// For people: the service's name and the period's.
    pub name: String,
}

impl Purpose {
    /// What is paid for in a few words; nothing for a top-up, which its amount says.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::TopUp => None,
            Self::Renewal { items } => Some(
                items
                    .iter()
                    .map(|item| item.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            Self::Migration { name, .. } => Some(name.clone()),
        }
    }

    /// Whether the provider's word on a payment's purpose can be about this one; names are only for people.
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

/// Equal where both are known.
fn may_be_same(one: Option<&String>, other: Option<&String>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

/// What starts a payment. It is kept with the intent where the provider takes it again under the same key, so
/// that what is sent again is the same to the letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPayment {
    pub purpose: Purpose,
    /// What the provider is to be paid, before a payment system's fee.
    pub amount: Amount,
    pub payer: Option<String>,
    pub method: Option<String>,
    /// The payment provider that belongs to the method.
    pub method_provider: Option<String>,
    /// Keep the method for next time.
    pub save_method: bool,
    /// Where the checkout should send the browser back to; only on networks with `return_links`.
    pub return_url: Option<String>,
    /// Bursar's own id of the payment, minted with the form: it is the id of the intent, and providers that take an
    /// idempotency key get it as that. It is the same however often the request is sent.
    #[serde(rename = "idempotency_key")]
    pub top_up_id: String,
}

impl NewPayment {
    /// A top-up by the provider's first method.
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
    /// The provider's id of the payment, as far as the answer tells it; its lists may know it by another.
    pub payment_id: String,
    /// The id that cancelling takes.
    pub intent_id: String,
    /// The hosted checkout, exactly as the provider wrote it; nothing opens it unchecked.
    pub checkout: Option<String>,
    pub expires_at: Option<Timestamp>,
    /// The payment itself, where the answer tells it: one that needs no page may be over already.
    pub payment: Option<RemotePayment>,
    /// What was made is not what was asked for, and in what it differs; it exists all the same.
    pub differs: Option<Error>,
}

/// The provider's word on where a payment stands.
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
    /// The money is to be given back.
    Refunding,
    Refunded,
}

impl Status {
    /// Whether this takes back how far the payment had come. Of two words of one instant such a one is the earlier.
    pub fn goes_back_from(self, said: PaymentStatus) -> bool {
        match self {
            Self::Open => !matches!(said, PaymentStatus::Starting | PaymentStatus::Open),
            Self::Confirming | Self::UnderReview => matches!(
                said,
                PaymentStatus::Completed
                    | PaymentStatus::Cancelled
                    | PaymentStatus::Expired
                    | PaymentStatus::Failed
                    | PaymentStatus::Refunding
                    | PaymentStatus::Refunded
            ),
            Self::Refunding => said == PaymentStatus::Refunded,
            // One end after another is told by nothing but its time.
            Self::Completed | Self::Cancelled | Self::Expired | Self::Failed | Self::Refunded => {
                false
            }
        }
    }

    /// Whether a later word on it is expected.
    pub fn is_final(self) -> bool {
        match self {
            Self::Open | Self::Confirming | Self::UnderReview | Self::Refunding => false,
            Self::Completed | Self::Cancelled | Self::Expired | Self::Failed | Self::Refunded => {
                true
            }
        }
    }
}

/// Why a payment came to nothing, as the provider says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FailureReason {
    pub why: FailureCode,
    /// The provider's own words, where it has any.
    pub words: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The user wanted it so.
    ByUser,
    /// The bank or payment system said no.
    Declined,
    InsufficientFunds,
    /// The confirmation that was asked for did not come or did not succeed.
    ConfirmationFailed,
    /// Not paid in time.
    Expired,
    /// The saved method is no longer there or no longer valid.
    MethodGone,
    /// The provider took it for fraud.
    Fraud,
    Other,
}

impl FailureReason {
    /// Whether it is news to the person that it came to nothing.
    pub fn is_news(&self) -> bool {
        self.why != FailureCode::ByUser
    }

    /// The reason of a cancellation that the user has asked for here: the provider's, where it gives one.
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

    /// Where the provider should have given one and did not.
    pub const fn unsaid() -> Self {
        Self {
            why: FailureCode::Other,
            words: None,
        }
    }

    /// Why, and what can be done about it, in a sentence or two.
    pub fn advice(&self) -> String {
        let advice = match self.why {
            FailureCode::ByUser => "You cancelled it.",
            FailureCode::Declined => {
                "The bank or payment system declined it. Try again with another method, or ask your bank."
            }
            FailureCode::InsufficientFunds => {
                "There was not enough money behind the method. Use another one, or a smaller amount."
            }
            FailureCode::ConfirmationFailed => {
                "The confirmation that the bank asked for did not succeed. Try again and confirm it there."
            }
            FailureCode::Expired => "It was not paid in time. Start it again.",
            FailureCode::MethodGone => {
                "The saved method is no longer valid. Choose another one, or save it again."
            }
            FailureCode::Fraud => {
                "The provider took it for fraud. Write to the provider before you try again."
            }
            FailureCode::Other => "Try again, or use another method.",
        };
        match self.words.as_deref().filter(|words| !words.is_empty()) {
            Some(words) => format!("{advice} The provider says: {words}"),
            None => advice.to_owned(),
        }
    }
}

/// A payment as the provider tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemotePayment {
    pub id: String,
    pub status: Status,
    pub amount: Amount,
    /// Unknown is `None`, never zero.
    pub fee: Option<Amount>,
    /// The code of the payment provider or system.
    pub source: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub checkout: Option<String>,
    /// The transaction on the Balance's chain that the provider names; a claim until the chain shows it.
    pub transaction: Option<B256>,
    pub purpose: Purpose,
    /// Why it came to nothing.
    pub reason: Option<FailureReason>,
    pub papers: Documents,
}

/// What a provider's books say of a payment beside its money.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documents {
    /// Its number, as on the invoice.
    pub number: Option<String>,
    /// The payer's name.
    pub payer: Option<String>,
    /// The method's name.
    pub method: Option<String>,
    pub has_invoice: bool,
}

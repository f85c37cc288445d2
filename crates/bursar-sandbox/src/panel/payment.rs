//! Payments: their purpose, status, and allowed transitions. `lifecycle` applies the effects of a status.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::currency::Currency;
use super::instrument::{Instrument, Outcome};
use crate::clock::rfc3339;

#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) status: Status,
    pub(crate) reason: Option<Reason>,
    pub(crate) purpose: Purpose,
    pub(crate) payer: Arc<PayerSnapshot>,
    pub(crate) method: Arc<MethodSnapshot>,
    /// In minor units.
    pub(crate) minor: u64,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) updated_at: OffsetDateTime,
    pub(crate) paid_at: Option<OffsetDateTime>,
    pub(crate) page: Option<Page>,
    /// When and how a processing payment settles; None while its payment system hangs.
    pub(crate) scheduled_outcome: Option<(OffsetDateTime, Outcome)>,
    pub(crate) saves_method: bool,
    pub(crate) saved_method: Option<String>,
    /// Whether the purchase was fulfilled: a top-up is in the balance, the services are renewed.
    pub(crate) fulfilled: bool,
}

/// The payer as it was named when the payment was made.
#[derive(Debug)]
pub(crate) struct PayerSnapshot {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// The method as it was named when the payment was made.
#[derive(Debug)]
pub(crate) struct MethodSnapshot {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) system: Option<&'static str>,
}

/// A hosted page for a payment or for a new method.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) url: String,
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) return_url: String,
    pub(crate) step: Step,
}

/// How far the user has got.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Details,
    /// The bank asks its customer to confirm.
    Confirm {
        card: Instrument,
        save: bool,
    },
    /// Logged in to the PayPal-like system.
    Approve {
        account: Instrument,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    TopUp,
    Renewal(Vec<RenewalItem>),
    Migration(MigrationOrder),
}

#[derive(Clone, Debug)]
pub(crate) struct RenewalItem {
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) tariff: String,
    pub(crate) months: u32,
    pub(crate) minor: u64,
    pub(crate) discount: u64,
    pub(crate) until: OffsetDateTime,
}

#[derive(Clone, Debug)]
pub(crate) struct MigrationOrder {
    pub(crate) order: String,
    pub(crate) number: String,
    pub(crate) server: Server,
    pub(crate) months: u32,
    pub(crate) discount: u64,
    pub(crate) until: OffsetDateTime,
}

#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) location: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    New,
    Processing,
    Trusted,
    Paid,
    WaitingRefund,
    Refunded,
    Fraudulent,
    Cancelled,
}

impl Status {
    pub(crate) const ALL: [Self; 8] = [
        Self::New,
        Self::Processing,
        Self::Trusted,
        Self::Paid,
        Self::WaitingRefund,
        Self::Refunded,
        Self::Fraudulent,
        Self::Cancelled,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Processing => "processing",
            Self::Trusted => "trusted",
            Self::Paid => "paid",
            Self::WaitingRefund => "waiting_refund",
            Self::Refunded => "refunded",
            Self::Fraudulent => "fraudulent",
            Self::Cancelled => "cancelled",
        }
    }

    /// The transitions that the API description allows.
    pub(crate) fn allowed_transitions(self) -> &'static [Self] {
        match self {
            Self::New => &[
                Self::Processing,
                Self::Trusted,
                Self::Paid,
                Self::Fraudulent,
                Self::Cancelled,
            ],
            Self::Processing => &[Self::Trusted, Self::Paid, Self::Fraudulent, Self::Cancelled],
            Self::Trusted => &[Self::Paid, Self::Fraudulent, Self::Cancelled],
            Self::Paid => &[Self::WaitingRefund, Self::Refunded, Self::Fraudulent],
            Self::WaitingRefund => &[Self::Refunded, Self::Paid],
            Self::Refunded => &[],
            Self::Fraudulent => &[Self::Paid, Self::Cancelled, Self::Refunded],
            Self::Cancelled => &[Self::Paid],
        }
    }

    /// Whether the status can still change by itself.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Processing)
    }

    /// Whether a top-up with this status is in the balance.
    pub(crate) fn is_credited(self) -> bool {
        matches!(self, Self::Trusted | Self::Paid | Self::WaitingRefund)
    }

    pub(crate) fn has_reason(self) -> bool {
        matches!(self, Self::Cancelled | Self::Fraudulent)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Reason {
    pub(crate) code: ReasonCode,
    pub(crate) message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReasonCode {
    Declined,
    InsufficientFunds,
    ConfirmationFailed,
    Expired,
    CancelledByUser,
    CancelledByProvider,
    MethodRemoved,
    MethodExpired,
    FraudSuspected,
    Other,
}

impl ReasonCode {
    fn code_and_message(self) -> (&'static str, &'static str) {
        match self {
            Self::Declined => ("declined", "The bank declined the payment."),
            Self::InsufficientFunds => (
                "insufficient_funds",
                "There is not enough money on the card or account.",
            ),
            Self::ConfirmationFailed => {
                ("confirmation_failed", "The bank's confirmation is missing.")
            }
            Self::Expired => ("expired", "The payment was not made in time."),
            Self::CancelledByUser => ("cancelled_by_user", "You cancelled the payment."),
            Self::CancelledByProvider => (
                "cancelled_by_provider",
                "The payment was cancelled by the billing department.",
            ),
            Self::MethodRemoved => ("method_removed", "The payment method was removed."),
            Self::MethodExpired => ("method_expired", "The card has expired."),
            Self::FraudSuspected => ("fraud_suspected", "The payment is under review."),
            Self::Other => ("other", "The payment system gave no reason."),
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        self.code_and_message().0
    }

    /// For the payer.
    pub(crate) fn message(self) -> &'static str {
        self.code_and_message().1
    }

    pub(crate) fn reason(self) -> Reason {
        Reason {
            code: self,
            message: self.message().to_owned(),
        }
    }
}

impl Reason {
    pub(crate) fn to_json(&self) -> Value {
        json!({"code": self.code.as_str(), "message": self.message})
    }
}

impl Payment {
    /// A new payment without a page.
    pub(crate) fn new(
        (id, number): (String, String),
        purpose: Purpose,
        payer: Arc<PayerSnapshot>,
        method: Arc<MethodSnapshot>,
        minor: u64,
        now: OffsetDateTime,
    ) -> Self {
        Self {
            id,
            number,
            status: Status::New,
            reason: None,
            purpose,
            payer,
            method,
            minor,
            created_at: now,
            updated_at: now,
            paid_at: None,
            page: None,
            scheduled_outcome: None,
            saves_method: false,
            saved_method: None,
            fulfilled: false,
        }
    }

    /// The page, while it can be paid.
    pub(crate) fn open_page(&self) -> Option<&Page> {
        self.page.as_ref().filter(|_| self.status == Status::New)
    }

    pub(crate) fn has_invoice(&self) -> bool {
        self.paid_at.is_some() || self.method.kind == "invoice"
    }

    pub(crate) fn to_json(&self, currency: Currency) -> Value {
        let page = self.open_page();
        json!({
            "id": self.id, "number": self.number, "status": self.status.name(),
            "reason": self.reason.as_ref().map(Reason::to_json), "purpose": self.purpose.to_json(currency),
            "payer": {"id": self.payer.id, "name": self.payer.name},
            "method": {"id": self.method.id, "kind": self.method.kind, "name": self.method.name,
                "system": self.method.system},
            "amount": currency.money_json(self.minor), "created_at": rfc3339(self.created_at),
            "updated_at": rfc3339(self.updated_at), "paid_at": self.paid_at.map(rfc3339),
            "page": page.map(|page| page.url.as_str()), "expires_at": page.map(|page| rfc3339(page.expires_at)),
            "can_cancel": self.status == Status::New, "has_invoice": self.has_invoice(),
            "saved_method": self.saved_method,
        })
    }
}

impl Purpose {
    fn to_json(&self, currency: Currency) -> Value {
        match self {
            Self::TopUp => json!({"kind": "top_up"}),
            Self::Renewal(items) => {
                let items: Vec<Value> = items
                    .iter()
                    .map(|item| {
                        json!({"service": item.service, "name": item.name, "tariff": item.tariff, "months": item.months,
                            "price": currency.money_json(item.minor), "until": rfc3339(item.until)})
                    })
                    .collect();
                json!({"kind": "renewal", "items": items})
            }
            Self::Migration(ordered) => json!({
                "kind": "migration", "order": ordered.order, "number": ordered.number,
                "server": ordered.server.to_json(), "months": ordered.months, "until": rfc3339(ordered.until),
            }),
        }
    }

    /// One line for an invoice or a page.
    pub(crate) fn title(&self) -> String {
        match self {
            Self::TopUp => "Balance top-up".to_owned(),
            Self::Renewal(items) => match items.as_slice() {
                [one] => format!("Renewal of {}", one.name),
                several => format!("Renewal of {} services", several.len()),
            },
            Self::Migration(ordered) => {
                format!("Migration {} to {}", ordered.number, ordered.server.name)
            }
        }
    }
}

impl Server {
    pub(crate) fn to_json(&self) -> Value {
        json!({"id": self.id, "name": self.name, "description": self.description, "location": self.location})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_refunded_is_final() {
        for status in Status::ALL {
            assert_eq!(
                status.allowed_transitions().is_empty(),
                status == Status::Refunded,
                "{status:?}"
            );
            assert!(
                !status.allowed_transitions().contains(&status),
                "{status:?}"
            );
            assert!(
                !status.allowed_transitions().contains(&Status::New),
                "{status:?}"
            );
        }
    }
}

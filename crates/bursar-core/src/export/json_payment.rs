//! A payment in an exported JSON file. Programs read these files, so their fields, and the English words in them, never change.

use super::purpose::purpose;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::money::Amount;
use bursar_domain::payment::{FailureCode, FailureReason, PaymentKind, PaymentStatus};
use bursar_domain::view::{MatchedBy, PaymentView};
use serde::Serialize;

/// The fields in the order of the file.
#[derive(Serialize)]
pub(super) struct JsonPayment<'a> {
    account: &'a AccountId,
    id: &'a str,
    provider_id: Option<&'a str>,
    number: Option<&'a str>,
    kind: PaymentKind,
    purpose: Option<String>,
    status: PaymentStatus,
    reason: Option<JsonReason<'a>>,
    amount: &'a Amount,
    fee: Option<&'a Amount>,
    source: Option<&'a str>,
    payer: Option<&'a str>,
    method: Option<&'a str>,
    has_invoice: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    verifiable: bool,
    verified: bool,
    matched: Option<MatchedBy>,
    transaction: Option<&'a str>,
    block: Option<&'a str>,
    top_up: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonReason<'a> {
    why: FailureCode,
    words: Option<&'a str>,
    advice: String,
}

impl<'a> From<&'a PaymentView> for JsonPayment<'a> {
    fn from(payment: &'a PaymentView) -> Self {
        Self {
            account: &payment.account,
            id: &payment.id,
            provider_id: payment.provider_id.as_deref(),
            number: payment.number.as_deref(),
            kind: payment.kind,
            purpose: payment.purpose.as_ref().map(purpose),
            status: payment.status,
            reason: payment.reason.as_ref().map(|reason| JsonReason {
                why: reason.why,
                words: reason.words.as_deref(),
                advice: advice(reason),
            }),
            amount: &payment.amount,
            fee: payment.fee.as_ref(),
            source: payment.source.as_deref(),
            payer: payment.payer.as_deref(),
            method: payment.method.as_deref(),
            has_invoice: payment.has_invoice,
            created_at: payment.created_at,
            updated_at: payment.updated_at,
            verifiable: payment.verifiable,
            verified: payment.verified,
            matched: payment.matched,
            transaction: payment.transaction.as_deref(),
            block: payment.block.as_deref(),
            top_up: payment.top_up.as_deref(),
        }
    }
}

/// The words that the first version wrote.
fn advice(reason: &FailureReason) -> String {
    let advice = match reason.why {
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
    match reason.words.as_deref().filter(|words| !words.is_empty()) {
        Some(words) => format!("{advice} The provider says: {words}"),
        None => advice.to_owned(),
    }
}

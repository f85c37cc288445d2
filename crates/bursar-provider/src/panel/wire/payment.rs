//! A single payment: its status, its purpose and why it did not succeed.

use super::id;
use super::money::Unit;
use crate::response_fields::{Object, UnreadableParts};
use bursar_domain::error::{FieldFault, ResponseObject, Result};
use bursar_domain::paid_for::PaidPeriod;
use bursar_domain::payment::{
    Documents, FailureCode, FailureReason, Purpose, RemotePayment, RenewalItem, Status,
};

/// Reads one payment. The essential fields must be as described. Any other field is unknown if it cannot be read.
pub(super) fn payment_of(
    object: &Object<'_>,
    unit: &Unit,
    unreadable: &mut UnreadableParts,
) -> Result<RemotePayment> {
    let payer = object.object("payer", ResponseObject::Payer)?;
    id(&payer, "id")?;
    let method = object.object("method", ResponseObject::Method)?;
    let kind = method.raw_text("kind")?;
    let status = status(object, &kind)?;
    Ok(RemotePayment {
        id: id(object, "id")?,
        status,
        amount: unit.money(object, "amount")?,
        // The panel does not report what a payment system charges on top.
        fee: None,
        source: unreadable
            .take_or_null(method.text_or_null("system"))
            .or(Some(kind)),
        created_at: object.time("created_at")?,
        updated_at: object.time("updated_at")?,
        expires_at: unreadable.take_or_null(object.time_or_null("expires_at")),
        checkout: unreadable.take_or_null(object.address_or_null("page")),
        transaction: None,
        purpose: purpose(&object.object("purpose", ResponseObject::Purpose)?)?,
        reason: unreadable
            .take_or_null(reason(object))
            .or_else(|| unsaid(status)),
        documents: Documents {
            number: unreadable.take(object.text("number")),
            payer: unreadable.take(payer.text("name")),
            method: unreadable.take(method.text("name")),
            has_invoice: unreadable.take(object.flag("has_invoice")).unwrap_or(false),
        },
    })
}

fn status(object: &Object<'_>, method: &str) -> Result<Status> {
    Ok(match object.raw_text("status")?.as_str() {
        // A debit from a saved method needs no further action: the money is on its way.
        "new" if method == "saved" => Status::Confirming,
        "new" => Status::Open,
        // `trusted` means that the provider has delivered, although the money is still on its way.
        "processing" | "trusted" => Status::Confirming,
        "paid" => Status::Completed,
        "waiting_refund" => Status::Refunding,
        "refunded" => Status::Refunded,
        // The provider holds the payment back as suspicious. It may still be paid, refunded or cancelled.
        "fraudulent" => Status::UnderReview,
        "cancelled" => Status::Cancelled,
        _ => return Err(object.wrong("status", FieldFault::Unknown)),
    })
}

fn reason(object: &Object<'_>) -> Result<Option<FailureReason>> {
    let Some(reason) = object.object_or_null("reason", ResponseObject::Reason)? else {
        return Ok(None);
    };
    let why = match reason.raw_text("code")?.as_str() {
        "declined" => FailureCode::Declined,
        "insufficient_funds" => FailureCode::InsufficientFunds,
        "confirmation_failed" => FailureCode::ConfirmationFailed,
        "expired" => FailureCode::Expired,
        "cancelled_by_user" => FailureCode::ByUser,
        "method_removed" | "method_expired" => FailureCode::MethodGone,
        "fraud_suspected" => FailureCode::Fraud,
        // This includes `cancelled_by_provider`: the panel's message explains it better than a text of Bursar's could.
        _ => FailureCode::Other,
    };
    Ok(Some(FailureReason {
        why,
        words: reason.text_or_null("message").ok().flatten(),
    }))
}

/// The reason to assume if the panel gives none. Bursar does not assume that the user cancelled the payment.
fn unsaid(status: Status) -> Option<FailureReason> {
    match status {
        Status::Cancelled => Some(FailureReason::unsaid()),
        Status::UnderReview => Some(FailureReason {
            why: FailureCode::Fraud,
            words: None,
        }),
        Status::Open
        | Status::Confirming
        | Status::Completed
        | Status::Expired
        | Status::Failed
        | Status::Refunding
        | Status::Refunded => None,
    }
}

fn purpose(object: &Object<'_>) -> Result<Purpose> {
    match object.raw_text("kind")?.as_str() {
        "top_up" => Ok(Purpose::TopUp),
        "renewal" => {
            let items: Vec<RenewalItem> = object
                .list("items", ResponseObject::Service)?
                .iter()
                .map(|item| {
                    Ok(RenewalItem {
                        service: id(item, "service")?,
                        period: None,
                        name: item.text("name")?,
                        paid_period: Some(months(item)?),
                    })
                })
                .collect::<Result<_>>()?;
            if items.is_empty() {
                return Err(object.wrong("items", FieldFault::Empty));
            }
            Ok(Purpose::Renewal { items })
        }
        "migration" => {
            let server = object.object("server", ResponseObject::Server)?;
            Ok(Purpose::Migration {
                order: id(object, "order")?,
                period: None,
                name: object.text("number")?,
                server: Some(server.text("name")?),
                paid_period: Some(months(object)?),
            })
        }
        _ => Err(object.wrong("kind", FieldFault::Unknown)),
    }
}

fn months(object: &Object<'_>) -> Result<PaidPeriod> {
    match u32::try_from(object.count("months")?) {
        Ok(0) => Err(object.wrong("months", FieldFault::Zero)),
        Ok(months) => Ok(PaidPeriod::Months(months)),
        Err(_) => Err(object.wrong("months", FieldFault::TooLarge)),
    }
}

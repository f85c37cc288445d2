//! Top-ups: a page of the history, the open one, and a new one.

use super::amounts::cents;
use super::pagination::Pagination;
use crate::response_errors::{listed_twice, unreadable_payment};
use crate::response_fields::{Object, UnreadableParts};
use bursar_domain::error::{Error, FieldFault, ResponseObject, Result};
use bursar_domain::network::Network;
use bursar_domain::payment::{Created, Documents, Purpose, RemotePayment, Status};
use bursar_domain::unreadable_row::UnreadableRow;
use std::collections::{BTreeMap, HashMap};

const TOP_UP: ResponseObject = ResponseObject::TopUp;

/// One page of `/v2/top-ups`.
pub(in crate::fluence) struct TopUpPage {
    pub(in crate::fluence) payments: Vec<RemotePayment>,
    pub(in crate::fluence) unreadable: Vec<UnreadableRow>,
    /// The faults of rows that are among the payments although a part of them could not be read.
    pub(in crate::fluence) partly_unreadable: Vec<UnreadableRow>,
    /// The number of rows on the page, readable or not. An exact repeat of a row does not count.
    pub(in crate::fluence) lines: u64,
    pub(in crate::fluence) pagination: Pagination,
}

/// Reads a page of top-ups. A row that cannot be read does not affect the others, but the pagination must be readable.
pub(in crate::fluence) fn top_up_page(body: &[u8], network: &Network) -> Result<TopUpPage> {
    let page = Object::parse(ResponseObject::Page, body)?;
    let mut payments: Vec<RemotePayment> = Vec::new();
    let mut unreadable = Vec::new();
    let mut partly_unreadable = Vec::new();
    for item in page.each("items", TOP_UP)? {
        let mut parts = UnreadableParts::default();
        let read = item.as_ref().map_err(Clone::clone);
        match read.and_then(|item| top_up(item, network, &mut parts)) {
            Ok(payment) => {
                let wrong = parts.into_errors();
                partly_unreadable.extend(
                    wrong
                        .iter()
                        .map(|error| unreadable_row(item.as_ref().ok(), error)),
                );
                payments.push(payment);
            }
            Err(error) => unreadable.push(unreadable_row(item.ok().as_ref(), &error)),
        }
    }
    let (doubled, repeated) = take_doubled(&mut payments);
    unreadable.extend(doubled);
    let distinct = payments.len().saturating_add(unreadable.len());
    Ok(TopUpPage {
        lines: u64::try_from(distinct.saturating_add(repeated)).unwrap_or(u64::MAX),
        payments,
        unreadable,
        partly_unreadable,
        pagination: Pagination::read(&page)?,
    })
}

fn unreadable_row(item: Option<&Object<'_>>, error: &Error) -> UnreadableRow {
    let id = item.and_then(|item| item.token("id").ok());
    UnreadableRow {
        error: unreadable_payment(error, id),
        created_at: item.and_then(|item| item.time("createdAt").ok()),
    }
}

/// Removes rows that repeat an id. If the rows are identical, one stays. If they differ, all of them are unreadable,
/// because nobody knows which one is right. Also returns how many differing rows came after the first one of their id.
fn take_doubled(payments: &mut Vec<RemotePayment>) -> (Vec<UnreadableRow>, usize) {
    let mut repeated = 0_usize;
    let mut first: HashMap<String, RemotePayment> = HashMap::new();
    let mut doubled = BTreeMap::new();
    payments.retain(|payment| match first.get(&payment.id) {
        None => {
            first.insert(payment.id.clone(), payment.clone());
            true
        }
        Some(same) if same == payment => false,
        Some(_) => {
            doubled.insert(payment.id.clone(), payment.created_at);
            repeated = repeated.saturating_add(1);
            false
        }
    });
    payments.retain(|payment| !doubled.contains_key(&payment.id));
    let unreadable = doubled
        .into_iter()
        .map(|(id, created_at)| UnreadableRow {
            error: listed_twice(id),
            created_at: Some(created_at),
        })
        .collect();
    (unreadable, repeated)
}

pub(in crate::fluence) fn pending(body: &[u8], network: &Network) -> Result<Option<RemotePayment>> {
    let answer = Object::parse(ResponseObject::TopUp, body)?;
    answer
        .object_or_null("pendingTopUp", TOP_UP)?
        .as_ref()
        // Errors in optional fields are dropped here, because the history reports them.
        .map(|object| top_up(object, network, &mut UnreadableParts::default()))
        .transpose()
}

/// Reads a top-up. The id, the status, the amount and the times of creation and update must be readable. Any other
/// field is unknown if it cannot be read.
fn top_up(
    object: &Object<'_>,
    network: &Network,
    unreadable: &mut UnreadableParts,
) -> Result<RemotePayment> {
    let status = match object.raw_text("status")?.as_str() {
        "open" => Status::Open,
        "needs_review" => Status::UnderReview,
        "resolved" => Status::Completed,
        "canceled" => Status::Cancelled,
        "expired" => Status::Expired,
        "failed" => Status::Failed,
        _ => return Err(object.wrong("status", FieldFault::Unknown)),
    };
    let source = unreadable.take_or_null(object.text_or_null("provider"));
    let unit = network.unit_of_payments(source.as_deref());
    Ok(RemotePayment {
        id: object.token("id")?,
        status,
        amount: cents(object, "amountCents", &unit)?,
        fee: None,
        source,
        created_at: object.time("createdAt")?,
        updated_at: object.time("updatedAt")?,
        expires_at: unreadable.take_or_null(object.time_or_null("expiresAt")),
        checkout: unreadable.take_or_null(object.address_or_null("redirectUrl")),
        transaction: None,
        purpose: Purpose::TopUp,
        reason: None,
        documents: Documents::default(),
    })
}

pub(in crate::fluence) fn created(body: &[u8]) -> Result<Created> {
    let answer = Object::parse(ResponseObject::TopUp, body)?;
    let intent = answer.token("intentId")?;
    // The top-up exists even if its page is of another kind or cannot be read. The call for open top-ups reports it.
    let checkout = answer
        .object_or_null("presentation", ResponseObject::PaymentPage)
        .ok()
        .flatten()
        .filter(|page| {
            let kind = page.text_or_null("type");
            matches!(
                kind.as_ref().map(Option::as_deref),
                Ok(Some("redirect") | None)
            )
        })
        .and_then(|page| page.address_or_null("redirectUrl").ok().flatten());
    Ok(Created {
        payment_id: intent.clone(),
        intent_id: intent,
        payment_provider: answer.text_or_null("provider").ok().flatten(),
        checkout,
        expires_at: None,
        payment: None,
        differs: None,
    })
}

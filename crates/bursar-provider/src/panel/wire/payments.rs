//! A page of the list of payments.

use super::money::Unit;
use super::next_cursor;
use super::payment::payment_of;
use crate::HistoryPage;
use crate::response_errors::{listed_twice, unreadable_payment};
use crate::response_fields::{Object, UnreadableParts};
use bursar_domain::error::{Error, ResponseObject, Result};
use bursar_domain::payment::RemotePayment;
use bursar_domain::unreadable_row::UnreadableRow;
use std::collections::BTreeMap;

/// Reads one page of payments. A row that cannot be read does not affect the others. If two rows share an id but
/// differ, neither is used, because nothing shows which one is right.
pub(in crate::panel) fn payments(body: &[u8], unit: &Unit) -> Result<HistoryPage> {
    let page = Object::parse(ResponseObject::Page, body)?;
    let mut payments: Vec<RemotePayment> = Vec::new();
    let mut unreadable = Vec::new();
    let mut partly_unreadable = Vec::new();
    let mut doubled = BTreeMap::new();
    for item in page.each("items", ResponseObject::Payment)? {
        let mut parts = UnreadableParts::default();
        let read = item
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|item| payment_of(item, unit, &mut parts));
        match read {
            Ok(payment) => match payments.iter().find(|seen| seen.id == payment.id) {
                None => {
                    let wrong = parts.into_errors();
                    partly_unreadable.extend(
                        wrong
                            .iter()
                            .map(|error| unreadable_row(item.as_ref().ok(), error)),
                    );
                    payments.push(payment);
                }
                Some(same) if *same == payment => {}
                Some(_) => {
                    doubled.insert(payment.id, payment.created_at);
                }
            },
            Err(error) => unreadable.push(unreadable_row(item.ok().as_ref(), &error)),
        }
    }
    payments.retain(|payment| !doubled.contains_key(&payment.id));
    unreadable.extend(doubled.into_iter().map(|(id, created_at)| UnreadableRow {
        error: listed_twice(id),
        created_at: Some(created_at),
    }));
    let is_empty = payments.is_empty() && unreadable.is_empty();
    Ok(HistoryPage {
        payments,
        unreadable,
        partly_unreadable,
        next: next_cursor(&page, is_empty)?,
        total: None,
    })
}

fn unreadable_row(item: Option<&Object<'_>>, error: &Error) -> UnreadableRow {
    UnreadableRow {
        error: unreadable_payment(error, item.and_then(|item| item.text("number").ok())),
        created_at: item.and_then(|item| item.time("created_at").ok()),
    }
}

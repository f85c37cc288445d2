//! Converts a panel's accounts, payments and expenses into Bursar's types. Every field is read by name. An error names
//! the faulty field if an amount is negative or not in the account's currency, if a status is unknown, or if a payment
//! has no payer.

mod account;
mod created;
mod expenses;
mod money;
mod payment;
mod payments;

pub(super) use account::{Account, account};
pub(super) use created::created;
pub(super) use expenses::{by_day, expense};
pub(super) use money::{Unit, money_of_any};
pub(super) use payments::payments;

use super::api_client::is_id;
use crate::response_fields::{Object, UnreadableParts};
use bursar_domain::error::{FieldFault, ResponseObject, Result};

/// The longest cursor, in bytes.
const MAX_CURSOR_BYTES: usize = 512;

/// Reads the items of one page of a list, and the cursor of the next page. An item that cannot be read does not affect
/// the others.
pub(super) fn page<T>(
    body: &[u8],
    what: ResponseObject,
    unreadable: &mut UnreadableParts,
    item: impl Fn(&Object<'_>, &mut UnreadableParts) -> Result<T>,
) -> Result<(Vec<T>, Option<String>)> {
    let page = Object::parse(ResponseObject::Page, body)?;
    let all = page.each("items", what)?;
    let is_empty = all.is_empty();
    let items = all
        .into_iter()
        .filter_map(|object| {
            let read = object.and_then(|object| item(&object, unreadable));
            unreadable.take(read)
        })
        .collect();
    let next = next_cursor(&page, is_empty)?;
    Ok((items, next))
}

/// Reads the cursor of the next page. After an empty page, there is no next page.
fn next_cursor(page: &Object<'_>, is_empty: bool) -> Result<Option<String>> {
    let next = page.raw_text_or_null("next_cursor")?;
    let fits = next
        .as_ref()
        .is_none_or(|next| (1..=MAX_CURSOR_BYTES).contains(&next.len()));
    if !fits || (is_empty && next.is_some()) {
        return Err(page.wrong("next_cursor", FieldFault::LeadsNowhere));
    }
    Ok(next)
}

pub(super) fn maintenance(body: &[u8]) -> Result<bool> {
    Object::parse(ResponseObject::Status, body)?.flag("maintenance")
}

pub(super) fn id(object: &Object<'_>, field: &str) -> Result<String> {
    let id = object.raw_text(field)?;
    if is_id(&id) {
        Ok(id)
    } else {
        Err(object.wrong(field, FieldFault::NotId))
    }
}

//! Converts Fluence's responses to Bursar's types. Amounts arrive as integers in cents, as integers in units of 10^-8,
//! or as decimal strings. Every amount stays exact, and an implausible amount is an error.

mod amounts;
mod balance;
mod charges;
mod methods;
mod pagination;
mod top_ups;
mod user;

pub(super) use amounts::base_units;
pub(super) use balance::balance;
pub(super) use charges::{charges, machine_names};
pub(super) use methods::methods;
pub(super) use pagination::Pagination;
pub(super) use top_ups::{TopUpPage, created, pending, top_up_page};
pub(super) use user::user;

use crate::response_fields::Object;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{ResponseObject, Result};

pub(super) fn maintenance(body: &[u8]) -> Result<bool> {
    Object::parse(ResponseObject::Status, body)?.flag("maintenanceMode")
}

/// A time in the format of the API's query parameters.
pub(super) fn rfc3339(at: Timestamp) -> String {
    at.to_string()
}

//! A hosting company's billing panel: the API of `docs/panel-api.yaml`, hosted payment pages in the style of Stripe
//! and PayPal, invoices, a small console, and its part of the control API. It shares the clock, the faults and the
//! request log with the rest of the sandbox, and its test cards with the card page of today's Fluence.

pub(crate) mod api;
mod console;
pub(crate) mod control;
pub(crate) mod currency;
pub(crate) mod hosted_pages;
pub(crate) mod instrument;
mod invoice;
mod lifecycle;
mod method;
pub(crate) mod network_file;
pub(crate) mod payment;
pub(crate) mod seed;
mod service;
pub(crate) mod state;

use uuid::Uuid;

/// A random id with a prefix that names its kind.
fn new_id(kind: &str) -> String {
    let random: String = Uuid::new_v4()
        .simple()
        .to_string()
        .chars()
        .take(20)
        .collect();
    format!("{kind}_{random}")
}

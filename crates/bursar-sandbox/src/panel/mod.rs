//! A hosting company's billing panel: the API that `docs/panel-api.yaml` describes, two hosted payment pages in the spirit
//! of Stripe and PayPal, invoices, a small console, and what the control API can do to all of it. It shares the clock, the
//! faults and the request log with the rest of the sandbox, and nothing else.

pub(crate) mod api;
mod console;
pub(crate) mod control;
pub(crate) mod currency;
pub(crate) mod hosted_pages;
mod instrument;
mod invoice;
mod lifecycle;
mod method;
pub(crate) mod network_file;
mod payment;
pub(crate) mod seed;
mod service;
pub(crate) mod state;

use uuid::Uuid;

/// An id that nobody can guess, with what it is an id of in front.
fn new_id(kind: &str) -> String {
    let random: String = Uuid::new_v4()
        .simple()
        .to_string()
        .chars()
        .take(20)
        .collect();
    format!("{kind}_{random}")
}

/// A key for an account, which the console and the control API make.
pub(crate) fn create_api_key(
    account: &mut state::Account,
    name: &str,
    read_only: bool,
) -> state::ApiKey {
    let key = state::ApiKey {
        id: Uuid::new_v4(),
        secret: format!("pnl_{}", crate::random::random_token()),
        name: name.to_owned(),
        read_only,
        revoked: false,
    };
    account.keys.push(key.clone());
    key
}

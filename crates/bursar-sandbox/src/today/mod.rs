//! Fluence as its documentation of 2026 describes it: balances in USD without a chain, crypto and card payments on
//! hosted pages of two payment providers, promo credits, top-ups by x402, rented resources, and a debt that removes
//! them. Where the documentation says nothing, the control API chooses between the possible answers.

pub(crate) mod api_keys;
pub(crate) mod billing_page;
pub(crate) mod books;
pub(crate) mod card_page;
mod coins;
pub(crate) mod control;
pub(crate) mod crypto_page;
mod debt;
pub(crate) mod entitlements;
pub(crate) mod era;
pub(crate) mod key_scopes;
pub(crate) mod keys_page;
pub(crate) mod ledger;
mod methods;
pub(crate) mod network_files;
mod page_layout;
mod payment_page;
mod payments;
mod promo;
pub(crate) mod resource;
pub(crate) mod seed;
pub(crate) mod top_ups;
mod usd;
pub(crate) mod vms;

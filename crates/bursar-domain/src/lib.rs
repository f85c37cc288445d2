//! What Bursar talks about, as plain data and pure rules: money, time, accounts, networks, payments, what the chain and a
//! provider report, notices, links, and the views that the window draws. Nothing here does I/O, and nothing here depends on
//! another crate of Bursar. Amounts are integers in base units, time is passed in, and what is unknown is `None`.

pub mod account;
pub mod address;
pub mod api_balance;
pub mod backoff;
pub mod balances;
pub mod catalogue;
pub mod chain_event;
pub mod chain_reading;
pub mod charges;
pub mod checkout;
pub mod clock;
pub mod debt;
pub mod error;
pub mod high_water_mark;
pub mod key_expiry;
pub mod key_owner;
pub mod language;
pub mod link;
pub mod money;
pub mod network;
pub mod notice;
pub mod paid_for;
pub mod payment;
pub mod payment_rules;
pub mod plural;
pub mod redact;
pub mod settings;
pub mod shown_balance;
pub mod time_zone;
pub mod unicode;
pub mod unreadable_row;
pub mod untrusted_text;
pub mod view;

/// The app's id: the name of its data folder, its keyring service, its place on the bus and the scheme of its links.
pub const APP_ID: &str = "org.bursar.desktop";

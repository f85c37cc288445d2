//! All of Bursar that is not a window: money, accounts, providers, the Balance contract, the top-up
//! machine, the engine that drives them, and what is kept on disk. It knows no Tauri.

pub mod account;
pub mod address;
pub mod api_balance;
pub mod balances;
pub mod bursar;
pub mod cache;
#[cfg(test)]
mod canned;
pub mod chain;
pub mod chain_event;
pub mod charges;
pub mod checkout;
pub mod clock;
pub mod driver;
pub mod dumps;
pub mod engine;
pub mod error;
pub mod export;
mod fail_point;
pub mod high_water;
pub mod home;
pub mod http;
pub mod identity;
pub mod link;
pub mod money;
pub mod network;
pub mod notice;
pub mod odd_line;
pub mod offer;
pub mod output_file;
pub mod payment;
pub mod plural;
pub mod process;
pub mod provider;
pub mod reading;
mod redact;
pub mod rules;
pub mod session;
pub mod settings_file;
pub mod shell;
pub mod sign_in;
pub mod text;
pub mod top_up;
pub mod untrusted_text;
mod vault;
pub mod view;
pub mod zone;

/// The app's id: the name of its data folder, its keyring service, its place on the bus and the scheme of its links.
pub const APP_ID: &str = "org.bursar.desktop";

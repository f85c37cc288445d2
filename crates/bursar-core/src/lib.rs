//! All of Bursar except its window: the facade that the desktop app and the CLI call, the driver that runs the engine
//! and its effects, the settings file, and exports.
//!
//! This crate promises that every change is on disk before its effects run, that an error changes a state but never
//! ends the program, and that it knows neither Tauri nor a terminal: whatever runs it implements [`shell::Shell`].

pub mod driver;
pub mod env_keys;
pub mod export;
mod facade;
pub mod settings_file;
pub mod shell;

pub use facade::{Bursar, Connect, Options, Reader, Status, StatusEntitlement, network_views};

// What the desktop app and the CLI need of the crates below.
pub use bursar_chain::ALLOY_LOG_OFF;
pub use bursar_domain::{
    APP_ID, account, api_balance, charges, clock, error, language, link, money, notice, payment,
    plural, settings, view,
};
pub use bursar_engine as engine;
pub use bursar_platform::{core_dumps, home, http, keyring, output_file, process};
pub use bursar_provider::networks;

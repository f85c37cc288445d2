//! All of Bursar that is not a window: money, accounts, providers, the Balance contract, the top-up
//! machine, the engine that drives them, and what is kept on disk. It knows no Tauri.

pub mod account;
pub mod clock;
pub mod error;
pub mod money;
pub mod network;
pub mod notice;
pub mod provider;
pub mod shell;
pub mod view;

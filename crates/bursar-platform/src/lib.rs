//! What the machine gives, each with its limits: HTTP with a time-out and a size limit for every request, the keyring on a
//! thread of its own, files that are written whole or not at all, other programs without this one's secrets, and the folder
//! that holds all data. Nothing here knows a provider, a chain or a payment.

pub mod core_dumps;
pub mod home;
pub mod http;
pub mod keyring;
pub mod output_file;
pub mod process;
#[cfg(any(test, feature = "testing"))]
pub mod stub_server;

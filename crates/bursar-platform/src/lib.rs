//! The services of the operating system, each with limits: HTTP requests with a time limit and a size limit, the keyring on
//! its own thread, files that are written completely or not at all, child processes without Bursar's secrets, and the home
//! folder. Nothing here knows about providers, chains or payments.

pub mod atomic_file;
pub mod core_dumps;
pub mod home;
pub mod http;
pub mod keyring;
pub mod output_file;
pub mod process;
#[cfg(any(test, feature = "testing"))]
pub mod stub_server;

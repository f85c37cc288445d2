//! Starting with the user's session, in the tray.

#[cfg(target_os = "linux")]
#[path = "autostart/linux.rs"]
mod imp;

pub(crate) use imp::{is_enabled, repair, set_enabled};

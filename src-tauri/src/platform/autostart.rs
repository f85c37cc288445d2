//! Autostart: Bursar starts in the tray when the user's session starts.

#[cfg(target_os = "linux")]
#[path = "autostart/linux.rs"]
mod imp;

pub(crate) use imp::{is_enabled, repair, set_enabled};

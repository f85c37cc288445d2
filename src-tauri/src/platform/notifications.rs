//! Pop-ups outside the window, shown by the desktop.

#[cfg(target_os = "linux")]
#[path = "notifications/linux.rs"]
mod imp;
mod popup;

pub(crate) use imp::run;
pub(crate) use popup::{ClickTargets, Popup, PopupEvent};

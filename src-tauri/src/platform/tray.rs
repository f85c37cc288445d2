//! The icon in the tray.

#[cfg(target_os = "linux")]
#[path = "tray/linux.rs"]
mod imp;
mod menu;
mod pixmaps;

pub(crate) use imp::run;
pub(crate) use menu::Action;

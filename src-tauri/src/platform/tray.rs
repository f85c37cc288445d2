//! The icon in the tray. It is there as long as a tray is.

#[cfg(target_os = "linux")]
#[path = "tray/linux.rs"]
mod imp;
mod menu;
mod pixmaps;

pub(crate) use imp::run;
pub(crate) use menu::Action;

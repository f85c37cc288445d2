//! What the system reports about itself: network, sleep and whether the screen is locked.

mod event;
#[cfg(target_os = "linux")]
#[path = "power_and_network/linux.rs"]
mod imp;

pub(crate) use event::SystemEvent;
pub(crate) use imp::{screen_is_locked, watch};

//! Decides what happens when the user, the desktop or the core does something.

pub(crate) mod close_action;
pub(crate) mod core_startup;
pub(crate) mod missing_tray;
pub(crate) mod restart_to_free_memory;

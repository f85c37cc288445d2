//! What the desktop offers: each module wraps one service of it and depends on neither the app's state nor the controller.

pub(crate) mod activation;
pub(crate) mod appearance;
pub(crate) mod autostart;
pub(crate) mod dbus;
pub(crate) mod desktop_entry;
pub(crate) mod executable;
pub(crate) mod external_apps;
pub(crate) mod notifications;
pub(crate) mod power_and_network;
pub(crate) mod restart_marker;
pub(crate) mod sanitize;
pub(crate) mod single_instance;
pub(crate) mod software_rendering;
pub(crate) mod tray;
pub(crate) mod url_scheme;
pub(crate) mod webview_hardening;

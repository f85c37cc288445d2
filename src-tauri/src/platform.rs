//! The desktop's services. Each module wraps one service and depends neither on the app's state nor on the
//! controller. A service whose code depends on the system has one file for each system behind `mod imp`; so far there
//! is only Linux.

pub(crate) mod activation;
pub(crate) mod appearance;
pub(crate) mod autostart;
pub(crate) mod dbus;
pub(crate) mod deep_link_plugin;
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
pub(crate) mod webview_drawing;
pub(crate) mod webview_hardening;

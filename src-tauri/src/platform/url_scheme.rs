//! Makes Bursar's deep links start this program.

#[cfg(target_os = "linux")]
#[path = "url_scheme/linux.rs"]
mod imp;

pub(crate) use imp::register_handler;

use crate::home::Home;
use crate::platform::executable;

/// Makes links lead to this home from now on, whichever home was started last. Call it before a page opens that will
/// return by a link. Returns at once.
pub(crate) fn register_in_background(home: &Home) {
    let home = home.clone();
    // If this fails, polling still finds the payment, and a sign-in can be tried again.
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) =
            executable::path().and_then(|program| register_handler(&program, home.custom_path()))
        {
            tracing::warn!(%error, "could not register for links");
        }
    });
}

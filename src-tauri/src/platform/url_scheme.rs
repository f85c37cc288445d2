//! The scheme of Bursar's deep links, for which the desktop starts this program.

#[cfg(target_os = "linux")]
#[path = "url_scheme/linux.rs"]
mod imp;

pub(crate) use imp::register_handler;

use crate::home::Home;
use crate::platform::executable;

/// Has links come back to this home from now on, whichever home was started last: it is about to send the browser
/// away. Returns at once.
pub(crate) fn register_in_background(home: &Home) {
    let home = home.clone();
    // Without it polling notices a payment all the same, and a sign-in can be tried again.
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) =
            executable::path().and_then(|program| register_handler(&program, home.custom_path()))
        {
            tracing::warn!(%error, "links do not come back to Bursar");
        }
    });
}

//! A report for whoever helps the user: versions, the desktop's services, the core's states and last error codes. It
//! holds no secret, no amount and no path in the user's home.

use crate::app::App;
use std::fmt::Write as _;

/// The whole report. Where the core gives no answer, it says why.
pub(crate) async fn report(app: &App) -> String {
    let health = app.health();
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "Bursar {} ({})",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH
    );
    let _ = writeln!(text, "tauri {}, webview {}", tauri::VERSION, webview());
    let _ = writeln!(
        text,
        "desktop {}, session {}",
        environment_word("XDG_CURRENT_DESKTOP"),
        environment_word("XDG_SESSION_TYPE")
    );
    let _ = writeln!(
        text,
        "tray {}, notifications {}, links {}, usual home {}",
        health.tray,
        health.notifications,
        health.links,
        app.home.custom_path().is_none()
    );
    match app.core_handle.start_error() {
        Some(error) => {
            let _ = writeln!(text, "engine not running: {:?}", error.code);
        }
        None => match app.core().await {
            Ok(core) => match core.diagnostics().await {
                Ok(states) => text.push_str(&states),
                Err(error) => {
                    let _ = writeln!(text, "engine states unknown: {:?}", error.code);
                }
            },
            Err(error) => {
                let _ = writeln!(text, "engine not running: {:?}", error.code);
            }
        },
    }
    text
}

fn webview() -> String {
    tauri::webview_version().unwrap_or_else(|_| "unknown".to_owned())
}

/// A desktop variable that holds a word, not a path.
fn environment_word(name: &str) -> String {
    std::env::var(name)
        .ok()
        .filter(|value| value.len() <= 40 && !value.contains('/'))
        .unwrap_or_else(|| "unknown".to_owned())
}

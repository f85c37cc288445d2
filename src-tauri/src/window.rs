//! The one window: made when it is wanted, destroyed when it is closed, so that no webview is left in the
//! tray. It loads the app's own pages and nothing else.

use crate::app::App;
use crate::controller::close_action::{self, CloseAction};
use crate::controller::restart_to_free_memory;
use crate::main_thread::MainThreadRequest;
use crate::platform::{activation, webview_hardening};
use gtk::prelude::{GtkWindowExt as _, WidgetExt as _};
use std::sync::Arc;
use tauri::webview::{Color, NewWindowResponse};
use tauri::{AppHandle, Manager as _, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_window_state::{AppHandleExt as _, StateFlags};
use url::Url;

pub(crate) const LABEL: &str = "main";

/// What is remembered of the window.
pub(crate) const SAVED_STATE: StateFlags = StateFlags::SIZE
    .union(StateFlags::POSITION)
    .union(StateFlags::MAXIMIZED);

/// The window's ground before the first frame, the same as the pages' (light, dark).
const BACKGROUND: (Color, Color) = (Color(246, 247, 244, 255), Color(16, 21, 20, 255));

/// What the webview is told is its way to the network. It needs none, and a page may have it connect before any
/// policy is asked, as a click on a link does. No user's program can listen on that port.
const UNREACHABLE_PROXY: &str = "http://127.0.0.1:1";

/// Brings the window to the front, made anew if there is none. Returns at once.
pub(crate) fn raise(app: &Arc<App>) {
    if app.defer(|deferred| deferred.window = true).is_some() {
        return;
    }
    let Some(tauri) = app.main_thread.tauri() else {
        return app.main_thread.request(MainThreadRequest::OpenWindow);
    };
    let requested = Arc::clone(app);
    let queued = tauri.run_on_main_thread(move || {
        if let Err(error) = raise_on_main_thread(&requested) {
            tracing::error!(%error, "the window could not be shown");
        }
    });
    if let Err(error) = queued {
        tracing::error!(%error, "the window could not be asked for");
    }
}

/// As [`raise`], on the main thread.
///
/// # Errors
/// When the desktop does not let us have a window.
pub(crate) fn raise_on_main_thread(app: &Arc<App>) -> tauri::Result<()> {
    let Some(tauri) = app.main_thread.tauri().filter(|_| !app.is_withdrawn()) else {
        return Ok(());
    };
    tracing::info!("the window is raised");
    let activation = app.take_activation();
    if let Some(window) = tauri.get_webview_window(LABEL) {
        let window = window.gtk_window()?;
        window.deiconify();
        window.show();
        activation::present_window(&window, activation.as_ref());
        return Ok(());
    }
    let theme = app.settings.get().theme;
    app.appearance.apply(theme);
    let background = if app.appearance.is_dark(theme) {
        BACKGROUND.1
    } else {
        BACKGROUND.0
    };
    let proxy = Url::parse(UNREACHABLE_PROXY).map_err(tauri::Error::InvalidUrl)?;
    // Before it is built: its pages may call at once.
    app.set_window_open(true);
    app.initial_data.prefetch(app);
    // A later window's page may be asked for from the first one's handler.
    let requested = Arc::clone(app);
    let built = WebviewWindowBuilder::new(&tauri, LABEL, WebviewUrl::default())
        .title("Bursar")
        .inner_size(1200.0, 800.0)
        .min_inner_size(480.0, 600.0)
        .background_color(background)
        .data_directory(app.home.path().join("webview"))
        .proxy_url(proxy)
        .disable_drag_drop_handler()
        .devtools(cfg!(debug_assertions))
        .on_navigation(is_app_page)
        .on_web_resource_request(move |request, response| {
            requested.initial_data.insert_into(&request, response)
        })
        .on_new_window(|address, _| {
            tracing::warn!(host = address.host_str(), "a page asked for another window");
            NewWindowResponse::Deny
        })
        .build();
    let window = match built {
        Ok(window) => window,
        Err(error) => {
            app.set_window_open(false);
            return Err(error);
        }
    };
    window.with_webview(|webview| webview_hardening::apply(&webview.inner()))?;
    let events_app = Arc::clone(app);
    window.on_window_event(move |event| on_window_event(&events_app, event));
    if activation.is_some() {
        activation::present_window(&window.gtk_window()?, activation.as_ref());
    }
    Ok(())
}

/// Closes the window for good, if one is open.
pub(crate) fn close(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    save_state(app);
    if let Err(error) = window.destroy() {
        tracing::warn!(%error, "the window could not be closed");
    }
}

/// Writes down where the window is, or was last.
fn save_state(app: &AppHandle) {
    if let Err(error) = app.save_window_state(SAVED_STATE) {
        tracing::debug!(%error, "the window's place is not kept");
    }
}

fn on_window_event(app: &Arc<App>, event: &WindowEvent) {
    if let WindowEvent::Focused(focused) = event {
        app.set_focused(*focused);
    } else if let WindowEvent::CloseRequested { .. } = event {
        match close_action::after_window_closed(app.visible()) {
            CloseAction::None | CloseAction::ExplainMissingTray => app.explain_closing_to_tray(),
            CloseAction::Linger => app.linger(),
            CloseAction::Quit => app.quit(),
        }
    } else if let WindowEvent::Destroyed = event {
        app.set_window_open(false);
        if let Some(tauri) = app.main_thread.tauri() {
            save_state(&tauri);
        }
        tauri::async_runtime::spawn(restart_to_free_memory::restart_when_idle(Arc::clone(app)));
    }
}

/// Our own pages only, whatever a page asks for.
fn is_app_page(address: &Url) -> bool {
    let is_app = matches!(
        (address.scheme(), address.host_str(), address.port()),
        ("tauri", Some("localhost"), None)
    );
    if !is_app {
        tracing::warn!(
            scheme = address.scheme(),
            host = address.host_str(),
            "a page tried to leave"
        );
    }
    is_app
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_app_pages_load() {
        for page in ["tauri://localhost", "tauri://localhost/index.html#x"] {
            assert!(is_app_page(&page.parse().unwrap()), "{page}");
        }
        for other in [
            "https://tauri.localhost/",
            "http://localhost/",
            "tauri://evil/",
            "tauri://localhost:1/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
            "javascript:alert(1)",
        ] {
            assert!(!is_app_page(&other.parse().unwrap()), "{other}");
        }
    }
}

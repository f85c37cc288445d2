//! The one window: made when it is wanted, destroyed when it is closed, so that no webview is left in the
//! tray. It loads the app's own pages and nothing else.

use crate::platform::activation::{self, Activation};
use crate::platform::webview_hardening;
use gtk::prelude::{GtkWindowExt as _, WidgetExt as _};
use std::borrow::Cow;
use std::path::Path;
use tauri::http::{Request, Response};
use tauri::webview::{Color, NewWindowResponse};
use tauri::{
    AppHandle, Manager as _, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
};
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

/// Brings the window to the front, if there is one. On the main thread.
pub(crate) fn raise_existing(
    tauri: &AppHandle,
    activation: Option<&Activation>,
) -> tauri::Result<bool> {
    let Some(window) = tauri.get_webview_window(LABEL) else {
        return Ok(false);
    };
    let window = window.gtk_window()?;
    window.deiconify();
    window.show();
    activation::present_window(&window, activation);
    Ok(true)
}

/// Makes the window, on the main thread. `on_request` may change what the pages get.
pub(crate) fn build(
    tauri: &AppHandle,
    is_dark: bool,
    data_folder: &Path,
    on_request: impl Fn(&Request<Vec<u8>>, &mut Response<Cow<'static, [u8]>>) + Send + Sync + 'static,
) -> tauri::Result<WebviewWindow> {
    let background = if is_dark { BACKGROUND.1 } else { BACKGROUND.0 };
    let proxy = Url::parse(UNREACHABLE_PROXY).map_err(tauri::Error::InvalidUrl)?;
    WebviewWindowBuilder::new(tauri, LABEL, WebviewUrl::default())
        .title("Bursar")
        .inner_size(1200.0, 800.0)
        .min_inner_size(480.0, 600.0)
        .background_color(background)
        .data_directory(data_folder.to_path_buf())
        .proxy_url(proxy)
        .disable_drag_drop_handler()
        .devtools(cfg!(debug_assertions))
        .on_navigation(is_app_page)
        .on_web_resource_request(move |request, response| on_request(&request, response))
        .on_new_window(|address, _| {
            tracing::warn!(host = address.host_str(), "a page asked for another window");
            NewWindowResponse::Deny
        })
        .build()
}

/// Hardens a new window's webview, follows its events, and presents it if it was asked for by a click.
pub(crate) fn attach(
    window: &WebviewWindow,
    activation: Option<&Activation>,
    on_event: impl Fn(&WindowEvent) + Send + 'static,
) -> tauri::Result<()> {
    window.with_webview(|webview| webview_hardening::apply(&webview.inner()))?;
    window.on_window_event(on_event);
    if activation.is_some() {
        activation::present_window(&window.gtk_window()?, activation);
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
pub(crate) fn save_state(app: &AppHandle) {
    if let Err(error) = app.save_window_state(SAVED_STATE) {
        tracing::debug!(%error, "the window's place is not kept");
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

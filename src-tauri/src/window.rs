//! The app's only window. It is built on request and destroyed when it is closed, so that no webview stays in memory.
//! It loads the app's own pages and nothing else.

use crate::platform::activation::{self, Activation};
use crate::platform::{webview_drawing, webview_hardening};
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

/// What is saved about the window.
pub(crate) const SAVED_STATE: StateFlags = StateFlags::SIZE
    .union(StateFlags::POSITION)
    .union(StateFlags::MAXIMIZED);

/// The window's background before the first frame, as on the pages (light, dark).
const BACKGROUND: (Color, Color) = (Color(246, 247, 244, 255), Color(16, 21, 20, 255));

/// The webview's proxy. The webview needs no network, but a click on a link may connect before any policy is asked.
/// No user's program can listen on this port.
const UNREACHABLE_PROXY: &str = "http://127.0.0.1:1";

/// Brings the window to the front. Returns whether there is one. On the main thread.
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

/// Builds the window. `on_request` may change the responses that its pages get. On the main thread.
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

/// Prepares a new window's webview, follows its events, and presents the window if a click requested it.
pub(crate) fn attach(
    window: &WebviewWindow,
    activation: Option<&Activation>,
    on_event: impl Fn(&WindowEvent) + Send + 'static,
) -> tauri::Result<()> {
    window.with_webview(|webview| {
        let webview = webview.inner();
        webview_hardening::apply(&webview);
        webview_drawing::hold_until_loaded(&webview);
    })?;
    window.on_window_event(on_event);
    if activation.is_some() {
        activation::present_window(&window.gtk_window()?, activation);
    }
    Ok(())
}

/// Destroys the window, if one is open.
pub(crate) fn close(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    save_state(app);
    if let Err(error) = window.destroy() {
        tracing::warn!(%error, "could not close the window");
    }
}

/// Saves the window's position and size.
pub(crate) fn save_state(app: &AppHandle) {
    if let Err(error) = app.save_window_state(SAVED_STATE) {
        tracing::debug!(%error, "could not save the window's position");
    }
}

/// Whether this is one of the app's own pages. The window may load no other.
fn is_app_page(address: &Url) -> bool {
    let is_app = matches!(
        (address.scheme(), address.host_str(), address.port()),
        ("tauri", Some("localhost"), None)
    );
    if !is_app {
        tracing::warn!(
            scheme = address.scheme(),
            host = address.host_str(),
            "a page tried to navigate elsewhere"
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

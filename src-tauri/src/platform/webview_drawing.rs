//! Holds back a new webview's drawing until its page has loaded.
//!
//! A webview that has no picture yet requests one from the web process each time GTK draws it, and blocks the main
//! thread until it arrives, for up to 500 ms. A web process that is starting cannot answer: it waits for its connection
//! to the network process, which it gets from the main thread. The page loads through the main thread too.

use gtk::glib::{ObjectExt as _, Propagation};
use gtk::prelude::WidgetExt as _;
use std::cell::Cell;
use webkit2gtk::{LoadEvent, WebView, WebViewExt as _};

/// Lets a new webview draw only once its page has loaded, or has failed to. Until then the window shows its background.
/// Call it before the webview is drawn for the first time.
pub(crate) fn hold_until_loaded(webview: &WebView) {
    let held = Cell::new(Some(webview.connect_draw(|_, _| Propagation::Stop)));
    webview.connect_load_changed(move |webview, event| {
        if event == LoadEvent::Finished
            && let Some(handler) = held.take()
        {
            webview.disconnect(handler);
            webview.queue_draw();
        }
    });
}

//! What the window does without. Bursar's pages are text, lines and one small chart: drawn by the processor they
//! are on the screen sooner than a graphics driver is loaded, and without the memory that it takes. What no page
//! uses is also nothing that anybody could use against us.

use bursar_core::process::SECRETS;
use gtk::gio::AppLaunchContext;
use gtk::gio::prelude::AppLaunchContextExt as _;
use gtk::glib;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use webkit2gtk::{
    CacheModel, HardwareAccelerationPolicy, Settings, SettingsExt as _, WebContextExt as _,
    WebView, WebViewExt as _,
};

/// By this GTK is told how to use OpenGL. On X11 it loads the driver at its start else, whether anything is drawn by it or not.
const GDK_GL_VARIABLE: &str = "GDK_GL";

/// Whether it is us who told it.
static OPENGL_DISABLED: AtomicBool = AtomicBool::new(false);

/// Has GTK start without a graphics driver, here and in the page's process. To be called first in `main`, while there is
/// one thread. What the user set stays.
pub(crate) fn disable_opengl() {
    if std::env::var_os(GDK_GL_VARIABLE).is_none()
        && glib::setenv(GDK_GL_VARIABLE, "disable", false).is_ok()
    {
        OPENGL_DISABLED.store(true, Ordering::Relaxed);
    }
}

/// For other programs, a browser above all: what we do without is none of their concern, and no secret is.
pub(crate) fn launch_context() -> AppLaunchContext {
    let context = AppLaunchContext::new();
    for name in SECRETS {
        context.unsetenv(name);
    }
    if OPENGL_DISABLED.load(Ordering::Relaxed) {
        context.unsetenv(GDK_GL_VARIABLE);
    }
    context
}

/// The same for a new start of this program, which decides anew.
pub(crate) fn restore_opengl(command: &mut Command) {
    if OPENGL_DISABLED.load(Ordering::Relaxed) {
        command.env_remove(GDK_GL_VARIABLE);
    }
}

/// Takes away what the pages do not use. To be called before the first page is drawn.
pub(crate) fn apply(webview: &WebView) {
    if let Some(context) = webview.context() {
        // Everything comes out of the program itself, and nothing is gone back to.
        context.set_cache_model(CacheModel::DocumentViewer);
    }
    if let Some(settings) = webview.settings() {
        disable_unused_features(&settings);
    }
}

fn disable_unused_features(settings: &Settings) {
    settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
    settings.set_enable_webgl(false);
    settings.set_enable_webaudio(false);
    settings.set_enable_media(false);
    settings.set_enable_mediasource(false);
    settings.set_enable_page_cache(false);
    settings.set_enable_html5_database(false);
    settings.set_enable_dns_prefetching(false);
}

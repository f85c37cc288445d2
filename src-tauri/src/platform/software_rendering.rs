//! Draws without a graphics driver. For pages of text, loading the driver costs more time and memory than it saves.

use gtk::gio::AppLaunchContext;
use gtk::gio::prelude::AppLaunchContextExt as _;
use gtk::glib;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

/// How GTK uses OpenGL. Unless it is disabled, GTK loads the driver on X11 at its start, needed or not.
const GDK_GL_VARIABLE: &str = "GDK_GL";
/// Without this, WebKit asks GTK for OpenGL before it reads the webview's acceleration policy, and warns that GTK has none.
const WEBKIT_COMPOSITING_VARIABLE: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";

/// Whether this process set the variable, not the user.
static OPENGL_DISABLED: AtomicBool = AtomicBool::new(false);
static COMPOSITING_DISABLED: AtomicBool = AtomicBool::new(false);

/// Lets GTK and WebKit start without a graphics driver, here and in the web process. A value that the user has set stays.
/// Call it first in `main`, while there is only one thread.
pub(crate) fn disable_opengl() {
    let disabled = set_default(GDK_GL_VARIABLE, "disable", &OPENGL_DISABLED);
    // A user who chose how GTK uses OpenGL gets WebKit's warnings about it too.
    if disabled {
        set_default(WEBKIT_COMPOSITING_VARIABLE, "1", &COMPOSITING_DISABLED);
    }
}

fn set_default(name: &str, value: &str, is_ours: &AtomicBool) -> bool {
    let set = std::env::var_os(name).is_none() && glib::setenv(name, value, false).is_ok();
    is_ours.store(set, Ordering::Relaxed);
    set
}

fn own_variables() -> impl Iterator<Item = &'static str> {
    [
        (GDK_GL_VARIABLE, &OPENGL_DISABLED),
        (WEBKIT_COMPOSITING_VARIABLE, &COMPOSITING_DISABLED),
    ]
    .into_iter()
    .filter(|(_, is_ours)| is_ours.load(Ordering::Relaxed))
    .map(|(name, _)| name)
}

/// Removes the variables for the process that replaces this one, which decides again.
pub(crate) fn restore_opengl(command: &mut Command) {
    for name in own_variables() {
        command.env_remove(name);
    }
}

/// Removes the variables for other programs.
pub(crate) fn restore_opengl_in(context: &AppLaunchContext) {
    for name in own_variables() {
        context.unsetenv(name);
    }
}

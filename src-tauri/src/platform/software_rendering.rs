//! Draws without a graphics driver. For pages of text, loading the driver costs more time and memory than it saves.

use gtk::gio::AppLaunchContext;
use gtk::gio::prelude::AppLaunchContextExt as _;
use gtk::glib;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

/// How GTK uses OpenGL. Unless it is disabled, GTK loads the driver on X11 at its start, needed or not.
const GDK_GL_VARIABLE: &str = "GDK_GL";

/// Whether this process set the variable, not the user.
static OPENGL_DISABLED: AtomicBool = AtomicBool::new(false);

/// Lets GTK start without a graphics driver, here and in the web process. A value that the user has set stays. Call
/// it first in `main`, while there is only one thread.
pub(crate) fn disable_opengl() {
    if std::env::var_os(GDK_GL_VARIABLE).is_none()
        && glib::setenv(GDK_GL_VARIABLE, "disable", false).is_ok()
    {
        OPENGL_DISABLED.store(true, Ordering::Relaxed);
    }
}

/// Removes the variable for the process that replaces this one, which decides again.
pub(crate) fn restore_opengl(command: &mut Command) {
    if OPENGL_DISABLED.load(Ordering::Relaxed) {
        command.env_remove(GDK_GL_VARIABLE);
    }
}

/// Removes the variable for other programs.
pub(crate) fn restore_opengl_in(context: &AppLaunchContext) {
    if OPENGL_DISABLED.load(Ordering::Relaxed) {
        context.unsetenv(GDK_GL_VARIABLE);
    }
}

//! Drawing without a graphics driver.

use gtk::gio::AppLaunchContext;
use gtk::gio::prelude::AppLaunchContextExt as _;
use gtk::glib;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// The same for a new start of this program, which decides anew.
pub(crate) fn restore_opengl(command: &mut Command) {
    if OPENGL_DISABLED.load(Ordering::Relaxed) {
        command.env_remove(GDK_GL_VARIABLE);
    }
}

/// The same for another program.
pub(crate) fn restore_opengl_in(context: &AppLaunchContext) {
    if OPENGL_DISABLED.load(Ordering::Relaxed) {
        context.unsetenv(GDK_GL_VARIABLE);
    }
}

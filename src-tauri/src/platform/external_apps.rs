//! Opens the browser and the viewer for PDF files.

use crate::platform::software_rendering;
use bursar_core::error::{Code, DesktopDetail, Error, Result};
use bursar_core::process::SECRET_VARIABLES;
use gtk::gio::prelude::AppLaunchContextExt as _;
use gtk::gio::{AppInfo, AppLaunchContext};
use gtk::prelude::AppInfoExt as _;
use std::path::Path;
use url::Url;

/// Opens an address in the default browser. GIO starts the browser and does not wait for it.
///
/// # Errors
/// `browser_failed` when there is no browser, or it cannot be started.
pub(crate) fn open_url(address: &Url) -> Result<()> {
    AppInfo::launch_default_for_uri(address.as_str(), Some(&launch_context())).map_err(|error| {
        tracing::warn!(%error, "could not open a browser");
        Error::new(Code::BrowserFailed, DesktopDetail::BrowserNotOpened)
    })
}

/// Opens a file in the default PDF viewer, whatever type the desktop would detect.
///
/// # Errors
/// `file_failed` when there is no viewer, or it cannot be started.
pub(crate) fn open_pdf(file: &Path) -> Result<()> {
    let failed = || Error::new(Code::FileFailed, DesktopDetail::PdfViewerNotOpened);
    let viewer = AppInfo::default_for_type("application/pdf", true).ok_or_else(failed)?;
    let file = Url::from_file_path(file).map_err(|()| failed())?;
    viewer
        .launch_uris(&[file.as_str()], Some(&launch_context()))
        .map_err(|error| {
            tracing::warn!(%error, "could not open a PDF viewer");
            failed()
        })
}

/// The environment of other programs, above all the browser: without secrets, and with OpenGL as the user has it.
fn launch_context() -> AppLaunchContext {
    let context = AppLaunchContext::new();
    for name in SECRET_VARIABLES {
        context.unsetenv(name);
    }
    software_rendering::restore_opengl_in(&context);
    context
}

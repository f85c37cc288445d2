//! Registers this program as the handler of the scheme, with GIO. A failure does not stop anything else.

use crate::platform::desktop_entry;
use bursar_core::APP_ID;
use bursar_core::error::{Code, Error, Result};
use bursar_core::link::SCHEME;
use gtk::gio::prelude::AppInfoExt as _;
use gtk::gio::{AppInfo, DesktopAppInfo};
use std::path::Path;

/// Makes this program the user's handler for the scheme, with this home if it is not the default one. It touches the
/// disk, so it must not run on the main thread.
///
/// # Errors
/// `file_failed` when the entry cannot be written, or the desktop does not accept it.
pub(crate) fn register_handler(program: &Path, home: Option<&Path>) -> Result<()> {
    let failed = |message: &str| Error::new(Code::FileFailed, message);
    let Some(data) = desktop_entry::xdg_folder("XDG_DATA_HOME", ".local/share") else {
        return Err(failed("There is no home folder to register links in."));
    };
    let home_text = home.map(|home| {
        home.to_str()
            .ok_or_else(|| failed("The data folder's path is not UTF-8."))
    });
    let exec = match home_text.transpose()? {
        Some(home) => desktop_entry::exec_line(program, &["--home", home], "%u")?,
        None => desktop_entry::exec_line(program, &[], "%u")?,
    };
    let path = data
        .join("applications")
        .join(format!("{APP_ID}.handler.desktop"));
    desktop_entry::write_if_changed(&path, &desktop_entry_text(&exec))
        .map_err(|error| failed(&format!("The link handler could not be written: {error}.")))?;
    let Some(handler) = DesktopAppInfo::from_filename(&path) else {
        return Err(failed("The desktop does not take the link handler."));
    };
    let current = AppInfo::default_for_uri_scheme(SCHEME).and_then(|info| info.id());
    if current.is_some() && current == handler.id() {
        return Ok(());
    }
    handler
        .set_as_default_for_type(&format!("x-scheme-handler/{SCHEME}"))
        .map_err(|error| {
            failed(&format!(
                "The link handler could not be made the default: {error}."
            ))
        })
}

fn desktop_entry_text(exec: &str) -> String {
    format!(
        "[Desktop Entry]\nType=Application\nName=Bursar\nComment=Opens links that come back to Bursar\n\
         Exec={exec}\nIcon={APP_ID}\nTerminal=false\nNoDisplay=true\nStartupNotify=true\n\
         MimeType=x-scheme-handler/{SCHEME};\n"
    )
}

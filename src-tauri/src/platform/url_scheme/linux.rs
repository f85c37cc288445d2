//! Registers this program as the handler of the scheme, with GIO. A failure does not stop anything else.

use crate::platform::desktop_entry;
use bursar_core::APP_ID;
use bursar_core::error::{Code, DesktopDetail, Error, Result};
use bursar_core::link::SCHEME;
use bursar_l10n::text;
use gtk::gio::prelude::AppInfoExt as _;
use gtk::gio::{AppInfo, DesktopAppInfo};
use std::path::Path;

/// Makes this program the user's handler for the scheme, with this home if it is not the default one. It touches the
/// disk, so it must not run on the main thread.
///
/// # Errors
/// `file_failed` when the entry cannot be written, or the desktop does not accept it.
pub(crate) fn register_handler(program: &Path, home: Option<&Path>) -> Result<()> {
    let not_registered = |reason| {
        Error::new(
            Code::FileFailed,
            DesktopDetail::LinksNotRegistered { reason },
        )
    };
    let failed = |why: DesktopDetail| Error::new(Code::FileFailed, why);
    let Some(data) = desktop_entry::xdg_folder("XDG_DATA_HOME", ".local/share") else {
        return Err(failed(DesktopDetail::HomeFolderMissing));
    };
    let home_text = home.map(|home| {
        home.to_str()
            .ok_or_else(|| failed(DesktopDetail::PathNotText))
    });
    let exec = match home_text.transpose()? {
        Some(home) => desktop_entry::exec_line(program, &["--home", home], "%u")?,
        None => desktop_entry::exec_line(program, &[], "%u")?,
    };
    let path = data
        .join("applications")
        .join(format!("{APP_ID}.handler.desktop"));
    desktop_entry::write_if_changed(&path, &desktop_entry_text(&exec))
        .map_err(|error| not_registered(error.to_string()))?;
    let Some(handler) = DesktopAppInfo::from_filename(&path) else {
        return Err(not_registered(
            "the desktop entry was not accepted".to_owned(),
        ));
    };
    let current = AppInfo::default_for_uri_scheme(SCHEME).and_then(|info| info.id());
    if current.is_some() && current == handler.id() {
        return Ok(());
    }
    handler
        .set_as_default_for_type(&format!("x-scheme-handler/{SCHEME}"))
        .map_err(|error| not_registered(error.to_string()))
}

fn desktop_entry_text(exec: &str) -> String {
    let comments = desktop_entry::comments(|texts| text!(texts, entry_links));
    format!(
        "[Desktop Entry]\nType=Application\nName=Bursar\n{comments}\
         Exec={exec}\nIcon={APP_ID}\nTerminal=false\nNoDisplay=true\nStartupNotify=true\n\
         MimeType=x-scheme-handler/{SCHEME};\n"
    )
}

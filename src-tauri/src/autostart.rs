//! Starting with the session, in the tray: a desktop entry in the user's autostart folder, there or not.

use crate::desktop_entry;
use crate::links::SCHEME;
use bursar_core::error::{Code, Error, Result};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Whether the session starts us.
pub(crate) fn is_on() -> bool {
    path().is_some_and(|path| path.exists())
}

/// Turns it on for this program and home (`None`: the usual one), or off.
///
/// # Errors
/// `file_failed` when the entry can be neither written nor removed.
pub(crate) fn set(on: bool, program: &Path, home: Option<&Path>) -> Result<()> {
    let failed = |why: String| Error::new(Code::FileFailed, why);
    let Some(path) = path() else {
        return Err(failed(
            "There is no home folder to start with the session from.".to_owned(),
        ));
    };
    let done = if on {
        let home = home.map(|home| {
            home.to_str()
                .ok_or_else(|| failed("The data folder's path is not UTF-8.".to_owned()))
        });
        let exec = match home.transpose()? {
            Some(home) => desktop_entry::exec(program, &["--hidden", "--home", home], "")?,
            None => desktop_entry::exec(program, &["--hidden"], "")?,
        };
        desktop_entry::put(&path, &entry(&exec))
    } else {
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            done => done,
        }
    };
    done.map_err(|error| {
        failed(format!(
            "Starting with the session could not be changed: {error}."
        ))
    })
}

fn path() -> Option<PathBuf> {
    let config = desktop_entry::folder("XDG_CONFIG_HOME", ".config")?;
    Some(config.join("autostart").join(format!("{SCHEME}.desktop")))
}

fn entry(exec: &str) -> String {
    format!(
        "[Desktop Entry]\nType=Application\nName=Bursar\nComment=Watches your cloud balances from the tray\n\
         Exec={exec}\nIcon={SCHEME}\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
    )
}

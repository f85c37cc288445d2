//! Autostart by a desktop entry in the user's autostart folder.

use crate::platform::desktop_entry;
use bursar_core::APP_ID;
use bursar_core::error::{Code, DesktopDetail, Error, Result};
use bursar_l10n::text;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

pub(crate) fn is_enabled() -> bool {
    path().is_some_and(|path| path.exists())
}

/// Enables autostart of this program with this home (`None`: the default one), or disables it.
///
/// # Errors
/// `file_failed` when the entry can be neither written nor removed.
pub(crate) fn set_enabled(enabled: bool, program: &Path, home: Option<&Path>) -> Result<()> {
    let failed = |why: DesktopDetail| Error::new(Code::FileFailed, why);
    let Some(path) = path() else {
        return Err(failed(DesktopDetail::HomeFolderMissing));
    };
    let changed = if enabled {
        let home = home.map(|home| {
            home.to_str()
                .ok_or_else(|| failed(DesktopDetail::PathNotText))
        });
        let exec = match home.transpose()? {
            Some(home) => desktop_entry::exec_line(program, &["--hidden", "--home", home], "")?,
            None => desktop_entry::exec_line(program, &["--hidden"], "")?,
        };
        desktop_entry::write_if_changed(&path, &desktop_entry_text(&exec))
    } else {
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    };
    changed.map_err(|error| not_changed(&error))
}

/// Puts this program into the entry if the entry's program is gone, as after an upgrade that moved it. The rest of
/// the entry stays, above all its home.
///
/// # Errors
/// `file_failed` when the entry cannot be written.
pub(crate) fn repair(program: &Path) -> Result<()> {
    let Some((path, text)) =
        path().and_then(|path| fs::read_to_string(&path).ok().map(|text| (path, text)))
    else {
        return Ok(());
    };
    match repaired(&text, program)? {
        Some(text) => {
            desktop_entry::write_if_changed(&path, &text).map_err(|error| not_changed(&error))
        }
        None => Ok(()),
    }
}

fn not_changed(error: &io::Error) -> Error {
    let reason = error.to_string();
    Error::new(
        Code::FileFailed,
        DesktopDetail::AutostartNotChanged { reason },
    )
}

/// The entry with this program, if its own program is gone; `None` if nothing needs to change.
fn repaired(text: &str, program: &Path) -> Result<Option<String>> {
    let named = text
        .lines()
        .find_map(|line| line.strip_prefix("Exec="))
        .and_then(desktop_entry::parse_exec);
    let Some((missing, rest)) = named.filter(|(named, _)| named.is_absolute() && !named.exists())
    else {
        return Ok(None);
    };
    tracing::info!(program = %missing.display(), "the autostart entry's program is gone");
    let line = format!("Exec={}{rest}", desktop_entry::exec_line(program, &[], "")?);
    let lines = text.lines().map(|old| {
        if old.starts_with("Exec=") {
            line.as_str()
        } else {
            old
        }
    });
    Ok(Some(
        lines.fold(String::new(), |text, line| text + line + "\n"),
    ))
}

fn path() -> Option<PathBuf> {
    let config = desktop_entry::xdg_folder("XDG_CONFIG_HOME", ".config")?;
    Some(config.join("autostart").join(format!("{APP_ID}.desktop")))
}

fn desktop_entry_text(exec: &str) -> String {
    let comments = desktop_entry::comments(|texts| text!(texts, entry_autostart));
    format!(
        "[Desktop Entry]\nType=Application\nName=Bursar\n{comments}\
         Exec={exec}\nIcon={APP_ID}\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repairs_an_entry_whose_program_is_gone() {
        let program = Path::new("/usr/bin/bursar-desktop");
        let old = |exec: &str| desktop_entry_text(exec) + "Hidden=false\n";
        for missing in [
            r#""/opt/bursar 1.0/bursar-desktop""#,
            r#""/nowhere/bursar-desktop (deleted)""#,
            "/nowhere/bursar-desktop",
        ] {
            let text = old(&format!(r#"{missing} "--hidden" "--home" "/a b""#));
            let new = old(r#""/usr/bin/bursar-desktop" "--hidden" "--home" "/a b""#);
            assert_eq!(repaired(&text, program).unwrap(), Some(new), "{missing}");
        }
    }

    #[test]
    fn leaves_other_entries_unchanged() {
        let running = std::env::current_exe().unwrap();
        let own = desktop_entry::exec_line(&running, &["--hidden"], "").unwrap();
        for exec in [own.as_str(), "bursar-desktop --hidden", "", "\"/no end"] {
            let text = desktop_entry_text(exec);
            assert_eq!(
                repaired(&text, Path::new("/usr/bin/other")).unwrap(),
                None,
                "{exec}"
            );
        }
        assert_eq!(repaired("", Path::new("/usr/bin/other")).unwrap(), None);
    }
}

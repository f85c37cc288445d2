//! Preferences on disk, in a file that may be lost or broken without harm: what cannot be read is taken as
//! never set. Starting with the session is read from the desktop itself, where it can be changed as well.

use crate::{autostart, desktop_entry};
use bursar_core::error::{Code, Error, Result};
use bursar_core::view::Settings;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

pub(crate) struct SettingsFile {
    now: Mutex<Settings>,
    path: PathBuf,
}

/// The file: JSON, with room for other things beside the preferences.
#[derive(Deserialize, Serialize)]
struct Kept {
    settings: Settings,
}

impl SettingsFile {
    pub(crate) fn open(home: &Path) -> Self {
        let path = home.join("settings.json");
        let kept = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str::<Kept>(&text)
                .inspect_err(
                    |error| tracing::warn!(%error, "the preferences are broken and begin anew"),
                )
                .ok(),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(%error, "the preferences cannot be read");
                None
            }
        };
        let now = Settings {
            autostart: autostart::is_on(),
            ..kept.map(|kept| kept.settings).unwrap_or_default()
        };
        Self {
            now: Mutex::new(now),
            path,
        }
    }

    pub(crate) fn get(&self) -> Settings {
        self.now
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Takes them over at once and writes them. Touches the disk.
    ///
    /// # Errors
    /// `file_failed` when they could not be written: they hold until the app ends.
    pub(crate) fn set(&self, settings: Settings) -> Result<()> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = settings.clone();
        serde_json::to_string(&Kept { settings })
            .map_err(std::io::Error::from)
            .and_then(|text| desktop_entry::put(&self.path, &text))
            .map_err(|error| {
                Error::new(
                    Code::FileFailed,
                    format!("The settings hold until Bursar ends: {error}."),
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_kept_and_a_broken_file_begins_anew() {
        let home = tempfile::tempdir().unwrap();
        let file = SettingsFile::open(home.path());
        let changed = Settings {
            hide_amounts: !file.get().hide_amounts,
            ..file.get()
        };
        file.set(changed.clone()).unwrap();
        assert_eq!(SettingsFile::open(home.path()).get(), changed);
        fs::write(home.path().join("settings.json"), "{").unwrap();
        assert_eq!(SettingsFile::open(home.path()).get(), file_default());
    }

    #[test]
    fn a_home_that_cannot_be_written_is_said_and_the_choice_holds() {
        let home = tempfile::tempdir().unwrap();
        let file = SettingsFile::open(&home.path().join("a-file"));
        fs::write(home.path().join("a-file"), "").unwrap();
        let changed = Settings {
            hide_amounts: true,
            ..file.get()
        };
        assert_eq!(
            file.set(changed.clone()).unwrap_err().code,
            Code::FileFailed
        );
        assert_eq!(file.get(), changed);
    }

    fn file_default() -> Settings {
        Settings {
            autostart: autostart::is_on(),
            ..Settings::default()
        }
    }
}

//! Preferences on disk, in a file that may be lost or broken without harm: what cannot be read is taken as
//! never set. Starting with the session is read from the desktop itself, where it can be changed as well.

use crate::autostart;
use bursar_core::error::{Code, Error, Result};
use bursar_core::view::Settings;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tauri::{AppHandle, Wry};
use tauri_plugin_store::{Store, StoreExt as _};

const KEY: &str = "settings";

pub(crate) struct SettingsFile {
    now: Mutex<Settings>,
    /// `None` when the file cannot be used; preferences then last as long as the process.
    store: Option<Arc<Store<Wry>>>,
}

impl SettingsFile {
    pub(crate) fn open(app: &AppHandle, home: &Path) -> Self {
        let store = app
            .store_builder(home.join("settings.json"))
            .disable_auto_save()
            .build()
            .inspect_err(|error| tracing::warn!(%error, "preferences cannot be kept"))
            .ok();
        let kept = store
            .as_ref()
            .and_then(|store| store.get(KEY))
            .and_then(|value| {
                serde_json::from_value::<Settings>(value)
                    .inspect_err(
                        |error| tracing::warn!(%error, "the preferences are broken and begin anew"),
                    )
                    .ok()
            });
        let now = Settings {
            autostart: autostart::is_on(),
            ..kept.unwrap_or_default()
        };
        Self {
            now: Mutex::new(now),
            store,
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
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = settings.clone();
        let failed = |why: String| {
            Error::new(
                Code::FileFailed,
                format!("The settings hold until Bursar ends: {why}."),
            )
        };
        let Some(store) = &self.store else {
            return Err(failed("their file cannot be used".to_owned()));
        };
        let value = serde_json::to_value(&settings).map_err(|error| failed(error.to_string()))?;
        store.set(KEY, value);
        store.save().map_err(|error| failed(error.to_string()))
    }
}

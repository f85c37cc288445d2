//! The file of the window's state, through `tauri-plugin-store`. Only this module uses the plugin: no page may call it. The
//! plugin writes the file in place, so a kill during a write may leave a damaged file, which reads as the defaults.

use super::{WindowState, WindowStateChange};
use bursar_core::error::{Code, Error, FileDetail, Result};
use bursar_core::settings::Settings;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tauri::{AppHandle, Wry};
use tauri_plugin_store::{Store, StoreExt as _};

pub(crate) const FILE: &str = "window-state.json";

/// A larger file is not one of Bursar's.
const MAX_SIZE: u64 = 64 * 1024;
/// Like everything in the home, only for its owner.
const PRIVATE_MODE: u32 = 0o600;

/// The window's state for as long as Tauri runs. Its calls may touch the disk.
pub(crate) struct WindowStateFile {
    path: PathBuf,
    now: Mutex<Now>,
}

struct Now {
    state: WindowState,
    /// `None` where the file cannot be used: the state then ends with this process.
    store: Option<Arc<Store<Wry>>>,
}

impl WindowStateFile {
    /// Reads the file of a home. `settings` has what an earlier version kept there.
    pub(crate) fn open(tauri: &AppHandle, home: &Path, settings: &Settings) -> Self {
        let path = home.join(FILE);
        let store = open_store(tauri, &path).unwrap_or_else(|error| {
            tracing::warn!(%error, "the window's state cannot be stored");
            None
        });
        let fields = store.as_ref().map(|store| store.entries().into_iter());
        let fields: Map<String, Value> = fields.into_iter().flatten().collect();
        let state = WindowState::from_fields(&with_former_settings(fields, settings));
        Self {
            path,
            now: Mutex::new(Now { state, store }),
        }
    }

    pub(crate) fn get(&self) -> WindowState {
        self.now().state.clone()
    }

    /// Changes what `change` names.
    ///
    /// # Errors
    /// `file_failed` if the change could not be written: it holds until the app ends.
    pub(crate) fn change(&self, change: WindowStateChange) -> Result<WindowState> {
        let mut now = self.now();
        let changed = now.state.changed(change);
        if changed != now.state {
            now.state = changed.clone();
            if let Some(store) = &now.store {
                save(store, &self.path, &changed).map_err(|error| failed(&error))?;
            }
        }
        Ok(changed)
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        // A poisoned lock means that somebody panicked while reading; the data behind it is whole.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The plugin's store of the file. It saves only on request: its own timer would wake up the process, and it is taken off the
/// plugin's list, so that the plugin does not write at the end and no page could ever find it.
fn open_store(tauri: &AppHandle, path: &Path) -> io::Result<Option<Arc<Store<Wry>>>> {
    let mut builder = tauri
        .store_builder(path)
        .deserialize(read_fields)
        .disable_auto_save();
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            tracing::warn!("the window's state is no regular file, and is left alone");
            return Ok(None);
        }
        Ok(found) if found.len() > MAX_SIZE => builder = builder.create_new(),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let store = builder.build().map_err(io::Error::other)?;
    store.close_resource();
    Ok(Some(store))
}

/// Content that is no JSON object counts as an empty one.
fn read_fields(
    bytes: &[u8],
) -> std::result::Result<HashMap<String, Value>, Box<dyn std::error::Error + Send + Sync>> {
    let fields = serde_json::from_slice(bytes);
    if let Err(error) = &fields {
        tracing::info!(%error, "the window's state is damaged, and starts anew");
    }
    Ok(fields.unwrap_or_default())
}

fn save(store: &Store<Wry>, path: &Path, state: &WindowState) -> io::Result<()> {
    if let Value::Object(fields) = serde_json::to_value(state)? {
        for (name, value) in fields {
            if store.get(&name).as_ref() != Some(&value) {
                store.set(name, value);
            }
        }
    }
    // The plugin keeps the mode of a file that exists.
    fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(PRIVATE_MODE)
        .open(path)?;
    store.save().map_err(io::Error::other)
}

/// Adds the banners that the user closed in a version that kept them among the settings.
fn with_former_settings(mut fields: Map<String, Value>, settings: &Settings) -> Map<String, Value> {
    if !fields.contains_key("dismissed_services") {
        let closed = settings.hidden_services.clone();
        fields.insert("dismissed_services".to_owned(), closed.into());
    }
    fields
}

fn failed(error: &io::Error) -> Error {
    Error::new(
        Code::FileFailed,
        FileDetail::NotSaved {
            reason: error.to_string(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window_state::{DesktopService, TextSize};
    use serde_json::json;

    #[test]
    fn a_write_that_was_cut_off_reads_as_the_defaults() {
        let change = serde_json::from_value(json!({
            "place": { "page": "payments", "account": "a1" },
            "payment_filters": { "statuses": ["completed"], "dates": "own", "from": "2026-01-01", "to": "", "all_accounts": true },
            "hidden_columns": ["id"],
            "text_size": "150",
        }))
        .unwrap();
        let state = WindowState::default().changed(change);
        let written = serde_json::to_vec_pretty(&state).unwrap();
        let read = |bytes: &[u8]| {
            let fields = read_fields(bytes).unwrap().into_iter().collect();
            WindowState::from_fields(&fields)
        };
        assert_eq!(read(&written), state);
        for length in 0..written.len() {
            assert_eq!(
                read(&written[..length]),
                WindowState::default(),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn banners_that_were_closed_in_an_earlier_version_stay_closed() {
        let settings = Settings {
            hidden_services: vec!["tray".to_owned()],
            ..Settings::default()
        };
        let services = |stored: Value| {
            let Value::Object(fields) = stored else {
                unreachable!()
            };
            WindowState::from_fields(&with_former_settings(fields, &settings)).dismissed_services
        };
        assert_eq!(
            services(json!({ "text_size": "125" })),
            [DesktopService::Tray]
        );
        assert_eq!(services(json!({ "dismissed_services": [] })), []);
        let unknown = Settings {
            hidden_services: vec!["tray".to_owned(), "printer".to_owned()],
            ..Settings::default()
        };
        let fields = with_former_settings(
            Map::from_iter([("text_size".to_owned(), json!("125"))]),
            &unknown,
        );
        assert_eq!(
            WindowState::from_fields(&fields).text_size,
            TextSize::Percent125
        );
    }
}

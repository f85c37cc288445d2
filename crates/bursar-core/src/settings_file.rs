//! The settings file: JSON that may be lost without harm and that several processes may write. A change names only the
//! settings that it changes. Under a lock, the file is read, changed and replaced as a whole. Settings that a newer
//! version wrote stay as they are. A file that cannot be read is set aside and never overwritten.

use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, FileDetail, Result};
use bursar_domain::settings::{Settings, SettingsChange};
use bursar_platform::atomic_file;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const FILE: &str = "settings.json";
/// Locked while the file is read, changed and written.
const LOCK_FILE: &str = "settings.lock";
/// The key of the settings in the file. Other keys are left unchanged.
const KEY: &str = "settings";
/// How long another process may take to write.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
const LOCK_POLL: Duration = Duration::from_millis(5);

/// The settings of one home. Its calls touch the disk and may wait for another process, so call them on a thread that
/// may block.
#[derive(Debug)]
pub struct SettingsFile {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    now: Settings,
    /// Changes that could not be written so far.
    unwritten: Map<String, Value>,
    set_aside: Option<PathBuf>,
}

/// What the file contains.
enum Content {
    Object(Map<String, Value>),
    Missing,
    Damaged,
}

impl SettingsFile {
    /// Reads the settings of a home. `autostart` is the desktop's own setting, which can be changed there too; `now`
    /// dates a damaged file. A setting that cannot be read has its default.
    pub fn open(home: &Path, autostart: bool, now: Timestamp) -> Self {
        let file = Self {
            folder: home.to_path_buf(),
            state: Mutex::new(State {
                now: Settings {
                    autostart,
                    ..Settings::default()
                },
                unwritten: Map::new(),
                set_aside: None,
            }),
        };
        let mut state = file.state();
        match file.read() {
            Ok(Content::Object(object)) => state.now = settings_of(&object, autostart),
            Ok(Content::Missing) => {}
            Ok(Content::Damaged) => state.set_aside = file.set_aside(now),
            Err(error) => tracing::warn!(%error, "the preferences cannot be read"),
        }
        drop(state);
        file
    }

    /// The settings of a home without changing anything in it. What cannot be read has its default.
    pub fn stored(home: &Path) -> Settings {
        let text = fs::read(home.join(FILE)).unwrap_or_default();
        let object = serde_json::from_slice(&text).unwrap_or_default();
        settings_of(&object, Settings::default().autostart)
    }

    pub fn get(&self) -> Settings {
        self.state().now.clone()
    }

    /// Where a damaged file was moved, if one was found.
    pub fn set_aside_as(&self) -> Option<PathBuf> {
        self.state().set_aside.clone()
    }

    /// Changes what `change` names and takes over what other processes have written. `autostart` is the desktop's
    /// current setting.
    ///
    /// # Errors
    /// `file_failed` if the change could not be written: it holds until the app ends, and is written with the next one.
    pub fn update(
        &self,
        change: &SettingsChange,
        autostart: bool,
        now: Timestamp,
    ) -> Result<Settings> {
        let mut state = self.state();
        let Ok(Value::Object(changed)) = serde_json::to_value(change) else {
            return Err(failed(&io::Error::from(ErrorKind::InvalidInput)));
        };
        let named = changed.into_iter().filter(|(_, value)| !value.is_null());
        state.unwritten.extend(named);
        match self.merge(&state.unwritten, now) {
            Ok((object, set_aside)) => {
                state.now = settings_of(&object, autostart);
                state.unwritten.clear();
                state.set_aside = set_aside.or_else(|| state.set_aside.take());
                Ok(state.now.clone())
            }
            Err(error) => {
                let mut fields = fields_of(&state.now);
                fields.extend(state.unwritten.clone());
                let object = Map::from_iter([(KEY.to_owned(), Value::Object(fields))]);
                state.now = settings_of(&object, autostart);
                Err(failed(&error))
            }
        }
    }

    /// Merges the fields into the current file; returns its new content, and where a damaged file was moved.
    fn merge(
        &self,
        fields: &Map<String, Value>,
        now: Timestamp,
    ) -> io::Result<(Map<String, Value>, Option<PathBuf>)> {
        fs::create_dir_all(&self.folder)?;
        let _lock = self.lock()?;
        let mut set_aside = None;
        let mut object = match self.read()? {
            Content::Object(object) => object,
            Content::Missing => Map::new(),
            Content::Damaged => {
                set_aside = self.set_aside(now);
                Map::new()
            }
        };
        match object.get_mut(KEY) {
            Some(Value::Object(kept)) => kept.extend(fields.clone()),
            Some(_) | None => drop(object.insert(KEY.to_owned(), Value::Object(fields.clone()))),
        }
        atomic_file::replace(&self.path(), &serde_json::to_vec(&object)?)?;
        Ok((object, set_aside))
    }

    fn read(&self) -> io::Result<Content> {
        match fs::read(self.path()) {
            Ok(bytes) => Ok(match serde_json::from_slice(&bytes) {
                Ok(Value::Object(object)) => Content::Object(object),
                Ok(_) | Err(_) => Content::Damaged,
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Content::Missing),
            Err(error) => Err(error),
        }
    }

    fn set_aside(&self, now: Timestamp) -> Option<PathBuf> {
        let stamp = now.to_string().replace(':', "");
        let name = |number: u32| match number {
            1 => self.folder.join(format!("{FILE}.damaged-{stamp}")),
            more => self.folder.join(format!("{FILE}.damaged-{stamp}-{more}")),
        };
        let free = (1..1_000).map(name).find(|path| !path.exists())?;
        match fs::rename(self.path(), &free) {
            Ok(()) => {
                tracing::warn!(aside = %free.display(), "damaged preferences were set aside");
                Some(free)
            }
            Err(error) => {
                tracing::warn!(%error, "damaged preferences could not be set aside");
                None
            }
        }
    }

    /// Held until the file is dropped or this process ends.
    fn lock(&self) -> io::Result<File> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join(LOCK_FILE))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_TIMEOUT => {
                    thread::sleep(LOCK_POLL);
                }
                Err(TryLockError::WouldBlock) => {
                    // Another process is still writing.
                    return Err(io::Error::from(ErrorKind::TimedOut));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A poisoned lock means that a reader panicked; the data behind it is intact.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The settings in a file. Each is parsed by itself: one that this version does not understand has its default and does
/// not affect the others.
fn settings_of(object: &Map<String, Value>, autostart: bool) -> Settings {
    let mut fields = fields_of(&Settings::default());
    if let Some(Value::Object(stored)) = object.get(KEY) {
        for (name, value) in stored {
            let Some(before) = fields.get(name).cloned() else {
                continue;
            };
            fields.insert(name.clone(), value.clone());
            if parsed::<Settings>(&fields).is_none() {
                tracing::warn!(name, "a preference is not understood");
                fields.insert(name.clone(), before);
            }
        }
    }
    Settings {
        autostart,
        ..parsed(&fields).unwrap_or_default()
    }
}

fn parsed<T: DeserializeOwned>(fields: &Map<String, Value>) -> Option<T> {
    serde_json::from_value(Value::Object(fields.clone())).ok()
}

fn fields_of(settings: &Settings) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => Map::new(),
    }
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
mod tests;

//! Where all data is: one place for the desktop app and the CLI to agree on, and the name under which the
//! keyring keeps its secrets.

use crate::error::{Code, Error, Result};
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folder's name where the system keeps applications' data.
const FOLDER: &str = "org.bursar.desktop";
/// The file in a home that is locked by whoever runs its engine.
pub const LOCK_FILE: &str = "engine.lock";

/// `given`, else `BURSAR_HOME`, else the usual folder of the user; `None` when neither `XDG_DATA_HOME` nor
/// `HOME` is set. `env` looks a variable up.
pub fn find(given: Option<&Path>, env: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| {
        env(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    given
        .map(Path::to_path_buf)
        .or_else(|| set("BURSAR_HOME"))
        .or_else(|| {
            set("XDG_DATA_HOME")
                .filter(|data| data.is_absolute())
                .map(|data| data.join(FOLDER))
        })
        .or_else(|| set("HOME").map(|home| home.join(".local/share").join(FOLDER)))
}

/// Makes the folder, readable by its owner alone, and returns its one true path.
///
/// # Errors
/// `storage_failed` when it cannot be made.
pub fn make(home: &Path) -> Result<PathBuf> {
    let cannot = |error: std::io::Error| {
        Error::new(
            Code::StorageFailed,
            format!("Bursar cannot use {}: {error}.", home.display()),
        )
    };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(home).map_err(cannot)?;
    home.canonicalize().map_err(cannot)
}

/// Whether there is anything in this home: accounts, or what an engine that ran for it has left.
pub fn is_in_use(home: &Path) -> bool {
    [LOCK_FILE, "bursar.db"]
        .iter()
        .any(|file| home.join(file).exists())
}

/// Under what the keyring keeps the secrets of a home: two homes never share one.
pub fn vault_scope(home: &Path) -> String {
    let one = home.canonicalize().unwrap_or_else(|_| home.to_path_buf());
    let digest = Sha256::digest(one.as_os_str().as_encoded_bytes());
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_wins_over_the_variables() {
        let env = |name: &str| match name {
            "BURSAR_HOME" => Some(OsString::from("/b")),
            "HOME" => Some(OsString::from("/h")),
            _ => None,
        };
        assert_eq!(find(Some(Path::new("/a")), env), Some("/a".into()));
        assert_eq!(find(None, env), Some("/b".into()));
        let plain = |name: &str| (name == "HOME").then(|| OsString::from("/h"));
        assert_eq!(
            find(None, plain),
            Some("/h/.local/share/org.bursar.desktop".into())
        );
        assert_eq!(find(None, |_| None), None);
    }

    #[test]
    fn a_home_has_one_scope_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let home = make(&folder.path().join("a")).unwrap();
        assert_eq!(
            vault_scope(&home),
            vault_scope(&folder.path().join("./a/../a"))
        );
        assert_ne!(vault_scope(&home), vault_scope(folder.path()));
    }
}

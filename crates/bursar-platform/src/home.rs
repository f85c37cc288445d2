//! The home: the folder with all data, which the desktop app and the CLI share, and the scope of its secrets in the keyring.

use crate::keyring::SecretStore;
use bursar_domain::error::{Code, Error, Result, StorageDetail};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

/// The folder's name in the system's folder for application data.
const FOLDER: &str = bursar_domain::APP_ID;
/// The file in a home that the process with the running engine locks.
pub const LOCK_FILE: &str = "engine.lock";

/// `given`, or else `BURSAR_HOME`, or else the user's default folder. `None` if neither `XDG_DATA_HOME` nor `HOME` is set.
/// `env` reads an environment variable.
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

/// Creates the folder, readable only by its owner, and returns its canonical path.
///
/// # Errors
/// `storage_failed` when it cannot be created.
pub fn create(home: &Path) -> Result<PathBuf> {
    let cannot = |error: std::io::Error| {
        Error::new(
            Code::StorageFailed,
            StorageDetail::DataFolderUnusable {
                path: home.display().to_string(),
                reason: error.to_string(),
            },
        )
    };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(home).map_err(cannot)?;
    home.canonicalize().map_err(cannot)
}

/// Whether this home has been used: it has accounts, or files that an engine has left.
pub fn is_in_use(home: &Path) -> bool {
    [LOCK_FILE, "bursar.db"]
        .iter()
        .any(|file| home.join(file).exists())
}

/// The home's canonical path, whether the folder exists yet or not: without symbolic links, `..` and `.`.
pub fn canonical(home: &Path) -> PathBuf {
    let given = std::path::absolute(home).unwrap_or_else(|_| home.to_path_buf());
    let mut existing = given.clone();
    let mut missing = Vec::new();
    loop {
        if let Ok(mut path) = existing.canonicalize() {
            for part in missing.into_iter().rev() {
                match part {
                    Component::ParentDir => drop(path.pop()),
                    Component::Normal(name) => path.push(name),
                    Component::Prefix(_) | Component::RootDir | Component::CurDir => {}
                }
            }
            return path;
        }
        // `file_name` would skip a `..`.
        let Some(last) = given
            .components()
            .nth(existing.components().count().saturating_sub(1))
        else {
            return given;
        };
        missing.push(last);
        if !existing.pop() {
            return given;
        }
    }
}

/// The keyring of a home. `given` is the path as the user wrote it: an earlier version may have used it as the scope, before
/// the home existed.
pub fn keyring(home: &Path, given: &Path) -> SecretStore {
    SecretStore::keyring_moved(&keyring_scope(home), &former_scopes(home, given))
}

/// The scope of a home's secrets in the keyring. No two homes share one, and a home has the same scope however its path is
/// written, and before it exists.
pub fn keyring_scope(home: &Path) -> String {
    scope_of(canonical(home).as_os_str())
}

/// The scopes that earlier versions may have used for a home that did not exist yet: they took its path as written. Most
/// likely it was written as now, or relative to a folder above it.
fn former_scopes(home: &Path, given: &Path) -> Vec<String> {
    let home = canonical(home);
    let own = scope_of(home.as_os_str());
    let mut written = vec![given.to_path_buf()];
    written.extend(std::path::absolute(given));
    // From the components: without a slash at the end and without `.`.
    written.push(given.components().collect());
    let parts: Vec<_> = home.components().skip(1).collect();
    written.extend((0..parts.len()).filter_map(|first| {
        let relative: PathBuf = parts.get(first..)?.iter().collect();
        Some(relative)
    }));
    let mut scopes = BTreeSet::new();
    for path in written {
        scopes.insert(scope_of(path.as_os_str()));
        for (before, after) in [("", "/"), ("./", ""), ("./", "/")] {
            let mut other = OsString::from(before);
            other.push(&path);
            other.push(after);
            scopes.insert(scope_of(&other));
        }
    }
    scopes.remove(&own);
    scopes.into_iter().collect()
}

fn scope_of(path: &OsStr) -> String {
    let digest = Sha256::digest(path.as_encoded_bytes());
    let start = digest.iter().take(8);
    start.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn option_overrides_the_variables() {
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
    fn scope_does_not_depend_on_how_the_path_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let home = create(&folder.path().join("a")).unwrap();
        assert_eq!(
            keyring_scope(&home),
            keyring_scope(&folder.path().join("./a/../a"))
        );
        assert_ne!(keyring_scope(&home), keyring_scope(folder.path()));
    }

    #[cfg(unix)]
    #[test]
    fn scope_is_the_same_before_the_home_exists() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("real");
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink("link", folder.path().join("further")).unwrap();
        let ways: Vec<PathBuf> = [
            "link/h",
            "real/h",
            "link/h/",
            "link/./h",
            "link/x/../h",
            "further/h",
            "real/../link/h",
        ]
        .iter()
        .map(|way| folder.path().join(way))
        .collect();
        let before: BTreeSet<_> = ways.iter().map(|way| keyring_scope(way)).collect();
        assert_eq!(before.len(), 1, "{before:?}");
        let home = create(&ways[0]).unwrap();
        let after: BTreeSet<_> = ways
            .iter()
            .filter(|way| way.exists())
            .chain([&home])
            .map(|way| keyring_scope(way))
            .collect();
        assert_eq!(before, after);
    }

    #[test]
    fn scope_of_a_relative_path_is_the_same_before_the_home_exists() {
        let missing = Path::new("a-home-that-is-not-there/h");
        let absolute = std::env::current_dir().unwrap().join(missing);
        assert_eq!(keyring_scope(missing), keyring_scope(&absolute));
        assert_eq!(canonical(missing), absolute);
        assert_eq!(canonical(Path::new("/")), Path::new("/"));
    }

    #[test]
    fn former_scopes_include_the_path_as_written() {
        let folder = tempfile::tempdir().unwrap();
        let home = create(&folder.path().join("a/b")).unwrap();
        // As the first version computed the scope.
        let first = |path: &str| {
            let digest = Sha256::digest(path.as_bytes());
            digest
                .iter()
                .take(8)
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        for (given, written) in [
            ("b", "b"),
            ("./b", "./b"),
            ("b/", "b/"),
            ("a/b", "a/b"),
            ("/elsewhere/link/b", "/elsewhere/link/b"),
            // Written differently the first time.
            ("a/b", "b"),
            ("/elsewhere/b", "./a/b/"),
        ] {
            let former = former_scopes(&home, Path::new(given));
            assert!(former.contains(&first(written)), "{given}: {written}");
            assert!(!former.contains(&keyring_scope(&home)));
        }
    }
}

//! The path by which this program can be started again: by a link, by the session, and by itself in the tray. It is
//! found once, when the process starts, because after an upgrade the kernel only knows where the old file was.

use bursar_core::error::{Code, DesktopDetail, Error, Result};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

/// The kernel adds this to the path of a running program whose file is gone.
const DELETED: &[u8] = b" (deleted)";

/// The kernel's link to the running file. It still leads to that very file after the file was replaced.
const SELF_EXE: &str = "/proc/self/exe";

static PATH: OnceLock<Option<PathBuf>> = OnceLock::new();

/// Finds the program's path. Call it at the start, before the file can be replaced and before anything changes the
/// working directory.
pub(crate) fn locate() {
    PATH.get_or_init(|| {
        resolve(&StartContext {
            name: env::args_os().next(),
            folder: env::current_dir().ok(),
            search: env::var_os("PATH"),
            link: fs::read_link(SELF_EXE).ok()?,
            file: file_id(Path::new(SELF_EXE)),
        })
    });
}

/// The path that starts this program again. It is the one that this process was started by: a link in `/usr/bin`
/// stays a link, and leads to the new version after an upgrade.
///
/// # Errors
/// `file_failed` when the path is unknown, or when there is no longer a program at that path.
pub(crate) fn path() -> Result<PathBuf> {
    locate();
    let Some(path) = PATH.get().and_then(Option::as_ref) else {
        return Err(failed(DesktopDetail::ProgramPathUnknown));
    };
    if is_executable_file(path) {
        return Ok(path.clone());
    }
    Err(failed(DesktopDetail::ProgramMoved {
        path: path.display().to_string(),
    }))
}

fn failed(why: DesktopDetail) -> Error {
    Error::new(Code::FileFailed, why)
}

/// How this process was started.
#[derive(Debug)]
struct StartContext {
    /// The name it was called by.
    name: Option<OsString>,
    /// The working directory.
    folder: Option<PathBuf>,
    /// The folders to search for a name without a slash, as in `PATH`.
    search: Option<OsString>,
    /// The program's path from the kernel, without symbolic links, and possibly with ` (deleted)`.
    link: PathBuf,
    /// The file that runs.
    file: Option<FileId>,
}

/// A file's identity, whatever its name: device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileId(u64, u64);

fn file_id(path: &Path) -> Option<FileId> {
    let about = fs::metadata(path).ok()?;
    Some(FileId(about.dev(), about.ino()))
}

/// The path it was called by, if that leads to the running program; else the kernel's path.
fn resolve(started: &StartContext) -> Option<PathBuf> {
    let real = kernel_path(&started.link, started.file);
    let leads_here = |path: &PathBuf| {
        (started.file.is_some() && file_id(path) == started.file)
            // The file was replaced right after the start: another file, but at the same path.
            || real.is_some() && path.canonicalize().ok() == real
    };
    candidates(started).into_iter().find(leads_here).or(real)
}

/// The paths that the name may stand for, by a shell's rules.
fn candidates(started: &StartContext) -> Vec<PathBuf> {
    let Some(name) = started.name.as_deref().filter(|name| !name.is_empty()) else {
        return Vec::new();
    };
    let below = |folder: &Path| started.folder.as_deref().map(|here| here.join(folder));
    let paths: Vec<_> = if name.as_bytes().contains(&b'/') {
        below(Path::new(name)).into_iter().collect()
    } else {
        let search = started.search.as_deref().unwrap_or(OsStr::new(""));
        env::split_paths(search)
            .filter_map(|folder| below(&folder))
            .map(|folder| folder.join(name))
            .collect()
    };
    paths
        .into_iter()
        .filter_map(|path| normalize(&path))
        .filter(|path| is_executable_file(path) && is_persistent(path))
        .collect()
}

/// Removes `.` and `..`. Symbolic links decide where `..` leads, so such a folder is resolved completely.
fn normalize(path: &Path) -> Option<PathBuf> {
    if path.components().any(|part| part == Component::ParentDir) {
        return Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
    }
    Some(path.components().collect())
}

/// Paths in the kernel's file systems mean something else, or nothing, in the next process.
fn is_persistent(path: &Path) -> bool {
    !["/proc", "/dev", "/sys"]
        .iter()
        .any(|own| path.starts_with(own))
}

fn is_executable_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

/// The kernel's path without the mark of a deleted file. A file's real name may end like that, too.
fn kernel_path(link: &Path, file: Option<FileId>) -> Option<PathBuf> {
    let marked = link.as_os_str().as_bytes().strip_suffix(DELETED);
    let unmarked = marked.map(|path| PathBuf::from(OsString::from_vec(path.to_vec())));
    match unmarked {
        Some(path) if file.is_none() || file_id(link) != file => {
            is_executable_file(&path).then_some(path)
        }
        Some(_) | None => Some(link.to_path_buf()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    struct Installation {
        folder: tempfile::TempDir,
    }

    impl Installation {
        fn new() -> Self {
            let installation = Self {
                folder: tempfile::tempdir().unwrap(),
            };
            installation.program("opt/1.0/bursar-desktop");
            fs::create_dir_all(installation.at("bin")).unwrap();
            symlink(
                installation.at("opt/1.0/bursar-desktop"),
                installation.at("bin/bursar-desktop"),
            )
            .unwrap();
            installation
        }

        fn at(&self, name: &str) -> PathBuf {
            self.folder.path().canonicalize().unwrap().join(name)
        }

        /// Installs a program as package managers do: written beside, then renamed over the old one.
        fn program(&self, name: &str) -> FileId {
            let (path, beside) = (self.at(name), self.at(&format!("{name}.new")));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&beside, "#!/bin/sh\n").unwrap();
            fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).unwrap();
            fs::rename(&beside, &path).unwrap();
            file_id(&path).unwrap()
        }

        /// A process that runs the file `real`, called by `name`.
        fn started(&self, name: &str, real: &str) -> StartContext {
            StartContext {
                name: Some(name.into()),
                folder: Some(self.at("bin")),
                search: Some(env::join_paths([self.at("nothing"), self.at("bin")]).unwrap()),
                link: self.at(real),
                file: file_id(&self.at(real)),
            }
        }
    }

    const REAL: &str = "opt/1.0/bursar-desktop";

    #[test]
    fn keeps_the_symlink_it_was_started_by() {
        let installation = Installation::new();
        let link = installation.at("bin/bursar-desktop");
        for name in [
            link.to_str().unwrap(),
            "bursar-desktop",
            "./bursar-desktop",
            "../bin/bursar-desktop",
        ] {
            assert_eq!(
                resolve(&installation.started(name, REAL)),
                Some(link.clone()),
                "{name}"
            );
        }
    }

    #[test]
    fn ignores_a_name_that_leads_elsewhere() {
        let installation = Installation::new();
        installation.program("bin/other");
        for name in [
            "other",
            "./other",
            "nothing",
            "",
            "/",
            "/proc/self/exe",
            "bursar-desktop --hidden",
        ] {
            assert_eq!(
                resolve(&installation.started(name, REAL)),
                Some(installation.at(REAL)),
                "{name:?}"
            );
        }
        let mut nameless = installation.started("", REAL);
        (nameless.name, nameless.folder, nameless.search) = (None, None, None);
        assert_eq!(resolve(&nameless), Some(installation.at(REAL)));
    }

    #[test]
    fn finds_a_program_replaced_right_after_start() {
        let installation = Installation::new();
        let mut started = installation.started("nothing", REAL);
        installation.program(REAL);
        started.link = installation.at("opt/1.0/bursar-desktop (deleted)");
        assert_eq!(resolve(&started), Some(installation.at(REAL)));
        started.name = Some("bursar-desktop".into());
        assert_eq!(
            resolve(&started),
            Some(installation.at("bin/bursar-desktop"))
        );
    }

    #[test]
    fn finds_nothing_after_removal() {
        let installation = Installation::new();
        let mut started = installation.started("bursar-desktop", REAL);
        fs::remove_file(installation.at(REAL)).unwrap();
        started.link = installation.at("opt/1.0/bursar-desktop (deleted)");
        assert_eq!(resolve(&started), None);
    }

    #[test]
    fn keeps_a_real_name_that_ends_in_deleted() {
        let installation = Installation::new();
        let odd = "opt/1.0/bursar-desktop (deleted)";
        installation.program(odd);
        assert_eq!(
            resolve(&installation.started("nothing", odd)),
            Some(installation.at(odd))
        );
        // The running file was replaced, beside a file that really has that name.
        let mut started = installation.started("nothing", REAL);
        installation.program(REAL);
        started.link = installation.at(odd);
        assert_eq!(resolve(&started), Some(installation.at(REAL)));
    }

    #[test]
    fn finds_this_test_program() {
        locate();
        let path = path().unwrap();
        assert_eq!(file_id(&path), file_id(Path::new(SELF_EXE)));
        assert!(path.is_absolute());
    }
}

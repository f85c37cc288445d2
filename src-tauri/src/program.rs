//! Where this program is, to be started again: by a link, by the session, and by itself in the tray. It is found out
//! once, when the process starts: after an upgrade the kernel only says where the old file was.

use bursar_core::error::{Code, Error, Result};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

/// What the kernel puts behind the path of a running program whose file is gone.
const DELETED: &[u8] = b" (deleted)";

/// The file that this process runs, by the kernel's link: it stands for the very file, even after that was replaced.
const RUNNING: &str = "/proc/self/exe";

static PATH: OnceLock<Option<PathBuf>> = OnceLock::new();

/// Finds out where the program is. To be called at the start, before the file can have been replaced and before anything
/// changes the working directory.
pub(crate) fn find() {
    PATH.get_or_init(|| {
        located(&Started {
            name: env::args_os().next(),
            folder: env::current_dir().ok(),
            search: env::var_os("PATH"),
            link: fs::read_link(RUNNING).ok()?,
            file: file_at(Path::new(RUNNING)),
        })
    });
}

/// The path by which this program is started again: the one it was started by, so that a link in `/usr/bin` stays a link
/// and leads to the new version after an upgrade.
///
/// # Errors
/// `file_failed` when the system does not tell, or when there is no program at that path any more.
pub(crate) fn path() -> Result<PathBuf> {
    find();
    let Some(path) = PATH.get().and_then(Option::as_ref) else {
        return Err(failed(
            "The system does not tell where Bursar is installed.".to_owned(),
        ));
    };
    if is_program(path) {
        return Ok(path.clone());
    }
    Err(failed(format!(
        "Bursar is no longer at {}. Your payments are not affected. Quit Bursar and start it from its new place.",
        path.display()
    )))
}

fn failed(what: String) -> Error {
    Error::new(Code::FileFailed, what)
}

/// How this process was started.
#[derive(Debug)]
struct Started {
    /// What it was called by, as whoever started it says.
    name: Option<OsString>,
    /// The working directory.
    folder: Option<PathBuf>,
    /// The folders that are searched for a name without a slash, as in `PATH`.
    search: Option<OsString>,
    /// The program's path as the kernel tells it: without any symbolic link, and maybe with ` (deleted)`.
    link: PathBuf,
    /// The file that runs.
    file: Option<FileId>,
}

/// A file, whatever it is called: its device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileId(u64, u64);

fn file_at(path: &Path) -> Option<FileId> {
    let about = fs::metadata(path).ok()?;
    Some(FileId(about.dev(), about.ino()))
}

/// The name it was called by, if that leads to the program; else where the kernel says that it is.
fn located(started: &Started) -> Option<PathBuf> {
    let real = existing(&started.link, started.file);
    let leads_here = |path: &PathBuf| {
        (started.file.is_some() && file_at(path) == started.file)
            // Replaced within the moment since it was started: another file, but at the same place.
            || real.is_some() && path.canonicalize().ok() == real
    };
    called(started).into_iter().find(leads_here).or(real)
}

/// The paths that the name may stand for, as a shell reads it.
fn called(started: &Started) -> Vec<PathBuf> {
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
        .filter_map(|path| tidy(&path))
        .filter(|path| is_program(path) && is_lasting(path))
        .collect()
}

/// Without `.` and `..`. What `..` leads to depends on symbolic links, so the folder is then told without any.
fn tidy(path: &Path) -> Option<PathBuf> {
    if path.components().any(|part| part == Component::ParentDir) {
        return Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
    }
    Some(path.components().collect())
}

/// A path of the kernel's own stands for another file, or for none, in the next process.
fn is_lasting(path: &Path) -> bool {
    !["/proc", "/dev", "/sys"]
        .iter()
        .any(|own| path.starts_with(own))
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

/// The path that the kernel tells, without the mark of a file that is gone. A file may be called like that itself.
fn existing(link: &Path, file: Option<FileId>) -> Option<PathBuf> {
    let marked = link.as_os_str().as_bytes().strip_suffix(DELETED);
    let unmarked = marked.map(|path| PathBuf::from(OsString::from_vec(path.to_vec())));
    match unmarked {
        Some(path) if file.is_none() || file_at(link) != file => is_program(&path).then_some(path),
        Some(_) | None => Some(link.to_path_buf()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    struct Place {
        folder: tempfile::TempDir,
    }

    impl Place {
        fn new() -> Self {
            let place = Self {
                folder: tempfile::tempdir().unwrap(),
            };
            place.program("opt/1.0/bursar-desktop");
            fs::create_dir_all(place.at("bin")).unwrap();
            symlink(
                place.at("opt/1.0/bursar-desktop"),
                place.at("bin/bursar-desktop"),
            )
            .unwrap();
            place
        }

        fn at(&self, name: &str) -> PathBuf {
            self.folder.path().canonicalize().unwrap().join(name)
        }

        /// Puts a program there as packages are unpacked: beside it, then renamed over what was there.
        fn program(&self, name: &str) -> FileId {
            let (path, beside) = (self.at(name), self.at(&format!("{name}.new")));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&beside, "#!/bin/sh\n").unwrap();
            fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).unwrap();
            fs::rename(&beside, &path).unwrap();
            file_at(&path).unwrap()
        }

        /// A process that runs the file `real`, called by `name`.
        fn started(&self, name: &str, real: &str) -> Started {
            Started {
                name: Some(name.into()),
                folder: Some(self.at("bin")),
                search: Some(env::join_paths([self.at("nothing"), self.at("bin")]).unwrap()),
                link: self.at(real),
                file: file_at(&self.at(real)),
            }
        }
    }

    const REAL: &str = "opt/1.0/bursar-desktop";

    #[test]
    fn a_link_in_the_search_path_stays_a_link() {
        let place = Place::new();
        let link = place.at("bin/bursar-desktop");
        for name in [
            link.to_str().unwrap(),
            "bursar-desktop",
            "./bursar-desktop",
            "../bin/bursar-desktop",
        ] {
            assert_eq!(
                located(&place.started(name, REAL)),
                Some(link.clone()),
                "{name}"
            );
        }
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_not_believed() {
        let place = Place::new();
        place.program("bin/other");
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
                located(&place.started(name, REAL)),
                Some(place.at(REAL)),
                "{name:?}"
            );
        }
        let mut nameless = place.started("", REAL);
        (nameless.name, nameless.folder, nameless.search) = (None, None, None);
        assert_eq!(located(&nameless), Some(place.at(REAL)));
    }

    #[test]
    fn a_program_that_was_replaced_at_once_is_found_at_its_place() {
        let place = Place::new();
        let mut started = place.started("nothing", REAL);
        place.program(REAL);
        started.link = place.at("opt/1.0/bursar-desktop (deleted)");
        assert_eq!(located(&started), Some(place.at(REAL)));
        started.name = Some("bursar-desktop".into());
        assert_eq!(located(&started), Some(place.at("bin/bursar-desktop")));
    }

    #[test]
    fn a_program_that_was_removed_at_once_is_nowhere() {
        let place = Place::new();
        let mut started = place.started("bursar-desktop", REAL);
        fs::remove_file(place.at(REAL)).unwrap();
        started.link = place.at("opt/1.0/bursar-desktop (deleted)");
        assert_eq!(located(&started), None);
    }

    #[test]
    fn a_file_whose_name_ends_like_that_keeps_it() {
        let place = Place::new();
        let odd = "opt/1.0/bursar-desktop (deleted)";
        place.program(odd);
        assert_eq!(located(&place.started("nothing", odd)), Some(place.at(odd)));
        // Beside one of that name the running one was replaced.
        let mut started = place.started("nothing", REAL);
        place.program(REAL);
        started.link = place.at(odd);
        assert_eq!(located(&started), Some(place.at(REAL)));
    }

    #[test]
    fn this_very_program_is_found() {
        find();
        let path = path().unwrap();
        assert_eq!(file_at(&path), file_at(Path::new(RUNNING)));
        assert!(path.is_absolute());
    }
}

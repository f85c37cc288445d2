//! Tests output files. Bursar writes a regular file completely or not at all. It writes to a pipe, a device or an open
//! descriptor in place, and keeps links.

use bursar_domain::error::{Code, Detail, FileDetail};
use bursar_platform::output_file::{OutputFile, Readers, file_failed};
use rustix::fs::{FileType, Mode, mknodat};
use std::fs::{self, File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use tempfile::TempDir;

fn write(path: &Path, text: &str) -> io::Result<()> {
    let never = AtomicBool::new(false);
    let mut output = OutputFile::create(path, Readers::Usual, &never)?;
    output.write_all(text.as_bytes())?;
    output.finish()
}

fn folder() -> (TempDir, impl Fn(&str) -> PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().to_owned();
    (folder, move |name: &str| path.join(name))
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

/// Creates a node of this kind. `None` if only root may create one.
fn node(path: &Path, kind: FileType, device: u64) -> Option<()> {
    mknodat(
        rustix::fs::CWD,
        path,
        kind,
        Mode::from_raw_mode(0o600),
        device,
    )
    .ok()
}

#[test]
fn writes_target_of_link_and_keeps_link() {
    let (folder, at) = folder();
    fs::create_dir(at("deep")).unwrap();
    fs::write(at("deep/real"), "before").unwrap();
    symlink("deep/middle", at("relative")).unwrap();
    symlink("real", at("deep/middle")).unwrap();
    symlink(at("relative"), at("absolute")).unwrap();
    symlink("deep/new", at("dangling")).unwrap();
    for (name, reached) in [
        ("relative", "deep/real"),
        ("absolute", "deep/real"),
        ("dangling", "deep/new"),
        ("dangling", "deep/new"),
    ] {
        let leads_to = fs::read_link(at(name)).unwrap();
        write(&at(name), name).unwrap();
        assert_eq!(fs::read_link(at(name)).unwrap(), leads_to);
        assert_eq!(fs::read_to_string(at(reached)).unwrap(), name);
    }
    symlink("nowhere/new", at("lost")).unwrap();
    assert_eq!(
        write(&at("lost"), "x").unwrap_err().kind(),
        io::ErrorKind::NotFound
    );
    symlink("loop", at("loop")).unwrap();
    assert!(write(&at("loop"), "x").is_err());
    assert_eq!(names(&at("deep")), ["middle", "new", "real"]);
    assert_eq!(
        names(folder.path()),
        ["absolute", "dangling", "deep", "loop", "lost", "relative"]
    );
}

#[test]
fn keeps_mode_and_owner() {
    let (_folder, at) = folder();
    for wanted in [0o600, 0o640, 0o664, 0o755] {
        fs::write(at("file"), "before").unwrap();
        fs::set_permissions(at("file"), Permissions::from_mode(wanted)).unwrap();
        write(&at("file"), "after").unwrap();
        assert_eq!(mode(&at("file")), wanted);
        assert_eq!(fs::read_to_string(at("file")).unwrap(), "after");
    }
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(at("file"), Some(12_345), Some(23_456)).unwrap();
        fs::set_permissions(at("file"), Permissions::from_mode(0o6750)).unwrap();
        write(&at("file"), "more").unwrap();
        let after = fs::metadata(at("file")).unwrap();
        assert_eq!((after.uid(), after.gid()), (12_345, 23_456));
        assert_eq!(mode(&at("file")), 0o6750);
    }
    let plain = File::create(at("plain"))
        .unwrap()
        .metadata()
        .unwrap()
        .mode();
    write(&at("new"), "x").unwrap();
    assert_eq!(fs::metadata(at("new")).unwrap().mode(), plain);
    let never = AtomicBool::new(false);
    OutputFile::create(&at("own"), Readers::Owner, &never)
        .unwrap()
        .finish()
        .unwrap();
    assert_eq!(mode(&at("own")), 0o600);
}

#[test]
fn writes_through_every_hard_link() {
    let (folder, at) = folder();
    fs::write(at("one"), "a text that is longer").unwrap();
    fs::hard_link(at("one"), at("two")).unwrap();
    write(&at("one"), "shorter").unwrap();
    assert_eq!(fs::read_to_string(at("two")).unwrap(), "shorter");
    let never = AtomicBool::new(false);
    let mut given_up = OutputFile::create(&at("one"), Readers::Usual, &never).unwrap();
    given_up.write_all(b"half").unwrap();
    drop(given_up);
    assert_eq!(fs::read_to_string(at("one")).unwrap(), "shorter");
    assert_eq!(names(folder.path()), ["one", "two"]);
}

#[test]
fn overwrites_file_in_unwritable_folder() {
    if rustix::process::geteuid().is_root() {
        // Root may write to every folder. The test of a file with several names covers the same code path.
        return;
    }
    let (folder, at) = folder();
    fs::write(at("file"), "before").unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o500)).unwrap();
    write(&at("file"), "after").unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    assert_eq!(fs::read_to_string(at("file")).unwrap(), "after");
    fs::set_permissions(at("file"), Permissions::from_mode(0o400)).unwrap();
    assert!(
        write(&at("file"), "never").is_err(),
        "the file is still protected"
    );
}

#[test]
fn writes_everything_to_pipe_and_keeps_it() {
    let (folder, at) = folder();
    node(&at("pipe"), FileType::Fifo, 0).unwrap();
    symlink("pipe", at("link")).unwrap();
    // The text is larger than a pipe's buffer, so the writer has to wait for the reader.
    let text = "0123456789".repeat(50_000);
    for name in ["pipe", "link"] {
        let from = at("pipe");
        let reader = thread::spawn(move || fs::read_to_string(from).unwrap());
        write(&at(name), &text).unwrap();
        assert_eq!(reader.join().unwrap(), text);
        assert!(
            fs::symlink_metadata(at("pipe"))
                .unwrap()
                .file_type()
                .is_fifo()
        );
    }
    assert_eq!(names(folder.path()), ["link", "pipe"]);
}

#[test]
fn cancelling_ends_wait_for_pipe() {
    let (_folder, at) = folder();
    node(&at("pipe"), FileType::Fifo, 0).unwrap();
    let cancel = Arc::new(AtomicBool::new(false));
    let canceller = Arc::clone(&cancel);
    let waiting = thread::spawn({
        let path = at("pipe");
        move || {
            OutputFile::create(&path, Readers::Usual, &cancel)
                .map(drop)
                .is_err()
        }
    });
    canceller.store(true, Ordering::Relaxed);
    assert!(waiting.join().unwrap());

    // The pipe now has a reader, which never reads.
    let stuck = File::options()
        .read(true)
        .write(true)
        .open(at("pipe"))
        .unwrap();
    let cancel = AtomicBool::new(false);
    let mut output = OutputFile::create(&at("pipe"), Readers::Usual, &cancel).unwrap();
    let full = thread::scope(|scope| {
        let writing = scope.spawn(|| output.write_all(&vec![b'x'; 1_000_000]));
        cancel.store(true, Ordering::Relaxed);
        writing.join().unwrap()
    });
    assert!(full.is_err());
    drop(stuck);
}

#[test]
fn never_replaces_device() {
    let (folder, at) = folder();
    if node(
        &at("null"),
        FileType::CharacterDevice,
        rustix::fs::makedev(1, 3),
    )
    .is_none()
    {
        return;
    }
    symlink("null", at("link")).unwrap();
    for name in ["null", "link"] {
        // The write fails where devices do not work, as on a `nodev` mount. Even then, Bursar must not replace the
        // device.
        let _ = write(&at(name), "x");
        let kind = fs::symlink_metadata(at("null")).unwrap().file_type();
        assert!(kind.is_char_device());
    }
    assert_eq!(names(folder.path()), ["link", "null"]);
}

#[test]
fn reports_full_device_as_full_disk() {
    let (_folder, at) = folder();
    symlink("/dev/full", at("full")).unwrap();
    let refused = write(&at("full"), "x").unwrap_err();
    let error = file_failed(&refused, &at("full"));
    assert_eq!(error.code, Code::FileFailed);
    let path = at("full").display().to_string();
    assert_eq!(error.detail, FileDetail::NoSpaceForFile { path }.into());
}

#[test]
fn writes_to_open_descriptor_at_its_position() {
    let (folder, at) = folder();
    fs::write(at("file"), "before ").unwrap();
    let file = File::options().append(true).open(at("file")).unwrap();
    let inode = file.metadata().unwrap().ino();
    for folder in ["/proc/self/fd", "/dev/fd", "/proc/thread-self/fd"] {
        write(
            &Path::new(folder).join(file.as_raw_fd().to_string()),
            "more ",
        )
        .unwrap();
    }
    symlink(format!("/proc/self/fd/{}", file.as_raw_fd()), at("link")).unwrap();
    write(&at("link"), "all").unwrap();
    assert_eq!(fs::metadata(at("file")).unwrap().ino(), inode);
    assert_eq!(
        fs::read_to_string(at("file")).unwrap(),
        "before more more more all"
    );
    assert_eq!(names(folder.path()), ["file", "link"]);

    let (mut reader, writer) = io::pipe().unwrap();
    write(
        &PathBuf::from(format!("/dev/fd/{}", writer.as_raw_fd())),
        "through",
    )
    .unwrap();
    drop(writer);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "through");
}

#[test]
fn rejects_folder_and_empty_name() {
    let (folder, at) = folder();
    for path in [
        folder.path().to_owned(),
        at("new/"),
        "/".into(),
        "..".into(),
        "".into(),
    ] {
        let refused = write(&path, "x").unwrap_err();
        let error = file_failed(&refused, &path);
        assert_eq!(error.code, Code::FileFailed);
        assert!(
            matches!(
                error.detail,
                Detail::File(FileDetail::FileIsFolder { .. } | FileDetail::FileNameMissing)
            ),
            "{path:?}: {error}"
        );
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn abandoned_file_leaves_no_trace() {
    let (folder, at) = folder();
    fs::write(at("file"), "before").unwrap();
    let never = AtomicBool::new(false);
    for name in ["file", "new"] {
        let mut output = OutputFile::create(&at(name), Readers::Usual, &never).unwrap();
        output.write_all(b"half").unwrap();
        assert_eq!(fs::read_to_string(at("file")).unwrap(), "before");
        drop(output);
        assert_eq!(names(folder.path()), ["file"]);
        assert_eq!(fs::read_to_string(at("file")).unwrap(), "before");
    }
}

#[test]
fn accepts_longest_file_name() {
    let (folder, at) = folder();
    let name = "n".repeat(255);
    write(&at(&name), "x").unwrap();
    write(&at(&name), "y").unwrap();
    assert_eq!(fs::read_to_string(at(&name)).unwrap(), "y");
    assert_eq!(names(folder.path()).len(), 1);
}

//! Output files on Unix. A regular file is replaced through links, and keeps its mode and owner. Anything else (a device, a
//! pipe, an open descriptor) is written to and never replaced.

use super::Readers;
use crate::atomic_file::{AtomicFile, hidden_name};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fchown};
use rustix::io::Errno;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Seek as _, Write};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{
    FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// The number of links that Linux follows.
const MAX_LINKS: usize = 40;
/// How often a wait for a pipe's reader checks for cancellation.
const CANCEL_CHECK_INTERVAL: Duration = Duration::from_millis(50);
const PRIVATE_MODE: u32 = 0o600;

/// A file that is being written. If it is dropped before [`OutputFile::finish`], a regular file does not change.
#[derive(Debug)]
pub struct OutputFile<'a> {
    sink: Sink,
    cancel: &'a AtomicBool,
}

#[derive(Debug)]
enum Sink {
    /// A hidden file beside the target, which replaces it at the end.
    Replacement(Replacement),
    /// An unnamed file whose content is copied over the target at the end, for a target that cannot be replaced.
    Overwrite { spool: File, target: File },
    /// Everything is written through at once.
    Stream(File),
}

#[derive(Debug)]
struct Replacement {
    new: AtomicFile,
    /// The file to be replaced.
    previous: Option<File>,
}

/// What a path points to.
enum Target {
    New(PathBuf),
    Regular(PathBuf, Metadata),
    /// A device, a pipe or a socket.
    Other(PathBuf, Metadata),
    /// A link in `/proc` that stands for an open file. Its text is no path.
    Descriptor(PathBuf),
}

impl<'a> OutputFile<'a> {
    /// Starts to write to `path`. Waits for a pipe's reader. This wait and all later ones end soon after `cancel` becomes
    /// true.
    ///
    /// # Errors
    /// The system's; [`file_failed`](super::file_failed) explains them.
    pub fn create(path: &Path, readers: Readers, cancel: &'a AtomicBool) -> io::Result<Self> {
        let sink = match resolve(path)? {
            Target::New(path) => {
                let mode = match readers {
                    Readers::Usual => 0o666,
                    Readers::Owner => PRIVATE_MODE,
                };
                Sink::Replacement(Replacement::create(path, mode, None)?)
            }
            Target::Regular(path, metadata) => sink_for_existing(path, &metadata)?,
            Target::Other(path, metadata) => Sink::Stream(open_stream(&path, &metadata, cancel)?),
            Target::Descriptor(path) => Sink::Stream(open_descriptor(&path)?),
        };
        Ok(Self { sink, cancel })
    }

    /// Makes what was written the content of the file.
    ///
    /// # Errors
    /// The system's. A regular file has not changed then, unless it could only be overwritten and the disk failed
    /// meanwhile.
    pub fn finish(self) -> io::Result<()> {
        match self.sink {
            Sink::Replacement(replacement) => replacement.finish(),
            Sink::Overwrite { mut spool, target } => overwrite(&mut spool, &target),
            // Everything is written already. Pipes and devices need not support a sync.
            Sink::Stream(file) => match file.sync_all() {
                Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(error),
                Ok(()) | Err(_) => Ok(()),
            },
        }
    }
}

impl Write for OutputFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Replacement(replacement) => replacement.new.file_mut().write(bytes),
            Sink::Overwrite { spool, .. } => spool.write(bytes),
            Sink::Stream(file) => loop {
                match file.write(bytes) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        wait_until_writable(file, self.cancel)?;
                    }
                    written => break written,
                }
            },
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Replacement {
    fn create(target: PathBuf, mode: u32, previous: Option<File>) -> io::Result<Self> {
        Ok(Self {
            new: AtomicFile::create(target, &options(mode))?,
            previous,
        })
    }

    fn finish(self) -> io::Result<()> {
        let mut complete = self.new.complete()?;
        complete
            .replace_target()
            .or_else(|error| match &self.previous {
                // Another user's file in a folder like /tmp, or a file that is a mount point.
                Some(previous) if cannot_be_replaced(&error) => {
                    overwrite(&mut complete.open()?, previous)
                }
                Some(_) | None => Err(error),
            })
    }
}

/// Follows all links of a path.
fn resolve(path: &Path) -> io::Result<Target> {
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return match path.file_name() {
                    Some(_) => Ok(Target::New(path)),
                    None => Err(io::ErrorKind::InvalidFilename.into()),
                };
            }
            Err(error) => return Err(error),
        };
        let kind = metadata.file_type();
        if kind.is_symlink() {
            if is_descriptor(&path) {
                return Ok(Target::Descriptor(path));
            }
            // An absolute link replaces the whole path.
            let folder = path.parent().unwrap_or(Path::new(""));
            path = folder.join(fs::read_link(&path)?);
        } else if kind.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        } else if kind.is_file() {
            return Ok(Target::Regular(path, metadata));
        } else {
            return Ok(Target::Other(path, metadata));
        }
    }
    Err(Errno::LOOP.into())
}

/// Chooses how to write an existing regular file. It is replaced, unless it would lose other names or its owner, or is not
/// writable.
fn sink_for_existing(path: PathBuf, metadata: &Metadata) -> io::Result<Sink> {
    // A read-only file must not be replaced either.
    let before = OpenOptions::new().write(true).open(&path)?;
    if metadata.nlink() == 1 {
        match Replacement::create(path, PRIVATE_MODE, Some(before.try_clone()?)) {
            Ok(replacement) => {
                if copies_ownership_and_mode(replacement.new.file(), metadata)? {
                    return Ok(Sink::Replacement(replacement));
                }
            }
            Err(error) if cannot_be_replaced(&error) => {}
            Err(error) => return Err(error),
        }
    }
    let temporary = std::env::temp_dir().join(hidden_name());
    let spool = options(PRIVATE_MODE).open(&temporary)?;
    fs::remove_file(&temporary)?;
    Ok(Sink::Overwrite {
        spool,
        target: before,
    })
}

/// Gives the new file the owner, group and mode of the old one. `false` if the owner or group cannot be set.
fn copies_ownership_and_mode(file: &File, before: &Metadata) -> io::Result<bool> {
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (before.uid(), before.gid()) {
        let owner = rustix::fs::Uid::from_raw(before.uid());
        let group = rustix::fs::Gid::from_raw(before.gid());
        if fchown(file, Some(owner), Some(group)).is_err() {
            return Ok(false);
        }
    }
    file.set_permissions(Permissions::from_mode(before.mode() & 0o7777))?;
    Ok(true)
}

/// Overwrites the content of one file with that of another.
fn overwrite(spool: &mut File, mut target: &File) -> io::Result<()> {
    let length = spool.metadata()?.len();
    reserve_space(target, length)?;
    spool.rewind()?;
    target.rewind()?;
    let written = io::copy(spool, &mut target)?;
    target.set_len(written)?;
    target.sync_all()
}

/// Fails if there is no space for so many bytes, because the old content would be lost half-way. Some systems and file
/// systems cannot tell in advance.
fn reserve_space(file: &File, length: u64) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{FallocateFlags, fallocate};
        if length > 0
            && let Err(error @ (Errno::NOSPC | Errno::DQUOT)) =
                fallocate(file, FallocateFlags::KEEP_SIZE, 0, length)
        {
            return Err(error.into());
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, length);
    Ok(())
}

fn open_stream(path: &Path, metadata: &Metadata, cancel: &AtomicBool) -> io::Result<File> {
    // The other end of a pipe must not be able to block this thread forever.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let mut options = OpenOptions::new();
    options.write(true).custom_flags(flags);
    loop {
        match options.open(path) {
            Err(error)
                if metadata.file_type().is_fifo()
                    && error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) =>
            {
                fail_if_cancelled(cancel)?;
                thread::sleep(CANCEL_CHECK_INTERVAL);
            }
            opened => return opened,
        }
    }
}

/// Opens an open file of this or another process, and appends to it as a shell's `>>` would.
fn open_descriptor(path: &Path) -> io::Result<File> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let is_own = folder.canonicalize()? == Path::new("/proc/self/fd").canonicalize()?;
    let number = path.file_name().and_then(|name| name.to_str());
    match number.filter(|_| is_own) {
        // The duplicate keeps the position and the append mode.
        Some("1") => io::stdout().as_fd().try_clone_to_owned().map(File::from),
        Some("2") => io::stderr().as_fd().try_clone_to_owned().map(File::from),
        Some(_) | None => OpenOptions::new().append(true).open(path),
    }
}

/// Whether a link stands for an open file: `/proc/…/fd/N`, to which `/dev/stdout` and `/dev/fd/N` lead.
fn is_descriptor(path: &Path) -> bool {
    path.parent()
        .and_then(|folder| folder.canonicalize().ok())
        .is_some_and(|folder| folder.starts_with("/proc") && folder.ends_with("fd"))
}

fn wait_until_writable(file: &File, cancel: &AtomicBool) -> io::Result<()> {
    fail_if_cancelled(cancel)?;
    let mut ends = [PollFd::new(file, PollFlags::OUT)];
    let interval = Timespec::try_from(CANCEL_CHECK_INTERVAL).ok();
    match poll(&mut ends, interval.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn fail_if_cancelled(cancel: &AtomicBool) -> io::Result<()> {
    if cancel.load(Ordering::Relaxed) {
        return Err(io::Error::other("it was cancelled"));
    }
    Ok(())
}

/// Whether the error means that the file can only be overwritten.
fn cannot_be_replaced(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::ResourceBusy
            | io::ErrorKind::CrossesDevices
    )
}

fn options(mode: u32) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(mode);
    options
}

//! Through links and with the mode and the owner that a file had; everything else (a device, a pipe, an open descriptor) is
//! written to as it is and never replaced.

use super::{Readers, hidden_name};
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

/// As many links in a chain as Linux follows.
const LONGEST_CHAIN: usize = 40;
/// How often somebody who waits for a pipe's reader looks whether to give up.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const PRIVATE: u32 = 0o600;

/// A file that is being written. Dropped before [`OutputFile::finish`], it leaves a regular file as it was, and no trace.
#[derive(Debug)]
pub struct OutputFile<'a> {
    sink: Sink,
    cancel: &'a AtomicBool,
}

#[derive(Debug)]
enum Sink {
    /// A hidden file beside the target, which takes its place at the end.
    Beside(Beside),
    /// A nameless file whose content is put into the target at the end, where that cannot be replaced as it is.
    Within { spool: File, target: File },
    /// What is written is gone at once.
    Stream(File),
}

#[derive(Debug)]
struct Beside {
    file: File,
    temporary: PathBuf,
    target: PathBuf,
    /// The file that is replaced.
    before: Option<File>,
    is_finished: bool,
}

/// What a path leads to.
enum Place {
    New(PathBuf),
    Regular(PathBuf, Metadata),
    /// A device, a pipe or a socket.
    Other(PathBuf, Metadata),
    /// A link of `/proc` that stands for an open file and leads nowhere by its text.
    Descriptor(PathBuf),
}

impl<'a> OutputFile<'a> {
    /// Begins to write to `path`. A pipe without a reader is waited for; that, and every later wait, ends soon after
    /// `cancel` has become true.
    ///
    /// # Errors
    /// The system's; [`file_failed`](super::file_failed) puts them in words.
    pub fn create(path: &Path, readers: Readers, cancel: &'a AtomicBool) -> io::Result<Self> {
        let sink = match resolve(path)? {
            Place::New(path) => {
                let mode = match readers {
                    Readers::Usual => 0o666,
                    Readers::Owner => PRIVATE,
                };
                Sink::Beside(Beside::create(path, mode, None)?)
            }
            Place::Regular(path, metadata) => replacing(path, &metadata)?,
            Place::Other(path, metadata) => Sink::Stream(open_stream(&path, &metadata, cancel)?),
            Place::Descriptor(path) => Sink::Stream(open_descriptor(&path)?),
        };
        Ok(Self { sink, cancel })
    }

    /// Makes what was written the content of the file.
    ///
    /// # Errors
    /// The system's. A regular file is then as it was, unless it could only be written in its place and its disk failed
    /// at that.
    pub fn finish(self) -> io::Result<()> {
        match self.sink {
            Sink::Beside(beside) => beside.finish(),
            Sink::Within { mut spool, target } => put_into(&mut spool, &target),
            // Its bytes are where they belong; what is no regular file need not know how to settle them.
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
            Sink::Beside(beside) => beside.file.write(bytes),
            Sink::Within { spool, .. } => spool.write(bytes),
            Sink::Stream(file) => loop {
                match file.write(bytes) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        wait_for_room(file, self.cancel)?;
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

impl Beside {
    fn create(target: PathBuf, mode: u32, before: Option<File>) -> io::Result<Self> {
        let temporary = target.with_file_name(hidden_name());
        let file = options(mode).open(&temporary)?;
        Ok(Self {
            file,
            temporary,
            target,
            before,
            is_finished: false,
        })
    }

    fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        match fs::rename(&self.temporary, &self.target) {
            Ok(()) => {
                self.is_finished = true;
                // The new name is on disk once its folder is; where that cannot be asked for, it is soon all the same.
                if let Some(Ok(folder)) = self.target.parent().map(File::open) {
                    let _ = folder.sync_all();
                }
                Ok(())
            }
            // Somebody else's file in a folder like /tmp, or one that is mounted by itself.
            Err(error) => match &self.before {
                Some(before) if cannot_be_replaced(&error) => {
                    put_into(&mut File::open(&self.temporary)?, before)
                }
                Some(_) | None => Err(error),
            },
        }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.is_finished
            && let Err(error) = fs::remove_file(&self.temporary)
        {
            tracing::debug!(%error, "an unfinished file was not removed");
        }
    }
}

/// What a path leads to, through every link.
fn resolve(path: &Path) -> io::Result<Place> {
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut path = path.to_owned();
    for _ in 0..LONGEST_CHAIN {
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return match path.file_name() {
                    Some(_) => Ok(Place::New(path)),
                    None => Err(io::ErrorKind::InvalidFilename.into()),
                };
            }
            Err(error) => return Err(error),
        };
        let kind = metadata.file_type();
        if kind.is_symlink() {
            if is_descriptor(&path) {
                return Ok(Place::Descriptor(path));
            }
            // Replaces all of it where the link is absolute.
            let folder = path.parent().unwrap_or(Path::new(""));
            path = folder.join(fs::read_link(&path)?);
        } else if kind.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        } else if kind.is_file() {
            return Ok(Place::Regular(path, metadata));
        } else {
            return Ok(Place::Other(path, metadata));
        }
    }
    Err(Errno::LOOP.into())
}

/// How a regular file is written over. It is replaced, unless that would take something from it: another name, its owner,
/// or that it can be written at all.
fn replacing(path: PathBuf, metadata: &Metadata) -> io::Result<Sink> {
    // A file that must not be written is not replaced either.
    let before = OpenOptions::new().write(true).open(&path)?;
    if metadata.nlink() == 1 {
        match Beside::create(path, PRIVATE, Some(before.try_clone()?)) {
            Ok(beside) => {
                if has_taken_after(&beside.file, metadata)? {
                    return Ok(Sink::Beside(beside));
                }
            }
            Err(error) if cannot_be_replaced(&error) => {}
            Err(error) => return Err(error),
        }
    }
    let temporary = std::env::temp_dir().join(hidden_name());
    let spool = options(PRIVATE).open(&temporary)?;
    fs::remove_file(&temporary)?;
    Ok(Sink::Within {
        spool,
        target: before,
    })
}

/// Gives the new file owner, group and mode of the old one; `false` where it cannot have the same owners.
fn has_taken_after(file: &File, before: &Metadata) -> io::Result<bool> {
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

/// Writes the content of one file over that of another.
fn put_into(spool: &mut File, mut target: &File) -> io::Result<()> {
    let length = spool.metadata()?.len();
    make_room(target, length)?;
    spool.rewind()?;
    target.rewind()?;
    let written = io::copy(spool, &mut target)?;
    target.set_len(written)?;
    target.sync_all()
}

/// Fails where there is no room for so many bytes: what is in the file now would be lost half-way. Not every system, and
/// not every file system, can tell before.
fn make_room(file: &File, length: u64) -> io::Result<()> {
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
    // Nothing that the other end does, or does not, may hold this thread for good.
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
                give_up_if(cancel)?;
                thread::sleep(LOOK_EVERY);
            }
            opened => return opened,
        }
    }
}

/// An open file of this process or another one. It is gone on with where it is, as a shell's `>>` would.
fn open_descriptor(path: &Path) -> io::Result<File> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let is_own = folder.canonicalize()? == Path::new("/proc/self/fd").canonicalize()?;
    let number = path.file_name().and_then(|name| name.to_str());
    match number.filter(|_| is_own) {
        // As they were opened: at their place, and with what was said about appending.
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

fn wait_for_room(file: &File, cancel: &AtomicBool) -> io::Result<()> {
    give_up_if(cancel)?;
    let mut ends = [PollFd::new(file, PollFlags::OUT)];
    let look_every = Timespec::try_from(LOOK_EVERY).ok();
    match poll(&mut ends, look_every.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn give_up_if(cancel: &AtomicBool) -> io::Result<()> {
    if cancel.load(Ordering::Relaxed) {
        return Err(io::Error::other("it was cancelled"));
    }
    Ok(())
}

/// Whether an error means that a file can only be written in its place.
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

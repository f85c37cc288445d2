//! The only place that writes to the terminal. Output that cannot be written is an error, except if the reader has gone
//! away (`| head`): it has seen what it wanted.

use crate::texts::texts;
use bursar_core::error::{Code, Error};
use bursar_core::output_file::file_failed;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What ends a command early.
#[derive(Debug)]
pub(crate) enum Failure {
    Error(Error),
    /// Something that only the terminal knows, such as wrong use, in the user's language.
    Words {
        code: Code,
        words: String,
    },
    /// Nobody reads standard output any more.
    ReaderGone,
}

pub(crate) type CommandResult<T = ExitCode> = Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Failure {
    /// The code of the error; `None` if it is not one.
    pub(crate) fn code(&self) -> Option<Code> {
        match self {
            Self::Error(error) => Some(error.code),
            Self::Words { code, .. } => Some(*code),
            Self::ReaderGone => None,
        }
    }

    /// Wrong use of the program.
    pub(crate) fn usage(words: String) -> Self {
        Self::Words {
            code: Code::Usage,
            words,
        }
    }
}

/// Prints a line on standard output.
pub(crate) fn print_line(line: &str) -> CommandResult<()> {
    write_line(line).map_err(|error| refused(&error))
}

/// The same with the error of the system.
pub(crate) fn write_line(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(line.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
}

fn refused(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Failure::ReaderGone
    } else {
        output_failed(error).into()
    }
}

/// The error for standard output that cannot be written.
pub(crate) fn output_failed(error: &io::Error) -> Error {
    file_failed(error, Path::new("stdout"))
}

/// Standard output as a stream that remembers whether its reader has gone away.
#[derive(Clone, Default)]
pub(crate) struct Stdout {
    reader_gone: Arc<AtomicBool>,
}

impl Stdout {
    /// What an error of writing to this stream means.
    pub(crate) fn failure(&self, error: Error) -> Failure {
        if self.reader_gone.load(Ordering::Relaxed) {
            Failure::ReaderGone
        } else {
            error.into()
        }
    }

    fn watched<T>(&self, written: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &written
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            self.reader_gone.store(true, Ordering::Relaxed);
        }
        written
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = io::stdout().write(bytes);
        self.watched(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = io::stdout().flush();
        self.watched(flushed)
    }
}

/// Prints an error with its code on standard error.
pub(crate) fn print_error(error: &Error) {
    print_coded(&texts().detail(&error.detail), error.code);
}

/// Prints what ended a command, if somebody has to know it.
pub(crate) fn print_failure(failure: &Failure) {
    match failure {
        Failure::Error(error) => print_error(error),
        Failure::Words { code, words } => print_coded(words, *code),
        Failure::ReaderGone => {}
    }
}

fn print_coded(words: &str, code: Code) {
    let code = serde_json::to_string(&code).unwrap_or_default();
    note(&format!("{words} [{}]", code.trim_matches('"')));
}

/// Prints a line on standard error.
pub(crate) fn note(line: &str) {
    let mut out = std::io::stderr().lock();
    let _ = out
        .write_all(b"bursar: ")
        .and_then(|()| out.write_all(line.as_bytes()))
        .and_then(|()| out.write_all(b"\n"));
}

/// Overwrites the terminal's last line, on standard error.
pub(crate) fn overwrite(line: &str) {
    let mut out = std::io::stderr().lock();
    // Go to the start of the line and clear the rest of it.
    let _ = out
        .write_all(b"\r\x1b[K")
        .and_then(|()| out.write_all(line.as_bytes()))
        .and_then(|()| out.flush());
}

/// Prints columns as wide as their longest cell, two spaces apart.
pub(crate) fn table(rows: &[Vec<String>]) -> CommandResult<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        print_line(cells.join("  ").trim_end())?;
    }
    Ok(())
}

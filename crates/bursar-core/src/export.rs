//! Writes the history, filtered as the list is, to a CSV or JSON file. The file appears whole or not at all;
//! no more than a part of it is ever in memory, and nothing in it is run by a spreadsheet.

use crate::cache::History;
use crate::error::{Code, Error, Result};
use crate::money::Amount;
use crate::view::{PaymentQuery, PaymentView};
use serde::Serialize;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::mem;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a head line.
    Csv,
    /// One array of objects.
    Json,
    /// One object a line.
    JsonLines,
}

/// What came of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exported {
    /// All lines are written: this many.
    Written(u64),
    /// It was stopped. A file that was there before is still there as it was.
    Cancelled,
}

/// Lines that are handed from reading to writing at once; after each such part `progress` is called and `cancel` looked at.
const PART: usize = 256;
/// Parts that may wait for being written.
const PARTS_AHEAD: usize = 4;

const HEAD: [&str; 18] = [
    "created",
    "updated",
    "kind",
    "purpose",
    "status",
    "amount",
    "currency",
    "fee",
    "fee_currency",
    "source",
    "payer",
    "method",
    "id",
    "number",
    "verified",
    "transaction",
    "block",
    "account",
];

/// Writes the lines of `query` to the file `target` and says how many they are; none when `cancel` became
/// true, and there is no file then.
///
/// # Errors
/// As for [`to_file`].
pub fn write(
    history: &History,
    query: &PaymentQuery,
    format: Format,
    target: &Path,
    cancel: &AtomicBool,
) -> Result<u64> {
    match to_file(history, query, format, target, cancel, |_| {})? {
        Exported::Written(lines) => Ok(lines),
        Exported::Cancelled => Ok(0),
    }
}

/// Writes the lines of `query` to the file `target`, newest first. `progress` is told now and then how many
/// lines are read, which are soon written; the export ends soon after `cancel` has become true.
///
/// # Errors
/// `file_failed` when the file cannot be written, else those of reading the history.
pub fn to_file(
    history: &History,
    query: &PaymentQuery,
    format: Format,
    target: &Path,
    cancel: &AtomicBool,
    progress: impl FnMut(u64),
) -> Result<Exported> {
    let temporary = beside(target)?;
    let file = File::create(&temporary).map_err(|error| file_failed(&error, target))?;
    let place = target.display().to_string();
    let exported = to_stream(
        history,
        query,
        format,
        BufWriter::new(&file),
        &place,
        cancel,
        progress,
    )
    .and_then(|exported| {
        if matches!(exported, Exported::Written(_)) {
            settle(&file, &temporary, target).map_err(|error| file_failed(&error, target))?;
        }
        Ok(exported)
    });
    if !matches!(exported, Ok(Exported::Written(_))) {
        discard(&temporary);
    }
    exported
}

/// Writes the lines of `query` to an open stream, such as standard output, which errors call `place`.
///
/// # Errors
/// As for [`to_file`].
pub fn to_stream(
    history: &History,
    query: &PaymentQuery,
    format: Format,
    stream: impl Write + Send,
    place: &str,
    cancel: &AtomicBool,
    mut progress: impl FnMut(u64),
) -> Result<Exported> {
    let refused = |error: &io::Error| file_failed(error, Path::new(place));
    let mut sheet = Sheet::begin(format, stream).map_err(|error| refused(&error))?;
    let mut lines = 0_u64;
    // Looked at once: were it to change between two looks, an export that read nothing would count as written.
    let cancelled = cancel.load(Ordering::Relaxed);
    let mut stopped = cancelled;
    progress(lines);
    let (parts, waiting) = sync_channel::<Vec<PaymentView>>(PARTS_AHEAD);
    // Reading and writing take about as long as each other.
    let written = thread::scope(|scope| {
        let writer = scope.spawn(move || {
            for part in waiting {
                part.iter().try_for_each(|payment| sheet.line(payment))?;
            }
            Ok(sheet)
        });
        let mut part = Vec::with_capacity(PART);
        let mut hand_over = |part: Vec<PaymentView>| {
            lines = lines.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
            progress(lines);
            stopped = cancel.load(Ordering::Relaxed);
            // Nobody takes it any more where the writer has failed, which it says itself.
            !stopped && parts.send(part).is_ok()
        };
        let read = if cancelled {
            Ok(())
        } else {
            history.each_payment(query, |payment| {
                part.push(payment);
                part.len() < PART || hand_over(mem::replace(&mut part, Vec::with_capacity(PART)))
            })
        };
        if !part.is_empty() {
            hand_over(part);
        }
        drop(parts);
        let sheet = writer.join().unwrap_or_else(|panic| resume_unwind(panic));
        read.and(sheet.map_err(|error| refused(&error)))
    });
    let sheet = written?;
    if stopped {
        return Ok(Exported::Cancelled);
    }
    sheet.end().map_err(|error| refused(&error))?;
    Ok(Exported::Written(lines))
}

/// A file being written.
enum Sheet<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Json { stream: W, array: bool, first: bool },
}

impl<W: Write> Sheet<W> {
    fn begin(format: Format, mut stream: W) -> io::Result<Self> {
        match format {
            Format::Csv => {
                let mut sheet = csv::WriterBuilder::new()
                    .terminator(csv::Terminator::CRLF)
                    .from_writer(stream);
                sheet.write_record(HEAD).map_err(plain)?;
                Ok(Self::Csv(Box::new(sheet)))
            }
            Format::Json => {
                stream.write_all(b"[")?;
                Ok(Self::Json {
                    stream,
                    array: true,
                    first: true,
                })
            }
            Format::JsonLines => Ok(Self::Json {
                stream,
                array: false,
                first: true,
            }),
        }
    }

    fn line(&mut self, payment: &PaymentView) -> io::Result<()> {
        match self {
            Self::Csv(sheet) => sheet.write_record(record(payment)).map_err(plain),
            Self::Json {
                stream,
                array,
                first,
            } => {
                if *array {
                    stream.write_all(if *first { b"\n" } else { b",\n" })?;
                }
                *first = false;
                serde_json::to_writer(&mut *stream, payment)?;
                if !*array {
                    stream.write_all(b"\n")?;
                }
                Ok(())
            }
        }
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Csv(mut sheet) => sheet.flush(),
            Self::Json {
                mut stream, array, ..
            } => {
                if array {
                    stream.write_all(b"\n]\n")?;
                }
                stream.flush()
            }
        }
    }
}

/// The file's own error, whose kind says what to do.
fn plain(error: csv::Error) -> io::Error {
    let words = error.to_string();
    let csv::ErrorKind::Io(error) = error.into_kind() else {
        return io::Error::other(words);
    };
    error
}

fn record(payment: &PaymentView) -> [String; 18] {
    let fee = payment.fee.as_ref();
    let told = |text: &Option<String>| inert(text.as_deref().unwrap_or_default());
    let verified = match (payment.verifiable, payment.verified) {
        (true, true) => "yes",
        (true, false) => "no",
        // There is no chain that could tell.
        (false, _) => "",
    };
    [
        payment.created_at.to_string(),
        payment.updated_at.to_string(),
        word(&payment.kind),
        told(&payment.purpose),
        word(&payment.status),
        payment.amount.to_decimal(),
        payment.amount.currency().to_string(),
        fee.map(Amount::to_decimal).unwrap_or_default(),
        fee.map(|fee| fee.currency().to_string())
            .unwrap_or_default(),
        told(&payment.source),
        told(&payment.payer),
        told(&payment.method),
        inert(&payment.id),
        told(&payment.number),
        verified.to_owned(),
        payment.transaction.clone().unwrap_or_default(),
        payment.block.clone().unwrap_or_default(),
        payment.account.to_string(),
    ]
}

/// Text of others, as a spreadsheet shows it and does not run it.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The name that an enum without fields has on the wire.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}

fn settle(file: &File, temporary: &Path, target: &Path) -> io::Result<()> {
    file.sync_all()?;
    fs::rename(temporary, target)
}

/// A hidden name in the target's folder that nobody else uses.
fn beside(target: &Path) -> Result<PathBuf> {
    let Some(name) = target.file_name() else {
        return Err(Error::new(Code::FileFailed, "Choose a name for the file."));
    };
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.part", uuid::Uuid::new_v4().simple()));
    Ok(target.with_file_name(hidden))
}

fn discard(temporary: &Path) {
    if let Err(error) = fs::remove_file(temporary) {
        tracing::debug!(%error, "an unfinished export was not removed");
    }
}

fn file_failed(error: &io::Error, target: &Path) -> Error {
    let place = target.display();
    let kind = error.kind();
    let words = if matches!(
        kind,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ) {
        format!(
            "The disk is full: {place} was not written. Free some space or choose another place."
        )
    } else if matches!(
        kind,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    ) {
        format!("{place} cannot be written there. Choose another folder.")
    } else if kind == io::ErrorKind::NotFound {
        format!("The folder of {place} is not there. Choose another one.")
    } else {
        format!("{place} was not written: {error}.")
    };
    Error::new(Code::FileFailed, words)
}

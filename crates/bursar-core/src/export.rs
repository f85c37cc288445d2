//! Writes the history, filtered as the list is, to a CSV or JSON file. The file appears whole or not at all, only a
//! chunk of it is ever in memory, and no spreadsheet runs anything in it.

mod charges;
mod json_payment;
mod purpose;
mod status;
mod table;

pub use charges::{DailyCharge, ResourceLine};
pub use table::{TableLine, write_table};

use bursar_domain::account::AccountId;
use bursar_domain::error::Result;
use bursar_domain::money::Amount;
use bursar_domain::unicode::{is_blank, plain_form};
use bursar_domain::view::{PaymentQuery, PaymentView};
use bursar_platform::output_file::{OutputFile, Readers, file_failed};
use bursar_store::History;
use json_payment::JsonPayment;
use purpose::purpose;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::{mem, thread};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a header row.
    Csv,
    /// One array of objects.
    Json,
    /// One object per line.
    JsonLines,
}

/// The outcome of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exported {
    /// All rows are written: this many.
    Written(u64),
    /// It was cancelled. A file that existed before is unchanged.
    Cancelled,
}

/// What the user calls each account.
pub type Labels = BTreeMap<AccountId, String>;

/// Rows handed from reading to writing at once; after each such chunk `progress` is called and `cancel` is checked.
const ROWS_PER_CHUNK: usize = 256;
/// Chunks that may wait to be written.
const CHUNKS_AHEAD: usize = 4;

const CSV_HEADER: [&str; 18] = [
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

/// Writes the rows of `query` to the file `target` and returns their number; 0, and no file, if `cancel` became true.
///
/// # Errors
/// As for [`to_file`].
pub fn write(
    history: &History,
    query: &PaymentQuery,
    labels: &Labels,
    format: Format,
    target: &Path,
    cancel: &AtomicBool,
) -> Result<u64> {
    match to_file(history, query, labels, format, target, cancel, |_| {})? {
        Exported::Written(lines) => Ok(lines),
        Exported::Cancelled => Ok(0),
    }
}

/// Writes the rows of `query` to the file `target`, newest first, by the rules of [`OutputFile`]. `progress` receives
/// now and then the number of rows read, which are soon written. The export ends soon after `cancel` becomes true.
///
/// # Errors
/// `file_failed` if the file cannot be written, else those of reading the history.
pub fn to_file(
    history: &History,
    query: &PaymentQuery,
    labels: &Labels,
    format: Format,
    target: &Path,
    cancel: &AtomicBool,
    progress: impl FnMut(u64),
) -> Result<Exported> {
    let target_name = target.display().to_string();
    let mut output = match OutputFile::create(target, Readers::Usual, cancel) {
        Ok(output) => output,
        // Nobody opened the pipe for reading before the export was cancelled.
        Err(_) if cancel.load(Ordering::Relaxed) => return Ok(Exported::Cancelled),
        Err(error) => return Err(file_failed(&error, target)),
    };
    let exported = to_stream(
        history,
        query,
        labels,
        format,
        BufWriter::new(&mut output),
        &target_name,
        cancel,
        progress,
    );
    match exported {
        Ok(Exported::Written(lines)) => output
            .finish()
            .map(|()| Exported::Written(lines))
            .map_err(|error| file_failed(&error, target)),
        Err(_) if cancel.load(Ordering::Relaxed) => Ok(Exported::Cancelled),
        ended => ended,
    }
}

/// Writes the rows of `query` to an open stream, such as standard output, which errors call `target_name`.
///
/// # Errors
/// As for [`to_file`].
#[expect(
    clippy::too_many_arguments,
    reason = "each is one thing that only the caller knows"
)]
pub fn to_stream(
    history: &History,
    query: &PaymentQuery,
    labels: &Labels,
    format: Format,
    stream: impl Write + Send,
    target_name: &str,
    cancel: &AtomicBool,
    mut progress: impl FnMut(u64),
) -> Result<Exported> {
    let refused = |error: &io::Error| file_failed(error, Path::new(target_name));
    let mut writer = RowWriter::begin(format, stream).map_err(|error| refused(&error))?;
    let mut lines = 0_u64;
    // Read once: if it changed between two reads, an export that read nothing would count as written.
    let cancelled = cancel.load(Ordering::Relaxed);
    let mut stopped = cancelled;
    progress(lines);
    let (chunks, waiting) = sync_channel::<Vec<PaymentView>>(CHUNKS_AHEAD);
    // Reading and writing take about as long as each other.
    let written = thread::scope(|scope| {
        let writing = scope.spawn(move || {
            for chunk in waiting {
                chunk
                    .iter()
                    .try_for_each(|payment| writer.write_row(payment, labels))?;
            }
            Ok(writer)
        });
        let mut chunk = Vec::with_capacity(ROWS_PER_CHUNK);
        let mut hand_over = |chunk: Vec<PaymentView>| {
            lines = lines.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            progress(lines);
            stopped = cancel.load(Ordering::Relaxed);
            // If the writer has failed, nobody receives the chunk; the writer reports its own error.
            !stopped && chunks.send(chunk).is_ok()
        };
        let read = if cancelled {
            Ok(())
        } else {
            history.for_each_payment(query, |payment| {
                chunk.push(payment);
                chunk.len() < ROWS_PER_CHUNK
                    || hand_over(mem::replace(&mut chunk, Vec::with_capacity(ROWS_PER_CHUNK)))
            })
        };
        if !chunk.is_empty() {
            hand_over(chunk);
        }
        drop(chunks);
        let writer = writing.join().unwrap_or_else(|panic| resume_unwind(panic));
        read.and(writer.map_err(|error| refused(&error)))
    });
    let writer = written?;
    if stopped {
        return Ok(Exported::Cancelled);
    }
    writer.end().map_err(|error| refused(&error))?;
    Ok(Exported::Written(lines))
}

/// Writes what an empty history is in that format.
///
/// # Errors
/// The stream's.
pub fn nothing(format: Format, stream: impl Write) -> io::Result<()> {
    RowWriter::begin(format, stream)?.end()
}

/// A file being written.
enum RowWriter<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Json { stream: W, array: bool, first: bool },
}

impl<W: Write> RowWriter<W> {
    fn begin(format: Format, mut stream: W) -> io::Result<Self> {
        match format {
            Format::Csv => {
                let mut writer = csv::WriterBuilder::new()
                    .terminator(csv::Terminator::CRLF)
                    .from_writer(stream);
                writer.write_record(CSV_HEADER).map_err(io_error)?;
                Ok(Self::Csv(Box::new(writer)))
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

    fn write_row(&mut self, payment: &PaymentView, labels: &Labels) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer
                .write_record(csv_record(payment, labels))
                .map_err(io_error),
            Self::Json {
                stream,
                array,
                first,
            } => {
                if *array {
                    stream.write_all(if *first { b"\n" } else { b",\n" })?;
                }
                *first = false;
                serde_json::to_writer(&mut *stream, &JsonPayment::from(payment))?;
                if !*array {
                    stream.write_all(b"\n")?;
                }
                Ok(())
            }
        }
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Csv(mut writer) => writer.flush(),
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
fn io_error(error: csv::Error) -> io::Error {
    let words = error.to_string();
    let csv::ErrorKind::Io(error) = error.into_kind() else {
        return io::Error::other(words);
    };
    error
}

/// Cells for people; none contains an id that only Bursar knows.
fn csv_record(payment: &PaymentView, labels: &Labels) -> [String; 18] {
    let fee = payment.fee.as_ref();
    let text_cell = |text: &Option<String>| escape_formula(text.as_deref().unwrap_or_default());
    let verified = match (payment.verifiable, payment.verified) {
        (true, true) => "yes",
        (true, false) => "no",
        // There is no chain that could show it.
        (false, _) => "",
    };
    [
        payment.created_at.to_string(),
        payment.updated_at.to_string(),
        wire_name(&payment.kind),
        text_cell(&payment.purpose.as_ref().map(purpose)),
        wire_name(&payment.status),
        payment.amount.to_decimal(),
        payment.amount.currency().to_string(),
        fee.map(Amount::to_decimal).unwrap_or_default(),
        fee.map(|fee| fee.currency().to_string())
            .unwrap_or_default(),
        text_cell(&payment.source),
        text_cell(&payment.payer),
        text_cell(&payment.method),
        text_cell(&payment.provider_id),
        text_cell(&payment.number),
        verified.to_owned(),
        payment.transaction.clone().unwrap_or_default(),
        payment.block.clone().unwrap_or_default(),
        escape_formula(labels.get(&payment.account).map_or("", String::as_str)),
    ]
}

/// Foreign text in a form that a spreadsheet shows and does not run. Some spreadsheets ignore invisible characters
/// before a formula, and treat the full-width forms of its first character like the plain ones.
fn escape_formula(text: &str) -> String {
    let begins_blank = text.starts_with(['\t', '\r', '\n']);
    let seen = text.trim_start_matches(is_blank).chars().next();
    let is_formula = seen
        .map(plain_form)
        .is_some_and(|c| matches!(c, '=' | '+' | '-' | '\u{2212}' | '@'));
    if begins_blank || is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The serialized name of an enum variant without fields.
fn wire_name(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}

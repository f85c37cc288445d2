//! Tables for programs, other than that of payments.

use super::{Format, io_error};
use serde::Serialize;
use std::io::{self, Write};

/// A row of a table.
pub trait TableLine: Serialize {
    const COLUMNS: &'static [&'static str];

    /// The cells of the CSV row. None of them begins as a formula.
    fn cells(&self) -> Vec<String>;
}

/// Writes the rows in their order.
///
/// # Errors
/// Those of the stream.
pub fn write_table<L: TableLine>(
    lines: &[L],
    format: Format,
    mut out: impl Write,
) -> io::Result<()> {
    match format {
        Format::Csv => {
            let mut writer = csv::WriterBuilder::new()
                .terminator(csv::Terminator::CRLF)
                .from_writer(out);
            writer.write_record(L::COLUMNS).map_err(io_error)?;
            for line in lines {
                writer.write_record(line.cells()).map_err(io_error)?;
            }
            writer.flush()
        }
        Format::Json => {
            serde_json::to_writer(&mut out, lines)?;
            out.write_all(b"\n")?;
            out.flush()
        }
        Format::JsonLines => {
            for line in lines {
                serde_json::to_writer(&mut out, line)?;
                out.write_all(b"\n")?;
            }
            out.flush()
        }
    }
}

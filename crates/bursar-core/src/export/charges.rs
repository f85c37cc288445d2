//! Charges by day as a table for programs.

use super::{Format, escape_formula, io_error};
use bursar_domain::money::Amount;
use serde::Serialize;
use std::io::{self, Write};

/// What one account was charged on one of the provider's days, which are days of UTC.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DailyCharge {
    /// `YYYY-MM-DD`.
    pub date: String,
    #[serde(flatten)]
    pub amount: Amount,
    /// The account's label.
    pub account: String,
}

/// Writes the rows in their order.
///
/// # Errors
/// Those of the stream.
pub fn write_charges(lines: &[DailyCharge], format: Format, mut out: impl Write) -> io::Result<()> {
    match format {
        Format::Csv => {
            let mut writer = csv::WriterBuilder::new()
                .terminator(csv::Terminator::CRLF)
                .from_writer(out);
            writer
                .write_record(["date", "amount", "currency", "account"])
                .map_err(io_error)?;
            for line in lines {
                writer
                    .write_record([
                        &line.date,
                        &line.amount.to_decimal(),
                        line.amount.currency().as_str(),
                        &escape_formula(&line.account),
                    ])
                    .map_err(io_error)?;
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

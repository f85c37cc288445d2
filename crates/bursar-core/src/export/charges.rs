//! Charges by day or by resource as a table for programs.

use super::{Format, escape_formula, io_error};
use bursar_domain::charges::ResourceKind;
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

/// What one account was charged for one resource.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResourceLine {
    /// The provider's id; empty for charges that name no resource.
    pub resource: String,
    pub name: Option<String>,
    pub kind: ResourceKind,
    #[serde(flatten)]
    pub amount: Amount,
    /// The account's label.
    pub account: String,
}

/// A row of a table of charges.
pub trait ChargeLine: Serialize {
    const COLUMNS: &'static [&'static str];

    /// The cells of the CSV row. None of them begins as a formula.
    fn cells(&self) -> Vec<String>;
}

impl ChargeLine for DailyCharge {
    const COLUMNS: &'static [&'static str] = &["date", "amount", "currency", "account"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.date.clone(),
            self.amount.to_decimal(),
            self.amount.currency().to_string(),
            escape_formula(&self.account),
        ]
    }
}

impl ChargeLine for ResourceLine {
    const COLUMNS: &'static [&'static str] =
        &["resource", "name", "kind", "amount", "currency", "account"];

    fn cells(&self) -> Vec<String> {
        vec![
            escape_formula(&self.resource),
            escape_formula(self.name.as_deref().unwrap_or_default()),
            kind_name(self.kind).to_owned(),
            self.amount.to_decimal(),
            self.amount.currency().to_string(),
            escape_formula(&self.account),
        ]
    }
}

/// As in JSON.
fn kind_name(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Machine => "machine",
        ResourceKind::Disk => "disk",
        ResourceKind::Address => "address",
        ResourceKind::Other => "other",
    }
}

/// Writes the rows in their order.
///
/// # Errors
/// Those of the stream.
pub fn write_charges<L: ChargeLine>(
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

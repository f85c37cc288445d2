//! Shows the charges of each day, for people or for programs.

use crate::arguments::ChargesArguments;
use crate::fetch;
use crate::output::{CommandResult, Stdout, note, table};
use bursar_core::error::{Code, Error};
use bursar_core::export::{DailyCharge, Format, write_charges};
use bursar_core::output_file::{OutputFile, Readers, file_failed};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

pub(crate) async fn run(
    home: &Path,
    label: Option<&str>,
    wanted: ChargesArguments,
) -> CommandResult {
    if !wanted.offline {
        fetch::before_showing(home, label).await;
    }
    let reader = crate::reader(home)?;
    let mut lines: Vec<DailyCharge> = Vec::new();
    let mut is_known = false;
    let accounts = reader.select(label)?;
    let several = accounts.len() > 1;
    for account in accounts {
        let (from, to) = (wanted.from.as_deref(), wanted.to.as_deref());
        match reader.charges(account, from, to).await? {
            Some((days, _)) => {
                is_known = true;
                lines.extend(days);
            }
            None => note(&format!("the charges of {} were never read", account.label)),
        }
        for day in reader.unknown_days(account, from, to).await? {
            note(&format!(
                "a charge of {} on {day} could not be read; that day is left out",
                account.label
            ));
        }
    }
    if !is_known {
        return Err(Error::new(Code::NotFound, "No charges are stored here.").into());
    }
    match (wanted.sheet.format(), wanted.sheet.output.as_deref()) {
        (Some(format), Some(path)) if !crate::is_standard_output(path) => {
            write_file(&lines, format, path)?;
        }
        (Some(format), _) => {
            let out = Stdout::default();
            write_charges(&lines, format, BufWriter::new(out.clone()))
                .map_err(|error| out.failure(file_failed(&error, Path::new("standard output"))))?;
        }
        (None, _) => show(&lines, several)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn write_file(lines: &[DailyCharge], format: Format, path: &Path) -> CommandResult<()> {
    let never = AtomicBool::new(false);
    let written = OutputFile::create(path, Readers::Usual, &never).and_then(|mut output| {
        let mut text = BufWriter::new(&mut output);
        write_charges(lines, format, &mut text)?;
        text.flush()?;
        drop(text);
        output.finish()
    });
    written.map_err(|error| file_failed(&error, path))?;
    Ok(())
}

fn show(lines: &[DailyCharge], several: bool) -> CommandResult<()> {
    if lines.is_empty() {
        note("nothing was charged on these days");
    }
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let account = if several {
                line.account.clone()
            } else {
                String::new()
            };
            vec![line.date.clone(), line.amount.to_brief(), account]
        })
        .collect();
    table(&rows)
}

//! Shows the charges of each day or of each resource, for people or for programs.

use crate::arguments::{ChargesArguments, ChargesBy};
use crate::fetch;
use crate::output::{CommandResult, Failure, Stdout, note, output_failed, table};
use crate::texts::texts;
use bursar_core::charges::ResourceKind;
use bursar_core::error::Code;
use bursar_core::export::{DailyCharge, Format, ResourceLine, TableLine, write_table};
use bursar_core::output_file::{OutputFile, Readers, file_failed};
use bursar_l10n::text;
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
    let mut days: Vec<DailyCharge> = Vec::new();
    let mut resources: Vec<ResourceLine> = Vec::new();
    let mut is_known = false;
    let accounts = reader.select(label)?;
    let several = accounts.len() > 1;
    for account in accounts {
        let (from, to) = (wanted.from.as_deref(), wanted.to.as_deref());
        match reader.charges(account, from, to).await? {
            Some((of_account, _)) => {
                is_known = true;
                match wanted.by {
                    ChargesBy::Day => days.extend(of_account),
                    ChargesBy::Resource => {
                        let found = reader.resource_charges(account, from, to).await?;
                        if found.is_empty() && !of_account.is_empty() {
                            note(&text!(
                                texts(),
                                terminal_no_resources,
                                account = &account.label
                            ));
                        }
                        resources.extend(found);
                    }
                }
            }
            None => note(&text!(
                texts(),
                terminal_charges_never_read,
                account = &account.label
            )),
        }
        for day in reader.unknown_days(account, from, to).await? {
            note(&text!(
                texts(),
                terminal_charge_unreadable,
                account = &account.label,
                date = day
            ));
        }
    }
    if !is_known {
        return Err(Failure::Words {
            code: Code::NotFound,
            words: text!(texts(), terminal_no_charges_stored),
        });
    }
    match wanted.by {
        ChargesBy::Day => print(&days, &wanted, day_row, several),
        ChargesBy::Resource => print(&resources, &wanted, resource_row, several),
    }
}

/// Prints the lines for people, or writes them in the wanted format.
fn print<L: TableLine>(
    lines: &[L],
    wanted: &ChargesArguments,
    row: impl Fn(&L, bool) -> Vec<String>,
    several: bool,
) -> CommandResult {
    match (wanted.sheet.format(), wanted.sheet.output.as_deref()) {
        (Some(format), Some(path)) if !crate::is_standard_output(path) => {
            write_file(lines, format, path)?;
        }
        (Some(format), _) => {
            let out = Stdout::default();
            write_table(lines, format, BufWriter::new(out.clone()))
                .map_err(|error| out.failure(output_failed(&error)))?;
        }
        (None, _) => {
            if lines.is_empty() {
                note(&text!(texts(), terminal_no_charges));
            }
            let rows: Vec<Vec<String>> = lines.iter().map(|line| row(line, several)).collect();
            table(&rows)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn write_file<L: TableLine>(lines: &[L], format: Format, path: &Path) -> CommandResult<()> {
    let never = AtomicBool::new(false);
    let written = OutputFile::create(path, Readers::Usual, &never).and_then(|mut output| {
        let mut text = BufWriter::new(&mut output);
        write_table(lines, format, &mut text)?;
        text.flush()?;
        drop(text);
        output.finish()
    });
    written.map_err(|error| file_failed(&error, path))?;
    Ok(())
}

fn day_row(line: &DailyCharge, several: bool) -> Vec<String> {
    vec![
        line.date.clone(),
        texts().amount(&line.amount),
        account_cell(&line.account, several),
    ]
}

fn resource_row(line: &ResourceLine, several: bool) -> Vec<String> {
    let kind = match line.kind {
        ResourceKind::Machine => "machine",
        ResourceKind::Disk => "disk",
        ResourceKind::Address => "address",
        ResourceKind::Other => "other",
    };
    vec![
        line.name.clone().unwrap_or_else(|| line.resource.clone()),
        text!(texts(), terminal_resource_kind, kind = kind),
        texts().amount(&line.amount),
        account_cell(&line.account, several),
    ]
}

/// The account's label, where several accounts are listed.
fn account_cell(label: &str, several: bool) -> String {
    if several {
        label.to_owned()
    } else {
        String::new()
    }
}

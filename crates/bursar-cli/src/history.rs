//! The stored history, for people or for programs. A file that is asked for appears whole or not at all, also when the
//! command is interrupted.

use crate::arguments::HistoryArguments;
use crate::output::{note, overwrite, table};
use bursar_core::bursar::Reader;
use bursar_core::error::Result;
use bursar_core::export::{Exported, Format};
use bursar_core::view::{PaymentQuery, PaymentView};
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Lines that people are shown; programs get all of them.
const SHOWN: u32 = 100;
/// The exit status that shells give to what Ctrl-C ended.
const INTERRUPTED: u8 = 130;
const TOLD_EVERY: Duration = Duration::from_millis(100);

pub(crate) async fn run(
    reader: &Reader,
    label: Option<&str>,
    wanted: HistoryArguments,
) -> Result<ExitCode> {
    let selected = reader.select(label)?;
    let query = PaymentQuery {
        account: label.and_then(|_| selected.first().map(|account| account.id.clone())),
        search: wanted.search,
        statuses: Vec::new(),
        from: wanted.from,
        to: wanted.to,
    };
    if wanted.json || wanted.csv {
        let format = if wanted.json {
            Format::Json
        } else {
            Format::Csv
        };
        return export(reader, query, format, wanted.output).await;
    }
    let page = reader.payments(query, SHOWN).await?;
    if page.payments.is_empty() {
        note("no payments are stored for this");
    }
    let rows: Vec<Vec<String>> = page.payments.iter().map(row).collect();
    table(&rows);
    let shown = u32::try_from(page.payments.len()).unwrap_or(SHOWN);
    if page.total > shown {
        note(&format!(
            "{} more; --csv and --json write all",
            page.total.saturating_sub(shown)
        ));
    }
    Ok(ExitCode::SUCCESS)
}

async fn export(
    reader: &Reader,
    query: PaymentQuery,
    format: Format,
    file: Option<PathBuf>,
) -> Result<ExitCode> {
    let progress = Progress::of(file.is_some() || !std::io::stdout().is_terminal());
    let Some(file) = file else {
        reader
            .history(query, format, std::io::stdout(), progress.teller())
            .await?;
        progress.end();
        return Ok(ExitCode::SUCCESS);
    };
    let cancel = Arc::new(AtomicBool::new(false));
    let interrupted = Arc::clone(&cancel);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.store(true, Ordering::Relaxed);
        }
    });
    let exported = reader
        .export(query, format, file.clone(), cancel, progress.teller())
        .await;
    progress.end();
    match exported? {
        Exported::Written(lines) => {
            note(&format!("{lines} payments written to {}", file.display()));
            Ok(ExitCode::SUCCESS)
        }
        Exported::Cancelled => {
            note(&format!("interrupted; {} was not written", file.display()));
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}

/// How far it is, in one line of standard error that is written over; only where somebody can look at it.
struct Progress {
    shown: bool,
}

impl Progress {
    fn of(wanted: bool) -> Self {
        Self {
            shown: wanted && std::io::stderr().is_terminal(),
        }
    }

    /// Takes the lines so far and in all.
    fn teller(&self) -> impl FnMut(u64, u32) + Send + 'static + use<> {
        let shown = self.shown;
        let mut told = Instant::now();
        move |lines, total| {
            if shown && told.elapsed() >= TOLD_EVERY {
                told = Instant::now();
                overwrite(&format!("{lines} of {total} payments"));
            }
        }
    }

    fn end(&self) {
        if self.shown {
            overwrite("");
        }
    }
}

fn row(payment: &PaymentView) -> Vec<String> {
    let verified = if payment.verified { "verified" } else { "" };
    let purpose = payment.purpose.clone().unwrap_or_default();
    vec![
        payment.created_at.to_string(),
        payment.amount.to_brief(),
        format!("{:?}", payment.status),
        payment.source.clone().unwrap_or_default(),
        payment.number.clone().unwrap_or_else(|| payment.id.clone()),
        verified.to_owned(),
        payment.payer.clone().unwrap_or_default(),
        purpose,
    ]
}

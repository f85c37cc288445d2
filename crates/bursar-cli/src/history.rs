//! Shows or exports the history, for people or for programs, after reading what is missing. An output file appears
//! whole or not at all, even if the command is interrupted.

use crate::arguments::HistoryArguments;
use crate::fetch;
use crate::output::{CommandResult, Stdout, note, overwrite, table};
use crate::texts::texts;
use bursar_core::Reader;
use bursar_core::export::{Exported, Format};
use bursar_core::payment::PaymentStatus;
use bursar_core::view::{PaymentQuery, PaymentView};
use bursar_l10n::text;
use std::io::{BufWriter, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

/// Rows shown to people; programs get all of them.
const MAX_ROWS_SHOWN: u32 = 100;
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

pub(crate) async fn run(
    home: &Path,
    label: Option<&str>,
    wanted: HistoryArguments,
) -> CommandResult {
    let is_up_to_date = wanted.offline || fetch::before_showing(home, label).await;
    let reader = &crate::reader(home)?;
    let selected = reader.select(label)?;
    let query = PaymentQuery {
        account: label.and_then(|_| selected.first().map(|account| account.id.clone())),
        search: wanted.search,
        statuses: Vec::new(),
        from: wanted.from,
        to: wanted.to,
    };
    // An empty list means nothing if no server could be asked; the reason is already printed.
    let all = PaymentQuery {
        account: query.account.clone(),
        ..PaymentQuery::default()
    };
    let is_unknown = !is_up_to_date && reader.payments(all, 1).await?.total == 0;
    let status = if is_unknown {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    };
    if let Some(format) = wanted.sheet.format() {
        let written = export(reader, query, format, wanted.sheet.output).await?;
        return Ok(if written == ExitCode::SUCCESS {
            status
        } else {
            written
        });
    }
    let page = reader.payments(query, MAX_ROWS_SHOWN).await?;
    if page.payments.is_empty() {
        note(&text!(texts(), terminal_no_payments));
    }
    let rows: Vec<Vec<String>> = page.payments.iter().map(row).collect();
    table(&rows)?;
    let shown = u32::try_from(page.payments.len()).unwrap_or(MAX_ROWS_SHOWN);
    if page.total > shown {
        let more = page.total.saturating_sub(shown);
        note(&text!(texts(), terminal_more_payments, count = more));
    }
    Ok(status)
}

async fn export(
    reader: &Reader,
    query: PaymentQuery,
    format: Format,
    file: Option<PathBuf>,
) -> CommandResult {
    let file = file.filter(|path| !crate::is_standard_output(path));
    let progress = Progress::of(file.is_some() || !std::io::stdout().is_terminal());
    let Some(file) = file else {
        let out = Stdout::default();
        let written = reader
            .history(
                query,
                format,
                BufWriter::new(out.clone()),
                progress.reporter(),
            )
            .await;
        progress.end();
        written.map_err(|error| out.failure(error))?;
        return Ok(ExitCode::SUCCESS);
    };
    let cancel = Arc::new(AtomicBool::new(false));
    let status = Arc::new(AtomicU8::new(0));
    cancel_on_signal(&cancel, &status);
    let exported = reader
        .export(query, format, file.clone(), cancel, progress.reporter())
        .await;
    progress.end();
    match exported? {
        Exported::Written(lines) => {
            let path = file.display().to_string();
            note(&text!(
                texts(),
                terminal_exported,
                count = lines,
                path = path
            ));
            Ok(ExitCode::SUCCESS)
        }
        Exported::Cancelled => {
            let path = file.display().to_string();
            note(&text!(texts(), terminal_export_interrupted, path = path));
            Ok(ExitCode::from(status.load(Ordering::Relaxed)))
        }
    }
}

/// Cancels the export at the first signal that asks the program to end, and ends the program at the second. `status`
/// becomes the status that shells give to a program ended by that signal.
#[cfg(unix)]
fn cancel_on_signal(cancel: &Arc<AtomicBool>, status: &Arc<AtomicU8>) {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [
        (SignalKind::interrupt(), 130),
        (SignalKind::terminate(), 143),
        (SignalKind::hangup(), 129),
    ];
    for (kind, of_signal) in kinds {
        let (cancel, status) = (Arc::clone(cancel), Arc::clone(status));
        let Ok(mut signals) = signal(kind) else {
            continue;
        };
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                end(&cancel, &status, of_signal);
            }
        });
    }
}

/// The same on systems where Ctrl+C is the only such signal.
#[cfg(not(unix))]
fn cancel_on_signal(cancel: &Arc<AtomicBool>, status: &Arc<AtomicU8>) {
    let (cancel, status) = (Arc::clone(cancel), Arc::clone(status));
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            end(&cancel, &status, 130);
        }
    });
}

fn end(cancel: &AtomicBool, status: &AtomicU8, of_signal: u8) {
    status.store(of_signal, Ordering::Relaxed);
    if cancel.swap(true, Ordering::Relaxed) {
        std::process::exit(i32::from(of_signal));
    }
}

/// The progress in one line of standard error that is overwritten, if standard error is a terminal.
struct Progress {
    shown: bool,
}

impl Progress {
    fn of(wanted: bool) -> Self {
        Self {
            shown: wanted && std::io::stderr().is_terminal(),
        }
    }

    /// Takes the rows so far and in all.
    fn reporter(&self) -> impl FnMut(u64, u32) + Send + 'static + use<> {
        let shown = self.shown;
        let mut last_report = Instant::now();
        move |lines, total| {
            if shown && last_report.elapsed() >= PROGRESS_INTERVAL {
                last_report = Instant::now();
                overwrite(&text!(
                    texts(),
                    terminal_export_progress,
                    done = lines,
                    total = total
                ));
            }
        }
    }

    fn end(&self) {
        if self.shown {
            overwrite("");
        }
    }
}

/// What people call the payment: its number, the provider's id, or the transaction if only the chain shows it.
fn reference(payment: &PaymentView) -> String {
    let names = [&payment.number, &payment.provider_id, &payment.transaction];
    names
        .into_iter()
        .flatten()
        .next()
        .cloned()
        .unwrap_or_default()
}

fn row(payment: &PaymentView) -> Vec<String> {
    let verified = if payment.verified {
        text!(texts(), terminal_verified)
    } else {
        String::new()
    };
    let purpose = payment
        .purpose
        .as_ref()
        .map(|purpose| texts().paid_for(purpose))
        .unwrap_or_default();
    vec![
        payment.created_at.to_string(),
        texts().amount(&payment.amount),
        status(payment.status),
        payment.source.clone().unwrap_or_default(),
        reference(payment),
        verified,
        payment.payer.clone().unwrap_or_default(),
        purpose,
    ]
}

fn status(status: PaymentStatus) -> String {
    let name = match status {
        PaymentStatus::Starting => "starting",
        PaymentStatus::Open => "open",
        PaymentStatus::Confirming => "confirming",
        PaymentStatus::UnderReview => "under_review",
        PaymentStatus::Completed => "completed",
        PaymentStatus::Cancelled => "cancelled",
        PaymentStatus::Expired => "expired",
        PaymentStatus::Failed => "failed",
        PaymentStatus::NotStarted => "not_started",
        PaymentStatus::Refunding => "refunding",
        PaymentStatus::Refunded => "refunded",
    };
    text!(texts(), terminal_payment_status, status = name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(id: &str, number: Option<&str>, provider_id: Option<&str>) -> PaymentView {
        serde_json::from_value(serde_json::json!({
            "account": "a", "id": id, "provider_id": provider_id, "number": number, "kind": "credit",
            "purpose": null, "status": "completed", "reason": null,
            "amount": {"amount": "1.00", "currency": "USDC"}, "fee": null, "source": null, "payer": null,
            "method": null, "has_invoice": false, "created_at": "2026-01-31T12:00:00Z",
            "updated_at": "2026-01-31T12:00:00Z", "verifiable": true, "verified": true, "matched": null,
            "transaction": "0x0b0b", "block": null, "top_up": null,
        }))
        .unwrap()
    }

    #[test]
    fn hides_ids_that_only_bursar_knows() {
        assert_eq!(
            reference(&payment("p", Some("2026-1"), Some("p"))),
            "2026-1"
        );
        assert_eq!(reference(&payment("p", None, Some("p"))), "p");
        assert_eq!(reference(&payment("chain:0x0b0b:1", None, None)), "0x0b0b");
    }
}

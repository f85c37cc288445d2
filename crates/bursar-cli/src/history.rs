//! The stored history, for people or for programs.

use crate::arguments::HistoryArguments;
use crate::output::{note, table};
use bursar_core::bursar::Reader;
use bursar_core::error::Result;
use bursar_core::export::Format;
use bursar_core::view::{PaymentQuery, PaymentView};
use std::process::ExitCode;

/// Lines that people are shown; programs get all of them.
const SHOWN: u32 = 100;

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
        reader.history(query, format, std::io::stdout()).await?;
        return Ok(ExitCode::SUCCESS);
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

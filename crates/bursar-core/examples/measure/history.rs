//! Measures storing, pages, searches and the export of a long history through the core's calls alone.

use super::payments::made;
use super::{Outcome, report, report_value};
use bursar_core::export::{self, Exported, Format, Labels};
use bursar_domain::account::AccountId;
use bursar_domain::chain_event::{BalanceEvent, EventBatch, EventKind};
use bursar_domain::clock::Timestamp;
use bursar_domain::payment::PaymentStatus;
use bursar_domain::payment::RemotePayment;
use bursar_domain::view::PaymentQuery;
use bursar_store::History;
use rusqlite::types::ValueRef;
use serde_json::json;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The number of payments in one write, the same as on one page of the API.
const PAGE: usize = 100;
/// The number of payments in one write while the cache is filled. With one page per write, a million payments would
/// write each leaf of the indexes of ids and transactions to the log again and again, which would take longer than
/// everything else here.
const FILLED_AT_ONCE: usize = 10_000;
/// The number of rows that the window requests at once.
const SHOWN: u32 = 100;

pub(crate) fn measure(count: usize, tries: usize, exports: usize) -> Outcome<()> {
    let home = tempfile::tempdir()?;
    let (history, _) = History::open(home.path(), Timestamp(0))?;
    let account = AccountId::random();
    let payments = made(count)?;
    store(&history, &account, &payments)?;
    let size = std::fs::metadata(home.path().join("history.db"))?.len();
    report_value(json!({"name": "size of the file", "of": count, "bytes": size}))?;
    search(&history, &account, &payments, tries)?;
    export_beside_raw(&history, home.path(), count, exports)?;
    cancelled_export(&history, home.path(), count, exports)
}

fn store(history: &History, account: &AccountId, payments: &[RemotePayment]) -> Outcome<()> {
    let begun = Instant::now();
    for part in payments.chunks(FILLED_AT_ONCE) {
        history.put_payments(account, part)?;
    }
    report("storing", payments.len(), &[begun.elapsed()])?;
    let begun = Instant::now();
    for page in payments.chunks(PAGE).take(100) {
        history.put_payments(account, page)?;
    }
    report(
        "storing again what is known",
        PAGE * 100,
        &[begun.elapsed()],
    )?;
    let events: Vec<BalanceEvent> = payments.iter().step_by(10).enumerate().map(event).collect();
    let begun = Instant::now();
    for part in events.chunks(1_000) {
        let batch = EventBatch {
            events: part.to_vec(),
            from: 0,
            to: u64::try_from(payments.len())?,
            to_hash: [1; 32].into(),
        };
        history.put_events(account, &batch)?;
    }
    report(
        "storing and matching events",
        events.len(),
        &[begun.elapsed()],
    )
}

/// Every second event must be matched by its amount.
fn event((n, payment): (usize, &RemotePayment)) -> BalanceEvent {
    let number = u64::try_from(n).unwrap_or_default();
    let mut transaction = [0; 32];
    for (target, byte) in transaction.iter_mut().zip(number.to_be_bytes()) {
        *target = byte;
    }
    BalanceEvent {
        kind: EventKind::Credit {
            top_up_id: if n.is_multiple_of(2) {
                payment.id.clone()
            } else {
                format!("other-{n}")
            },
        },
        amount: payment.amount.clone(),
        transaction: transaction.into(),
        log_index: 0,
        block: number,
        block_hash: transaction.into(),
        block_time: payment.created_at,
    }
}

/// Runs each query many times, with a different search text each time if it has one.
fn search(
    history: &History,
    account: &AccountId,
    payments: &[RemotePayment],
    tries: usize,
) -> Outcome<()> {
    let count = payments.len();
    let picked = |n: usize| payments.get(n * 7919 % count);
    let id = |n: usize| {
        picked(n)
            .map(|payment| payment.id.clone())
            .unwrap_or_default()
    };
    let text = |text: String| PaymentQuery {
        search: Some(text),
        ..PaymentQuery::default()
    };
    let all = PaymentQuery::default;
    let queries: [(&str, &dyn Fn(usize) -> PaymentQuery); 15] = [
        ("first page", &|_| all()),
        ("first page of an account", &|_| PaymentQuery {
            account: Some(account.clone()),
            ..all()
        }),
        ("search: a rare status", &|_| PaymentQuery {
            statuses: vec![PaymentStatus::Refunded],
            ..all()
        }),
        ("search: a month", &|n| PaymentQuery {
            from: Some(format!("{}-{:02}-01", 2023 + n % 3, 1 + n % 12)),
            to: Some(format!("{}-{:02}-28", 2023 + n % 3, 1 + n % 12)),
            ..all()
        }),
        ("search: a whole id", &|n| text(id(n))),
        ("search: the beginning of an id", &|n| {
            text(id(n).chars().take(4).collect())
        }),
        ("search: the middle of an id", &|n| {
            text(id(n).chars().skip(12).take(8).collect())
        }),
        ("search: three characters", &|n| {
            text(id(n).chars().skip(1).take(3).collect())
        }),
        ("search: a source", &|_| text("copperx".into())),
        ("search: a common amount", &|_| text("25".into())),
        ("search: a common amount with a status", &|_| PaymentQuery {
            statuses: vec![PaymentStatus::Expired],
            ..text("25".into())
        }),
        ("search: a rare amount beside a common one", &|n| {
            text(format!("25.{:02}", n % 100))
        }),
        ("search: a rare amount", &|n| {
            text(
                picked(n)
                    .map(|one| one.amount.to_decimal())
                    .unwrap_or_default(),
            )
        }),
        ("search: a transaction", &|n| {
            let transaction = picked(n).and_then(|one| one.transaction);
            text(transaction.map(|one| one.to_string()).unwrap_or_default())
        }),
        ("search: nothing that is there", &|_| {
            text("no such text".into())
        }),
    ];
    for (name, query) in queries {
        let mut runs = Vec::with_capacity(tries);
        for n in 0..tries {
            let query = query(n);
            let begun = Instant::now();
            history.payments(&query, None, SHOWN)?;
            runs.push(begun.elapsed());
        }
        report(name, count, &runs)?;
    }
    Ok(())
}

/// Runs the app's export and the raw export in turn.
fn export_beside_raw(history: &History, home: &Path, count: usize, runs: usize) -> Outcome<()> {
    let target = home.join("payments.csv");
    let (mut own, mut raw) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let begun = Instant::now();
        raw_export(&home.join("history.db"), &home.join("raw.csv"))?;
        raw.push(begun.elapsed());
        let begun = Instant::now();
        let written = export::write(
            history,
            &PaymentQuery::default(),
            &Labels::new(),
            Format::Csv,
            &target,
            &AtomicBool::new(false),
        )?;
        own.push(begun.elapsed());
        if written < u64::try_from(count)? {
            return Err("the export is not whole".into());
        }
    }
    report("export to CSV", count, &own)?;
    report("raw read and CSV", count, &raw)
}

/// Writes the columns of an export as they are stored, with the csv crate, and flushes them to the disk.
fn raw_export(database: &Path, target: &Path) -> Outcome<()> {
    const COLUMNS: usize = 18;
    let connection = rusqlite::Connection::open(database)?;
    let mut statement = connection.prepare(
        "SELECT created_at, updated_at, kind, purpose, said, amount, currency, fee, fee_currency, source, payer,
                method, id, number, verified, tx, block, account FROM payment ORDER BY line DESC",
    )?;
    let mut rows = statement.query([])?;
    let file = File::create(target)?;
    let mut sheet = csv::Writer::from_writer(BufWriter::new(&file));
    while let Some(row) = rows.next()? {
        for column in 0..COLUMNS {
            match row.get_ref(column)? {
                ValueRef::Null => sheet.write_field("")?,
                ValueRef::Integer(number) => sheet.write_field(number.to_string())?,
                ValueRef::Real(number) => sheet.write_field(number.to_string())?,
                ValueRef::Text(text) => sheet.write_field(text)?,
                ValueRef::Blob(bytes) => {
                    sheet.write_field(alloy_primitives::hex::encode_prefixed(bytes))?;
                }
            }
        }
        sheet.write_record(None::<&[u8]>)?;
    }
    sheet.flush()?;
    drop(sheet);
    Ok(file.sync_all()?)
}

/// Measures how long an export continues after it was cancelled in the middle.
fn cancelled_export(history: &History, home: &Path, count: usize, runs: usize) -> Outcome<()> {
    let half = u64::try_from(count / 2)?;
    let mut waits: Vec<Duration> = Vec::new();
    for _ in 0..runs {
        let cancel = AtomicBool::new(false);
        let mut asked = None;
        let exported = export::to_file(
            history,
            &PaymentQuery::default(),
            &Labels::new(),
            Format::Csv,
            &home.join("stopped.csv"),
            &cancel,
            |lines| {
                if lines >= half && asked.is_none() {
                    asked = Some(Instant::now());
                    cancel.store(true, Ordering::Relaxed);
                }
            },
        )?;
        if exported != Exported::Cancelled {
            return Err("the export was not stopped".into());
        }
        waits.extend(asked.map(|asked| asked.elapsed()));
    }
    report("from cancel to the end of an export", count, &waits)
}

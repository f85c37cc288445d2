//! How long the history takes with many payments: `cargo run --release --example history_size -- 1000000 100`,
//! the second number being the payments of one write. Prints one line a figure, in microseconds: the median and the worst of many tries.

use bursar_core::account::AccountId;
use bursar_core::cache::History;
use bursar_core::chain::{EventBatch, EventKind, UserEvent};
use bursar_core::clock::Timestamp;
use bursar_core::export::{self, Format};
use bursar_core::money::{Amount, Currency};
use bursar_core::provider::{Papers, Purpose, RemotePayment, Status};
use bursar_core::view::{PaymentQuery, PaymentStatus};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::error::Error;
use std::io::Write;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

const NOW: i64 = 1_769_860_800_000;
const YEARS: i64 = 4 * 365 * 86_400_000;
const TRIES: usize = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args()
        .nth(1)
        .map_or(Ok(200_000), |text| text.parse())?;
    let page: usize = std::env::args()
        .nth(2)
        .map_or(Ok(100), |text| text.parse())?;
    let home = tempfile::tempdir()?;
    let (history, _) = History::open(home.path(), Timestamp(NOW))?;
    let account = AccountId::random();
    let mut random = SmallRng::seed_from_u64(1);
    let payments: Vec<RemotePayment> = (0..count)
        .map(|n| payment(n, count, &mut random))
        .collect::<Result<_, _>>()?;
    let mut out = std::io::stdout();

    let start = Instant::now();
    for page in payments.chunks(page) {
        history.put_payments(&account, page)?;
    }
    writeln!(
        out,
        "store {count} payments: {} ms",
        start.elapsed().as_millis()
    )?;
    let start = Instant::now();
    for page in payments.chunks(page).take(10_000 / page) {
        history.put_payments(&account, page)?;
    }
    writeln!(
        out,
        "store the newest 10000 again: {} ms",
        start.elapsed().as_millis()
    )?;
    let events: Vec<UserEvent> = payments.iter().step_by(10).enumerate().map(event).collect();
    let start = Instant::now();
    for part in events.chunks(1_000) {
        let batch = EventBatch {
            events: part.to_vec(),
            from: 0,
            to: count as u64,
            to_hash: [1; 32].into(),
        };
        history.put_events(&account, &batch)?;
    }
    writeln!(
        out,
        "store and match {} events: {} ms",
        events.len(),
        start.elapsed().as_millis()
    )?;
    let size = std::fs::metadata(home.path().join("history.db"))?.len();
    writeln!(out, "file: {} bytes a payment", size / count as u64)?;

    let picked = |n: usize| payments.get(n * 7919 % count).cloned();
    let measure =
        |name: &str, query: &dyn Fn(usize) -> PaymentQuery| -> Result<(), Box<dyn Error>> {
            let mut times = Vec::new();
            let mut total = 0;
            for n in 0..TRIES {
                let query = query(n);
                let start = Instant::now();
                total = history.payments(&query, None, 50)?.total;
                times.push(start.elapsed().as_micros());
            }
            times.sort_unstable();
            let median = times.get(TRIES / 2).copied().unwrap_or_default();
            let worst = times.last().copied().unwrap_or_default();
            writeln!(
                std::io::stdout(),
                "{name}: {median} / {worst} us, {total} lines"
            )?;
            Ok(())
        };
    let text = |text: String| PaymentQuery {
        search: Some(text),
        ..PaymentQuery::default()
    };
    measure("first page", &|_| PaymentQuery::default())?;
    measure("first page of an account", &|_| PaymentQuery {
        account: Some(account.clone()),
        ..PaymentQuery::default()
    })?;
    measure("a rare status", &|_| PaymentQuery {
        statuses: vec![PaymentStatus::UnderReview],
        ..PaymentQuery::default()
    })?;
    measure("one month", &|_| PaymentQuery {
        from: Some("2025-03-01".into()),
        to: Some("2025-03-31".into()),
        ..PaymentQuery::default()
    })?;
    let id = |n: usize| picked(n).map(|payment| payment.id).unwrap_or_default();
    measure("whole id", &|n| text(id(n)))?;
    measure("beginning of an id (4)", &|n| {
        text(id(n).chars().take(4).collect())
    })?;
    measure("middle of an id (8)", &|n| {
        text(id(n).chars().skip(12).take(8).collect())
    })?;
    measure("three characters", &|n| {
        text(id(n).chars().skip(1).take(3).collect())
    })?;
    measure("source", &|_| text("copperx".into()))?;
    measure("common amount", &|_| text("25".into()))?;
    measure("common amount with a status", &|_| PaymentQuery {
        statuses: vec![PaymentStatus::Expired],
        ..text("25".into())
    })?;
    measure("rare amount", &|n| {
        text(
            picked(n)
                .map(|payment| payment.amount.to_decimal())
                .unwrap_or_default(),
        )
    })?;
    measure("transaction", &|n| {
        text(
            picked(n)
                .and_then(|payment| payment.transaction)
                .map(|tx| tx.to_string())
                .unwrap_or_default(),
        )
    })?;
    measure("nothing", &|_| text("no such text".into()))?;

    let target = home.path().join("payments.csv");
    let start = Instant::now();
    let lines = export::write(
        &history,
        &PaymentQuery::default(),
        Format::Csv,
        &target,
        &AtomicBool::new(false),
    )?;
    writeln!(
        out,
        "export {lines} lines to CSV: {} ms",
        start.elapsed().as_millis()
    )?;
    Ok(())
}

fn payment(
    n: usize,
    count: usize,
    random: &mut SmallRng,
) -> Result<RemotePayment, bursar_core::error::Error> {
    let at = Timestamp(NOW - YEARS / count as i64 * n as i64);
    let cents = match random.random_range(0..8) {
        0..3 => 2_500,
        3..5 => 5_000,
        5 => 10_000,
        _ => random.random_range(1_000..500_000),
    };
    Ok(RemotePayment {
        id: uuid::Builder::from_random_bytes(random.random())
            .into_uuid()
            .to_string(),
        status: match random.random_range(0..100) {
            0 => Status::Failed,
            1..10 => Status::Expired,
            10..15 => Status::Cancelled,
            15 if n.is_multiple_of(50) => Status::UnderReview,
            _ => Status::Completed,
        },
        amount: Amount::from_cents(cents, Currency::usdc()),
        fee: Some(Amount::from_cents(cents / 100, Currency::usdc())),
        source: Some("copperx".into()),
        created_at: at,
        updated_at: at,
        expires_at: None,
        checkout: None,
        transaction: Some(random.random::<[u8; 32]>().into()),
        purpose: Purpose::TopUp,
        reason: None,
        papers: Papers::default(),
    })
}

fn event((n, payment): (usize, &RemotePayment)) -> UserEvent {
    let mut transaction = [0; 32];
    transaction[..8].copy_from_slice(&n.to_be_bytes());
    UserEvent {
        // Every second one is to be matched by its amount.
        kind: EventKind::Credit {
            top_up_id: if n % 2 == 0 {
                payment.id.clone()
            } else {
                format!("other-{n}")
            },
        },
        amount: payment.amount.clone(),
        transaction: transaction.into(),
        log_index: 0,
        block: n as u64,
        block_hash: transaction.into(),
        block_time: payment.created_at,
    }
}

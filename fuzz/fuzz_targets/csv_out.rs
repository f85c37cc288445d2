//! Exports: a server's text stays in its cell, is never cut, and is never a formula.
#![no_main]

use bursar_core::export::{Format, Labels, to_stream};
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{Documents, Purpose, RemotePayment, Status};
use bursar_domain::view::PaymentQuery;
use bursar_store::History;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

static STORE: LazyLock<(TempDir, History, AccountId)> = LazyLock::new(|| {
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), Timestamp(0)).unwrap();
    (home, history, AccountId::random())
});

fuzz_target!(|input: (&str, i64)| {
    let (source, units) = input;
    let (_, history, account) = &*STORE;
    let payment = RemotePayment {
        id: "one".to_owned(),
        status: Status::Completed,
        amount: Amount::new(i128::from(units), 2, Currency::usdc()).unwrap(),
        fee: None,
        source: Some(source.to_owned()),
        created_at: Timestamp(0),
        updated_at: Timestamp(0),
        expires_at: None,
        checkout: None,
        transaction: None,
        purpose: Purpose::TopUp,
        reason: None,
        documents: Documents::default(),
    };
    if history.put_payments(account, &[payment]).is_err() {
        return;
    }
    let mut out = Vec::new();
    let (query, go_on) = (PaymentQuery::default(), AtomicBool::new(false));
    to_stream(
        history,
        &query,
        &Labels::new(),
        Format::Csv,
        &mut out,
        "memory",
        &go_on,
        |_| {},
    )
    .unwrap();
    let mut sheet = csv::Reader::from_reader(out.as_slice());
    let titles = sheet.headers().unwrap().clone();
    let rows: Vec<_> = sheet.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), 1);
    let column = |name: &str| titles.iter().position(|title| title == name).unwrap();
    let (told, amount) = (&rows[0][column("source")], &rows[0][column("amount")]);
    assert!(!told.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
    assert!(told == source || told == format!("'{source}"));
    assert!(
        amount
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte))
    );
});

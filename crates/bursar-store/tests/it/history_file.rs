//! The file `history.db`: last readings, removed accounts, and files that are damaged or newer.

use crate::fixtures::{NOW, batch, block_hash, event, history, payment, rows, search, total, usdc};
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::charges::DayCharge;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Code;
use bursar_domain::payment::RemotePayment;
use bursar_domain::view::PaymentQuery;
use bursar_store::History;
use std::fs;

#[test]
fn keeps_times_of_readings() {
    let (_home, history, account) = history();
    assert_eq!(history.api_balance(&account).unwrap(), None);
    let balance = ApiBalance {
        balance: usdc("12.340000"),
        daily_usage: None,
        days_left: Some(3),
        owed: None,
        entitlements: Vec::new(),
    };
    history.put_api_balance(&account, &balance, NOW).unwrap();
    assert_eq!(history.api_balance(&account).unwrap(), Some((balance, NOW)));
    let reading = ChainReading {
        block: 812,
        block_hash: block_hash(812),
        block_time: Timestamp(1_769_860_800_000),
        read_at: NOW,
        free: usdc("1"),
        reserved: usdc("2"),
        held: usdc("3"),
        frozen: false,
    };
    history.put_reading(&account, &reading).unwrap();
    assert_eq!(history.reading(&account).unwrap(), Some(reading));
    let day = |date: &str, amount: &str| DayCharge {
        date: date.into(),
        amount: usdc(amount),
    };
    assert_eq!(
        history
            .charges(&account, "2026-01-01", "2026-01-31")
            .unwrap(),
        None
    );
    let january = ("2026-01-01", "2026-01-31");
    let all = |from| {
        history
            .charges(&account, from, "2026-12-31")
            .unwrap()
            .unwrap()
    };
    let first = [
        day("2026-01-02", "1.5"),
        day("2026-01-03", "3"),
        day("2026-02-01", "2"),
    ];
    history
        .put_day_charges(&account, ("2026-01-01", "2026-02-28"), &first, NOW)
        .unwrap();
    // The charge of the 3rd was taken back; February was not read again.
    let corrected = [day("2026-01-02", "1.6")];
    history
        .put_day_charges(&account, january, &corrected, NOW)
        .unwrap();
    assert_eq!(
        all("2026-01-01").0,
        [day("2026-01-02", "1.6"), day("2026-02-01", "2")]
    );
    history
        .put_day_charges(&account, january, &[], NOW)
        .unwrap();
    assert_eq!(all("2026-01-01"), (vec![day("2026-02-01", "2")], NOW));
}

#[test]
fn removing_account_keeps_others() {
    let (_home, history, one) = history();
    let two = AccountId::random();
    for account in [&one, &two] {
        history
            .put_payments(account, &[payment("p1", "25.00", NOW)])
            .unwrap();
        history
            .put_events(account, &batch(&[event("x", "9", 90, NOW)], 80, 100))
            .unwrap();
    }
    history.remove_account(&one).unwrap();
    assert_eq!(total(&history, &PaymentQuery::default()), 2);
    assert_eq!(total(&history, &search("p1")), 0);
    assert_eq!(history.event_cursor(&one).unwrap(), None);
    assert!(
        rows(&history, &PaymentQuery::default())
            .iter()
            .all(|line| line.account == two)
    );
}

#[test]
fn sets_damaged_history_aside() {
    let (home, history, account) = history();
    history
        .put_payments(&account, &[payment("p1", "25.00", NOW)])
        .unwrap();
    drop(history);
    fs::write(
        home.path().join("history.db"),
        b"garbage that is no database at all",
    )
    .unwrap();
    let (history, rebuilt) = History::open(home.path(), NOW).unwrap();
    assert!(rebuilt);
    assert_eq!(total(&history, &PaymentQuery::default()), 0);
    assert!(
        home.path()
            .join("history.db.damaged-2026-01-31T120000Z")
            .exists()
    );
    drop(history);
    assert!(!History::open(home.path(), NOW).unwrap().1);
}

#[test]
fn sets_history_aside_at_next_start_if_read_finds_damage() {
    let (home, history, account) = history();
    let many: Vec<RemotePayment> = (0..40_000)
        .map(|n| {
            payment(
                &format!("payment-{n}"),
                "25.00",
                NOW.minus(Span::seconds(n)),
            )
        })
        .collect();
    history.put_payments(&account, &many).unwrap();
    drop(history);
    let path = home.path().join("history.db");
    let mut whole = fs::read(&path).unwrap();
    assert!(whole.len() > 4 * 1024 * 1024);
    let tail = whole.len() - 8192;
    whole[65_536..tail].fill(0xff);
    fs::write(&path, whole).unwrap();
    if let Ok((history, false)) = History::open(home.path(), NOW) {
        let error = history
            .for_each_payment(&PaymentQuery::default(), |_| true)
            .unwrap_err();
        assert_eq!(error.code, Code::StorageFailed);
    }
    let (history, _) = History::open(home.path(), NOW).unwrap();
    assert_eq!(total(&history, &PaymentQuery::default()), 0);
}

#[test]
fn refuses_newer_history() {
    let (home, history, _) = history();
    drop(history);
    let other = rusqlite::Connection::open(home.path().join("history.db")).unwrap();
    other.pragma_update(None, "user_version", 999).unwrap();
    drop(other);
    assert_eq!(
        History::open(home.path(), NOW).unwrap_err().code,
        Code::StorageNewer
    );
    assert_eq!(
        History::open_read_only(home.path()).unwrap_err().code,
        Code::StorageNewer
    );
}

//! Databases of the first version are migrated: accounts, intents, notices and payments keep their contents and their
//! meaning.

use crate::fixtures::{NOW, network};
use bursar_domain::account::AccountId;
use bursar_domain::notice::NoticeKind;
use bursar_domain::payment::{
    Documents, PaymentKind, PaymentStatus, Purpose, RemotePayment, Status,
};
use bursar_domain::view::PaymentQuery;
use bursar_engine::Alerts;
use bursar_engine::top_up::Phase;
use bursar_store::{History, OpenState, Store};
use rusqlite::Connection;
use std::path::Path;

/// The number of the status `completed` in the history.
const COMPLETED: &str = "4";
const ACCOUNT: &str = "de720b9a56ea49488a3146df1c0bd80b";

/// Creates a database of the first version.
fn write(path: &Path, schema: &str, rows: &str) {
    let file = Connection::open(path).unwrap();
    file.execute_batch(schema).unwrap();
    file.execute_batch(
        &rows
            .replace("ACCOUNT", ACCOUNT)
            .replace("NOW", &NOW.0.to_string()),
    )
    .unwrap();
    file.pragma_update(None, "user_version", 1).unwrap();
}

#[test]
fn migrates_store() {
    let home = tempfile::tempdir().unwrap();
    let network = network("one");
    write(
        &home.path().join("bursar.db"),
        include_str!("../../src/migrations/store_1.sql"),
        r"
        UPDATE meta SET generation = 7;
        INSERT INTO account VALUES (1, 'ACCOUNT', 'main', 'NETWORK', NULL, 'u', NOW, '[]');
        INSERT INTO top_up (account, id, amount, currency, method, phase, created_at, link_state, open_when_known,
            cancel_requested, absent_since)
        VALUES ('ACCOUNT', 'lost', '25.00', 'USDC', 'usdc', 'starting', NOW, 's', 1, 0, NOW);
        INSERT INTO top_up (account, id, remote, intent, amount, currency, phase, created_at, open_when_known,
            cancel_requested, ended_at, completed_by)
        VALUES ('ACCOUNT', 'done', 'p1', 'i1', '10.00', 'USDC', 'completed', NOW, 0, 0, NOW, 'both');
        INSERT INTO notice (account, kind, subject, amount, currency, at, silent, read, shown)
        VALUES ('ACCOUNT', 'completed', 'p1', '10.00', 'USDC', NOW, 0, 0, 1);
        INSERT INTO alerts VALUES ('ACCOUNT', 1, 3, 0, 2);
        "
        .replace("NETWORK", &serde_json::to_string(&network).unwrap())
        .as_str(),
    );
    let opened = Store::open(home.path(), NOW).unwrap();
    assert_eq!(opened.state, OpenState::Existing);
    let accounts = opened.store.accounts().unwrap();
    let account = &accounts[0].id;
    assert_eq!((accounts.len(), account.0.as_str()), (1, ACCOUNT));

    assert_eq!(accounts[0].network, network);

    let lost = opened.store.top_up(account, "lost").unwrap().unwrap();
    assert_eq!(
        (lost.phase, lost.absent_since),
        (Phase::Starting, Some(NOW))
    );
    assert_eq!((&lost.purpose, &lost.request), (&Purpose::TopUp, &None));
    assert_eq!(lost.amount.to_decimal(), "25.00");
    let done = opened.store.top_up(account, "done").unwrap().unwrap();
    assert_eq!(done.phase, Phase::Completed);
    let followed = opened.store.top_ups(account, NOW).unwrap();
    assert_eq!(followed.len(), 2);

    let alerts = Alerts {
        low_balance_notified: true,
        low_balance_count: 3,
        signed_out_notified: false,
        rejection_count: 2,
        ..Alerts::default()
    };
    assert_eq!(opened.store.alerts(account).unwrap(), alerts);
    let notices = opened.store.notices(None, 10).unwrap();
    let notice = &notices[0].notice;
    assert_eq!(
        (notice.kind, notice.about),
        (NoticeKind::Completed, PaymentKind::TopUp)
    );
    assert_eq!(notice.reason, None);
    assert!(
        opened.store.take_unshown(NOW).unwrap().is_empty(),
        "the notice does not pop up again"
    );
    drop(opened);
    let again = Store::open(home.path(), NOW).unwrap();
    assert_eq!(again.state, OpenState::Existing);
    assert!(again.store.top_up(account, "lost").unwrap().is_some());
}

#[test]
fn migrates_history() {
    let home = tempfile::tempdir().unwrap();
    // A row's key is its time in milliseconds × 2^20; statuses and kinds are numbers.
    write(
        &home.path().join("history.db"),
        include_str!("../../src/migrations/history_1.sql"),
        r#"
        INSERT INTO account VALUES (1, 'ACCOUNT');
        INSERT INTO source VALUES (1, 'copperx');
        INSERT INTO payment (line, account, id, kind, status, said, by_chain, amount, currency, whole, fraction, source,
            created_at, updated_at, verified, loose, unsettled)
        VALUES (NOW * 1048576, 1, 'first-payment', 0, COMPLETED, COMPLETED, 0, '25.00', 'USDC', 25, 0, 1, NOW, NOW, 0, 1, 0);
        INSERT INTO id_waiting VALUES (NOW * 1048576);
        INSERT INTO tally VALUES (1, 1, COMPLETED, NOW / 86400000, 1);
        INSERT INTO amount_tally VALUES (1, 25, 0, COMPLETED, 1);
        INSERT INTO sync VALUES (1, NULL, 3, NOW);
        INSERT INTO reading VALUES (1, 'methods', '[]', NOW);
        "#
        .replace("COMPLETED", COMPLETED)
        .as_str(),
    );
    let (history, _) = History::open(home.path(), NOW).unwrap();
    let account = AccountId(ACCOUNT.to_owned());
    let row = history.payment(&account, "first-payment").unwrap().unwrap();
    assert_eq!(
        (row.status, row.kind),
        (PaymentStatus::Completed, PaymentKind::TopUp)
    );
    assert!(row.verifiable && !row.has_invoice);
    assert_eq!((row.number, row.payer, row.purpose), (None, None, None));
    assert_eq!(
        history.sync_state(&account).unwrap().next.as_deref(),
        Some("3")
    );
    assert_eq!(history.catalogue(&account).unwrap(), None);

    let later = RemotePayment {
        id: "second-payment".into(),
        status: Status::Completed,
        amount: row.amount.clone(),
        fee: None,
        source: None,
        created_at: NOW,
        updated_at: NOW,
        expires_at: None,
        checkout: None,
        transaction: None,
        purpose: Purpose::TopUp,
        reason: None,
        documents: Documents {
            number: Some("2026-000119".into()),
            ..Documents::default()
        },
    };
    history.put_payments(&account, &[later]).unwrap();
    for (search, found) in [("first-pay", 1), ("-payment", 2), ("000119", 1), ("25", 2)] {
        let query = PaymentQuery {
            search: Some(search.into()),
            ..PaymentQuery::default()
        };
        let page = history.payments(&query, None, 10).unwrap();
        assert_eq!(
            (page.payments.len(), page.total),
            (found, u32::try_from(found).unwrap()),
            "{search}"
        );
    }
}

/// The first version indexed ids as they were written. They are found by their search key after the migration, and
/// can be removed from the index.
#[test]
fn finds_migrated_non_ascii_ids() {
    let home = tempfile::tempdir().unwrap();
    write(
        &home.path().join("history.db"),
        include_str!("../../src/migrations/history_1.sql"),
        r#"
        INSERT INTO account VALUES (1, 'ACCOUNT');
        INSERT INTO payment (line, account, id, kind, status, said, by_chain, amount, currency, whole, fraction, source,
            created_at, updated_at, verified, loose, unsettled)
        VALUES (NOW * 1048576, 1, 'ZÄHLUNG-ÖÜ', 0, COMPLETED, COMPLETED, 0, '25.00', 'USDC', 25, 0, 0, NOW, NOW, 0, 1, 0),
            (NOW * 1048576 + 1, 1, 'WÄRTET', 0, COMPLETED, COMPLETED, 0, '25.00', 'USDC', 25, 0, 0, NOW, NOW, 0, 1, 0),
            (NOW * 1048576 + 2, 1, 'plain', 0, COMPLETED, COMPLETED, 0, '25.00', 'USDC', 25, 0, 0, NOW, NOW, 0, 1, 0);
        INSERT INTO id_part (rowid, id) VALUES (NOW * 1048576, 'ZÄHLUNG-ÖÜ'), (NOW * 1048576 + 2, 'plain');
        INSERT INTO id_waiting VALUES (NOW * 1048576 + 1);
        INSERT INTO tally VALUES (1, 0, COMPLETED, NOW / 86400000, 3);
        INSERT INTO amount_tally VALUES (1, 25, 0, COMPLETED, 3);
        "#
        .replace("COMPLETED", COMPLETED)
        .as_str(),
    );
    let (history, _) = History::open(home.path(), NOW).unwrap();
    let found = |text: &str| {
        let query = PaymentQuery {
            search: Some(text.into()),
            ..PaymentQuery::default()
        };
        let page = history.payments(&query, None, 10).unwrap();
        page.payments
            .into_iter()
            .map(|row| row.id)
            .collect::<Vec<_>>()
    };
    for (text, ids) in [
        ("zählung", ["ZÄHLUNG-ÖÜ"]),
        ("ZAHLUNG", ["ZÄHLUNG-ÖÜ"]),
        ("hlung-ou", ["ZÄHLUNG-ÖÜ"]),
        ("wartet", ["WÄRTET"]),
        ("plain", ["plain"]),
    ] {
        assert_eq!(found(text), ids, "{text}");
    }
    history
        .remove_account(&AccountId(ACCOUNT.to_owned()))
        .unwrap();
    let integrity: String = Connection::open(home.path().join("history.db"))
        .unwrap()
        .query_row(
            "SELECT count(*) || '' FROM id_part WHERE id_part MATCH 'lun'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(integrity, "0");
}

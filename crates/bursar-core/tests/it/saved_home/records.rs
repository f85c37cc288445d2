//! `bursar.db`: each record stays the same when it is written again.

use super::{
    Row, column_names, content, content_of, copied, count, open_store, rows, text, versions,
};
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::notice::Notice;
use bursar_engine::Write;
use bursar_store::KeyLocation;
use rusqlite::types::Value;
use serde_json::json;

#[test]
fn writes_what_nobody_else_knows_as_it_was() {
    for version in versions() {
        let home = copied(&version);
        let tables = [
            "account",
            "alerts",
            "key_place",
            "keyring_removal",
            "network",
            "notice",
            "top_up",
        ];
        let before = tables.map(|table| content(home.path(), "bursar.db", table));
        let columns = tables.map(|table| column_names(home.path(), "bursar.db", table));
        let notices = rows(
            home.path(),
            "bursar.db",
            "SELECT * FROM notice ORDER BY id DESC",
        );
        let key_locations = rows(home.path(), "bursar.db", "SELECT * FROM key_place");
        let top_ups = count(home.path(), "bursar.db", "top_up");

        let store = open_store(home.path());
        let accounts = store.accounts().unwrap();
        let mut read = 0;
        for account in &accounts {
            store.put_account(account).unwrap();
            let mut writes = vec![Write::Alerts(store.alerts(&account.id).unwrap())];
            for top_up in store.top_ups(&account.id, Timestamp(0)).unwrap() {
                read += 1;
                writes.push(Write::TopUp(top_up));
            }
            if writes[0] == Write::Alerts(Default::default()) {
                writes.remove(0);
            }
            store.commit(&account.id, &writes).unwrap();
        }
        assert_eq!(read, top_ups);
        for network in store.networks().unwrap() {
            store.put_network(&network).unwrap();
        }
        for row in key_locations {
            let account = AccountId(text(&row, "account").to_owned());
            let read: Option<KeyLocation> = store.key_location(&account).unwrap();
            assert_eq!(json!(read), json!(text(&row, "place")));
        }
        let stored = store.notices(None, 1_000).unwrap();
        assert_eq!(stored.len(), notices.len());
        for (stored, row) in stored.iter().zip(&notices) {
            same_notice(&stored.notice, row);
            let flags = [stored.notice.silent, stored.read, stored.shown];
            let columns = ["silent", "read", "shown"];
            assert_eq!(
                flags.map(|flag| Value::Integer(flag.into())),
                columns.map(|column| row[column].clone())
            );
        }
        drop(store);
        for ((table, was), columns) in tables.iter().zip(before).zip(columns) {
            // A later version may have added columns, which then say nothing about older records.
            let is = content_of(home.path(), "bursar.db", table, &columns);
            assert_eq!(is, was, "{table}");
        }
    }
}

fn same_notice(notice: &Notice, row: &Row) {
    assert_eq!(json!(notice.kind), json!(text(row, "kind")));
    assert_eq!(json!(notice.about), json!(text(row, "about")));
    assert_eq!(notice.subject, text(row, "subject"));
    assert_eq!(notice.account.0, text(row, "account"));
    assert_eq!(Value::Integer(notice.at.0), row["at"]);
    let amount = notice.amount.as_ref().map(|amount| amount.to_decimal());
    assert_eq!(amount.map_or(Value::Null, Value::Text), row["amount"]);
    let days = notice.days_left.map(i64::from);
    assert_eq!(days.map_or(Value::Null, Value::Integer), row["days_left"]);
    let reason = notice.reason.as_ref().map(|reason| json!(reason));
    let stored = match &row["reason"] {
        Value::Null => None,
        Value::Integer(_) | Value::Real(_) | Value::Text(_) | Value::Blob(_) => {
            Some(serde_json::from_str(text(row, "reason")).unwrap())
        }
    };
    assert_eq!(reason, stored);
}

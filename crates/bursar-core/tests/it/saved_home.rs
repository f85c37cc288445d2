//! Opens homes that earlier versions saved, with every kind of record (`tests/fixtures/home`). Each record must be
//! readable and must stay the same when it is written again. The keyring test runs inside a private session bus.

use crate::secret_service::{Service, Shared};
use bursar_core::settings_file::SettingsFile;
use bursar_core::shell::Shell;
use bursar_core::{Bursar, Options};
use bursar_domain::account::{Account, AccountId};
use bursar_domain::charges::Charges;
use bursar_domain::clock::{SystemClock, Timestamp};
use bursar_domain::error::Result;
use bursar_domain::notice::Notice;
use bursar_domain::settings::{Settings, Theme};
use bursar_domain::view::{Change, PaymentQuery, PaymentView, TrayView};
use bursar_engine::Write;
use bursar_platform::home;
use bursar_provider::networks;
use bursar_store::{History, KeyLocation, OpenState, Store};
use rusqlite::Connection;
use rusqlite::types::Value;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The saved homes, one folder per version.
const SAVED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/home");

const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// All columns of a row, by name.
type Row = BTreeMap<String, Value>;

fn versions() -> Vec<PathBuf> {
    let entries = fs::read_dir(SAVED).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut versions: Vec<_> = folders.map(|entry| entry.path()).collect();
    versions.sort();
    assert!(!versions.is_empty(), "there is no saved home");
    versions
}

/// A writable copy of a version's saved home.
fn copied(version: &Path) -> TempDir {
    let copy = TempDir::new().unwrap();
    for entry in fs::read_dir(version.join("home")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

fn rows(home: &Path, file: &str, query: &str) -> Vec<Row> {
    let connection = Connection::open(home.join(file)).unwrap();
    let mut statement = connection.prepare(query).unwrap();
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let rows = statement
        .query_map([], |row| {
            columns
                .iter()
                .enumerate()
                .map(|(index, name)| Ok((name.clone(), row.get(index)?)))
                .collect::<rusqlite::Result<Row>>()
        })
        .unwrap();
    rows.map(|row| row.unwrap()).collect()
}

fn count(home: &Path, file: &str, table: &str) -> usize {
    let connection = Connection::open(home.join(file)).unwrap();
    let query = format!("SELECT count(*) FROM {table}");
    let rows: i64 = connection
        .query_row(&query, [], |row| row.get(0))
        .unwrap_or_else(|error| panic!("{table}: {error}"));
    usize::try_from(rows).unwrap()
}

fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    match &row[column] {
        Value::Text(text) => text,
        other @ (Value::Null | Value::Integer(_) | Value::Real(_) | Value::Blob(_)) => {
            panic!("{column} is {other:?}")
        }
    }
}

fn tables(home: &Path, file: &str) -> Vec<String> {
    let query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'
        AND name NOT LIKE 'id_part%' ORDER BY name";
    rows(home, file, query)
        .iter()
        .map(|row| text(row, "name").to_owned())
        .collect()
}

fn open_store(home: &Path) -> Store {
    let opened = Store::open(home, NOW).unwrap();
    assert_eq!(
        opened.state,
        OpenState::Existing,
        "the file is opened unchanged"
    );
    opened.store
}

fn open_history(home: &Path) -> History {
    let (history, is_lost) = History::open(home, NOW).unwrap();
    assert!(!is_lost, "the file is opened unchanged");
    history
}

/// All rows of a table, sorted.
fn content(home: &Path, file: &str, table: &str) -> Vec<String> {
    let all = rows(home, file, &format!("SELECT * FROM {table}"));
    let mut lines: Vec<String> = all.iter().map(|row| format!("{row:?}")).collect();
    lines.sort();
    lines
}

#[test]
fn has_records_in_every_table() {
    for version in versions() {
        let home = copied(&version);
        for file in ["bursar.db", "bursar.db.bak", "history.db"] {
            for table in tables(home.path(), file) {
                assert!(count(home.path(), file, &table) > 0, "{file}: {table}");
            }
        }
        // The search index for ids is contentless: its rows are not stored, and even an empty index has two entries in
        // `id_part_data`.
        assert!(count(home.path(), "history.db", "id_part_data") > 2);
    }
}

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
        for (table, was) in tables.iter().zip(before) {
            let is = content(home.path(), "bursar.db", table);
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

/// Reads a stored reading through the function meant for it and writes it back.
fn write_reading_again(history: &History, account: &AccountId, name: &str, at: Timestamp) {
    match name {
        "api_balance" => {
            let (balance, _) = history.api_balance(account).unwrap().unwrap();
            history.put_api_balance(account, &balance, at).unwrap();
        }
        "chain" => {
            let reading = history.reading(account).unwrap().unwrap();
            history.put_reading(account, &reading).unwrap();
        }
        "catalogue" => {
            let (catalogue, _) = history.catalogue(account).unwrap().unwrap();
            history.put_catalogue(account, &catalogue, at).unwrap();
        }
        "dues" => {
            let (dues, _) = history.dues(account).unwrap().unwrap();
            history.put_dues(account, &dues, at).unwrap();
        }
        "identity" => {
            let (identity, _) = history.identity(account).unwrap().unwrap();
            history.put_identity(account, &identity, at).unwrap();
        }
        "odd_lines" => {
            let (lines, looked_at) = history.unreadable_rows(account).unwrap();
            history
                .put_unreadable_rows(account, &lines, looked_at)
                .unwrap();
        }
        "events_problem" => {
            let problem = history.events_problem(account).unwrap();
            history
                .put_events_problem(account, problem.as_ref(), at)
                .unwrap();
        }
        "past_stopped" => {
            let stopped = history.backfill_paused(account).unwrap();
            history.set_backfill_paused(account, stopped, at).unwrap();
        }
        "lines_read" => {
            let lines = history.history_progress(account).unwrap();
            history.put_history_progress(account, lines, at).unwrap();
        }
        "ended_looked_at" => {
            let looked_at = history.ended_checked_at(account).unwrap().unwrap();
            history.put_ended_checked_at(account, looked_at).unwrap();
        }
        "charges" => {
            let (days, read_at) = history
                .charges(account, "0000-00-00", "9999-99-99")
                .unwrap()
                .unwrap();
            let charges = Charges {
                unknown: history.unknown_days(account).unwrap(),
                days,
            };
            history
                .put_charges(account, ("0000-00-00", "9999-99-99"), &charges, read_at)
                .unwrap();
        }
        "doubtful_blocks" => {
            let mut ranges = history.recheck_ranges(account).unwrap();
            history
                .edit_recheck_ranges(account, at, |known| {
                    assert_eq!(*known, ranges);
                    known.clear();
                })
                .unwrap();
            history
                .edit_recheck_ranges(account, at, |known| known.append(&mut ranges))
                .unwrap();
        }
        "chain_lapse" => {
            history.high_water_mark(account).unwrap().unwrap();
        }
        "events_older" => assert!(!history.older_ranges(account).unwrap().is_empty()),
        // This reading is only accessible for a block that the engine knows.
        "chain_base" => {}
        "late_money" => assert!(!history.late_payments(account).unwrap().is_empty()),
        other => panic!("no call reads {other}"),
    }
}

#[test]
fn reads_every_stored_reading() {
    let query = "SELECT account.id, name, body, at FROM reading
        JOIN account ON account.number = reading.account ORDER BY account.id, name";
    for version in versions() {
        let home = copied(&version);
        let before = rows(home.path(), "history.db", query);
        let charges = content(home.path(), "history.db", "charge");
        let history = open_history(home.path());
        for row in &before {
            let Value::Integer(at) = row["at"] else {
                panic!("{row:?}");
            };
            let account = AccountId(text(row, "id").to_owned());
            write_reading_again(&history, &account, text(row, "name"), Timestamp(at));
        }
        drop(history);
        let after = rows(home.path(), "history.db", query);
        assert_eq!(after.len(), before.len());
        for (is, was) in after.iter().zip(&before) {
            assert_eq!(is, was);
        }
        assert_eq!(content(home.path(), "history.db", "charge"), charges);
    }
}

fn all_payments(history: &History, account: Option<&Account>) -> Vec<PaymentView> {
    let query = PaymentQuery {
        account: account.map(|account| account.id.clone()),
        ..PaymentQuery::default()
    };
    let mut payments = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = history.payments(&query, after.as_deref(), 200).unwrap();
        payments.extend(page.payments);
        after = page.next;
        if after.is_none() {
            assert_eq!(payments.len(), usize::try_from(page.total).unwrap());
            return payments;
        }
    }
}

#[test]
fn lists_every_payment_as_it_was_shown() {
    for version in versions() {
        let home = copied(&version);
        let accounts = open_store(home.path()).accounts().unwrap();
        let history = open_history(home.path());
        let lines = count(home.path(), "history.db", "payment");
        let payments = all_payments(&history, None);
        assert_eq!(payments.len(), lines);
        let each: usize = accounts
            .iter()
            .map(|account| all_payments(&history, Some(account)).len())
            .sum();
        assert_eq!(each, lines, "every payment belongs to an account");

        // The saved details, as the app showed them.
        let shown = fs::read(version.join("exports/details.json")).unwrap();
        let shown: Vec<serde_json::Value> = serde_json::from_slice(&shown).unwrap();
        assert!(!shown.is_empty());
        for was in &shown {
            let account = AccountId(was["account"].as_str().unwrap().to_owned());
            let id = was["id"].as_str().unwrap();
            let payment = history.payment(&account, id).unwrap();
            let (mut is, mut was) = (json!(payment), was.clone());
            // The provider may have changed the payment after the app showed these details.
            for details in [&mut is, &mut was] {
                details.as_object_mut().unwrap().remove("updated_at");
            }
            assert_eq!(is, was);
        }
        let values = |field: &str| -> BTreeSet<String> {
            payments
                .iter()
                .map(|payment| json!(payment)[field].to_string().replace('"', ""))
                .collect()
        };
        let all = |words: &str| words.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(
            values("status"),
            all(
                "starting open confirming under_review completed cancelled expired failed not_started \
                refunding refunded"
            )
        );
        assert_eq!(
            values("kind"),
            all("top_up credit refund renewal migration")
        );
        assert_eq!(values("matched"), all("by_id by_amount null"));
    }
}

#[test]
fn finds_payments_by_the_saved_index() {
    for version in versions() {
        let home = copied(&version);
        let history = open_history(home.path());
        for payment in all_payments(&history, None).iter().step_by(97) {
            let Some(id) = &payment.provider_id else {
                continue;
            };
            let query = PaymentQuery {
                search: Some(id[2..].to_owned()),
                ..PaymentQuery::default()
            };
            let page = history.payments(&query, None, 10).unwrap();
            assert_eq!(
                page.payments.first().map(|found| &found.id),
                Some(&payment.id)
            );
        }
    }
}

#[test]
fn reads_the_network_files_and_settings() {
    for version in versions() {
        let home = copied(&version);
        let stored = open_store(home.path()).networks().unwrap();
        for file in fs::read_dir(version.join("networks")).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let network = networks::from_toml(&text).unwrap();
            assert!(stored.contains(&network), "{}", network.name);
        }
        let settings = SettingsFile::open(home.path(), false, NOW).get();
        let expected = Settings {
            theme: Theme::Dark,
            hide_amounts: true,
            low_balance_amount: "20".to_owned(),
            low_balance_days: 9,
            tray_explained: true,
            hidden_services: vec!["tray".to_owned()],
            ..Settings::default()
        };
        assert_eq!(settings, expected);
    }
}

/// Runs `inside_a_session` in a session whose only keyring is the one that the test provides.
#[test]
fn finds_every_key_in_the_keyring() {
    let folder = TempDir::new().unwrap();
    let bus = folder.path().join("bus.conf");
    fs::write(
        &bus,
        format!(
            "<busconfig><type>session</type><listen>unix:dir={}</listen><policy context='default'>\
             <allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/>\
             </policy></busconfig>",
            folder.path().display()
        ),
    )
    .unwrap();
    let name = module_path!()
        .split_once("::")
        .map_or("".to_owned(), |(_, module)| format!("{module}::"));
    let output = Command::new("dbus-run-session")
        .arg(format!("--config-file={}", bus.display()))
        .arg("--")
        .arg(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            &format!("{name}inside_a_session"),
            "--nocapture",
        ])
        .env("HOME", folder.path())
        .env("XDG_RUNTIME_DIR", folder.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .output()
        .expect("dbus-run-session (Debian package dbus) starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A desktop that ignores everything.
struct NoDesktop;

impl Shell for NoDesktop {
    fn update_tray(&self, _: &TrayView) {}
    fn notify(&self, _: &[Notice]) {}
    fn open_url(&self, _: &url::Url) -> Result<()> {
        Ok(())
    }
    fn raise_window(&self) {}
    fn changed(&self, _: &Change) {}
}

/// The prefix of a home's entries in the keyring.
fn prefix(home: &Path) -> String {
    let digest = Sha256::digest(home::keyring_scope(home).as_bytes());
    let start = digest.iter().take(8);
    start.map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside a private session bus"]
async fn inside_a_session() {
    for version in versions() {
        let copy = copied(&version);
        let entries = fs::read(version.join("keyring.json")).unwrap();
        let entries: Vec<serde_json::Value> = serde_json::from_slice(&entries).unwrap();
        let world = Shared::default();
        for entry in &entries {
            // The prefix depends on the home's path, which differs for the copy.
            let (_, rest) = entry["username"].as_str().unwrap().split_once('/').unwrap();
            let user = format!("{}/{rest}", prefix(copy.path()));
            let secret = entry["secret"].as_str().unwrap();
            world.lock().unwrap().add(&user, secret, 1);
        }
        let (key_locations, removals) = {
            let store = open_store(copy.path());
            let accounts = store.accounts().unwrap();
            let key_locations: Vec<_> = accounts
                .into_iter()
                .map(|account| (account.label, store.key_location(&account.id).unwrap()))
                .collect();
            (key_locations, store.pending_keyring_removals().unwrap())
        };
        assert!(!removals.is_empty());
        let service = Service::start(&world);
        let bursar = Bursar::start(Options {
            home: copy.path().to_owned(),
            shell: Arc::new(NoDesktop),
            clock: Arc::new(SystemClock),
            secret_store: Arc::new(home::keyring(copy.path(), copy.path())),
            env_api_key: None,
            settings: Settings::default(),
            pops_up: false,
        })
        .await
        .unwrap();
        let expected: Vec<_> = key_locations
            .into_iter()
            .map(|(label, location)| (label, location == Some(KeyLocation::Keyring)))
            .collect();
        assert!(expected.iter().any(|(_, keyring)| !keyring));
        let begun = Instant::now();
        loop {
            let accounts = bursar.accounts().await.unwrap();
            let found: Vec<_> = accounts
                .into_iter()
                .map(|account| (account.label, account.signed_in && !account.session_only))
                .collect();
            let is_removed = removals.iter().all(|name| {
                let items = &service.look().items;
                items.iter().all(|item| !item.user.ends_with(name))
            });
            if found == expected && is_removed {
                break;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{found:?} {:?}",
                service.look().items
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bursar.stop().await;
    }
}

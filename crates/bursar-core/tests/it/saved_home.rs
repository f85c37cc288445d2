//! Opens homes that earlier versions saved, with every kind of record (`tests/fixtures/home`). Each record must be
//! readable and must stay the same when it is written again. The keyring test runs inside a private session bus.

mod history;
mod keyring_entries;
mod records;

use bursar_core::settings_file::SettingsFile;
use bursar_domain::clock::Timestamp;
use bursar_domain::settings::{Settings, Theme};
use bursar_provider::networks;
use bursar_store::{History, OpenState, Store};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
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
                .map(|(index, name)| Ok((name.clone(), current_form(row.get(index)?))))
                .collect::<rusqlite::Result<Row>>()
        })
        .unwrap();
    rows.map(|row| row.unwrap()).collect()
}

/// A stored value as this version writes it: the sentence of an error is its detail now.
fn current_form(value: Value) -> Value {
    if let Value::Text(text) = &value
        && text.contains(r#""code":"#)
    {
        return Value::Text(text.replace(r#","message":"#, r#","detail":"#));
    }
    value
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

/// All rows of a table, sorted. A row's digest follows from the rest, and the store itself checks it.
fn content(home: &Path, file: &str, table: &str) -> Vec<String> {
    content_of(home, file, table, &column_names(home, file, table))
}

/// The same with these columns only.
fn content_of(home: &Path, file: &str, table: &str, columns: &[String]) -> Vec<String> {
    let all = rows(home, file, &format!("SELECT * FROM {table}"));
    let mut lines: Vec<String> = all
        .into_iter()
        .map(|mut row| {
            row.retain(|name, _| columns.contains(name));
            format!("{row:?}")
        })
        .collect();
    lines.sort();
    lines
}

/// The columns of a table, without the digest.
fn column_names(home: &Path, file: &str, table: &str) -> Vec<String> {
    let all = rows(home, file, &format!("SELECT * FROM {table}"));
    let names = all.iter().flat_map(|row| row.keys().cloned());
    names.filter(|name| name != "digest").collect()
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

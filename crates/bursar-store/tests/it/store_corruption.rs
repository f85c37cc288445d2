//! A database or a backup that the disk has damaged is detected when it is opened, and set aside. Nothing is lost
//! while one of the two is readable.

use crate::fixtures::{NOW, account as account_named, intent, notice, store};
use bursar_domain::account::Account;
use bursar_domain::error::Code;
use bursar_domain::network::Network;
use bursar_engine::top_up::{Phase, TopUp};
use bursar_engine::{Alerts, Write};
use bursar_store::{OpenState, Store, StoredNotice};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

#[test]
fn restores_backup_after_any_damage() {
    let damages: [fn(&Path); 6] = [
        |path| fs::write(path, b"").unwrap(),
        |path| fs::write(path, vec![0x5a; 40_000]).unwrap(),
        |path| {
            let whole = fs::read(path).unwrap();
            fs::write(path, &whole[..whole.len() / 2]).unwrap();
        },
        |path| {
            let mut whole = fs::read(path).unwrap();
            whole[..4096].fill(0);
            fs::write(path, whole).unwrap();
        },
        |path| {
            let mut whole = fs::read(path).unwrap();
            let middle = whole.len() / 2;
            whole[middle..].fill(0xff);
            fs::write(path, whole).unwrap();
        },
        |path| fs::remove_file(path).unwrap(),
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        let (home, account) = closed_store_with_an_intent();
        let path = home.path().join("bursar.db");
        damage(&path);
        let opened = Store::open(home.path(), NOW).unwrap();
        assert_eq!(opened.state, OpenState::Restored, "damage {number}");
        assert!(
            opened.store.top_up(&account.id, "a").unwrap().is_some(),
            "damage {number}"
        );
        assert_eq!(
            opened.store.accounts().unwrap(),
            vec![account],
            "damage {number}"
        );
        if number < 5 {
            assert!(
                home.path()
                    .join("bursar.db.damaged-2026-01-31T120000Z")
                    .exists(),
                "damage {number}"
            );
        }
        drop(opened);
        assert_eq!(
            Store::open(home.path(), NOW).unwrap().state,
            OpenState::Existing,
            "damage {number}"
        );
    }
}

/// Flips bits of the whole header, which has the schema's version, and of a sample of the rest of the page, which has
/// the schema.
#[test]
fn flipped_bit_in_first_page_loses_no_intent() {
    let (home, account) = closed_store_with_an_intent();
    let (whole, backup) = file_and_backup(home.path());
    let behind = (100..4096).step_by(13);
    for at in (0..100).chain(behind) {
        let home = home_with(&with_flipped_bit(&whole, at), &backup);
        let opened = match Store::open(home.path(), NOW) {
            Ok(opened) => opened,
            // The last byte of the version: the file may be a newer one, so nothing is touched.
            Err(error) if at == 63 && error.code == Code::StorageNewer => continue,
            Err(error) => panic!("{at}: {error:?}"),
        };
        let intent = opened.store.top_up(&account.id, "a").unwrap();
        assert!(intent.is_some(), "{at}: {:?}", opened.state);
    }
}

#[test]
fn detects_lost_commits_by_backup() {
    let home = TempDir::new().unwrap();
    let account = account_named("main");
    {
        let store = Store::open(home.path(), NOW).unwrap().store;
        store.put_account(&account).unwrap();
    }
    let before = fs::read(home.path().join("bursar.db")).unwrap();
    {
        let store = Store::open(home.path(), NOW).unwrap().store;
        store
            .commit(&account.id, &[Write::TopUp(intent("a", NOW))])
            .unwrap();
    }
    // As if the write-ahead log with the last commit had been deleted.
    fs::write(home.path().join("bursar.db"), before).unwrap();
    let opened = Store::open(home.path(), NOW).unwrap();
    assert_eq!(opened.state, OpenState::Restored);
    assert!(opened.store.top_up(&account.id, "a").unwrap().is_some());
}

/// Without the digests of the records, these values would be read as valid ones.
#[test]
fn detects_changed_record() {
    for (written, changed) in [("25.00USDC", "35.00USDC"), ("cardstarting", "cardrefunded")] {
        let (home, account) = closed_store_with_an_intent();
        let path = home.path().join("bursar.db");
        let intact = fs::read(&path).unwrap();
        fs::write(
            &path,
            replaced(&intact, written.as_bytes(), changed.as_bytes()),
        )
        .unwrap();
        let opened = Store::open(home.path(), NOW).unwrap();
        assert_eq!(opened.state, OpenState::Restored, "{changed}");
        let intent = opened.store.top_up(&account.id, "a").unwrap().unwrap();
        assert_eq!(intent.phase, Phase::Starting);
        assert_eq!(intent.amount.to_decimal(), "25.00");
    }
}

/// Whichever bit flips, the store reads what was written. Of empty bytes, only a sample is tried.
#[test]
fn flipped_bit_changes_no_record() {
    let (home, account) = closed_store_with_an_intent();
    let (whole, backup) = file_and_backup(home.path());
    let written = stored_records(&Store::open(home.path(), NOW).unwrap().store, &account);
    let mut restored = 0;
    let holding = (4096..whole.len()).filter(|at| whole[*at] != 0 || at % 509 == 0);
    for at in holding.step_by(11) {
        let home = home_with(&with_flipped_bit(&whole, at), &backup);
        let opened = Store::open(home.path(), NOW).unwrap();
        assert_eq!(
            stored_records(&opened.store, &account),
            written,
            "{at}: {:?}",
            opened.state
        );
        restored += u32::from(opened.state == OpenState::Restored);
    }
    assert!(restored > 100, "{restored}");
}

/// A damaged backup may claim a higher generation than the file. It is ignored.
#[test]
fn ignores_backup_with_flipped_bit() {
    let (home, account) = closed_store_with_an_intent();
    let (whole, backup) = file_and_backup(home.path());
    let holding = (0..backup.len()).filter(|at| backup[*at] != 0);
    for at in holding.step_by(23) {
        let home = home_with(&whole, &with_flipped_bit(&backup, at));
        let opened = Store::open(home.path(), NOW).unwrap();
        assert_eq!(opened.state, OpenState::Existing, "{at}");
        assert!(
            opened.store.top_up(&account.id, "a").unwrap().is_some(),
            "{at}"
        );
    }
}

#[test]
fn renews_damaged_backup() {
    let (home, account) = closed_store_with_an_intent();
    fs::write(home.path().join("bursar.db.bak"), b"garbage").unwrap();
    assert_eq!(
        Store::open(home.path(), NOW).unwrap().state,
        OpenState::Existing
    );
    fs::write(home.path().join("bursar.db"), b"garbage").unwrap();
    let opened = Store::open(home.path(), NOW).unwrap();
    assert_eq!(opened.state, OpenState::Restored);
    assert!(opened.store.top_up(&account.id, "a").unwrap().is_some());
}

#[test]
fn reports_loss_of_file_and_backup() {
    let (home, _) = closed_store_with_an_intent();
    fs::write(home.path().join("bursar.db"), b"garbage").unwrap();
    fs::write(home.path().join("bursar.db.bak"), vec![7; 9_000]).unwrap();
    let opened = Store::open(home.path(), NOW).unwrap();
    assert_eq!(opened.state, OpenState::LostBoth);
    assert!(opened.store.accounts().unwrap().is_empty());
    let kept = fs::read_dir(home.path())
        .unwrap()
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .contains("damaged")
        })
        .count();
    assert_eq!(kept, 2);
}

#[test]
fn refuses_newer_store_and_leaves_it_unchanged() {
    let (home, _) = closed_store_with_an_intent();
    let path = home.path().join("bursar.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.pragma_update(None, "user_version", 999).unwrap();
    drop(other);
    let error = Store::open(home.path(), NOW).unwrap_err();
    assert_eq!(error.code, Code::StorageNewer);
    assert_eq!(
        Store::open_read_only(home.path()).unwrap_err().code,
        Code::StorageNewer
    );
    assert!(path.exists());
}

/// A closed store with an intent, a notice and alerts.
fn closed_store_with_an_intent() -> (TempDir, Account) {
    let (home, store, account) = store();
    let writes = [
        Write::TopUp(intent("a", NOW)),
        Write::Notice(notice(&account.id, "a", NOW)),
        Write::Alerts(Alerts {
            low_balance_notified: true,
            ..Alerts::default()
        }),
    ];
    store.commit(&account.id, &writes).unwrap();
    (home, account)
}

fn file_and_backup(home: &Path) -> (Vec<u8>, Vec<u8>) {
    let read = |name| fs::read(home.join(name)).unwrap();
    (read("bursar.db"), read("bursar.db.bak"))
}

fn home_with(file: &[u8], backup: &[u8]) -> TempDir {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("bursar.db"), file).unwrap();
    fs::write(home.path().join("bursar.db.bak"), backup).unwrap();
    home
}

/// The file with one bit of this byte flipped.
fn with_flipped_bit(file: &[u8], at: usize) -> Vec<u8> {
    let mut file = file.to_vec();
    file[at] ^= 1 << (at % 8);
    file
}

/// Everything that can be read about the account.
#[derive(Debug, PartialEq)]
struct StoredRecords {
    accounts: Vec<Account>,
    networks: Vec<Network>,
    top_ups: Vec<TopUp>,
    found: Option<TopUp>,
    notices: Vec<StoredNotice>,
    unread: u32,
    alerts: Alerts,
}

fn stored_records(store: &Store, account: &Account) -> StoredRecords {
    StoredRecords {
        accounts: store.accounts().unwrap(),
        networks: store.networks().unwrap(),
        top_ups: store.top_ups(&account.id, NOW).unwrap(),
        found: store.top_up(&account.id, "a").unwrap(),
        notices: store.notices(None, 10).unwrap(),
        unread: store.unread_count().unwrap(),
        alerts: store.alerts(&account.id).unwrap(),
    }
}

/// The file with each occurrence of `written` replaced; there must be at least one.
fn replaced(file: &[u8], written: &[u8], changed: &[u8]) -> Vec<u8> {
    assert_eq!(written.len(), changed.len());
    let mut file = file.to_vec();
    let offsets: Vec<usize> = (0..file.len() - written.len())
        .filter(|at| file[*at..].starts_with(written))
        .collect();
    assert!(!offsets.is_empty());
    for offset in offsets {
        file[offset..offset + written.len()].copy_from_slice(changed);
    }
    file
}

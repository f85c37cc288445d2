//! A file, or its copy, that the disk has spoilt: found when it is opened, set aside, and nothing lost while either can be
//! read.

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
fn any_damage_to_the_file_is_answered_by_the_copy() {
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

/// The header, with the number of the schema, and a sample of the page behind it, with the schema's own text.
#[test]
fn no_flipped_bit_of_the_first_page_loses_the_intent() {
    let (home, account) = closed_store_with_an_intent();
    let (whole, copy) = file_and_copy(home.path());
    let behind = (100..4096).step_by(13);
    for at in (0..100).chain(behind) {
        let home = home_with(&flipped(&whole, at), &copy);
        let opened = match Store::open(home.path(), NOW) {
            Ok(opened) => opened,
            // The last byte of the schema's number: such a file may be a newer one, and nothing is touched.
            Err(error) if at == 63 && error.code == Code::StorageNewer => continue,
            Err(error) => panic!("{at}: {error:?}"),
        };
        let intent = opened.store.top_up(&account.id, "a").unwrap();
        assert!(intent.is_some(), "{at}: {:?}", opened.state);
    }
}

#[test]
fn a_log_that_lost_commits_is_noticed_by_the_copy() {
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
    // As if the write-ahead log with the last commit had been thrown away.
    fs::write(home.path().join("bursar.db"), before).unwrap();
    let opened = Store::open(home.path(), NOW).unwrap();
    assert_eq!(opened.state, OpenState::Restored);
    assert!(opened.store.top_up(&account.id, "a").unwrap().is_some());
}

/// A word and a figure that would be read without a doubt, were it not for the records' digests.
#[test]
fn a_record_that_is_not_what_was_written_is_damage() {
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

/// Whatever bit of the file flips: what is read is what was written. Of bytes that hold nothing a sample is taken.
#[test]
fn no_flipped_bit_changes_what_is_read() {
    let (home, account) = closed_store_with_an_intent();
    let (whole, copy) = file_and_copy(home.path());
    let written = held(&Store::open(home.path(), NOW).unwrap().store, &account);
    let mut restored = 0;
    let holding = (4096..whole.len()).filter(|at| whole[*at] != 0 || at % 509 == 0);
    for at in holding.step_by(11) {
        let home = home_with(&flipped(&whole, at), &copy);
        let opened = Store::open(home.path(), NOW).unwrap();
        assert_eq!(
            held(&opened.store, &account),
            written,
            "{at}: {:?}",
            opened.state
        );
        restored += u32::from(opened.state == OpenState::Restored);
    }
    assert!(restored > 100, "{restored}");
}

/// A copy with a flipped bit may claim to know more than the file: it is not believed.
#[test]
fn no_flipped_bit_of_the_copy_takes_the_files_place() {
    let (home, account) = closed_store_with_an_intent();
    let (whole, copy) = file_and_copy(home.path());
    let holding = (0..copy.len()).filter(|at| copy[*at] != 0);
    for at in holding.step_by(23) {
        let home = home_with(&whole, &flipped(&copy, at));
        let opened = Store::open(home.path(), NOW).unwrap();
        assert_eq!(opened.state, OpenState::Existing, "{at}");
        assert!(
            opened.store.top_up(&account.id, "a").unwrap().is_some(),
            "{at}"
        );
    }
}

#[test]
fn a_damaged_copy_is_made_again() {
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
fn with_both_gone_the_caller_is_told() {
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
fn a_newer_file_is_refused_and_left_as_it_is() {
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

/// An intent, a notice and what was warned of, committed; and the file closed.
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

fn file_and_copy(home: &Path) -> (Vec<u8>, Vec<u8>) {
    let read = |name| fs::read(home.join(name)).unwrap();
    (read("bursar.db"), read("bursar.db.bak"))
}

fn home_with(file: &[u8], copy: &[u8]) -> TempDir {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("bursar.db"), file).unwrap();
    fs::write(home.path().join("bursar.db.bak"), copy).unwrap();
    home
}

/// The file with one bit of this byte the other way round.
fn flipped(file: &[u8], at: usize) -> Vec<u8> {
    let mut file = file.to_vec();
    file[at] ^= 1 << (at % 8);
    file
}

/// All that can be read of the one account.
#[derive(Debug, PartialEq)]
struct Held {
    accounts: Vec<Account>,
    networks: Vec<Network>,
    top_ups: Vec<TopUp>,
    found: Option<TopUp>,
    notices: Vec<StoredNotice>,
    unread: u32,
    alerts: Alerts,
}

fn held(store: &Store, account: &Account) -> Held {
    Held {
        accounts: store.accounts().unwrap(),
        networks: store.networks().unwrap(),
        top_ups: store.top_ups(&account.id, NOW).unwrap(),
        found: store.top_up(&account.id, "a").unwrap(),
        notices: store.notices(None, 10).unwrap(),
        unread: store.unread_count().unwrap(),
        alerts: store.alerts(&account.id).unwrap(),
    }
}

/// The file with every place of `written` changed; there must be one.
fn replaced(file: &[u8], written: &[u8], changed: &[u8]) -> Vec<u8> {
    assert_eq!(written.len(), changed.len());
    let mut file = file.to_vec();
    let places: Vec<usize> = (0..file.len() - written.len())
        .filter(|at| file[*at..].starts_with(written))
        .collect();
    assert!(!places.is_empty());
    for at in places {
        file[at..at + written.len()].copy_from_slice(changed);
    }
    file
}

//! `bursar.db` on a real disk: atomic commits, each notice once, and a backup that follows.

use crate::fixtures::{NOW, account, intent, network, notice, store};
use bursar_domain::account::{Account, AccountId};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Detail, Error};
use bursar_domain::key_expiry::{ExpiryDate, KeyExpiry};
use bursar_domain::notice::{Notice, NoticeKind};
use bursar_engine::top_up::{ConfirmedBy, Phase, TopUp, Verified};
use bursar_engine::{Alerts, DebtWatch, WithoutMoney, Write};
use bursar_store::{OpenState, Store};
use std::fs;
use tempfile::TempDir;

#[test]
fn creates_new_store_and_reopens_it() {
    let home = TempDir::new().unwrap();
    let account = account("main");
    let opened = Store::open(home.path(), NOW).unwrap();
    assert_eq!(opened.state, OpenState::New);
    opened.store.put_account(&account).unwrap();
    let network = network("two");
    opened.store.put_network(&network).unwrap();
    let top_up = full_top_up("a");
    opened
        .store
        .commit(&account.id, &[Write::TopUp(top_up.clone())])
        .unwrap();
    drop(opened);

    let opened = Store::open(home.path(), NOW).unwrap();
    assert_eq!(opened.state, OpenState::Existing);
    assert_eq!(opened.store.accounts().unwrap(), vec![account.clone()]);
    assert_eq!(opened.store.networks().unwrap(), vec![network]);
    assert_eq!(opened.store.top_up(&account.id, "a").unwrap(), Some(top_up));
}

#[test]
fn refuses_duplicate_label() {
    let (_home, store, first) = store();
    let second = account("main");
    assert_eq!(
        store.put_account(&second).unwrap_err().code,
        Code::AlreadyExists
    );
    let renamed = Account {
        label: "other".into(),
        ..first
    };
    store.put_account(&renamed).unwrap();
    store.put_account(&second).unwrap();
    assert_eq!(store.accounts().unwrap(), vec![renamed, second]);
}

#[test]
fn commits_atomically() {
    let (_home, store, account) = store();
    let gone = AccountId::random();
    let writes = [
        Write::TopUp(intent("a", NOW)),
        Write::Notice(notice(&gone, "a", NOW)),
    ];
    assert_eq!(
        store.commit(&gone, &writes).unwrap_err().code,
        Code::NotFound
    );
    assert_eq!(store.top_up(&gone, "a").unwrap(), None);
    assert!(store.notices(None, 10).unwrap().is_empty());

    store.commit(&account.id, &writes).unwrap();
    assert!(store.top_up(&account.id, "a").unwrap().is_some());
    assert_eq!(store.notices(None, 10).unwrap().len(), 1);
}

#[test]
fn rolls_back_failed_commit() {
    let (home, store, account) = store();
    // A trigger that only this test creates makes the second write of the commit fail.
    let other = rusqlite::Connection::open(home.path().join("bursar.db")).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER refuse BEFORE INSERT ON notice BEGIN SELECT raise(ABORT, 'no'); END",
        )
        .unwrap();
    let writes = [
        Write::TopUp(intent("a", NOW)),
        Write::Notice(notice(&account.id, "a", NOW)),
    ];
    assert!(store.commit(&account.id, &writes).is_err());
    assert_eq!(store.top_up(&account.id, "a").unwrap(), None);
}

#[test]
fn stores_notice_once_per_kind_and_subject() {
    let (_home, store, account) = store();
    for at in [NOW, NOW.plus(Span::hours(1))] {
        store
            .commit(&account.id, &[Write::Notice(notice(&account.id, "a", at))])
            .unwrap();
    }
    let other = Notice {
        kind: NoticeKind::Reversed,
        ..notice(&account.id, "a", NOW)
    };
    store
        .commit(&account.id, &[Write::Notice(other.clone())])
        .unwrap();
    let inbox = store.notices(None, 10).unwrap();
    assert_eq!(inbox.len(), 2);
    assert_eq!(inbox[0].notice, other);
    assert_eq!(inbox[1].notice.at, NOW);
    assert_eq!(store.unread_count().unwrap(), 2);
    assert_eq!(
        store.notices(Some(inbox[0].id), 10).unwrap(),
        vec![inbox[1].clone()]
    );
    store.mark_read_up_to(inbox[1].id).unwrap();
    assert_eq!(store.unread_count().unwrap(), 1);
}

/// Completed, reversed, completed again: each change has a notice, the newest notice shows the current state, and a
/// commit that is repeated after a crash adds none.
#[test]
fn stores_one_notice_per_change_of_payment() {
    let (home, mut store, account) = store();
    let turns = [
        NoticeKind::Completed,
        NoticeKind::Reversed,
        NoticeKind::Completed,
        NoticeKind::Reversed,
        NoticeKind::Completed,
        NoticeKind::Refunded,
        NoticeKind::Completed,
    ];
    for (turn, kind) in turns.into_iter().enumerate() {
        let at = NOW.plus(Span::seconds(i64::try_from(turn).unwrap()));
        let turn_notice = Notice {
            kind,
            ..notice(&account.id, "a", at)
        };
        // Notices of another payment do not interfere.
        let other = notice(&account.id, "b", at);
        for _ in 0..2 {
            let writes = [
                Write::Notice(turn_notice.clone()),
                Write::Notice(other.clone()),
            ];
            store.commit(&account.id, &writes).unwrap();
            drop(store);
            store = Store::open(home.path(), NOW).unwrap().store;
        }
        let inbox = store.notices(None, 20).unwrap();
        let of_it: Vec<_> = inbox
            .iter()
            .filter(|stored| stored.notice.subject == "a")
            .map(|stored| stored.notice.kind)
            .collect();
        assert_eq!(of_it.len(), turn + 1);
        assert_eq!(of_it[0], kind);
        let popped = store.take_unshown(at).unwrap();
        assert_eq!(popped.iter().filter(|one| one.subject == "a").count(), 1);
        assert_eq!(store.take_unshown(at).unwrap(), []);
    }
    let all = store.notices(None, 20).unwrap();
    assert_eq!(all.len(), turns.len() + 1);
}

#[test]
fn pops_up_once_and_only_recent_notices() {
    let (home, store, account) = store();
    let fresh = notice(&account.id, "fresh", NOW);
    let silent = Notice {
        silent: true,
        ..notice(&account.id, "silent", NOW)
    };
    let old = notice(&account.id, "old", NOW.minus(Span::hours(25)));
    for each in [&fresh, &silent, &old] {
        store
            .commit(&account.id, &[Write::Notice(each.clone())])
            .unwrap();
    }
    assert_eq!(store.take_unshown(NOW).unwrap(), vec![fresh]);
    // The caller may have crashed before it showed them; they stay marked.
    drop(store);
    let store = Store::open(home.path(), NOW).unwrap().store;
    assert_eq!(store.take_unshown(NOW).unwrap(), vec![]);
    assert!(
        store
            .notices(None, 10)
            .unwrap()
            .iter()
            .all(|notice| notice.shown)
    );
}

#[test]
fn lists_live_and_recent_top_ups() {
    let (_home, store, account) = store();
    let old = NOW.minus(Span::days(30));
    let with = |id: &str, phase, ended_at| TopUp {
        phase,
        ended_at,
        ..intent(id, old)
    };
    let all = [
        with("review", Phase::UnderReview, None),
        with("open", Phase::Open, None),
        with("late", Phase::Expired, Some(NOW.minus(Span::hours(1)))),
        with("over", Phase::Cancelled, Some(old)),
        intent("new", NOW),
    ];
    for top_up in &all {
        store
            .commit(&account.id, &[Write::TopUp(top_up.clone())])
            .unwrap();
    }
    let listed = store
        .top_ups(&account.id, NOW.minus(Span::hours(24)))
        .unwrap();
    let ids: Vec<&str> = listed.iter().map(|top_up| top_up.id.as_str()).collect();
    assert_eq!(ids, ["late", "open", "review", "new"]);
}

#[test]
fn stores_alerts() {
    let (_home, store, account) = store();
    assert_eq!(store.alerts(&account.id).unwrap(), Alerts::default());
    // Such times are kept in whole seconds.
    let second = Timestamp(NOW.0 - NOW.0 % 1_000);
    let alerts = Alerts {
        low_balance_notified: true,
        low_balance_count: 3,
        signed_out_notified: true,
        rejection_count: 2,
        debt: DebtWatch {
            count: 2,
            without_money: Some(WithoutMoney {
                last_above_zero: Some(second),
                first_without: second.plus(Span::minutes(3)),
                used_up_notified: true,
                announced: 1,
                passed: 0,
            }),
        },
        api_leads: true,
    };
    store
        .commit(&account.id, &[Write::Alerts(alerts.clone())])
        .unwrap();
    assert_eq!(store.alerts(&account.id).unwrap(), alerts);
}

#[test]
fn keeps_when_a_key_expires() {
    let (_home, store, account) = store();
    let date = ExpiryDate::parse("2026-12-31").unwrap();
    let entered_at = NOW;
    for key_expiry in [Some(KeyExpiry { date, entered_at }), None] {
        let changed = Account {
            key_expiry,
            ..account.clone()
        };
        store.put_account(&changed).unwrap();
        assert_eq!(store.accounts().unwrap(), [changed]);
    }
}

#[test]
fn removing_account_removes_its_records() {
    let (_home, store, account) = store();
    let writes = [
        Write::TopUp(intent("a", NOW)),
        Write::Notice(notice(&account.id, "a", NOW)),
    ];
    store.commit(&account.id, &writes).unwrap();
    store.remove_account(&account.id).unwrap();
    assert!(store.accounts().unwrap().is_empty());
    assert!(store.notices(None, 10).unwrap().is_empty());
    assert_eq!(store.top_up(&account.id, "a").unwrap(), None);
}

#[test]
fn read_only_store_sees_commits_and_cannot_write() {
    let home = TempDir::new().unwrap();
    assert!(Store::open_read_only(home.path()).unwrap().is_none());
    let store = Store::open(home.path(), NOW).unwrap().store;
    let reader = Store::open_read_only(home.path()).unwrap().unwrap();
    let account = account("main");
    store.put_account(&account).unwrap();
    assert_eq!(reader.accounts().unwrap(), vec![account.clone()]);
    assert!(reader.put_account(&account).is_err());
}

#[test]
fn backs_up_after_intent_and_end_only() {
    let (home, store, account) = store();
    let copied = || {
        fs::metadata(home.path().join("bursar.db.bak"))
            .unwrap()
            .modified()
            .unwrap()
    };
    let intent = intent("a", NOW);
    store
        .commit(&account.id, &[Write::TopUp(intent.clone())])
        .unwrap();
    let first = copied();
    let open = TopUp {
        phase: Phase::Open,
        ..intent
    };
    store
        .commit(&account.id, &[Write::TopUp(open.clone())])
        .unwrap();
    store
        .commit(&account.id, &[Write::Notice(notice(&account.id, "a", NOW))])
        .unwrap();
    assert_eq!(copied(), first);
    let ended = TopUp {
        phase: Phase::Cancelled,
        ended_at: Some(NOW),
        ..open
    };
    store.commit(&account.id, &[Write::TopUp(ended)]).unwrap();
    assert!(copied() > first);
}

#[test]
fn reports_unwritable_folder() {
    let home = TempDir::new().unwrap();
    let file = home.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = Store::open(&file.join("home"), NOW).unwrap_err();
    assert_eq!(error.code, Code::StorageFailed);
}

fn full_top_up(id: &str) -> TopUp {
    TopUp {
        payment_id: Some("remote".into()),
        phase: Phase::Completed,
        provider_created_at: Some(NOW.plus(Span::millis(7))),
        provider_updated_at: Some(NOW.plus(Span::millis(8))),
        expires_at: Some(NOW.plus(Span::minutes(15))),
        checkout: Some("https://pay.example.com/x".into()),
        payment_provider: Some("nowpayments".into()),
        cancel_requested: true,
        ended_at: Some(NOW.plus(Span::millis(9))),
        completed_by: Some(ConfirmedBy::Both),
        verified: Some(Verified {
            transaction: [7; 32].into(),
            block: 812,
            by_id: true,
        }),
        absent_since: Some(NOW),
        error: Some(Error::passing(Code::Timeout, Detail::any())),
        ..intent(id, NOW)
    }
}

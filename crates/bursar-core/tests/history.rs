//! `history.db` on a real disk: lines, pages, search, and events that verify payments.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod remote;

use bursar_core::account::AccountId;
use bursar_core::cache::{History, Portion, SyncState};
use bursar_core::chain::{EventBatch, EventKind, Reading, UserEvent};
use bursar_core::clock::{Span, Timestamp};
use bursar_core::error::Code;
use bursar_core::money::{Amount, Currency};
use bursar_core::provider::{ApiBalance, DayCharge, NewPayment, RemotePayment, Status};
use bursar_core::top_up::{Phase, TopUp, Word};
use bursar_core::view::{Match, PaymentKind, PaymentQuery, PaymentStatus, PaymentView};
use std::collections::BTreeSet;
use std::fs;
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_769_860_800_123);

#[test]
fn payments_are_written_once_and_told_when_changed() {
    let (_home, history, account) = history();
    let first = payment("p1", "25.00", NOW);
    assert_eq!(
        history
            .put_payments(&account, std::slice::from_ref(&first))
            .unwrap(),
        1
    );
    assert_eq!(
        history
            .put_payments(&account, std::slice::from_ref(&first))
            .unwrap(),
        0
    );
    let changed = RemotePayment {
        status: Status::Expired,
        fee: Some(usdc("0.25")),
        source: Some("copperx".into()),
        ..first
    };
    assert_eq!(history.put_payments(&account, &[changed]).unwrap(), 1);
    let line = history.payment(&account, "p1").unwrap().unwrap();
    assert_eq!(line.status, PaymentStatus::Expired);
    assert_eq!(line.fee, Some(usdc("0.25")));
    assert_eq!(line.source.as_deref(), Some("copperx"));
    assert_eq!(total(&history, &statuses(&[PaymentStatus::Expired])), 1);
    assert_eq!(total(&history, &statuses(&[PaymentStatus::Completed])), 0);
}

#[test]
fn pages_and_how_far_they_reach_are_written_together_or_not_at_all() {
    let (_home, history, account) = history();
    let first = Portion {
        payments: vec![payment("p1", "25.00", NOW)],
        state: SyncState {
            next: Some("2".into()),
            synced_at: Some(NOW),
            full_at: None,
        },
        ..Portion::default()
    };
    assert_eq!(history.put_portion(&account, &first).unwrap(), 1);
    assert_eq!(history.sync_state(&account).unwrap(), first.state);
    assert!(history.payment(&account, "p1").unwrap().is_some());

    let second = Portion {
        payments: vec![payment("p2", "25.00", NOW), payment("", "25.00", NOW)],
        state: SyncState::default(),
        ..Portion::default()
    };
    assert!(history.put_portion(&account, &second).is_err());
    assert_eq!(history.sync_state(&account).unwrap(), first.state);
    assert!(history.payment(&account, "p2").unwrap().is_none());
}

#[test]
fn ids_that_are_not_the_providers_to_give_are_refused() {
    let (_home, history, account) = history();
    for id in ["", "local:x", "chain:0x00:1", &"x".repeat(300)] {
        let batch = [payment("good", "1.00", NOW), payment(id, "1.00", NOW)];
        let error = history.put_payments(&account, &batch).unwrap_err();
        assert_eq!(error.code, Code::AnswerMalformed);
    }
    assert_eq!(total(&history, &PaymentQuery::default()), 0);
}

#[test]
fn a_top_up_is_one_line_from_its_intent_to_the_providers_row() {
    let (_home, history, account) = history();
    let intent = TopUp::intent(&NewPayment::top_up(usdc("25.00"), "a"), false, None, NOW);
    history.put_top_up(&account, &intent).unwrap();
    let line = only_line(&history);
    assert_eq!(
        (line.id.as_str(), line.status),
        ("local:a", PaymentStatus::Starting)
    );
    assert_eq!(line.top_up.as_deref(), Some("a"));

    let bound = TopUp {
        remote: Some("p1".into()),
        phase: Phase::Open,
        ..intent
    };
    history.put_top_up(&account, &bound).unwrap();
    assert_eq!(only_line(&history).id, "p1");

    let told = RemotePayment {
        status: Status::Open,
        ..payment("p1", "25.00", NOW.plus(Span::seconds(1)))
    };
    history
        .put_payments(&account, std::slice::from_ref(&told))
        .unwrap();
    let line = only_line(&history);
    assert_eq!(
        (line.created_at, line.top_up.as_deref()),
        (told.created_at, Some("a"))
    );

    let by_chain = TopUp {
        phase: Phase::Completed,
        completed_by: Some(Word::Chain),
        ended_at: Some(NOW),
        ..bound.clone()
    };
    history.put_top_up(&account, &by_chain).unwrap();
    assert_eq!(only_line(&history).status, PaymentStatus::Completed);
    assert_eq!(
        history.oldest_unsettled(&account).unwrap(),
        Some(told.created_at)
    );
    history.put_payments(&account, &[told]).unwrap();
    assert_eq!(only_line(&history).status, PaymentStatus::Completed);

    let reversed = TopUp {
        phase: Phase::Confirming,
        ..bound
    };
    history.put_top_up(&account, &reversed).unwrap();
    assert_eq!(only_line(&history).status, PaymentStatus::Confirming);
    history
        .put_payments(&account, &[payment("p1", "25.00", NOW)])
        .unwrap();
    assert_eq!(only_line(&history).status, PaymentStatus::Completed);
    assert_eq!(history.oldest_unsettled(&account).unwrap(), None);
}

#[test]
fn a_top_up_that_never_became_one_is_a_line_too() {
    let (_home, history, account) = history();
    let intent = TopUp::intent(&NewPayment::top_up(usdc("25.00"), "a"), false, None, NOW);
    history
        .put_top_up(
            &account,
            &TopUp {
                phase: Phase::NotStarted,
                ..intent
            },
        )
        .unwrap();
    let line = only_line(&history);
    assert_eq!(
        (line.status, line.top_up),
        (PaymentStatus::NotStarted, None)
    );
}

#[test]
fn pages_neither_skip_nor_repeat_while_lines_come_in() {
    let (_home, history, account) = history();
    let many: Vec<RemotePayment> = (0..10_000)
        .map(|n| payment(&format!("p{n}"), "25.00", NOW.minus(Span::seconds(n / 3))))
        .collect();
    for part in many.chunks(1_000) {
        history.put_payments(&account, part).unwrap();
    }
    for query in [
        PaymentQuery::default(),
        of(&account),
        statuses(&[PaymentStatus::Completed, PaymentStatus::Open]),
        search("25"),
    ] {
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = history.payments(&query, after.as_deref(), 333).unwrap();
            assert_eq!(page.total, history.count(&query).unwrap());
            seen.extend(
                page.payments
                    .into_iter()
                    .map(|line| (line.created_at, line.id)),
            );
            let newer = payment(
                &format!("new{}{}", seen.len(), query.search.is_some()),
                "25.00",
                NOW.plus(Span::days(1)),
            );
            history.put_payments(&account, &[newer]).unwrap();
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        let old: Vec<&(Timestamp, String)> = seen.iter().filter(|(at, _)| *at <= NOW).collect();
        assert_eq!(old.len(), 10_000);
        assert_eq!(
            old.iter().map(|(_, id)| id).collect::<BTreeSet<_>>().len(),
            10_000
        );
        assert!(seen.windows(2).all(|pair| pair[0].0 >= pair[1].0));
    }
}

#[test]
fn lines_are_filtered_by_account_status_and_date() {
    let (_home, history, one) = history();
    let two = AccountId::random();
    let day = |n| NOW.minus(Span::days(n));
    history
        .put_payments(
            &one,
            &[payment("a", "1.00", day(0)), payment("b", "1.00", day(1))],
        )
        .unwrap();
    let failed = RemotePayment {
        status: Status::Failed,
        ..payment("c", "1.00", day(1))
    };
    history
        .put_payments(&two, &[failed, payment("d", "1.00", day(2))])
        .unwrap();
    assert_eq!(
        ids(&history, &PaymentQuery::default()),
        ["a", "c", "b", "d"]
    );
    assert_eq!(ids(&history, &of(&two)), ["c", "d"]);
    assert_eq!(ids(&history, &of(&AccountId::random())), [""; 0]);
    assert_eq!(ids(&history, &statuses(&[PaymentStatus::Failed])), ["c"]);
    let dated = |from: Option<&str>, to: Option<&str>| PaymentQuery {
        from: from.map(Into::into),
        to: to.map(Into::into),
        ..PaymentQuery::default()
    };
    assert_eq!(
        ids(&history, &dated(Some("2026-01-30"), Some("2026-01-30"))),
        ["c", "b"]
    );
    assert_eq!(ids(&history, &dated(None, Some("2026-01-29"))), ["d"]);
    assert_eq!(ids(&history, &dated(Some("2026-01-31"), None)), ["a"]);
    let malformed = history
        .payments(&dated(Some("31.1.2026"), None), None, 10)
        .unwrap_err();
    assert_eq!(malformed.code, Code::Usage);
    assert_eq!(
        history
            .payments(&PaymentQuery::default(), Some("x"), 10)
            .unwrap_err()
            .code,
        Code::Usage
    );
}

#[test]
fn a_search_finds_ids_sources_amounts_and_transactions() {
    let (_home, history, account) = history();
    let with = |id: &str, amount: &str, source: &str, tx: u8, n: i64| RemotePayment {
        source: Some(source.into()),
        transaction: Some([tx; 32].into()),
        ..payment(id, amount, NOW.minus(Span::hours(n)))
    };
    history
        .put_payments(
            &account,
            &[
                with(
                    "9f0c1d2e-aaaa-4bbb-8ccc-123456789012",
                    "25.00",
                    "copperx",
                    0xab,
                    1,
                ),
                with("TOPUP-77_x%y", "25.50", "Stripe", 0xcd, 2),
                with("77001", "125.57", "copperx", 0xef, 3),
                with("zzz", "7", "bank", 0x01, 4),
            ],
        )
        .unwrap();
    let found = |text: &str| {
        ids(&history, &search(text))
            .iter()
            .map(|id| id[..3].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("25"), ["9f0", "TOP"]);
    assert_eq!(found("25.5"), ["TOP"]);
    assert_eq!(found("25.50"), ["TOP"]);
    assert_eq!(found("25.500000"), ["TOP"]);
    assert_eq!(found("125.57"), ["770"]);
    assert_eq!(found("7"), ["zzz"]);
    assert_eq!(found("770"), ["770"]);
    assert_eq!(found("77001"), ["770"]);
    assert_eq!(found("aaa-4b"), ["9f0"]);
    assert_eq!(found("9F0C1D2E-AAAA-4bbb-8ccc-123456789012"), ["9f0"]);
    assert_eq!(found("topup"), ["TOP"]);
    assert_eq!(found("_x%y"), ["TOP"]);
    assert_eq!(found("x_y"), [""; 0]);
    assert_eq!(found("%%%"), [""; 0]);
    assert_eq!(found("\"; DROP"), [""; 0]);
    assert_eq!(found("copper"), ["9f0", "770"]);
    assert_eq!(found("stripe"), ["TOP"]);
    assert_eq!(found("0xabab"), ["9f0"]);
    assert_eq!(found("efefefe"), ["770"]);
    assert_eq!(found(&format!("0x{}", "cd".repeat(32))), ["TOP"]);
    assert_eq!(found("  zzz "), ["zzz"]);
    assert_eq!(found("\0zzz"), [""; 0]);
    assert_eq!(found(""), ["9f0", "TOP", "770", "zzz"]);
    let narrow = PaymentQuery {
        statuses: vec![PaymentStatus::Open],
        ..search("copper")
    };
    assert_eq!(total(&history, &narrow), 0);
}

#[test]
fn short_digits_are_the_beginning_of_an_id_or_a_number_and_each_line_counts_once() {
    let (_home, history, account) = history();
    let numbered = |id: &str, number: Option<&str>, n: i64| {
        let mut payment = payment(id, "9.00", NOW.minus(Span::hours(n)));
        payment.papers.number = number.map(str::to_owned);
        payment
    };
    history
        .put_payments(
            &account,
            &[
                numbered("7701-a", Some("7702"), 1),
                numbered("b-770", Some("7703"), 2),
                numbered("7704-c", None, 3),
                numbered("d-770", Some("A-770"), 4),
                numbered("771", Some("769"), 5),
            ],
        )
        .unwrap();
    assert_eq!(ids(&history, &search("770")), ["7701-a", "b-770", "7704-c"]);
    assert_eq!(total(&history, &search("770")), 3);
}

#[test]
fn an_event_with_the_id_verifies_and_one_without_shows_itself() {
    let (_home, history, account) = history();
    history
        .put_payments(&account, &[payment("p1", "25.00", NOW)])
        .unwrap();
    let credit = event("p1", "25.000000", 100, NOW.plus(Span::minutes(1)));
    let free = event("welcome", "256.000000", 90, NOW.minus(Span::days(3)));
    let refund = UserEvent {
        kind: EventKind::Refund,
        ..event("", "3", 95, NOW.minus(Span::days(2)))
    };
    let released = UserEvent {
        kind: EventKind::Released,
        ..event("", "4", 96, NOW.minus(Span::days(1)))
    };
    history
        .put_events(
            &account,
            &batch(&[credit.clone(), free, refund, released], 80, 110),
        )
        .unwrap();
    let matched = history.verified(&account, "p1").unwrap().unwrap();
    assert!(matched.verified.by_id);
    assert_eq!(matched.event, credit);
    let shown = lines(&history, &PaymentQuery::default());
    let told: Vec<_> = shown
        .iter()
        .map(|line| {
            (
                line.kind,
                line.source.as_deref(),
                line.verified,
                line.matched,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (PaymentKind::TopUp, None, true, Some(Match::ById)),
            (PaymentKind::Credit, Some("review"), true, None),
            (PaymentKind::Refund, Some("chain"), true, None),
            (PaymentKind::Credit, Some("chain"), true, None),
        ]
    );
    assert_eq!(shown[0].transaction, Some(credit.transaction.to_string()));
    assert_eq!(
        shown[3].id,
        format!("chain:{}:1", event("", "1", 90, NOW).transaction)
    );
    // The same events again change nothing.
    history
        .put_events(&account, &batch(&[credit], 80, 110))
        .unwrap();
    assert_eq!(lines(&history, &PaymentQuery::default()), shown);
}

#[test]
fn a_match_by_amount_gives_way_to_one_by_id_and_to_doubt() {
    let (_home, history, account) = history();
    let put = |id: &str, minutes| {
        history
            .put_payments(
                &account,
                &[payment(id, "25.00", NOW.plus(Span::minutes(minutes)))],
            )
            .unwrap();
    };
    put("p1", 0);
    let credit = event("other", "25.000000", 100, NOW.plus(Span::minutes(5)));
    history
        .put_events(&account, &batch(std::slice::from_ref(&credit), 80, 110))
        .unwrap();
    assert_eq!(verdict(&history, &account, "p1"), Some(Match::ByAmount));
    assert_eq!(total(&history, &PaymentQuery::default()), 1);
    // A second candidate leaves a choice, and no choice is made.
    put("p2", 10);
    assert_eq!(verdict(&history, &account, "p1"), None);
    assert_eq!(history.verified(&account, "p1").unwrap(), None);
    // The event of the second one by id makes the first one the only one left.
    let certain = event("p2", "25.000000", 101, NOW.plus(Span::minutes(12)));
    history
        .put_events(&account, &batch(&[certain], 111, 120))
        .unwrap();
    assert_eq!(verdict(&history, &account, "p1"), Some(Match::ByAmount));
    assert_eq!(verdict(&history, &account, "p2"), Some(Match::ById));
    // A payment whose id the first event carries takes it.
    put("other", 20);
    assert_eq!(verdict(&history, &account, "p1"), None);
    assert_eq!(verdict(&history, &account, "other"), Some(Match::ById));
    assert_eq!(
        history.verified(&account, "other").unwrap().unwrap().event,
        credit
    );
}

#[test]
fn a_credit_shown_alone_goes_when_its_payment_comes() {
    let (_home, history, account) = history();
    history
        .put_events(
            &account,
            &batch(&[event("x", "25.000000", 100, NOW)], 80, 110),
        )
        .unwrap();
    assert_eq!(only_line(&history).kind, PaymentKind::Credit);
    history
        .put_payments(&account, &[payment("p1", "25.00", NOW)])
        .unwrap();
    let line = only_line(&history);
    assert_eq!((line.id.as_str(), line.verified), ("p1", true));
}

#[test]
fn a_reorganisation_takes_back_what_it_removed() {
    let (_home, history, account) = history();
    history
        .put_payments(
            &account,
            &[payment("p1", "25.00", NOW), payment("p2", "30.00", NOW)],
        )
        .unwrap();
    let kept = event("p2", "30.000000", 99, NOW);
    let gone = event("p1", "25.000000", 105, NOW);
    let alone = event("x", "9.000000", 106, NOW);
    history
        .put_events(&account, &batch(&[kept], 80, 100))
        .unwrap();
    history
        .put_events(&account, &batch(&[gone, alone], 101, 110))
        .unwrap();
    assert_eq!(total(&history, &PaymentQuery::default()), 3);
    assert_eq!(history.forget_blocks_from(&account, 101).unwrap(), ["p1"]);
    assert_eq!(total(&history, &PaymentQuery::default()), 2);
    assert_eq!(verdict(&history, &account, "p1"), None);
    assert_eq!(verdict(&history, &account, "p2"), Some(Match::ById));
    let cursor = history.event_cursor(&account).unwrap().unwrap();
    assert_eq!(
        (cursor.from, cursor.to, cursor.to_hash),
        (80, 100, block_hash(100))
    );
    // Mined again, elsewhere.
    let again = UserEvent {
        block: 108,
        block_hash: block_hash(108),
        ..event("p1", "25.000000", 105, NOW)
    };
    history
        .put_events(&account, &batch(&[again], 101, 111))
        .unwrap();
    assert_eq!(
        history
            .payment(&account, "p1")
            .unwrap()
            .unwrap()
            .block
            .as_deref(),
        Some("108")
    );
}

#[test]
fn checkpoints_stay_at_every_distance() {
    let (_home, history, account) = history();
    for block in 1..=500 {
        history
            .put_events(&account, &batch(&[], block, block))
            .unwrap();
        let cursor = history.event_cursor(&account).unwrap().unwrap();
        assert_eq!((cursor.from, cursor.to), (1, block));
        assert!(cursor.checkpoints.len() < 24);
        assert_eq!(cursor.checkpoints[0], (block, block_hash(block)));
        for distance in [1, 2, 4, 8, 16, 32, 64, 128] {
            let near = distance..distance * 2;
            let found = cursor
                .checkpoints
                .iter()
                .any(|(at, _)| near.contains(&(block - at)));
            assert!(
                found || block <= distance,
                "{block} has none {distance} blocks back"
            );
        }
    }
    // Older events widen the range at its other end; a gap above starts a new one.
    history.put_events(&account, &batch(&[], 600, 700)).unwrap();
    let cursor = history.event_cursor(&account).unwrap().unwrap();
    assert_eq!((cursor.from, cursor.to), (600, 700));
    history.put_events(&account, &batch(&[], 501, 599)).unwrap();
    let cursor = history.event_cursor(&account).unwrap().unwrap();
    assert_eq!(
        (cursor.from, cursor.to, cursor.to_hash),
        (501, 700, block_hash(700))
    );
}

#[test]
fn readings_keep_their_time() {
    let (_home, history, account) = history();
    assert_eq!(history.api_balance(&account).unwrap(), None);
    let balance = ApiBalance {
        balance: usdc("12.340000"),
        daily_usage: None,
        days_left: Some(3),
    };
    history.put_api_balance(&account, &balance, NOW).unwrap();
    assert_eq!(history.api_balance(&account).unwrap(), Some((balance, NOW)));
    let reading = Reading {
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
        .put_charges(&account, ("2026-01-01", "2026-02-28"), &first, NOW)
        .unwrap();
    // What was booked on the 3rd has been taken back; February was not asked for.
    let corrected = [day("2026-01-02", "1.6")];
    history
        .put_charges(&account, january, &corrected, NOW)
        .unwrap();
    assert_eq!(
        all("2026-01-01").0,
        [day("2026-01-02", "1.6"), day("2026-02-01", "2")]
    );
    history.put_charges(&account, january, &[], NOW).unwrap();
    assert_eq!(all("2026-01-01"), (vec![day("2026-02-01", "2")], NOW));
}

#[test]
fn removing_an_account_leaves_the_others() {
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
        lines(&history, &PaymentQuery::default())
            .iter()
            .all(|line| line.account == two)
    );
}

#[test]
fn a_damaged_history_is_set_aside_and_empty() {
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
fn damage_found_while_running_is_answered_at_the_next_start() {
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
            .each_payment(&PaymentQuery::default(), |_| true)
            .unwrap_err();
        assert_eq!(error.code, Code::StorageFailed);
    }
    let (history, _) = History::open(home.path(), NOW).unwrap();
    assert_eq!(total(&history, &PaymentQuery::default()), 0);
}

#[test]
fn a_newer_history_is_refused() {
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
        History::open_for_reading(home.path()).unwrap_err().code,
        Code::StorageNewer
    );
}

fn history() -> (TempDir, History, AccountId) {
    let home = TempDir::new().unwrap();
    let (history, rebuilt) = History::open(home.path(), NOW).unwrap();
    assert!(!rebuilt);
    (home, history, AccountId::random())
}

fn payment(id: &str, amount: &str, at: Timestamp) -> RemotePayment {
    remote::top_up(id, Status::Completed, usdc(amount), at)
}

fn event(top_up_id: &str, amount: &str, block: u64, at: Timestamp) -> UserEvent {
    UserEvent {
        kind: EventKind::Credit {
            top_up_id: top_up_id.into(),
        },
        amount: usdc(amount),
        transaction: [u8::try_from(block).unwrap(); 32].into(),
        log_index: 1,
        block,
        block_hash: block_hash(block),
        block_time: at,
    }
}

fn block_hash(block: u64) -> alloy_primitives::B256 {
    let mut hash = [0xee; 32];
    hash[..8].copy_from_slice(&block.to_be_bytes());
    hash.into()
}

fn batch(events: &[UserEvent], from: u64, to: u64) -> EventBatch {
    EventBatch {
        events: events.to_vec(),
        from,
        to,
        to_hash: block_hash(to),
    }
}

fn verdict(history: &History, account: &AccountId, id: &str) -> Option<Match> {
    history.payment(account, id).unwrap().unwrap().matched
}

fn lines(history: &History, query: &PaymentQuery) -> Vec<PaymentView> {
    let mut lines = Vec::new();
    history
        .each_payment(query, |line| {
            lines.push(line);
            true
        })
        .unwrap();
    assert_eq!(lines.len(), usize::try_from(total(history, query)).unwrap());
    lines
}

fn ids(history: &History, query: &PaymentQuery) -> Vec<String> {
    lines(history, query)
        .into_iter()
        .map(|line| line.id)
        .collect()
}

fn only_line(history: &History) -> PaymentView {
    let mut lines = lines(history, &PaymentQuery::default());
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

fn total(history: &History, query: &PaymentQuery) -> u32 {
    history.payments(query, None, 1).unwrap().total
}

fn of(account: &AccountId) -> PaymentQuery {
    PaymentQuery {
        account: Some(account.clone()),
        ..PaymentQuery::default()
    }
}

fn search(text: &str) -> PaymentQuery {
    PaymentQuery {
        search: Some(text.into()),
        ..PaymentQuery::default()
    }
}

fn statuses(statuses: &[PaymentStatus]) -> PaymentQuery {
    PaymentQuery {
        statuses: statuses.to_vec(),
        ..PaymentQuery::default()
    }
}

fn usdc(amount: &str) -> Amount {
    Amount::parse_decimal(amount, Currency::usdc()).unwrap()
}

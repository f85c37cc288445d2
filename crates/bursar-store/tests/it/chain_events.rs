//! Events of the Balance contract, and the payments that they verify.

use crate::fixtures::{
    NOW, batch, block_hash, event, history, match_of, only_row, payment, rows, total,
};
use bursar_domain::chain_event::{BalanceEvent, EventBatch, EventKind};
use bursar_domain::clock::Span;
use bursar_domain::error::{Code, Detail, Error};
use bursar_domain::money::Currency;
use bursar_domain::payment::PaymentKind;
use bursar_domain::view::{MatchedBy, PaymentQuery};

#[test]
fn verifies_by_id_and_shows_other_events_as_rows() {
    let (_home, history, account) = history();
    history
        .put_payments(&account, &[payment("p1", "25.00", NOW)])
        .unwrap();
    let credit = event("p1", "25.000000", 100, NOW.plus(Span::minutes(1)));
    let free = event("welcome", "256.000000", 90, NOW.minus(Span::days(3)));
    let refund = BalanceEvent {
        kind: EventKind::Refund,
        ..event("", "3", 95, NOW.minus(Span::days(2)))
    };
    let released = BalanceEvent {
        kind: EventKind::Released,
        ..event("", "4", 96, NOW.minus(Span::days(1)))
    };
    history
        .put_events(
            &account,
            &batch(&[credit.clone(), free, refund, released], 80, 110),
        )
        .unwrap();
    let matched = history.payment_match(&account, "p1").unwrap().unwrap();
    assert!(matched.verified.by_id);
    assert_eq!(matched.event, credit);
    let shown = rows(&history, &PaymentQuery::default());
    let reported: Vec<_> = shown
        .iter()
        .map(|row| (row.kind, row.source.as_deref(), row.verified, row.matched))
        .collect();
    assert_eq!(
        reported,
        [
            (PaymentKind::TopUp, None, true, Some(MatchedBy::ById)),
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
    // Storing the same events again changes nothing.
    history
        .put_events(&account, &batch(&[credit], 80, 110))
        .unwrap();
    assert_eq!(rows(&history, &PaymentQuery::default()), shown);
}

#[test]
fn prefers_match_by_id_and_drops_ambiguous_match() {
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
    assert_eq!(
        match_of(&history, &account, "p1"),
        Some(MatchedBy::ByAmount)
    );
    assert_eq!(total(&history, &PaymentQuery::default()), 1);
    // A second candidate makes the match ambiguous.
    put("p2", 10);
    assert_eq!(match_of(&history, &account, "p1"), None);
    assert_eq!(history.payment_match(&account, "p1").unwrap(), None);
    // The second payment gets an event by its id, which leaves the first as the only candidate.
    let certain = event("p2", "25.000000", 101, NOW.plus(Span::minutes(12)));
    history
        .put_events(&account, &batch(&[certain], 111, 120))
        .unwrap();
    assert_eq!(
        match_of(&history, &account, "p1"),
        Some(MatchedBy::ByAmount)
    );
    assert_eq!(match_of(&history, &account, "p2"), Some(MatchedBy::ById));
    // A payment whose id the first event carries is matched with it.
    put("other", 20);
    assert_eq!(match_of(&history, &account, "p1"), None);
    assert_eq!(match_of(&history, &account, "other"), Some(MatchedBy::ById));
    assert_eq!(
        history
            .payment_match(&account, "other")
            .unwrap()
            .unwrap()
            .event,
        credit
    );
}

#[test]
fn removes_row_of_credit_when_its_payment_arrives() {
    let (_home, history, account) = history();
    history
        .put_events(
            &account,
            &batch(&[event("x", "25.000000", 100, NOW)], 80, 110),
        )
        .unwrap();
    assert_eq!(only_row(&history).kind, PaymentKind::Credit);
    history
        .put_payments(&account, &[payment("p1", "25.00", NOW)])
        .unwrap();
    let row = only_row(&history);
    assert_eq!((row.id.as_str(), row.verified), ("p1", true));
}

#[test]
fn reorganisation_undoes_events_and_verification() {
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
    assert_eq!(
        history.roll_back_blocks_from(&account, 101).unwrap(),
        ["p1"]
    );
    assert_eq!(total(&history, &PaymentQuery::default()), 2);
    assert_eq!(match_of(&history, &account, "p1"), None);
    assert_eq!(match_of(&history, &account, "p2"), Some(MatchedBy::ById));
    let cursor = history.event_cursor(&account).unwrap().unwrap();
    assert_eq!(
        (cursor.from, cursor.to, cursor.to_hash),
        (80, 100, block_hash(100))
    );
    // Mined again in another block.
    let again = BalanceEvent {
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
fn keeps_checkpoints_at_every_distance() {
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
                "{block} has no checkpoint {distance} blocks back"
            );
        }
    }
    // Older events extend the range downwards; a batch above a gap starts a new range.
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
fn stores_joined_ranges_like_separate_ones() {
    let ranges = [
        batch(&[event("p3", "30", 105, NOW)], 101, 110),
        batch(&[], 91, 100),
        batch(
            &[event("p1", "25", 89, NOW), event("x", "9", 85, NOW)],
            81,
            90,
        ),
    ];
    let stored = |batches: &[EventBatch]| {
        let (home, history, account) = history();
        history
            .put_payments(
                &account,
                &[payment("p1", "25", NOW), payment("p3", "30", NOW)],
            )
            .unwrap();
        for batch in batches {
            history.put_events(&account, batch).unwrap();
        }
        let reported: Vec<_> = rows(&history, &PaymentQuery::default())
            .into_iter()
            .map(|row| (row.id, row.matched, row.block))
            .collect();
        let cursor = history.event_cursor(&account).unwrap().unwrap();
        drop(home);
        (reported, (cursor.from, cursor.to, cursor.to_hash))
    };
    let mut together = ranges[0].clone();
    for below in &ranges[1..] {
        together.append_older(below.clone());
    }
    let one_by_one = stored(&ranges);
    assert_eq!(one_by_one.1, (81, 110, block_hash(110)));
    assert_eq!(one_by_one.0.len(), 3);
    assert_eq!(stored(&[together]), one_by_one);
}

#[test]
fn joins_older_ranges_when_gap_is_closed() {
    let (_home, history, account) = history();
    let put = |from, to| history.put_events(&account, &batch(&[], from, to)).unwrap();
    let range = || {
        let cursor = history.event_cursor(&account).unwrap().unwrap();
        (cursor.from, cursor.to)
    };
    put(1, 100);
    assert!(!history.join_older_ranges(&account).unwrap());
    put(200, 300);
    put(400, 500);
    assert_eq!(range(), (400, 500));
    assert_eq!(
        history.older_ranges(&account).unwrap(),
        [(200, 300), (1, 100)]
    );
    assert!(!history.join_older_ranges(&account).unwrap());
    put(301, 399);
    assert!(history.join_older_ranges(&account).unwrap());
    assert_eq!(range(), (200, 500));
    assert_eq!(history.older_ranges(&account).unwrap(), [(1, 100)]);
    // A reorganisation removes its blocks from these ranges too.
    put(700, 800);
    history.roll_back_blocks_from(&account, 51).unwrap();
    assert_eq!(history.older_ranges(&account).unwrap(), [(1, 50)]);
    history.delete_chain_data(&account).unwrap();
    assert_eq!(history.older_ranges(&account).unwrap(), []);
    // Of many ranges, only the longest few are kept.
    for n in 0..100 {
        put(1_000 + n * 10, 1_001 + n * 10 + n % 5);
    }
    let kept = history.older_ranges(&account).unwrap();
    assert!(
        kept.len() <= 16 && kept.iter().all(|(from, to)| to - from >= 4),
        "{kept:?}"
    );
    assert!(kept.is_sorted_by(|above, below| above.0 > below.1));
}

#[test]
fn keeps_events_problem_until_events_are_read() {
    let (_home, history, account) = history();
    assert_eq!(history.events_problem(&account).unwrap(), None);
    let problem = Error::passing(Code::EventsIncomplete, Detail::any());
    history
        .put_events_problem(&account, Some(&problem), NOW)
        .unwrap();
    assert_eq!(
        history.events_problem(&account).unwrap(),
        Some(problem.clone())
    );
    history.put_events_problem(&account, None, NOW).unwrap();
    assert_eq!(history.events_problem(&account).unwrap(), None);
    history
        .put_events_problem(&account, Some(&problem), NOW)
        .unwrap();
    history.delete_chain_data(&account).unwrap();
    assert_eq!(history.events_problem(&account).unwrap(), None);
}

/// RPC endpoints may number a transaction's logs differently, and another endpoint may answer when a range is read
/// again.
#[test]
fn recognizes_event_at_another_log_index() {
    let minutes = |n| NOW.plus(Span::minutes(n));
    let at = |id: &str, log_index| BalanceEvent {
        log_index,
        ..event(id, "25.000000", 100, minutes(1))
    };
    let refund = |log_index| BalanceEvent {
        kind: EventKind::Refund,
        ..at("", log_index)
    };
    let reported = [
        // A transaction's events as one endpoint reports them, then as another does.
        (vec![at("p1", 7)], vec![at("p1", 0)], 1),
        (vec![at("elsewhere", 7)], vec![at("elsewhere", 0)], 1),
        (
            vec![refund(8), at("p1", 7)],
            vec![refund(7), at("p1", 6)],
            2,
        ),
        // Two equal events in one transaction are two credits.
        (
            vec![at("elsewhere", 8), at("elsewhere", 7)],
            vec![at("elsewhere", 1), at("elsewhere", 0)],
            2,
        ),
        // The second endpoint reports more.
        (vec![at("p1", 7)], vec![at("p1", 8), refund(7)], 2),
        (
            vec![at("elsewhere", 7)],
            vec![at("elsewhere", 8), at("elsewhere", 7)],
            2,
        ),
        (
            vec![at("elsewhere", 7)],
            vec![at("p1", 9), at("elsewhere", 0)],
            2,
        ),
        (
            vec![refund(8), at("p1", 7)],
            vec![at("p1", 8), at("elsewhere", 7)],
            3,
        ),
        // The second endpoint reports less: known events stay.
        (vec![refund(8), at("p1", 7)], vec![at("p1", 0)], 2),
    ];
    for (first, second, distinct) in reported {
        let prepared = || {
            let (home, history, account) = history();
            let payments = [
                payment("p1", "25.00", NOW),
                payment("p2", "25.00", minutes(2)),
            ];
            history.put_payments(&account, &payments).unwrap();
            (home, history, account)
        };
        let (_home, history, account) = prepared();
        for (round, reported) in [&first, &second, &first, &second].into_iter().enumerate() {
            history
                .put_events(&account, &batch(reported, 80, 110))
                .unwrap();
            let known = history.events_within(&account, 80, 110).unwrap();
            assert!(round == 0 || known.len() == distinct, "{known:?}");
            // The payments are verified as if all events had been reported at once.
            let (_home, fresh, of_fresh) = prepared();
            fresh
                .put_events(&of_fresh, &batch(&known, 80, 110))
                .unwrap();
            let verified = |history| {
                let lines = rows(history, &PaymentQuery::default());
                lines.into_iter().filter(|row| row.verified).count()
            };
            assert_eq!(verified(&history), verified(&fresh), "{known:?}");
        }
        // Each stored event was reported by one of the two endpoints.
        let known = history.events_within(&account, 80, 110).unwrap();
        let alike = |one: &BalanceEvent, other: &BalanceEvent| {
            (&one.kind, &one.amount) == (&other.kind, &other.amount)
        };
        for event in &known {
            let count =
                |reported: &[BalanceEvent]| reported.iter().filter(|e| alike(e, event)).count();
            assert_eq!(count(&known), count(&first).max(count(&second)));
        }
    }
}

#[test]
fn event_that_was_stored_in_another_unit_is_not_stored_again() {
    let (_home, history, account) = history();
    history
        .put_payments(&account, &[payment("p1", "25.00", NOW)])
        .unwrap();
    let credit = event("p1", "25.000000", 100, NOW);
    let free = event("welcome", "256.000000", 90, NOW.minus(Span::days(3)));
    history
        .put_events(&account, &batch(&[credit.clone(), free.clone()], 80, 110))
        .unwrap();
    let shown = rows(&history, &PaymentQuery::default());
    // Read again once the token's symbol is known, by the same endpoint and by one that numbers logs in another way.
    for moved in [0, 7] {
        let in_unit = |event: &BalanceEvent| BalanceEvent {
            amount: event.amount.same_number_of(&Currency::new("XUSD").unwrap()),
            log_index: event.log_index + moved,
            ..event.clone()
        };
        history
            .put_events(
                &account,
                &batch(&[in_unit(&credit), in_unit(&free)], 80, 110),
            )
            .unwrap();
        assert_eq!(rows(&history, &PaymentQuery::default()), shown);
    }
}

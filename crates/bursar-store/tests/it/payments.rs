//! Payments and top-ups as rows, and pages of them.

use crate::fixtures::{
    NOW, batch, event, history, ids, match_of, of_account, only_row, payment, search, statuses,
    total, usdc,
};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Code;
use bursar_domain::payment::{NewPayment, PaymentStatus, RemotePayment, Status};
use bursar_domain::view::{MatchedBy, PaymentQuery};
use bursar_engine::top_up::{ConfirmedBy, Phase, TopUp};
use bursar_store::{History, SyncBatch, SyncState};
use std::collections::BTreeSet;

#[test]
fn counts_new_and_changed_payments() {
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
    let row = history.payment(&account, "p1").unwrap().unwrap();
    assert_eq!(row.status, PaymentStatus::Expired);
    assert_eq!(row.fee, Some(usdc("0.25")));
    assert_eq!(row.source.as_deref(), Some("copperx"));
    assert_eq!(total(&history, &statuses(&[PaymentStatus::Expired])), 1);
    assert_eq!(total(&history, &statuses(&[PaymentStatus::Completed])), 0);
}

#[test]
fn stores_sync_batch_atomically() {
    let (_home, history, account) = history();
    let first = SyncBatch {
        payments: vec![payment("p1", "25.00", NOW)],
        sync_state: SyncState {
            next: Some("2".into()),
            synced_at: Some(NOW),
            full_at: None,
        },
        ..SyncBatch::default()
    };
    assert_eq!(history.put_sync_batch(&account, &first).unwrap(), 1);
    assert_eq!(history.sync_state(&account).unwrap(), first.sync_state);
    assert!(history.payment(&account, "p1").unwrap().is_some());

    let second = SyncBatch {
        payments: vec![payment("p2", "25.00", NOW), payment("", "25.00", NOW)],
        sync_state: SyncState::default(),
        ..SyncBatch::default()
    };
    assert!(history.put_sync_batch(&account, &second).is_err());
    assert_eq!(history.sync_state(&account).unwrap(), first.sync_state);
    assert!(history.payment(&account, "p2").unwrap().is_none());
}

#[test]
fn refuses_invalid_and_reserved_ids() {
    let (_home, history, account) = history();
    for id in ["", "local:x", "chain:0x00:1", &"x".repeat(300)] {
        let batch = [payment("good", "1.00", NOW), payment(id, "1.00", NOW)];
        let error = history.put_payments(&account, &batch).unwrap_err();
        assert_eq!(error.code, Code::AnswerMalformed);
    }
    assert_eq!(total(&history, &PaymentQuery::default()), 0);
}

#[test]
fn top_up_stays_one_row_from_intent_to_payment() {
    let (_home, history, account) = history();
    let intent = TopUp::intent(&NewPayment::top_up(usdc("25.00"), "a"), false, None, NOW);
    history.put_top_up(&account, &intent).unwrap();
    let row = only_row(&history);
    assert_eq!(
        (row.id.as_str(), row.status),
        ("local:a", PaymentStatus::Starting)
    );
    assert_eq!(row.top_up.as_deref(), Some("a"));

    let bound = TopUp {
        payment_id: Some("p1".into()),
        phase: Phase::Open,
        ..intent
    };
    history.put_top_up(&account, &bound).unwrap();
    assert_eq!(only_row(&history).id, "p1");

    let listed = RemotePayment {
        status: Status::Open,
        ..payment("p1", "25.00", NOW.plus(Span::seconds(1)))
    };
    history
        .put_payments(&account, std::slice::from_ref(&listed))
        .unwrap();
    let row = only_row(&history);
    assert_eq!(
        (row.created_at, row.top_up.as_deref()),
        (listed.created_at, Some("a"))
    );

    let by_chain = TopUp {
        phase: Phase::Completed,
        completed_by: Some(ConfirmedBy::Chain),
        ended_at: Some(NOW),
        ..bound.clone()
    };
    history.put_top_up(&account, &by_chain).unwrap();
    assert_eq!(only_row(&history).status, PaymentStatus::Completed);
    assert_eq!(
        history.oldest_unsettled(&account).unwrap(),
        Some(listed.created_at)
    );
    history.put_payments(&account, &[listed]).unwrap();
    assert_eq!(only_row(&history).status, PaymentStatus::Completed);

    let reversed = TopUp {
        phase: Phase::Confirming,
        ..bound
    };
    history.put_top_up(&account, &reversed).unwrap();
    assert_eq!(only_row(&history).status, PaymentStatus::Confirming);
    history
        .put_payments(
            &account,
            &[payment("p1", "25.00", NOW.plus(Span::seconds(1)))],
        )
        .unwrap();
    assert_eq!(only_row(&history).status, PaymentStatus::Completed);
    assert_eq!(history.oldest_unsettled(&account).unwrap(), None);
}

#[test]
fn keeps_row_of_top_up_that_never_started() {
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
    let row = only_row(&history);
    assert_eq!((row.status, row.top_up), (PaymentStatus::NotStarted, None));
}

#[test]
fn pages_neither_skip_nor_repeat_while_rows_arrive() {
    let (_home, history, account) = history();
    let many: Vec<RemotePayment> = (0..10_000)
        .map(|n| payment(&format!("p{n}"), "25.00", NOW.minus(Span::seconds(n / 3))))
        .collect();
    for part in many.chunks(1_000) {
        history.put_payments(&account, part).unwrap();
    }
    for query in [
        PaymentQuery::default(),
        of_account(&account),
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
                    .map(|row| (row.created_at, row.id)),
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

/// A top-up that the provider's answer called `i1`.
fn named_by_its_intent() -> TopUp {
    TopUp {
        payment_id: Some("i1".into()),
        intent_id: Some("i1".into()),
        phase: Phase::Open,
        ..TopUp::intent(&NewPayment::top_up(usdc("30.00"), "a"), false, None, NOW)
    }
}

#[test]
fn payment_has_one_row_whatever_its_former_ids() {
    let credit = |id: &str, block| event(id, "30.00", block, NOW);
    // What the chain showed before the provider listed the payment's id: nothing, a credit with the intent's id, or a
    // credit with another id; and the top-up's phase at that time.
    for shown in [None, Some("i1"), Some("x1")] {
        for phase in [Phase::Open, Phase::Confirming, Phase::Completed] {
            for listed_first in [true, false] {
                let (_home, history, account) = history();
                let early = TopUp {
                    phase,
                    ..named_by_its_intent()
                };
                history.put_top_up(&account, &early).unwrap();
                if let Some(id) = shown {
                    history
                        .put_events(&account, &batch(&[credit(id, 5)], 0, 5))
                        .unwrap();
                }
                let listed = payment("p1", "30.00", NOW);
                let bound = TopUp {
                    payment_id: Some("p1".into()),
                    phase: Phase::Completed,
                    completed_by: Some(ConfirmedBy::Provider),
                    ..early
                };
                if listed_first {
                    history.put_payments(&account, &[listed]).unwrap();
                    history.put_top_up(&account, &bound).unwrap();
                } else {
                    history.put_top_up(&account, &bound).unwrap();
                    history.put_payments(&account, &[listed]).unwrap();
                }
                let row = only_row(&history);
                assert_eq!(row.id, "p1");
                assert_eq!(row.verified, shown.is_some(), "{shown:?}, {phase:?}");

                // Now its own credit arrives, unless it was there. A credit of something else is not matched with it.
                history
                    .put_events(&account, &batch(&[credit("p1", 6)], 0, 6))
                    .unwrap();
                assert_eq!(match_of(&history, &account, "p1"), Some(MatchedBy::ById));
                let stray = event("gift", "30.00", 7, NOW.plus(Span::hours(1)));
                history
                    .put_events(&account, &batch(&[stray], 0, 7))
                    .unwrap();
                assert_eq!(match_of(&history, &account, "p1"), Some(MatchedBy::ById));
                let mut alone = ids(&history, &of_account(&account));
                alone.retain(|id| id.starts_with("chain:"));
                let others = 1 + usize::from(shown.is_some());
                assert_eq!(alone.len(), others, "{shown:?}, {phase:?}: {alone:?}");
            }
        }
    }
}

#[test]
fn keeps_listed_payment_with_former_id() {
    let (_home, history, account) = history();
    history
        .put_top_up(&account, &named_by_its_intent())
        .unwrap();
    let listed = [payment("i1", "30.00", NOW), payment("p1", "30.00", NOW)];
    history.put_payments(&account, &listed).unwrap();
    let bound = TopUp {
        payment_id: Some("p1".into()),
        ..named_by_its_intent()
    };
    history.put_top_up(&account, &bound).unwrap();
    assert_eq!(total(&history, &of_account(&account)), 2);
}

#[test]
fn verifies_late_payment_once_credited_or_by_id() {
    for status in [Status::Cancelled, Status::Expired, Status::Failed] {
        let (_home, history, account) = history();
        let listed = |id: &str, status, minute| RemotePayment {
            status,
            updated_at: NOW.plus(Span::minutes(minute)),
            ..payment(id, "30.00", NOW)
        };
        let put = |payment| history.put_payments(&account, &[payment]).unwrap();
        put(listed("p1", status, 1));
        let money = event("unknown", "30.00", 5, NOW.plus(Span::hours(1)));
        history
            .put_events(&account, &batch(&[money], 0, 5))
            .unwrap();
        assert_eq!(match_of(&history, &account, "p1"), None, "{status:?}");
        let shown = total(&history, &of_account(&account));
        assert_eq!(shown, 2, "a credit without a payment has a separate row");
        // It is still a candidate, so a second payment is ambiguous.
        put(listed("p2", Status::Completed, 1));
        assert_eq!(match_of(&history, &account, "p2"), None, "{status:?}");
        put(RemotePayment {
            amount: usdc("31.00"),
            ..listed("p2", Status::Completed, 2)
        });
        put(listed("p1", Status::Completed, 2));
        assert_eq!(
            match_of(&history, &account, "p1"),
            Some(MatchedBy::ByAmount)
        );
        put(listed("p1", status, 3));
        assert_eq!(match_of(&history, &account, "p1"), None);
        let own = event("p1", "30.00", 6, NOW.plus(Span::days(9)));
        history.put_events(&account, &batch(&[own], 0, 6)).unwrap();
        assert_eq!(match_of(&history, &account, "p1"), Some(MatchedBy::ById));
    }
}

#[test]
fn never_verifies_top_up_that_never_started() {
    for phase in [Phase::Starting, Phase::NotStarted] {
        let (_home, history, account) = history();
        let never = TopUp {
            phase,
            ..TopUp::intent(&NewPayment::top_up(usdc("30.00"), "a"), false, None, NOW)
        };
        history.put_top_up(&account, &never).unwrap();
        for id in ["unknown", "a", "local:a"] {
            let block = 5 + id.len() as u64;
            let money = event(id, "30.00", block, NOW);
            history
                .put_events(&account, &batch(&[money], 0, block))
                .unwrap();
        }
        assert_eq!(match_of(&history, &account, "local:a"), None, "{phase:?}");
    }
}

#[test]
fn keeps_late_payments_until_reported() {
    let (home, history, account) = history();
    let listed = |id: &str, status, minute| RemotePayment {
        status,
        updated_at: NOW.plus(Span::minutes(minute)),
        ..payment(id, "30.00", NOW)
    };
    let put = |payment| history.put_payments(&account, &[payment]).unwrap();
    let late = |history: &History| -> Vec<String> {
        let late = history.late_payments(&account).unwrap();
        late.into_iter().map(|late| late.payment_id).collect()
    };
    put(listed("new", Status::Completed, 1));
    put(listed("open", Status::Open, 1));
    put(listed("open", Status::Completed, 2));
    assert_eq!(late(&history), Vec::<String>::new());
    for (id, ended) in [
        ("a", Status::Expired),
        ("b", Status::Cancelled),
        ("c", Status::Failed),
    ] {
        put(listed(id, ended, 1));
        put(listed(id, Status::Completed, 2));
        // An older answer, and the same answer again.
        put(listed(id, ended, 1));
        put(listed(id, Status::Completed, 2));
    }
    drop(history);
    let (history, _) = History::open(home.path(), NOW).unwrap();
    assert_eq!(late(&history), ["a", "b", "c"]);
    history.late_payment_reported(&account, "b").unwrap();
    history.late_payment_reported(&account, "nobody").unwrap();
    assert_eq!(late(&history), ["a", "c"]);
    let put = |payment| history.put_payments(&account, &[payment]).unwrap();
    put(listed("a", Status::Failed, 3));
    assert_eq!(late(&history), ["c"], "reversed before it was reported");
}

#[test]
fn finds_oldest_and_oldest_recent_unpaid_payment() {
    let (_home, history, account) = history();
    let oldest = |since: Option<Timestamp>| match since {
        None => history.oldest_ended(&account).unwrap(),
        Some(since) => history.oldest_ended_since(&account, since).unwrap(),
    };
    assert_eq!(oldest(None), None);
    let lately = NOW.minus(Span::days(1));
    for (id, status, created, ended) in [
        ("paid", Status::Completed, 90, 90),
        ("old", Status::Expired, 80, 80),
        ("slow", Status::Cancelled, 9, 0),
        ("new", Status::Failed, 0, 0),
    ] {
        let ended = RemotePayment {
            status,
            updated_at: NOW.minus(Span::days(ended)),
            ..payment(id, "30.00", NOW.minus(Span::days(created)))
        };
        history.put_payments(&account, &[ended]).unwrap();
    }
    assert_eq!(oldest(None), Some(NOW.minus(Span::days(80))));
    assert_eq!(oldest(Some(lately)), Some(NOW.minus(Span::days(9))));
    assert_eq!(oldest(Some(NOW.plus(Span::days(1)))), None);
}

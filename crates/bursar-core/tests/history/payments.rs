//! Payments and top-ups as lines, and pages of them.

use crate::support::{NOW, history, of, only_line, payment, search, statuses, total, usdc};
use bursar_core::cache::{Portion, SyncState};
use bursar_core::clock::{Span, Timestamp};
use bursar_core::error::Code;
use bursar_core::provider::{NewPayment, RemotePayment, Status};
use bursar_core::top_up::{Phase, TopUp, Word};
use bursar_core::view::{PaymentQuery, PaymentStatus};
use std::collections::BTreeSet;

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

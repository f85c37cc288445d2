//! Payments that the provider lists under another id than its response gave.

use super::{account, answered, bound, made, payment, read_at, several, start_top_up};
use crate::fixtures::{minutes_after_noon, noon};
use bursar_domain::payment::{Created, RemotePayment, Status};
use bursar_domain::payment_rules::Rules;
use bursar_engine::top_up::{Input, Phase, TopUp, Verified};
use bursar_engine::{Event, OpenPaymentsResponse, State, Write, step};

/// `t1`, started at noon; the response named it by its intent and its checkout.
fn named_by_its_intent(rules: Rules) -> State {
    let begun = step(&account(rules), &start_top_up("t1", 10_000), noon(), 0).state;
    let created = Created {
        checkout: Some("https://pay.example/1".to_owned()),
        ..made("intent")
    };
    step(&begun, &answered("t1", Ok(created)), noon(), 0).state
}

fn with_page(payment: RemotePayment, page: Option<&str>) -> RemotePayment {
    RemotePayment {
        checkout: page.map(|page| format!("https://pay.example/{page}")),
        ..payment
    }
}

#[test]
fn payment_listed_under_another_id_is_followed_once() {
    for (rules, status, cents, page, minute) in [
        (Rules::default(), Status::Open, 10_000, Some("1"), 0),
        // Another checkout, or none; a clock that is hours off; another amount.
        (Rules::default(), Status::Open, 10_000, Some("2"), 0),
        (
            Rules::default(),
            Status::Confirming,
            10_000,
            Some("2"),
            -180,
        ),
        (Rules::default(), Status::Open, 10_000, None, -180),
        (Rules::default(), Status::Open, 10_100, Some("1"), -180),
        (Rules::default(), Status::Completed, 10_000, None, 0),
        (Rules::default(), Status::Expired, 10_000, Some("1"), 0),
        (several(), Status::Open, 10_000, Some("1"), 0),
        (several(), Status::Completed, 10_000, None, 0),
    ] {
        let listed = with_page(payment("p", cents, status, minute), page);
        let state = read_at(&named_by_its_intent(rules), 1, &[listed]);
        assert_eq!(bound(&state), Some("p"), "{status:?}, {page:?}, {minute}");
        assert_eq!(state.top_ups.len(), 1, "{status:?}, {page:?}, {minute}");
    }
    // Where several can be open, another checkout is another payment.
    let other = with_page(payment("p", 10_000, Status::Open, 0), Some("2"));
    let state = read_at(&named_by_its_intent(several()), 1, &[other]);
    assert_eq!(bound(&state), Some("intent"));
    assert_eq!(state.top_ups.len(), 2);
}

#[test]
fn completion_under_another_id_matches_listed_payment() {
    let credited = Input::Credited {
        verified: Verified {
            transaction: Default::default(),
            block: 7,
            by_id: true,
        },
        has_quorum: true,
    };
    let mut state = named_by_its_intent(Rules::default());
    let completed = state.top_ups["t1"]
        .apply(&credited, minutes_after_noon(1))
        .0;
    assert_eq!(completed.phase, Phase::Completed);
    state.top_ups.insert("t1".to_owned(), completed);
    for status in [Status::Open, Status::Confirming, Status::Completed] {
        let listed = with_page(payment("p", 10_000, status, 0), Some("1"));
        let state = read_at(&state, 2, &[listed]);
        assert_eq!(bound(&state), Some("p"), "{status:?}");
        assert_eq!(state.top_ups.len(), 1);
        assert_eq!(state.top_ups["t1"].phase, Phase::Completed);
    }
}

#[test]
fn adopted_duplicate_is_deleted_when_matched() {
    let listed = with_page(payment("p", 10_000, Status::Open, 0), Some("1"));
    let adopted = TopUp::adopted(&listed);
    // By the response itself, or by lists that are read after a response with another id.
    let begun = step(
        &account(Rules::default()),
        &start_top_up("t1", 10_000),
        noon(),
        0,
    )
    .state;
    let mut named = begun.clone();
    named.top_ups.insert(adopted.id.clone(), adopted.clone());
    let answer = step(&named, &answered("t1", Ok(made("p"))), noon(), 0);
    let mut listed_later = named_by_its_intent(Rules::default());
    listed_later.top_ups.insert(adopted.id.clone(), adopted);
    let response = Event::OpenPayments {
        requested_at: minutes_after_noon(1),
        answer: Ok(OpenPaymentsResponse {
            payments: vec![listed],
            history_read: true,
            error: None,
        }),
    };
    for after in [
        answer,
        step(&listed_later, &response, minutes_after_noon(1), 0),
    ] {
        assert_eq!(after.state.top_ups.len(), 1);
        assert_eq!(bound(&after.state), Some("p"));
        let gone = Write::DeleteTopUp("r-p".to_owned());
        assert_eq!(after.commit.first(), Some(&gone), "{:?}", after.commit);
    }
}

#[test]
fn two_renamed_payments_stay_distinct() {
    let mut state = named_by_its_intent(several());
    state = step(
        &state,
        &start_top_up("t2", 10_000),
        minutes_after_noon(1),
        0,
    )
    .state;
    let second = Created {
        checkout: Some("https://pay.example/2".to_owned()),
        ..made("another intent")
    };
    state = step(
        &state,
        &answered("t2", Ok(second)),
        minutes_after_noon(1),
        0,
    )
    .state;
    let first = with_page(payment("p1", 10_000, Status::Open, 0), Some("1"));
    let second = with_page(payment("p2", 10_000, Status::Open, 0), Some("2"));
    for list in [
        vec![first.clone(), second.clone()],
        vec![second.clone(), first.clone()],
    ] {
        let state = read_at(&state, 2, &list);
        assert_eq!(bound(&state), Some("p1"));
        assert_eq!(state.top_ups["t2"].payment_id.as_deref(), Some("p2"));
        assert_eq!(state.top_ups.len(), 2);
    }
}

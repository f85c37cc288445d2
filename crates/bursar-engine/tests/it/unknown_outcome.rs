//! Payments with a lost response: no other payment starts beside them, the provider's lists show which payment it is,
//! and "nothing was charged" is never shown for one that may have been made.

mod other_ids;

use crate::fixtures::{minutes_after_noon, noon, usd};
use bursar_domain::account::AccountId;
use bursar_domain::catalogue::Capabilities;
use bursar_domain::clock::Span;
use bursar_domain::error::{Code, Detail, Error, TopUpDetail};
use bursar_domain::network::BalanceFrom;
use bursar_domain::payment::{Created, NewPayment, RemotePayment, Status};
use bursar_domain::payment_rules::Rules;
use bursar_engine::top_up::Phase;
use bursar_engine::{
    AccountConfig, Effect, Event, OpenPaymentsResponse, Request, State, Step, step,
};

/// A provider that allows several open payments, and makes one of all requests with the same key.
fn several() -> Rules {
    Rules {
        repeatable_for: Some(Span::minutes(10)),
        cancels_confirming: false,
        capabilities: Capabilities {
            several_open: true,
            ..Capabilities::default()
        },
        ..Rules::default()
    }
}

fn account(rules: Rules) -> State {
    let config = AccountConfig {
        rules,
        signed_in: true,
        watched_address: None,
        balance_from: BalanceFrom::Chain,
        debt_rules: None,
    };
    State::new(
        AccountId("a".to_owned()),
        noon(),
        config,
        Vec::new(),
        noon(),
    )
}

/// The user starts a payment with this amount under this key.
fn start_top_up(key: &str, cents: i64) -> Event {
    Event::StartTopUp {
        command: 1,
        new: NewPayment::top_up(usd(cents), key),
        link_state: None,
        clock_offset: None,
    }
}

fn answered(key: &str, answer: Result<Created, Error>) -> Event {
    Event::Started {
        top_up_id: key.to_owned(),
        answer,
    }
}

fn silent() -> Error {
    Error::passing(Code::ProviderUnavailable, Detail::any())
}

fn made(id: &str) -> Created {
    Created {
        payment_id: id.to_owned(),
        intent_id: id.to_owned(),
        payment_provider: None,
        checkout: None,
        expires_at: None,
        payment: None,
        differs: None,
    }
}

fn reply(step: &Step) -> Result<Option<String>, Error> {
    step.effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Reply { answer, .. } => Some(answer.clone()),
            Effect::Request(_)
            | Effect::OpenCheckout { .. }
            | Effect::Notify
            | Effect::RaiseWindow(_)
            | Effect::Changed(_) => None,
        })
        .unwrap()
}

fn starts(step: &Step) -> usize {
    step.effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Request(Request::Start { .. })))
        .count()
}

#[test]
fn unknown_outcome_blocks_next_payment() {
    for cents in [10_000, 2_500] {
        let begun = step(&account(several()), &start_top_up("t1", 10_000), noon(), 0);
        assert_eq!(starts(&begun), 1);
        let lost = step(&begun.state, &answered("t1", Err(silent())), noon(), 0);
        for state in [&begun.state, &lost.state] {
            let second = step(state, &start_top_up("t2", cents), noon(), 0);
            let error = reply(&second).unwrap_err();
            assert_eq!((error.code, error.retryable), (Code::TopUpOpen, true));
            let amount = usd(10_000);
            assert_eq!(error.detail, TopUpDetail::OutcomeUnknown { amount }.into());
            assert!(second.commit.is_empty() && starts(&second) == 0);
        }
        let same = step(&lost.state, &start_top_up("t1", 10_000), noon(), 0);
        assert_eq!(reply(&same).unwrap().as_deref(), Some("t1"));

        let known = step(
            &lost.state,
            &answered("t1", Ok(made("p"))),
            minutes_after_noon(1),
            0,
        );
        let second = step(
            &known.state,
            &start_top_up("t2", cents),
            minutes_after_noon(1),
            0,
        );
        assert_eq!(reply(&second).unwrap().as_deref(), Some("t2"));
        assert_eq!(starts(&second), 1, "an open payment blocks no other");
    }
}

#[test]
fn unknown_outcome_blocks_for_a_day() {
    let begun = step(&account(several()), &start_top_up("t1", 10_000), noon(), 0);
    let lost = step(&begun.state, &answered("t1", Err(silent())), noon(), 0).state;
    let error = reply(&step(
        &lost,
        &start_top_up("t2", 10_000),
        minutes_after_noon(24 * 60),
        0,
    ))
    .unwrap_err();
    assert_eq!(error.code, Code::TopUpOpen);
    let amount = usd(10_000);
    assert_eq!(error.detail, TopUpDetail::OutcomeUnknown { amount }.into());
    let next_day = step(
        &lost,
        &start_top_up("t2", 10_000),
        minutes_after_noon(24 * 60 + 1),
        0,
    );
    assert_eq!(reply(&next_day).unwrap().as_deref(), Some("t2"));
    assert!(
        next_day.state.top_ups["t1"].is_live(),
        "the first payment is still followed"
    );
}

/// A payment that the provider created at this minute, by its own clock.
fn payment(id: &str, cents: i64, status: Status, minute: i64) -> RemotePayment {
    RemotePayment::top_up(id, status, usd(cents), minutes_after_noon(minute))
}

/// A complete reading at this minute that shows these payments.
fn read_at(state: &State, minute: i64, payments: &[RemotePayment]) -> State {
    read_with_error(state, minute, payments, None)
}

fn read_with_error(
    state: &State,
    minute: i64,
    payments: &[RemotePayment],
    problem: Option<Error>,
) -> State {
    let response = Event::OpenPayments {
        requested_at: minutes_after_noon(minute),
        answer: Ok(OpenPaymentsResponse {
            payments: payments.to_vec(),
            history_read: problem.is_none(),
            error: problem,
        }),
    };
    step(state, &response, minutes_after_noon(minute), 0).state
}

/// `t1`, started at noon, without a response; by minute 11 no provider accepts a resend.
fn lost(rules: Rules) -> State {
    let begun = step(&account(rules), &start_top_up("t1", 10_000), noon(), 0).state;
    let lost = step(
        &begun,
        &answered("t1", Err(silent())),
        minutes_after_noon(1),
        0,
    )
    .state;
    step(&lost, &Event::Tick, minutes_after_noon(11), 0).state
}

fn bound(state: &State) -> Option<&str> {
    state.top_ups["t1"].payment_id.as_deref()
}

#[test]
fn possible_match_under_wrong_clock_prevents_absence() {
    let several = lost(several());
    let single = lost(Rules::default());
    for state in [&several, &single] {
        for minute in [-3, -23 * 60, 14, 20 * 60] {
            for status in [
                Status::Open,
                Status::Confirming,
                Status::Completed,
                Status::Refunded,
            ] {
                let like = [payment("p", 10_000, status, minute)];
                let mut state = state.clone();
                for response in [12, 14, 16] {
                    state = read_at(&state, response, &like);
                    let top_up = &state.top_ups["t1"];
                    assert_eq!(top_up.phase, Phase::Starting, "{minute}, {status:?}");
                    let why = top_up.error.as_ref().unwrap();
                    assert_eq!(why.code, Code::TopUpsUnknown);
                }
                assert_eq!(
                    state.top_ups.len(),
                    1,
                    "the candidate is not adopted as another device's payment"
                );
                let refused = step(
                    &state,
                    &start_top_up("t2", 10_000),
                    minutes_after_noon(17),
                    0,
                );
                assert_eq!(reply(&refused).unwrap_err().code, Code::TopUpOpen);
            }
        }
        for (cents, status, minute) in [
            (2_500, Status::Completed, -3),
            (10_000, Status::Completed, -25 * 60),
            // It ended without money, so nothing was charged by it either.
            (10_000, Status::Cancelled, -3),
        ] {
            let other = [payment("p", cents, status, minute)];
            let once = read_at(state, 12, &other);
            let twice = read_at(&once, 14, &other);
            assert_eq!(twice.top_ups["t1"].phase, Phase::NotStarted, "{status:?}");
        }
    }
}

#[test]
fn history_is_read_from_a_day_before_unknown_outcome() {
    for state in [lost(several()), lost(Rules::default())] {
        let state = read_at(&read_at(&state, 12, &[]), 12, &[]);
        let due = step(
            &state,
            &Event::CheckNow { command: 1 },
            minutes_after_noon(12),
            0,
        );
        let since: Vec<_> = due
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Request(Request::OpenPayments { since, .. }) => Some(*since),
                Effect::Request(Request::History { since, .. }) => *since,
                _ => None,
            })
            .collect();
        assert!(
            !since.is_empty()
                && since
                    .iter()
                    .all(|since| *since <= minutes_after_noon(-24 * 60)),
            "{since:?}"
        );
    }
    let begun = step(&account(several()), &start_top_up("t1", 10_000), noon(), 0);
    let known = step(&begun.state, &answered("t1", Ok(made("p"))), noon(), 0);
    let open = [payment("p", 10_000, Status::Open, 0)];
    let known = read_at(&read_at(&known.state, 1, &open), 1, &open);
    let due = step(
        &known,
        &Event::CheckNow { command: 1 },
        minutes_after_noon(2),
        0,
    );
    assert!(due.effects.iter().any(|effect| matches!(
        effect,
        Effect::Request(Request::OpenPayments { since, .. }) if *since == minutes_after_noon(-2)
    )));
}

#[test]
fn known_payment_is_no_match() {
    let open = payment("old", 10_000, Status::Open, -30);
    let known = read_at(&account(several()), 0, std::slice::from_ref(&open));
    assert_eq!(known.top_ups.len(), 1, "the open payment is followed");
    let begun = step(&known, &start_top_up("t1", 10_000), noon(), 0).state;
    let lost = step(
        &begun,
        &answered("t1", Err(silent())),
        minutes_after_noon(1),
        0,
    )
    .state;
    let lost = step(&lost, &Event::Tick, minutes_after_noon(11), 0).state;
    let once = read_at(&lost, 12, std::slice::from_ref(&open));
    let twice = read_at(&once, 14, &[open]);
    assert_eq!(twice.top_ups["t1"].phase, Phase::NotStarted);
}

#[test]
fn nearest_candidate_matches_and_is_not_cancellable() {
    let foreign = payment("a", 10_000, Status::Open, 8);
    let ours = payment("b", 10_000, Status::Completed, 0);
    for list in [
        [foreign.clone(), ours.clone()],
        [ours.clone(), foreign.clone()],
    ] {
        let state = read_at(&lost(several()), 12, &list);
        assert_eq!(bound(&state), Some("b"));
        assert_eq!(state.top_ups["t1"].phase, Phase::Completed);
        let followed = state
            .top_ups
            .values()
            .any(|top_up| top_up.payment_id.as_deref() == Some("a"));
        assert!(followed, "another device's open payment is followed too");
    }
    let cancel = |top_up: &str| Event::CancelTopUp {
        command: 1,
        top_up_id: top_up.to_owned(),
    };
    let likely = read_at(&lost(several()), 12, std::slice::from_ref(&foreign));
    assert_eq!(bound(&likely), Some("a"));
    let refused = reply(&step(&likely, &cancel("t1"), minutes_after_noon(13), 0)).unwrap_err();
    assert_eq!(refused.code, Code::TopUpState);
    let single = read_at(
        &lost(Rules::default()),
        12,
        &[payment("a", 10_000, Status::Open, 1)],
    );
    assert!(
        reply(&step(&single, &cancel("t1"), minutes_after_noon(13), 0)).is_ok(),
        "there is only one candidate"
    );
}

#[test]
fn incomplete_reading_binds_no_likely_match() {
    let foreign = payment("a", 10_000, Status::Open, 8);
    let ours = payment("b", 10_000, Status::Completed, 0);
    let lost = lost(several());
    let half = read_with_error(&lost, 12, std::slice::from_ref(&foreign), Some(silent()));
    assert_eq!(bound(&half), None);
    assert_eq!(
        half.top_ups.len(),
        1,
        "the candidate is not adopted as another device's payment either"
    );
    let forbidden = Error::new(Code::Forbidden, Detail::any());
    let alone = read_with_error(&half, 13, std::slice::from_ref(&foreign), Some(forbidden));
    assert_eq!(
        bound(&alone),
        Some("a"),
        "the rest of the list cannot be read"
    );
    let whole = read_at(&half, 13, &[foreign, ours]);
    assert_eq!(bound(&whole), Some("b"));
}

#[test]
fn provider_clock_finds_match_despite_wrong_local_clock() {
    // Our clock is three minutes ahead of the provider's, or two hours behind.
    for ahead in [-3, 120] {
        let mut start = start_top_up("t1", 10_000);
        if let Event::StartTopUp { clock_offset, .. } = &mut start {
            *clock_offset = Some(Span::minutes(ahead));
        }
        let begun = step(&account(several()), &start, noon(), 0).state;
        let lost = step(
            &begun,
            &answered("t1", Err(silent())),
            minutes_after_noon(1),
            0,
        )
        .state;
        let lost = step(&lost, &Event::Tick, minutes_after_noon(11), 0).state;

        let ours = payment("p", 10_000, Status::Completed, ahead);
        let earlier = payment("a", 10_000, Status::Completed, ahead - 5);
        let found = read_at(&lost, 12, &[earlier.clone(), ours]);
        assert_eq!(bound(&found), Some("p"));

        let doubted = read_at(&lost, 12, std::slice::from_ref(&earlier));
        assert_eq!(
            doubted.top_ups["t1"].absent_since, None,
            "too close in time to be ruled out"
        );
        let settled = read_at(
            &doubted,
            14,
            &[payment("a", 10_000, Status::Failed, ahead - 5)],
        );
        let settled = read_at(&settled, 16, &[]);
        assert_eq!(settled.top_ups["t1"].phase, Phase::NotStarted);

        let long_before = [payment("a", 10_000, Status::Completed, ahead - 20)];
        let once = read_at(&lost, 12, &long_before);
        let twice = read_at(&once, 14, &long_before);
        assert_eq!(twice.top_ups["t1"].phase, Phase::NotStarted);
    }
}

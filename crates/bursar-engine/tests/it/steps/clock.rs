//! A clock that is set back or forward, or that jumps.

use super::{account, asked, lost_answer, refused, repeatable, reply, sends_again, start};
use crate::fixtures::noon;
use bursar_domain::account::AccountId;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Detail, Error};
use bursar_domain::payment_rules::Rules;
use bursar_engine::top_up::Phase;
use bursar_engine::{Event, OpenPaymentsResponse, State, step};

#[test]
fn clock_set_back_does_not_prolong_retry_after() {
    let begun = step(&account(Vec::new()), &Event::Tick, noon(), 0);
    let busy = Error {
        retry_after: Some(Span::minutes(5)),
        ..Error::passing(Code::RateLimited, Detail::any())
    };
    let quiet = refused(begun.state, &busy, noon());
    let days_before = noon().minus(Span::days(3));
    let woken = step(&quiet, &Event::ClockJumped, days_before, 0);
    assert!(!asked(&woken).is_empty());
}

#[test]
fn clock_set_back_does_not_delay_resend() {
    for hours in [1, 24, 24 * 365] {
        let lost = lost_answer(repeatable(), &Error::passing(Code::Timeout, Detail::any()));
        let back = noon().minus(Span::hours(hours));
        // Bursar notices the jump, or restarts.
        let noticed = step(&lost, &Event::ClockJumped, back, 0);
        assert!(sends_again(&noticed), "{hours} h");
        let kept = lost.top_ups.values().cloned().collect();
        let restarted = State {
            config: lost.config,
            ..State::new(AccountId("a".to_owned()), noon(), lost.config, kept, back)
        };
        assert!(sends_again(&step(&restarted, &Event::Tick, back, 0)));

        // The ten minutes of resending end ten minutes later, and the day of waiting ends a day later.
        let unanswered = Event::Started {
            top_up_id: "t1".to_owned(),
            answer: Err(Error::passing(Code::Timeout, Detail::any())),
        };
        let failed = step(&noticed.state, &unanswered, back, 0).state;
        let over = back.plus(Span::minutes(11));
        let given_up = step(&failed, &Event::Tick, over, 0);
        assert!(!sends_again(&given_up));
        assert_eq!(given_up.state.top_ups["t1"].request, None, "{hours} h");
        let within = back.plus(Span::hours(24));
        let refused = reply(&step(&given_up.state, &start(2), within, 0));
        assert_eq!(refused.unwrap_err().code, Code::TopUpOpen);
        let after = within.plus(Span::minutes(1));
        assert!(reply(&step(&given_up.state, &start(2), after, 0)).is_ok());
    }
}

#[test]
fn clock_jump_does_not_resend_before_retry_after() {
    let busy = Error {
        retry_after: Some(Span::minutes(5)),
        ..Error::passing(Code::ProviderUnavailable, Detail::any())
    };
    let lost = lost_answer(repeatable(), &busy);
    let soon = noon().plus(Span::minutes(2));
    assert!(!sends_again(&step(&lost, &Event::ClockJumped, soon, 0)));
    let later = noon().plus(Span::minutes(6));
    assert!(sends_again(&step(&lost, &Event::Tick, later, 0)));
}

#[test]
fn due_times_stay_plausible() {
    let mut state = lost_answer(repeatable(), &Error::passing(Code::Timeout, Detail::any()));
    state = step(&state, &Event::Tick, noon(), 0).state;
    let busy = Error {
        retry_after: Some(Span::hours(1)),
        ..Error::passing(Code::RateLimited, Detail::any())
    };
    state = refused(state, &busy, noon());
    state = step(
        &state,
        &Event::MethodExpected { link_state: None },
        noon(),
        0,
    )
    .state;
    state = step(&state, &Event::CheckNow { command: 9 }, noon(), 0).state;
    for hours in [2, 24, 24 * 400] {
        let back = noon().minus(Span::hours(hours));
        let after = step(&state, &Event::Tick, back, 0).state;
        let longest = Span::hours(15);
        for (poll, plan) in &after.poll_timers {
            assert!(plan.due.since(back) <= longest, "{poll:?}: {plan:?}");
        }
        for repeat in after.resends.values() {
            assert!(repeat.due.since(back) <= Span::hours(1), "{repeat:?}");
        }
        for gate in after.server_backoffs.values() {
            assert!(gate.until.since(back) <= Span::hours(1), "{gate:?}");
        }
        assert!(after.fast_polling_until.since(back) <= Span::minutes(1));
        assert!(after.method_expected_until.since(back) <= Span::minutes(15));
        assert!(after.unknown_since.values().all(|begun| *begun <= back));
        assert!(
            after
                .next_due()
                .is_none_or(|due| due.since(back) <= longest)
        );
    }
}

/// The same as [`lost_answer`], at a provider whose responses carry a date.
fn dated(mut state: State, now: Timestamp) -> State {
    if let Some(top_up) = state.top_ups.get_mut("t1") {
        top_up.provider_created_at = Some(noon());
    }
    let clock = Event::ProviderClock {
        offset: Span::default(),
    };
    step(&state, &clock, now, 0).state
}

#[test]
fn clock_set_forward_allows_no_second_payment() {
    let lost = lost_answer(
        Rules::default(),
        &Error::passing(Code::Timeout, Detail::any()),
    );
    let lost = dated(lost, noon().plus(Span::seconds(20)));
    let forward = noon().plus(Span::days(2));
    let woken = step(&lost, &Event::ClockJumped, forward, 0).state;
    let refused = |state: &State, now| reply(&step(state, &start(2), now, 0)).is_err();
    assert!(
        refused(&woken, forward),
        "not before the provider's clock is known again"
    );
    let behind = Event::ProviderClock {
        offset: Span::days(-2),
    };
    let known = step(&woken, &behind, forward, 0).state;
    assert!(refused(&known, forward));
    assert!(refused(&known, forward.plus(Span::hours(23))));
    assert!(
        !refused(&known, forward.plus(Span::hours(25))),
        "the wait of a day is over"
    );
    // The machine really slept for two days.
    let slept = Event::ProviderClock {
        offset: Span::default(),
    };
    assert!(!refused(&step(&woken, &slept, forward, 0).state, forward));
}

#[test]
fn clock_set_forward_does_not_count_as_absence_gap() {
    let lost = lost_answer(
        Rules::default(),
        &Error::passing(Code::Timeout, Detail::any()),
    );
    let lost = dated(lost, noon().plus(Span::seconds(20)));
    let nothing = |at| Event::OpenPayments {
        requested_at: at,
        answer: Ok(OpenPaymentsResponse {
            payments: Vec::new(),
            history_read: true,
            error: None,
        }),
    };
    let first = noon().plus(Span::seconds(30));
    let once = step(&lost, &nothing(first), first, 0).state;
    assert_eq!(once.top_ups["t1"].absent_since, Some(first));
    let forward = noon().plus(Span::hours(1));
    let woken = step(&once, &Event::ClockJumped, forward, 0).state;
    let again = step(&woken, &nothing(forward), forward, 0).state;
    assert_eq!(again.top_ups["t1"].phase, Phase::Starting);
    let minute = forward.plus(Span::minutes(1));
    let twice = step(&again, &nothing(minute), minute, 0).state;
    assert_eq!(twice.top_ups["t1"].phase, Phase::NotStarted);
}

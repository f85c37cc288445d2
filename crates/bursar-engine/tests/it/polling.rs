//! How often each target is polled: it depends on what is expected, how long that may take, and the user's presence.

use crate::fixtures::noon;
use bursar_domain::account::AccountId;
use bursar_domain::catalogue::Capabilities;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Detail, Error};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::network::BalanceFrom;
use bursar_domain::payment::{Created, NewPayment, RemotePayment, Status};
use bursar_domain::payment_rules::Rules;
use bursar_engine::top_up::{Input, Phase, TopUp};
use bursar_engine::{
    AccountConfig, CatalogueResponse, Effect, Event, OpenPaymentsResponse, PollTarget, Presence,
    Request, State, step,
};

/// A provider whose payments may stay open for days.
fn slow() -> Rules {
    Rules {
        open_is_slow_after: Some(Span::hours(1)),
        ..Rules::default()
    }
}

fn account(rules: Rules, top_ups: Vec<TopUp>, presence: Presence) -> State {
    let config = AccountConfig {
        rules,
        signed_in: true,
        watched_address: None,
        balance_from: BalanceFrom::Chain,
        debt_rules: None,
    };
    let state = State::new(AccountId("a".to_owned()), noon(), config, top_ups, noon());
    step(&state, &Event::Presence(presence), noon(), 0).state
}

/// A payment that has been open for this long at noon.
fn open(age: Span) -> TopUp {
    let amount = Amount::from_cents(2_500, Currency::usdc());
    let begun = noon().minus(age);
    let created = Created {
        payment_id: "p".to_owned(),
        intent_id: "p".to_owned(),
        payment_provider: None,
        checkout: None,
        expires_at: None,
        payment: None,
        differs: None,
    };
    let intent = TopUp::intent(&NewPayment::top_up(amount, "t"), false, None, begun);
    intent.apply(&Input::Started(Ok(created)), begun).0
}

/// How long after this response the target is polled again. Jitter varies an interval by a tenth.
fn assert_again_after(state: &State, poll: PollTarget, answer: &Event, seconds: i64) {
    let after = step(state, answer, noon(), 0).state;
    let wait = after.poll_timers[&poll].due.since(noon()).0;
    let wanted = Span::seconds(seconds).0;
    assert!(
        (wanted - wanted / 10..=wanted + wanted / 5).contains(&wait),
        "{poll:?} again after {wait} ms instead of {wanted}"
    );
}

fn looked() -> Event {
    Event::OpenPayments {
        requested_at: noon(),
        answer: Ok(OpenPaymentsResponse {
            payments: Vec::new(),
            history_read: true,
            error: None,
        }),
    }
}

#[test]
fn open_payment_interval_depends_on_age_and_presence() {
    let (minutes, hours) = (Span::minutes, Span::hours);
    for (rules, age, presence, seconds) in [
        (Rules::default(), minutes(5), Presence::Open, 5),
        (Rules::default(), minutes(5), Presence::Tray, 15),
        (Rules::default(), minutes(5), Presence::Focused, 2),
        (slow(), minutes(59), Presence::Open, 5),
        (slow(), minutes(59), Presence::Tray, 15),
        (slow(), minutes(61), Presence::Open, 60),
        (slow(), minutes(61), Presence::Tray, 60),
        (slow(), hours(23), Presence::Tray, 60),
        (slow(), hours(25), Presence::Open, 60),
        (slow(), hours(25), Presence::Tray, 600),
        // The user has just opened the window.
        (slow(), hours(25), Presence::Focused, 2),
    ] {
        let state = account(rules, vec![open(age)], presence);
        assert_again_after(&state, PollTarget::OpenPayments, &looked(), seconds);
    }
}

#[test]
fn pending_method_is_polled_every_minute() {
    let read = |method_pending| {
        Event::Catalogue(Ok(CatalogueResponse {
            maintenance: false,
            method_pending,
        }))
    };
    for presence in [Presence::Open, Presence::Tray] {
        let state = account(slow(), Vec::new(), presence);
        assert_again_after(&state, PollTarget::Catalogue, &read(true), 60);
        let expected = Event::MethodExpected { link_state: None };
        let state = step(&state, &expected, noon(), 0).state;
        assert_again_after(&state, PollTarget::Catalogue, &read(false), 60);
    }
    let state = account(slow(), Vec::new(), Presence::Open);
    assert_again_after(&state, PollTarget::Catalogue, &read(false), 15 * 60);
}

#[test]
fn slow_confirming_payment_is_polled_like_open_one() {
    let confirming = |age| {
        let mut payment = open(age);
        payment.phase = Phase::Confirming;
        payment
    };
    let (minutes, hours) = (Span::minutes, Span::hours);
    for (rules, age, presence, seconds) in [
        (Rules::default(), hours(25), Presence::Tray, 15),
        (slow(), minutes(59), Presence::Open, 5),
        (slow(), minutes(61), Presence::Open, 60),
        (slow(), minutes(61), Presence::Tray, 60),
        (slow(), hours(25), Presence::Tray, 600),
    ] {
        let state = account(rules, vec![confirming(age)], presence);
        assert_again_after(&state, PollTarget::OpenPayments, &looked(), seconds);
    }
}

/// Whether the methods are polled within this time, in steps of ten seconds.
fn methods_are_asked(mut state: State, from: Timestamp, within: Span) -> bool {
    let mut passed = Span::default();
    while passed <= within {
        let now = from.plus(passed);
        let after = step(&state, &Event::Tick, now, 0);
        let asked = Effect::Request(Request::Catalogue);
        if after.effects.contains(&asked) {
            return true;
        }
        state = after.state;
        passed = Span(passed.0 + Span::seconds(10).0);
    }
    false
}

/// An account in the tray whose methods were just read.
fn in_the_tray(rules: Rules) -> State {
    let state = account(rules, Vec::new(), Presence::Tray);
    let read = Event::Catalogue(Ok(CatalogueResponse::default()));
    step(&state, &read, noon(), 0).state
}

#[test]
fn tray_polls_methods_only_while_one_is_being_added() {
    let idle = in_the_tray(slow());
    assert!(!methods_are_asked(idle.clone(), noon(), Span::hours(13)));
    let expected = Event::MethodExpected { link_state: None };
    let state = step(&idle, &expected, noon(), 0).state;
    assert!(methods_are_asked(state, noon(), Span::seconds(80)));

    let begun = step(&idle, &expected, noon(), 0).state;
    let read = Event::Catalogue(Ok(CatalogueResponse::default()));
    let last = noon().plus(Span::minutes(15));
    let over = step(&begun, &read, last, 0).state;
    assert!(!methods_are_asked(over, last, Span::hours(13)));
}

#[test]
fn tray_polls_methods_after_payment_that_saves_one() {
    let capabilities = Capabilities {
        saved_methods: true,
        several_open: true,
        ..Capabilities::default()
    };
    let rules = Rules {
        capabilities,
        repeatable_for: Some(Span::minutes(10)),
        ..slow()
    };
    for (keeps, asked) in [(true, true), (false, false)] {
        let idle = in_the_tray(rules);
        let amount = Amount::from_cents(2_500, Currency::usdc());
        let begin = Event::StartTopUp {
            command: 1,
            new: NewPayment {
                save_method: keeps,
                ..NewPayment::top_up(amount.clone(), "t")
            },
            link_state: None,
            clock_offset: None,
        };
        let begun = step(&idle, &begin, noon(), 0).state;
        let open = Event::Started {
            top_up_id: "t".to_owned(),
            answer: Ok(Created {
                payment_id: "p".to_owned(),
                intent_id: "p".to_owned(),
                payment_provider: None,
                checkout: None,
                expires_at: None,
                payment: None,
                differs: None,
            }),
        };
        let open = step(&begun, &open, noon(), 0).state;
        let paid = Event::OpenPayments {
            requested_at: noon(),
            answer: Ok(OpenPaymentsResponse {
                payments: vec![payment(Status::Completed)],
                history_read: true,
                error: None,
            }),
        };
        let paid = step(&open, &paid, noon(), 0).state;
        let read = Event::Catalogue(Ok(CatalogueResponse::default()));
        let read = step(&paid, &read, noon().plus(Span::seconds(30)), 0).state;
        let then = noon().plus(Span::seconds(40));
        assert_eq!(
            methods_are_asked(read, then, Span::seconds(80)),
            asked,
            "{keeps}"
        );
    }
}

#[test]
fn refusal_makes_due_what_it_shows_to_be_outdated() {
    for (code, outdated) in [
        (Code::TopUpOpen, Some(PollTarget::History)),
        (Code::BalanceCap, Some(PollTarget::Catalogue)),
        (Code::AmountTooSmall, Some(PollTarget::Catalogue)),
        (Code::AmountTooLarge, Some(PollTarget::Catalogue)),
        (Code::MethodUnknown, Some(PollTarget::Catalogue)),
        (Code::PayerUnknown, Some(PollTarget::Catalogue)),
        (Code::TotalChanged, Some(PollTarget::DuePayments)),
        (Code::DueUnknown, Some(PollTarget::DuePayments)),
        (Code::Refused, None),
        (Code::Unauthorized, None),
    ] {
        let mut state = account(Rules::default(), Vec::new(), Presence::Open);
        let later = noon().plus(Span::minutes(5));
        for plan in state.poll_timers.values_mut() {
            plan.due = later;
        }
        let begin = Event::StartTopUp {
            command: 1,
            new: NewPayment::top_up(Amount::from_cents(2_500, Currency::usdc()), "t"),
            link_state: None,
            clock_offset: None,
        };
        let begun = step(&state, &begin, noon(), 0).state;
        let refused = Event::Started {
            top_up_id: "t".to_owned(),
            answer: Err(Error::new(code, Detail::any())),
        };
        let after = step(&begun, &refused, noon(), 0).state;
        for poll in [
            PollTarget::History,
            PollTarget::Catalogue,
            PollTarget::DuePayments,
        ] {
            let is_due = after.poll_timers[&poll].due <= noon();
            assert_eq!(is_due, outdated == Some(poll), "{code:?}: {poll:?}");
        }
    }
}

fn payment(status: Status) -> RemotePayment {
    RemotePayment::top_up(
        "p",
        status,
        Amount::from_cents(2_500, Currency::usdc()),
        noon(),
    )
}

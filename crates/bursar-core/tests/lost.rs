//! What becomes of a payment whose answer was lost: nothing else is begun beside it, it is found by what the
//! provider's lists tell, and "nothing was charged" is never said of one that may have been made.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use bursar_core::account::AccountId;
use bursar_core::clock::{Span, Timestamp};
use bursar_core::engine::{Effect, Event, Request, Setup, State, Step, step};
use bursar_core::error::{Code, Error};
use bursar_core::money::{Amount, Currency};
use bursar_core::provider::{Created, NewPayment, Offers, Rules};

fn noon() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-31T12:00:00Z").unwrap()
}

fn after(minutes: i64) -> Timestamp {
    noon().plus(Span::minutes(minutes))
}

fn usd(cents: i64) -> Amount {
    Amount::from_cents(cents, Currency::new("USD").unwrap())
}

/// A provider that lets several payments be open at once, and makes one of all that comes under one key.
fn several() -> Rules {
    Rules {
        repeatable_for: Some(Span::minutes(10)),
        cancels_confirming: false,
        offers: Offers {
            several_open: true,
            ..Offers::default()
        },
        ..Rules::default()
    }
}

fn account(rules: Rules) -> State {
    let setup = Setup {
        rules,
        signed_in: true,
        watched: None,
    };
    State::new(AccountId("a".to_owned()), noon(), setup, Vec::new(), noon())
}

/// The user wants to pay this under that key.
fn wish(key: &str, cents: i64) -> Event {
    Event::StartTopUp {
        command: 1,
        new: NewPayment::top_up(usd(cents), key),
        link_state: None,
    }
}

fn answered(key: &str, answer: Result<Created, Error>) -> Event {
    Event::Started {
        top_up: key.to_owned(),
        answer,
    }
}

fn silent() -> Error {
    Error::passing(Code::ProviderUnavailable, "502")
}

fn made(id: &str) -> Created {
    Created {
        id: id.to_owned(),
        intent: id.to_owned(),
        checkout: None,
        expires_at: None,
        payment: None,
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
            | Effect::Raise(_)
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
fn nothing_is_begun_while_it_is_not_known_whether_the_last_payment_was_made() {
    for cents in [10_000, 2_500] {
        let begun = step(&account(several()), &wish("t1", 10_000), noon(), 0);
        assert_eq!(starts(&begun), 1);
        let lost = step(&begun.state, &answered("t1", Err(silent())), noon(), 0);
        for state in [&begun.state, &lost.state] {
            let second = step(state, &wish("t2", cents), noon(), 0);
            let told = reply(&second).unwrap_err();
            assert_eq!((told.code, told.retryable), (Code::TopUpOpen, true));
            assert!(
                told.message.contains("100.00 USD was made is not known"),
                "{}",
                told.message
            );
            assert!(second.commit.is_empty() && starts(&second) == 0);
        }
        let same = step(&lost.state, &wish("t1", 10_000), noon(), 0);
        assert_eq!(reply(&same).unwrap().as_deref(), Some("t1"));

        let known = step(&lost.state, &answered("t1", Ok(made("p"))), after(1), 0);
        let second = step(&known.state, &wish("t2", cents), after(1), 0);
        assert_eq!(reply(&second).unwrap().as_deref(), Some("t2"));
        assert_eq!(starts(&second), 1, "an open one is in nobody's way");
    }
}

#[test]
fn a_payment_that_nothing_can_settle_is_in_the_way_for_a_day() {
    let begun = step(&account(several()), &wish("t1", 10_000), noon(), 0);
    let lost = step(&begun.state, &answered("t1", Err(silent())), noon(), 0).state;
    let told = reply(&step(&lost, &wish("t2", 10_000), after(24 * 60), 0)).unwrap_err();
    assert_eq!(told.code, Code::TopUpOpen);
    assert!(told.message.contains("a day at most"), "{}", told.message);
    let next_day = step(&lost, &wish("t2", 10_000), after(24 * 60 + 1), 0);
    assert_eq!(reply(&next_day).unwrap().as_deref(), Some("t2"));
    assert!(next_day.state.top_ups["t1"].is_live(), "and still followed");
}

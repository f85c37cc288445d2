//! What the user is told of a payment: when the provider last said where it stands, and whether its end is news.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use bursar_core::account::AccountId;
use bursar_core::cache::Write;
use bursar_core::clock::{Span, Timestamp};
use bursar_core::engine::{Event, Followed, Setup, State, Step, step};
use bursar_core::error::{Code, Error};
use bursar_core::money::{Amount, Currency};
use bursar_core::notice::{Notice, NoticeKind};
use bursar_core::provider::{
    Created, NewPayment, Offers, Papers, Purpose, Reason, RemotePayment, Rules, Status, Why,
};
use bursar_core::top_up::TopUp;

fn noon() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-31T12:00:00Z").unwrap()
}

fn after(minutes: i64) -> Timestamp {
    noon().plus(Span::minutes(minutes))
}

fn usd(cents: i64) -> Amount {
    Amount::from_cents(cents, Currency::new("USD").unwrap())
}

fn account(top_ups: Vec<TopUp>) -> State {
    let setup = Setup {
        rules: Rules {
            offers: Offers {
                several_open: true,
                ..Offers::default()
            },
            ..Rules::default()
        },
        signed_in: true,
        watched: None,
    };
    State::new(AccountId("a".to_owned()), noon(), setup, top_ups, noon())
}

/// An account with one payment `t`, which the provider has made as `p` and which is open.
fn with_an_open_one() -> State {
    let intent = TopUp::intent(&NewPayment::top_up(usd(2_500), "t"), false, None, noon());
    let created = Created {
        id: "p".to_owned(),
        intent: "p".to_owned(),
        checkout: None,
        expires_at: None,
        payment: None,
        differs: None,
    };
    let answer = Event::Started {
        top_up: "t".to_owned(),
        answer: Ok(created),
    };
    step(&account(vec![intent]), &answer, noon(), 0).state
}

fn payment(status: Status, reason: Option<Reason>, minute: i64) -> RemotePayment {
    RemotePayment {
        id: "p".to_owned(),
        status,
        amount: usd(2_500),
        fee: None,
        source: None,
        created_at: noon(),
        updated_at: after(minute),
        expires_at: None,
        checkout: None,
        transaction: None,
        purpose: Purpose::TopUp,
        reason,
        papers: Papers::default(),
    }
}

/// A look at this minute that shows these payments.
fn looked(state: &State, minute: i64, payments: Vec<RemotePayment>, odd: Option<&str>) -> Step {
    let look = Event::Followed {
        asked_at: after(minute),
        answer: Ok(Followed {
            payments,
            history_read: odd.is_none(),
            problem: odd.map(|words| Error::new(Code::LineUnreadable, words)),
        }),
    };
    step(state, &look, after(minute), 0)
}

fn notice(step: &Step) -> Option<&Notice> {
    step.commit.iter().find_map(|write| match write {
        Write::Notice(notice) => Some(notice),
        Write::TopUp(_) | Write::TopUpGone(_) | Write::Alerts(_) => None,
    })
}

#[test]
fn a_look_that_could_not_read_a_payment_leaves_its_last_good_state_with_its_time() {
    let begun = with_an_open_one();
    assert_eq!(begun.seen_at("t"), Some(noon()), "the answer told it");
    let good = looked(&begun, 1, vec![payment(Status::Confirming, None, 1)], None).state;
    assert_eq!(good.seen_at("t"), Some(after(1)));
    let odd = looked(&good, 2, Vec::new(), Some("status of a payment")).state;
    assert_eq!(odd.seen_at("t"), Some(after(1)), "nothing was said of it");
    assert_eq!(odd.top_ups["t"], good.top_ups["t"]);
    let again = looked(&odd, 3, vec![payment(Status::Confirming, None, 1)], None).state;
    assert_eq!(again.seen_at("t"), Some(after(3)));
}

#[test]
fn of_a_lost_one_the_last_look_at_all_that_there_is_counts() {
    let intent = TopUp::intent(&NewPayment::top_up(usd(2_500), "t"), false, None, noon());
    let state = account(vec![intent]);
    assert_eq!(state.seen_at("t"), None);
    let looked_for = looked(&state, 1, Vec::new(), None).state;
    assert_eq!(looked_for.seen_at("t"), Some(after(1)));
    let odd = looked(&looked_for, 2, Vec::new(), Some("status of a payment")).state;
    assert_eq!(odd.seen_at("t"), Some(after(1)));
}

fn no_reason(words: Option<&str>) -> Option<Reason> {
    Some(Reason {
        why: Why::Other,
        words: words.map(str::to_owned),
    })
}

#[test]
fn a_cancellation_that_nobody_here_asked_for_is_an_error() {
    let ended = payment(Status::Cancelled, no_reason(None), 1);
    let told = looked(&with_an_open_one(), 1, vec![ended], None);
    let told = notice(&told).unwrap();
    assert_eq!((told.kind, told.silent), (NoticeKind::Cancelled, false));
}

#[test]
fn a_cancellation_that_was_asked_for_here_is_the_users_own_where_the_provider_says_nothing_else() {
    let asked = Event::CancelTopUp {
        command: 1,
        top_up: "t".to_owned(),
    };
    let asked = step(&with_an_open_one(), &asked, noon(), 0).state;
    let answered = |answer| {
        let answer = Event::CancelAnswered {
            top_up: "t".to_owned(),
            answer,
        };
        step(&asked, &answer, noon(), 0).state
    };
    let end = |state: &State, reason| {
        let open = looked(state, 1, vec![payment(Status::Open, None, 0)], None).state;
        let ended = looked(&open, 2, vec![payment(Status::Cancelled, reason, 2)], None);
        let silent = notice(&ended).unwrap().silent;
        let why = ended.state.top_ups["t"]
            .reason
            .as_ref()
            .map(|reason| reason.why);
        (silent, why)
    };
    let own = (true, Some(Why::ByUser));
    assert_eq!(end(&asked, no_reason(None)), own);
    assert_eq!(end(&answered(Ok(())), no_reason(None)), own);
    let lost = Error::passing(Code::Timeout, "no answer");
    assert_eq!(
        end(&answered(Err(lost)), no_reason(None)),
        own,
        "it may have gone through"
    );
    let late = Error::new(Code::TopUpState, "too late");
    assert_eq!(
        end(&answered(Err(late)), no_reason(None)),
        (false, Some(Why::Other))
    );
    let declined = Reason {
        why: Why::Declined,
        words: None,
    };
    let told = end(&answered(Ok(())), Some(declined));
    assert_eq!(told, (false, Some(Why::Declined)));
    let explained = end(&answered(Ok(())), no_reason(Some("By our people.")));
    assert_eq!(explained, (false, Some(Why::Other)));
}

//! Single steps: what one event causes in one state.

mod clock;
mod figures;

use crate::fixtures::{noon, usdc};
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::catalogue::Capabilities;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Detail, Error};
use bursar_domain::network::BalanceFrom;
use bursar_domain::payment::NewPayment;
use bursar_domain::payment_rules::Rules;
use bursar_domain::view::Page;
use bursar_engine::top_up::TopUp;
use bursar_engine::{
    AccountConfig, Effect, Event, OpenPaymentsResponse, PollTarget, Presence, Request, State, Step,
    step,
};

/// A signed-in account with these top-ups; everything is due.
fn account(top_ups: Vec<TopUp>) -> State {
    let config = AccountConfig {
        rules: Rules::default(),
        signed_in: true,
        watched_address: None,
        balance_from: BalanceFrom::Chain,
        debt_rules: None,
    };
    State::new(AccountId("a".to_owned()), noon(), config, top_ups, noon())
}

/// The requests among this step's effects.
fn asked(step: &Step) -> Vec<&Request> {
    step.effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Request(request) => Some(request),
            Effect::OpenCheckout { .. }
            | Effect::Notify
            | Effect::RaiseWindow(_)
            | Effect::Changed(_)
            | Effect::Reply { .. } => None,
        })
        .collect()
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

fn start(command: u64) -> Event {
    Event::StartTopUp {
        command,
        new: NewPayment::top_up(usdc(2_500), format!("t{command}")),
        link_state: None,
        clock_offset: None,
    }
}

/// Every request in flight fails with this error.
fn refused(state: State, error: &Error, at: Timestamp) -> State {
    let events = [
        Event::History {
            requested_at: at,
            answer: Err(error.clone()),
        },
        Event::Balance(Err(error.clone())),
        Event::Catalogue(Err(error.clone())),
    ];
    events
        .iter()
        .fold(state, |state, event| step(&state, event, at, 0).state)
}

#[test]
fn retry_after_is_obeyed_whatever_the_user_does() {
    let begun = step(&account(Vec::new()), &Event::Tick, noon(), 0);
    assert!(!asked(&begun).is_empty());
    let busy = Error {
        retry_after: Some(Span::minutes(5)),
        ..Error::passing(Code::RateLimited, Detail::any())
    };
    let quiet = refused(begun.state, &busy, noon());
    let soon = noon().plus(Span::minutes(4));
    for event in [
        Event::CheckNow { command: 1 },
        Event::RefreshAll { command: 2 },
        Event::Presence(Presence::Focused),
        Event::ClockJumped,
        Event::SignedIn(true),
        Event::Tick,
    ] {
        let after = step(&quiet, &event, soon, 0);
        assert_eq!(asked(&after), Vec::<&Request>::new(), "{event:?}");
        let later = step(&after.state, &Event::Tick, noon().plus(Span::minutes(6)), 0);
        assert!(
            !asked(&later).is_empty(),
            "{event:?}: polled once the wait is over"
        );
    }
    let offline = step(&quiet, &Event::Online(false), soon, 0).state;
    let back = step(&offline, &Event::Online(true), soon, 0);
    assert_eq!(asked(&back), Vec::<&Request>::new());
}

#[test]
fn check_now_retries_after_failure() {
    let begun = step(&account(Vec::new()), &Event::Tick, noon(), 0);
    let down = Error::passing(Code::Unreachable, Detail::any());
    let quiet = refused(begun.state, &down, noon());
    assert_eq!(
        asked(&step(&quiet, &Event::Tick, noon(), 0)),
        Vec::<&Request>::new()
    );
    let wanted = step(&quiet, &Event::CheckNow { command: 1 }, noon(), 0);
    assert!(asked(&wanted).contains(&&Request::Balance));
}

#[test]
fn offline_top_up_is_refused() {
    let offline = step(&account(Vec::new()), &Event::Online(false), noon(), 0).state;
    let tried = step(&offline, &start(1), noon(), 0);
    assert_eq!(reply(&tried).unwrap_err().code, Code::Unreachable);
    assert!(tried.commit.is_empty() && asked(&tried).is_empty());
    assert!(tried.state.top_ups.is_empty());
    let back = step(&tried.state, &Event::Online(true), noon(), 0).state;
    assert!(reply(&step(&back, &start(2), noon(), 0)).is_ok());
}

#[test]
fn rejection_of_old_key_does_not_affect_new_one() {
    let begun = step(&account(Vec::new()), &Event::Tick, noon(), 0).state;
    let renewed = step(&begun, &Event::SignedIn(true), noon(), 0).state;
    let rejected = Event::Balance(Err(Error::new(Code::Unauthorized, Detail::any())));
    let after = step(&renewed, &rejected, noon(), 0);
    assert!(
        after.commit.is_empty(),
        "a rejection of the old key is not reported: {:?}",
        after.commit
    );
    assert!(!after.state.errors.contains_key(&PollTarget::Balance));
    assert!(
        asked(&after).contains(&&Request::Balance),
        "asked with the new key"
    );
    let again = step(&after.state, &rejected, noon(), 0);
    assert!(again.state.errors.contains_key(&PollTarget::Balance));
    assert!(
        !again.commit.is_empty(),
        "the rejected key is now the one in use"
    );
}

#[test]
fn malformed_response_keeps_last_state_and_its_time() {
    let balance = ApiBalance {
        balance: usdc(10_000),
        daily_usage: None,
        days_left: None,
        owed: None,
        entitlements: Vec::new(),
    };
    let good = step(
        &account(Vec::new()),
        &Event::Balance(Ok(balance.clone())),
        noon(),
        0,
    );
    let wrong = Error::new(Code::AnswerMalformed, Detail::any());
    let later = noon().plus(Span::minutes(5));
    let after = step(&good.state, &Event::Balance(Err(wrong.clone())), later, 0).state;
    assert_eq!(after.api_balance, Some((balance, noon())));
    assert_eq!(
        after.errors.get(&PollTarget::Balance),
        Some(&(wrong, later))
    );

    let open = TopUp::intent(&NewPayment::top_up(usdc(2_500), "t"), false, None, noon());
    let followed = account(vec![open.clone()]);
    let unreadable = OpenPaymentsResponse {
        payments: Vec::new(),
        history_read: false,
        error: Some(Error::new(Code::LineUnreadable, Detail::any())),
    };
    let response = Event::OpenPayments {
        requested_at: later,
        answer: Ok(unreadable),
    };
    let after = step(&followed, &response, later, 0).state;
    assert_eq!(
        after.top_ups["t"], open,
        "the malformed response changes nothing"
    );
    assert!(after.errors.contains_key(&PollTarget::OpenPayments));
}

/// The page that the window is to show, if it is raised at all.
fn raised(step: &Step) -> Option<Option<Page>> {
    step.effects.iter().find_map(|effect| match effect {
        Effect::RaiseWindow(page) => Some(page.clone()),
        Effect::Request(_)
        | Effect::OpenCheckout { .. }
        | Effect::Notify
        | Effect::Changed(_)
        | Effect::Reply { .. } => None,
    })
}

#[test]
fn return_link_shows_overview_unless_payment_is_shown() {
    let intent = TopUp::intent(&NewPayment::top_up(usdc(2_500), "t"), false, None, noon());
    let account = account(vec![intent]);
    let link = Event::ReturnLinkOpened {
        top_up_id: "t".into(),
    };
    let at = |viewing: Option<&str>| {
        let seen = Event::Viewing(viewing.map(str::to_owned));
        let seen = step(&account, &seen, noon(), 0).state;
        raised(&step(&seen, &link, noon(), 0))
    };
    assert!(matches!(at(None), Some(Some(Page::Overview { .. }))));
    assert!(matches!(
        at(Some("other")),
        Some(Some(Page::Overview { .. }))
    ));
    assert_eq!(at(Some("t")), Some(None));
}

#[test]
fn return_link_shows_payments_where_several_can_be_open() {
    let intent = TopUp::intent(&NewPayment::top_up(usdc(2_500), "t"), false, None, noon());
    let mut account = account(vec![intent]);
    account.config.rules.capabilities.several_open = true;
    let seen = Event::Viewing(Some("t".to_owned()));
    let seen = step(&account, &seen, noon(), 0).state;
    let link = Event::ReturnLinkOpened {
        top_up_id: "t".into(),
    };
    assert!(matches!(
        raised(&step(&seen, &link, noon(), 0)),
        Some(Some(Page::Payments { .. }))
    ));
}

/// Allows several open payments, and the same request again under its key for ten minutes.
fn repeatable() -> Rules {
    Rules {
        repeatable_for: Some(Span::minutes(10)),
        capabilities: Capabilities {
            several_open: true,
            ..Capabilities::default()
        },
        ..Rules::default()
    }
}

/// An account whose request `t1`, sent at noon, got no response.
fn lost_answer(rules: Rules, error: &Error) -> State {
    let mut state = account(Vec::new());
    state.config.rules = rules;
    let begun = step(&state, &start(1), noon(), 0).state;
    let lost = Event::Started {
        top_up_id: "t1".to_owned(),
        answer: Err(error.clone()),
    };
    step(&begun, &lost, noon().plus(Span::seconds(10)), 0).state
}

fn sends_again(step: &Step) -> bool {
    asked(step).iter().any(
        |request| matches!(request, Request::Start { top_up_id: top_up, .. } if top_up == "t1"),
    )
}

/// Events of every kind that change what is stored.
fn events_that_write() -> Vec<Event> {
    vec![
        Event::Tick,
        Event::ClockJumped,
        start(2),
        Event::CancelTopUp {
            command: 3,
            top_up_id: "t1".to_owned(),
        },
        Event::ReturnLinkOpened {
            top_up_id: "t1".to_owned(),
        },
        Event::Started {
            top_up_id: "t1".to_owned(),
            answer: Err(Error::new(Code::Refused, Detail::any())),
        },
        Event::Balance(Err(Error::new(Code::Unauthorized, Detail::any()))),
        Event::SignedIn(false),
        Event::Presence(Presence::Focused),
    ]
}

#[test]
fn failed_commit_writes_nothing_and_loses_only_its_event() {
    let lost = lost_answer(repeatable(), &Error::passing(Code::Timeout, Detail::any()));
    // By now the intent must be dropped, which is a change to write.
    let now = noon().plus(Span::minutes(11));
    for code in [
        Code::StorageFailed,
        Code::NotFound,
        Code::Unauthorized,
        Code::SignedOut,
    ] {
        for poll in PollTarget::ALL.into_iter().map(Some).chain([None]) {
            let failed = Event::CommitFailed {
                command: Some(1),
                poll,
                started_top_up_id: Some("t1".to_owned()),
                error: Error::new(code, Detail::any()),
            };
            let after = step(&lost, &failed, now, 0);
            assert_eq!(after.commit, [], "{code:?}, {poll:?}");
            assert_eq!(after.state.top_ups, lost.top_ups);
            assert!(
                !sends_again(&after),
                "the provider may have forgotten the key"
            );
            let due = after.state.next_due().unwrap();
            assert!(due > now, "a full disk is retried only after a pause");
        }
    }
    for event in events_that_write() {
        let after = step(&lost, &event, now, 0);
        let is_fact = matches!(
            event,
            Event::SignedIn(_) | Event::Presence(_) | Event::ClockJumped
        );
        assert!(
            !is_fact || after.commit.is_empty(),
            "{event:?} could be lost"
        );
    }
}

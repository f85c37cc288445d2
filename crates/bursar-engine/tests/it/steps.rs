//! Single steps: what one event causes in one state.

use crate::fixtures::{noon, usdc};
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::catalogue::Capabilities;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error};
use bursar_domain::payment::NewPayment;
use bursar_domain::rules::Rules;
use bursar_domain::view::Page;
use bursar_engine::top_up::{Phase, TopUp};
use bursar_engine::{
    AccountConfig, BlockProgress, ChainResponse, Effect, Event, OpenPaymentsResponse, PollTarget,
    Presence, Request, State, Step, Thresholds, step,
};

/// A signed-in account with these top-ups; everything is due.
fn account(top_ups: Vec<TopUp>) -> State {
    let config = AccountConfig {
        rules: Rules::default(),
        signed_in: true,
        watched_address: None,
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
        ..Error::passing(Code::RateLimited, "busy")
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
    let down = Error::passing(Code::Unreachable, "down");
    let quiet = refused(begun.state, &down, noon());
    assert_eq!(
        asked(&step(&quiet, &Event::Tick, noon(), 0)),
        Vec::<&Request>::new()
    );
    let wanted = step(&quiet, &Event::CheckNow { command: 1 }, noon(), 0);
    assert!(asked(&wanted).contains(&&Request::Balance));
}

#[test]
fn clock_set_back_does_not_prolong_retry_after() {
    let begun = step(&account(Vec::new()), &Event::Tick, noon(), 0);
    let busy = Error {
        retry_after: Some(Span::minutes(5)),
        ..Error::passing(Code::RateLimited, "busy")
    };
    let quiet = refused(begun.state, &busy, noon());
    let days_before = noon().minus(Span::days(3));
    let woken = step(&quiet, &Event::ClockJumped, days_before, 0);
    assert!(!asked(&woken).is_empty());
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
    let rejected = Event::Balance(Err(Error::new(Code::Unauthorized, "rejected")));
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
    };
    let good = step(
        &account(Vec::new()),
        &Event::Balance(Ok(balance.clone())),
        noon(),
        0,
    );
    let wrong = Error::new(Code::AnswerMalformed, "balance of the account is negative");
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
        error: Some(Error::new(Code::LineUnreadable, "status of a payment")),
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

#[test]
fn spendable_balance_is_the_apis_while_chain_is_down() {
    let reading = ChainReading {
        block: 1,
        block_hash: Default::default(),
        block_time: noon(),
        read_at: noon(),
        free: usdc(10_000),
        reserved: usdc(0),
        held: usdc(0),
        frozen: false,
    };
    let api = |cents| ApiBalance {
        balance: usdc(cents),
        daily_usage: None,
        days_left: None,
    };
    let begun = State {
        chain_reading: Some(reading),
        ..account(Vec::new())
    };
    let both = step(&begun, &Event::Balance(Ok(api(10_000))), noon(), 0).state;
    assert_eq!(both.spendable(), Some(&usdc(10_000)));
    let down = Error::passing(Code::ChainUnavailable, "down");
    let silent = step(&both, &Event::Chain(Err(down)), noon(), 0).state;
    let later = noon().plus(Span::hours(1));
    let spent = step(&silent, &Event::Balance(Ok(api(500))), later, 0).state;
    assert_eq!(
        spent.spendable(),
        Some(&usdc(500)),
        "not the chain's old figure"
    );
    let offline = Error::passing(Code::Unreachable, "down");
    let neither = step(&spent, &Event::Balance(Err(offline)), later, 0).state;
    assert_eq!(
        neither.spendable(),
        Some(&usdc(500)),
        "the newer of the two"
    );
}

/// An account whose chain is read.
fn watching() -> State {
    let mut state = account(Vec::new());
    state.config.watched_address = Some(Default::default());
    state
}

fn figures(block: u64, cents: i64) -> ChainResponse {
    ChainResponse {
        user: Default::default(),
        reading: ChainReading {
            block,
            block_hash: Default::default(),
            block_time: noon(),
            read_at: noon(),
            free: usdc(cents),
            reserved: usdc(0),
            held: usdc(0),
            frozen: false,
        },
        lowers_mark: false,
        credited: Vec::new(),
        changed: false,
        reorganised: Vec::new(),
        backfill: None,
        reread_at: None,
        figures_error: None,
        events_error: None,
    }
}

fn heard(state: &State, answer: ChainResponse) -> Step {
    step(state, &Event::Chain(Ok(answer)), noon(), 0)
}

#[test]
fn overtaken_response_changes_no_figure() {
    let mut begun = watching();
    begun.thresholds = Thresholds {
        days: None,
        amount: Some(usdc(1_000)),
    };
    let newest = heard(&begun, figures(1_677, 3_398)).state;
    let late = heard(&newest, figures(1_674, 398));
    assert_eq!(late.state.chain_reading, newest.chain_reading);
    assert!(late.commit.is_empty(), "{:?}", late.commit);
    assert!(!late.state.alerts.low_balance_notified);
    // The same block again, and a newer one, are accepted.
    let again = heard(&newest, figures(1_677, 398)).state;
    assert_eq!(again.spendable(), Some(&usdc(398)));
    assert!(again.alerts.low_balance_notified);
    // Replaced blocks take their figures with them.
    let replaced = ChainResponse {
        lowers_mark: true,
        ..figures(1_674, 398)
    };
    let replaced = heard(&newest, replaced).state;
    assert_eq!(replaced.spendable(), Some(&usdc(398)));
    assert!(replaced.alerts.low_balance_notified);
}

#[test]
fn older_figure_is_shown_with_reason_and_does_not_warn() {
    let mut begun = watching();
    begun.thresholds = Thresholds {
        days: None,
        amount: Some(usdc(1_000)),
    };
    let newest = heard(&begun, figures(1_677, 3_398)).state;
    let back = ChainResponse {
        lowers_mark: true,
        figures_error: Some(Error::passing(Code::ChainWentBack, "back")),
        ..figures(1_674, 398)
    };
    let older = heard(&newest, back);
    assert_eq!(older.state.spendable(), Some(&usdc(398)));
    let error = &older.state.errors[&PollTarget::Chain].0;
    assert_eq!(error.code, Code::ChainWentBack);
    assert!(!older.state.alerts.low_balance_notified && older.commit.is_empty());
    // Nor does it end a warning, as a figure from before the spending would.
    let poor = heard(&begun, figures(1_677, 398)).state;
    assert!(poor.alerts.low_balance_notified);
    let richer = ChainResponse {
        lowers_mark: true,
        figures_error: Some(Error::passing(Code::ChainWentBack, "back")),
        ..figures(1_674, 3_398)
    };
    assert!(heard(&poor, richer).state.alerts.low_balance_notified);
    let now_there = heard(&older.state, figures(1_678, 3_398)).state;
    assert!(!now_there.errors.contains_key(&PollTarget::Chain));
}

#[test]
fn doubtful_blocks_are_reread_when_due() {
    let due = noon().plus(Span::seconds(10));
    let doubtful = ChainResponse {
        reread_at: Some(due),
        ..figures(256, 2_500)
    };
    let after = heard(&watching(), doubtful).state;
    assert_eq!(after.poll_timers[&PollTarget::Chain].due, due);
    let long_due = ChainResponse {
        reread_at: Some(noon().minus(Span::hours(1))),
        ..figures(256, 2_500)
    };
    let after = heard(&watching(), long_due).state;
    assert!(after.poll_timers[&PollTarget::Chain].due >= noon());
}

#[test]
fn refresh_all_rereads_chain_events_until_done() {
    let begun = step(&watching(), &Event::Tick, noon(), 0).state;
    let quiet = heard(&begun, figures(1, 100)).state;
    let wanted = step(&quiet, &Event::RefreshAll { command: 1 }, noon(), 0);
    let whole = |step: &Step| {
        let mut chain = asked(step).into_iter().filter_map(|request| match request {
            Request::Chain { full, .. } => Some(*full),
            _ => None,
        });
        chain.next()
    };
    assert_eq!(whole(&wanted), Some(true));
    let down = Error::passing(Code::ChainUnavailable, "down");
    let failed = step(&wanted.state, &Event::Chain(Err(down)), noon(), 0).state;
    let later = noon().plus(Span::minutes(5));
    let again = step(&failed, &Event::Tick, later, 0);
    assert_eq!(whole(&again), Some(true));
    let done = heard(&again.state, figures(1, 100)).state;
    let next = step(&done, &Event::Tick, later.plus(Span::hours(1)), 0);
    assert_eq!(whole(&next), Some(false));
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

#[test]
fn clock_set_back_does_not_delay_resend() {
    for hours in [1, 24, 24 * 365] {
        let lost = lost_answer(repeatable(), &Error::passing(Code::Timeout, "lost"));
        let back = noon().minus(Span::hours(hours));
        // Bursar notices the jump, or starts anew.
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
            answer: Err(Error::passing(Code::Timeout, "lost")),
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
        ..Error::passing(Code::ProviderUnavailable, "busy")
    };
    let lost = lost_answer(repeatable(), &busy);
    let soon = noon().plus(Span::minutes(2));
    assert!(!sends_again(&step(&lost, &Event::ClockJumped, soon, 0)));
    let later = noon().plus(Span::minutes(6));
    assert!(sends_again(&step(&lost, &Event::Tick, later, 0)));
}

#[test]
fn due_times_stay_plausible() {
    let mut state = lost_answer(repeatable(), &Error::passing(Code::Timeout, "lost"));
    state = step(&state, &Event::Tick, noon(), 0).state;
    let busy = Error {
        retry_after: Some(Span::hours(1)),
        ..Error::passing(Code::RateLimited, "busy")
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
            answer: Err(Error::new(Code::Refused, "no")),
        },
        Event::Balance(Err(Error::new(Code::Unauthorized, "no"))),
        Event::SignedIn(false),
        Event::Presence(Presence::Focused),
    ]
}

#[test]
fn failed_commit_writes_nothing_and_loses_only_its_event() {
    let lost = lost_answer(repeatable(), &Error::passing(Code::Timeout, "lost"));
    // By now it is to be dropped, which is a change of its own.
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
                error: Error::new(code, "no"),
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
    let lost = lost_answer(Rules::default(), &Error::passing(Code::Timeout, "lost"));
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
    let lost = lost_answer(Rules::default(), &Error::passing(Code::Timeout, "lost"));
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

#[test]
fn figures_stay_current_while_events_fail() {
    let user = Default::default();
    let begun = account(Vec::new());
    let begun = State {
        config: AccountConfig {
            watched_address: Some(user),
            ..begun.config
        },
        presence: Presence::Focused,
        ..begun
    };
    let mut clock = noon();
    let answer = |problem: Option<Error>, at| {
        Event::Chain(Ok(ChainResponse {
            user,
            reading: ChainReading {
                block: 1,
                block_hash: Default::default(),
                block_time: at,
                read_at: at,
                free: usdc(10_000),
                reserved: usdc(0),
                held: usdc(0),
                frozen: false,
            },
            credited: Vec::new(),
            reorganised: Vec::new(),
            changed: false,
            backfill: Some(BlockProgress {
                read: 1,
                at_most: 9,
            }),
            lowers_mark: false,
            reread_at: None,
            figures_error: None,
            events_error: problem,
        }))
    };
    let limited = Error {
        retry_after: Some(Span::minutes(10)),
        ..Error::passing(Code::EventsIncomplete, "not all")
    };
    let partly_read = step(&begun, &answer(Some(limited), clock), clock, 0);
    assert_eq!(partly_read.state.spendable(), Some(&usdc(10_000)));
    assert!(!partly_read.state.errors.contains_key(&PollTarget::Chain));
    let problem = partly_read.state.events_error.as_ref().unwrap();
    assert_eq!((problem.0.code, problem.1), (Code::EventsIncomplete, clock));
    // Neither at once, although there is more to read, nor before the server allows it.
    clock = clock.plus(Span::minutes(9));
    let early = step(&partly_read.state, &Event::Tick, clock, 0);
    assert!(
        !asked(&early)
            .iter()
            .any(|request| matches!(request, Request::Chain { .. }))
    );
    clock = clock.plus(Span::minutes(2));
    let again = step(&early.state, &Event::Tick, clock, 0);
    assert!(
        asked(&again)
            .iter()
            .any(|request| matches!(request, Request::Chain { .. }))
    );
    let whole = step(&again.state, &answer(None, clock), clock, 0);
    assert_eq!(whole.state.events_error, None);
    assert!(
        asked(&whole)
            .iter()
            .any(|request| matches!(request, Request::Chain { .. })),
        "the next portion"
    );
    // A passing error, such as two RPC endpoints that are a moment apart, is retried soon, but not forever.
    let passing = |at| answer(Some(Error::passing(Code::RpcsDisagree, "not yet")), at);
    let mut state = step(&whole.state, &passing(clock), clock, 0).state;
    let mut looks = 1;
    let begun = clock;
    while clock.since(begun) < Span::minutes(30) {
        clock = clock.plus(Span::millis(500));
        let tick = step(&state, &Event::Tick, clock, 0);
        state = tick.state.clone();
        if asked(&tick)
            .iter()
            .any(|request| matches!(request, Request::Chain { .. }))
        {
            looks += 1;
            state = step(&state, &passing(clock), clock, 0).state;
        }
        if looks == 3 {
            assert!(clock.since(begun) < Span::seconds(5));
        }
    }
    assert!((30..=45).contains(&looks), "{looks}");
}

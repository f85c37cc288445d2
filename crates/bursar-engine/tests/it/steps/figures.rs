//! Figures of the chain and the API: which of them is shown, and when the chain is read again.

use super::{account, asked};
use crate::fixtures::{noon, usdc};
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Span;
use bursar_domain::error::{Code, Detail, Error};
use bursar_engine::{
    AccountConfig, BlockProgress, ChainResponse, Event, PollTarget, Presence, Request, State, Step,
    Thresholds, step,
};

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
        owed: None,
        entitlements: Vec::new(),
    };
    let begun = State {
        chain_reading: Some(reading),
        ..account(Vec::new())
    };
    let both = step(&begun, &Event::Balance(Ok(api(10_000))), noon(), 0).state;
    assert_eq!(both.spendable(), Some(&usdc(10_000)));
    let down = Error::passing(Code::ChainUnavailable, Detail::any());
    let silent = step(&both, &Event::Chain(Err(down)), noon(), 0).state;
    let later = noon().plus(Span::hours(1));
    let spent = step(&silent, &Event::Balance(Ok(api(500))), later, 0).state;
    assert_eq!(
        spent.spendable(),
        Some(&usdc(500)),
        "not the chain's old figure"
    );
    let offline = Error::passing(Code::Unreachable, Detail::any());
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
        figures_error: Some(Error::passing(Code::ChainWentBack, Detail::any())),
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
        figures_error: Some(Error::passing(Code::ChainWentBack, Detail::any())),
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
    let down = Error::passing(Code::ChainUnavailable, Detail::any());
    let failed = step(&wanted.state, &Event::Chain(Err(down)), noon(), 0).state;
    let later = noon().plus(Span::minutes(5));
    let again = step(&failed, &Event::Tick, later, 0);
    assert_eq!(whole(&again), Some(true));
    let done = heard(&again.state, figures(1, 100)).state;
    let next = step(&done, &Event::Tick, later.plus(Span::hours(1)), 0);
    assert_eq!(whole(&next), Some(false));
}

#[test]
fn figures_stay_current_while_events_fail() {
    let user = Default::default();
    let begun = account(Vec::new());
    let begun = State {
        config: AccountConfig {
            watched_address: Some(user),
            balance_from: bursar_domain::network::BalanceFrom::Chain,
            debt_rules: None,
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
        ..Error::passing(Code::EventsIncomplete, Detail::any())
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
    let passing = |at| answer(Some(Error::passing(Code::RpcsDisagree, Detail::any())), at);
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

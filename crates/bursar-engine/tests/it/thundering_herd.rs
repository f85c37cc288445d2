//! Desktops that poll one backend from the tray for an hour, with the time passed in: how many requests each sends, and
//! that ten thousand do not send them at the same moment.

use crate::fixtures::{eight_in_the_morning, usdc};
use alloy_primitives::{Address, B256};
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::network::BalanceFrom;
use bursar_domain::payment_rules::Rules;
use bursar_engine::{
    AccountConfig, ChainResponse, Effect, Event, HistoryResponse, Request, State, step,
};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The desktops start within this time, before the hour that is counted.
const MORNING: Span = Span::hours(2);
const HOUR: Span = Span::hours(1);
/// How long a server takes to answer, at most.
const LATENCY_MS: i64 = 400;

/// A response without changes.
fn answer(request: &Request, requested_at: Timestamp, now: Timestamp) -> Event {
    match request {
        Request::Chain { .. } => Event::Chain(Ok(ChainResponse {
            user: Address::ZERO,
            reading: ChainReading {
                block: 1,
                block_hash: B256::ZERO,
                block_time: now,
                read_at: now,
                free: usdc(25_600),
                reserved: usdc(0),
                held: usdc(0),
                frozen: false,
            },
            credited: Vec::new(),
            reorganised: Vec::new(),
            changed: false,
            backfill: None,
            lowers_mark: false,
            reread_at: None,
            figures_error: None,
            events_error: None,
        })),
        Request::Balance => Event::Balance(Ok(ApiBalance {
            balance: usdc(25_600),
            daily_usage: None,
            days_left: Some(40),
            owed: None,
            entitlements: Vec::new(),
        })),
        Request::History { .. } => Event::History {
            requested_at,
            answer: Ok(HistoryResponse {
                is_complete: true,
                ..HistoryResponse::default()
            }),
        },
        Request::Catalogue => Event::Catalogue(Ok(Default::default())),
        Request::DuePayments => Event::DuePayments(Ok(())),
        Request::Charges => Event::Charges(Ok(())),
        Request::Start { .. }
        | Request::Cancel { .. }
        | Request::OpenPayments { .. }
        | Request::Probe(_) => {
            panic!("nothing is open: {request:?}")
        }
    }
}

/// How many HTTP requests it takes if nothing has changed: the catalogue takes three.
fn requests(request: &Request) -> u32 {
    match request {
        Request::Catalogue => 3,
        Request::DuePayments => 2,
        Request::Chain { .. }
        | Request::Balance
        | Request::History { .. }
        | Request::Charges
        | Request::Start { .. }
        | Request::Cancel { .. }
        | Request::OpenPayments { .. }
        | Request::Probe(_) => 1,
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Tick,
    /// The index of a request that is answered.
    Answer(usize),
}

/// The requests of each desktop, and of all desktops in each second of the hour.
struct Counted {
    by_desktop: Vec<u32>,
    by_second: Vec<u32>,
    at_the_chain: u32,
}

impl Counted {
    fn total(&self) -> u32 {
        self.by_desktop.iter().sum()
    }

    fn most(&self) -> u32 {
        self.by_desktop.iter().copied().max().unwrap()
    }

    fn least(&self) -> u32 {
        self.by_desktop.iter().copied().min().unwrap()
    }

    fn busiest(&self) -> u32 {
        self.by_second.iter().copied().max().unwrap()
    }
}

#[test]
fn desktop_sends_at_most_twelve_requests_an_hour() {
    let counted = an_hour_of(200);
    assert!(counted.most() <= 12, "{}", counted.most());
    assert!(counted.least() >= 8, "{}", counted.least());
}

#[test]
#[ignore = "too long where nothing is optimised: scripts/bench.sh runs it"]
fn ten_thousand_desktops_do_not_ask_at_once() {
    let counted = an_hour_of(10_000);
    let (total, busiest) = (counted.total(), counted.busiest());
    println!(
        "{total} requests in an hour: {} to {} each, {} of all at the chain; busiest second {busiest}",
        counted.least(),
        counted.most(),
        counted.at_the_chain
    );
    // A cycle takes ten to twelve minutes: the chain in each, the API's balance and history in turn.
    assert!((100_000..=120_000).contains(&total));
    assert!(u64::from(busiest) * 3_600 <= 3 * u64::from(total));
}

fn an_hour_of(desktops: usize) -> Counted {
    let mut random = SmallRng::seed_from_u64(1);
    let mut queue = BinaryHeap::new();
    let mut states = Vec::new();
    for desktop in 0..desktops {
        let at = eight_in_the_morning().plus(Span::millis(random.random_range(0..MORNING.0)));
        let config = AccountConfig {
            rules: Rules::default(),
            signed_in: true,
            watched_address: Some(Address::ZERO),
            balance_from: BalanceFrom::Chain,
            debt_rules: None,
        };
        let account = AccountId(desktop.to_string());
        states.push(State::new(account, at, config, Vec::new(), at));
        queue.push(Reverse((at, desktop, Next::Tick)));
    }
    let counted = eight_in_the_morning().plus(MORNING);
    let end = counted.plus(HOUR);
    let mut asked: Vec<(Timestamp, Request)> = Vec::new();
    let mut by_desktop = vec![0_u32; desktops];
    let mut by_second = vec![0_u32; 3_600];
    let mut at_the_chain = 0;
    while let Some(Reverse((now, desktop, next))) = queue.pop() {
        if now >= end {
            break;
        }
        let event = match next {
            Next::Tick => Event::Tick,
            Next::Answer(index) => answer(&asked[index].1, asked[index].0, now),
        };
        let after = step(&states[desktop], &event, now, random.random());
        assert!(
            after.commit.is_empty(),
            "nothing happened, nothing is written"
        );
        for effect in after.effects {
            let Effect::Request(request) = effect else {
                continue;
            };
            if now >= counted {
                let second = usize::try_from(now.since(counted).0 / 1_000).unwrap();
                by_second[second] += requests(&request);
                by_desktop[desktop] += requests(&request);
                at_the_chain += u32::from(matches!(request, Request::Chain { .. }));
            }
            let later = now.plus(Span::millis(random.random_range(20..LATENCY_MS)));
            queue.push(Reverse((later, desktop, Next::Answer(asked.len()))));
            asked.push((now, request));
        }
        if let Some(due) = after.state.next_due() {
            let due = due.max(now.plus(Span::millis(1)));
            queue.push(Reverse((due, desktop, Next::Tick)));
        }
        states[desktop] = after.state;
    }
    Counted {
        by_desktop,
        by_second,
        at_the_chain,
    }
}

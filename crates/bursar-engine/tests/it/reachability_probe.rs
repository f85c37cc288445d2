//! An unreachable server gets two requests a minute at most, and one within seconds of its return, whatever it does in
//! between. Time is passed in.

use crate::fixtures::eight_in_the_morning;
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Detail, Error};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::network::BalanceFrom;
use bursar_domain::payment_rules::Rules;
use bursar_engine::{
    AccountConfig, Effect, Event, HistoryResponse, Presence, Request, Server, State, Step, step,
};
use proptest::prelude::*;

const MINUTE: i64 = 60_000;
/// How long everything takes, in milliseconds.
const LATENCY: i64 = 40;

/// What the API's address does at some time.
#[derive(Clone, Copy, Debug, PartialEq)]
enum There {
    Nobody,
    /// Accepts connections and never answers.
    Mute,
    Server,
}

/// The requests and probes, in milliseconds from the start.
#[derive(Default)]
struct Asked {
    requests: Vec<i64>,
    answered: Vec<i64>,
    probes: usize,
}

/// Runs an account against such a server until this time.
fn live(presence: Presence, until: i64, there: impl Fn(i64) -> There) -> Asked {
    let config = AccountConfig {
        rules: Rules::default(),
        signed_in: true,
        watched_address: None,
        balance_from: BalanceFrom::Chain,
        debt_rules: None,
    };
    let account = AccountId("a".to_owned());
    let mut state = State::new(
        account,
        eight_in_the_morning(),
        config,
        Vec::new(),
        eight_in_the_morning(),
    );
    let mut asked = Asked::default();
    let mut flying: Vec<(i64, Request)> = Vec::new();
    let mut at = 0;
    let mut event = Event::Presence(presence);
    let mut entropy = 7_u64;
    loop {
        let now = Timestamp(eight_in_the_morning().0 + at);
        entropy = entropy
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let Step {
            state: next,
            effects,
            ..
        } = step(&state, &event, now, entropy >> 8);
        state = next;
        for effect in effects {
            if let Effect::Request(request) = effect {
                if matches!(request, Request::Probe(_)) {
                    asked.probes += 1;
                } else {
                    asked.requests.push(at);
                }
                flying.push((at + LATENCY, request));
            }
        }
        let due = state
            .next_due()
            .map_or(i64::MAX, |due| due.since(eight_in_the_morning()).0.max(at));
        let answer = (0..flying.len()).min_by_key(|index| flying[*index].0);
        match answer {
            Some(index) if flying[index].0 <= due => {
                let (then, request) = flying.remove(index);
                at = then;
                if there(at) == There::Server && !matches!(request, Request::Probe(_)) {
                    asked.answered.push(at);
                }
                event = answered(&request, there(at), at);
            }
            _ => {
                at = due;
                event = Event::Tick;
            }
        }
        if at > until {
            return asked;
        }
    }
}

fn answered(request: &Request, there: There, at: i64) -> Event {
    let requested_at = Timestamp(eight_in_the_morning().0 + at - LATENCY);
    let outcome = || match there {
        There::Server => Ok(()),
        There::Nobody | There::Mute => Err(Error::passing(Code::Unreachable, Detail::any())),
    };
    match request {
        Request::Probe(server) => Event::Probed {
            server: *server,
            reachable: there != There::Nobody,
        },
        Request::Balance => Event::Balance(outcome().map(|()| ApiBalance {
            balance: Amount::from_cents(100, Currency::usdc()),
            daily_usage: None,
            days_left: None,
            owed: None,
            entitlements: Vec::new(),
        })),
        Request::History { .. } => Event::History {
            requested_at,
            answer: outcome().map(|()| HistoryResponse {
                is_complete: true,
                ..HistoryResponse::default()
            }),
        },
        Request::Charges => Event::Charges(outcome()),
        Request::DuePayments => Event::DuePayments(outcome()),
        Request::Catalogue => Event::Catalogue(outcome().map(|()| Default::default())),
        Request::Start { .. }
        | Request::Cancel { .. }
        | Request::OpenPayments { .. }
        | Request::Chain { .. } => panic!("nothing is open, and there is no chain: {request:?}"),
    }
}

/// The most requests in any minute that begins after `after`.
fn busiest_minute(asked: &Asked, after: i64) -> usize {
    let late: Vec<_> = asked.requests.iter().filter(|at| **at >= after).collect();
    late.iter()
        .map(|from| {
            late.iter()
                .filter(|at| (**from..**from + MINUTE).contains(*at))
                .count()
        })
        .max()
        .unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn returning_server_is_asked_within_seconds(
        gone in 100_i64..20 * MINUTE,
        presence in prop_oneof![Just(Presence::Open), Just(Presence::Focused)],
    ) {
        let begun = 2 * MINUTE;
        let back = begun + gone;
        let asked = live(presence, back + MINUTE, |at| match at {
            at if (begun..back).contains(&at) => There::Nobody,
            _ => There::Server,
        });
        // An outage between two requests goes unnoticed.
        let missed = asked.requests.iter().any(|at| (begun - LATENCY..back - LATENCY).contains(at));
        if missed {
            let first = asked.answered.iter().find(|at| **at >= back).unwrap();
            prop_assert!(first - back <= 3_000, "back after {} ms", first - back);
        }
    }

    #[test]
    fn unreachable_server_is_asked_at_most_twice_a_minute(
        // What the server does, and for how long, over and over.
        pattern in prop::collection::vec((prop_oneof![Just(There::Nobody), Just(There::Mute)], 100_i64..30_000), 1..6),
    ) {
        let round: i64 = pattern.iter().map(|(_, span)| span).sum();
        let asked = live(Presence::Focused, 30 * MINUTE, |at| {
            let mut left = at % round;
            for (there, span) in &pattern {
                if left < *span {
                    return *there;
                }
                left -= span;
            }
            There::Nobody
        });
        prop_assert!(busiest_minute(&asked, 5 * MINUTE) <= 2);
    }
}

#[test]
fn mute_server_is_not_polled_more_often() {
    let asked = live(Presence::Focused, 30 * MINUTE, |_| There::Mute);
    assert_eq!(busiest_minute(&asked, 5 * MINUTE), 1);
}

#[test]
fn no_probes_while_nobody_waits() {
    let asked = live(Presence::Tray, 30 * MINUTE, |_| There::Nobody);
    assert_eq!(asked.probes, 0);
    let asked = live(Presence::Open, 30 * MINUTE, |_| There::Nobody);
    assert!(asked.probes > 500, "{}", asked.probes);
}

#[test]
fn probe_without_failure_changes_nothing() {
    let config = AccountConfig {
        rules: Rules::default(),
        signed_in: true,
        watched_address: None,
        balance_from: BalanceFrom::Chain,
        debt_rules: None,
    };
    let account = AccountId("a".to_owned());
    let state = State::new(
        account,
        eight_in_the_morning(),
        config,
        Vec::new(),
        eight_in_the_morning(),
    );
    let state = step(&state, &Event::Tick, eight_in_the_morning(), 0).state;
    let event = Event::Probed {
        server: Server::Api,
        reachable: true,
    };
    assert_eq!(step(&state, &event, eight_in_the_morning(), 0).state, state);
}

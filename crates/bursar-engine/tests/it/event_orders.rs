//! The engine against a simulated provider and chain, with lost responses, crashes, failing commits, reordered
//! responses and a clock that jumps. Whatever the order of events: one click never makes two payments, no notice comes
//! twice, no payment of ours is forgotten, and `Completed` needs the provider or the chain. Every other world has a
//! provider that allows several open payments, accepts resends under the same key, and refunds money.
//! `BURSAR_ENGINE_SEEDS` sets how many worlds are tried (default 1500, about a million events); `BURSAR_ENGINE_SEED`
//! tries a single one.

mod actions;
mod invariants;
mod provider;

use bursar_domain::account::AccountId;
use bursar_domain::catalogue::Capabilities;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Detail, Error};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::network::BalanceFrom;
use bursar_domain::notice::NoticeKind;
use bursar_domain::payment::{NewPayment, RemotePayment};
use bursar_domain::payment_rules::Rules;
use bursar_engine::top_up::{Phase, TopUp, Verified};
use bursar_engine::{AccountConfig, Alerts, Effect, Event, Request, State, Write, step};
use rand::rngs::SmallRng;
use rand::{Rng, RngCore, SeedableRng};
use std::collections::{BTreeMap, BTreeSet};

const STEPS: usize = 700;

struct World {
    random: SmallRng,
    now: Timestamp,
    state: State,
    /// What a restart reads from disk.
    top_ups: BTreeMap<String, TopUp>,
    alerts: Alerts,
    /// The inbox, oldest first: a notice equal to the last one on its subject is not written.
    notices: Vec<(NoticeKind, String)>,
    /// The payments that the provider really has.
    payments: Vec<RemotePayment>,
    /// Ids of the payments that our own requests made.
    ours: Vec<String>,
    /// The completions that the provider has ever reported, and the ids that the chain has ever shown.
    reported_completed: BTreeSet<String>,
    shown: BTreeSet<String>,
    /// Credits that are on the chain now.
    credits: BTreeMap<String, Verified>,
    lost_credits: Vec<String>,
    flying: Vec<(Request, Timestamp)>,
    answers: Vec<Event>,
    fail_next_commit: bool,
    command: u64,
    ids_differ: bool,
    rules: Rules,
    /// What was sent under each key, and which payment the provider made of it.
    sent: BTreeMap<String, NewPayment>,
    keys: BTreeMap<String, String>,
    /// The payment that the request for this top-up made.
    made: BTreeMap<String, String>,
    /// Payments that ended without money, at least for a while.
    ended: BTreeSet<String>,
    /// How far the provider's clock is ahead of ours, and whether its responses say so.
    ahead: Span,
    tells_time: bool,
    resent: u64,
    events: u64,
}

fn amount(cents: i64) -> Amount {
    Amount::from_cents(cents, Currency::usdc())
}

/// A provider whose lists must be read after a lost response, or one that accepts the same request again.
fn rules(repeatable: bool) -> Rules {
    Rules {
        amount_decimals: 2,
        repeatable_for: repeatable.then(|| Span::minutes(10)),
        cancels_confirming: !repeatable,
        open_is_slow_after: repeatable.then(|| Span::hours(1)),
        capabilities: Capabilities {
            several_open: repeatable,
            renewals: repeatable,
            ..Capabilities::default()
        },
    }
}

fn setup(rules: Rules) -> AccountConfig {
    AccountConfig {
        rules,
        signed_in: true,
        watched_address: rules.one_open_top_up().then(Default::default),
        balance_from: BalanceFrom::Chain,
        debt_rules: None,
    }
}

impl World {
    fn new(seed: u64) -> Self {
        let now = Timestamp::parse_rfc3339("2026-01-31T12:00:00Z").unwrap();
        let rules = rules(seed % 4 >= 2);
        Self {
            random: SmallRng::seed_from_u64(seed),
            now,
            state: State::new(AccountId("a".into()), now, setup(rules), Vec::new(), now),
            top_ups: BTreeMap::new(),
            alerts: Alerts::default(),
            notices: Vec::new(),
            payments: Vec::new(),
            ours: Vec::new(),
            reported_completed: BTreeSet::new(),
            shown: BTreeSet::new(),
            credits: BTreeMap::new(),
            lost_credits: Vec::new(),
            flying: Vec::new(),
            answers: Vec::new(),
            fail_next_commit: false,
            command: 0,
            ids_differ: seed % 4 == 1,
            rules,
            sent: BTreeMap::new(),
            keys: BTreeMap::new(),
            made: BTreeMap::new(),
            ended: BTreeSet::new(),
            ahead: match seed % 7 {
                1 => Span::minutes(-5),
                2 => Span::minutes(20),
                3 => Span::hours(-3),
                _ => Span::default(),
            },
            tells_time: !seed.is_multiple_of(3),
            resent: 0,
            events: 0,
        }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_range(0..100) < percent
    }

    /// Like the driver: the commit first, and no effects if it fails.
    fn happen(&mut self, event: Event) {
        self.events += 1;
        let was_live = self.state.has_live();
        let after = step(&self.state, &event, self.now, self.random.next_u64());
        let after = if !after.commit.is_empty() && std::mem::take(&mut self.fail_next_commit) {
            let error = Error::passing(Code::StorageFailed, Detail::any());
            let (command, poll, started) = match &event {
                Event::StartTopUp { command, .. } | Event::CancelTopUp { command, .. } => {
                    (Some(*command), None, None)
                }
                Event::Started {
                    top_up_id: top_up, ..
                } => (None, None, Some(top_up.clone())),
                Event::OpenPayments { .. } => {
                    (None, Some(bursar_engine::PollTarget::OpenPayments), None)
                }
                Event::History { .. } => (None, Some(bursar_engine::PollTarget::History), None),
                Event::Chain(_) => (None, Some(bursar_engine::PollTarget::Chain), None),
                Event::Balance(_) => (None, Some(bursar_engine::PollTarget::Balance), None),
                _ => (None, None, None),
            };
            let lost = Event::CommitFailed {
                command,
                poll,
                started_top_up_id: started,
                error,
            };
            let after_failure = step(&self.state, &lost, self.now, self.random.next_u64());
            assert_eq!(
                after_failure.commit,
                [],
                "something was written although the commit failed"
            );
            after_failure
        } else {
            after
        };
        let mut written = Vec::new();
        let wrote = !after.commit.is_empty();
        for write in after.commit {
            match write {
                Write::TopUp(top_up) => {
                    let before = self.top_ups.get(&top_up.id).map(|before| before.phase);
                    self.check(&top_up);
                    if before == Some(Phase::Starting) && top_up.phase == Phase::NotStarted {
                        self.check_not_started(&top_up);
                    }
                    written.push(top_up.id.clone());
                    self.top_ups.insert(top_up.id.clone(), top_up);
                }
                Write::DeleteTopUp(id) => {
                    self.top_ups.remove(&id);
                }
                Write::Notice(notice) => {
                    if self.newest_about(&notice.subject) != Some(notice.kind) {
                        self.notices.push((notice.kind, notice.subject));
                    }
                }
                Write::Alerts(alerts) => self.alerts = alerts,
            }
        }
        self.state = after.state;
        for id in &written {
            self.check_newest_notice(&self.top_ups[id]);
        }
        if wrote || self.events.is_multiple_of(16) {
            self.check_disk();
        }
        for effect in after.effects {
            if let Effect::Request(request) = effect {
                if let Request::Start { top_up_id, new } = &request {
                    assert!(
                        self.top_ups.contains_key(top_up_id),
                        "a request without a durable intent"
                    );
                    let before = self.sent.insert(top_up_id.clone(), new.clone());
                    match (self.rules.repeatable_for, before) {
                        (None, before) => {
                            assert!(!was_live, "a second top-up was started beside an open one");
                            assert!(before.is_none(), "one intent, two requests");
                        }
                        (Some(most), Some(before)) => {
                            self.resent += 1;
                            assert_eq!(before, *new, "the same key with another body");
                            let age = self.now.since(self.top_ups[top_up_id].created_at);
                            assert!(
                                age <= most,
                                "sent again although the provider may have forgotten the key"
                            );
                        }
                        (Some(_), None) => {}
                    }
                }
                self.flying.push((request, self.now));
            }
        }
        // The provider or the chain may reopen an ended payment, but two that may both still become a payment never
        // exist side by side.
        let unknown: Vec<_> = self
            .state
            .top_ups
            .values()
            .filter(|t| t.is_live() && t.payment_id.is_none())
            .collect();
        assert!(
            unknown.len() <= 1,
            "two top-ups have an unknown outcome: {unknown:#?}"
        );
        let mut bound = BTreeSet::new();
        for top_up in self.top_ups.values() {
            if let Some(remote) = &top_up.payment_id {
                assert!(
                    bound.insert(remote.clone()),
                    "two top-ups are the same payment"
                );
            }
        }
    }
}

#[test]
fn no_event_order_breaks_an_invariant() {
    let one: Option<u64> = std::env::var("BURSAR_ENGINE_SEED")
        .ok()
        .and_then(|s| s.parse().ok());
    let seeds: u64 = std::env::var("BURSAR_ENGINE_SEEDS")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(1_500);
    let mut events = 0;
    let (mut completed, mut not_started, mut sent_again, mut refunded) = (0, 0, 0, 0);
    for seed in one.map_or(0..seeds, |seed| seed..seed + 1) {
        let ran = std::panic::catch_unwind(|| {
            let mut world = World::new(seed);
            for _ in 0..STEPS {
                world.anything();
            }
            world.settle();
            world.check_end();
            world
        });
        let world = ran.unwrap_or_else(|_| panic!("seed {seed}"));
        events += world.events;
        sent_again += world.resent;
        refunded += world
            .notices
            .iter()
            .filter(|(kind, _)| *kind == NoticeKind::Refunded)
            .count();
        completed += world
            .top_ups
            .values()
            .filter(|t| t.phase == Phase::Completed)
            .count();
        not_started += world
            .top_ups
            .values()
            .filter(|t| t.phase == Phase::NotStarted)
            .count();
    }
    println!(
        "{events} events, {completed} completed, {not_started} not started, {sent_again} sent again, {refunded} refunded"
    );
    let lively = completed > 100 && not_started > 100 && sent_again > 100 && refunded > 10;
    assert!(
        one.is_some() || lively,
        "too little happened to prove anything"
    );
}

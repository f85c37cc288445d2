//! What the user learns about a payment and a balance: how old a status is, and which changes are news.

use crate::fixtures::{minutes_after_noon, noon, usd};
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::catalogue::Capabilities;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Detail, Error, ResponseDetail};
use bursar_domain::network::BalanceFrom;
use bursar_domain::notice::{Notice, NoticeKind};
use bursar_domain::payment::{
    Created, FailureCode, FailureReason, NewPayment, RemotePayment, Status,
};
use bursar_domain::payment_rules::Rules;
use bursar_engine::top_up::TopUp;
use bursar_engine::{
    AccountConfig, ChainResponse, Event, OpenPaymentsResponse, PollTarget, State, Step, Thresholds,
    Write, step,
};
use proptest::prelude::*;

fn account(top_ups: Vec<TopUp>) -> State {
    let config = AccountConfig {
        rules: Rules {
            capabilities: Capabilities {
                several_open: true,
                ..Capabilities::default()
            },
            ..Rules::default()
        },
        signed_in: true,
        watched_address: None,
        balance_from: BalanceFrom::Chain,
        debt_rules: None,
    };
    State::new(AccountId("a".to_owned()), noon(), config, top_ups, noon())
}

/// An account with one open payment: `t` here, `p` at the provider.
fn with_an_open_one() -> State {
    let intent = TopUp::intent(&NewPayment::top_up(usd(2_500), "t"), false, None, noon());
    let created = Created {
        payment_id: "p".to_owned(),
        intent_id: "p".to_owned(),
        payment_provider: None,
        checkout: None,
        expires_at: None,
        payment: None,
        differs: None,
    };
    let answer = Event::Started {
        top_up_id: "t".to_owned(),
        answer: Ok(created),
    };
    step(&account(vec![intent]), &answer, noon(), 0).state
}

fn payment(status: Status, reason: Option<FailureReason>, minute: i64) -> RemotePayment {
    RemotePayment {
        updated_at: minutes_after_noon(minute),
        reason,
        ..RemotePayment::top_up("p", status, usd(2_500), noon())
    }
}

/// A reading at this minute that shows these payments.
fn polled(
    state: &State,
    minute: i64,
    payments: Vec<RemotePayment>,
    unreadable: Option<ResponseDetail>,
) -> Step {
    let response = Event::OpenPayments {
        requested_at: minutes_after_noon(minute),
        answer: Ok(OpenPaymentsResponse {
            payments,
            history_read: unreadable.is_none(),
            error: unreadable.map(|why| Error::new(Code::LineUnreadable, why)),
        }),
    };
    step(state, &response, minutes_after_noon(minute), 0)
}

fn notice(step: &Step) -> Option<&Notice> {
    step.commit.iter().find_map(|write| match write {
        Write::Notice(notice) => Some(notice),
        Write::TopUp(_) | Write::DeleteTopUp(_) | Write::Alerts(_) => None,
    })
}

#[test]
fn unreadable_payment_keeps_last_status_and_its_time() {
    let begun = with_an_open_one();
    assert_eq!(
        begun.status_read_at("t"),
        Some(noon()),
        "the response contains the status"
    );
    let good = polled(&begun, 1, vec![payment(Status::Confirming, None, 1)], None).state;
    assert_eq!(good.status_read_at("t"), Some(minutes_after_noon(1)));
    let unreadable = polled(&good, 2, Vec::new(), Some(ResponseDetail::ResponseNotJson)).state;
    assert_eq!(
        unreadable.status_read_at("t"),
        Some(minutes_after_noon(1)),
        "an unreadable row says nothing about the payment"
    );
    assert_eq!(unreadable.top_ups["t"], good.top_ups["t"]);
    let again = polled(
        &unreadable,
        3,
        vec![payment(Status::Confirming, None, 1)],
        None,
    )
    .state;
    assert_eq!(again.status_read_at("t"), Some(minutes_after_noon(3)));
}

#[test]
fn status_time_of_unknown_outcome_is_last_complete_reading() {
    let intent = TopUp::intent(&NewPayment::top_up(usd(2_500), "t"), false, None, noon());
    let state = account(vec![intent]);
    assert_eq!(state.status_read_at("t"), None);
    let looked_for = polled(&state, 1, Vec::new(), None).state;
    assert_eq!(looked_for.status_read_at("t"), Some(minutes_after_noon(1)));
    let unreadable = polled(
        &looked_for,
        2,
        Vec::new(),
        Some(ResponseDetail::ResponseNotJson),
    )
    .state;
    assert_eq!(unreadable.status_read_at("t"), Some(minutes_after_noon(1)));
}

fn no_reason(words: Option<&str>) -> Option<FailureReason> {
    Some(FailureReason {
        why: FailureCode::Other,
        words: words.map(str::to_owned),
    })
}

#[test]
fn unrequested_cancellation_notifies() {
    let ended = payment(Status::Cancelled, no_reason(None), 1);
    let ended = polled(&with_an_open_one(), 1, vec![ended], None);
    let notice = notice(&ended).unwrap();
    assert_eq!((notice.kind, notice.silent), (NoticeKind::Cancelled, false));
}

#[test]
fn requested_cancellation_is_silent_unless_provider_gives_reason() {
    let asked = Event::CancelTopUp {
        command: 1,
        top_up_id: "t".to_owned(),
    };
    let asked = step(&with_an_open_one(), &asked, noon(), 0).state;
    let answered = |answer| {
        let answer = Event::CancelAnswered {
            top_up_id: "t".to_owned(),
            answer,
        };
        step(&asked, &answer, noon(), 0).state
    };
    let end = |state: &State, reason| {
        let open = polled(state, 1, vec![payment(Status::Open, None, 0)], None).state;
        let ended = polled(&open, 2, vec![payment(Status::Cancelled, reason, 2)], None);
        let silent = notice(&ended).unwrap().silent;
        let why = ended.state.top_ups["t"]
            .reason
            .as_ref()
            .map(|reason| reason.why);
        (silent, why)
    };
    let own = (true, Some(FailureCode::ByUser));
    assert_eq!(end(&asked, no_reason(None)), own);
    assert_eq!(end(&answered(Ok(())), no_reason(None)), own);
    let lost = Error::passing(Code::Timeout, Detail::any());
    assert_eq!(
        end(&answered(Err(lost)), no_reason(None)),
        own,
        "the cancellation may have succeeded"
    );
    let late = Error::new(Code::TopUpState, Detail::any());
    assert_eq!(
        end(&answered(Err(late)), no_reason(None)),
        (false, Some(FailureCode::Other))
    );
    let declined = FailureReason {
        why: FailureCode::Declined,
        words: None,
    };
    let outcome = end(&answered(Ok(())), Some(declined));
    assert_eq!(outcome, (false, Some(FailureCode::Declined)));
    let explained = end(&answered(Ok(())), no_reason(Some("By our people.")));
    assert_eq!(explained, (false, Some(FailureCode::Other)));
}

fn reading(cents: i64, at: Timestamp) -> ChainReading {
    ChainReading {
        block: 1,
        block_hash: Default::default(),
        block_time: at,
        read_at: at,
        free: usd(cents),
        reserved: usd(0),
        held: usd(0),
        frozen: false,
    }
}

/// An account with a chain and a low-balance threshold of ten.
struct Watched {
    state: State,
    minute: i64,
    /// How many low-balance notices there were.
    notices: usize,
}

impl Watched {
    fn new() -> Self {
        let mut state = account(Vec::new());
        state.config.watched_address = Some(Default::default());
        state.thresholds.amount = Some(usd(1_000));
        Self {
            state,
            minute: 0,
            notices: 0,
        }
    }

    fn hear(&mut self, event: &Event) -> &mut Self {
        self.minute += 1;
        let after = step(&self.state, event, minutes_after_noon(self.minute), 0);
        let low = after.commit.iter().filter(|write| match write {
            Write::Notice(notice) => notice.kind == NoticeKind::LowBalance,
            Write::TopUp(_) | Write::DeleteTopUp(_) | Write::Alerts(_) => false,
        });
        self.notices += low.count();
        self.state = after.state;
        self
    }

    fn chain(&mut self, cents: i64) -> &mut Self {
        let reading = reading(cents, minutes_after_noon(self.minute + 1));
        self.hear(&Event::Chain(Ok(ChainResponse {
            user: Default::default(),
            reading,
            lowers_mark: false,
            credited: Vec::new(),
            reorganised: Vec::new(),
            changed: false,
            backfill: None,
            reread_at: None,
            figures_error: None,
            events_error: None,
        })))
    }

    fn chain_fails(&mut self) -> &mut Self {
        self.hear(&Event::Chain(Err(Error::passing(
            Code::ChainUnavailable,
            Detail::any(),
        ))))
    }

    fn api(&mut self, cents: i64) -> &mut Self {
        self.hear(&Event::Balance(Ok(ApiBalance {
            balance: usd(cents),
            daily_usage: Some(usd(100)),
            days_left: None,
            owed: None,
            entitlements: Vec::new(),
        })))
    }
}

#[test]
fn balance_near_threshold_notifies_once_until_recovered() {
    let mut watched = Watched::new();
    for cents in [1_500, 999, 1_000, 998, 1_099, 997, 1_050] {
        watched.chain(cents).api(cents);
    }
    assert_eq!(watched.notices, 1);
    watched.chain(1_100).api(1_100).chain(999);
    assert_eq!(
        watched.notices, 2,
        "a balance a tenth above the threshold has recovered"
    );
}

#[test]
fn flapping_source_notifies_low_balance_once() {
    for (chain, api) in [(995, 1_005), (500, 20_000), (20_000, 500), (1_005, 995)] {
        let mut watched = Watched::new();
        watched.api(api).chain(chain);
        for _ in 0..10 {
            watched.chain_fails().api(api).chain(chain);
        }
        assert!(watched.notices <= 1, "{chain}, {api}: {}", watched.notices);
        // The money arrives, and both report it: the next low balance is news again.
        watched.chain(9_000).api(9_000);
        let before = watched.notices;
        watched.chain(400).api(400);
        assert_eq!(watched.notices, before + 1, "{chain}, {api}");
    }
}

#[test]
fn chain_unread_for_a_day_does_not_block_recovery() {
    let mut watched = Watched::new();
    watched.api(9_000).chain(500);
    assert_eq!(watched.notices, 1);
    watched.chain_fails();
    watched.minute += 25 * 60;
    watched.api(9_000).api(400);
    assert_eq!(watched.notices, 2);
}

#[test]
fn outdated_figures_do_not_warn() {
    // As after a start: the figures are known, but have not been read since.
    let mut watched = Watched::new();
    watched.state.api_balance = Some((
        ApiBalance {
            balance: usd(400),
            daily_usage: None,
            days_left: Some(1),
            owed: None,
            entitlements: Vec::new(),
        },
        minutes_after_noon(-600),
    ));
    watched.state.chain_reading = Some(reading(400, minutes_after_noon(-600)));
    watched.state.thresholds.days = Some(7);
    let thresholds = Thresholds {
        days: Some(6),
        amount: Some(usd(1_000)),
    };
    watched
        .hear(&Event::Thresholds(thresholds))
        .hear(&Event::Tick);
    assert_eq!(watched.notices, 0);
    watched.chain(9_000);
    assert_eq!(
        watched.notices, 0,
        "the days left are from the last session"
    );
    watched.api(9_000);
    // The API has failed for hours when the chain is read again.
    watched.hear(&Event::Balance(Err(Error::passing(
        Code::Unreachable,
        Detail::any(),
    ))));
    watched.state.api_balance = Some((
        ApiBalance {
            balance: usd(400),
            daily_usage: None,
            days_left: Some(1),
            owed: None,
            entitlements: Vec::new(),
        },
        minutes_after_noon(watched.minute),
    ));
    watched.minute += 120;
    watched.chain(9_000);
    assert_eq!(watched.notices, 0);
    watched.chain(900);
    assert_eq!(watched.notices, 1, "a current figure warns");
}

#[test]
fn changed_threshold_reads_fresh_figures() {
    let mut watched = Watched::new();
    watched.chain(1_500).api(1_500);
    let higher = Thresholds {
        days: None,
        amount: Some(usd(2_000)),
    };
    let asked = step(
        &watched.state,
        &Event::Thresholds(higher.clone()),
        minutes_after_noon(5),
        0,
    );
    assert!(asked.commit.is_empty());
    assert_eq!(asked.state.thresholds, higher);
    assert!(asked.state.poll_timers[&PollTarget::Balance].in_flight);
    watched.hear(&Event::Thresholds(higher)).chain(1_500);
    assert_eq!(watched.notices, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn low_balance_notifies_again_only_after_recovery(
        steps in prop::collection::vec((0..3_u8, 900..1_200_i64), 1..60),
    ) {
        let mut watched = Watched::new();
        let (mut chain, mut api) = (None, None);
        let mut may_notify = true;
        for (kind, cents) in steps {
            let before = watched.notices;
            match kind {
                0 => {
                    chain = Some(cents);
                    watched.chain(cents);
                }
                1 => {
                    api = Some(cents);
                    watched.api(cents);
                }
                _ => {
                    watched.chain_fails();
                }
            }
            if watched.notices > before {
                prop_assert!(may_notify);
                prop_assert!(chain.is_some_and(|cents| cents < 1_000) || api.is_some_and(|cents| cents < 1_000));
                may_notify = false;
            }
            may_notify |= [chain, api].into_iter().flatten().all(|cents| cents >= 1_100);
        }
    }
}

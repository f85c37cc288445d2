//! Whatever the order in which payments and events become known, change and vanish, the history verifies
//! exactly what the rule says over all that is known at the end.

use crate::fixtures::provider_payment;
use alloy_primitives::B256;
use bursar_domain::account::AccountId;
use bursar_domain::chain_event::{BalanceEvent, EventBatch, EventKind};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{NewPayment, RemotePayment, Status};
use bursar_domain::view::{MatchedBy, PaymentKind, PaymentQuery, PaymentStatus};
use bursar_engine::top_up::{Phase, TopUp};
use bursar_store::History;
use bursar_store::verification_rule::{
    MatchablePayment, is_verifiable_by_amount, is_within_match_window, match_payments,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const NOW: Timestamp = Timestamp(1_769_860_800_000);
const LAST_BLOCK: u64 = 40;
/// Different events that there may be.
const EVENTS: u8 = 30;

#[derive(Clone, Debug)]
enum Step {
    Payments(Vec<RemotePayment>),
    /// This machine's top-up `t` of that number, under its intent's id or under the payment's.
    TopUp(u8, bool, Phase, Amount, Timestamp),
    Events(Vec<BalanceEvent>),
    Forget(u64),
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn step_by_step_is_as_good_as_all_at_once(steps in prop::collection::vec(step(), 1..14)) {
        let home = tempfile::tempdir().unwrap();
        let (history, _) = History::open(home.path(), NOW).unwrap();
        let account = AccountId::random();
        let mut payments: BTreeMap<String, RemotePayment> = BTreeMap::new();
        // Lines that only this machine tells of.
        let mut own: BTreeMap<String, MatchablePayment> = BTreeMap::new();
        let mut bound: BTreeSet<u8> = BTreeSet::new();
        let mut events: BTreeMap<Place, BalanceEvent> = BTreeMap::new();
        let mut verified_before: BTreeMap<String, Place> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Payments(told) => {
                    history.put_payments(&account, &told).unwrap();
                    for payment in told {
                        own.remove(&payment.id);
                        let known = payments.get(&payment.id);
                        if known.is_none_or(|known| !is_older(known, &payment)) {
                            payments.insert(payment.id.clone(), payment);
                        }
                    }
                }
                Step::TopUp(number, listed, phase, amount, at) => {
                    // Once its id is known it is not unknown again.
                    let listed = listed || bound.contains(&number);
                    if listed {
                        bound.insert(number);
                    }
                    let top_up = top_up(number, listed, phase, amount, at);
                    history.put_top_up(&account, &top_up).unwrap();
                    let id = top_up.payment_id.clone().unwrap();
                    if listed {
                        own.remove(&format!("i{number}"));
                    }
                    if !payments.contains_key(&id) {
                        let known = own.get(&id).cloned();
                        own.insert(id.clone(), MatchablePayment {
                            status: top_up.status(),
                            ..known.unwrap_or(MatchablePayment {
                                id,
                                amount: top_up.amount.clone(),
                                created_at: top_up.created_at,
                                status: top_up.status(),
                            })
                        });
                    }
                }
                Step::Events(seen) => {
                    let batch = EventBatch {
                        events: seen.clone(),
                        from: 0,
                        to: LAST_BLOCK,
                        to_hash: [1; 32].into(),
                    };
                    history.put_events(&account, &batch).unwrap();
                    events.extend(seen.into_iter().map(|event| (place(&event), event)));
                }
                Step::Forget(block) => {
                    let lost = history.roll_back_blocks_from(&account, block).unwrap();
                    let gone: BTreeSet<Place> =
                        events.values().filter(|event| event.block >= block).map(place).collect();
                    let expected: Vec<String> = verified_before
                        .iter()
                        .filter(|(_, place)| gone.contains(*place))
                        .map(|(id, _)| id.clone())
                        .collect();
                    prop_assert_eq!(expected, lost);
                    events.retain(|_, event| event.block < block);
                }
            }
            let all_events: Vec<BalanceEvent> = events.values().cloned().collect();
            let claims: Vec<MatchablePayment> = payments.values().map(claim).chain(own.values().cloned()).collect();
            prop_assert_eq!(lines(&history), claims.len(), "one line a payment");
            let mut expected: Vec<(String, Place, MatchedBy)> = match_payments(&claims, &all_events)
                .into_iter()
                .map(|pair| {
                    let how = if pair.by_id { MatchedBy::ById } else { MatchedBy::ByAmount };
                    (pair.payment, place(&all_events[pair.event]), how)
                })
                .collect();
            expected.sort_by(|left, right| left.0.cmp(&right.0));
            let found = verdicts(&history, &account, &claims);
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(shown_alone(&history), alone(&claims, &all_events, &expected));
            verified_before = found.into_iter().map(|(id, place, _)| (id, place)).collect();
        }
    }

    #[test]
    fn an_event_serves_one_payment_and_a_payment_has_one_event(
        payments in prop::collection::vec(payment(), 0..10),
        events in prop::collection::vec(event(), 0..10),
    ) {
        let claims: BTreeMap<String, MatchablePayment> =
            payments.iter().map(|payment| (payment.id.clone(), claim(payment))).collect();
        let claims: Vec<MatchablePayment> = claims.into_values().collect();
        let pairs = match_payments(&claims, &events);
        let served: BTreeSet<usize> = pairs.iter().map(|pair| pair.event).collect();
        let serving: BTreeSet<&String> = pairs.iter().map(|pair| &pair.payment).collect();
        prop_assert_eq!(served.len(), pairs.len());
        prop_assert_eq!(serving.len(), pairs.len());
        for pair in &pairs {
            let claim = claims.iter().find(|claim| claim.id == pair.payment).unwrap();
            let event = &events[pair.event];
            let EventKind::Credit { top_up_id } = &event.kind else {
                panic!("only credits are matched");
            };
            if pair.by_id {
                prop_assert_eq!(top_up_id, &claim.id);
            } else {
                prop_assert!(is_verifiable_by_amount(claim.status));
                prop_assert!(claim.amount.equals(&event.amount));
                prop_assert!(is_within_match_window(claim.created_at, event.block_time));
            }
        }
    }
}

/// Whether the provider said this before what is known.
fn is_older(known: &RemotePayment, payment: &RemotePayment) -> bool {
    payment.updated_at < known.updated_at
        || (payment.updated_at == known.updated_at
            && payment.status.goes_back_from(claim(known).status))
}

fn top_up(number: u8, listed: bool, phase: Phase, amount: Amount, at: Timestamp) -> TopUp {
    let kind = if listed { "p" } else { "i" };
    TopUp {
        payment_id: Some(format!("{kind}{number}")),
        intent_id: Some(format!("i{number}")),
        phase,
        ..TopUp::intent(
            &NewPayment::top_up(amount, format!("t{number}")),
            false,
            None,
            at,
        )
    }
}

/// Lines of payments, without those that are events by themselves.
fn lines(history: &History) -> usize {
    let mut lines = 0;
    history
        .for_each_payment(&PaymentQuery::default(), |line| {
            lines += usize::from(line.kind != PaymentKind::Credit);
            true
        })
        .unwrap();
    lines
}

fn step() -> impl Strategy<Value = Step> {
    let phase = prop_oneof![
        Just(Phase::Open),
        Just(Phase::Confirming),
        Just(Phase::Completed),
        Just(Phase::Expired),
    ];
    prop_oneof![
        2 => (0..4_u8, any::<bool>(), phase, amount(), at())
            .prop_map(|(number, listed, phase, amount, at)| Step::TopUp(number, listed, phase, amount, at)),
        3 => prop::collection::vec(payment(), 1..4).prop_map(Step::Payments),
        3 => prop::collection::vec(event(), 1..4).prop_map(Step::Events),
        1 => (0..=LAST_BLOCK).prop_map(Step::Forget),
    ]
}

fn payment() -> impl Strategy<Value = RemotePayment> {
    let status = prop_oneof![
        Just(Status::Open),
        Just(Status::Completed),
        Just(Status::Expired)
    ];
    // The provider may name the transaction, and may name a wrong one.
    let claim = prop::option::of(transaction());
    (0..7_u8, amount(), at(), status, claim).prop_map(|(id, amount, at, status, transaction)| {
        RemotePayment {
            transaction,
            ..provider_payment(format!("p{id}"), status, amount, at)
        }
    })
}

fn event() -> impl Strategy<Value = BalanceEvent> {
    // Ids from 6 on name no payment, except "p6".
    // Each in a block of its own: what is the same in one block but for its place is one event.
    let block_hash = any::<[u8; 32]>();
    (
        0..17_u8,
        amount(),
        at(),
        0..=LAST_BLOCK,
        0..EVENTS,
        block_hash,
    )
        .prop_map(
            |(id, amount, block_time, block, tx, block_hash)| BalanceEvent {
                kind: EventKind::Credit {
                    // Some carry the id of an intent.
                    top_up_id: match id {
                        14.. => format!("i{}", id - 14),
                        _ => format!("p{id}"),
                    },
                },
                amount,
                // Several have one transaction.
                transaction: hash(tx),
                log_index: u64::from(tx),
                block,
                block_hash: block_hash.into(),
                block_time,
            },
        )
}

fn transaction() -> impl Strategy<Value = B256> {
    (0..EVENTS).prop_map(hash)
}

/// Of the event's number.
fn hash(event: u8) -> B256 {
    [event / 3; 32].into()
}

/// What tells an event from any other.
type Place = (B256, u64);

fn place(event: &BalanceEvent) -> Place {
    (event.transaction, event.log_index)
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![4 => Just("25.00"), 4 => Just("25.000000"), 1 => Just("30"), 1 => Just("0")]
        .prop_map(|text| Amount::parse_decimal(text, Currency::usdc()).unwrap())
}

fn at() -> impl Strategy<Value = Timestamp> {
    (0..24_i64).prop_map(|n| NOW.plus(Span::hours(n * 8)))
}

fn claim(payment: &RemotePayment) -> MatchablePayment {
    let status = match payment.status {
        Status::Open => PaymentStatus::Open,
        Status::Expired => PaymentStatus::Expired,
        Status::Confirming
        | Status::UnderReview
        | Status::Completed
        | Status::Cancelled
        | Status::Failed
        | Status::Refunding
        | Status::Refunded => PaymentStatus::Completed,
    };
    MatchablePayment {
        id: payment.id.clone(),
        amount: payment.amount.clone(),
        created_at: payment.created_at,
        status,
    }
}

fn verdicts(
    history: &History,
    account: &AccountId,
    claims: &[MatchablePayment],
) -> Vec<(String, Place, MatchedBy)> {
    let mut ids: Vec<&String> = claims.iter().map(|claim| &claim.id).collect();
    ids.sort();
    ids.into_iter()
        .filter_map(|id| {
            let line = history.payment(account, id).unwrap().unwrap();
            let matched = history.payment_match(account, id).unwrap();
            assert_eq!(line.matched.is_some(), matched.is_some());
            assert_eq!(line.verified, matched.is_some());
            matched.map(|matched| (id.clone(), place(&matched.event), line.matched.unwrap()))
        })
        .collect()
}

/// The credits that should be lines of their own: no payment could be theirs.
fn alone(
    claims: &[MatchablePayment],
    events: &[BalanceEvent],
    matched: &[(String, Place, MatchedBy)],
) -> BTreeSet<String> {
    let certain: BTreeSet<&String> = matched
        .iter()
        .filter(|(_, _, how)| *how == MatchedBy::ById)
        .map(|(id, _, _)| id)
        .collect();
    events
        .iter()
        .filter(|event| {
            let EventKind::Credit { top_up_id } = &event.kind else {
                return false;
            };
            let named = claims.iter().any(|claim| claim.id == *top_up_id);
            let possible = claims.iter().any(|claim| {
                !certain.contains(&claim.id)
                    && is_verifiable_by_amount(claim.status)
                    && !claim.amount.is_zero()
                    && claim.amount.equals(&event.amount)
                    && is_within_match_window(claim.created_at, event.block_time)
            });
            !named && !possible
        })
        .map(|event| format!("chain:{}:{}", event.transaction, event.log_index))
        .collect()
}

fn shown_alone(history: &History) -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    history
        .for_each_payment(&PaymentQuery::default(), |line| {
            if line.kind == PaymentKind::Credit {
                shown.insert(line.id);
            }
            true
        })
        .unwrap();
    shown
}

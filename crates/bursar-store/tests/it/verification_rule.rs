//! In whatever order payments and events appear, change and disappear, the history verifies exactly what the rule
//! says about everything known at the end.

use alloy_primitives::B256;
use bursar_domain::account::AccountId;
use bursar_domain::chain_event::{BalanceEvent, EventBatch, EventKind};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{NewPayment, PaymentKind, PaymentStatus, RemotePayment, Status};
use bursar_domain::view::{MatchedBy, PaymentQuery};
use bursar_engine::top_up::{Phase, TopUp};
use bursar_store::History;
use bursar_store::verification_rule::{
    MatchablePayment, is_verifiable_by_amount, is_within_match_window, match_payments,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const NOW: Timestamp = Timestamp(1_769_860_800_000);
const LAST_BLOCK: u64 = 40;
/// How many different events there are.
const EVENTS: u8 = 30;

#[derive(Clone, Debug)]
enum Step {
    Payments(Vec<RemotePayment>),
    /// The top-up `t` with that number, under its intent's id or under its payment's.
    TopUp(u8, bool, Phase, Amount, Timestamp),
    Events(Vec<BalanceEvent>),
    Forget(u64),
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn incremental_matching_equals_rule(steps in prop::collection::vec(step(), 1..14)) {
        let home = tempfile::tempdir().unwrap();
        let (history, _) = History::open(home.path(), NOW).unwrap();
        let account = AccountId::random();
        let mut payments: BTreeMap<String, RemotePayment> = BTreeMap::new();
        // Rows that only this machine knows of.
        let mut own: BTreeMap<String, MatchablePayment> = BTreeMap::new();
        let mut bound: BTreeSet<u8> = BTreeSet::new();
        let mut events: BTreeMap<EventId, BalanceEvent> = BTreeMap::new();
        let mut verified_before: BTreeMap<String, EventId> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Payments(listed_payments) => {
                    history.put_payments(&account, &listed_payments).unwrap();
                    for payment in listed_payments {
                        own.remove(&payment.id);
                        let known = payments.get(&payment.id);
                        if known.is_none_or(|known| !is_older(known, &payment)) {
                            payments.insert(payment.id.clone(), payment);
                        }
                    }
                }
                Step::TopUp(number, listed, phase, amount, at) => {
                    // A known payment id stays known.
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
                    events.extend(seen.into_iter().map(|event| (event_id(&event), event)));
                }
                Step::Forget(block) => {
                    let lost = history.roll_back_blocks_from(&account, block).unwrap();
                    let gone: BTreeSet<EventId> =
                        events.values().filter(|event| event.block >= block).map(event_id).collect();
                    let expected: Vec<String> = verified_before
                        .iter()
                        .filter(|(_, event)| gone.contains(*event))
                        .map(|(id, _)| id.clone())
                        .collect();
                    prop_assert_eq!(expected, lost);
                    events.retain(|_, event| event.block < block);
                }
            }
            let all_events: Vec<BalanceEvent> = events.values().cloned().collect();
            let matchable: Vec<MatchablePayment> = payments.values().map(matchable_payment).chain(own.values().cloned()).collect();
            prop_assert_eq!(lines(&history), matchable.len(), "one row for each payment");
            let mut expected: Vec<(String, EventId, MatchedBy)> = match_payments(&matchable, &all_events)
                .into_iter()
                .map(|pair| {
                    let how = if pair.by_id { MatchedBy::ById } else { MatchedBy::ByAmount };
                    (pair.payment, event_id(&all_events[pair.event]), how)
                })
                .collect();
            expected.sort_by(|left, right| left.0.cmp(&right.0));
            let found = matches_in_history(&history, &account, &matchable);
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(shown_as_rows(&history), expected_rows_of_events(&matchable, &all_events, &expected));
            verified_before = found.into_iter().map(|(id, event, _)| (id, event)).collect();
        }
    }

    #[test]
    fn matches_each_event_and_payment_once(
        payments in prop::collection::vec(payment(), 0..10),
        events in prop::collection::vec(event(), 0..10),
    ) {
        let matchable: BTreeMap<String, MatchablePayment> =
            payments.iter().map(|payment| (payment.id.clone(), matchable_payment(payment))).collect();
        let matchable: Vec<MatchablePayment> = matchable.into_values().collect();
        let pairs = match_payments(&matchable, &events);
        let served: BTreeSet<usize> = pairs.iter().map(|pair| pair.event).collect();
        let serving: BTreeSet<&String> = pairs.iter().map(|pair| &pair.payment).collect();
        prop_assert_eq!(served.len(), pairs.len());
        prop_assert_eq!(serving.len(), pairs.len());
        for pair in &pairs {
            let claim = matchable.iter().find(|claim| claim.id == pair.payment).unwrap();
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

/// Whether the provider set this status before the known one.
fn is_older(known: &RemotePayment, payment: &RemotePayment) -> bool {
    payment.updated_at < known.updated_at
        || (payment.updated_at == known.updated_at
            && payment
                .status
                .goes_back_from(matchable_payment(known).status))
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

/// The number of payments' rows, without those that show an event.
fn lines(history: &History) -> usize {
    let mut lines = 0;
    history
        .for_each_payment(&PaymentQuery::default(), |row| {
            lines += usize::from(row.kind != PaymentKind::Credit);
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
    // The provider may name the transaction, and it may be the wrong one.
    let claim = prop::option::of(transaction());
    (0..7_u8, amount(), at(), status, claim).prop_map(|(id, amount, at, status, transaction)| {
        RemotePayment {
            transaction,
            ..RemotePayment::top_up(format!("p{id}"), status, amount, at)
        }
    })
}

fn event() -> impl Strategy<Value = BalanceEvent> {
    // Ids above 6 belong to no payment. Each event has its own block, because events of one block that differ in the
    // log index alone are the same event.
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
                    // Some events carry an intent's id.
                    top_up_id: match id {
                        14.. => format!("i{}", id - 14),
                        _ => format!("p{id}"),
                    },
                },
                amount,
                // Several events share a transaction.
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

/// The transaction of the event with this number.
fn hash(event: u8) -> B256 {
    [event / 3; 32].into()
}

/// What identifies an event.
type EventId = (B256, u64);

fn event_id(event: &BalanceEvent) -> EventId {
    (event.transaction, event.log_index)
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![4 => Just("25.00"), 4 => Just("25.000000"), 1 => Just("30"), 1 => Just("0")]
        .prop_map(|text| Amount::parse_decimal(text, Currency::usdc()).unwrap())
}

fn at() -> impl Strategy<Value = Timestamp> {
    (0..24_i64).prop_map(|n| NOW.plus(Span::hours(n * 8)))
}

fn matchable_payment(payment: &RemotePayment) -> MatchablePayment {
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

fn matches_in_history(
    history: &History,
    account: &AccountId,
    matchable: &[MatchablePayment],
) -> Vec<(String, EventId, MatchedBy)> {
    let mut ids: Vec<&String> = matchable.iter().map(|claim| &claim.id).collect();
    ids.sort();
    ids.into_iter()
        .filter_map(|id| {
            let row = history.payment(account, id).unwrap().unwrap();
            let matched = history.payment_match(account, id).unwrap();
            assert_eq!(row.matched.is_some(), matched.is_some());
            assert_eq!(row.verified, matched.is_some());
            matched.map(|matched| (id.clone(), event_id(&matched.event), row.matched.unwrap()))
        })
        .collect()
}

/// The credits that should be rows of their own: they can belong to no payment.
fn expected_rows_of_events(
    matchable: &[MatchablePayment],
    events: &[BalanceEvent],
    matched: &[(String, EventId, MatchedBy)],
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
            let named = matchable.iter().any(|claim| claim.id == *top_up_id);
            let possible = matchable.iter().any(|claim| {
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

fn shown_as_rows(history: &History) -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    history
        .for_each_payment(&PaymentQuery::default(), |row| {
            if row.kind == PaymentKind::Credit {
                shown.insert(row.id);
            }
            true
        })
        .unwrap();
    shown
}

//! An empty history on a disk, what is put into it, and what it tells.

use crate::remote;
use bursar_core::account::AccountId;
use bursar_core::chain_event::{BalanceEvent, EventBatch, EventKind};
use bursar_core::clock::Timestamp;
use bursar_core::money::{Amount, Currency};
use bursar_core::payment::{RemotePayment, Status};
use bursar_core::store::History;
use bursar_core::view::{MatchedBy, PaymentQuery, PaymentStatus, PaymentView};
use tempfile::TempDir;

pub(crate) const NOW: Timestamp = Timestamp(1_769_860_800_123);

pub(crate) fn history() -> (TempDir, History, AccountId) {
    let home = TempDir::new().unwrap();
    let (history, rebuilt) = History::open(home.path(), NOW).unwrap();
    assert!(!rebuilt);
    (home, history, AccountId::random())
}

pub(crate) fn payment(id: &str, amount: &str, at: Timestamp) -> RemotePayment {
    remote::top_up(id, Status::Completed, usdc(amount), at)
}

pub(crate) fn event(top_up_id: &str, amount: &str, block: u64, at: Timestamp) -> BalanceEvent {
    BalanceEvent {
        kind: EventKind::Credit {
            top_up_id: top_up_id.into(),
        },
        amount: usdc(amount),
        transaction: [u8::try_from(block).unwrap(); 32].into(),
        log_index: 1,
        block,
        block_hash: block_hash(block),
        block_time: at,
    }
}

pub(crate) fn block_hash(block: u64) -> alloy_primitives::B256 {
    let mut hash = [0xee; 32];
    hash[..8].copy_from_slice(&block.to_be_bytes());
    hash.into()
}

pub(crate) fn batch(events: &[BalanceEvent], from: u64, to: u64) -> EventBatch {
    EventBatch {
        events: events.to_vec(),
        from,
        to,
        to_hash: block_hash(to),
    }
}

pub(crate) fn verdict(history: &History, account: &AccountId, id: &str) -> Option<MatchedBy> {
    history.payment(account, id).unwrap().unwrap().matched
}

pub(crate) fn lines(history: &History, query: &PaymentQuery) -> Vec<PaymentView> {
    let mut lines = Vec::new();
    history
        .for_each_payment(query, |line| {
            lines.push(line);
            true
        })
        .unwrap();
    assert_eq!(lines.len(), usize::try_from(total(history, query)).unwrap());
    lines
}

pub(crate) fn ids(history: &History, query: &PaymentQuery) -> Vec<String> {
    lines(history, query)
        .into_iter()
        .map(|line| line.id)
        .collect()
}

pub(crate) fn only_line(history: &History) -> PaymentView {
    let mut lines = lines(history, &PaymentQuery::default());
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

pub(crate) fn total(history: &History, query: &PaymentQuery) -> u32 {
    history.payments(query, None, 1).unwrap().total
}

pub(crate) fn of(account: &AccountId) -> PaymentQuery {
    PaymentQuery {
        account: Some(account.clone()),
        ..PaymentQuery::default()
    }
}

pub(crate) fn search(text: &str) -> PaymentQuery {
    PaymentQuery {
        search: Some(text.into()),
        ..PaymentQuery::default()
    }
}

pub(crate) fn statuses(statuses: &[PaymentStatus]) -> PaymentQuery {
    PaymentQuery {
        statuses: statuses.to_vec(),
        ..PaymentQuery::default()
    }
}

pub(crate) fn usdc(amount: &str) -> Amount {
    Amount::parse_decimal(amount, Currency::usdc()).unwrap()
}

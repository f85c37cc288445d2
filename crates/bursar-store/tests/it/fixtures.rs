//! Empty databases on a disk, records to put into them, and what is read back.

use bursar_domain::account::{Account, AccountId};
use bursar_domain::chain_event::{BalanceEvent, EventBatch, EventKind};
use bursar_domain::clock::Timestamp;
use bursar_domain::money::{Amount, Currency};
use bursar_domain::network::Network;
use bursar_domain::notice::{Notice, NoticeKind};
use bursar_domain::payment::{NewPayment, PaymentKind, PaymentStatus, RemotePayment, Status};
use bursar_domain::view::{MatchedBy, PaymentQuery, PaymentView};
use bursar_engine::top_up::TopUp;
use bursar_store::{History, Store};
use tempfile::TempDir;

pub(crate) const NOW: Timestamp = Timestamp(1_769_860_800_123);

pub(crate) fn history() -> (TempDir, History, AccountId) {
    let home = TempDir::new().unwrap();
    let (history, rebuilt) = History::open(home.path(), NOW).unwrap();
    assert!(!rebuilt);
    (home, history, AccountId::random())
}

pub(crate) fn payment(id: &str, amount: &str, at: Timestamp) -> RemotePayment {
    RemotePayment::top_up(id, Status::Completed, usdc(amount), at)
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

pub(crate) fn match_of(history: &History, account: &AccountId, id: &str) -> Option<MatchedBy> {
    history.payment(account, id).unwrap().unwrap().matched
}

pub(crate) fn rows(history: &History, query: &PaymentQuery) -> Vec<PaymentView> {
    let mut all = Vec::new();
    history
        .for_each_payment(query, |row| {
            all.push(row);
            true
        })
        .unwrap();
    assert_eq!(all.len(), usize::try_from(total(history, query)).unwrap());
    all
}

pub(crate) fn ids(history: &History, query: &PaymentQuery) -> Vec<String> {
    rows(history, query).into_iter().map(|row| row.id).collect()
}

pub(crate) fn only_row(history: &History) -> PaymentView {
    let mut all = rows(history, &PaymentQuery::default());
    assert_eq!(all.len(), 1);
    all.remove(0)
}

pub(crate) fn total(history: &History, query: &PaymentQuery) -> u32 {
    history.payments(query, None, 1).unwrap().total
}

pub(crate) fn of_account(account: &AccountId) -> PaymentQuery {
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

pub(crate) fn store() -> (TempDir, Store, Account) {
    let home = TempDir::new().unwrap();
    let store = Store::open(home.path(), NOW).unwrap().store;
    let account = account("main");
    store.put_account(&account).unwrap();
    (home, store, account)
}

pub(crate) fn account(label: &str) -> Account {
    Account {
        id: AccountId::random(),
        label: label.into(),
        network: network("one"),
        address: Some(
            "0x00000000000000000000000000000000000000aa"
                .parse()
                .unwrap(),
        ),
        user_id: Some("user".into()),
        connected_at: NOW,
        added_checkout_hosts: vec!["pay.example.com".into()],
        key_expiry: None,
    }
}

pub(crate) fn intent(id: &str, at: Timestamp) -> TopUp {
    TopUp::intent(
        &NewPayment {
            method: Some("card".into()),
            ..NewPayment::top_up(usdc("25.00"), id)
        },
        false,
        Some("state".into()),
        at,
    )
}

pub(crate) fn notice(account: &AccountId, subject: &str, at: Timestamp) -> Notice {
    Notice {
        account: account.clone(),
        kind: NoticeKind::Completed,
        subject: subject.into(),
        amount: Some(usdc("25.500000")),
        about: PaymentKind::TopUp,
        reason: None,
        days_left: Some(4),
        at,
        silent: false,
    }
}

/// A network that is not built in, with every part of a chain.
pub(crate) fn network(name: &str) -> Network {
    let file = format!(
        r#"
        name = "{name}"
        provider = "example"
        api = "https://api.example.com"
        checkout_hosts = ["pay.example.com"]
        console = "https://console.example.com"

        [chain]
        id = 9999999
        rpc = ["https://rpc.example.com", "https://rpc.example.org"]
        balance = "0x00000000000000000000000000000000000000bb"
        token = "0x00000000000000000000000000000000000000cc"
        explorer = "https://explorer.example.com"
        start_block = 5
        "#
    );
    Network::from_toml(&file, &["example"]).unwrap()
}

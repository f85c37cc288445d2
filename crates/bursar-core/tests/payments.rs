//! What the history keeps of a payment when what is told of it comes in parts.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use bursar_core::account::AccountId;
use bursar_core::cache::History;
use bursar_core::clock::{Span, Timestamp};
use bursar_core::money::{Amount, Currency};
use bursar_core::provider::{Papers, Purpose, RemotePayment, Status};
use bursar_core::view::PaymentView;

fn noon() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-31T12:00:00Z").unwrap()
}

fn usdc(text: &str) -> Amount {
    Amount::parse_decimal(text, Currency::usdc()).unwrap()
}

fn told(status: Status) -> RemotePayment {
    RemotePayment {
        id: "p".to_owned(),
        status,
        amount: usdc("25"),
        fee: Some(usdc("0.25")),
        source: Some("copperx".to_owned()),
        created_at: noon(),
        updated_at: noon(),
        expires_at: None,
        checkout: None,
        transaction: Some([7; 32].into()),
        purpose: Purpose::TopUp,
        reason: None,
        papers: Papers::default(),
    }
}

fn shown(history: &History, account: &AccountId) -> PaymentView {
    history.payment(account, "p").unwrap().unwrap()
}

#[test]
fn what_was_known_of_a_payment_stays_until_something_else_is_said() {
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), noon()).unwrap();
    let account = AccountId::random();
    let first = told(Status::Confirming);
    assert_eq!(
        history
            .put_payments(&account, std::slice::from_ref(&first))
            .unwrap(),
        1
    );
    // The calls that know fee and transaction were quiet this time.
    let quiet = RemotePayment {
        fee: None,
        source: None,
        transaction: None,
        status: Status::Completed,
        updated_at: noon().plus(Span::minutes(1)),
        ..first.clone()
    };
    assert_eq!(
        history
            .put_payments(&account, std::slice::from_ref(&quiet))
            .unwrap(),
        1
    );
    let line = shown(&history, &account);
    assert_eq!(line.fee, Some(usdc("0.25")));
    assert_eq!(line.source.as_deref(), Some("copperx"));
    assert_eq!(
        line.transaction,
        Some(format!("0x{}", "07".repeat(32))),
        "a claim that was made is not taken back by silence"
    );
    assert_eq!(history.put_payments(&account, &[quiet]).unwrap(), 0);
    let other = RemotePayment {
        fee: Some(usdc("0.5")),
        transaction: Some([8; 32].into()),
        ..told(Status::Completed)
    };
    history.put_payments(&account, &[other]).unwrap();
    let line = shown(&history, &account);
    assert_eq!(line.fee, Some(usdc("0.5")));
    assert_eq!(line.transaction, Some(format!("0x{}", "08".repeat(32))));
}

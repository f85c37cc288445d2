//! Answers of the provider that leave parts of a payment out, or arrive in the wrong order.

use crate::fixtures::{NOW, usdc};
use bursar_domain::account::AccountId;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{PaymentStatus, RemotePayment, Status};
use bursar_domain::view::PaymentView;
use bursar_engine::top_up::{Phase, TopUp};
use bursar_store::History;

fn payment(status: Status) -> RemotePayment {
    RemotePayment {
        fee: Some(usdc("0.25")),
        source: Some("copperx".to_owned()),
        transaction: Some([7; 32].into()),
        ..RemotePayment::top_up("p", status, usdc("25"), NOW)
    }
}

fn stored_payment(history: &History, account: &AccountId) -> PaymentView {
    history.payment(account, "p").unwrap().unwrap()
}

#[test]
fn keeps_known_values_until_changed() {
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), NOW).unwrap();
    let account = AccountId::random();
    let first = payment(Status::Confirming);
    assert_eq!(
        history
            .put_payments(&account, std::slice::from_ref(&first))
            .unwrap(),
        1
    );
    // This answer has no fee, source or transaction.
    let partial = RemotePayment {
        fee: None,
        source: None,
        transaction: None,
        status: Status::Completed,
        updated_at: NOW.plus(Span::minutes(1)),
        ..first.clone()
    };
    assert_eq!(
        history
            .put_payments(&account, std::slice::from_ref(&partial))
            .unwrap(),
        1
    );
    let row = stored_payment(&history, &account);
    assert_eq!(row.fee, Some(usdc("0.25")));
    assert_eq!(row.source.as_deref(), Some("copperx"));
    assert_eq!(
        row.transaction,
        Some(format!("0x{}", "07".repeat(32))),
        "a missing transaction does not remove a known one"
    );
    assert_eq!(history.put_payments(&account, &[partial]).unwrap(), 0);
    let other = RemotePayment {
        fee: Some(usdc("0.5")),
        transaction: Some([8; 32].into()),
        updated_at: NOW.plus(Span::minutes(2)),
        ..payment(Status::Completed)
    };
    history.put_payments(&account, &[other]).unwrap();
    let row = stored_payment(&history, &account);
    assert_eq!(row.fee, Some(usdc("0.5")));
    assert_eq!(row.transaction, Some(format!("0x{}", "08".repeat(32))));
}

/// The provider's answer at this minute.
fn answer_at(status: Status, minute: i64) -> RemotePayment {
    RemotePayment {
        updated_at: NOW.plus(Span::minutes(minute)),
        fee: Some(Amount::from_cents(minute, Currency::usdc())),
        ..payment(status)
    }
}

fn status_after(
    history: &History,
    answers: &[RemotePayment],
) -> (PaymentStatus, Timestamp, Option<Amount>) {
    let account = AccountId::random();
    for answer in answers {
        history
            .put_payments(&account, std::slice::from_ref(answer))
            .unwrap();
    }
    let row = stored_payment(history, &account);
    (row.status, row.updated_at, row.fee)
}

#[test]
fn ignores_older_answer_that_arrives_later() {
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), NOW).unwrap();
    let answers = [
        answer_at(Status::Open, 1),
        answer_at(Status::Confirming, 2),
        answer_at(Status::Failed, 3),
        // The payment is open again; the newer answer counts.
        answer_at(Status::Open, 4),
        answer_at(Status::Completed, 5),
        answer_at(Status::Refunding, 6),
    ];
    for last in 1..answers.len() {
        let newest = status_after(&history, &answers[last..=last]);
        for older in 0..last {
            let mut order = answers[..=last].to_vec();
            order.extend_from_slice(&answers[older..last]);
            assert_eq!(
                status_after(&history, &order),
                newest,
                "{older} after {last}"
            );
        }
    }
}

#[test]
fn status_further_along_wins_at_equal_times() {
    use Status::{
        Cancelled, Completed, Confirming, Expired, Failed, Open, Refunded, Refunding, UnderReview,
    };
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), NOW).unwrap();
    let mut forward = vec![
        (Open, Confirming),
        (Open, UnderReview),
        (Refunding, Refunded),
    ];
    for ended in [Completed, Cancelled, Expired, Failed, Refunded] {
        forward.extend([Open, Confirming, UnderReview].map(|open| (open, ended)));
    }
    for (first, second) in forward {
        let (early, late) = (answer_at(first, 1), answer_at(second, 1));
        let expected = status_after(&history, std::slice::from_ref(&late)).0;
        assert_eq!(
            status_after(&history, &[early.clone(), late.clone()]).0,
            expected
        );
        assert_eq!(
            status_after(&history, &[late, early]).0,
            expected,
            "{first:?}, {second:?}"
        );
    }
}

#[test]
fn drops_superseded_payments() {
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), NOW).unwrap();
    let account = AccountId::random();
    let (open, completed) = (answer_at(Status::Open, 1), answer_at(Status::Completed, 2));
    let latest = |answers: &[RemotePayment]| {
        history
            .without_superseded(&account, answers.to_vec())
            .unwrap()
    };
    assert_eq!(
        latest(std::slice::from_ref(&open)),
        std::slice::from_ref(&open)
    );
    history
        .put_payments(&account, std::slice::from_ref(&completed))
        .unwrap();
    assert_eq!(latest(&[open, completed.clone()]), [completed]);
}

#[test]
fn fast_local_clock_supersedes_no_answer() {
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), NOW).unwrap();
    let account = AccountId::random();
    let put = |answer| history.put_payments(&account, &[answer]).unwrap();
    put(answer_at(Status::Open, 1));
    let top_up = TopUp {
        phase: Phase::Expired,
        ended_at: Some(NOW.plus(Span::days(3))),
        ..TopUp::adopted(&answer_at(Status::Open, 1))
    };
    history.put_top_up(&account, &top_up).unwrap();
    put(answer_at(Status::Completed, 2));
    assert_eq!(
        stored_payment(&history, &account).status,
        PaymentStatus::Completed
    );
}

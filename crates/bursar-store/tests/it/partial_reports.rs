//! What the history keeps of a payment when what is told of it comes in parts.

use bursar_domain::account::AccountId;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::PaymentStatus;
use bursar_domain::payment::{Documents, Purpose, RemotePayment, Status};
use bursar_domain::view::PaymentView;
use bursar_engine::top_up::{Phase, TopUp};
use bursar_store::History;

fn noon() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-31T12:00:00Z").unwrap()
}

fn usdc(text: &str) -> Amount {
    Amount::parse_decimal(text, Currency::usdc()).unwrap()
}

fn reported(status: Status) -> RemotePayment {
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
        documents: Documents::default(),
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
    let first = reported(Status::Confirming);
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
        updated_at: noon().plus(Span::minutes(2)),
        ..reported(Status::Completed)
    };
    history.put_payments(&account, &[other]).unwrap();
    let line = shown(&history, &account);
    assert_eq!(line.fee, Some(usdc("0.5")));
    assert_eq!(line.transaction, Some(format!("0x{}", "08".repeat(32))));
}

/// What the provider says at this minute.
fn word(status: Status, minute: i64) -> RemotePayment {
    RemotePayment {
        updated_at: noon().plus(Span::minutes(minute)),
        fee: Some(Amount::from_cents(minute, Currency::usdc())),
        ..reported(status)
    }
}

fn status_after(
    history: &History,
    words: &[RemotePayment],
) -> (PaymentStatus, Timestamp, Option<Amount>) {
    let account = AccountId::random();
    for word in words {
        history
            .put_payments(&account, std::slice::from_ref(word))
            .unwrap();
    }
    let line = shown(history, &account);
    (line.status, line.updated_at, line.fee)
}

#[test]
fn an_older_word_that_arrives_later_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), noon()).unwrap();
    let words = [
        word(Status::Open, 1),
        word(Status::Confirming, 2),
        word(Status::Failed, 3),
        // It is opened again, which is later and so is the word that counts.
        word(Status::Open, 4),
        word(Status::Completed, 5),
        word(Status::Refunding, 6),
    ];
    for last in 1..words.len() {
        let newest = status_after(&history, &words[last..=last]);
        for older in 0..last {
            let mut order = words[..=last].to_vec();
            order.extend_from_slice(&words[older..last]);
            assert_eq!(
                status_after(&history, &order),
                newest,
                "{older} after {last}"
            );
        }
    }
}

#[test]
fn of_two_words_of_one_instant_the_one_that_goes_further_counts_in_whatever_order() {
    use Status::{
        Cancelled, Completed, Confirming, Expired, Failed, Open, Refunded, Refunding, UnderReview,
    };
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), noon()).unwrap();
    let mut forward = vec![
        (Open, Confirming),
        (Open, UnderReview),
        (Refunding, Refunded),
    ];
    for ended in [Completed, Cancelled, Expired, Failed, Refunded] {
        forward.extend([Open, Confirming, UnderReview].map(|open| (open, ended)));
    }
    for (first, second) in forward {
        let (early, late) = (word(first, 1), word(second, 1));
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
fn only_what_the_provider_has_said_nothing_later_of_is_told_on() {
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), noon()).unwrap();
    let account = AccountId::random();
    let (open, completed) = (word(Status::Open, 1), word(Status::Completed, 2));
    let latest = |words: &[RemotePayment]| {
        history
            .without_superseded(&account, words.to_vec())
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
fn a_clock_of_this_machine_that_is_ahead_outdates_no_word_of_the_providers() {
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), noon()).unwrap();
    let account = AccountId::random();
    let put = |word| history.put_payments(&account, &[word]).unwrap();
    put(word(Status::Open, 1));
    let ours = TopUp {
        phase: Phase::Expired,
        ended_at: Some(noon().plus(Span::days(3))),
        ..TopUp::adopted(&word(Status::Open, 1))
    };
    history.put_top_up(&account, &ours).unwrap();
    put(word(Status::Completed, 2));
    assert_eq!(shown(&history, &account).status, PaymentStatus::Completed);
}

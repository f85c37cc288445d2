//! The top-up machine alone: what one input does to one top-up.

use crate::fixtures::{minutes_after_noon, noon, usdc};
use bursar_domain::clock::Span;
use bursar_domain::error::{Code, Detail, Error};
use bursar_domain::notice::NoticeKind;
use bursar_domain::payment::{Created, NewPayment, RemotePayment, Status};
use bursar_engine::top_up::{ConfirmedBy, Input, Phase, TopUp, Verified};

fn intent() -> TopUp {
    TopUp::intent(&NewPayment::top_up(usdc(2_500), "t"), false, None, noon())
}

fn open() -> TopUp {
    let created = Created {
        payment_id: "p".to_owned(),
        intent_id: "i".to_owned(),
        payment_provider: None,
        checkout: Some("https://pay.example/p".to_owned()),
        expires_at: Some(minutes_after_noon(15)),
        payment: None,
        differs: None,
    };
    intent().apply(&Input::Started(Ok(created)), noon()).0
}

/// The provider reports this status at this minute; the checkout expires at minute 15.
fn reported(status: Status, minute: i64) -> Input {
    Input::Reported(RemotePayment {
        updated_at: minutes_after_noon(minute),
        expires_at: Some(minutes_after_noon(15)),
        ..RemotePayment::top_up("p", status, usdc(2_500), noon())
    })
}

#[test]
fn payment_provider_is_the_one_that_was_reported_last() {
    let chosen = TopUp::intent(
        &NewPayment {
            method_provider: Some("nowpayments".to_owned()),
            ..NewPayment::top_up(usdc(2_500), "t")
        },
        false,
        None,
        noon(),
    );
    assert_eq!(chosen.payment_provider.as_deref(), Some("nowpayments"));
    let created = |provider: Option<&str>| {
        Input::Started(Ok(Created {
            payment_id: "p".to_owned(),
            intent_id: "i".to_owned(),
            payment_provider: provider.map(str::to_owned),
            checkout: None,
            expires_at: None,
            payment: None,
            differs: None,
        }))
    };
    let silent = chosen.apply(&created(None), noon()).0;
    assert_eq!(silent.payment_provider.as_deref(), Some("nowpayments"));
    let named = chosen.apply(&created(Some("stripe")), noon()).0;
    assert_eq!(named.payment_provider.as_deref(), Some("stripe"));
    let report = |source: Option<&str>, minute| {
        Input::Reported(RemotePayment {
            source: source.map(str::to_owned),
            updated_at: minutes_after_noon(minute),
            ..RemotePayment::top_up("p", Status::Open, usdc(2_500), noon())
        })
    };
    let unsaid = named.apply(&report(None, 1), minutes_after_noon(1)).0;
    assert_eq!(unsaid.payment_provider.as_deref(), Some("stripe"));
    let other = unsaid
        .apply(&report(Some("copperx"), 2), minutes_after_noon(2))
        .0;
    assert_eq!(other.payment_provider.as_deref(), Some("copperx"));
}

#[test]
fn checkout_counts_as_abandoned_only_before_its_expiry() {
    let ended = |status, minute| {
        open()
            .apply(&reported(status, minute), minutes_after_noon(20))
            .0
    };
    assert!(ended(Status::Expired, 14).was_abandoned());
    assert!(
        !ended(Status::Expired, 15).was_abandoned(),
        "the checkout had expired"
    );
    assert!(!ended(Status::Expired, 16).was_abandoned());
    for other in [
        Status::Open,
        Status::Confirming,
        Status::UnderReview,
        Status::Completed,
        Status::Cancelled,
        Status::Failed,
    ] {
        assert!(!ended(other, 14).was_abandoned(), "{other:?}");
    }
    let unknown = TopUp {
        expires_at: None,
        ..ended(Status::Expired, 14)
    };
    assert!(!unknown.was_abandoned(), "the expiry is unknown");
    assert!(!open().was_abandoned());
    let late = ended(Status::Expired, 14)
        .apply(&reported(Status::Completed, 30), minutes_after_noon(30))
        .0;
    assert!(!late.was_abandoned());
}

#[test]
fn refusal_ends_start_and_timeout_does_not() {
    for (code, ends) in [
        (Code::Refused, true),
        (Code::TopUpOpen, true),
        (Code::Forbidden, true),
        (Code::RateLimited, true),
        (Code::Timeout, false),
        (Code::Unreachable, false),
        (Code::CheckoutUnavailable, false),
        (Code::ProviderUnavailable, false),
        (Code::AnswerMalformed, false),
        (Code::Internal, false),
    ] {
        let answer = Input::Started(Err(Error::new(code, Detail::any())));
        let next = intent().apply(&answer, minutes_after_noon(1)).0;
        assert_eq!(next.phase == Phase::NotStarted, ends, "{code:?}");
        assert_eq!(next.error.unwrap().detail, Detail::any());
    }
}

#[test]
fn absence_needs_two_readings_a_minute_apart() {
    let once = intent().apply(&Input::Absent, noon()).0;
    let soon = once.apply(&Input::Absent, noon().plus(Span::seconds(59))).0;
    assert_eq!(soon.phase, Phase::Starting);
    let set_back = once.apply(&Input::Absent, minutes_after_noon(-5)).0;
    assert_eq!(set_back.absent_since, Some(minutes_after_noon(-5)));
    assert_eq!(
        once.apply(&Input::Absent, minutes_after_noon(1)).0.phase,
        Phase::NotStarted
    );
    assert_eq!(
        open().apply(&Input::Absent, minutes_after_noon(9)).0.phase,
        Phase::Open
    );
}

#[test]
fn nothing_is_absent_without_access_to_history() {
    let forbidden = Input::Unclear(Error::new(Code::Forbidden, Detail::any()));
    let (unclear, outcome) = intent().apply(&forbidden, minutes_after_noon(9));
    assert!(outcome.changed && outcome.notice.is_none());
    assert_eq!(
        (unclear.phase, unclear.absent_since),
        (Phase::Starting, None)
    );
    assert_eq!(
        unclear.error.as_ref().map(|error| error.code),
        Some(Code::Forbidden)
    );
    let down = Input::Unclear(Error::new(Code::Timeout, Detail::any()));
    assert!(!intent().apply(&down, minutes_after_noon(9)).1.changed);
    assert!(!open().apply(&forbidden, minutes_after_noon(9)).1.changed);
    let absent = unclear.apply(&Input::Absent, minutes_after_noon(10)).0;
    assert_eq!(absent.error, None, "the history can be read again");
}

#[test]
fn reorg_undoes_completion_by_chain_alone() {
    let shown = Input::Credited {
        verified: Verified {
            transaction: Default::default(),
            block: 7,
            by_id: true,
        },
        has_quorum: true,
    };
    let (by_chain, outcome) = open().apply(&shown, minutes_after_noon(5));
    assert_eq!(outcome.notice, Some(NoticeKind::Completed));
    assert_eq!(by_chain.completed_by, Some(ConfirmedBy::Chain));
    let (back, outcome) = by_chain.apply(&Input::Reorganised, minutes_after_noon(6));
    assert_eq!(outcome.notice, Some(NoticeKind::Reversed));
    assert_eq!((back.phase, back.verified), (Phase::Confirming, None));
    let both = by_chain
        .apply(&reported(Status::Completed, 6), minutes_after_noon(6))
        .0;
    let (kept, outcome) = both.apply(&Input::Reorganised, minutes_after_noon(7));
    assert_eq!((kept.phase, outcome.notice), (Phase::Completed, None));
}

#[test]
fn more_advanced_of_two_simultaneous_updates_counts() {
    for (first, second) in [
        (Status::Open, Status::Confirming),
        (Status::Open, Status::Completed),
        (Status::Open, Status::Expired),
        (Status::Confirming, Status::Failed),
        (Status::UnderReview, Status::Completed),
        (Status::Refunding, Status::Refunded),
    ] {
        let in_order = open().apply(&reported(first, 3), minutes_after_noon(4)).0;
        let in_order = in_order
            .apply(&reported(second, 3), minutes_after_noon(4))
            .0;
        let reversed = open().apply(&reported(second, 3), minutes_after_noon(4)).0;
        let reversed = reversed.apply(&reported(first, 3), minutes_after_noon(4)).0;
        assert_eq!(in_order.phase, reversed.phase, "{first:?}, {second:?}");
    }
    // A later update may go back as far as it likes.
    let expired = open()
        .apply(&reported(Status::Expired, 3), minutes_after_noon(4))
        .0;
    let opened = expired
        .apply(&reported(Status::Open, 4), minutes_after_noon(5))
        .0;
    assert_eq!(opened.phase, Phase::Open);
}

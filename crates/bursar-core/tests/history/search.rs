//! Filters, and what a search finds.

use crate::support::{NOW, history, ids, of, payment, search, statuses, total};
use bursar_core::account::AccountId;
use bursar_core::clock::Span;
use bursar_core::error::Code;
use bursar_core::provider::{RemotePayment, Status};
use bursar_core::view::{PaymentQuery, PaymentStatus};

#[test]
fn lines_are_filtered_by_account_status_and_date() {
    let (_home, history, one) = history();
    let two = AccountId::random();
    let day = |n| NOW.minus(Span::days(n));
    history
        .put_payments(
            &one,
            &[payment("a", "1.00", day(0)), payment("b", "1.00", day(1))],
        )
        .unwrap();
    let failed = RemotePayment {
        status: Status::Failed,
        ..payment("c", "1.00", day(1))
    };
    history
        .put_payments(&two, &[failed, payment("d", "1.00", day(2))])
        .unwrap();
    assert_eq!(
        ids(&history, &PaymentQuery::default()),
        ["a", "c", "b", "d"]
    );
    assert_eq!(ids(&history, &of(&two)), ["c", "d"]);
    assert_eq!(ids(&history, &of(&AccountId::random())), [""; 0]);
    assert_eq!(ids(&history, &statuses(&[PaymentStatus::Failed])), ["c"]);
    let dated = |from: Option<&str>, to: Option<&str>| PaymentQuery {
        from: from.map(Into::into),
        to: to.map(Into::into),
        ..PaymentQuery::default()
    };
    assert_eq!(
        ids(&history, &dated(Some("2026-01-30"), Some("2026-01-30"))),
        ["c", "b"]
    );
    assert_eq!(ids(&history, &dated(None, Some("2026-01-29"))), ["d"]);
    assert_eq!(ids(&history, &dated(Some("2026-01-31"), None)), ["a"]);
    let malformed = history
        .payments(&dated(Some("31.1.2026"), None), None, 10)
        .unwrap_err();
    assert_eq!(malformed.code, Code::Usage);
    assert_eq!(
        history
            .payments(&PaymentQuery::default(), Some("x"), 10)
            .unwrap_err()
            .code,
        Code::Usage
    );
}

#[test]
fn a_search_finds_ids_sources_amounts_and_transactions() {
    let (_home, history, account) = history();
    let with = |id: &str, amount: &str, source: &str, tx: u8, n: i64| RemotePayment {
        source: Some(source.into()),
        transaction: Some([tx; 32].into()),
        ..payment(id, amount, NOW.minus(Span::hours(n)))
    };
    history
        .put_payments(
            &account,
            &[
                with(
                    "9f0c1d2e-aaaa-4bbb-8ccc-123456789012",
                    "25.00",
                    "copperx",
                    0xab,
                    1,
                ),
                with("TOPUP-77_x%y", "25.50", "Stripe", 0xcd, 2),
                with("77001", "125.57", "copperx", 0xef, 3),
                with("zzz", "7", "bank", 0x01, 4),
            ],
        )
        .unwrap();
    let found = |text: &str| {
        ids(&history, &search(text))
            .iter()
            .map(|id| id[..3].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("25"), ["9f0", "TOP"]);
    assert_eq!(found("25.5"), ["TOP"]);
    assert_eq!(found("25.50"), ["TOP"]);
    assert_eq!(found("25.500000"), ["TOP"]);
    assert_eq!(found("125.57"), ["770"]);
    assert_eq!(found("7"), ["zzz"]);
    assert_eq!(found("770"), ["770"]);
    assert_eq!(found("77001"), ["770"]);
    assert_eq!(found("aaa-4b"), ["9f0"]);
    assert_eq!(found("9F0C1D2E-AAAA-4bbb-8ccc-123456789012"), ["9f0"]);
    assert_eq!(found("topup"), ["TOP"]);
    assert_eq!(found("_x%y"), ["TOP"]);
    assert_eq!(found("x_y"), [""; 0]);
    assert_eq!(found("%%%"), [""; 0]);
    assert_eq!(found("\"; DROP"), [""; 0]);
    assert_eq!(found("copper"), ["9f0", "770"]);
    assert_eq!(found("stripe"), ["TOP"]);
    assert_eq!(found("0xabab"), ["9f0"]);
    assert_eq!(found("efefefe"), ["770"]);
    assert_eq!(found(&format!("0x{}", "cd".repeat(32))), ["TOP"]);
    assert_eq!(found("  zzz "), ["zzz"]);
    assert_eq!(found("\0zzz"), [""; 0]);
    assert_eq!(found(""), ["9f0", "TOP", "770", "zzz"]);
    let narrow = PaymentQuery {
        statuses: vec![PaymentStatus::Open],
        ..search("copper")
    };
    assert_eq!(total(&history, &narrow), 0);
}

#[test]
fn short_digits_are_the_beginning_of_an_id_or_a_number_and_each_line_counts_once() {
    let (_home, history, account) = history();
    let numbered = |id: &str, number: Option<&str>, n: i64| {
        let mut payment = payment(id, "9.00", NOW.minus(Span::hours(n)));
        payment.papers.number = number.map(str::to_owned);
        payment
    };
    history
        .put_payments(
            &account,
            &[
                numbered("7701-a", Some("7702"), 1),
                numbered("b-770", Some("7703"), 2),
                numbered("7704-c", None, 3),
                numbered("d-770", Some("A-770"), 4),
                numbered("771", Some("769"), 5),
            ],
        )
        .unwrap();
    assert_eq!(ids(&history, &search("770")), ["7701-a", "b-770", "7704-c"]);
    assert_eq!(total(&history, &search("770")), 3);
}

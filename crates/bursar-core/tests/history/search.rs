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

/// So many that the index of ids is asked, some texts are in too many ids for it, and some lines wait for the index.
#[test]
fn a_part_of_an_id_is_found_in_a_long_history_as_by_reading_all_of_it() {
    const LINES: i64 = 22_300;
    let (_home, history, one) = history();
    let two = AccountId::random();
    // Random enough, and the same each time.
    let digits = |n: i64| {
        let mixed = u64::try_from(n)
            .unwrap()
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{:016x}", mixed ^ (mixed >> 29))
    };
    let lines: Vec<RemotePayment> = (0..LINES)
        .map(|n| {
            let id = format!("TopUp-{}-{n:05}", digits(n));
            let mut line = payment(&id, "3.00", NOW.minus(Span::minutes(n * 7)));
            line.source = Some("bank".into());
            line.papers.number = (n % 11 == 0).then(|| format!("R-{n:06}"));
            line
        })
        .collect();
    let (newer, older) = lines.split_at(9_900);
    for (account, lines) in [(&one, newer), (&two, older)] {
        for part in lines.chunks(1_100) {
            history.put_payments(account, part).unwrap();
        }
    }
    let mut texts: Vec<String> = [
        "opu", "topup-", "up-0", "-00", "r-00", "r-000", "-111", "-12345", "p-0 r-", "upx",
        "nowhere",
    ]
    .map(str::to_owned)
    .into();
    for n in [1, 4_321, 9_899, 9_900, 22_000, 22_299] {
        let id = &lines[n].id;
        texts.extend([&id[..], &id[6..22], &id[5..12], &id[5..8], &id[18..]].map(str::to_owned));
        texts.push(format!("{}zz", &id[6..20]));
    }
    for text in texts {
        let text_in = |part: &str| {
            part.to_ascii_lowercase()
                .contains(&text.to_ascii_lowercase())
        };
        let expected = |lines: &[RemotePayment]| -> Vec<String> {
            lines
                .iter()
                .filter(|line| {
                    text_in(&line.id) || line.papers.number.as_deref().is_some_and(text_in)
                })
                .map(|line| line.id.clone())
                .collect()
        };
        for (account, lines) in [(None, &lines[..]), (Some(one.clone()), newer)] {
            let query = PaymentQuery {
                account,
                ..search(&text)
            };
            let mut found = Vec::new();
            history
                .each_payment(&query, |line| {
                    found.push(line.id);
                    true
                })
                .unwrap();
            let expected = expected(lines);
            assert!(
                found == expected,
                "{text}: {} of {}",
                found.len(),
                expected.len()
            );
            assert_eq!(total(&history, &query) as usize, expected.len(), "{text}");
        }
    }
}

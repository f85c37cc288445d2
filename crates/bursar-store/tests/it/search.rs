//! Filters of the list, and what a search finds.

use crate::fixtures::{NOW, history, ids, of_account, payment, search, statuses, total};
use bursar_domain::account::AccountId;
use bursar_domain::clock::{Clock, Span, Timestamp};
use bursar_domain::error::Code;
use bursar_domain::payment::{PaymentStatus, RemotePayment, Status};
use bursar_domain::time_zone::TimeZone;
use bursar_domain::view::PaymentQuery;
use std::sync::Arc;

#[test]
fn filters_by_account_status_and_date() {
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
    assert_eq!(ids(&history, &of_account(&two)), ["c", "d"]);
    assert_eq!(ids(&history, &of_account(&AccountId::random())), [""; 0]);
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

/// The clock of a machine in that time zone.
struct ZonedClock(TimeZone);

impl Clock for ZonedClock {
    fn now(&self) -> Timestamp {
        NOW
    }

    fn time_zone(&self) -> TimeZone {
        self.0.clone()
    }
}

/// Compares each list, count, page and export with the result of filtering all rows one by one.
#[test]
fn filters_days_in_users_time_zone() {
    for (name, dates) in [
        ("Europe/Berlin", ["2026-03-28", "2026-03-29", "2026-03-30"]),
        (
            "America/New_York",
            ["2026-03-07", "2026-03-08", "2026-03-09"],
        ),
        ("Asia/Kathmandu", ["2026-03-28", "2026-03-29", "2026-03-30"]),
        (
            "Pacific/Kiritimati",
            ["2026-03-28", "2026-03-29", "2026-03-30"],
        ),
        ("America/Havana", ["2026-10-31", "2026-11-01", "2026-11-02"]),
        ("UTC", ["2026-03-28", "2026-03-29", "2026-03-30"]),
        // A month begins on one of these days.
        ("Europe/Berlin", ["2026-03-31", "2026-04-01", "2026-04-02"]),
        (
            "America/Los_Angeles",
            ["2026-01-31", "2026-02-01", "2026-02-02"],
        ),
        (
            "Pacific/Kiritimati",
            ["2026-01-31", "2026-02-01", "2026-02-02"],
        ),
    ] {
        let zone = TimeZone::named(name).unwrap();
        let (_home, history, account) = history();
        let history = history.with_clock(Arc::new(ZonedClock(zone.clone())));
        let (begin, _) = zone.day(dates[0]).unwrap();
        // Every 50 minutes from half a day before to half a day after, and the boundaries of the days.
        let mut times: Vec<Timestamp> = (0..144)
            .map(|n| begin.plus(Span::minutes(n * 50 - 700)))
            .collect();
        for date in dates {
            let (from, to) = zone.day(date).unwrap();
            times.extend([
                from,
                from.minus(Span::millis(1)),
                to,
                to.minus(Span::millis(1)),
            ]);
        }
        let lines: Vec<RemotePayment> = times
            .iter()
            .enumerate()
            .map(|(n, at)| RemotePayment {
                source: Some(["one", "two"][n % 2].into()),
                ..payment(&format!("p{n:03}"), "1.00", *at)
            })
            .collect();
        history.put_payments(&account, &lines).unwrap();
        for (from, to) in [
            (Some(0), Some(0)),
            (Some(1), Some(1)),
            (Some(0), Some(2)),
            (Some(1), None),
            (None, Some(1)),
            (Some(2), Some(0)),
        ] {
            for text in [None, Some("one"), Some("p0"), Some("1"), Some("nothing")] {
                for statuses in [vec![], vec![PaymentStatus::Completed]] {
                    let query = PaymentQuery {
                        account: Some(account.clone()).filter(|_| statuses.is_empty()),
                        search: text.map(str::to_owned),
                        statuses: statuses.clone(),
                        from: from.map(|n: usize| dates[n].to_owned()),
                        to: to.map(|n: usize| dates[n].to_owned()),
                    };
                    let all = PaymentQuery {
                        from: None,
                        to: None,
                        ..query.clone()
                    };
                    let within: Vec<String> = history
                        .payments(&all, None, 500)
                        .unwrap()
                        .payments
                        .into_iter()
                        .filter(|line| {
                            let date = zone.date(line.created_at);
                            from.is_none_or(|n| dates[n] <= date.as_str())
                                && to.is_none_or(|n| date.as_str() <= dates[n])
                        })
                        .map(|line| line.id)
                        .collect();
                    assert_eq!(ids(&history, &query), within, "{name} {query:?}");
                    assert_eq!(
                        total(&history, &query) as usize,
                        within.len(),
                        "{name} {query:?}"
                    );
                    let mut expected: Vec<(String, u32)> = Vec::new();
                    for id in &within {
                        let line = history.payment(&account, id).unwrap().unwrap();
                        let month = zone.date(line.created_at)[..7].to_owned();
                        match expected.last_mut().filter(|(last, _)| *last == month) {
                            Some((_, lines)) => *lines += 1,
                            None => expected.push((month, 1)),
                        }
                    }
                    let months: Vec<(String, u32)> = history
                        .months(&query)
                        .unwrap()
                        .into_iter()
                        .map(|month| (month.month, month.payments))
                        .collect();
                    assert_eq!(months, expected, "{name} {query:?}");
                    if let Some(middle) = within.len().checked_div(2).filter(|n| *n > 0) {
                        let row = u32::try_from(middle).unwrap();
                        let page = history.payments_from(&query, row, 1).unwrap();
                        assert_eq!(page.payments[0].id, within[middle], "{name} {query:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn finds_ids_sources_amounts_and_transactions() {
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
    assert_eq!(found("25,5"), ["TOP"]);
    assert_eq!(found("125,57"), ["770"]);
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
fn finds_texts_in_any_spelling() {
    let (_home, history, account) = history();
    let named = |id: &str, source: &str, payer: &str, number: &str, n: i64| {
        let mut payment = payment(id, "1234.50", NOW.minus(Span::hours(n)));
        payment.source = Some(source.into());
        payment.documents.payer = Some(payer.into());
        payment.documents.number = Some(number.into());
        payment
    };
    history
        .put_payments(
            &account,
            &[
                named("p1", "ÖKO-Bank", "Jürgen Weiß", "RÉF-001", 1),
                named("p2", "o\u{308}kobank", "İnci Işık", "ref-٠٠٢", 2),
                named("TÖP-ÜP-77", "Łódź Pay", "Ὀδυσσεύς", "ＡＢ９", 3),
            ],
        )
        .unwrap();
    let found = |text: &str| ids(&history, &search(text));
    for (text, lines) in [
        ("öko", vec!["p1", "p2"]),
        ("ÖKO", vec!["p1", "p2"]),
        ("oko", vec!["p1", "p2"]),
        ("O\u{308}KO", vec!["p1", "p2"]),
        ("JÜRGEN", vec!["p1"]),
        ("weiss", vec!["p1"]),
        ("WEIẞ", vec!["p1"]),
        ("inci", vec!["p2"]),
        ("INCİ", vec!["p2"]),
        ("ışık", vec!["p2"]),
        ("ISIK", vec!["p2"]),
        ("réf", vec!["p1", "p2"]),
        ("REF-002", vec!["p2"]),
        ("lodz", vec!["TÖP-ÜP-77"]),
        ("ΟΔΥΣΣΕΥΣ", vec!["TÖP-ÜP-77"]),
        ("töp-üp", vec!["TÖP-ÜP-77"]),
        ("TOP-UP", vec!["TÖP-ÜP-77"]),
        ("ab9", vec!["TÖP-ÜP-77"]),
        ("ｌｏｄｚ", vec!["TÖP-ÜP-77"]),
        ("1 234.50", vec!["p1", "p2", "TÖP-ÜP-77"]),
        ("1\u{202f}234.5", vec!["p1", "p2", "TÖP-ÜP-77"]),
        ("١٢٣٤", vec!["p1", "p2", "TÖP-ÜP-77"]),
        ("1 23", vec![]),
        ("\u{301}", vec![]),
    ] {
        assert_eq!(found(text), lines, "{text}");
        assert_eq!(
            total(&history, &search(text)) as usize,
            lines.len(),
            "{text}"
        );
    }
    // Also from the full-text index, and out of it again.
    let more: Vec<RemotePayment> = (0..1_100)
        .map(|n| {
            payment(
                &format!("zahlung-äöü-{n:04}"),
                "3.00",
                NOW.minus(Span::days(n + 2)),
            )
        })
        .collect();
    history.put_payments(&account, &more).unwrap();
    assert_eq!(total(&history, &search("ZAHLUNG-AOU-")), 1_100);
    assert_eq!(found("ÄÖÜ-1099"), ["zahlung-äöü-1099"]);
    assert_eq!(found("top-up"), ["TÖP-ÜP-77"]);
    history.remove_account(&account).unwrap();
    history.put_payments(&account, &more[..1]).unwrap();
    assert_eq!(found("aou"), ["zahlung-äöü-0000"]);
}

#[test]
fn short_digits_find_prefixes_and_count_each_row_once() {
    let (_home, history, account) = history();
    let numbered = |id: &str, number: Option<&str>, n: i64| {
        let mut payment = payment(id, "9.00", NOW.minus(Span::hours(n)));
        payment.documents.number = number.map(str::to_owned);
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

/// With this many rows the index of ids is used, some texts are in too many ids for it, and some rows wait to be
/// indexed.
#[test]
fn finds_parts_of_ids_in_long_history() {
    const LINES: i64 = 22_300;
    let (_home, history, one) = history();
    let two = AccountId::random();
    // Random enough, but the same in each run.
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
            line.documents.number = (n % 11 == 0).then(|| format!("R-{n:06}"));
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
                    text_in(&line.id) || line.documents.number.as_deref().is_some_and(text_in)
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
                .for_each_payment(&query, |line| {
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

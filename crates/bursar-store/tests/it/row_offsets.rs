//! Pages from any row number equal the same part of the whole list, and the months' numbers of rows add up.

use crate::fixtures::NOW;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Span;
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{PaymentStatus, RemotePayment, Status};
use bursar_domain::view::PaymentQuery;
use bursar_store::History;
use std::collections::BTreeMap;
use tempfile::TempDir;

const ROWS: i64 = 900;

/// Rows of three accounts over ten weeks, some of them with the same millisecond.
fn filled() -> (TempDir, History, AccountId) {
    let home = TempDir::new().unwrap();
    let (history, _) = History::open(home.path(), NOW).unwrap();
    let accounts = [
        AccountId::random(),
        AccountId::random(),
        AccountId::random(),
    ];
    for n in 0..ROWS {
        let at = NOW.minus(Span::minutes(n / 3 * 337));
        let number = usize::try_from(n).unwrap();
        let amount = format!("{}.50", 10 + n % 7);
        let row = RemotePayment {
            source: Some(["copperx", "stripe"][number % 2].into()),
            ..RemotePayment::top_up(
                format!("{:08x}-{n}", n.wrapping_mul(7_919) % 65_536),
                [Status::Completed, Status::Expired, Status::Failed][number % 3],
                Amount::parse_decimal(&amount, Currency::usdc()).unwrap(),
                at,
            )
        };
        history.put_payments(&accounts[number % 3], &[row]).unwrap();
    }
    let [account, ..] = accounts;
    (home, history, account)
}

fn queries(account: &AccountId) -> Vec<PaymentQuery> {
    let search = |text: &str| PaymentQuery {
        search: Some(text.into()),
        ..PaymentQuery::default()
    };
    vec![
        PaymentQuery::default(),
        PaymentQuery {
            account: Some(account.clone()),
            ..PaymentQuery::default()
        },
        PaymentQuery {
            statuses: vec![PaymentStatus::Expired, PaymentStatus::Failed],
            from: Some("2025-12-03".into()),
            to: Some("2026-01-14".into()),
            ..PaymentQuery::default()
        },
        search("stripe"),
        search("12.50"),
        search("1"),
        search("00"),
        PaymentQuery {
            to: Some("2025-12-31".into()),
            ..search("12")
        },
        search("nothing has this"),
    ]
}

#[test]
fn page_from_any_row_is_that_part_of_list() {
    let (_home, history, account) = filled();
    for query in queries(&account) {
        let mut all = Vec::new();
        history
            .for_each_payment(&query, |line| {
                all.push(line.id);
                true
            })
            .unwrap();
        let total = u32::try_from(all.len()).unwrap();
        for row in (0..total.saturating_add(20)).step_by(7) {
            let page = history.payments_from(&query, row, 10).unwrap();
            let ids: Vec<_> = page.payments.into_iter().map(|line| line.id).collect();
            let expected: Vec<_> = all.iter().skip(row as usize).take(10).cloned().collect();
            assert_eq!(ids, expected, "row {row} of {query:?}");
            assert_eq!(page.total, total);
            let Some(next) = page.next else {
                assert!(row.saturating_add(10) >= total, "row {row} of {query:?}");
                continue;
            };
            let after = history.payments(&query, Some(&next), 1).unwrap();
            assert_eq!(after.payments[0].id, all[row as usize + 10]);
        }
    }
}

#[test]
fn lists_months_newest_first_with_right_counts() {
    let (_home, history, account) = filled();
    for query in queries(&account) {
        let mut counted: BTreeMap<String, u32> = BTreeMap::new();
        history
            .for_each_payment(&query, |line| {
                let month = line.created_at.date().chars().take(7).collect();
                *counted.entry(month).or_default() += 1;
                true
            })
            .unwrap();
        let listed: Vec<_> = history
            .months(&query)
            .unwrap()
            .into_iter()
            .map(|month| (month.month, month.payments))
            .collect();
        assert_eq!(
            listed,
            counted.into_iter().rev().collect::<Vec<_>>(),
            "{query:?}"
        );
    }
}

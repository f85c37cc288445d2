//! Checks SQLite's plans for the list of payments: each follows an ordered index and never scans all rows. It sorts
//! only where few rows are found: by a transaction's prefix, an id or a number.

use super::History;
use super::query_plan::{QueryPlan, row_key_range};
use super::sql_fragment::SqlFragment;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{Documents, PaymentStatus, Purpose, RemotePayment, Status};
use bursar_domain::time_zone::TimeZone;
use bursar_domain::view::PaymentQuery;
use rusqlite::{Connection, params_from_iter};

fn filled() -> (tempfile::TempDir, History, AccountId) {
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), Timestamp(0)).unwrap();
    let account = AccountId::random();
    let payments: Vec<RemotePayment> = (0..50)
        .map(|n| RemotePayment {
            id: format!("3f2a9c7e-1111-4222-8333-0000000000{n:02}"),
            status: Status::Completed,
            amount: Amount::from_cents(2_500, Currency::usdc()),
            fee: None,
            source: Some("copperx".into()),
            created_at: Timestamp(1_700_000_000_000 + n * 86_400_000),
            updated_at: Timestamp(1_700_000_000_000),
            expires_at: None,
            checkout: None,
            transaction: Some([7; 32].into()),
            purpose: Purpose::TopUp,
            reason: None,
            documents: Documents {
                payer: Some("Ada Byron".into()),
                ..Documents::default()
            },
        })
        .collect();
    history.put_payments(&account, &payments).unwrap();
    (home, history, account)
}

fn steps(connection: &Connection, query: &SqlFragment) -> Vec<String> {
    connection
        .prepare(&format!("EXPLAIN QUERY PLAN {}", query.text))
        .unwrap()
        .query_map(params_from_iter(query.values.iter()), |row| row.get(3))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn no_query_scans_or_sorts_all_rows() {
    let (_home, history, account) = filled();
    let searches = [
        None,
        Some("copperx"),
        Some("ada"),
        Some("25"),
        Some("3f2"),
        Some("333"),
        Some("9c7e-1111"),
        Some("3f2a9c7e-1111-4222-8333-000000000007"),
        Some("0x0707"),
        Some("no such text"),
    ];
    let statuses = [
        Vec::new(),
        vec![PaymentStatus::Refunded, PaymentStatus::Failed],
    ];
    let days = [(None, None), (Some("2023-11-01"), Some("2023-11-30"))];
    for search in searches {
        for statuses in &statuses {
            for (from, to) in days {
                for account in [None, Some(account.clone())] {
                    let query = PaymentQuery {
                        account,
                        search: search.map(str::to_owned),
                        statuses: statuses.clone(),
                        from: from.map(str::to_owned),
                        to: to.map(str::to_owned),
                    };
                    check_plans(&history, &query, &TimeZone::UTC);
                    // In this zone no day is a whole day of UTC, so the tally has none of them.
                    check_plans(
                        &history,
                        &query,
                        &TimeZone::named("Asia/Kathmandu").unwrap(),
                    );
                }
            }
        }
    }
}

fn check_plans(history: &History, query: &PaymentQuery, zone: &TimeZone) {
    let range = row_key_range(query, zone).unwrap();
    let checked = history.db.read(|connection| {
        let plan = QueryPlan::new(connection, query, range)?;
        let mut queries = plan.pages(i64::MAX, 101);
        assert_eq!(
            queries.is_empty(),
            plan.interpretations.as_ref().is_some_and(Vec::is_empty),
            "{query:?}"
        );
        queries.push(plan.tally_sum(None));
        if plan.interpretations.is_none() {
            let partial_days = plan.partial_days(None).into_iter();
            queries.extend(partial_days.map(|rows| SqlFragment {
                text: format!("SELECT count(*) FROM {}", rows.text),
                ..rows
            }));
        }
        queries.extend(plan.single_query());
        for query in queries {
            let steps = steps(connection, &query);
            if query.text.contains("json_each") {
                let by_place = |step: &String| step.contains("p USING INTEGER PRIMARY KEY");
                assert!(steps.iter().any(by_place), "{}: {steps:?}", query.text);
            }
            for step in steps {
                // Only a few rows wait to be indexed.
                let whole = step.starts_with("SCAN")
                    && !step.contains("VIRTUAL TABLE INDEX")
                    && !step.starts_with("SCAN f");
                // Few rows share a prefix of a transaction or an id, and lists of row keys were counted before.
                let few = [
                    "payment_tx",
                    "payment_id",
                    "payment_number",
                    "payment_exact",
                    "json_each",
                ];
                let sorts = step.contains("TEMP B-TREE")
                    && !few.iter().any(|index| query.text.contains(index));
                assert!(!whole && !sorts, "{}: {step}", query.text);
            }
        }
        Ok(())
    });
    checked.unwrap();
}

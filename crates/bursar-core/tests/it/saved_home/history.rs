//! `history.db`: readings stay the same when they are written again, and every payment is listed as it was shown.

use super::{content, copied, count, open_history, open_store, rows, text, versions};
use bursar_domain::account::{Account, AccountId};
use bursar_domain::charges::Charges;
use bursar_domain::clock::Timestamp;
use bursar_domain::view::{PaymentQuery, PaymentView};
use bursar_store::History;
use rusqlite::types::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;

/// Reads a stored reading through the function meant for it and writes it back.
fn write_reading_again(history: &History, account: &AccountId, name: &str, at: Timestamp) {
    match name {
        "api_balance" => {
            let (balance, _) = history.api_balance(account).unwrap().unwrap();
            history.put_api_balance(account, &balance, at).unwrap();
        }
        "chain" => {
            let reading = history.reading(account).unwrap().unwrap();
            history.put_reading(account, &reading).unwrap();
        }
        "catalogue" => {
            let (catalogue, _) = history.catalogue(account).unwrap().unwrap();
            history.put_catalogue(account, &catalogue, at).unwrap();
        }
        "dues" => {
            let (dues, _) = history.dues(account).unwrap().unwrap();
            history.put_dues(account, &dues, at).unwrap();
        }
        "identity" => {
            let (key_owner, _) = history.key_owner(account).unwrap().unwrap();
            history.put_key_owner(account, &key_owner, at).unwrap();
        }
        "odd_lines" => {
            let (lines, looked_at) = history.unreadable_rows(account).unwrap();
            history
                .put_unreadable_rows(account, &lines, looked_at)
                .unwrap();
        }
        "events_problem" => {
            let problem = history.events_problem(account).unwrap();
            history
                .put_events_problem(account, problem.as_ref(), at)
                .unwrap();
        }
        "past_stopped" => {
            let stopped = history.backfill_paused(account).unwrap();
            history.set_backfill_paused(account, stopped, at).unwrap();
        }
        "lines_read" => {
            let lines = history.history_progress(account).unwrap();
            history.put_history_progress(account, lines, at).unwrap();
        }
        "ended_looked_at" => {
            assert!(history.ended_checked_at(account).unwrap().is_some());
        }
        "charges" => {
            let (days, read_at) = history
                .charges(account, "0000-00-00", "9999-99-99")
                .unwrap()
                .unwrap();
            let charges = Charges {
                unknown: history.unknown_days(account).unwrap(),
                days,
                resources: history
                    .resource_charges(account, "0000-00-00", "9999-99-99")
                    .unwrap(),
            };
            history
                .put_charges(account, ("0000-00-00", "9999-99-99"), &charges, read_at)
                .unwrap();
        }
        "doubtful_blocks" => {
            let mut ranges = history.recheck_ranges(account).unwrap();
            history
                .edit_recheck_ranges(account, at, |known| {
                    assert_eq!(*known, ranges);
                    known.clear();
                })
                .unwrap();
            history
                .edit_recheck_ranges(account, at, |known| known.append(&mut ranges))
                .unwrap();
        }
        "chain_lapse" => {
            history.high_water_mark(account).unwrap().unwrap();
        }
        "events_older" => assert!(!history.older_ranges(account).unwrap().is_empty()),
        // This reading is only accessible for a block that the engine knows.
        "chain_base" => {}
        "late_money" => assert!(!history.late_payments(account).unwrap().is_empty()),
        other => panic!("no call reads {other}"),
    }
}

#[test]
fn reads_every_stored_reading() {
    let query = "SELECT account.id, name, body, at FROM reading
        JOIN account ON account.number = reading.account ORDER BY account.id, name";
    for version in versions() {
        let home = copied(&version);
        let before = rows(home.path(), "history.db", query);
        let charges = content(home.path(), "history.db", "charge");
        let history = open_history(home.path());
        for row in &before {
            let Value::Integer(at) = row["at"] else {
                panic!("{row:?}");
            };
            let account = AccountId(text(row, "id").to_owned());
            write_reading_again(&history, &account, text(row, "name"), Timestamp(at));
        }
        drop(history);
        let after = rows(home.path(), "history.db", query);
        assert_eq!(after.len(), before.len());
        for (is, was) in after.iter().zip(&before) {
            assert_eq!(is, was);
        }
        assert_eq!(content(home.path(), "history.db", "charge"), charges);
    }
}

fn all_payments(history: &History, account: Option<&Account>) -> Vec<PaymentView> {
    let query = PaymentQuery {
        account: account.map(|account| account.id.clone()),
        ..PaymentQuery::default()
    };
    let mut payments = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = history.payments(&query, after.as_deref(), 200).unwrap();
        payments.extend(page.payments);
        after = page.next;
        if after.is_none() {
            assert_eq!(payments.len(), usize::try_from(page.total).unwrap());
            return payments;
        }
    }
}

#[test]
fn lists_every_payment_as_it_was_shown() {
    for version in versions() {
        let home = copied(&version);
        let accounts = open_store(home.path()).accounts().unwrap();
        let history = open_history(home.path());
        let lines = count(home.path(), "history.db", "payment");
        let payments = all_payments(&history, None);
        assert_eq!(payments.len(), lines);
        let each: usize = accounts
            .iter()
            .map(|account| all_payments(&history, Some(account)).len())
            .sum();
        assert_eq!(each, lines, "every payment belongs to an account");

        // The saved details, as the app showed them.
        let shown = fs::read(version.join("exports/details.json")).unwrap();
        let shown: Vec<serde_json::Value> = serde_json::from_slice(&shown).unwrap();
        assert!(!shown.is_empty());
        for was in &shown {
            let account = AccountId(was["account"].as_str().unwrap().to_owned());
            let id = was["id"].as_str().unwrap();
            let payment = history.payment(&account, id).unwrap();
            let (mut is, mut was) = (json!(payment), was.clone());
            // The provider may have changed the payment after the app showed these details.
            for details in [&mut is, &mut was] {
                details.as_object_mut().unwrap().remove("updated_at");
            }
            // The window writes the advice itself now, in the user's language.
            if let Some(reason) = was["reason"].as_object_mut() {
                reason.remove("advice");
            }
            assert_eq!(is, was);
        }
        let values = |field: &str| -> BTreeSet<String> {
            payments
                .iter()
                .map(|payment| json!(payment)[field].to_string().replace('"', ""))
                .collect()
        };
        let all = |words: &str| words.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(
            values("status"),
            all(
                "starting open confirming under_review completed cancelled expired failed not_started \
                refunding refunded"
            )
        );
        assert_eq!(
            values("kind"),
            all("top_up credit refund renewal migration")
        );
        assert_eq!(values("matched"), all("by_id by_amount null"));
    }
}

#[test]
fn finds_payments_by_the_saved_index() {
    for version in versions() {
        let home = copied(&version);
        let history = open_history(home.path());
        for payment in all_payments(&history, None).iter().step_by(97) {
            let Some(id) = &payment.provider_id else {
                continue;
            };
            let query = PaymentQuery {
                search: Some(id[2..].to_owned()),
                ..PaymentQuery::default()
            };
            let page = history.payments(&query, None, 10).unwrap();
            assert_eq!(
                page.payments.first().map(|found| &found.id),
                Some(&payment.id)
            );
        }
    }
}

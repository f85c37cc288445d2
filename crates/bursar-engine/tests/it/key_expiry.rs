//! The warnings before an API key expires: each once, and none that is too late or about a key that is not in use.

use crate::fixtures::noon;
use bursar_domain::account::AccountId;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::key_expiry::{ExpiryDate, KeyExpiry};
use bursar_domain::network::BalanceFrom;
use bursar_domain::notice::NoticeKind;
use bursar_domain::payment_rules::Rules;
use bursar_engine::{AccountConfig, Event, State, Write, step};

fn expiry(date: &str, entered_at: Timestamp) -> Option<KeyExpiry> {
    let date = ExpiryDate::parse(date).unwrap();
    Some(KeyExpiry { date, entered_at })
}

fn account() -> State {
    let config = AccountConfig {
        rules: Rules::default(),
        signed_in: true,
        watched_address: None,
        balance_from: BalanceFrom::Api,
        debt_rules: None,
    };
    let id = AccountId("a".to_owned());
    State::new(id, noon(), config, Vec::new(), noon())
}

/// The subjects and days of the warnings that these events lead to, each at its number of days after noon.
fn warnings(state: &mut State, events: &[(i64, Event)]) -> Vec<(String, Option<u32>)> {
    let mut warnings = Vec::new();
    for (days, event) in events {
        let step = step(state, event, noon().plus(Span::days(*days)), 0);
        for write in step.commit {
            match write {
                Write::Notice(notice) if notice.kind == NoticeKind::KeyExpires => {
                    warnings.push((notice.subject, notice.days_left));
                }
                _ => {}
            }
        }
        *state = step.state;
    }
    warnings
}

fn ticks(days: impl IntoIterator<Item = i64>) -> Vec<(i64, Event)> {
    days.into_iter()
        .flat_map(|day| [(day, Event::Tick), (day, Event::Tick)])
        .collect()
}

#[test]
fn warns_seven_days_and_one_day_before_the_key_expires() {
    let mut state = account();
    state.key_expiry = expiry("2026-03-02", noon());
    // The key expires 30 days after noon.
    let warned = warnings(&mut state, &ticks(0..40));
    let expected = [
        ("key-2026-03-02-7".to_owned(), Some(7)),
        ("key-2026-03-02-1".to_owned(), Some(1)),
    ];
    assert_eq!(warned, expected);
}

#[test]
fn one_warning_stands_for_those_that_were_missed() {
    let mut state = account();
    state.key_expiry = expiry("2026-03-02", noon());
    let warned = warnings(&mut state, &ticks([0, 30]));
    assert_eq!(warned, [("key-2026-03-02-1".to_owned(), Some(0))]);
}

#[test]
fn another_date_is_warned_of_anew_and_a_removed_one_no_longer() {
    let mut state = account();
    state.key_expiry = expiry("2026-03-02", noon());
    assert_eq!(warnings(&mut state, &ticks([23])).len(), 1);
    let entered_at = noon().plus(Span::days(24));
    let renewed = (24, Event::KeyExpiry(expiry("2026-03-20", entered_at)));
    assert!(warnings(&mut state, &[renewed]).is_empty());
    let warned = warnings(&mut state, &ticks(25..42));
    assert_eq!(warned, [("key-2026-03-20-7".to_owned(), Some(7))]);
    let removed = (42, Event::KeyExpiry(None));
    assert!(warnings(&mut state, &[removed]).is_empty());
    assert!(warnings(&mut state, &ticks(43..60)).is_empty());
}

#[test]
fn account_without_a_key_and_the_terminal_warn_of_nothing() {
    let mut signed_out = account();
    signed_out.config.signed_in = false;
    let mut terminal = account();
    terminal.notifies_alerts = false;
    for mut state in [signed_out, terminal] {
        state.key_expiry = expiry("2026-03-02", noon());
        assert!(warnings(&mut state, &ticks(0..40)).is_empty());
    }
}

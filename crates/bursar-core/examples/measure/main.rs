//! Measures what the core costs without a window, compared with the same work done directly, for `scripts/bench.sh`.
//! Prints one JSON object on each line: what was measured, the quantity, and each run in microseconds.
//!
//! ```text
//! measure history PAYMENTS TRIES EXPORTS   pages, searches, storing and export
//! measure fill HOME ACCOUNT PAYMENTS       a long history for the account of an app that is not running
//! measure pages API KEY                    a history downloaded, parsed and inserted in one transaction
//! measure chain EVENTS RUNS ANVIL          an account's events among ten times as many, compared with raw eth_getLogs
//! ```

mod chain;
mod evm;
mod history;
mod node;
mod pages;
mod payments;

use serde_json::{Value, json};
use std::error::Error;
use std::io::Write;
use std::time::Duration;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["history", payments, tries, exports] => {
            history::measure(payments.parse()?, tries.parse()?, exports.parse()?)
        }
        ["fill", home, account, payments] => {
            payments::fill(home.as_ref(), account, payments.parse()?)
        }
        ["pages", api, key] => pages::measure(api, key),
        ["chain", events, runs, anvil] => {
            chain::measure(events.parse()?, runs.parse()?, anvil.as_ref())
        }
        _ => Err("usage: measure history|fill|pages|chain …".into()),
    }
}

/// Reports one series. `of` is the quantity that `name` refers to.
pub(crate) fn report(name: &str, of: usize, runs: &[Duration]) -> Outcome<()> {
    let runs: Vec<u64> = runs
        .iter()
        .map(|run| u64::try_from(run.as_micros()).unwrap_or(u64::MAX))
        .collect();
    report_value(json!({"name": name, "of": of, "us": runs}))
}

pub(crate) fn report_value(value: Value) -> Outcome<()> {
    Ok(writeln!(std::io::stdout(), "{value}")?)
}

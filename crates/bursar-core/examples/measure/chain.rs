//! Reads one account's events from a chain that has ten times as many, in the same ranges and with the same calls as
//! the app, and checks, stores and matches them. For comparison, fetches the same ranges with plain `eth_getLogs` calls
//! and parses them. Runs once against a real node, and once against a node whose responses are prepared, so that only
//! the reader's own work is measured.

use super::evm::{A_BLOCK, Evm};
use super::node::{BALANCE, CHAIN_ID, EVERY, Node, TOKEN, USER, signature};
use super::payments::made;
use super::{Outcome, report, report_value};
use alloy_primitives::B256;
use bursar_chain::Chain;
use bursar_domain::account::AccountId;
use bursar_domain::chain_event::EventBatch;
use bursar_domain::clock::Timestamp;
use bursar_domain::money::Currency;
use bursar_domain::network::ChainConfig;
use bursar_domain::payment::RemotePayment;
use bursar_platform::http::Http;
use bursar_store::History;
use futures_util::future::join;
use serde::Deserialize;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use url::Url;

/// The user's events in one request.
const A_RANGE: usize = 2_000;
/// The number of ranges that are read before the newer ones are stored, as in the app.
const READ_AHEAD: usize = 5;

/// The node that the events are read from.
struct Source {
    url: Url,
    head: u64,
    /// The number of blocks in one request.
    range: u64,
    filled: Filled,
}

#[derive(Deserialize)]
struct Answer {
    result: Vec<RawLog>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "what is parsed is what a reader would take")]
struct RawLog {
    address: String,
    topics: Vec<String>,
    data: String,
    block_number: String,
    block_hash: String,
    transaction_hash: String,
    log_index: String,
}

pub(crate) fn measure(events: usize, runs: usize, anvil: &Path) -> Outcome<()> {
    // Also sets up the cryptography for TLS, which an HTTP client requires even if it never uses TLS.
    let http = Http::new()?;
    let payments = made(events)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let node = Node::with(&payments)?;
    let ready = Source {
        head: node.head,
        filled: Filled::with(&payments, &node.transactions)?,
        url: Url::parse(&node.serve()?)?,
        range: u64::try_from(A_RANGE)? * EVERY,
    };
    let evm = runtime.block_on(Evm::with(anvil, &payments))?;
    let real = Source {
        head: evm.head,
        filled: Filled::with(&payments, &evm.transactions)?,
        url: Url::parse(&evm.address)?,
        range: u64::try_from(A_RANGE / A_BLOCK)?,
    };
    drop(payments);
    for (of, source) in [("a real node", &real), ("ready answers", &ready)] {
        let (mut own, mut raw, mut resident) = (Vec::new(), Vec::new(), Vec::new());
        let mut storing = Vec::new();
        for _ in 0..runs {
            raw.push(runtime.block_on(raw_logs(source, events))?);
            let reading = read_into_copy(&runtime, &http, source)?;
            own.push(reading.took);
            storing.push(reading.storing);
            resident.push(reading.resident);
        }
        report(&format!("chain history, {of}"), events, &own)?;
        report(&format!("storing and matching, {of}"), events, &storing)?;
        report(&format!("raw eth_getLogs, {of}"), events, &raw)?;
        report_value(
            json!({"name": format!("resident while reading, {of}"), "of": events, "among": u64::try_from(events)? * EVERY, "kib": resident}),
        )?;
    }
    Ok(())
}

/// A history with the account's payments, each with the transaction that the provider names, and without any chain
/// events.
struct Filled {
    home: tempfile::TempDir,
    account: AccountId,
    newest: String,
}

impl Filled {
    fn with(payments: &[RemotePayment], transactions: &[B256]) -> Outcome<Self> {
        let (home, account) = (tempfile::tempdir()?, AccountId::random());
        let (history, _) = History::open(home.path(), Timestamp(0))?;
        let named: Vec<RemotePayment> = payments
            .iter()
            .zip(transactions)
            .map(|(payment, transaction)| RemotePayment {
                transaction: Some(*transaction),
                ..payment.clone()
            })
            .collect();
        for part in named.chunks(1_000) {
            history.put_payments(&account, part)?;
        }
        let newest = named.first().ok_or("no payments")?.id.clone();
        Ok(Self {
            home,
            account,
            newest,
        })
    }
}

fn read_into_copy(runtime: &Runtime, http: &Http, source: &Source) -> Outcome<Reading> {
    let home = tempfile::tempdir()?;
    copy_history(source.filled.home.path(), home.path())?;
    let history = Arc::new(History::open(home.path(), Timestamp(0))?.0);
    let place = ChainConfig {
        id: CHAIN_ID,
        rpc: vec![source.url.clone()],
        ws: None,
        balance: BALANCE,
        token: TOKEN,
        explorer: None,
        start_block: 0,
    };
    let chain = Chain::new(place, Currency::usdc().into(), None, http.clone());
    let account = &source.filled.account;
    let reading = runtime.block_on(read(&chain, &history, account, source))?;
    if history
        .payment_match(account, &source.filled.newest)?
        .is_none()
    {
        return Err("the events were not matched".into());
    }
    Ok(reading)
}

fn copy_history(from: &Path, to: &Path) -> Outcome<()> {
    std::fs::copy(from.join("history.db"), to.join("history.db"))?;
    Ok(())
}

struct Reading {
    took: Duration,
    /// The part of the time that the database took.
    storing: Duration,
    /// The process's size after each tenth, in KiB.
    resident: Vec<u64>,
}

/// Reads the newest blocks first, like the app's backfill, and stores events while more are requested.
async fn read(
    chain: &Chain,
    history: &Arc<History>,
    account: &AccountId,
    source: &Source,
) -> Outcome<Reading> {
    let begun = Instant::now();
    let (sender, receiver) = mpsc::channel(READ_AHEAD);
    let (sizes, storing) = join(
        read_back(chain, source, sender),
        store_all(history, account, receiver),
    )
    .await;
    Ok(Reading {
        resident: sizes?,
        storing: storing?,
        took: begun.elapsed(),
    })
}

/// Returns the size of the process after each tenth.
async fn read_back(
    chain: &Chain,
    source: &Source,
    batches: mpsc::Sender<EventBatch>,
) -> Outcome<Vec<u64>> {
    let mut sizes = Vec::new();
    let stride = (source.head / 10).max(1);
    let (mut to, mut told) = (source.head, source.head);
    while to > 0 {
        let from = to.saturating_sub(source.range - 1).max(1);
        batches.send(chain.events(USER, from, to).await?).await?;
        to = from - 1;
        if told - to >= stride {
            told = to;
            sizes.push(resident()?);
        }
    }
    Ok(sizes)
}

/// Returns the part of the time that the database took.
async fn store_all(
    history: &Arc<History>,
    account: &AccountId,
    mut batches: mpsc::Receiver<EventBatch>,
) -> Outcome<Duration> {
    let mut storing = Duration::ZERO;
    let store = |batch: EventBatch| {
        let (history, account) = (Arc::clone(history), account.clone());
        async move {
            let begun = Instant::now();
            tokio::task::spawn_blocking(move || history.put_events(&account, &batch)).await??;
            Outcome::Ok(begun.elapsed())
        }
    };
    while let Some(batch) = bursar_chain::collect_batch(&mut batches).await {
        storing += store(batch).await?;
    }
    Ok(storing)
}

/// Reads the same ranges, one after the other, over one connection.
async fn raw_logs(source: &Source, expected: usize) -> Outcome<Duration> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let begun = Instant::now();
    let mut found = 0;
    let mut to = source.head;
    while to > 0 {
        let from = to.saturating_sub(source.range - 1).max(1);
        let filter = json!({
            "address": BALANCE, "fromBlock": format!("{from:#x}"), "toBlock": format!("{to:#x}"),
            "topics": [[signature()], TOKEN.into_word(), USER.into_word()],
        });
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [filter]});
        let answer = client
            .post(source.url.clone())
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await?;
        let answer: Answer = serde_json::from_slice(&answer.bytes().await?)?;
        found += answer.result.len();
        to = from - 1;
    }
    if found == expected {
        Ok(begun.elapsed())
    } else {
        Err(format!("{found} events instead of {expected}").into())
    }
}

/// The memory of this process, in KiB. It includes the node with prepared responses, whose size does not change.
fn resident() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let digits = line.and_then(|line| line.split_whitespace().next());
    Ok(digits.ok_or("no VmRSS")?.parse()?)
}

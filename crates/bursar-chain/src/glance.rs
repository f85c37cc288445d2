//! A look at the chain in a single request, for when nothing has happened: the newest block, the figures, whether
//! the newest block that was read is still in the chain, and that no event came since. Anything else than quiet is
//! for the thorough way, and so is every fault: a glance is only ever an answer that costs less.

use super::events::distinct;
use super::fault::Fault;
use super::keeper::{Subject, figures};
use super::line::{At, Line, block, check_calls, read_chain_id, read_check, view};
use super::reader::Chain;
use super::rpc::Call;
use super::wire::{Block, Data, Log, Quantity, written};
use alloy_primitives::{Address, B256};
use bursar_domain::chain_event::EventBatch;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Timestamp;
use bursar_platform::http::BODY_LIMIT;
use serde_json::json;
use std::time::Instant;

/// The most calls that a glance makes in its one request.
const AT_ONCE: usize = 12;

impl Chain {
    /// The figures at the newest block and the empty range of events up to it, if `known` (the newest block that
    /// was read, and its hash) is still in the chain and nothing of the user's happened since. `None`: look properly.
    pub async fn quick_poll(
        &self,
        user: Address,
        known: (u64, B256),
        now: Timestamp,
    ) -> Option<(ChainReading, EventBatch)> {
        let rpc = self.order().into_iter().next()?;
        {
            let standing = rpc.standing();
            let unusual = standing.calls_at_once < AT_ONCE
                || standing.failed_last()
                || standing.must_wait(Instant::now()).is_some();
            if unusual {
                return None;
            }
        }
        self.tell_time(now);
        let line = self.line(&rpc);
        let (head, reading) = match look(&line, &self.subject(user), known, now).await {
            Ok(quiet) => quiet?,
            Err(fault) => {
                tracing::debug!(host = %rpc.host, "a glance at the chain told nothing: {}", fault.told(&rpc.host));
                return None;
            }
        };
        if self.looks_old(&rpc, head) {
            return None;
        }
        let events = EventBatch {
            events: Vec::new(),
            from: known.0.saturating_add(1).min(head.number),
            to: head.number,
            to_hash: head.hash,
        };
        Some((reading, events))
    }
}

async fn look(
    line: &Line,
    subject: &Subject,
    (number, hash): (u64, B256),
    now: Timestamp,
) -> Result<Option<(Block, ChainReading)>, Fault> {
    let checked = line.rpc.standing().checked(Instant::now());
    let mut calls = match checked {
        Some(_) => vec![Call::new("eth_chainId", json!([]))],
        None => check_calls(&line.place),
    };
    let (signatures, token, user) = subject.topics();
    calls.push(block(At::Latest));
    calls.extend(
        subject
            .figure_calls()
            .iter()
            .map(|data| view(subject.balance, data, At::Latest)),
    );
    calls.push(block(At::Number(number)));
    calls.push(Call::new(
        "eth_getLogs",
        json!([{
            "address": subject.balance,
            "fromBlock": written(number),
            "toBlock": "latest",
            "topics": [signatures, token, user],
        }]),
    ));
    // Where this is the first answer's number, no block came in between and all was said of that one.
    calls.push(Call::new("eth_blockNumber", json!([])));
    let mut answers = line.ask(&calls, BODY_LIMIT).await?;
    let known = match checked {
        Some(checked) => {
            read_chain_id(&line.place, &mut answers)?;
            checked
        }
        None => read_check(&line.place, &mut answers)?,
    };
    let head = answers.next::<Block>("its newest block")?;
    line.rpc
        .standing()
        .answered(known, checked.is_none(), head, Instant::now());
    let mut figure = || answers.next::<Data>("a figure").map(|data| data.0);
    let said = [figure()?, figure()?, figure()?, figure()?];
    let there = answers.next::<Option<Block>>("a block")?;
    let logs = answers.next::<Vec<Log>>("logs")?;
    let last = answers.next::<Quantity>("the newest block's number")?.0;
    let same_chain = there.is_some_and(|block| block.number == number && block.hash == hash);
    if last != head.number || head.number < number || !same_chain {
        return Ok(None);
    }
    let news = distinct(logs, number, head.number, head.hash)?;
    if news.iter().any(|log| log.block_number > number) {
        return Ok(None);
    }
    Ok(Some((head, figures(&said, known.decimals)?.at(head, now))))
}

//! Chain events from further back than one run reads. Events that were read before a fault are kept and shown, the rest
//! are read once the chain answers again, and no range is read twice.

use super::*;
use alloy_primitives::{hex, keccak256};
use bursar_domain::view::PaymentQuery;
use bursar_engine::BlockProgress;
use serde_json::{Value, json};

pub(super) const HEAD: u64 = 150_000;
/// Seconds between two blocks.
const APART: i64 = 12;
/// Blocks with a credit, and the ids of their payments.
pub(super) const CREDITS: [(u64, &str); 4] = [
    (145_000, "new"),
    (90_000, "older"),
    (50_000, "behind"),
    (10_000, "first"),
];

/// A provider with a chain that refuses logs from blocks below a limit.
pub(super) struct DeepChain {
    pub(super) provider: MockFluence,
    pub(super) begun: Timestamp,
    pub(super) no_logs_below: u64,
    /// The JSON-RPC error code and message of that refusal.
    pub(super) refusal: (i64, &'static str),
    /// The most blocks for which one request returns logs.
    pub(super) most: u64,
    /// The chain no longer has blocks below this one.
    pub(super) kept_from: u64,
    /// The first block of a fork, and the byte with which the hashes begin from there on.
    pub(super) fork: (u64, u8),
    /// The payment whose credit is no longer in any block.
    pub(super) reversed: Option<&'static str>,
    /// The number of requests for logs.
    pub(super) asked: usize,
    /// The block ranges for which logs were returned.
    pub(super) given: Vec<(u64, u64)>,
}

impl MockProvider for DeepChain {
    const NAME: &str = MockFluence::NAME;
    const NETWORK: &str = "[chain]\nid = 1\nrpc = [\"SERVER/rpc\"]\n\
         balance = \"0x00000000000000000000000000000000000000b1\"\n\
         token = \"0x00000000000000000000000000000000000000b2\"\n";
    const ADDRESS: Option<&str> = Some("0x00000000000000000000000000000000000000a1");

    fn answer(&mut self, request: &ReceivedRequest, clock: &TestClock) -> StubResponse {
        if request.path() != "/rpc" {
            return self.provider.answer(request, clock);
        }
        let calls: Value = serde_json::from_str(&request.body).unwrap();
        let answers = match calls.as_array() {
            Some(calls) => calls.iter().map(|call| self.answered(call)).collect(),
            None => self.answered(&calls),
        };
        StubResponse::json(200, &answers.to_string())
    }
}

impl DeepChain {
    pub(super) fn new() -> Self {
        let begun = SystemClock
            .now()
            .minus(Span::seconds(APART * i64::try_from(HEAD).unwrap()));
        let mut chain = Self {
            provider: MockFluence::default(),
            begun,
            no_logs_below: 60_000,
            refusal: (-32_000, "the disk is broken"),
            most: u64::MAX,
            kept_from: 0,
            fork: (u64::MAX, 0xc),
            reversed: None,
            asked: 0,
            given: Vec::new(),
        };
        chain.provider.history = CREDITS
            .iter()
            .map(|(block, id)| top_up(id, "resolved", chain.time(*block)))
            .collect();
        chain
    }

    fn time(&self, block: u64) -> Timestamp {
        self.begun
            .plus(Span::seconds(APART * i64::try_from(block).unwrap()))
    }

    fn answered(&mut self, call: &Value) -> Value {
        let first = &call["params"][0];
        let result = match call["method"].as_str().unwrap() {
            "eth_chainId" => json!("0x1"),
            "eth_blockNumber" => json!(format!("{HEAD:#x}")),
            "eth_getCode" => json!("0x60"),
            "eth_call" => {
                let decimals = first["data"]
                    .as_str()
                    .or(first["input"].as_str())
                    .is_some_and(|data| data.starts_with("0x313ce567"));
                json!(format!("0x{:064x}", if decimals { 6 } else { 0 }))
            }
            "eth_getBlockByNumber" => self.block(number(first).unwrap_or(HEAD)),
            "eth_getBlockByHash" => {
                let hash = first.as_str().unwrap();
                self.block(u64::from_str_radix(&hash[hash.len() - 16..], 16).unwrap())
            }
            "eth_getLogs" => {
                // "latest" is the only block that is not a number.
                let [from, to] =
                    ["fromBlock", "toBlock"].map(|end| number(&first[end]).unwrap_or(HEAD));
                self.asked += 1;
                let refused = |(code, message): (i64, &str)| {
                    let error = json!({"code": code, "message": message});
                    json!({"jsonrpc": "2.0", "id": call["id"], "error": error})
                };
                if from < self.no_logs_below {
                    return refused(self.refusal);
                }
                if to - from >= self.most {
                    return refused((
                        35,
                        "ranges over that many blocks are not supported on freetier",
                    ));
                }
                self.given.push((from, to));
                let within = CREDITS
                    .iter()
                    .filter(|(at, id)| (from..=to).contains(at) && self.reversed != Some(*id));
                within.map(|(at, id)| self.log(*at, id)).collect()
            }
            "eth_getTransactionReceipt" => self.receipt(first),
            method => panic!("{method} is not known"),
        };
        json!({"jsonrpc": "2.0", "id": call["id"], "result": result})
    }

    /// The receipt of a credit's transaction; null if the credit was reversed.
    fn receipt(&self, transaction: &Value) -> Value {
        let credit = CREDITS
            .iter()
            .find(|(at, _)| *transaction == hash(0x7, *at));
        let Some((at, id)) = credit.filter(|(_, id)| self.reversed != Some(*id)) else {
            return Value::Null;
        };
        json!({
            "transactionHash": transaction, "blockHash": self.hash(*at), "blockNumber": format!("{at:#x}"), "status": "0x1",
            "logs": [self.log(*at, id)],
        })
    }

    fn block(&self, number: u64) -> Value {
        if number < self.kept_from {
            return Value::Null;
        }
        json!({
            "number": format!("{number:#x}"), "hash": self.hash(number), "parentHash": self.hash(number.saturating_sub(1)),
            "timestamp": self.timestamp(number),
        })
    }

    fn hash(&self, block: u64) -> String {
        let (from, kind) = self.fork;
        hash(if block < from { 0xb } else { kind }, block)
    }

    fn timestamp(&self, block: u64) -> String {
        format!("{:#x}", self.time(block).0 / 1_000)
    }

    fn log(&self, block: u64, id: &str) -> Value {
        let signature = keccak256("UserBalanceIncrease(address,address,address,uint256,string)");
        let word = |end: &str| format!("0x{end:0>64}");
        let text = format!("{:0<64}", hex::encode(id));
        json!({
            "address": "0x00000000000000000000000000000000000000b1",
            "topics": [signature, word("b2"), word("a1"), word("c1")],
            "data": format!("0x{:064x}{:064x}{:064x}{text}", 25_000_000, 64, id.len()),
            "blockNumber": format!("{block:#x}"), "blockHash": self.hash(block), "blockTimestamp": self.timestamp(block),
            "transactionHash": hash(0x7, block), "transactionIndex": "0x0", "logIndex": "0x0", "removed": false,
        })
    }
}

fn number(text: &Value) -> Option<u64> {
    u64::from_str_radix(text.as_str()?.strip_prefix("0x")?, 16).ok()
}

/// A hash that ends with its block's number.
pub(super) fn hash(kind: u8, block: u64) -> String {
    format!("0x{kind:02x}{block:062x}")
}

impl TestApp<DeepChain> {
    pub(super) async fn verified(&self) -> Vec<String> {
        let page = self.bursar.payments(PaymentQuery::default(), None, 10);
        let payments = page.await.unwrap().payments;
        let verified = payments.into_iter().filter(|line| line.verified);
        verified.map(|line| line.id).collect()
    }
}

#[tokio::test]
async fn keeps_what_was_read_before_a_fault_and_rereads_nothing() {
    let app = TestApp::connect(DeepChain::new()).await;
    app.until("everything up to the fault is read", |state| {
        state.backfill.chain
            == Some(BlockProgress {
                read: 80_000,
                at_most: HEAD + 1,
            })
    })
    .await;
    assert_eq!(app.verified().await, ["new", "older"]);
    // Later runs fail at the same fault, and the events read so far stay.
    app.later(Span::minutes(3));
    app.until("the chain has failed", |state| {
        state.poll_timers[&PollTarget::Chain].failures > 0
    })
    .await;
    assert_eq!(app.verified().await, ["new", "older"]);

    app.provider.lock().unwrap().no_logs_below = 0;
    app.later(Span::minutes(15));
    app.until("all is read", |state| state.backfill.chain.is_none())
        .await;
    assert_eq!(app.verified().await, CREDITS.map(|(_, id)| id.to_owned()));
    let mut given = app.provider.lock().unwrap().given.clone();
    given.retain(|(from, to)| from < to);
    given.sort_unstable();
    assert!(
        given.windows(2).all(|pair| pair[0].1 < pair[1].0),
        "{given:?}"
    );
}

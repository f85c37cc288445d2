//! A chain with one user's money, served by endpoints that may lag behind, be silent, drop events or follow another
//! fork.

use super::*;
use alloy_primitives::{hex, keccak256};
use serde_json::{Value, json};

/// What the provider's blocks contain, and how each endpoint presents them.
pub(super) struct MockChain {
    pub(super) provider: MockFluence,
    pub(super) head: u64,
    /// The time of block 0; one block a second.
    begun: Timestamp,
    /// Block, payment id and whole USDC; one credit per block.
    pub(super) credits: Vec<(u64, String, u64)>,
    /// Block and whole USDC spent in it.
    pub(super) charges: Vec<(u64, u64)>,
    /// The endpoints, in the order of their paths.
    pub(super) endpoints: [Endpoint; 2],
    /// Ranges of logs requested from any endpoint.
    pub(super) asked: Vec<(u64, u64)>,
}

/// How one endpoint deviates from the true chain.
#[derive(Clone, Copy, Default)]
pub(super) struct Endpoint {
    /// The newest block that the endpoint knows.
    pub(super) stands_at: Option<u64>,
    pub(super) drops_logs: bool,
    /// The endpoint closes connections without an answer.
    pub(super) refuses: bool,
    /// The first block from which the endpoint's blocks differ and contain no credit.
    pub(super) forks_at: Option<u64>,
    /// The newest block of a second node, which answers every other request.
    pub(super) alternates_with: Option<u64>,
    pub(super) requests: u64,
    /// The most blocks for which one request returns logs.
    pub(super) most: Option<u64>,
    /// The endpoint hides money that arrived in this block or later.
    pub(super) hides_money_from: Option<u64>,
}

impl MockChain {
    pub(super) fn new(head: u64) -> Self {
        let seconds = i64::try_from(head).unwrap();
        Self {
            provider: MockFluence::default(),
            head,
            begun: SystemClock.now().minus(Span::seconds(seconds)),
            credits: Vec::new(),
            charges: Vec::new(),
            endpoints: [Endpoint::default(); 2],
            asked: Vec::new(),
        }
    }

    /// Adds a payment with this status at the provider, and its money in the next block.
    pub(super) fn credit(&mut self, id: &str, status: &str, amount: u64) {
        self.head += 1;
        self.credits.push((self.head, id.to_owned(), amount));
        self.list(id, status);
    }

    pub(super) fn list(&mut self, id: &str, status: &str) {
        let item = top_up(id, status, self.time(self.head));
        self.provider.history.retain(|item| !item.contains(id));
        if status == "open" {
            self.provider.pending = Some(item.clone());
        }
        self.provider.history.insert(0, item);
    }

    fn time(&self, block: u64) -> Timestamp {
        self.begun
            .plus(Span::seconds(i64::try_from(block).unwrap()))
    }

    pub(super) fn answered(&mut self, path: &str, body: &str) -> StubResponse {
        let at = usize::from(path == "/b");
        let mut endpoint = self.endpoints[at];
        endpoint.requests += 1;
        self.endpoints[at] = endpoint;
        if endpoint.refuses {
            return StubResponse(Vec::new());
        }
        if endpoint.requests.is_multiple_of(2) && endpoint.alternates_with.is_some() {
            endpoint.stands_at = endpoint.alternates_with;
        }
        let calls: Value = serde_json::from_str(body).unwrap();
        let answers = match calls.as_array() {
            Some(calls) => calls
                .iter()
                .map(|call| self.answer_of(endpoint, call))
                .collect(),
            None => self.answer_of(endpoint, &calls),
        };
        StubResponse::json(200, &answers.to_string())
    }

    fn answer_of(&mut self, endpoint: Endpoint, call: &Value) -> Value {
        let params = &call["params"];
        let first = &params[0];
        let head = endpoint.stands_at.unwrap_or(self.head).min(self.head);
        let result = match call["method"].as_str().unwrap() {
            "eth_chainId" => json!("0x1"),
            "eth_blockNumber" => json!(format!("{head:#x}")),
            "eth_getCode" => json!("0x60"),
            "eth_call" => match self.figure(endpoint, head, first, &params[1]) {
                Some(figure) => json!(format!("0x{figure:064x}")),
                None => {
                    let error = json!({"code": -32_000, "message": "unknown block"});
                    return json!({"jsonrpc": "2.0", "id": call["id"], "error": error});
                }
            },
            "eth_getBlockByNumber" => {
                let block = number(first).unwrap_or(head);
                if block > head {
                    Value::Null
                } else {
                    self.block(endpoint, block)
                }
            }
            "eth_getBlockByHash" => {
                let block = end_of(first);
                let it = self.block(endpoint, block);
                if block <= head && it["hash"] == *first {
                    it
                } else {
                    Value::Null
                }
            }
            "eth_getLogs" => {
                let [from, to] =
                    ["fromBlock", "toBlock"].map(|end| number(&first[end]).unwrap_or(head));
                if endpoint
                    .most
                    .is_some_and(|most| to.saturating_sub(from) >= most)
                {
                    let error = json!({"code": -32_000, "message": "block range is too large"});
                    return json!({"jsonrpc": "2.0", "id": call["id"], "error": error});
                }
                self.asked.push((from, to));
                let logs = self.logs(endpoint, from, to.min(head));
                if endpoint.drops_logs {
                    json!([])
                } else {
                    json!(logs)
                }
            }
            "eth_getTransactionReceipt" => {
                let block = end_of(first);
                let logs = self.logs(endpoint, block, block.min(head));
                if logs.is_empty() {
                    Value::Null
                } else {
                    json!({
                        "transactionHash": first, "blockHash": hash(self.fork(endpoint, block), block),
                        "blockNumber": format!("{block:#x}"), "status": "0x1", "logs": logs,
                    })
                }
            }
            method => panic!("{method} is not known"),
        };
        json!({"jsonrpc": "2.0", "id": call["id"], "result": result})
    }

    fn figure(&self, endpoint: Endpoint, head: u64, call: &Value, at: &Value) -> Option<u64> {
        let data = call["data"].as_str().unwrap();
        if data.starts_with("0x313ce567") {
            return Some(6);
        }
        let block = match at["blockHash"].as_str() {
            Some(text) => {
                let block = end_of(&at["blockHash"]);
                (text == hash(self.fork(endpoint, block), block)).then_some(block)?
            }
            None => number(at).unwrap_or(head),
        };
        let known = [
            "getFreeBalance(address,address)",
            "getFullBalance(address,address)",
        ];
        let is_money = known
            .iter()
            .any(|name| data[2..10] == hex::encode(&keccak256(name)[..4]));
        let came: u64 = self
            .seen_credits(endpoint)
            .filter(|(at, ..)| {
                *at <= block && endpoint.hides_money_from.is_none_or(|from| *at < from)
            })
            .map(|(_, _, amount)| amount)
            .sum();
        let went: u64 = self
            .charges
            .iter()
            .filter(|(at, _)| *at <= block)
            .map(|(_, amount)| amount)
            .sum();
        (block <= head).then_some(if is_money {
            (came - went.min(came)) * 1_000_000
        } else {
            0
        })
    }

    fn seen_credits(&self, endpoint: Endpoint) -> impl Iterator<Item = &(u64, String, u64)> {
        let all = self.credits.iter();
        all.filter(move |(at, ..)| endpoint.forks_at.is_none_or(|from| *at < from))
    }

    fn fork(&self, endpoint: Endpoint, block: u64) -> u8 {
        if endpoint.forks_at.is_some_and(|from| block >= from) {
            0xf
        } else {
            0xb
        }
    }

    fn block(&self, endpoint: Endpoint, number: u64) -> Value {
        json!({
            "number": format!("{number:#x}"), "hash": hash(self.fork(endpoint, number), number),
            "parentHash": hash(0xb, number.saturating_sub(1)), "timestamp": format!("{:#x}", self.time(number).0 / 1_000),
        })
    }

    fn logs(&self, endpoint: Endpoint, from: u64, to: u64) -> Vec<Value> {
        self.seen_credits(endpoint)
            .filter(|(at, ..)| (from..=to).contains(at))
            .map(|(at, id, amount)| self.log(endpoint, *at, id, *amount))
            .collect()
    }

    fn log(&self, endpoint: Endpoint, block: u64, id: &str, amount: u64) -> Value {
        let signature = keccak256("UserBalanceIncrease(address,address,address,uint256,string)");
        let word = |end: &str| format!("0x{end:0>64}");
        let text = format!("{:0<64}", hex::encode(id));
        json!({
            "address": "0x00000000000000000000000000000000000000b1",
            "topics": [signature, word("b2"), word("a1"), word("c1")],
            "data": format!("0x{:064x}{:064x}{:064x}{text}", amount * 1_000_000, 64, id.len()),
            "blockNumber": format!("{block:#x}"), "blockHash": hash(self.fork(endpoint, block), block),
            "transactionHash": hash(0x7, block), "transactionIndex": "0x0", "logIndex": "0x0", "removed": false,
        })
    }
}

fn number(text: &Value) -> Option<u64> {
    u64::from_str_radix(text.as_str()?.strip_prefix("0x")?, 16).ok()
}

/// The number at the end of a hash.
fn end_of(text: &Value) -> u64 {
    let text = text.as_str().unwrap();
    u64::from_str_radix(&text[text.len() - 16..], 16).unwrap()
}

fn hash(kind: u8, block: u64) -> String {
    format!("0x{kind:02x}{block:062x}")
}

/// The chain, served by two endpoints at different hosts.
pub(super) struct TwoEndpoints(pub(super) MockChain);

/// The chain, served by a single endpoint, as on the built-in mainnet.
pub(super) struct OneEndpoint(pub(super) MockChain);

macro_rules! prepared {
    ($name:ident, $rpcs:literal) => {
        impl MockProvider for $name {
            const NAME: &str = MockFluence::NAME;
            const NETWORK: &str = concat!(
                "[chain]\nid = 1\nrpc = [",
                $rpcs,
                "]\nbalance = \"0x00000000000000000000000000000000000000b1\"\n\
                 token = \"0x00000000000000000000000000000000000000b2\"\n"
            );
            const ADDRESS: Option<&str> = Some("0x00000000000000000000000000000000000000a1");

            fn answer(&mut self, request: &ReceivedRequest, clock: &TestClock) -> StubResponse {
                match request.path() {
                    path @ ("/a" | "/b") => self.0.answered(path, &request.body),
                    _ => self.0.provider.answer(request, clock),
                }
            }
        }

        impl HasMockChain for $name {
            fn chain(&mut self) -> &mut MockChain {
                &mut self.0
            }
        }
    };
}

prepared!(TwoEndpoints, "\"SERVER/a\", \"LOCALHOST/b\"");
prepared!(OneEndpoint, "\"SERVER/a\"");

/// Gives a test access to the chain.
pub(super) trait HasMockChain: MockProvider {
    fn chain(&mut self) -> &mut MockChain;
}

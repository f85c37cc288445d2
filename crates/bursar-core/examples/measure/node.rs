//! An RPC endpoint of a made-up chain with very many events: one in each block, every tenth of them the user's. All
//! responses are prepared in advance, so that the endpoint's own work does not distort the measurement.

use super::Outcome;
use alloy_primitives::{Address, B256, hex, keccak256};
use bursar_domain::payment::RemotePayment;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const CHAIN_ID: u64 = 9_999_999;
pub(crate) const BALANCE: Address = Address::repeat_byte(0xba);
pub(crate) const TOKEN: Address = Address::repeat_byte(0x0c);
pub(crate) const USER: Address = Address::repeat_byte(0x05);
/// One event in this many is the user's.
pub(crate) const EVERY: u64 = 10;
/// The time of the first block, and the seconds between two blocks.
const BEGUN: u64 = 1_640_000_000;
const APART: u64 = 30;

pub(crate) struct Node {
    /// The user's logs by block, as JSON.
    logs: BTreeMap<u64, String>,
    /// The parts of each log that identify its user, for all blocks. A node searches these.
    users: Vec<Address>,
    pub(crate) head: u64,
    /// The hash of each payment's transaction, in the order of the payments.
    pub(crate) transactions: Vec<B256>,
}

impl Node {
    /// Creates one event of the user for each of these payments, which are newest first.
    pub(crate) fn with(payments: &[RemotePayment]) -> Outcome<Self> {
        let mut logs = BTreeMap::new();
        let mut users = Vec::new();
        let mut transactions = Vec::new();
        for (n, payment) in payments.iter().rev().enumerate() {
            let block = (u64::try_from(n)? + 1) * EVERY;
            let cents = payment.amount.to_cents().ok_or("an amount without cents")?;
            users.extend((1..EVERY).map(|other| Address::from_word(hash(other, block))));
            users.push(USER);
            transactions.push(hash(0x7a, block));
            logs.insert(block, log(block, &payment.id, cents));
        }
        transactions.reverse();
        Ok(Self {
            logs,
            transactions,
            head: u64::try_from(users.len())?,
            users,
        })
    }

    /// Listens on a separate thread until the process ends. Returns the address.
    pub(crate) fn serve(self) -> Outcome<String> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = format!("http://{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let node = Arc::new(self);
                let Ok(listener) = TcpListener::from_std(listener) else {
                    return;
                };
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(talk(Arc::clone(&node), stream));
                }
            });
        });
        Ok(address)
    }

    fn answer(&self, calls: &Value) -> String {
        let one = |call: &Value| {
            let id = call.get("id").cloned().unwrap_or_default();
            let result = self.result(call);
            format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#)
        };
        match calls.as_array() {
            Some(calls) => format!("[{}]", calls.iter().map(one).collect::<Vec<_>>().join(",")),
            None => one(calls),
        }
    }

    fn result(&self, call: &Value) -> String {
        let method = call
            .get("method")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let parameter = call.pointer("/params/0").unwrap_or(&Value::Null);
        match method {
            "eth_chainId" => format!(r#""{CHAIN_ID:#x}""#),
            "eth_getCode" => r#""0x60""#.to_owned(),
            // The token's decimals, which is all that a call requests.
            "eth_call" => format!(r#""0x{:064x}""#, 6),
            "eth_getBlockByNumber" => block(quantity(parameter).unwrap_or(self.head)),
            "eth_getBlockByHash" => block(number_in(parameter)),
            "eth_getLogs" => {
                let bound = |name: &str| parameter.get(name).and_then(quantity);
                self.logs_of(
                    bound("fromBlock").unwrap_or(0),
                    bound("toBlock").unwrap_or(0),
                )
            }
            _ => "null".to_owned(),
        }
    }

    fn logs_of(&self, from: u64, to: u64) -> String {
        let mut text = String::from("[");
        let first = from.max(1);
        let skipped = usize::try_from(first - 1).unwrap_or(0);
        let blocks = (first..=to).zip(self.users.iter().skip(skipped));
        for (block, _) in blocks.filter(|(_, user)| **user == USER) {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(self.logs.get(&block).map_or("", String::as_str));
        }
        text.push(']');
        text
    }
}

/// A topic or hash from which its block can be read.
pub(crate) fn hash(kind: u64, block: u64) -> B256 {
    let mut bytes = [0; 32];
    for (target, byte) in bytes.iter_mut().zip(
        kind.to_be_bytes()
            .into_iter()
            .chain([0; 16])
            .chain(block.to_be_bytes()),
    ) {
        *target = byte;
    }
    bytes.into()
}

pub(crate) fn signature() -> B256 {
    keccak256("UserBalanceIncrease(address,address,address,uint256,string)")
}

fn log(block: u64, id: &str, cents: i64) -> String {
    let mut data = format!("0x{:064x}{:064x}{:064x}", cents * 10_000, 64, id.len());
    let padded = id.len().next_multiple_of(32) * 2;
    let _ = write!(data, "{:0<padded$}", hex::encode(id));
    json!({
        "address": BALANCE, "topics": [signature(), TOKEN.into_word(), USER.into_word(), Address::repeat_byte(9).into_word()],
        "data": data, "blockNumber": format!("{block:#x}"), "blockHash": hash(0xb10c, block),
        "blockTimestamp": format!("{:#x}", BEGUN + block * APART),
        "transactionHash": hash(0x7a, block), "transactionIndex": "0x0", "logIndex": "0x0", "removed": false,
    })
    .to_string()
}

/// Contains all fields that a node sends, whichever of them are read.
fn block(number: u64) -> String {
    json!({
        "number": format!("{number:#x}"), "hash": hash(0xb10c, number), "parentHash": hash(0xb10c, number.saturating_sub(1)),
        "timestamp": format!("{:#x}", BEGUN + number * APART), "logsBloom": format!("0x{:0512x}", 1), "miner": Address::ZERO,
        "stateRoot": hash(1, number), "receiptsRoot": hash(2, number), "transactionsRoot": hash(3, number),
        "gasLimit": "0x1c9c380", "gasUsed": "0x5208", "baseFeePerGas": "0x7", "difficulty": "0x0", "extraData": "0x",
        "mixHash": hash(4, number), "nonce": "0x0000000000000000", "sha3Uncles": hash(5, number), "size": "0x220",
        "transactions": [hash(0x7a, number)], "uncles": [],
    })
    .to_string()
}

fn quantity(value: &Value) -> Option<u64> {
    u64::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}

fn number_in(hash: &Value) -> u64 {
    let digits = hash
        .as_str()
        .and_then(|hash| hash.get(hash.len().saturating_sub(16)..));
    digits
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .unwrap_or(0)
}

async fn talk(node: Arc<Node>, stream: TcpStream) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        let text = node.answer(&serde_json::from_slice(&body).ok()?);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            text.len()
        );
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(text.as_bytes()).await.ok()?;
    }
}

//! A real chain with very many events: anvil with a contract at the Balance contract's address that only writes events,
//! for ten users in each call.

use super::Outcome;
use super::node::{BALANCE, CHAIN_ID, EVERY, TOKEN, USER, signature};
use alloy_primitives::{B256, hex};
use bursar_domain::payment::RemotePayment;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

/// The user's events in one block.
pub(crate) const A_BLOCK: usize = 10;
/// The size of an event's data in bytes: its amount, and an id of 36 characters with its offset and length.
const DATA: u8 = 160;
/// The bytes of a call that describe one event: the user and the data.
const CALL: u8 = 32 + DATA;

pub(crate) struct Evm {
    process: Child,
    pub(crate) address: String,
    pub(crate) head: u64,
    /// The hash of each payment's transaction, in the order of the payments.
    pub(crate) transactions: Vec<B256>,
}

impl Drop for Evm {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Evm {
    /// Creates one event of the user for each of these payments, which are newest first, among the events of nine other
    /// users.
    pub(crate) async fn with(anvil: &Path, payments: &[RemotePayment]) -> Outcome<Self> {
        let blocks = payments.len().div_ceil(A_BLOCK);
        // Each block is one second after the block before it, and the last one must not be in the future.
        let begun = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs()
            - 2 * u64::try_from(blocks)?
            - 3_600;
        let mut process = Command::new(anvil)
            .args(["--port", "0", "--no-cors", "--no-mining"])
            .args(["--disable-console-log", "--prune-history", "1000"])
            .args(["--chain-id", &CHAIN_ID.to_string()])
            .args(["--timestamp", &begun.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = process.stdout.take().ok_or("no output of anvil")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let address = lines
            .find_map(|line| Some(format!("http://{}", line.strip_prefix("Listening on ")?)))
            .ok_or("anvil ended at once")?;
        std::thread::spawn(move || lines.for_each(drop));
        let mut evm = Self {
            process,
            address,
            head: 0,
            transactions: Vec::new(),
        };
        evm.fill(payments).await?;
        Ok(evm)
    }

    async fn fill(&mut self, payments: &[RemotePayment]) -> Outcome<()> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let call = async |method: &str, params: Value| -> Outcome<Value> {
            let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
            let asked = client
                .post(&self.address)
                .header("content-type", "application/json")
                .body(body.to_string());
            let answer: Value = serde_json::from_slice(&asked.send().await?.bytes().await?)?;
            match answer.get("result") {
                Some(result) => Ok(result.clone()),
                None => Err(format!("{method}: {answer}").into()),
            }
        };
        call(
            "anvil_setCode",
            json!([BALANCE, hex::encode_prefixed(writer())]),
        )
        .await?;
        // Answers every call with 6, its number of decimals.
        call("anvil_setCode", json!([TOKEN, "0x60065f5260205ff3"])).await?;
        let accounts = call("eth_accounts", json!([])).await?;
        let from = accounts.get(0).ok_or("no account")?;
        let oldest_first: Vec<&RemotePayment> = payments.iter().rev().collect();
        for part in oldest_first.chunks(A_BLOCK) {
            let mut data = Vec::new();
            for payment in part {
                data.extend(written(payment)?);
            }
            let transaction = json!({"from": from, "to": BALANCE, "gas": "0x200000", "data": hex::encode_prefixed(data)});
            let sent = call("eth_sendTransaction", json!([transaction])).await?;
            call("evm_mine", json!([])).await?;
            let sent: B256 = serde_json::from_value(sent)?;
            self.transactions
                .extend(std::iter::repeat_n(sent, part.len()));
        }
        self.transactions.reverse();
        let head = call("eth_blockNumber", json!([])).await?;
        let digits = head.as_str().and_then(|text| text.strip_prefix("0x"));
        self.head = u64::from_str_radix(digits.ok_or("no head")?, 16)?;
        Ok(())
    }
}

/// The part of a call that describes one event.
fn written(payment: &RemotePayment) -> Outcome<Vec<u8>> {
    let cents = payment.amount.to_cents().ok_or("an amount without cents")?;
    let units = u64::try_from(cents)? * 10_000;
    let number = |number: u64| [[0; 24].as_slice(), &number.to_be_bytes()].concat();
    let mut call = USER.into_word().to_vec();
    call.extend(number(units));
    call.extend(number(64));
    call.extend(number(u64::try_from(payment.id.len())?));
    call.extend(payment.id.as_bytes());
    if call.len() > usize::from(CALL) {
        return Err("an id that is too long".into());
    }
    call.resize(usize::from(CALL), 0);
    Ok(call)
}

/// For each `CALL` bytes of a call, writes one event for each user. The first user's event is as described.
fn writer() -> Vec<u8> {
    const PUSH0: u8 = 0x5f;
    const PUSH1: u8 = 0x60;
    const DUP2: u8 = 0x81;
    const ADD: u8 = 0x01;
    const JUMPDEST: u8 = 0x5b;
    const START: u8 = 1;
    // The position in the call, kept on the stack: 0.
    let mut code = vec![PUSH0, JUMPDEST];
    // Ends once the position is not below the size of the call. The jump's target is filled in at the end.
    let end = code.len() + 5;
    code.extend([0x36, DUP2, 0x10, 0x15, 0x61, 0, 0, 0x57]);
    // Copies the data to memory.
    code.extend([PUSH1, DATA, DUP2, PUSH1, 32, ADD, PUSH0, 0x37]);
    for other in 0..u8::try_from(EVERY).unwrap_or(u8::MAX) {
        // The topics: the caller, the user, the token and the event.
        code.extend([0x33, DUP2, 0x35, PUSH1, other, ADD]);
        code.push(0x73);
        code.extend(TOKEN);
        code.push(0x7f);
        code.extend(signature());
        code.extend([PUSH1, DATA, PUSH0, 0xa4]);
    }
    code.extend([PUSH1, CALL, ADD, PUSH1, START, 0x56]);
    let [high, low] = u16::try_from(code.len()).unwrap_or(u16::MAX).to_be_bytes();
    code.splice(end..end + 2, [high, low]);
    code.extend([JUMPDEST, 0x00]);
    code
}

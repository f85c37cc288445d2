//! One RPC, spoken to for one piece of work: calls sent in a batch (one by one where it refuses batches), each
//! request with a limit in time and size, and the check that it is an RPC of this chain at all.

use super::fault::Fault;
use super::keeper;
use super::rpc::{self, Call, Outcome};
use super::standing::{Checked, Standing};
use super::times::BlockTimes;
use super::wire::{Block, Data, Quantity, written};
use crate::error::{Code, Error};
use crate::http::{BODY_LIMIT, Exchange, Http, WHOLE_TIMEOUT};
use crate::network::{ChainPlace, host_and_port};
use alloy_primitives::{Address, B256, hex};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use url::Url;

/// An RPC's address and what is known of it. The address may hold a key: only the host is ever told.
pub(super) struct Rpc {
    url: Url,
    pub(super) host: String,
    next_id: AtomicU64,
    standing: Mutex<Standing>,
    times: Mutex<BlockTimes>,
}

impl Rpc {
    pub(super) fn new(url: Url) -> Self {
        Self {
            host: host_and_port(&url).unwrap_or_default(),
            url,
            next_id: AtomicU64::new(1),
            standing: Mutex::default(),
            times: Mutex::default(),
        }
    }

    /// It may hold a key, and is never told.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn is_at(&self, url: &Url) -> bool {
        self.url == *url
    }

    pub(super) fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Times of blocks as this RPC told them.
    pub(super) fn times(&self) -> MutexGuard<'_, BlockTimes> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An RPC in use.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) rpc: Arc<Rpc>,
    pub(super) place: Arc<ChainPlace>,
    pub(super) http: Http,
    /// For one request, at most. Short where another RPC could answer instead.
    pub(super) patience: Duration,
}

/// A block as calls name it.
#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    Hash(B256),
    Number(u64),
    Latest,
}

impl At {
    fn param(self) -> serde_json::Value {
        match self {
            Self::Hash(hash) => json!({ "blockHash": hash }),
            Self::Number(number) => json!(written(number)),
            Self::Latest => json!("latest"),
        }
    }
}

/// A contract's view function at a block.
pub(super) fn view(to: Address, data: &[u8], at: At) -> Call {
    let transaction = json!({"to": to, "data": hex::encode_prefixed(data)});
    Call::new("eth_call", json!([transaction, at.param()]))
}

/// A block by number, without its transactions.
pub(super) fn block(at: At) -> Call {
    match at {
        At::Hash(hash) => Call::new("eth_getBlockByHash", json!([hash, false])),
        At::Number(_) | At::Latest => Call::new("eth_getBlockByNumber", json!([at.param(), false])),
    }
}

/// The calls that tell whether a node is one of this chain, for [`read_check`].
pub(super) fn check_calls(place: &ChainPlace) -> Vec<Call> {
    let code = |address: Address| Call::new("eth_getCode", json!([address, "latest"]));
    vec![
        Call::new("eth_chainId", json!([])),
        code(place.balance),
        code(place.token),
        view(place.token, &keeper::decimals_call(), At::Latest),
    ]
}

/// # Errors
/// [`Fault::WrongChain`], [`Fault::NoContract`], or what the answers lack.
pub(super) fn read_check(place: &ChainPlace, answers: &mut Answers) -> Result<Checked, Fault> {
    read_chain_id(place, answers)?;
    for address in [place.balance, place.token] {
        if answers.next::<Data>("a contract's code")?.0.is_empty() {
            return Err(Fault::NoContract(address));
        }
    }
    let decimals = keeper::decimals(&answers.next::<Data>("decimals")?.0)?;
    Ok(Checked { decimals })
}

pub(super) fn read_chain_id(place: &ChainPlace, answers: &mut Answers) -> Result<(), Fault> {
    let seen = answers.next::<Quantity>("the chain's id")?.0;
    if seen == place.id {
        Ok(())
    } else {
        Err(Fault::WrongChain {
            expected: place.id,
            seen,
        })
    }
}

/// Outcomes in the order of their calls, taken one after the other.
pub(super) struct Answers(std::vec::IntoIter<Outcome>);

impl Answers {
    pub(super) fn new(outcomes: Vec<Outcome>) -> Self {
        Self(outcomes.into_iter())
    }

    /// The next answer in the form that its call promises.
    ///
    /// # Errors
    /// The node's refusal, or [`Fault::Malformed`] with `what`.
    pub(super) fn next<T: DeserializeOwned>(&mut self, what: &'static str) -> Result<T, Fault> {
        let outcome = self.0.next().ok_or(Fault::Malformed(what))?;
        rpc::parse(&outcome?, what)
    }
}

impl Line {
    /// Looks whether this RPC is one of this chain, fully when that is due, and where its head is.
    pub(super) async fn open(&self) -> Result<Block, Fault> {
        let known = self.rpc.standing().checked(Instant::now());
        let mut calls = match known {
            Some(_) => vec![Call::new("eth_chainId", json!([]))],
            None => check_calls(&self.place),
        };
        calls.push(block(At::Latest));
        let mut answers = self.ask(&calls, BODY_LIMIT).await?;
        let checked = match known {
            Some(checked) => {
                read_chain_id(&self.place, &mut answers)?;
                checked
            }
            None => read_check(&self.place, &mut answers)?,
        };
        let head = answers.next::<Block>("its newest block")?;
        self.rpc
            .standing()
            .answered(checked, known.is_none(), head, Instant::now());
        Ok(head)
    }

    /// The token's decimals as this RPC has them; it has been opened before.
    pub(super) fn decimals(&self) -> Result<u8, Fault> {
        let checked = self.rpc.standing().checked(Instant::now());
        checked
            .map(|checked| checked.decimals)
            .ok_or(Fault::Malformed("decimals"))
    }

    /// Asks all of `calls`, whose answers together are at most `limit` bytes.
    pub(super) async fn ask(&self, calls: &[Call], limit: usize) -> Result<Answers, Fault> {
        let refuses_batches = self.rpc.standing().refuses_batches;
        if calls.len() > 1 && !refuses_batches {
            match self.request(calls, limit).await {
                Ok(outcomes) => return Ok(Answers::new(outcomes)),
                Err(fault) if refuses_a_batch(&fault) => {}
                Err(fault) => return Err(fault),
            }
        }
        let mut outcomes = Vec::with_capacity(calls.len());
        for call in calls {
            outcomes.extend(self.request(std::slice::from_ref(call), limit).await?);
        }
        if calls.len() > 1 && outcomes.iter().any(Result::is_ok) {
            self.rpc.standing().refuses_batches = true;
        }
        Ok(Answers::new(outcomes))
    }

    async fn request(&self, calls: &[Call], limit: usize) -> Result<Vec<Outcome>, Fault> {
        let count = u64::try_from(calls.len()).unwrap_or(u64::MAX);
        let first = self.rpc.next_id.fetch_add(count, Ordering::Relaxed);
        let exchange = self.http.exchange(Exchange {
            method: reqwest::Method::POST,
            url: self.rpc.url.clone(),
            headers: vec![("accept", "application/json".to_owned())],
            body: Some(("application/json", rpc::write(calls, first))),
            limit,
        });
        let answer = tokio::time::timeout(self.patience.min(WHOLE_TIMEOUT), exchange)
            .await
            .map_err(|_| {
                let message = format!("{} did not answer in time.", self.rpc.host);
                Fault::Exchange(Error::passing(Code::Timeout, message))
            })?
            .map_err(Fault::Exchange)?;
        let outcomes = rpc::read(&answer.body, first, calls.len());
        if answer.status == 200 {
            // A refusal of a single call is that call's outcome; of a batch, the batch's.
            return match outcomes {
                Err(refusal @ Fault::Refused { .. }) if calls.len() == 1 => Ok(vec![Err(refusal)]),
                other => other,
            };
        }
        let status = Fault::Status {
            status: answer.status,
            retry_after: answer.retry_after,
        };
        // Some nodes explain a 4xx in JSON-RPC; where the status itself says enough, it stands.
        match outcomes {
            Err(refusal @ Fault::Refused { .. })
                if !matches!(answer.status, 401 | 403 | 429 | 503) =>
            {
                Err(refusal)
            }
            _ => Err(status),
        }
    }
}

/// Whether a batch's failure may be the batch's own: then its calls are worth a try one by one.
fn refuses_a_batch(fault: &Fault) -> bool {
    match fault {
        Fault::Refused { .. } => true,
        Fault::Status { status, .. } => matches!(status, 400 | 405 | 413 | 415 | 422 | 501),
        Fault::Exchange(_)
        | Fault::Malformed(_)
        | Fault::WrongChain { .. }
        | Fault::NoContract(_)
        | Fault::Behind => false,
    }
}

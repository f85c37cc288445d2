//! One RPC, spoken to for one piece of work: calls sent in batches of the length that it takes, each request with a
//! limit in time and size, and the check that it is an RPC of this chain at all.

use super::fault::Fault;
use super::keeper;
use super::rpc::{self, Call, NO_BATCH, Outcome};
use super::rpc_error::RpcErrorKind;
use super::standing::{Checked, Standing};
use super::times::BlockTimes;
use super::wire::{Block, Data, Quantity, written};
use alloy_primitives::{Address, B256, hex};
use bursar_domain::clock::Span;
use bursar_domain::error::{Code, Error};
use bursar_domain::network::{ChainPlace, host_and_port};
use bursar_platform::http::{BODY_LIMIT, Exchange, Http, WHOLE_TIMEOUT};
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

    /// Asks all of `calls`; the answers of one request are at most `limit` bytes. A batch that the RPC finds too long is
    /// cut, and the length that it took is remembered.
    pub(super) async fn ask(&self, calls: &[Call], limit: usize) -> Result<Answers, Fault> {
        let known = self.rpc.standing().calls_at_once;
        let mut at_once = known;
        let mut said_so = false;
        let mut outcomes = Vec::with_capacity(calls.len());
        let mut rest = calls;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(at_once.clamp(1, rest.len()));
            match self.request(now, limit).await {
                Ok(some) => {
                    outcomes.extend(some);
                    rest = later;
                }
                Err(fault) => match shorter_batch(&fault, now.len()) {
                    Some(shorter) => {
                        said_so |=
                            matches!(fault.refusal(), Some(RpcErrorKind::BatchTooLarge { .. }));
                        at_once = shorter;
                    }
                    None => return Err(fault),
                },
            }
        }
        // One error for a whole batch may have been about one of its calls. Where each is answered alone it was not.
        let all_answered = outcomes.iter().all(Result::is_ok);
        if at_once < known && (said_so || all_answered) {
            self.rpc.standing().calls_at_once = at_once;
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
        let outcomes = outcomes.map(|outcomes| with_wait(outcomes, answer.retry_after));
        if answer.status == 200 {
            // A refusal of a single call is that call's outcome; of a batch, the batch's.
            return match outcomes {
                Err(Fault::Refused(error)) => {
                    let refusal = Fault::Refused(error.with_status(200, answer.retry_after));
                    if calls.len() == 1 {
                        Ok(vec![Err(refusal)])
                    } else {
                        Err(refusal)
                    }
                }
                other => other,
            };
        }
        let status = Fault::Status {
            status: answer.status,
            retry_after: answer.retry_after,
        };
        // Many explain a status in JSON-RPC; where the words say nothing and the status does, the status stands.
        match outcomes {
            Err(Fault::Refused(error)) => {
                let error = error.with_status(answer.status, answer.retry_after);
                let status_says_more = match (answer.status, error.kind) {
                    (429, _) | (503, RpcErrorKind::Other) => true,
                    (401 | 403, kind) => kind == RpcErrorKind::NotAllowed,
                    _ => false,
                };
                match (status_says_more, calls.len()) {
                    (true, _) => Err(Fault::Status {
                        status: answer.status,
                        retry_after: error.retry_after,
                    }),
                    (false, 1) => Ok(vec![Err(Fault::Refused(error))]),
                    (false, _) => Err(Fault::Refused(error)),
                }
            }
            _ => Err(status),
        }
    }
}

/// The wait that a header asks for, with each error that it came with.
fn with_wait(outcomes: Vec<Outcome>, retry_after: Option<Span>) -> Vec<Outcome> {
    outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Err(Fault::Refused(error)) => Err(Fault::Refused(error.with_status(200, retry_after))),
            other => other,
        })
        .collect()
}

/// How many calls to send at once after a batch of `length` has failed; `None` where the batch is not to blame.
fn shorter_batch(fault: &Fault, length: usize) -> Option<usize> {
    if length <= 1 {
        return None;
    }
    match fault {
        Fault::Refused(error) => match error.kind {
            RpcErrorKind::BatchTooLarge { calls } => Some(
                calls
                    .filter(|calls| (1..length).contains(calls))
                    .unwrap_or(length / 2),
            ),
            RpcErrorKind::RateLimited | RpcErrorKind::NotAllowed => None,
            RpcErrorKind::RangeTooLarge { .. }
            | RpcErrorKind::LimitExceeded
            | RpcErrorKind::Pruned
            | RpcErrorKind::AboveHead
            | RpcErrorKind::UnknownBlock
            | RpcErrorKind::TimedOut
            | RpcErrorKind::UnsupportedMethod
            | RpcErrorKind::NodeFailure
            | RpcErrorKind::Other => Some(1),
        },
        Fault::Status { status, .. } => {
            matches!(status, 400 | 405 | 413 | 415 | 422 | 501).then_some(1)
        }
        Fault::Malformed(_) => (*fault == NO_BATCH).then_some(1),
        Fault::Exchange(_)
        | Fault::WrongChain { .. }
        | Fault::NoContract(_)
        | Fault::Behind
        | Fault::Pruned => None,
    }
}

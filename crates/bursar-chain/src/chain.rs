//! The chain as the rest of the core sees it: RPCs asked in order with fail-over, ranked by the age of their
//! heads, and every reading at one block. No answer is taken from an RPC of another chain. Heads are compared with
//! each other; the caller's clock, which may be wrong, is only ever a reason to ask more RPCs.

use super::RpcState;
use super::balance_contract::{BalanceContract, decode_balances};
use super::block_times::BlockTimeCache;
use super::fault::{Fault, combine_faults};
use super::rpc_connection::{BlockId, RpcConnection, RpcEndpoint, eth_call, get_block};
use super::rpc_error::RpcErrorKind;
use super::rpc_health::Rank;
use super::rpc_types::{Block, Data};
use alloy_primitives::{Address, B256};
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Result;
use bursar_domain::network::ChainPlace;
use bursar_platform::http::{BODY_LIMIT, Http, WHOLE_TIMEOUT, knock};
use futures_util::future::join_all;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use url::Url;

/// A head this much older than the best one seen is stale.
const STALE_AFTER: Span = Span::seconds(60);
/// For one request while another RPC could answer instead; less for one that failed the last time.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// An RPC that is this many blocks short of a block may only be slow; further back, the block is gone.
const MAX_HEAD_LAG_BLOCKS: u64 = 8;

/// The Balance contract's chain. Cheap to clone.
#[derive(Clone)]
pub struct Chain {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) config: Arc<ChainPlace>,
    pub(super) http: Http,
    /// In order of preference; no address twice.
    pub(super) rpcs: Vec<Arc<RpcEndpoint>>,
    /// Times of blocks as the subscription told them.
    pub(super) subscription_times: Mutex<BlockTimeCache>,
    /// The caller's time when it last said it.
    caller_time: Mutex<Option<(Timestamp, Instant)>>,
    /// The last block whose time was asked for: how far back events were read, over and over.
    last_block_time: Mutex<Option<(u64, Timestamp)>>,
    /// Whether the range of blocks that was read last had events of the user's.
    pub(super) last_range_had_events: AtomicBool,
    /// Whether anything is expected or anybody looks.
    pub(super) active: watch::Sender<bool>,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("id", &self.inner.config.id)
            .field("rpcs", &self.rpc_states())
            .finish_non_exhaustive()
    }
}

impl Chain {
    /// `own_rpc` is the user's own RPC, asked first. It may hold a key and is never told.
    pub fn new(place: ChainPlace, own_rpc: Option<Url>, http: Http) -> Self {
        let mut rpcs: Vec<Arc<RpcEndpoint>> = Vec::new();
        for url in own_rpc.iter().chain(&place.rpc) {
            if !rpcs.iter().any(|rpc| rpc.is_at(url)) {
                rpcs.push(Arc::new(RpcEndpoint::new(url.clone())));
            }
        }
        let inner = Inner {
            config: Arc::new(place),
            http,
            rpcs,
            subscription_times: Mutex::default(),
            caller_time: Mutex::default(),
            last_block_time: Mutex::default(),
            last_range_had_events: AtomicBool::new(false),
            active: watch::Sender::new(true),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The user's balances at the newest block of the best RPC, all at that one block.
    ///
    /// # Errors
    /// Of the one RPC, or `chain_unavailable` when none of several is usable.
    pub async fn read(&self, user: Address, now: Timestamp) -> Result<ChainReading> {
        self.set_caller_time(now);
        let contract = &self.balance_contract(user);
        self.with_failover(|connection: RpcConnection, head: Block| async move {
            read_newest(&connection, contract, head, now).await
        })
        .await
        .map_err(combine_faults)
    }

    /// The newest block: number, hash and its own time.
    ///
    /// # Errors
    /// As [`Chain::read`].
    pub async fn head(&self) -> Result<(u64, B256, Timestamp)> {
        self.with_failover(|_: RpcConnection, head: Block| async move {
            Ok((head.number, head.hash, head.time))
        })
        .await
        .map_err(combine_faults)
    }

    /// The hash of a block, to notice a reorganisation. `None`: the chain has become shorter than that, as every
    /// RPC says. An RPC that is only a few blocks behind is no evidence for that.
    ///
    /// # Errors
    /// As [`Chain::read`]; `chain_unavailable` too while RPCs have yet to come to the block.
    pub async fn block_hash(&self, number: u64) -> Result<Option<B256>> {
        Ok(self.block(number).await?.map(|block| block.hash))
    }

    /// The time of a block; `None` as in [`Chain::block_hash`].
    ///
    /// # Errors
    /// As [`Chain::block_hash`].
    pub async fn block_time(&self, number: u64) -> Result<Option<Timestamp>> {
        let last_block_time = || {
            self.inner
                .last_block_time
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some((_, time)) = last_block_time().filter(|(known, _)| *known == number) {
            return Ok(Some(time));
        }
        let time = self.block(number).await?.map(|block| block.time);
        *last_block_time() = time.map(|time| (number, time));
        Ok(time)
    }

    async fn block(&self, number: u64) -> Result<Option<Block>> {
        let answer = self
            .with_failover(|connection: RpcConnection, head: Block| async move {
                if head.number == number {
                    return Ok(Some(head));
                }
                let mut answers = connection
                    .call_batch(&[get_block(BlockId::Number(number))], BODY_LIMIT)
                    .await?;
                let answer = answers.next::<Option<Block>>("a block");
                match answer.map_err(|fault| map_missing_block(fault, number, head.number))? {
                    Some(block) if block.number == number => Ok(Some(block)),
                    Some(_) => Err(Fault::Malformed("another block than was asked for")),
                    None => Err(missing_block(number, head.number)),
                }
            })
            .await;
        match answer {
            Err(faults) if self.is_above_all_heads(number, &faults) => Ok(None),
            other => other.map_err(combine_faults),
        }
    }

    /// Whether a connection to any of the RPCs stands; nothing is asked.
    pub async fn is_reachable(&self) -> bool {
        knock(self.inner.rpcs.iter().map(|rpc| rpc.url())).await
    }

    /// Where each RPC stands, by host.
    pub fn rpc_states(&self) -> Vec<(String, RpcState)> {
        self.inner
            .rpcs
            .iter()
            .map(|rpc| (rpc.host.clone(), rpc.health().state()))
            .collect()
    }

    pub(super) fn balance_contract(&self, user: Address) -> BalanceContract {
        BalanceContract {
            address: self.inner.config.balance,
            token: self.inner.config.token,
            user,
        }
    }

    pub(super) fn connection(&self, rpc: &Arc<RpcEndpoint>) -> RpcConnection {
        let request_timeout = match (self.inner.rpcs.len(), rpc.health().last_request_failed()) {
            (0 | 1, _) => WHOLE_TIMEOUT,
            (_, false) => REQUEST_TIMEOUT,
            (_, true) => REQUEST_TIMEOUT_AFTER_FAILURE,
        };
        RpcConnection {
            rpc: Arc::clone(rpc),
            config: Arc::clone(&self.inner.config),
            http: self.inner.http.clone(),
            request_timeout,
        }
    }

    /// Gives the work to one RPC after the other until one has done it.
    ///
    /// # Errors
    /// What each of them did wrong.
    pub(super) async fn with_failover<T, F>(
        &self,
        work: impl Fn(RpcConnection, Block) -> F,
    ) -> Result<T, Vec<(String, Fault)>>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        self.with_failover_recording(work, record_failure).await
    }

    /// As [`Chain::with_failover`]; `record` takes down what the work came to nothing by.
    pub(super) async fn with_failover_recording<T, F>(
        &self,
        work: impl Fn(RpcConnection, Block) -> F,
        record: fn(&RpcEndpoint, Fault, &mut Vec<(String, Fault)>),
    ) -> Result<T, Vec<(String, Fault)>>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let mut faults = Vec::new();
        let mut stale = Vec::new();
        let mut heads_refreshed = false;
        for rpc in self.by_priority() {
            if let Some(wait) = rpc.health().retry_after(Instant::now()) {
                let left = Span::millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
                faults.push((
                    rpc.host.clone(),
                    Fault::HttpStatus {
                        status: 429,
                        retry_after: Some(left),
                    },
                ));
                continue;
            }
            let connection = self.connection(&rpc);
            let head = match connection.fetch_head().await {
                Ok(head) => head,
                Err(fault) => {
                    record_failure(&rpc, fault, &mut faults);
                    continue;
                }
            };
            if !heads_refreshed && self.suspects_stale_head(&rpc, head) {
                heads_refreshed = true;
                self.refresh_other_heads(&rpc).await;
            }
            let is_stale = self.is_stale(head);
            rpc.health().set_stale(is_stale, Instant::now());
            if is_stale {
                stale.push((connection, head));
                continue;
            }
            match work(connection, head).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => record(&rpc, fault, &mut faults),
            }
        }
        stale.sort_by_key(|(_, head)| std::cmp::Reverse(head.time));
        for (connection, head) in stale {
            let rpc = Arc::clone(&connection.rpc);
            match work(connection, head).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => record(&rpc, fault, &mut faults),
            }
        }
        Err(faults)
    }

    /// The RPCs in the order in which they are asked now.
    pub(super) fn by_priority(&self) -> Vec<Arc<RpcEndpoint>> {
        let now = Instant::now();
        let mut ranked: Vec<(Rank, &Arc<RpcEndpoint>)> = self
            .inner
            .rpcs
            .iter()
            .map(|rpc| (rpc.health().rank(now), rpc))
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, rpc)| Arc::clone(rpc)).collect()
    }

    /// Whether a head gives reason to ask the other RPCs for theirs: far from the caller's clock, before or behind it,
    /// or unmoved. Which of two heads is the older one, they themselves tell.
    pub(super) fn suspects_stale_head(&self, rpc: &RpcEndpoint, head: Block) -> bool {
        let now = Instant::now();
        let told = *self.caller_time();
        let is_far_from_clock = told.is_some_and(|(time, at)| {
            let passed =
                i64::try_from(now.saturating_duration_since(at).as_millis()).unwrap_or(i64::MAX);
            let time = time.plus(Span::millis(passed));
            time.since(head.time).max(head.time.since(time)) > STALE_AFTER
        });
        let health = rpc.health();
        is_far_from_clock || health.is_stalled(now) || health.head_regressed(STALE_AFTER)
    }

    /// Whether this RPC's head is long past compared with the others', in a way that none of them alone can bring about.
    pub(super) fn is_head_stale(&self, rpc: &RpcEndpoint) -> bool {
        let heads = self.inner.rpcs.iter();
        let best = heads.filter_map(|rpc| rpc.health().head().map(|head| head.time));
        best.max().is_some_and(|best| {
            rpc.health()
                .is_head_stale(best, STALE_AFTER, Instant::now())
        })
    }

    /// Asks the other usable RPCs for their heads, all at once.
    async fn refresh_other_heads(&self, except: &Arc<RpcEndpoint>) {
        let now = Instant::now();
        let others = self
            .inner
            .rpcs
            .iter()
            .filter(|rpc| !Arc::ptr_eq(rpc, except) && rpc.health().is_available(now));
        let asked = others.map(|rpc| async move {
            if let Err(fault) = self.connection(rpc).fetch_head().await {
                rpc.health().record_failure(&fault, Instant::now());
            }
        });
        join_all(asked).await;
    }

    fn is_stale(&self, head: Block) -> bool {
        let best = self
            .inner
            .rpcs
            .iter()
            .filter_map(|rpc| {
                let health = rpc.health();
                let head = health.head().map(|head| head.time);
                head.filter(|_| matches!(health.state(), RpcState::Good | RpcState::Stale))
            })
            .max();
        best.is_some_and(|best| best.since(head.time) > STALE_AFTER)
    }

    /// Whether every RPC answered, and each is so far short of the block that it cannot be slowness.
    fn is_above_all_heads(&self, number: u64, faults: &[(String, Fault)]) -> bool {
        let all_behind = faults.iter().all(|(_, fault)| *fault == Fault::Behind);
        let far_short = |rpc: &Arc<RpcEndpoint>| {
            let head = rpc.health().head();
            head.is_some_and(|head| head.number.saturating_add(MAX_HEAD_LAG_BLOCKS) < number)
        };
        all_behind && !self.inner.rpcs.is_empty() && self.inner.rpcs.iter().all(far_short)
    }

    /// As if so much time had really passed since the heads moved.
    #[cfg(any(test, feature = "testing"))]
    pub fn age_heads(&self, time: Duration) {
        for rpc in &self.inner.rpcs {
            rpc.health().age_head(time);
        }
    }

    /// What time it is by the caller's clock.
    pub(super) fn set_caller_time(&self, now: Timestamp) {
        *self.caller_time() = Some((now, Instant::now()));
    }

    fn caller_time(&self) -> MutexGuard<'_, Option<(Timestamp, Instant)>> {
        self.inner
            .caller_time
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn record_failure(rpc: &RpcEndpoint, fault: Fault, faults: &mut Vec<(String, Fault)>) {
    rpc.health().record_failure(&fault, Instant::now());
    tracing::debug!(host = %rpc.host, "{}", fault.clone().into_error(&rpc.host));
    faults.push((rpc.host.clone(), fault));
}

/// All figures at `head`, or at the newest block by then where that one is gone.
pub(super) async fn read_newest(
    connection: &RpcConnection,
    contract: &BalanceContract,
    head: Block,
    now: Timestamp,
) -> Result<ChainReading, Fault> {
    match read_at(connection, contract, head, now).await {
        // The block was replaced, or another node behind the same address has yet to see it.
        Err(Fault::ErrorResponse(_) | Fault::Behind) => {
            let head = connection.fetch_head().await?;
            read_at(connection, contract, head, now).await
        }
        answer => answer,
    }
}

/// Why an RPC whose newest block is `head` does not have block `number`: it has yet to come, or it is gone.
pub(super) fn missing_block(number: u64, head: u64) -> Fault {
    if number.saturating_add(MAX_HEAD_LAG_BLOCKS) < head {
        Fault::Pruned
    } else {
        Fault::Behind
    }
}

/// The same where it says so in an error.
pub(super) fn map_missing_block(fault: Fault, number: u64, head: u64) -> Fault {
    match fault.rpc_error_kind() {
        Some(RpcErrorKind::Pruned) => Fault::Pruned,
        Some(RpcErrorKind::UnknownBlock | RpcErrorKind::AboveHead) => missing_block(number, head),
        Some(_) | None => fault,
    }
}

/// All figures at `head`, named by its hash; where the RPC does not take that, by its number, with a look
/// whether the number still means the same block.
async fn read_at(
    connection: &RpcConnection,
    contract: &BalanceContract,
    head: Block,
    now: Timestamp,
) -> Result<ChainReading, Fault> {
    let refuses_hashes = connection.rpc.health().refuses_hashes;
    let answers = if refuses_hashes {
        figures_by_number(connection, contract, head).await?
    } else {
        match figures_at(connection, contract, BlockId::Hash(head.hash), None).await {
            // Whatever it says against the hash: what it does not say against the number is only about hashes.
            Err(fault) if may_reject_hashes(&fault) => {
                let answers = figures_by_number(connection, contract, head).await?;
                connection.rpc.health().refuses_hashes = true;
                answers
            }
            answers => answers?,
        }
    };
    Ok(decode_balances(&answers, connection.decimals()?)?.at_block(head, now))
}

/// Whether figures were not given for a reason that may lie in a block's being named by its hash.
fn may_reject_hashes(fault: &Fault) -> bool {
    match fault {
        Fault::ErrorResponse(error) => !matches!(
            error.kind,
            RpcErrorKind::RateLimited | RpcErrorKind::NotAllowed
        ),
        Fault::HttpStatus { status, .. } => matches!(status, 400 | 422 | 500 | 501),
        Fault::Malformed(_) => true,
        Fault::Transport(_)
        | Fault::WrongChain { .. }
        | Fault::NoContract(_)
        | Fault::Behind
        | Fault::Pruned => false,
    }
}

async fn figures_by_number(
    connection: &RpcConnection,
    contract: &BalanceContract,
    head: Block,
) -> Result<[Vec<u8>; 4], Fault> {
    figures_at(
        connection,
        contract,
        BlockId::Number(head.number),
        Some(head),
    )
    .await
}

async fn figures_at(
    connection: &RpcConnection,
    contract: &BalanceContract,
    at: BlockId,
    expected_head: Option<Block>,
) -> Result<[Vec<u8>; 4], Fault> {
    let mut calls: Vec<_> = contract
        .balance_calls()
        .iter()
        .map(|data| eth_call(contract.address, data, at))
        .collect();
    calls.extend(expected_head.map(|head| get_block(BlockId::Number(head.number))));
    let mut answers = connection.call_batch(&calls, BODY_LIMIT).await?;
    let mut figure = || answers.next::<Data>("a figure").map(|data| data.0);
    let figures = [figure()?, figure()?, figure()?, figure()?];
    let Some(head) = expected_head else {
        return Ok(figures);
    };
    match answers.next::<Option<Block>>("a block")? {
        Some(seen) if seen == head => Ok(figures),
        Some(_) | None => Err(Fault::Behind),
    }
}

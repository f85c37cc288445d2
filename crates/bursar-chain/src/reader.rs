//! The chain as the rest of the core sees it: RPCs asked in order with fail-over, ranked by the age of their
//! heads, and every reading at one block. No answer is taken from an RPC of another chain. Heads are compared with
//! each other; the caller's clock, which may be wrong, is only ever a reason to ask more RPCs.

use super::RpcState;
use super::fault::{Fault, told_together};
use super::keeper::{Subject, figures};
use super::line::{At, Line, Rpc, block, view};
use super::rpc_error::RpcErrorKind;
use super::standing::Rank;
use super::times::BlockTimes;
use super::wire::{Block, Data};
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
const PATIENCE: Duration = Duration::from_secs(5);
const LITTLE_PATIENCE: Duration = Duration::from_secs(2);
/// An RPC that is this many blocks short of a block may only be slow; further back, the block is gone.
const SLOW_BY: u64 = 8;

/// The Balance contract's chain. Cheap to clone.
#[derive(Clone)]
pub struct Chain {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) place: Arc<ChainPlace>,
    pub(super) http: Http,
    /// In order of preference; no address twice.
    pub(super) rpcs: Vec<Arc<Rpc>>,
    /// Times of blocks as the subscription told them.
    pub(super) watched: Mutex<BlockTimes>,
    /// The caller's time when it last said it.
    told_time: Mutex<Option<(Timestamp, Instant)>>,
    /// The last block whose time was asked for: how far back events were read, over and over.
    timed: Mutex<Option<(u64, Timestamp)>>,
    /// Whether the range of blocks that was read last had events of the user's.
    pub(super) eventful: AtomicBool,
    /// Whether anything is expected or anybody looks.
    pub(super) hurried: watch::Sender<bool>,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("id", &self.inner.place.id)
            .field("rpcs", &self.rpc_states())
            .finish_non_exhaustive()
    }
}

impl Chain {
    /// `own_rpc` is the user's own RPC, asked first. It may hold a key and is never told.
    pub fn new(place: ChainPlace, own_rpc: Option<Url>, http: Http) -> Self {
        let mut rpcs: Vec<Arc<Rpc>> = Vec::new();
        for url in own_rpc.iter().chain(&place.rpc) {
            if !rpcs.iter().any(|rpc| rpc.is_at(url)) {
                rpcs.push(Arc::new(Rpc::new(url.clone())));
            }
        }
        let inner = Inner {
            place: Arc::new(place),
            http,
            rpcs,
            watched: Mutex::default(),
            told_time: Mutex::default(),
            timed: Mutex::default(),
            eventful: AtomicBool::new(false),
            hurried: watch::Sender::new(true),
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
        self.tell_time(now);
        let subject = &self.subject(user);
        self.ask_in_turn(|line: Line, head: Block| async move {
            read_newest(&line, subject, head, now).await
        })
        .await
        .map_err(told_together)
    }

    /// The newest block: number, hash and its own time.
    ///
    /// # Errors
    /// As [`Chain::read`].
    pub async fn head(&self) -> Result<(u64, B256, Timestamp)> {
        self.ask_in_turn(
            |_: Line, head: Block| async move { Ok((head.number, head.hash, head.time)) },
        )
        .await
        .map_err(told_together)
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
        let timed = || {
            self.inner
                .timed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some((_, time)) = timed().filter(|(known, _)| *known == number) {
            return Ok(Some(time));
        }
        let time = self.block(number).await?.map(|block| block.time);
        *timed() = time.map(|time| (number, time));
        Ok(time)
    }

    async fn block(&self, number: u64) -> Result<Option<Block>> {
        let answer = self
            .ask_in_turn(|line: Line, head: Block| async move {
                if head.number == number {
                    return Ok(Some(head));
                }
                let mut answers = line.ask(&[block(At::Number(number))], BODY_LIMIT).await?;
                let answer = answers.next::<Option<Block>>("a block");
                match answer.map_err(|fault| missing_instead(fault, number, head.number))? {
                    Some(block) if block.number == number => Ok(Some(block)),
                    Some(_) => Err(Fault::Malformed("another block than was asked for")),
                    None => Err(missing(number, head.number)),
                }
            })
            .await;
        match answer {
            Err(faults) if self.is_gone(number, &faults) => Ok(None),
            other => other.map_err(told_together),
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
            .map(|rpc| (rpc.host.clone(), rpc.standing().state()))
            .collect()
    }

    pub(super) fn subject(&self, user: Address) -> Subject {
        Subject {
            balance: self.inner.place.balance,
            token: self.inner.place.token,
            user,
        }
    }

    pub(super) fn line(&self, rpc: &Arc<Rpc>) -> Line {
        let patience = match (self.inner.rpcs.len(), rpc.standing().failed_last()) {
            (0 | 1, _) => WHOLE_TIMEOUT,
            (_, false) => PATIENCE,
            (_, true) => LITTLE_PATIENCE,
        };
        Line {
            rpc: Arc::clone(rpc),
            place: Arc::clone(&self.inner.place),
            http: self.inner.http.clone(),
            patience,
        }
    }

    /// Gives the work to one RPC after the other until one has done it.
    ///
    /// # Errors
    /// What each of them did wrong.
    pub(super) async fn ask_in_turn<T, F>(
        &self,
        work: impl Fn(Line, Block) -> F,
    ) -> Result<T, Vec<(String, Fault)>>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        self.ask_each(work, failed).await
    }

    /// As [`Chain::ask_in_turn`]; `booked` takes down what the work came to nothing by.
    pub(super) async fn ask_each<T, F>(
        &self,
        work: impl Fn(Line, Block) -> F,
        booked: fn(&Rpc, Fault, &mut Vec<(String, Fault)>),
    ) -> Result<T, Vec<(String, Fault)>>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let mut faults = Vec::new();
        let mut late = Vec::new();
        let mut surveyed = false;
        for rpc in self.order() {
            if let Some(wait) = rpc.standing().must_wait(Instant::now()) {
                let left = Span::millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
                faults.push((
                    rpc.host.clone(),
                    Fault::Status {
                        status: 429,
                        retry_after: Some(left),
                    },
                ));
                continue;
            }
            let line = self.line(&rpc);
            let head = match line.open().await {
                Ok(head) => head,
                Err(fault) => {
                    failed(&rpc, fault, &mut faults);
                    continue;
                }
            };
            if !surveyed && self.looks_old(&rpc, head) {
                surveyed = true;
                self.survey(&rpc).await;
            }
            let is_stale = self.is_stale(head);
            rpc.standing().judged(is_stale, Instant::now());
            if is_stale {
                late.push((line, head));
                continue;
            }
            match work(line, head).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => booked(&rpc, fault, &mut faults),
            }
        }
        late.sort_by_key(|(_, head)| std::cmp::Reverse(head.time));
        for (line, head) in late {
            let rpc = Arc::clone(&line.rpc);
            match work(line, head).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => booked(&rpc, fault, &mut faults),
            }
        }
        Err(faults)
    }

    /// The RPCs in the order in which they are asked now.
    pub(super) fn order(&self) -> Vec<Arc<Rpc>> {
        let now = Instant::now();
        let mut ranked: Vec<(Rank, &Arc<Rpc>)> = self
            .inner
            .rpcs
            .iter()
            .map(|rpc| (rpc.standing().rank(now), rpc))
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, rpc)| Arc::clone(rpc)).collect()
    }

    /// Whether a head gives reason to ask the other RPCs for theirs: far from the caller's clock, before or behind it,
    /// or unmoved. Which of two heads is the older one, they themselves tell.
    pub(super) fn looks_old(&self, rpc: &Rpc, head: Block) -> bool {
        let now = Instant::now();
        let told = *self.told_time();
        let is_far_off = told.is_some_and(|(time, at)| {
            let passed =
                i64::try_from(now.saturating_duration_since(at).as_millis()).unwrap_or(i64::MAX);
            let time = time.plus(Span::millis(passed));
            time.since(head.time).max(head.time.since(time)) > STALE_AFTER
        });
        let standing = rpc.standing();
        is_far_off || standing.stands_still(now) || standing.went_back(STALE_AFTER)
    }

    /// Whether this RPC's head is long past compared with the others', in a way that none of them alone can bring about.
    pub(super) fn has_old_head(&self, rpc: &Rpc) -> bool {
        let heads = self.inner.rpcs.iter();
        let best = heads.filter_map(|rpc| rpc.standing().head().map(|head| head.time));
        best.max().is_some_and(|best| {
            rpc.standing()
                .has_old_head(best, STALE_AFTER, Instant::now())
        })
    }

    /// Asks the other usable RPCs for their heads, all at once.
    async fn survey(&self, except: &Arc<Rpc>) {
        let now = Instant::now();
        let others = self
            .inner
            .rpcs
            .iter()
            .filter(|rpc| !Arc::ptr_eq(rpc, except) && rpc.standing().may_be_asked(now));
        let asked = others.map(|rpc| async move {
            if let Err(fault) = self.line(rpc).open().await {
                rpc.standing().failed(&fault, Instant::now());
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
                let standing = rpc.standing();
                let head = standing.head().map(|head| head.time);
                head.filter(|_| matches!(standing.state(), RpcState::Good | RpcState::Stale))
            })
            .max();
        best.is_some_and(|best| best.since(head.time) > STALE_AFTER)
    }

    /// Whether every RPC answered, and each is so far short of the block that it cannot be slowness.
    fn is_gone(&self, number: u64, faults: &[(String, Fault)]) -> bool {
        let all_behind = faults.iter().all(|(_, fault)| *fault == Fault::Behind);
        let far_short = |rpc: &Arc<Rpc>| {
            let head = rpc.standing().head();
            head.is_some_and(|head| head.number.saturating_add(SLOW_BY) < number)
        };
        all_behind && !self.inner.rpcs.is_empty() && self.inner.rpcs.iter().all(far_short)
    }

    /// As if so much time had really passed since the heads moved.
    #[cfg(any(test, feature = "testing"))]
    pub fn age_heads(&self, time: Duration) {
        for rpc in &self.inner.rpcs {
            rpc.standing().age_head(time);
        }
    }

    /// What time it is by the caller's clock.
    pub(super) fn tell_time(&self, now: Timestamp) {
        *self.told_time() = Some((now, Instant::now()));
    }

    fn told_time(&self) -> MutexGuard<'_, Option<(Timestamp, Instant)>> {
        self.inner
            .told_time
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(rpc: &Rpc, fault: Fault, faults: &mut Vec<(String, Fault)>) {
    rpc.standing().failed(&fault, Instant::now());
    tracing::debug!(host = %rpc.host, "{}", fault.clone().told(&rpc.host));
    faults.push((rpc.host.clone(), fault));
}

/// All figures at `head`, or at the newest block by then where that one is gone.
pub(super) async fn read_newest(
    line: &Line,
    subject: &Subject,
    head: Block,
    now: Timestamp,
) -> Result<ChainReading, Fault> {
    match read_at(line, subject, head, now).await {
        // The block was replaced, or another node behind the same address has yet to see it.
        Err(Fault::Refused(_) | Fault::Behind) => {
            let head = line.open().await?;
            read_at(line, subject, head, now).await
        }
        answer => answer,
    }
}

/// Why an RPC whose newest block is `head` does not have block `number`: it has yet to come, or it is gone.
pub(super) fn missing(number: u64, head: u64) -> Fault {
    if number.saturating_add(SLOW_BY) < head {
        Fault::Pruned
    } else {
        Fault::Behind
    }
}

/// The same where it says so in an error.
pub(super) fn missing_instead(fault: Fault, number: u64, head: u64) -> Fault {
    match fault.refusal() {
        Some(RpcErrorKind::Pruned) => Fault::Pruned,
        Some(RpcErrorKind::UnknownBlock | RpcErrorKind::AboveHead) => missing(number, head),
        Some(_) | None => fault,
    }
}

/// All figures at `head`, named by its hash; where the RPC does not take that, by its number, with a look
/// whether the number still means the same block.
async fn read_at(
    line: &Line,
    subject: &Subject,
    head: Block,
    now: Timestamp,
) -> Result<ChainReading, Fault> {
    let refuses_hashes = line.rpc.standing().refuses_hashes;
    let answers = if refuses_hashes {
        figures_by_number(line, subject, head).await?
    } else {
        match figures_at(line, subject, At::Hash(head.hash), None).await {
            // Whatever it says against the hash: what it does not say against the number is only about hashes.
            Err(fault) if may_be_the_hash(&fault) => {
                let answers = figures_by_number(line, subject, head).await?;
                line.rpc.standing().refuses_hashes = true;
                answers
            }
            answers => answers?,
        }
    };
    Ok(figures(&answers, line.decimals()?)?.at(head, now))
}

/// Whether figures were not given for a reason that may lie in a block's being named by its hash.
fn may_be_the_hash(fault: &Fault) -> bool {
    match fault {
        Fault::Refused(error) => !matches!(
            error.kind,
            RpcErrorKind::RateLimited | RpcErrorKind::NotAllowed
        ),
        Fault::Status { status, .. } => matches!(status, 400 | 422 | 500 | 501),
        Fault::Malformed(_) => true,
        Fault::Exchange(_)
        | Fault::WrongChain { .. }
        | Fault::NoContract(_)
        | Fault::Behind
        | Fault::Pruned => false,
    }
}

async fn figures_by_number(
    line: &Line,
    subject: &Subject,
    head: Block,
) -> Result<[Vec<u8>; 4], Fault> {
    figures_at(line, subject, At::Number(head.number), Some(head)).await
}

async fn figures_at(
    line: &Line,
    subject: &Subject,
    at: At,
    compared: Option<Block>,
) -> Result<[Vec<u8>; 4], Fault> {
    let mut calls: Vec<_> = subject
        .figure_calls()
        .iter()
        .map(|data| view(subject.balance, data, at))
        .collect();
    calls.extend(compared.map(|head| block(At::Number(head.number))));
    let mut answers = line.ask(&calls, BODY_LIMIT).await?;
    let mut figure = || answers.next::<Data>("a figure").map(|data| data.0);
    let figures = [figure()?, figure()?, figure()?, figure()?];
    let Some(head) = compared else {
        return Ok(figures);
    };
    match answers.next::<Option<Block>>("a block")? {
        Some(seen) if seen == head => Ok(figures),
        Some(_) | None => Err(Fault::Behind),
    }
}

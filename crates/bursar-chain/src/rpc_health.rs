//! The health of one RPC endpoint: what is known of it, when it last succeeded or failed, and so its place in the
//! order. Pure: time is passed in, and nothing here sends a request.

use super::RpcState;
use super::chain_check::ChainCheck;
use super::fault::{Fault, NO_LOGS};
use super::log_range_limit::LogRangeLimit;
use super::rpc_answers::Block;
use super::rpc_error::RpcErrorKind;
use bursar_domain::backoff::Backoff;
use bursar_domain::clock::{Span, Timestamp};
use std::time::{Duration, Instant};

/// How long an endpoint of the wrong chain, or without the contracts, is left out while another one answers.
const RULED_OUT_TTL: Duration = Duration::from_secs(600);
/// How long a check of the contracts holds. The chain's id is checked with every request.
const CHECK_TTL: Duration = Duration::from_secs(6 * 3600);
/// How long an endpoint with an old head is asked last, and how long a head may stand still before it counts as
/// stalled.
const STALE_TTL: Duration = Duration::from_secs(60);
/// How long an endpoint is taken to lack the blocks below the one that it was found to lack.
const PRUNED_TTL: Duration = Duration::from_secs(3600);
/// How long an endpoint that refuses all logs is not tried again with shorter ranges.
const LOGS_REFUSAL_TTL: Duration = Duration::from_secs(60);

/// What is known of one endpoint.
#[derive(Debug)]
pub(super) struct RpcHealth {
    state: RpcState,
    since: Option<Instant>,
    failures: u32,
    back_off_until: Option<Instant>,
    /// Until when the server itself asked not to be called.
    retry_at: Option<Instant>,
    checked: Option<(ChainCheck, Instant)>,
    head: Option<(Block, Instant)>,
    /// How many blocks of logs to ask for at once.
    pub(super) log_range_limit: LogRangeLimit,
    /// How many calls it takes in one request.
    pub(super) max_batch_size: usize,
    /// The earliest block whose logs it still has, and since when that is known.
    earliest_log_block: Option<(u64, Instant)>,
    /// When it last refused the logs of a single block without a known reason.
    logs_refused_at: Option<Instant>,
    /// The newest time that any of its heads had.
    newest_head_time: Option<Timestamp>,
    /// It does not accept blocks named by hash (EIP-1898), so they are named by number and compared.
    pub(super) refuses_hashes: bool,
}

/// The order in which endpoints are asked. Equals keep the order of the network file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Usable,
    Stale,
    BackingOff,
    RuledOut,
}

impl Default for RpcHealth {
    fn default() -> Self {
        Self {
            state: RpcState::Untried,
            since: None,
            failures: 0,
            back_off_until: None,
            retry_at: None,
            checked: None,
            head: None,
            log_range_limit: LogRangeLimit::default(),
            max_batch_size: usize::MAX,
            earliest_log_block: None,
            logs_refused_at: None,
            newest_head_time: None,
            refuses_hashes: false,
        }
    }
}

impl RpcHealth {
    pub(super) fn state(&self) -> RpcState {
        self.state
    }

    pub(super) fn rank(&self, now: Instant) -> Rank {
        let within = |span| {
            self.since
                .is_some_and(|since| now.saturating_duration_since(since) < span)
        };
        let ruled_out = matches!(self.state, RpcState::WrongChain | RpcState::NoContract);
        if ruled_out && within(RULED_OUT_TTL) {
            Rank::RuledOut
        } else if self.back_off_until.is_some_and(|until| now < until) {
            Rank::BackingOff
        } else if self.state == RpcState::Stale && within(STALE_TTL) {
            Rank::Stale
        } else {
            Rank::Usable
        }
    }

    /// Whether to ask it in addition to another: it normally answers and has not asked for a pause.
    pub(super) fn is_available(&self, now: Instant) -> bool {
        self.retry_after(now).is_none() && matches!(self.rank(now), Rank::Usable | Rank::Stale)
    }

    /// How long the server still asks not to be called. That is obeyed even if no other endpoint answers.
    pub(super) fn retry_after(&self, now: Instant) -> Option<Duration> {
        self.retry_at
            .map(|until| until.saturating_duration_since(now))
            .filter(|left| !left.is_zero())
    }

    /// The last check, while it holds.
    pub(super) fn checked(&self, now: Instant) -> Option<ChainCheck> {
        self.checked
            .filter(|(_, at)| now.saturating_duration_since(*at) < CHECK_TTL)
            .map(|(checked, _)| checked)
    }

    /// The head it last reported.
    pub(super) fn head(&self) -> Option<Block> {
        self.head.map(|(head, _)| head)
    }

    /// Whether its head has not moved for longer than a head may be old.
    pub(super) fn is_stalled(&self, now: Instant) -> bool {
        self.head
            .is_some_and(|(_, since)| now.saturating_duration_since(since) > STALE_TTL)
    }

    /// Whether its head is much older than `best`, the time of the newest block at any endpoint. A block with a future
    /// date must not make all other endpoints look old, so real time counts as well: the head must also have stood
    /// still for as long, or have moved back.
    pub(super) fn is_head_stale(&self, best: Timestamp, stale_after: Span, now: Instant) -> bool {
        let is_old = self
            .head()
            .is_some_and(|head| best.since(head.time) > stale_after);
        is_old && (self.head_regressed(stale_after) || self.is_stalled(now))
    }

    /// Acts as if this much time had passed since its head moved.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn age_head(&mut self, time: Duration) {
        self.head = self
            .head
            .map(|(head, since)| (head, since.checked_sub(time).unwrap_or(since)));
    }

    /// Whether its head is behind one that it had before.
    pub(super) fn head_regressed(&self, stale_after: Span) -> bool {
        let heads = self.head().zip(self.newest_head_time);
        heads.is_some_and(|(head, newest)| newest.since(head.time) > stale_after)
    }

    /// The earliest block whose logs it may have, as far as that is known.
    pub(super) fn earliest_log_block(&self, now: Instant) -> u64 {
        self.earliest_log_block
            .filter(|(_, since)| now.saturating_duration_since(*since) < PRUNED_TTL)
            .map_or(0, |(block, _)| block)
    }

    /// Notes that it has no logs below `block`.
    pub(super) fn set_earliest_log_block(&mut self, block: u64, now: Instant) {
        self.earliest_log_block = Some((block, now));
    }

    pub(super) fn refuses_logs(&self, now: Instant) -> bool {
        self.logs_refused_at
            .is_some_and(|since| now.saturating_duration_since(since) < LOGS_REFUSAL_TTL)
    }

    /// Notes whether it refused even the logs of a single block.
    pub(super) fn set_refuses_logs(&mut self, refused: bool, now: Instant) {
        self.logs_refused_at = refused.then_some(now);
    }

    pub(super) fn last_request_failed(&self) -> bool {
        self.failures > 0
    }

    pub(super) fn record_success(
        &mut self,
        checked: ChainCheck,
        is_new_check: bool,
        head: Block,
        now: Instant,
    ) {
        if is_new_check {
            self.checked = Some((checked, now));
        }
        if self.head() != Some(head) {
            self.head = Some((head, now));
        }
        self.newest_head_time = self.newest_head_time.max(Some(head.time));
        if self.state != RpcState::Stale {
            self.set_state(RpcState::Good, now);
        }
        self.failures = 0;
        self.back_off_until = None;
        self.retry_at = None;
    }

    /// Notes whether its head is stale compared with the others'.
    pub(super) fn set_stale(&mut self, is_stale: bool, now: Instant) {
        self.set_state(
            if is_stale {
                RpcState::Stale
            } else {
                RpcState::Good
            },
            now,
        );
    }

    pub(super) fn record_failure(&mut self, fault: &Fault, now: Instant) {
        let state = match fault {
            Fault::Behind | Fault::Pruned => return,
            Fault::WrongChain { .. } => RpcState::WrongChain,
            Fault::NoContract(_) => RpcState::NoContract,
            Fault::Transport(_)
            | Fault::HttpStatus { .. }
            | Fault::ErrorResponse(_)
            | Fault::Malformed(_) => RpcState::Unreachable,
        };
        self.set_state(state, now);
        // Check it again once it answers.
        self.checked = None;
        self.back_off(fault, now);
    }

    /// Notes that it returned no events. Its head and its balances may still be right, so it does not count as
    /// unreachable.
    pub(super) fn record_logs_failure(&mut self, fault: &Fault, now: Instant) {
        match fault {
            Fault::HttpStatus { status: 429, .. } => self.back_off(fault, now),
            Fault::ErrorResponse(error) => match error.kind {
                RpcErrorKind::NotAllowed => self.record_failure(fault, now),
                RpcErrorKind::RateLimited => self.back_off(fault, now),
                RpcErrorKind::BatchTooLarge { .. }
                | RpcErrorKind::RangeTooLarge { .. }
                | RpcErrorKind::LimitExceeded
                | RpcErrorKind::Pruned
                | RpcErrorKind::AboveHead
                | RpcErrorKind::UnknownBlock
                | RpcErrorKind::TimedOut
                | RpcErrorKind::UnsupportedMethod
                | RpcErrorKind::NodeFailure
                | RpcErrorKind::Other => {}
            },
            Fault::Malformed(_) if *fault == NO_LOGS => {}
            Fault::Behind | Fault::Pruned => {}
            Fault::Transport(_)
            | Fault::HttpStatus { .. }
            | Fault::Malformed(_)
            | Fault::WrongChain { .. }
            | Fault::NoContract(_) => self.record_failure(fault, now),
        }
    }

    fn back_off(&mut self, fault: &Fault, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        self.back_off_until = now.checked_add(Backoff::SERVER.wait(self.failures).to_duration());
        if let Some(span) = fault.retry_after() {
            self.set_retry_after(span, now);
        }
    }

    fn set_retry_after(&mut self, span: Span, now: Instant) {
        self.retry_at = now.checked_add(span.to_duration());
    }

    fn set_state(&mut self, state: RpcState, now: Instant) {
        self.state = state;
        self.since = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::B256;

    const CHECKED: ChainCheck = ChainCheck { decimals: 6 };

    fn block(number: u64) -> Block {
        Block {
            number,
            hash: B256::with_last_byte(1),
            time: Timestamp(0),
        }
    }

    fn after(start: Instant, seconds: u64) -> Instant {
        start.checked_add(Duration::from_secs(seconds)).unwrap()
    }

    #[test]
    fn rules_out_wrong_chain_for_ten_minutes() {
        let start = Instant::now();
        let mut rpc = RpcHealth::default();
        rpc.record_success(CHECKED, true, block(1), start);
        assert_eq!(
            (rpc.rank(start), rpc.checked(start)),
            (Rank::Usable, Some(CHECKED))
        );
        rpc.record_failure(
            &Fault::WrongChain {
                expected: 1,
                actual: 2,
            },
            start,
        );
        assert_eq!(
            (rpc.state(), rpc.checked(start)),
            (RpcState::WrongChain, None)
        );
        assert_eq!(rpc.rank(after(start, 599)), Rank::RuledOut);
        assert_eq!(rpc.rank(after(start, 600)), Rank::Usable);
    }

    #[test]
    fn backs_off_up_to_a_minute_until_success() {
        let start = Instant::now();
        let mut rpc = RpcHealth::default();
        for seconds in [0, 1, 2, 4, 8, 16, 32, 60, 60] {
            rpc.record_failure(&Fault::Malformed("x"), start);
            if seconds > 0 {
                assert_eq!(
                    rpc.rank(after(start, seconds - 1)),
                    Rank::BackingOff,
                    "{seconds}"
                );
            }
            assert_eq!(
                rpc.rank(after(start, seconds.max(1))),
                Rank::Usable,
                "{seconds}"
            );
        }
        rpc.record_success(CHECKED, true, block(1), start);
        assert_eq!(rpc.rank(start), Rank::Usable);
    }

    #[test]
    fn obeys_retry_after() {
        let start = Instant::now();
        let mut rpc = RpcHealth::default();
        rpc.record_failure(
            &Fault::HttpStatus {
                status: 429,
                retry_after: Some(Span::seconds(90)),
            },
            start,
        );
        assert_eq!(
            rpc.retry_after(after(start, 30)),
            Some(Duration::from_secs(60))
        );
        assert_eq!(rpc.retry_after(after(start, 90)), None);
    }

    #[test]
    fn retries_stale_endpoint_after_a_minute() {
        let start = Instant::now();
        let mut rpc = RpcHealth::default();
        rpc.record_success(CHECKED, true, block(1), start);
        rpc.set_stale(true, start);
        assert_eq!(rpc.rank(after(start, 59)), Rank::Stale);
        assert_eq!(rpc.rank(after(start, 60)), Rank::Usable);
        assert!(!rpc.is_stalled(after(start, 60)));
        assert!(rpc.is_stalled(after(start, 61)));
        rpc.record_success(CHECKED, false, block(2), after(start, 61));
        assert!(!rpc.is_stalled(after(start, 61)));
    }
}

//! Where an RPC stands: what is known of it, when it was last right or wrong, and so in which order RPCs are
//! asked. Time is passed in; nothing here asks anybody.

use super::RpcState;
use super::chain_check::ChainCheck;
use super::fault::{Fault, NO_LOGS};
use super::log_range_limit::LogRangeLimit;
use super::rpc_error::RpcErrorKind;
use super::rpc_types::Block;
use bursar_domain::backoff::Backoff;
use bursar_domain::clock::{Span, Timestamp};
use std::time::{Duration, Instant};

/// How long a check of an RPC's chain id and contracts holds, and how long a failed one rules it out while another
/// answers.
const RULED_OUT_TTL: Duration = Duration::from_secs(600);
/// A good RPC's contracts are looked at again after this; its chain's id is with every request.
const CHECK_TTL: Duration = Duration::from_secs(6 * 3600);
/// How long an RPC with an old head is asked last before it is looked at anew.
const STALE_TTL: Duration = Duration::from_secs(60);
/// How long it is taken for true that an RPC has no blocks below one.
const PRUNED_TTL: Duration = Duration::from_secs(3600);
/// How long an RPC that refuses all logs is not asked for shorter and shorter ranges again.
const LOGS_REFUSAL_TTL: Duration = Duration::from_secs(60);

/// What is known of one RPC.
#[derive(Debug)]
pub(super) struct RpcHealth {
    state: RpcState,
    since: Option<Instant>,
    failures: u32,
    not_before: Option<Instant>,
    /// The server itself asked to be left alone until then.
    asked_to_wait: Option<Instant>,
    checked: Option<(ChainCheck, Instant)>,
    head: Option<(Block, Instant)>,
    /// How many blocks' logs it is asked for at once.
    pub(super) log_range_limit: LogRangeLimit,
    /// How many calls it takes in one request.
    pub(super) max_batch_size: usize,
    /// The lowest block whose logs it still has, and since when that is known.
    earliest_log_block: Option<(u64, Instant)>,
    /// It refused logs of a single block for no known reason, then.
    logs_refused_at: Option<Instant>,
    /// The newest time that a head of its own had.
    newest: Option<Timestamp>,
    /// It refuses blocks named by hash (EIP-1898): they are named by number and compared.
    pub(super) refuses_hashes: bool,
}

/// In which order RPCs are asked; among equals the network's own order holds.
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
            not_before: None,
            asked_to_wait: None,
            checked: None,
            head: None,
            log_range_limit: LogRangeLimit::default(),
            max_batch_size: usize::MAX,
            earliest_log_block: None,
            logs_refused_at: None,
            newest: None,
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
        } else if self.not_before.is_some_and(|until| now < until) {
            Rank::BackingOff
        } else if self.state == RpcState::Stale && within(STALE_TTL) {
            Rank::Stale
        } else {
            Rank::Usable
        }
    }

    /// Whether it may be asked beside another: it answers as a rule, and has not asked to be left alone.
    pub(super) fn is_available(&self, now: Instant) -> bool {
        self.retry_after(now).is_none() && matches!(self.rank(now), Rank::Usable | Rank::Stale)
    }

    /// How long the server still asks to be left alone, which is obeyed even if no other RPC answers.
    pub(super) fn retry_after(&self, now: Instant) -> Option<Duration> {
        self.asked_to_wait
            .map(|until| until.saturating_duration_since(now))
            .filter(|left| !left.is_zero())
    }

    /// The last check, while it holds.
    pub(super) fn checked(&self, now: Instant) -> Option<ChainCheck> {
        self.checked
            .filter(|(_, at)| now.saturating_duration_since(*at) < CHECK_TTL)
            .map(|(checked, _)| checked)
    }

    /// The head it last gave.
    pub(super) fn head(&self) -> Option<Block> {
        self.head.map(|(head, _)| head)
    }

    /// Whether its head has been the same for longer than a head may be old.
    pub(super) fn is_stalled(&self, now: Instant) -> bool {
        self.head
            .is_some_and(|(_, since)| now.saturating_duration_since(since) > STALE_TTL)
    }

    /// Whether its newest block is long past, compared with `best`, the time of the newest block that any RPC has. Only
    /// time that has really passed counts as well: a block that was dated ahead must not make all others look old. So
    /// its head has to have stood still for as long, or to lie behind one that it had before.
    pub(super) fn is_head_stale(&self, best: Timestamp, stale_after: Span, now: Instant) -> bool {
        let is_old = self
            .head()
            .is_some_and(|head| best.since(head.time) > stale_after);
        is_old && (self.head_regressed(stale_after) || self.is_stalled(now))
    }

    /// As if so much time had passed since its head moved.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn age_head(&mut self, time: Duration) {
        self.head = self
            .head
            .map(|(head, since)| (head, since.checked_sub(time).unwrap_or(since)));
    }

    /// Whether its head lies behind one that it had before.
    pub(super) fn head_regressed(&self, stale_after: Span) -> bool {
        let heads = self.head().zip(self.newest);
        heads.is_some_and(|(head, newest)| newest.since(head.time) > stale_after)
    }

    /// The lowest block whose logs it is known to have, as far as that is known.
    pub(super) fn earliest_log_block(&self, now: Instant) -> u64 {
        self.earliest_log_block
            .filter(|(_, since)| now.saturating_duration_since(*since) < PRUNED_TTL)
            .map_or(0, |(block, _)| block)
    }

    /// It has no logs below `block`.
    pub(super) fn set_earliest_log_block(&mut self, block: u64, now: Instant) {
        self.earliest_log_block = Some((block, now));
    }

    pub(super) fn refuses_logs(&self, now: Instant) -> bool {
        self.logs_refused_at
            .is_some_and(|since| now.saturating_duration_since(since) < LOGS_REFUSAL_TTL)
    }

    /// Whether it refused even the logs of a single block.
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
        self.newest = self.newest.max(Some(head.time));
        if self.state != RpcState::Stale {
            self.set_state(RpcState::Good, now);
        }
        self.failures = 0;
        self.not_before = None;
        self.asked_to_wait = None;
    }

    /// Its head, compared with the others', is young enough or not.
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
        // Whatever it said of itself is asked again once it answers.
        self.checked = None;
        self.backs_off(fault, now);
    }

    /// It gave no events. What it says of its head and of figures may be right all the same, so that it is not taken
    /// for one that does not answer.
    pub(super) fn record_logs_failure(&mut self, fault: &Fault, now: Instant) {
        match fault {
            Fault::HttpStatus { status: 429, .. } => self.backs_off(fault, now),
            Fault::ErrorResponse(error) => match error.kind {
                RpcErrorKind::NotAllowed => self.record_failure(fault, now),
                RpcErrorKind::RateLimited => self.backs_off(fault, now),
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

    fn backs_off(&mut self, fault: &Fault, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        self.not_before = now.checked_add(Backoff::SERVER.wait(self.failures).to_duration());
        if let Some(span) = fault.retry_after() {
            self.waits(span, now);
        }
    }

    fn waits(&mut self, span: Span, now: Instant) {
        self.asked_to_wait = now.checked_add(span.to_duration());
    }

    fn set_state(&mut self, state: RpcState, now: Instant) {
        self.state = state;
        self.since = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::B256;

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
    fn the_wrong_chain_is_ruled_out_for_ten_minutes() {
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
                seen: 2,
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
    fn failures_back_off_to_a_minute_and_an_answer_ends_that() {
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
    fn retry_after_is_obeyed() {
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
    fn a_stale_one_is_looked_at_anew_after_a_minute() {
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

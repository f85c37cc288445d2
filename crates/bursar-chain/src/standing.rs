//! Where an RPC stands: what is known of it, when it was last right or wrong, and so in which order RPCs are
//! asked. Time is passed in; nothing here asks anybody.

use super::RpcState;
use super::events::NO_LOGS;
use super::fault::Fault;
use super::log_span::LogSpan;
use super::rpc_error::RpcErrorKind;
use super::wire::Block;
use bursar_domain::backoff::Backoff;
use bursar_domain::clock::{Span, Timestamp};
use std::time::{Duration, Instant};

/// How long a check of an RPC's chain id and contracts holds, and how long a failed one rules it out while another
/// answers.
const RULED_OUT_FOR: Duration = Duration::from_secs(600);
/// A good RPC's contracts are looked at again after this; its chain's id is with every request.
const CHECK_HOLDS: Duration = Duration::from_secs(6 * 3600);
/// How long an RPC with an old head is asked last before it is looked at anew.
const STALE_HOLDS: Duration = Duration::from_secs(60);
/// How long it is taken for true that an RPC has no blocks below one.
const PRUNED_HOLDS: Duration = Duration::from_secs(3600);
/// How long an RPC that refuses all logs is not asked for shorter and shorter ranges again.
const REFUSAL_HOLDS: Duration = Duration::from_secs(60);

/// What is known of one RPC.
#[derive(Debug)]
pub(super) struct Standing {
    state: RpcState,
    since: Option<Instant>,
    failures: u32,
    not_before: Option<Instant>,
    /// The server itself asked to be left alone until then.
    asked_to_wait: Option<Instant>,
    checked: Option<(Checked, Instant)>,
    head: Option<(Block, Instant)>,
    /// How many blocks' logs it is asked for at once.
    pub(super) log_span: LogSpan,
    /// How many calls it takes in one request.
    pub(super) calls_at_once: usize,
    /// The lowest block whose logs it still has, and since when that is known.
    lowest: Option<(u64, Instant)>,
    /// It refused logs of a single block for no known reason, then.
    logs_refused: Option<Instant>,
    /// The newest time that a head of its own had.
    newest: Option<Timestamp>,
    /// It refuses blocks named by hash (EIP-1898): they are named by number and compared.
    pub(super) refuses_hashes: bool,
}

/// What a check of the RPC found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Checked {
    /// Of the token.
    pub(super) decimals: u8,
}

/// In which order RPCs are asked; among equals the network's own order holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Usable,
    OldHead,
    BackingOff,
    RuledOut,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            state: RpcState::Untried,
            since: None,
            failures: 0,
            not_before: None,
            asked_to_wait: None,
            checked: None,
            head: None,
            log_span: LogSpan::default(),
            calls_at_once: usize::MAX,
            lowest: None,
            logs_refused: None,
            newest: None,
            refuses_hashes: false,
        }
    }
}

impl Standing {
    pub(super) fn state(&self) -> RpcState {
        self.state
    }

    pub(super) fn rank(&self, now: Instant) -> Rank {
        let within = |span| {
            self.since
                .is_some_and(|since| now.saturating_duration_since(since) < span)
        };
        let ruled_out = matches!(self.state, RpcState::WrongChain | RpcState::NoContract);
        if ruled_out && within(RULED_OUT_FOR) {
            Rank::RuledOut
        } else if self.not_before.is_some_and(|until| now < until) {
            Rank::BackingOff
        } else if self.state == RpcState::Stale && within(STALE_HOLDS) {
            Rank::OldHead
        } else {
            Rank::Usable
        }
    }

    /// Whether it may be asked beside another: it answers as a rule, and has not asked to be left alone.
    pub(super) fn may_be_asked(&self, now: Instant) -> bool {
        self.must_wait(now).is_none() && matches!(self.rank(now), Rank::Usable | Rank::OldHead)
    }

    /// How long the server still asks to be left alone, which is obeyed even if no other RPC answers.
    pub(super) fn must_wait(&self, now: Instant) -> Option<Duration> {
        self.asked_to_wait
            .map(|until| until.saturating_duration_since(now))
            .filter(|left| !left.is_zero())
    }

    /// The last check, while it holds.
    pub(super) fn checked(&self, now: Instant) -> Option<Checked> {
        self.checked
            .filter(|(_, at)| now.saturating_duration_since(*at) < CHECK_HOLDS)
            .map(|(checked, _)| checked)
    }

    /// The head it last gave.
    pub(super) fn head(&self) -> Option<Block> {
        self.head.map(|(head, _)| head)
    }

    /// Whether its head has been the same for longer than a head may be old.
    pub(super) fn stands_still(&self, now: Instant) -> bool {
        self.head
            .is_some_and(|(_, since)| now.saturating_duration_since(since) > STALE_HOLDS)
    }

    /// Whether its newest block is long past, compared with `best`, the time of the newest block that any RPC has. Only
    /// time that has really passed counts as well: a block that was dated ahead must not make all others look old. So
    /// its head has to have stood still for as long, or to lie behind one that it had before.
    pub(super) fn has_old_head(&self, best: Timestamp, stale_after: Span, now: Instant) -> bool {
        let is_old = self
            .head()
            .is_some_and(|head| best.since(head.time) > stale_after);
        is_old && (self.went_back(stale_after) || self.stands_still(now))
    }

    /// As if so much time had passed since its head moved.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn age_head(&mut self, time: Duration) {
        self.head = self
            .head
            .map(|(head, since)| (head, since.checked_sub(time).unwrap_or(since)));
    }

    /// Whether its head lies behind one that it had before.
    pub(super) fn went_back(&self, stale_after: Span) -> bool {
        let heads = self.head().zip(self.newest);
        heads.is_some_and(|(head, newest)| newest.since(head.time) > stale_after)
    }

    /// The lowest block whose logs it is known to have, as far as that is known.
    pub(super) fn lowest(&self, now: Instant) -> u64 {
        self.lowest
            .filter(|(_, since)| now.saturating_duration_since(*since) < PRUNED_HOLDS)
            .map_or(0, |(block, _)| block)
    }

    /// It has no logs below `block`.
    pub(super) fn lacks_below(&mut self, block: u64, now: Instant) {
        self.lowest = Some((block, now));
    }

    pub(super) fn refuses_logs(&self, now: Instant) -> bool {
        self.logs_refused
            .is_some_and(|since| now.saturating_duration_since(since) < REFUSAL_HOLDS)
    }

    /// Whether it refused even the logs of a single block.
    pub(super) fn refused_logs(&mut self, refused: bool, now: Instant) {
        self.logs_refused = refused.then_some(now);
    }

    pub(super) fn failed_last(&self) -> bool {
        self.failures > 0
    }

    pub(super) fn answered(
        &mut self,
        checked: Checked,
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
            self.enter(RpcState::Good, now);
        }
        self.failures = 0;
        self.not_before = None;
        self.asked_to_wait = None;
    }

    /// Its head, compared with the others', is young enough or not.
    pub(super) fn judged(&mut self, is_stale: bool, now: Instant) {
        self.enter(
            if is_stale {
                RpcState::Stale
            } else {
                RpcState::Good
            },
            now,
        );
    }

    pub(super) fn failed(&mut self, fault: &Fault, now: Instant) {
        let state = match fault {
            Fault::Behind | Fault::Pruned => return,
            Fault::WrongChain { .. } => RpcState::WrongChain,
            Fault::NoContract(_) => RpcState::NoContract,
            Fault::Exchange(_) | Fault::Status { .. } | Fault::Refused(_) | Fault::Malformed(_) => {
                RpcState::Unreachable
            }
        };
        self.enter(state, now);
        // Whatever it said of itself is asked again once it answers.
        self.checked = None;
        self.backs_off(fault, now);
    }

    /// It gave no events. What it says of its head and of figures may be right all the same, so that it is not taken
    /// for one that does not answer.
    pub(super) fn gave_no_events(&mut self, fault: &Fault, now: Instant) {
        match fault {
            Fault::Status { status: 429, .. } => self.backs_off(fault, now),
            Fault::Refused(error) => match error.kind {
                RpcErrorKind::NotAllowed => self.failed(fault, now),
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
            Fault::Exchange(_)
            | Fault::Status { .. }
            | Fault::Malformed(_)
            | Fault::WrongChain { .. }
            | Fault::NoContract(_) => self.failed(fault, now),
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

    fn enter(&mut self, state: RpcState, now: Instant) {
        self.state = state;
        self.since = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::B256;

    const CHECKED: Checked = Checked { decimals: 6 };

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
        let mut rpc = Standing::default();
        rpc.answered(CHECKED, true, block(1), start);
        assert_eq!(
            (rpc.rank(start), rpc.checked(start)),
            (Rank::Usable, Some(CHECKED))
        );
        rpc.failed(
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
        let mut rpc = Standing::default();
        for seconds in [0, 1, 2, 4, 8, 16, 32, 60, 60] {
            rpc.failed(&Fault::Malformed("x"), start);
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
        rpc.answered(CHECKED, true, block(1), start);
        assert_eq!(rpc.rank(start), Rank::Usable);
    }

    #[test]
    fn retry_after_is_obeyed() {
        let start = Instant::now();
        let mut rpc = Standing::default();
        rpc.failed(
            &Fault::Status {
                status: 429,
                retry_after: Some(Span::seconds(90)),
            },
            start,
        );
        assert_eq!(
            rpc.must_wait(after(start, 30)),
            Some(Duration::from_secs(60))
        );
        assert_eq!(rpc.must_wait(after(start, 90)), None);
    }

    #[test]
    fn a_stale_one_is_looked_at_anew_after_a_minute() {
        let start = Instant::now();
        let mut rpc = Standing::default();
        rpc.answered(CHECKED, true, block(1), start);
        rpc.judged(true, start);
        assert_eq!(rpc.rank(after(start, 59)), Rank::OldHead);
        assert_eq!(rpc.rank(after(start, 60)), Rank::Usable);
        assert!(!rpc.stands_still(after(start, 60)));
        assert!(rpc.stands_still(after(start, 61)));
        rpc.answered(CHECKED, false, block(2), after(start, 61));
        assert!(!rpc.stands_still(after(start, 61)));
    }
}

//! Where an RPC stands: what is known of it, when it was last right or wrong, and so in which order RPCs are
//! asked. Time is passed in; nothing here asks anybody.

use super::RpcState;
use super::fault::Fault;
use super::log_span::LogSpan;
use super::wire::Block;
use std::time::{Duration, Instant};

/// How long a check of an RPC's chain id and contracts holds, and how long a failed one rules it out while another
/// answers.
const RULED_OUT_FOR: Duration = Duration::from_secs(600);
/// A good RPC's contracts are looked at again after this; its chain's id is with every request.
const CHECK_HOLDS: Duration = Duration::from_secs(6 * 3600);
/// How long an RPC with an old head is asked last before it is looked at anew.
const STALE_HOLDS: Duration = Duration::from_secs(60);
const FIRST_BACK_OFF: Duration = Duration::from_millis(500);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

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
    /// It refuses batches: calls are made one by one.
    pub(super) refuses_batches: bool,
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
            refuses_batches: false,
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
            Fault::Behind => return,
            Fault::WrongChain { .. } => RpcState::WrongChain,
            Fault::NoContract(_) => RpcState::NoContract,
            Fault::Exchange(_)
            | Fault::Status { .. }
            | Fault::Refused { .. }
            | Fault::Malformed(_) => RpcState::Unreachable,
        };
        self.enter(state, now);
        // Whatever it said of itself is asked again once it answers.
        self.checked = None;
        let doublings = self.failures.min(16);
        let back_off = FIRST_BACK_OFF
            .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
            .min(LONGEST_BACK_OFF);
        self.failures = self.failures.saturating_add(1);
        self.not_before = now.checked_add(back_off);
        if let Some(span) = fault.retry_after() {
            let span = Duration::from_millis(u64::try_from(span.0).unwrap_or(0));
            self.asked_to_wait = now.checked_add(span);
        }
    }

    fn enter(&mut self, state: RpcState, now: Instant) {
        self.state = state;
        self.since = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Span, Timestamp};
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

//! Divides a range of blocks into chunks whose logs are asked for one after the other, newest first. Chunks get shorter
//! if an endpoint finds them too long or refuses without a reason, start lower if it has no logs of its newest blocks
//! yet, and end above what it has deleted. Pure: nothing here sends a request.

use super::fault::{Fault, NO_LOGS};
use super::rpc_connection::RpcConnection;
use super::rpc_error::RpcErrorKind;
use super::rpc_health::RpcHealth;
use bursar_domain::error::Code;
use std::time::Instant;

/// How often a timeout is taken to mean that the range is too long; only long ranges are.
const MAX_TIMEOUTS: u32 = 2;
const LONG_RANGE_BLOCKS: u64 = 1_000;
/// How many blocks the logs may lag behind the head of the same endpoint. A missing block further back has been
/// deleted.
const MAX_LOG_LAG: u64 = 128;

/// Whether to ask for another chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextStep {
    Continue,
    Stop,
}

/// What is left of a range, and how much of it to ask for at once.
#[derive(Debug)]
pub(super) struct LogChunker {
    from: u64,
    /// The highest block that has not been read.
    high: u64,
    /// The endpoint's newest block.
    head: u64,
    /// The lowest block of the current chunk.
    low: u64,
    /// A shorter length that is tried without knowing whether length is the cause.
    trial: Option<Trial>,
    timeouts: u32,
    any_chunk_read: bool,
    /// The block that the range began with.
    top: u64,
    /// By how much lower the next chunk ends while the newest logs may be yet to come; `None` once that is ruled out.
    head_step_down: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Trial {
    length: u64,
    cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// The endpoint gives no known reason.
    Unknown,
    /// The range reaches below what the endpoint has kept.
    Pruned,
}

impl LogChunker {
    /// # Errors
    /// [`Fault::Pruned`] if the endpoint is known to have none of the range.
    pub(super) fn new(connection: &RpcConnection, from: u64, to: u64) -> Result<Self, Fault> {
        let health = connection.rpc.health();
        let lowest = health.earliest_log_block(Instant::now());
        let head = health.head().map_or(to, |head| head.number);
        if to < lowest {
            return Err(Fault::Pruned);
        }
        Ok(Self::within(from.max(lowest), to, head))
    }

    fn within(from: u64, to: u64, head: u64) -> Self {
        Self {
            from,
            high: to,
            head,
            low: to,
            trial: None,
            timeouts: 0,
            any_chunk_read: false,
            top: to,
            head_step_down: Some(1),
        }
    }

    pub(super) fn head(&self) -> u64 {
        self.head
    }

    /// The next chunk, both ends included.
    pub(super) fn next_chunk(&mut self, health: &RpcHealth) -> (u64, u64) {
        let learnt = health.log_range_limit.max_blocks();
        let length = self.trial.map_or(learnt, |trial| trial.length.min(learnt));
        self.low = self
            .from
            .max(self.high.saturating_sub(length.saturating_sub(1)));
        (self.low, self.high)
    }

    fn length(&self) -> u64 {
        self.high.saturating_sub(self.low).saturating_add(1)
    }

    /// Notes that the chunk was returned.
    pub(super) fn chunk_read(&mut self, health: &mut RpcHealth) -> NextStep {
        self.any_chunk_read = true;
        health.set_refuses_logs(false, Instant::now());
        match self.trial {
            // Length was the cause after all.
            Some(Trial {
                cause: Cause::Unknown,
                length,
            }) => {
                self.trial = None;
                health.log_range_limit.shorten_to(length);
            }
            Some(Trial {
                cause: Cause::Pruned,
                ..
            }) => {}
            None => health.log_range_limit.record_success(self.length()),
        }
        if self.low <= self.from {
            return NextStep::Stop;
        }
        self.high = self.low.saturating_sub(1);
        NextStep::Continue
    }

    /// Notes that the chunk was refused.
    pub(super) fn chunk_failed(&mut self, fault: &Fault, health: &mut RpcHealth) -> NextStep {
        match self.classify(fault) {
            RangeFailure::TooLong(stated) => self.shorten(stated, health),
            RangeFailure::TimedOut => {
                if self.length() <= LONG_RANGE_BLOCKS || self.timeouts >= MAX_TIMEOUTS {
                    return NextStep::Stop;
                }
                self.timeouts = self.timeouts.saturating_add(1);
                health
                    .log_range_limit
                    .shorten_to(self.length().div_ceil(16));
                NextStep::Continue
            }
            RangeFailure::NotYetAvailable => self.lower(),
            RangeFailure::Pruned => {
                if self.length() > 1 {
                    self.trial = Some(Trial {
                        length: self.length() / 2,
                        cause: Cause::Pruned,
                    });
                    return NextStep::Continue;
                }
                if self.final_fault(fault.clone()) == Fault::Pruned {
                    health.set_earliest_log_block(self.high.saturating_add(1), Instant::now());
                }
                NextStep::Stop
            }
            RangeFailure::Unknown => {
                let now = Instant::now();
                if self.length() <= 1 {
                    health.set_refuses_logs(true, now);
                    return NextStep::Stop;
                }
                if health.refuses_logs(now) {
                    return NextStep::Stop;
                }
                self.trial = Some(Trial {
                    length: self.length().div_ceil(4),
                    cause: Cause::Unknown,
                });
                NextStep::Continue
            }
            RangeFailure::Unrelated => NextStep::Stop,
        }
    }

    /// Why nothing was returned, once no more is asked for.
    pub(super) fn final_fault(&self, fault: Fault) -> Fault {
        match self.classify(&fault) {
            RangeFailure::NotYetAvailable => Fault::Behind,
            RangeFailure::Pruned if says_pruned(&fault) || self.is_old() => Fault::Pruned,
            RangeFailure::Pruned => Fault::Behind,
            RangeFailure::TooLong(_)
            | RangeFailure::TimedOut
            | RangeFailure::Unknown
            | RangeFailure::Unrelated => fault,
        }
    }

    /// Whether a block that the endpoint lacks can only be too old for it.
    fn is_old(&self) -> bool {
        self.any_chunk_read || self.high.saturating_add(MAX_LOG_LAG) < self.head
    }

    fn shorten(&mut self, stated: Option<u64>, health: &mut RpcHealth) -> NextStep {
        let length = self.length();
        if length <= 1 {
            return NextStep::Stop;
        }
        let next = stated
            .filter(|stated| (1..length).contains(stated))
            .unwrap_or(length.div_ceil(2));
        health.log_range_limit.shorten_to(next);
        NextStep::Continue
    }

    /// Goes on below the newest blocks, whose logs the endpoint does not have yet. If that does not help, the range may
    /// as well reach too far back.
    fn lower(&mut self) -> NextStep {
        let next = self
            .head_step_down
            .map(|step| (self.high.saturating_sub(step), step.saturating_mul(2)))
            .filter(|(next, _)| {
                *next >= self.from && self.head.saturating_sub(*next) <= MAX_LOG_LAG
            });
        match next {
            Some((high, step)) => {
                self.high = high;
                self.head_step_down = Some(step);
            }
            None if self.head_step_down.is_some() && self.top > self.from => {
                self.head_step_down = None;
                self.high = self.top;
                self.trial = Some(Trial {
                    length: self.top.saturating_sub(self.from).saturating_add(1) / 2,
                    cause: Cause::Pruned,
                });
            }
            None => return NextStep::Stop,
        }
        NextStep::Continue
    }

    fn classify(&self, fault: &Fault) -> RangeFailure {
        let missing_block = if self.is_old() || self.head_step_down.is_none() {
            RangeFailure::Pruned
        } else {
            RangeFailure::NotYetAvailable
        };
        match fault {
            Fault::ErrorResponse(error) => match error.kind {
                RpcErrorKind::RangeTooLarge { blocks } => RangeFailure::TooLong(blocks),
                RpcErrorKind::LimitExceeded | RpcErrorKind::TimedOut => RangeFailure::TooLong(None),
                RpcErrorKind::Pruned => RangeFailure::Pruned,
                RpcErrorKind::AboveHead | RpcErrorKind::UnknownBlock => missing_block,
                RpcErrorKind::Other => RangeFailure::Unknown,
                RpcErrorKind::RateLimited
                | RpcErrorKind::BatchTooLarge { .. }
                | RpcErrorKind::NotAllowed
                | RpcErrorKind::UnsupportedMethod
                | RpcErrorKind::NodeFailure => RangeFailure::Unrelated,
            },
            Fault::Transport(error) if error.code == Code::AnswerTooLarge => {
                RangeFailure::TooLong(None)
            }
            Fault::Transport(error) if error.code == Code::Timeout => RangeFailure::TimedOut,
            Fault::HttpStatus { status, .. } => match status {
                413 => RangeFailure::TooLong(None),
                400 | 408 | 500 | 504 | 524 => RangeFailure::Unknown,
                _ => RangeFailure::Unrelated,
            },
            Fault::Malformed(_) if *fault == NO_LOGS => RangeFailure::Unknown,
            Fault::Pruned => RangeFailure::Pruned,
            Fault::Behind => missing_block,
            Fault::Transport(_)
            | Fault::Malformed(_)
            | Fault::WrongChain { .. }
            | Fault::NoContract(_) => RangeFailure::Unrelated,
        }
    }
}

fn says_pruned(fault: &Fault) -> bool {
    *fault == Fault::Pruned || fault.rpc_error_kind() == Some(RpcErrorKind::Pruned)
}

/// What a refusal means for the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RangeFailure {
    /// It returns fewer blocks at once: this many, if it says so.
    TooLong(Option<u64>),
    TimedOut,
    /// The logs of the newest blocks are yet to come.
    NotYetAvailable,
    /// The logs of the oldest blocks have been deleted.
    Pruned,
    Unknown,
    /// A shorter range would not help.
    Unrelated,
}

#[cfg(test)]
mod tests;

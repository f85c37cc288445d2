//! In which pieces the logs of a range of blocks are asked for, newest first: shorter ones where an RPC finds a piece too
//! long or cannot say why it refuses, lower ones where it has no logs of its newest blocks yet, and none below what it
//! has dropped. Pure: nothing here asks anybody.

use super::events::NO_LOGS;
use super::fault::Fault;
use super::line::Line;
use super::rpc_error::RpcErrorKind;
use super::standing::Standing;
use bursar_domain::error::Code;
use std::time::Instant;

/// A range that was not answered in time is taken for too long so often, and only while it is long.
const TIMEOUTS_FORGIVEN: u32 = 2;
const LONG_RANGE: u64 = 1_000;
/// Logs may lag so many blocks behind the head that the same RPC tells; further back, a block that it lacks is gone.
const LAG: u64 = 128;

/// Whether to ask for another piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Ask,
    Stop,
}

/// What is left of a range, and how much of it is asked for at once.
#[derive(Debug)]
pub(super) struct LogRange {
    from: u64,
    /// The highest block that has not been read.
    high: u64,
    /// The RPC's newest block.
    head: u64,
    /// The lowest block of the piece that is asked for.
    low: u64,
    /// A length that is tried without knowing that length is the trouble.
    trial: Option<Trial>,
    timeouts: u32,
    any_given: bool,
    /// The block that was asked for first.
    top: u64,
    /// By how much less the next piece ends, while newest blocks may be yet to come; `None` once that is ruled out.
    step_down: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Trial {
    length: u64,
    cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// Nobody knows why the RPC refuses.
    Unknown,
    /// The range reaches below what the RPC has kept.
    Pruned,
}

impl LogRange {
    /// # Errors
    /// [`Fault::Pruned`] where the RPC is known to have none of it.
    pub(super) fn new(line: &Line, from: u64, to: u64) -> Result<Self, Fault> {
        let standing = line.rpc.standing();
        let lowest = standing.lowest(Instant::now());
        let head = standing.head().map_or(to, |head| head.number);
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
            any_given: false,
            top: to,
            step_down: Some(1),
        }
    }

    pub(super) fn head(&self) -> u64 {
        self.head
    }

    /// The next piece, both ends included.
    pub(super) fn blocks(&mut self, standing: &Standing) -> (u64, u64) {
        let learnt = standing.log_span.blocks();
        let length = self.trial.map_or(learnt, |trial| trial.length.min(learnt));
        self.low = self
            .from
            .max(self.high.saturating_sub(length.saturating_sub(1)));
        (self.low, self.high)
    }

    fn length(&self) -> u64 {
        self.high.saturating_sub(self.low).saturating_add(1)
    }

    /// The piece was given.
    pub(super) fn given(&mut self, standing: &mut Standing) -> Next {
        self.any_given = true;
        standing.refused_logs(false, Instant::now());
        match self.trial {
            // Length was the trouble after all.
            Some(Trial {
                cause: Cause::Unknown,
                length,
            }) => {
                self.trial = None;
                standing.log_span.refused(length);
            }
            Some(Trial {
                cause: Cause::Pruned,
                ..
            }) => {}
            None => standing.log_span.given(self.length()),
        }
        if self.low <= self.from {
            return Next::Stop;
        }
        self.high = self.low.saturating_sub(1);
        Next::Ask
    }

    /// The piece was refused.
    pub(super) fn refused(&mut self, fault: &Fault, standing: &mut Standing) -> Next {
        match self.meaning(fault) {
            Meaning::TooLong(stated) => self.shorten(stated, standing),
            Meaning::TimedOut => {
                if self.length() <= LONG_RANGE || self.timeouts >= TIMEOUTS_FORGIVEN {
                    return Next::Stop;
                }
                self.timeouts = self.timeouts.saturating_add(1);
                standing.log_span.refused(self.length().div_ceil(16));
                Next::Ask
            }
            Meaning::NotThereYet => self.lower(),
            Meaning::Pruned => {
                if self.length() > 1 {
                    self.trial = Some(Trial {
                        length: self.length() / 2,
                        cause: Cause::Pruned,
                    });
                    return Next::Ask;
                }
                if self.cause(fault.clone()) == Fault::Pruned {
                    standing.lacks_below(self.high.saturating_add(1), Instant::now());
                }
                Next::Stop
            }
            Meaning::Unknown => {
                let now = Instant::now();
                if self.length() <= 1 {
                    standing.refused_logs(true, now);
                    return Next::Stop;
                }
                if standing.refuses_logs(now) {
                    return Next::Stop;
                }
                self.trial = Some(Trial {
                    length: self.length().div_ceil(4),
                    cause: Cause::Unknown,
                });
                Next::Ask
            }
            Meaning::Final => Next::Stop,
        }
    }

    /// Why nothing was given, once nothing is asked for any more.
    pub(super) fn cause(&self, fault: Fault) -> Fault {
        match self.meaning(&fault) {
            Meaning::NotThereYet => Fault::Behind,
            Meaning::Pruned if is_told_as_pruned(&fault) || self.is_old() => Fault::Pruned,
            Meaning::Pruned => Fault::Behind,
            Meaning::TooLong(_) | Meaning::TimedOut | Meaning::Unknown | Meaning::Final => fault,
        }
    }

    /// Whether a block that the RPC does not know can only be too old for it.
    fn is_old(&self) -> bool {
        self.any_given || self.high.saturating_add(LAG) < self.head
    }

    fn shorten(&mut self, stated: Option<u64>, standing: &mut Standing) -> Next {
        let length = self.length();
        if length <= 1 {
            return Next::Stop;
        }
        let next = stated
            .filter(|stated| (1..length).contains(stated))
            .unwrap_or(length.div_ceil(2));
        standing.log_span.refused(next);
        Next::Ask
    }

    /// Goes on below the newest blocks, whose logs the RPC does not have yet. Where that does not help, the range may as
    /// well reach too far back.
    fn lower(&mut self) -> Next {
        let next = self
            .step_down
            .map(|step| (self.high.saturating_sub(step), step.saturating_mul(2)))
            .filter(|(next, _)| *next >= self.from && self.head.saturating_sub(*next) <= LAG);
        match next {
            Some((high, step)) => {
                self.high = high;
                self.step_down = Some(step);
            }
            None if self.step_down.is_some() && self.top > self.from => {
                self.step_down = None;
                self.high = self.top;
                self.trial = Some(Trial {
                    length: self.top.saturating_sub(self.from).saturating_add(1) / 2,
                    cause: Cause::Pruned,
                });
            }
            None => return Next::Stop,
        }
        Next::Ask
    }

    fn meaning(&self, fault: &Fault) -> Meaning {
        let of_missing = if self.is_old() || self.step_down.is_none() {
            Meaning::Pruned
        } else {
            Meaning::NotThereYet
        };
        match fault {
            Fault::Refused(error) => match error.kind {
                RpcErrorKind::RangeTooLarge { blocks } => Meaning::TooLong(blocks),
                RpcErrorKind::LimitExceeded | RpcErrorKind::TimedOut => Meaning::TooLong(None),
                RpcErrorKind::Pruned => Meaning::Pruned,
                RpcErrorKind::AboveHead | RpcErrorKind::UnknownBlock => of_missing,
                RpcErrorKind::Other => Meaning::Unknown,
                RpcErrorKind::RateLimited
                | RpcErrorKind::BatchTooLarge { .. }
                | RpcErrorKind::NotAllowed
                | RpcErrorKind::UnsupportedMethod
                | RpcErrorKind::NodeFailure => Meaning::Final,
            },
            Fault::Exchange(error) if error.code == Code::AnswerTooLarge => Meaning::TooLong(None),
            Fault::Exchange(error) if error.code == Code::Timeout => Meaning::TimedOut,
            Fault::Status { status, .. } => match status {
                413 => Meaning::TooLong(None),
                400 | 408 | 500 | 504 | 524 => Meaning::Unknown,
                _ => Meaning::Final,
            },
            Fault::Malformed(_) if *fault == NO_LOGS => Meaning::Unknown,
            Fault::Pruned => Meaning::Pruned,
            Fault::Behind => of_missing,
            Fault::Exchange(_)
            | Fault::Malformed(_)
            | Fault::WrongChain { .. }
            | Fault::NoContract(_) => Meaning::Final,
        }
    }
}

fn is_told_as_pruned(fault: &Fault) -> bool {
    *fault == Fault::Pruned || fault.refusal() == Some(RpcErrorKind::Pruned)
}

/// What a refusal means for the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// Fewer blocks may be given: so many, where that is said.
    TooLong(Option<u64>),
    TimedOut,
    /// The newest blocks' logs are still to come.
    NotThereYet,
    /// The oldest blocks' logs are gone.
    Pruned,
    Unknown,
    /// Asking for less changes nothing.
    Final,
}

#[cfg(test)]
mod tests;

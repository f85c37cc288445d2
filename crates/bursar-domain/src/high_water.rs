//! The newest block whose figures were shown, as a mark that later figures do not fall below. An endpoint that is behind,
//! or an older node behind a shared address, never makes a newer figure older. Only two things lower the mark: blocks that
//! were replaced, by the word of as many endpoints as it takes; and ten minutes in which no endpoint that answers knew the
//! marked block. Then the older figures are shown, and it is said that the chain went back.

use crate::clock::{Span, Timestamp};
use crate::error::{Code, Error};
use crate::reading::Reading;
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

/// How long no endpoint may know the marked block before an older one takes its place.
const MISSING_FOR: Span = Span::minutes(10);
/// The newest block whose figures were shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HighWater {
    pub block: u64,
    pub hash: B256,
    /// Older blocks with the hashes that they had, newest first.
    pub checkpoints: Vec<(u64, B256)>,
    pub lapse: Lapse,
}

/// What keeps the figures from being those of an ordinary look; kept on disk, so that a restart changes nothing of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lapse {
    /// The marked block, and since when no endpoint that answers has known it.
    pub missing: Option<(u64, Timestamp)>,
    /// The figures shown are older than those of this block, which were shown before.
    pub fell_from: Option<u64>,
}

/// What a look at the figures came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The figures to show from now on; `None` where those shown before stay.
    pub reading: Option<Reading>,
    /// Whether they may be of an older block than those shown before.
    pub lowers: bool,
    pub lapse: Lapse,
    /// Why the figures are not the newest ones.
    pub problem: Option<Error>,
}

impl Sighting {
    /// Figures with nothing to say of them.
    pub fn newest(reading: Reading) -> Self {
        Self {
            reading: Some(reading),
            lowers: false,
            lapse: Lapse::default(),
            problem: None,
        }
    }
}

impl HighWater {
    /// Figures at the marked block or above it.
    pub fn reached(&self, reading: Reading) -> Sighting {
        let fell_from = self
            .lapse
            .fell_from
            .filter(|before| reading.block < *before);
        Sighting {
            problem: fell_from.map(|before| went_back(before, reading.block)),
            lapse: Lapse {
                missing: None,
                fell_from,
            },
            reading: Some(reading),
            lowers: false,
        }
    }

    /// Figures below the mark, where no endpoint that answers knows its block.
    pub fn fallen_short(&self, below: Reading, is_other_chain: bool, now: Timestamp) -> Sighting {
        if is_other_chain {
            return Sighting {
                reading: Some(below),
                lowers: true,
                lapse: Lapse::default(),
                problem: None,
            };
        }
        let since = match self.lapse.missing {
            // A clock that was set back starts the wait again.
            Some((block, since)) if block == self.block && since <= now => since,
            Some(_) | None => now,
        };
        if now.since(since) < MISSING_FOR {
            return Sighting {
                reading: None,
                lowers: false,
                lapse: Lapse {
                    missing: Some((self.block, since)),
                    ..self.lapse.clone()
                },
                problem: Some(waiting(self.block)),
            };
        }
        let before = self.lapse.fell_from.unwrap_or(self.block).max(self.block);
        Sighting {
            problem: Some(went_back(before, below.block)),
            lapse: Lapse {
                missing: None,
                fell_from: Some(before),
            },
            reading: Some(below),
            lowers: true,
        }
    }
}

fn waiting(block: u64) -> Error {
    Error::passing(
        Code::ChainUnavailable,
        format!(
            "The RPC endpoints that answer have not come to block {block}, whose figures are the newest known. Those stay, \
             and Bursar asks again."
        ),
    )
}

fn went_back(from: u64, to: u64) -> Error {
    Error::passing(
        Code::ChainWentBack,
        format!(
            "No RPC endpoint has known block {from} for ten minutes. The figures shown are older, of block {to}; payments \
             after it may be missing from them. Bursar keeps asking."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Amount, Currency};

    fn at(seconds: i64) -> Timestamp {
        Timestamp(1_769_860_800_000).plus(Span::seconds(seconds))
    }

    fn reading(block: u64) -> Reading {
        let usdc = |cents| Amount::from_cents(cents, Currency::usdc());
        Reading {
            block,
            block_hash: B256::with_last_byte(u8::try_from(block % 251).unwrap()),
            block_time: at(0),
            read_at: at(0),
            free: usdc(i64::try_from(block).unwrap()),
            reserved: usdc(0),
            held: usdc(0),
            frozen: false,
        }
    }

    fn mark(block: u64, lapse: Lapse) -> HighWater {
        HighWater {
            block,
            hash: B256::ZERO,
            checkpoints: Vec::new(),
            lapse,
        }
    }

    #[test]
    fn an_older_block_waits_ten_minutes_and_is_then_said_to_be_one() {
        let mut lapse = Lapse::default();
        for (seconds, taken) in [(0, false), (1, false), (599, false), (600, true)] {
            let sighting = mark(1677, lapse).fallen_short(reading(1674), false, at(seconds));
            assert_eq!(sighting.reading.is_some(), taken, "{seconds}");
            let code = sighting.problem.unwrap().code;
            let expected = if taken {
                Code::ChainWentBack
            } else {
                Code::ChainUnavailable
            };
            assert_eq!(code, expected);
            lapse = sighting.lapse;
        }
        assert_eq!(lapse.fell_from, Some(1677));
        // The next ones are above the older mark and still below the first one.
        let later = mark(1674, lapse.clone()).reached(reading(1676));
        assert_eq!(later.problem.unwrap().code, Code::ChainWentBack);
        assert_eq!(later.lapse.fell_from, Some(1677));
        // Lower still takes ten minutes of its own, and what it fell from stays the highest.
        let lower = mark(1674, lapse.clone()).fallen_short(reading(1600), false, at(601));
        assert_eq!(lower.reading, None);
        let lower = mark(1674, lower.lapse).fallen_short(reading(1600), false, at(1_201));
        assert_eq!(lower.lapse.fell_from, Some(1677));
        let back = mark(1674, lapse).reached(reading(1677));
        assert_eq!((back.problem, back.lapse), (None, Lapse::default()));
    }

    #[test]
    fn a_mark_that_has_moved_and_a_clock_that_was_set_back_start_the_wait_again() {
        for missing in [(1676, at(0)), (1677, at(9_999))] {
            let lapse = Lapse {
                missing: Some(missing),
                fell_from: None,
            };
            let sighting = mark(1677, lapse).fallen_short(reading(1), false, at(3_600));
            assert_eq!(sighting.reading, None);
            assert_eq!(sighting.lapse.missing, Some((1677, at(3_600))));
        }
    }

    #[test]
    fn replaced_blocks_lower_the_mark_at_once() {
        let sighting = mark(1677, Lapse::default()).fallen_short(reading(5), true, at(0));
        assert!(sighting.lowers && sighting.reading.is_some() && sighting.problem.is_none());
    }
}

//! The newest block whose figures were shown, as a mark that later figures do not fall below. An endpoint that is behind,
//! or an older node behind a shared address, never makes a newer figure older. Only two things lower the mark: blocks that
//! were replaced, by the word of as many endpoints as it takes; and ten minutes in which no endpoint that answers knew the
//! marked block. Then the older figures are shown, and it is said that the chain went back.

use crate::chain_reading::ChainReading;
use crate::clock::{Span, Timestamp};
use crate::error::{Code, Error};
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

/// How long no endpoint may know the marked block before an older one takes its place.
const MISSING_FOR: Span = Span::minutes(10);
/// The newest block whose figures were shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HighWaterMark {
    pub block: u64,
    pub hash: B256,
    /// Older blocks with the hashes that they had, newest first.
    pub checkpoints: Vec<(u64, B256)>,
    pub regression: Regression,
}

/// What keeps the figures from being those of an ordinary look; kept on disk, so that a restart changes nothing of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regression {
    /// The marked block, and since when no endpoint that answers has known it.
    #[serde(rename = "missing")]
    pub block_missing_since: Option<(u64, Timestamp)>,
    /// The figures shown are older than those of this block, which were shown before.
    #[serde(rename = "fell_from")]
    pub regressed_from: Option<u64>,
}

/// What a look at the figures came to.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadingUpdate {
    /// The figures to show from now on; `None` where those shown before stay.
    pub reading: Option<ChainReading>,
    /// Whether they may be of an older block than those shown before.
    pub lowers_mark: bool,
    pub regression: Regression,
    /// Why the figures are not the newest ones.
    pub problem: Option<Error>,
}

impl ReadingUpdate {
    /// Figures with nothing to say of them.
    pub fn newest(reading: ChainReading) -> Self {
        Self {
            reading: Some(reading),
            lowers_mark: false,
            regression: Regression::default(),
            problem: None,
        }
    }
}

impl HighWaterMark {
    /// Figures at the marked block or above it.
    pub fn reading_at_or_above(&self, reading: ChainReading) -> ReadingUpdate {
        let regressed_from = self
            .regression
            .regressed_from
            .filter(|before| reading.block < *before);
        ReadingUpdate {
            problem: regressed_from.map(|before| went_back(before, reading.block)),
            regression: Regression {
                block_missing_since: None,
                regressed_from,
            },
            reading: Some(reading),
            lowers_mark: false,
        }
    }

    /// Figures below the mark, where no endpoint that answers knows its block.
    pub fn reading_below(
        &self,
        below: ChainReading,
        is_replaced: bool,
        now: Timestamp,
    ) -> ReadingUpdate {
        if is_replaced {
            return ReadingUpdate {
                reading: Some(below),
                lowers_mark: true,
                regression: Regression::default(),
                problem: None,
            };
        }
        let since = match self.regression.block_missing_since {
            // A clock that was set back starts the wait again.
            Some((block, since)) if block == self.block && since <= now => since,
            Some(_) | None => now,
        };
        if now.since(since) < MISSING_FOR {
            return ReadingUpdate {
                reading: None,
                lowers_mark: false,
                regression: Regression {
                    block_missing_since: Some((self.block, since)),
                    ..self.regression.clone()
                },
                problem: Some(waiting(self.block)),
            };
        }
        let before = self
            .regression
            .regressed_from
            .unwrap_or(self.block)
            .max(self.block);
        ReadingUpdate {
            problem: Some(went_back(before, below.block)),
            regression: Regression {
                block_missing_since: None,
                regressed_from: Some(before),
            },
            reading: Some(below),
            lowers_mark: true,
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

    fn reading(block: u64) -> ChainReading {
        let usdc = |cents| Amount::from_cents(cents, Currency::usdc());
        ChainReading {
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

    fn mark(block: u64, regression: Regression) -> HighWaterMark {
        HighWaterMark {
            block,
            hash: B256::ZERO,
            checkpoints: Vec::new(),
            regression,
        }
    }

    #[test]
    fn an_older_block_waits_ten_minutes_and_is_then_said_to_be_one() {
        let mut regression = Regression::default();
        for (seconds, taken) in [(0, false), (1, false), (599, false), (600, true)] {
            let update = mark(1677, regression).reading_below(reading(1674), false, at(seconds));
            assert_eq!(update.reading.is_some(), taken, "{seconds}");
            let code = update.problem.unwrap().code;
            let expected = if taken {
                Code::ChainWentBack
            } else {
                Code::ChainUnavailable
            };
            assert_eq!(code, expected);
            regression = update.regression;
        }
        assert_eq!(regression.regressed_from, Some(1677));
        // The next ones are above the older mark and still below the first one.
        let later = mark(1674, regression.clone()).reading_at_or_above(reading(1676));
        assert_eq!(later.problem.unwrap().code, Code::ChainWentBack);
        assert_eq!(later.regression.regressed_from, Some(1677));
        // Lower still takes ten minutes of its own, and what it fell from stays the highest.
        let lower = mark(1674, regression.clone()).reading_below(reading(1600), false, at(601));
        assert_eq!(lower.reading, None);
        let lower = mark(1674, lower.regression).reading_below(reading(1600), false, at(1_201));
        assert_eq!(lower.regression.regressed_from, Some(1677));
        let back = mark(1674, regression).reading_at_or_above(reading(1677));
        assert_eq!(
            (back.problem, back.regression),
            (None, Regression::default())
        );
    }

    #[test]
    fn a_mark_that_has_moved_and_a_clock_that_was_set_back_start_the_wait_again() {
        for missing in [(1676, at(0)), (1677, at(9_999))] {
            let regression = Regression {
                block_missing_since: Some(missing),
                regressed_from: None,
            };
            let update = mark(1677, regression).reading_below(reading(1), false, at(3_600));
            assert_eq!(update.reading, None);
            assert_eq!(
                update.regression.block_missing_since,
                Some((1677, at(3_600)))
            );
        }
    }

    #[test]
    fn replaced_blocks_lower_the_mark_at_once() {
        let update = mark(1677, Regression::default()).reading_below(reading(5), true, at(0));
        assert!(update.lowers_mark && update.reading.is_some() && update.problem.is_none());
    }
}

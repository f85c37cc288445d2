//! The newest block whose figures were shown, as a mark that later figures do not fall below. An endpoint that is
//! behind, or an older node behind a shared address, therefore never makes a newer figure older. Only two things lower
//! the mark: a quorum of endpoints reports that blocks were replaced, or no endpoint that answers has known the marked
//! block for ten minutes. In the second case the older figures are shown with an error that the chain went back.

use crate::chain_reading::ChainReading;
use crate::clock::{Span, Timestamp};
use crate::error::{ChainDetail, Code, Error};
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

/// How long every endpoint must lack the marked block before an older one takes its place.
const MISSING_BLOCK_TIMEOUT: Span = Span::minutes(10);

/// The newest block whose figures were shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HighWaterMark {
    pub block: u64,
    pub hash: B256,
    /// Older blocks with the hashes that they had, newest first.
    pub checkpoints: Vec<(u64, B256)>,
    pub regression: Regression,
}

/// Why the figures shown are not at the mark. It is stored, so a restart does not change it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regression {
    /// The marked block, and since when no endpoint that answers has known it.
    #[serde(rename = "missing")]
    pub block_missing_since: Option<(u64, Timestamp)>,
    /// The figures shown are older than those of this block, which were shown before.
    #[serde(rename = "fell_from")]
    pub regressed_from: Option<u64>,
}

/// The result of reading the figures with respect to the mark.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadingUpdate {
    /// The figures to show from now on; `None` if those shown before stay.
    pub reading: Option<ChainReading>,
    /// Whether they may be of an older block than those shown before.
    pub lowers_mark: bool,
    pub regression: Regression,
    /// Why the figures are not the newest ones.
    pub problem: Option<Error>,
}

impl ReadingUpdate {
    /// The newest figures, without a problem.
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
            problem: regressed_from.map(|before| chain_went_back(before, reading.block)),
            regression: Regression {
                block_missing_since: None,
                regressed_from,
            },
            reading: Some(reading),
            lowers_mark: false,
        }
    }

    /// Figures below the mark, when no endpoint that answers knows its block.
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
            // A clock that was set back restarts the wait.
            Some((block, since)) if block == self.block && since <= now => since,
            Some(_) | None => now,
        };
        if now.since(since) < MISSING_BLOCK_TIMEOUT {
            return ReadingUpdate {
                reading: None,
                lowers_mark: false,
                regression: Regression {
                    block_missing_since: Some((self.block, since)),
                    ..self.regression.clone()
                },
                problem: Some(waiting_for_block(self.block)),
            };
        }
        let before = self
            .regression
            .regressed_from
            .unwrap_or(self.block)
            .max(self.block);
        ReadingUpdate {
            problem: Some(chain_went_back(before, below.block)),
            regression: Regression {
                block_missing_since: None,
                regressed_from: Some(before),
            },
            reading: Some(below),
            lowers_mark: true,
        }
    }
}

fn waiting_for_block(block: u64) -> Error {
    Error::passing(
        Code::ChainUnavailable,
        ChainDetail::NewestBlockNotReached {
            block: block.to_string(),
        },
    )
}

fn chain_went_back(from: u64, to: u64) -> Error {
    Error::passing(
        Code::ChainWentBack,
        ChainDetail::ChainWentBack {
            from: from.to_string(),
            to: to.to_string(),
        },
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
    fn shows_older_block_after_ten_minutes_with_error() {
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
        // The next figures are above the older mark and still below the first one.
        let later = mark(1674, regression.clone()).reading_at_or_above(reading(1676));
        assert_eq!(later.problem.unwrap().code, Code::ChainWentBack);
        assert_eq!(later.regression.regressed_from, Some(1677));
        // Another ten minutes pass before still older figures are shown, and the block they regressed from stays the
        // highest.
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
    fn moved_mark_or_clock_set_back_restarts_wait() {
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
    fn replaced_blocks_lower_mark_immediately() {
        let update = mark(1677, Regression::default()).reading_below(reading(5), true, at(0));
        assert!(update.lowers_mark && update.reading.is_some() && update.problem.is_none());
    }

    #[test]
    fn regression_keeps_its_stored_field_names() {
        let regression = Regression {
            block_missing_since: Some((1677, Timestamp(5_000))),
            regressed_from: Some(30),
        };
        let stored = r#"{"missing":[1677,"1970-01-01T00:00:05Z"],"fell_from":30}"#;
        assert_eq!(serde_json::to_string(&regression).unwrap(), stored);
        assert_eq!(
            serde_json::from_str::<Regression>(stored).unwrap(),
            regression
        );
    }
}

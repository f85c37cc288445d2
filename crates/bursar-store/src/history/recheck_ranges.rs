//! Ranges of blocks whose events may be incomplete: the balances changed by more than the known events explain. A
//! range is read again, less and less often, until its events explain the change.

use super::reading_table::{read_value, write_value};
use super::{History, ensure_account_number};
use crate::encoding::to_json;
use crate::error::StoreResult;
use bursar_domain::account::AccountId;
use bursar_domain::balances::Balances;
use bursar_domain::chain_event::BalanceEvent;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Result;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

const RECHECK_RANGES_KEY: &str = "doubtful_blocks";
/// Beyond this number, neighbouring ranges are merged: the missing events matter, not the exact ranges.
const MAX_RANGES: usize = 32;
const INITIAL_RETRY_DELAY_MS: i64 = 10_000;
const MAX_RETRY_DELAY: Span = Span::hours(6);

/// A range of blocks to be read again, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecheckRange {
    pub from: u64,
    pub to: u64,
    /// The balances before the first and after the last block; `None` if one more read is all that is needed.
    #[serde(rename = "ends")]
    pub balances_around: Option<(Balances, Balances)>,
    /// The last block that is still to be read in this attempt, which goes from the newest block to the oldest.
    #[serde(rename = "left")]
    pub remaining_to: u64,
    #[serde(rename = "tries")]
    pub attempts: u32,
    #[serde(rename = "due")]
    pub next_attempt_at: Timestamp,
}

impl RecheckRange {
    /// A range whose events do not explain how the balances changed.
    pub fn unexplained(
        from: u64,
        to: u64,
        before: Balances,
        after: Balances,
        now: Timestamp,
    ) -> Self {
        Self {
            from,
            to,
            balances_around: Some((before, after)),
            remaining_to: to,
            attempts: 0,
            next_attempt_at: now,
        }
    }

    /// A range that the user wants read again, whatever its events are.
    pub fn requested(from: u64, to: u64, now: Timestamp) -> Self {
        Self {
            from,
            to,
            balances_around: None,
            remaining_to: to,
            attempts: 0,
            next_attempt_at: now,
        }
    }

    /// Whether these events explain how the balances changed. A range without balances is never explained by known
    /// events.
    pub fn is_explained_by(&self, events: &[BalanceEvent]) -> bool {
        self.balances_around
            .as_ref()
            .is_some_and(|(before, after)| before.reconciles_with(after, events))
    }

    /// Whether both are the same range for the same reason, whatever their attempts.
    pub fn is_same_range(&self, other: &Self) -> bool {
        (self.from, self.to, &self.balances_around)
            == (other.from, other.to, &other.balances_around)
    }

    /// The range could not be read completely: the next attempt continues where this one stopped.
    pub fn record_failure(&mut self, now: Timestamp) {
        let remaining_to = self.remaining_to;
        self.record_unexplained(now);
        self.remaining_to = remaining_to;
    }

    /// The range was read and is still unexplained: all of it is read again, after a longer delay each time.
    pub fn record_unexplained(&mut self, now: Timestamp) {
        let doublings = self.attempts.min(16);
        let wait =
            INITIAL_RETRY_DELAY_MS.saturating_mul(1_i64.checked_shl(doublings).unwrap_or(i64::MAX));
        self.attempts = self.attempts.saturating_add(1);
        self.remaining_to = self.to;
        self.next_attempt_at = now.plus(Span::millis(wait).min(MAX_RETRY_DELAY));
    }

    fn merged_with(self, other: Self) -> Self {
        let (low, high) = if self.from <= other.from {
            (self, other)
        } else {
            (other, self)
        };
        let (from, to) = (low.from, low.to.max(high.to));
        let balances_around = low
            .balances_around
            .zip(high.balances_around)
            .filter(|_| high.to >= low.to)
            .map(|((before, _), (_, after))| (before, after));
        Self {
            from,
            to,
            balances_around,
            remaining_to: to,
            attempts: low.attempts.min(high.attempts),
            next_attempt_at: low.next_attempt_at.min(high.next_attempt_at),
        }
    }
}

impl History {
    /// The ranges to be read again, lowest blocks first.
    pub fn recheck_ranges(&self, account: &AccountId) -> Result<Vec<RecheckRange>> {
        let stored: Option<(Vec<RecheckRange>, Timestamp)> =
            self.get(account, RECHECK_RANGES_KEY)?;
        Ok(stored.map(|(ranges, _)| ranges).unwrap_or_default())
    }

    /// Changes the ranges in one transaction.
    pub fn edit_recheck_ranges(
        &self,
        account: &AccountId,
        now: Timestamp,
        edit: impl FnOnce(&mut Vec<RecheckRange>),
    ) -> Result<()> {
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            let before: Vec<RecheckRange> =
                read_value(transaction, account, RECHECK_RANGES_KEY)?.unwrap_or_default();
            let mut ranges = before.clone();
            edit(&mut ranges);
            ranges.sort_by_key(|range| (range.from, range.to));
            while ranges.len() > MAX_RANGES {
                let second = ranges.remove(1);
                let first = ranges.remove(0);
                ranges.insert(0, first.merged_with(second));
            }
            if ranges == before {
                return Ok(());
            }
            write_value(
                transaction,
                account,
                RECHECK_RANGES_KEY,
                &to_json(&ranges)?,
                now,
            )
        })
    }
}

/// Removes what a reorganisation invalidates: this block and later ones are no longer in the chain.
pub(super) fn roll_back_recheck_ranges(
    connection: &Connection,
    account: i64,
    block: u64,
) -> StoreResult<()> {
    let Some(ranges) = read_value::<Vec<RecheckRange>>(connection, account, RECHECK_RANGES_KEY)?
    else {
        return Ok(());
    };
    let kept: Vec<RecheckRange> = ranges
        .into_iter()
        .filter(|range| range.from < block)
        .map(|range| {
            if range.to < block {
                return range;
            }
            let to = block.saturating_sub(1);
            RecheckRange {
                to,
                balances_around: None,
                remaining_to: to,
                next_attempt_at: Timestamp::default(),
                ..range
            }
        })
        .collect();
    write_value(
        connection,
        account,
        RECHECK_RANGES_KEY,
        &to_json(&kept)?,
        Timestamp::default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::B256;
    use bursar_domain::chain_event::EventBatch;
    use bursar_domain::chain_reading::ChainReading;
    use bursar_domain::high_water_mark::{ReadingUpdate, Regression};
    use bursar_domain::money::{Amount, Currency};

    const NOW: Timestamp = Timestamp(1_769_860_800_000);

    fn hash(block: u64) -> B256 {
        B256::left_padding_from(&block.to_be_bytes())
    }

    fn reading(block: u64, cents: i64) -> ChainReading {
        let usdc = |cents| Amount::from_cents(cents, Currency::usdc());
        ChainReading {
            block,
            block_hash: hash(block),
            block_time: NOW,
            read_at: NOW,
            free: usdc(cents),
            reserved: usdc(0),
            held: usdc(0),
            frozen: false,
        }
    }

    fn balances(cents: i64) -> Balances {
        Balances::from(&reading(1, cents))
    }

    fn history() -> (tempfile::TempDir, History, AccountId) {
        let home = tempfile::tempdir().unwrap();
        let (history, _) = History::open(home.path(), NOW).unwrap();
        (home, history, AccountId::random())
    }

    fn quiet(from: u64, to: u64) -> EventBatch {
        EventBatch {
            events: Vec::new(),
            from,
            to,
            to_hash: hash(to),
        }
    }

    #[test]
    fn delays_retries_and_resumes_interrupted_attempt() {
        let mut range = RecheckRange::unexplained(5, 9, balances(0), balances(1), NOW);
        let mut waits = Vec::new();
        for _ in 0..20 {
            range.remaining_to = 7;
            range.record_unexplained(NOW);
            assert_eq!(range.remaining_to, 9);
            waits.push(range.next_attempt_at.since(NOW));
        }
        assert_eq!(waits[..3], [10, 20, 40].map(Span::seconds));
        assert!(waits.is_sorted());
        assert_eq!(waits[19], Span::hours(6));
        range.remaining_to = 7;
        range.record_failure(NOW);
        assert_eq!(range.remaining_to, 7);
    }

    #[test]
    fn merges_ranges_without_losing_blocks() {
        let (_home, history, account) = history();
        for n in 0..100 {
            let cents = i64::try_from(n).unwrap();
            let range = RecheckRange::unexplained(
                n * 10,
                n * 10 + 4,
                balances(cents),
                balances(cents + 1),
                NOW,
            );
            history
                .edit_recheck_ranges(&account, NOW, |ranges| ranges.push(range))
                .unwrap();
        }
        let ranges = history.recheck_ranges(&account).unwrap();
        assert_eq!(ranges.len(), MAX_RANGES);
        assert_eq!((ranges[0].from, ranges[MAX_RANGES - 1].to), (0, 994));
        let (first, last) = ranges[0].balances_around.clone().unwrap();
        let drawn_together = i64::try_from(100 - MAX_RANGES).unwrap() + 1;
        assert_eq!((first, last), (balances(0), balances(drawn_together)));
    }

    #[test]
    fn reorganisation_removes_ranges() {
        let (_home, history, account) = history();
        history.put_events(&account, &quiet(0, 100)).unwrap();
        let ranges = [(1, 10), (40, 60), (70, 80)]
            .map(|(from, to)| RecheckRange::unexplained(from, to, balances(0), balances(1), NOW));
        history
            .edit_recheck_ranges(&account, NOW, |all| all.extend(ranges.clone()))
            .unwrap();
        history.roll_back_blocks_from(&account, 50).unwrap();
        let kept = history.recheck_ranges(&account).unwrap();
        assert_eq!(kept[0], ranges[0]);
        // The balances after the range are no longer known.
        assert_eq!(
            (kept[1].from, kept[1].to, &kept[1].balances_around),
            (40, 49, &None)
        );
        assert_eq!(kept.len(), 2);
        history.delete_chain_data(&account).unwrap();
        assert!(history.recheck_ranges(&account).unwrap().is_empty());
        assert_eq!(history.high_water_mark(&account).unwrap(), None);
    }

    #[test]
    fn never_lowers_shown_block_and_keeps_balances_at_cursor() {
        let (_home, history, account) = history();
        let put =
            |update: &ReadingUpdate| history.put_reading_update(&account, update, NOW).unwrap();
        let block = || history.reading(&account).unwrap().unwrap().block;
        put(&ReadingUpdate::newest(reading(10, 100)));
        history.put_events(&account, &quiet(0, 10)).unwrap();
        let base = || {
            history
                .balances_at_cursor(&account, (10, hash(10)))
                .unwrap()
        };
        assert_eq!(base(), Some(balances(100)));
        put(&ReadingUpdate::newest(reading(20, 900)));
        put(&ReadingUpdate::newest(reading(30, 950)));
        assert_eq!(
            base(),
            Some(balances(100)),
            "the events are read up to that block"
        );
        put(&ReadingUpdate::newest(reading(29, 1)));
        assert_eq!(block(), 30);
        let back = ReadingUpdate {
            lowers_mark: true,
            regression: Regression {
                block_missing_since: None,
                regressed_from: Some(30),
            },
            ..ReadingUpdate::newest(reading(29, 1))
        };
        put(&back);
        assert_eq!(block(), 29);
        let mark = history.high_water_mark(&account).unwrap().unwrap();
        assert_eq!((mark.block, mark.regression), (29, back.regression));
        put(&ReadingUpdate::newest(reading(31, 1)));
        let mark = history.high_water_mark(&account).unwrap().unwrap();
        assert_eq!((mark.block, mark.regression), (31, Regression::default()));
        history.put_events(&account, &quiet(11, 31)).unwrap();
        let other_fork = history.balances_at_cursor(&account, (31, hash(9))).unwrap();
        assert_eq!(other_fork, None);
    }
}

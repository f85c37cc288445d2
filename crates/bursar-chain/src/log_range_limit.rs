//! How many blocks' logs an RPC is asked for at once. Limits are met, not known: a range that was refused is halved, and
//! after some that were given a longer one is tried, so that what was a passing trouble does not last.

/// Ranges of full length that are given before a longer one is tried.
const PROBE_AFTER: u32 = 8;
/// The same where longer ones were refused again and again: a limit that stands costs one request in so many.
const MAX_PROBE_AFTER: u32 = 1_024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LogRangeLimit {
    /// In blocks.
    max_blocks: u64,
    /// Ranges of that length that were given since it last changed.
    successes: u32,
    /// So many are wanted before a longer one is tried.
    successes_needed: u32,
    /// Whether the length is tried and was not given yet.
    is_probing: bool,
}

impl Default for LogRangeLimit {
    /// No limit has been met.
    fn default() -> Self {
        Self {
            max_blocks: u64::MAX,
            successes: 0,
            successes_needed: PROBE_AFTER,
            is_probing: false,
        }
    }
}

impl LogRangeLimit {
    pub(super) fn max_blocks(self) -> u64 {
        self.max_blocks
    }

    /// A range was refused for its length: this is the next one.
    pub(super) fn shorten_to(&mut self, next: u64) {
        let successes_needed = if self.is_probing {
            self.successes_needed.saturating_mul(2).min(MAX_PROBE_AFTER)
        } else {
            PROBE_AFTER
        };
        *self = Self {
            max_blocks: next.max(1),
            successes: 0,
            successes_needed,
            is_probing: false,
        };
    }

    /// The logs of so many blocks were given.
    pub(super) fn record_success(&mut self, blocks: u64) {
        // A shorter one says nothing of the length.
        if blocks < self.max_blocks {
            return;
        }
        if self.is_probing {
            self.is_probing = false;
            self.successes_needed = PROBE_AFTER;
            self.successes = 0;
        }
        self.successes = self.successes.saturating_add(1);
        if self.successes >= self.successes_needed {
            self.max_blocks = self.max_blocks.saturating_mul(2);
            self.successes = 0;
            self.is_probing = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks for blocks as a reader does, of an RPC that gives at most so many at once; how many requests were answered,
    /// and how many refused.
    fn read(span: &mut LogRangeLimit, blocks: u64, most: u64) -> (u32, u32) {
        let (mut left, mut answered, mut refused) = (blocks, 0, 0);
        while left > 0 {
            let asked = left.min(span.max_blocks());
            if asked > most {
                span.shorten_to(asked.div_ceil(2));
                refused += 1;
            } else {
                span.record_success(asked);
                answered += 1;
                left -= asked;
            }
        }
        (answered, refused)
    }

    #[test]
    fn nothing_is_split_before_a_limit_is_met() {
        assert_eq!(
            read(&mut LogRangeLimit::default(), 20_000, u64::MAX),
            (1, 0)
        );
    }

    #[test]
    fn a_trouble_that_has_passed_is_forgotten() {
        let mut span = LogRangeLimit::default();
        read(&mut span, 100, 1);
        assert!(span.max_blocks() <= 2);
        assert!(read(&mut span, 20_000, u64::MAX).0 < 110);
        assert!(read(&mut span, 20_000, u64::MAX).0 < 11);
        assert!(span.max_blocks() > 2_000);
    }

    #[test]
    fn a_limit_that_stands_costs_little() {
        let mut span = LogRangeLimit::default();
        let (answered, refused) = read(&mut span, 20_000_000, 1_250);
        assert!(answered < 17_000, "{answered}");
        assert!(refused < 40, "{refused}");
    }

    #[test]
    fn a_short_range_says_nothing() {
        let mut span = LogRangeLimit::default();
        span.shorten_to(500);
        for _ in 0..100 {
            span.record_success(499);
        }
        assert_eq!(span.max_blocks(), 500);
    }
}

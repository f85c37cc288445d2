//! How many blocks of logs to ask an endpoint for at once. Limits are discovered, not known: a refused range is halved,
//! and after several successes a longer one is tried, so that a passing problem has no lasting effect.

/// Successes at full length before a longer range is tried.
const PROBE_AFTER: u32 = 8;
/// The same after longer ranges were refused again and again: a permanent limit costs one request in this many.
const MAX_PROBE_AFTER: u32 = 1_024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LogRangeLimit {
    max_blocks: u64,
    /// Ranges of this length that were returned since it last changed.
    successes: u32,
    /// How many are needed before a longer range is tried.
    successes_needed: u32,
    /// Whether this length is being tried and has not succeeded yet.
    is_probing: bool,
}

impl Default for LogRangeLimit {
    /// No limit is known.
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

    /// A range was refused for its length; the next one has `next` blocks.
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

    /// The logs of this many blocks were returned.
    pub(super) fn record_success(&mut self, blocks: u64) {
        // A shorter range proves nothing about this length.
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

    /// Asks for blocks as a reader does, at an endpoint that returns at most `most` at once. Returns how many requests
    /// succeeded, and how many were refused.
    fn read(span: &mut LogRangeLimit, blocks: u64, most: u64) -> (u32, u32) {
        let (mut left, mut answered, mut refused) = (blocks, 0, 0);
        while left > 0 {
            let length = left.min(span.max_blocks());
            if length > most {
                span.shorten_to(length.div_ceil(2));
                refused += 1;
            } else {
                span.record_success(length);
                answered += 1;
                left -= length;
            }
        }
        (answered, refused)
    }

    #[test]
    fn starts_without_limit() {
        assert_eq!(
            read(&mut LogRangeLimit::default(), 20_000, u64::MAX),
            (1, 0)
        );
    }

    #[test]
    fn recovers_after_passing_problem() {
        let mut span = LogRangeLimit::default();
        read(&mut span, 100, 1);
        assert!(span.max_blocks() <= 2);
        assert!(read(&mut span, 20_000, u64::MAX).0 < 110);
        assert!(read(&mut span, 20_000, u64::MAX).0 < 11);
        assert!(span.max_blocks() > 2_000);
    }

    #[test]
    fn permanent_limit_costs_few_requests() {
        let mut span = LogRangeLimit::default();
        let (answered, refused) = read(&mut span, 20_000_000, 1_250);
        assert!(answered < 17_000, "{answered}");
        assert!(refused < 40, "{refused}");
    }

    #[test]
    fn short_range_does_not_raise_limit() {
        let mut span = LogRangeLimit::default();
        span.shorten_to(500);
        for _ in 0..100 {
            span.record_success(499);
        }
        assert_eq!(span.max_blocks(), 500);
    }
}

//! How many blocks' logs an RPC is asked for at once. Limits are met, not known: a range that was refused is halved, and
//! after some that were given a longer one is tried, so that what was a passing trouble does not last.

/// Ranges of full length that are given before a longer one is tried.
const FIRST_PROOF: u32 = 8;
/// The same where longer ones were refused again and again: a limit that stands costs one request in so many.
const LONGEST_PROOF: u32 = 1_024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LogSpan {
    /// In blocks.
    longest: u64,
    /// Ranges of that length that were given since it last changed.
    given: u32,
    /// So many are wanted before a longer one is tried.
    wanted: u32,
    /// Whether the length is tried and was not given yet.
    on_trial: bool,
}

impl Default for LogSpan {
    /// No limit has been met.
    fn default() -> Self {
        Self {
            longest: u64::MAX,
            given: 0,
            wanted: FIRST_PROOF,
            on_trial: false,
        }
    }
}

impl LogSpan {
    pub(super) fn blocks(self) -> u64 {
        self.longest
    }

    /// A range was refused for its length: this is the next one.
    pub(super) fn refused(&mut self, next: u64) {
        let wanted = if self.on_trial {
            self.wanted.saturating_mul(2).min(LONGEST_PROOF)
        } else {
            FIRST_PROOF
        };
        *self = Self {
            longest: next.max(1),
            given: 0,
            wanted,
            on_trial: false,
        };
    }

    /// The logs of so many blocks were given.
    pub(super) fn given(&mut self, blocks: u64) {
        // A shorter one says nothing of the length.
        if blocks < self.longest {
            return;
        }
        if self.on_trial {
            self.on_trial = false;
            self.wanted = FIRST_PROOF;
            self.given = 0;
        }
        self.given = self.given.saturating_add(1);
        if self.given >= self.wanted {
            self.longest = self.longest.saturating_mul(2);
            self.given = 0;
            self.on_trial = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks for blocks as a reader does, of an RPC that gives at most so many at once; how many requests were answered,
    /// and how many refused.
    fn read(span: &mut LogSpan, blocks: u64, most: u64) -> (u32, u32) {
        let (mut left, mut answered, mut refused) = (blocks, 0, 0);
        while left > 0 {
            let asked = left.min(span.blocks());
            if asked > most {
                span.refused(asked.div_ceil(2));
                refused += 1;
            } else {
                span.given(asked);
                answered += 1;
                left -= asked;
            }
        }
        (answered, refused)
    }

    #[test]
    fn nothing_is_split_before_a_limit_is_met() {
        assert_eq!(read(&mut LogSpan::default(), 20_000, u64::MAX), (1, 0));
    }

    #[test]
    fn a_trouble_that_has_passed_is_forgotten() {
        let mut span = LogSpan::default();
        read(&mut span, 100, 1);
        assert!(span.blocks() <= 2);
        assert!(read(&mut span, 20_000, u64::MAX).0 < 110);
        assert!(read(&mut span, 20_000, u64::MAX).0 < 11);
        assert!(span.blocks() > 2_000);
    }

    #[test]
    fn a_limit_that_stands_costs_little() {
        let mut span = LogSpan::default();
        let (answered, refused) = read(&mut span, 20_000_000, 1_250);
        assert!(answered < 17_000, "{answered}");
        assert!(refused < 40, "{refused}");
    }

    #[test]
    fn a_short_range_says_nothing() {
        let mut span = LogSpan::default();
        span.refused(500);
        for _ in 0..100 {
            span.given(499);
        }
        assert_eq!(span.blocks(), 500);
    }
}

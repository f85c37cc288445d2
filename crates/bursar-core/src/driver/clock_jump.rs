//! Notices that the wall clock and the time that has really passed part: the machine was asleep, or somebody set the
//! clock. Looked at whenever the loop wakes up, whatever woke it, so that no busy minute hides it.

use bursar_domain::clock::{Span, Timestamp};
use tokio::time::Instant;

/// Parting by more than this is no matter of measuring.
const TOLERANCE: Span = Span::seconds(20);

pub(super) struct ClockJumpDetector {
    wall: Timestamp,
    steady: Instant,
}

impl ClockJumpDetector {
    pub(super) fn begin(now: Timestamp) -> Self {
        Self {
            wall: now,
            steady: Instant::now(),
        }
    }

    /// Whether the two have parted since the last look; `sleep` is how long the loop meant to wait.
    pub(super) fn has_jumped(&mut self, now: Timestamp, sleep: Span) -> bool {
        let by_wall = now.since(self.wall);
        let passed = i64::try_from(self.steady.elapsed().as_millis()).unwrap_or(i64::MAX);
        *self = Self::begin(now);
        // Where steady time goes on while the machine sleeps, the sleep was much too long instead.
        let overslept = passed.saturating_sub(sleep.0) > TOLERANCE.0;
        overslept || by_wall.0.abs_diff(passed) > TOLERANCE.0.unsigned_abs()
    }
}

//! Notices when the wall clock and the elapsed time diverge: the machine was asleep, or somebody set the clock. The
//! loop checks it whenever it wakes up, so that no busy minute hides a jump.

use bursar_domain::clock::{Span, Timestamp};
use tokio::time::Instant;

/// A smaller difference is measurement error.
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

    /// Whether the two have diverged since the last check; `sleep` is how long the loop meant to sleep.
    pub(super) fn has_jumped(&mut self, now: Timestamp, sleep: Span) -> bool {
        let by_wall = now.since(self.wall);
        let passed = i64::try_from(self.steady.elapsed().as_millis()).unwrap_or(i64::MAX);
        *self = Self::begin(now);
        // If the steady clock runs on while the machine sleeps, the sleep was much too long instead.
        let overslept = passed.saturating_sub(sleep.0) > TOLERANCE.0;
        overslept || by_wall.0.abs_diff(passed) > TOLERANCE.0.unsigned_abs()
    }
}

//! Exponential back-off and jitter: how long to wait after failures in a row, and how to spread requests so that many
//! desktops do not send them at the same moment. Everything that asks a server again uses this: the engine's schedule and
//! resends, the health of RPC endpoints, and the WebSocket subscription.

use crate::clock::Span;

/// A wait that doubles with each failure, up to a limit. The caller counts the failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first failure.
    pub first: Span,
    pub longest: Span,
}

impl Backoff {
    /// For any server: half a second, doubling to a minute.
    pub const SERVER: Self = Self {
        first: Span::millis(500),
        longest: Span::seconds(60),
    };

    /// The wait after this many failures in a row, without jitter. No failure counts as one.
    #[must_use]
    pub fn wait(self, failures: u32) -> Span {
        let doublings = failures.saturating_sub(1).min(32);
        let factor = 1_i64.checked_shl(doublings).unwrap_or(i64::MAX);
        Span::millis(self.first.0.saturating_mul(factor)).min(self.longest)
    }
}

/// Between nine and eleven tenths of the span. `entropy` is any random number.
#[must_use]
pub fn jitter(span: Span, entropy: u64) -> Span {
    let tenth = (span.0 / 10).max(1);
    let width = tenth.saturating_mul(2).saturating_add(1);
    let offset = i64::try_from(entropy % u64::try_from(width).unwrap_or(1)).unwrap_or(0);
    Span(span.0.saturating_sub(tenth).saturating_add(offset))
}

/// The span, or up to this many percent more. Unlike [`jitter`], it is never shorter, so no request is sent earlier
/// than the wait allows.
#[must_use]
pub fn lengthen(span: Span, percent: i64, entropy: u64) -> Span {
    let most = span.0.saturating_mul(percent) / 100;
    let choices = u64::try_from(most).unwrap_or(0).saturating_add(1);
    let more = i64::try_from(entropy % choices).unwrap_or(0);
    Span(span.0.saturating_add(more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_doubles_from_half_a_second_to_a_minute() {
        let waits: Vec<i64> = (1..=9)
            .map(|failures| Backoff::SERVER.wait(failures).0)
            .collect();
        assert_eq!(
            waits,
            [
                500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000
            ]
        );
        assert_eq!(Backoff::SERVER.wait(0), Span::millis(500));
        assert_eq!(Backoff::SERVER.wait(u32::MAX), Span::seconds(60));
    }

    #[test]
    fn wait_stays_within_limits_of_any_size() {
        let backoff = Backoff {
            first: Span(i64::MAX / 2),
            longest: Span(i64::MAX),
        };
        assert_eq!(backoff.wait(1), Span(i64::MAX / 2));
        assert_eq!(backoff.wait(u32::MAX), Span(i64::MAX));
    }

    #[test]
    fn jitter_stays_within_a_tenth_and_reaches_both_ends() {
        let second = Span::seconds(1);
        assert_eq!(jitter(second, 0), Span::millis(900));
        assert_eq!(jitter(second, 200), Span::millis(1_100));
        assert_eq!(jitter(second, 201), Span::millis(900));
        for entropy in [0, 1, 12_345, u64::MAX] {
            let at = jitter(Span::minutes(10), entropy);
            assert!(at >= Span::minutes(9) && at <= Span::minutes(11));
        }
    }

    #[test]
    fn lengthen_never_shortens_and_reaches_its_limit() {
        let second = Span::seconds(1);
        assert_eq!(lengthen(second, 20, 0), second);
        assert_eq!(lengthen(second, 20, 200), Span::millis(1_200));
        assert_eq!(lengthen(second, 20, 201), second);
        assert_eq!(lengthen(second, 25, 250), Span::millis(1_250));
        assert_eq!(lengthen(Span(0), 25, u64::MAX), Span(0));
        assert!(lengthen(Span(i64::MAX), 25, u64::MAX) >= Span(i64::MAX / 4));
    }
}

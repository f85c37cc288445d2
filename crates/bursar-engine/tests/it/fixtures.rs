//! Times, amounts and payments that the tests share.

use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::{Amount, Currency};

pub(crate) fn noon() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-31T12:00:00Z").unwrap()
}

pub(crate) fn minutes_after_noon(minutes: i64) -> Timestamp {
    noon().plus(Span::minutes(minutes))
}

pub(crate) fn eight_in_the_morning() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-31T08:00:00Z").unwrap()
}

pub(crate) fn usdc(cents: i64) -> Amount {
    Amount::from_cents(cents, Currency::usdc())
}

pub(crate) fn usd(cents: i64) -> Amount {
    Amount::from_cents(cents, Currency::new("USD").unwrap())
}

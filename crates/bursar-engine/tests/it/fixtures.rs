//! Times, amounts and payments that the tests share.

use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{Documents, Purpose, RemotePayment, Status};

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

/// A top-up as a provider reports it: created at that time, and not updated since.
pub(crate) fn remote_top_up(
    id: impl Into<String>,
    status: Status,
    amount: Amount,
    at: Timestamp,
) -> RemotePayment {
    RemotePayment {
        id: id.into(),
        status,
        amount,
        fee: None,
        source: None,
        created_at: at,
        updated_at: at,
        expires_at: None,
        checkout: None,
        transaction: None,
        purpose: Purpose::TopUp,
        reason: None,
        documents: Documents::default(),
    }
}

//! A top-up in the form that providers report, with only the fields that a test needs.

use bursar_domain::clock::Timestamp;
use bursar_domain::money::Amount;
use bursar_domain::payment::{Documents, Purpose, RemotePayment, Status};

/// A top-up that was created at `at` and has not changed since.
pub(crate) fn top_up(
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

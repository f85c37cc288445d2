//! The API's legacy calls for CopperX payments. Only they report the fee, the transaction and whether the money is on
//! its way, so Bursar makes them in addition to the current calls. A legacy call may be gone, forbidden or down. Its
//! details are then unknown, and Bursar pauses the legacy calls for a while.

use super::api_client::{ApiClient, Call};
use super::wire::{self, Pagination, base_units};
use crate::response_fields::Object;
use alloy_primitives::B256;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error, ResponseObject, Result};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{RemotePayment, Status};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The most legacy pages that Bursar reads to complete one page of the current history.
const MAX_PAGES: u64 = 4;
/// Extends the requested range at both ends, because the API may exclude the ends.
const RANGE_MARGIN: Span = Span::seconds(2);
/// How long the legacy calls pause after one was rejected, gone or unreadable.
const PAUSE_WHEN_GONE: Duration = Duration::from_secs(600);
/// How long the legacy calls pause after any other failure. Also the minimum if the provider specifies a time.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(15);

/// Makes the legacy calls, and remembers until when they pause.
#[derive(Debug, Default)]
pub(super) struct LegacyCalls {
    quiet_until: Mutex<Option<Instant>>,
}

/// The details that a legacy call adds to a payment.
struct LegacyRow {
    /// `None` if this version does not know the status.
    status: Option<LegacyStatus>,
    fee: Option<Amount>,
    transaction: Option<B256>,
    expires_at: Option<Timestamp>,
}

/// The payment statuses of the legacy calls.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LegacyStatus {
    Created,
    Pending,
    Completed,
    AmlFailed,
    Canceled,
    Expired,
    Failed,
}

impl LegacyCalls {
    /// Adds the details from `/v1/billing/top_up/pending` to the open top-up with the same id.
    pub(super) async fn complete_pending(&self, api: &ApiClient, payment: &mut RemotePayment) {
        let call = Call::get(&["v1", "billing", "top_up", "pending"], None);
        let found = self
            .ask(async { legacy_pending(&api.send_once(&call).await?) })
            .await;
        if let Some(Some((id, row))) = found
            && id == payment.id
        {
            row.add_to(payment);
        }
    }

    /// Adds the details from `/v2/billing/get_history` to a page of the history, by id.
    pub(super) async fn complete_history(&self, api: &ApiClient, payments: &mut [RemotePayment]) {
        let times = || payments.iter().map(|payment| payment.created_at);
        let (Some(oldest), Some(newest)) = (times().min(), times().max()) else {
            return;
        };
        let (start, end) = (oldest.minus(RANGE_MARGIN), newest.plus(RANGE_MARGIN));
        let Some(rows) = self.ask(read_range(api, start, end)).await else {
            return;
        };
        for payment in payments {
            if let Some(row) = rows.get(&payment.id) {
                row.add_to(payment);
            }
        }
    }

    /// Makes the call, unless the legacy calls are paused. Returns `None` if they are, or if the call fails.
    async fn ask<T>(&self, call: impl Future<Output = Result<T>>) -> Option<T> {
        let quiet = *self
            .quiet_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if quiet.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        match call.await {
            Ok(answer) => Some(answer),
            Err(error) => {
                tracing::debug!(code = ?error.code, "an older call is unknown for now");
                let until = Instant::now().checked_add(pause(&error));
                *self
                    .quiet_until
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = until;
                None
            }
        }
    }
}

fn pause(error: &Error) -> Duration {
    let asked = error
        .retry_after
        .and_then(|span| u64::try_from(span.0).ok())
        .map(Duration::from_millis);
    match asked {
        Some(asked) => asked.max(PAUSE_AFTER_FAILURE),
        None if matches!(
            error.code,
            Code::Unauthorized | Code::Forbidden | Code::NotFound | Code::AnswerMalformed
        ) =>
        {
            PAUSE_WHEN_GONE
        }
        None => PAUSE_AFTER_FAILURE,
    }
}

async fn read_range(
    api: &ApiClient,
    start: Timestamp,
    end: Timestamp,
) -> Result<HashMap<String, LegacyRow>> {
    let mut rows = HashMap::new();
    let mut seen = 0_u64;
    let mut page = None;
    for _ in 0..MAX_PAGES {
        let mut call = Call::get(&["v2", "billing", "get_history"], None)
            .with("start", wire::rfc3339(start))
            .with("end", wire::rfc3339(end))
            .with("sort", "createdAt")
            .with("order", "desc")
            .with("perPage", "100");
        if let Some(page) = page {
            call = call.with("page", u64::to_string(&page));
        }
        let (pagination, lines) = read_page(&api.send_once(&call).await?, &mut rows)?;
        // Without readable pagination, no further page can be requested.
        let Some(pagination) = pagination else { break };
        seen = seen.saturating_add(lines);
        let complete = pagination.filtered_records.is_some_and(|all| seen >= all);
        let moved = page.is_none_or(|page| page == pagination.current_page);
        if complete || !moved {
            break;
        }
        page = pagination.current_page.checked_add(1);
    }
    Ok(rows)
}

/// Adds the page's rows to `rows` by id. Returns the pagination if it is readable, and the number of all rows, readable
/// or not.
fn read_page(
    body: &[u8],
    rows: &mut HashMap<String, LegacyRow>,
) -> Result<(Option<Pagination>, u64)> {
    let page = Object::parse(ResponseObject::Page, body)?;
    let mut lines = 0_u64;
    for item in page.each("items", ResponseObject::TopUp)? {
        lines = lines.saturating_add(1);
        // The details of an unreadable row stay unknown. The other rows are not affected.
        match item.as_ref().map_err(Clone::clone).and_then(read_row) {
            Ok((id, row)) => {
                rows.insert(id, row);
            }
            Err(error) => tracing::debug!(message = %error.detail, "an older line is unknown"),
        }
    }
    Ok((Pagination::read(&page).ok(), lines))
}

fn legacy_pending(body: &[u8]) -> Result<Option<(String, LegacyRow)>> {
    Object::parse(ResponseObject::TopUp, body)?
        .object_or_null("pendingTopUp", ResponseObject::TopUp)?
        .as_ref()
        .map(read_row)
        .transpose()
}

fn read_row(item: &Object<'_>) -> Result<(String, LegacyRow)> {
    let id = item.token("id")?;
    // A field that cannot be read is unknown. The other fields are not affected.
    let status = match item.raw_text("status").unwrap_or_default().as_str() {
        "created" => Some(LegacyStatus::Created),
        "pending" => Some(LegacyStatus::Pending),
        "completed" => Some(LegacyStatus::Completed),
        "aml_failed" => Some(LegacyStatus::AmlFailed),
        "canceled" => Some(LegacyStatus::Canceled),
        "expired" => Some(LegacyStatus::Expired),
        "failed" => Some(LegacyStatus::Failed),
        _ => None,
    };
    let row = LegacyRow {
        status,
        fee: legacy_fee(item),
        transaction: item
            .raw_text_or_null("balanceContractTxAddress")
            .ok()
            .flatten()
            .and_then(|text| transaction(&text)),
        expires_at: item.time_or_null("expiresAt").ok().flatten(),
    };
    Ok((id, row))
}

/// The sum of both fees, in the currency that the row names. `None` if a part is unreadable.
fn legacy_fee(item: &Object<'_>) -> Option<Amount> {
    let unit = Currency::new(&item.raw_text("currency").ok()?).ok()?;
    let gas = base_units(item, "copperxGasFee", &unit).ok()?;
    base_units(item, "copperxFee", &unit)
        .ok()?
        .checked_add(&gas)
}

/// Reads a transaction hash: `0x` and 64 hexadecimal digits.
fn transaction(text: &str) -> Option<B256> {
    text.starts_with("0x").then(|| text.parse().ok())?
}

impl LegacyRow {
    fn add_to(&self, payment: &mut RemotePayment) {
        // A fee in another currency than the payment's amount is not its fee.
        payment.fee = self
            .fee
            .clone()
            .filter(|fee| fee.currency() == payment.amount.currency());
        payment.transaction = self.transaction;
        payment.expires_at = payment.expires_at.or(self.expires_at);
        // The current calls decide the status. The legacy calls only show whether an open payment's money is on its
        // way.
        let on_its_way = matches!(
            self.status,
            Some(LegacyStatus::Pending | LegacyStatus::Completed)
        );
        if payment.status == Status::Open && on_its_way {
            payment.status = Status::Confirming;
        }
    }
}

//! Payments: list (newest first), read, cancel, and download the invoice.

use std::ops::Bound;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use time::OffsetDateTime;

use super::auth::Caller;
use super::paging::{Page, wrong_parameter};
use super::problem::{ApiResult, Code, Problem};
use super::response::ok;
use crate::clock;
use crate::http::Params;
use crate::panel::invoice;
use crate::panel::payment::{Payment, ReasonCode, Status};
use crate::panel::state::Account;
use crate::sandbox::Sandbox;

const FILTERS: [&str; 4] = ["status", "payer", "created_since", "updated_since"];

/// The filter of the list.
#[derive(Clone, Debug)]
struct Filter<'a> {
    statuses: Option<Vec<Status>>,
    payer: Option<&'a str>,
    created_since: Option<OffsetDateTime>,
    updated_since: Option<OffsetDateTime>,
}

impl<'a> Filter<'a> {
    fn read(params: &'a Params) -> Result<Self, Problem> {
        let statuses = params
            .get("status")
            .map(|text| {
                text.split(',')
                    .map(|name| Status::ALL.into_iter().find(|status| status.name() == name))
                    .collect::<Option<Vec<_>>>()
                    .ok_or_else(|| wrong_parameter("status", "Must be a list of payment statuses"))
            })
            .transpose()?;
        Ok(Self {
            statuses,
            payer: id_param(params, "payer")?,
            created_since: time_param(params, "created_since")?,
            updated_since: time_param(params, "updated_since")?,
        })
    }

    fn matches(&self, payment: &Payment) -> bool {
        self.statuses
            .as_ref()
            .is_none_or(|statuses| statuses.contains(&payment.status))
            && self.payer.is_none_or(|payer| payment.payer.id == payer)
            && self
                .created_since
                .is_none_or(|since| payment.created_at >= since)
            && self
                .updated_since
                .is_none_or(|since| payment.updated_at >= since)
    }
}

/// An id, which may be unknown but has the form that the description gives it.
fn id_param<'a>(params: &'a Params, name: &str) -> Result<Option<&'a str>, Problem> {
    let is_id = |text: &str| {
        (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    match params.get(name) {
        Some(text) if !is_id(text) => Err(wrong_parameter(name, "Must be an id")),
        text => Ok(text),
    }
}

fn time_param(params: &Params, name: &str) -> Result<Option<OffsetDateTime>, Problem> {
    params
        .get(name)
        .map(|text| {
            clock::parse_rfc3339(text)
                .ok_or_else(|| wrong_parameter(name, "Must be an RFC 3339 time"))
        })
        .transpose()
}

/// `GET /payments`
pub(super) async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    params: Params,
) -> ApiResult {
    let page = Page::read(&params, "payments", &FILTERS, sandbox.clock.now())?;
    let filter = Filter::read(&params)?;
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    let end = page.after.clone().map_or(Bound::Unbounded, Bound::Excluded);
    let items = account
        .payments()
        .range((Bound::Unbounded, end))
        .rev()
        .filter(|(_, payment)| filter.matches(payment))
        .map(|(sort_key, payment)| (sort_key.clone(), payment));
    ok(&page.take_page(items, |_, payment| payment.to_json(account.currency)))
}

fn find<'a>(account: &'a Account, id: &str) -> Result<&'a Payment, Problem> {
    account
        .payment(id)
        .ok_or_else(|| Problem::not_found("payment", id))
}

/// `GET /payments/{payment}`
pub(super) async fn read(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult {
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    ok(&find(account, &id)?.to_json(account.currency))
}

/// `POST /payments/{payment}/cancel`
pub(super) async fn cancel(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult {
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    let payment = find(account, &id)?;
    match payment.status {
        Status::Cancelled => {}
        Status::New => {
            let reason = ReasonCode::CancelledByUser.reason();
            account.set_status(&id, Status::Cancelled, Some(reason), now);
        }
        Status::Processing
        | Status::Trusted
        | Status::Paid
        | Status::WaitingRefund
        | Status::Refunded
        | Status::Fraudulent => {
            let status = payment.status.name().replace('_', " ");
            let detail = format!("Payment {} is {status}.", payment.number);
            return Err(Problem::new(Code::NotCancellable, detail));
        }
    }
    ok(&find(account, &id)?.to_json(account.currency))
}

/// `GET /payments/{payment}/invoice`
pub(super) async fn invoice(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult {
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    let payment = find(account, &id)?;
    if !payment.has_invoice() {
        let detail = format!(
            "Payment {} has no invoice yet. It gets one when it is paid.",
            payment.number
        );
        return Err(Problem::new(Code::NoInvoice, detail));
    }
    let name = format!("attachment; filename=\"invoice-{}.pdf\"", payment.number);
    Ok((
        [
            (header::CONTENT_TYPE, "application/pdf".to_owned()),
            (header::CONTENT_DISPOSITION, name),
            (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        ],
        invoice::pdf(account, payment),
    )
        .into_response())
}

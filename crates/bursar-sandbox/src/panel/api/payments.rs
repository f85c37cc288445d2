//! Payments: listed newest first, read, given up, and their invoices.

use std::ops::Bound;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use time::OffsetDateTime;

use super::auth::Caller;
use super::ok;
use super::paging::{Page, wrong_parameter};
use super::problem::{Answer, Code, Problem};
use crate::clock;
use crate::http::Params;
use crate::panel::invoice;
use crate::panel::payment::{Payment, Status, Why};
use crate::panel::state::Account;
use crate::world::World;

const FILTERS: [&str; 4] = ["status", "payer", "created_since", "updated_since"];

/// Which payments are asked for.
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
                    .ok_or_else(|| wrong_parameter("status", "Must be statuses of payments"))
            })
            .transpose()?;
        Ok(Self {
            statuses,
            payer: params.get("payer"),
            created_since: time_of(params, "created_since")?,
            updated_since: time_of(params, "updated_since")?,
        })
    }

    fn takes(&self, payment: &Payment) -> bool {
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

fn time_of(params: &Params, name: &str) -> Result<Option<OffsetDateTime>, Problem> {
    params
        .get(name)
        .map(|text| {
            clock::parse(text).ok_or_else(|| wrong_parameter(name, "Must be an RFC 3339 time"))
        })
        .transpose()
}

/// `GET /payments`
pub(super) async fn list(
    State(world): State<Arc<World>>,
    caller: Caller,
    params: Params,
) -> Answer {
    let page = Page::read(&params, "payments", &FILTERS, world.clock.now())?;
    let filter = Filter::read(&params)?;
    let mut panel = world.panel();
    let account = caller.account(&mut panel)?;
    let end = page.after.clone().map_or(Bound::Unbounded, Bound::Excluded);
    let items = account
        .payments()
        .range((Bound::Unbounded, end))
        .rev()
        .filter(|(_, payment)| filter.takes(payment))
        .map(|(place, payment)| (place.clone(), payment));
    ok(&page.cut(items, |_, payment| payment.to_json(account.currency)))
}

fn find<'a>(account: &'a Account, id: &str) -> Result<&'a Payment, Problem> {
    account
        .payment(id)
        .ok_or_else(|| Problem::not_found("payment", id))
}

/// `GET /payments/{payment}`
pub(super) async fn read(
    State(world): State<Arc<World>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    let mut panel = world.panel();
    let account = caller.account(&mut panel)?;
    ok(&find(account, &id)?.to_json(account.currency))
}

/// `POST /payments/{payment}/cancel`
pub(super) async fn cancel(
    State(world): State<Arc<World>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    let now = world.clock.now();
    let mut panel = world.panel();
    let account = caller.account(&mut panel)?;
    let payment = find(account, &id)?;
    match payment.status {
        Status::Cancelled => {}
        Status::New => {
            let reason = Why::CancelledByUser.reason();
            account.turn(&id, Status::Cancelled, Some(reason), now);
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
    State(world): State<Arc<World>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    let mut panel = world.panel();
    let account = caller.account(&mut panel)?;
    let payment = find(account, &id)?;
    if !payment.has_invoice() {
        let detail = format!(
            "Payment {} has no invoice; it comes when it is paid.",
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

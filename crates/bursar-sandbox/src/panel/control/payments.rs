//! Changes payments outside the API: creates them in the panel, sets their status, settles, expires and ages them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::lookup::{account, parse_amount};
use super::methods::DebitOutcome;
use crate::http::{ApiError, ApiResult, json_response, ok, parse_body};
use crate::panel::new_id;
use crate::panel::payment::{Payment, Purpose, Reason, ReasonCode, Status};
use crate::panel::state::{Account, Panel};
use crate::sandbox::Sandbox;

pub(super) fn payment_json(account: &Account, payment: &Payment) -> Value {
    let mut described = payment.to_json(account.currency);
    if let Some(members) = described.as_object_mut() {
        let page = payment.page.as_ref();
        members.insert("user_id".to_owned(), json!(account.id));
        members.insert("given".to_owned(), payment.fulfilled.into());
        members.insert(
            "return_url".to_owned(),
            json!(page.map(|page| page.return_url.as_str())),
        );
        // Present even when the page has nothing left to do.
        members.insert(
            "page_address".to_owned(),
            json!(page.map(|page| page.url.as_str())),
        );
    }
    described
}

fn owner_of<'a>(panel: &'a mut Panel, id: &str) -> Result<&'a mut Account, ApiError> {
    panel
        .owner_of_payment(id)
        .ok_or_else(|| ApiError::not_found("No such payment"))
}

fn changed_payment(sandbox: &Sandbox, panel: &mut Panel, id: &str) -> ApiResult {
    sandbox.panel_payment_changed.notify_waiters();
    let account = owner_of(panel, id)?;
    let described = account
        .payment(id)
        .map(|payment| payment_json(account, payment));
    ok(&json!(described))
}

pub(super) async fn read(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<String>) -> ApiResult {
    changed_payment(&sandbox, &mut sandbox.panel(), &id)
}

#[derive(Debug, Deserialize)]
struct PaymentRequest {
    amount: String,
    #[serde(default = "default_status")]
    status: Status,
    reason: Option<ReasonCode>,
}

fn default_status() -> Status {
    Status::Paid
}

/// Creates a top-up in the panel itself, not through the API: by invoice, for the default payer.
pub(super) async fn create(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: PaymentRequest = parse_body(&bytes)?;
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    let account = account(&mut panel, id)?;
    let minor = parse_amount(account.currency, &request.amount)?;
    let payer = account
        .payers
        .iter()
        .find(|payer| payer.is_default)
        .map(|payer| payer.id.clone())
        .ok_or_else(|| ApiError::conflict("The user has no payer"))?;
    let method = account
        .methods
        .iter()
        .filter(|method| method.payer == payer)
        .map(|method| method.snapshot())
        .find(|snapshot| snapshot.kind == "invoice");
    let (Some(payer), Some(method)) = (account.payer_snapshot(&payer), method) else {
        return Err(ApiError::conflict("The payer has no invoice"));
    };
    let names = (new_id("pay"), account.next_number(now));
    let payment = Payment::new(names, Purpose::TopUp, payer, Arc::new(method), minor, now);
    let id = payment.id.clone();
    account.insert_payment(payment);
    account.set_status(
        &id,
        request.status,
        request.reason.map(ReasonCode::reason),
        now,
    );
    let described = account
        .payment(&id)
        .map(|payment| payment_json(account, payment));
    Ok(json_response(StatusCode::CREATED, &json!(described)))
}

#[derive(Debug, Deserialize)]
struct StatusRequest {
    status: Status,
    reason: Option<ReasonCode>,
    message: Option<String>,
    /// Allows transitions that the API description rules out.
    #[serde(default)]
    force: bool,
}

pub(super) async fn set_status(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> ApiResult {
    let request: StatusRequest = parse_body(&bytes)?;
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    let account = owner_of(&mut panel, &id)?;
    let current = account.payment(&id).map(|payment| payment.status);
    let allowed =
        current.is_some_and(|current| current.allowed_transitions().contains(&request.status));
    if !allowed && !request.force {
        return Err(ApiError::conflict(format!(
            "{} cannot change to {}; use \"force\": true to override",
            current.map_or("nothing", Status::name),
            request.status.name()
        )));
    }
    let reason = request.reason.map(|code| Reason {
        code,
        message: request.message.unwrap_or_else(|| code.reason().message),
    });
    account.set_status(&id, request.status, reason, now);
    changed_payment(&sandbox, &mut panel, &id)
}

#[derive(Debug, Deserialize)]
struct SettleRequest {
    outcome: DebitOutcome,
}

/// Settles a payment that is processing, including one that hangs.
pub(super) async fn settle(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> ApiResult {
    let request: SettleRequest = parse_body(&bytes)?;
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    let account = owner_of(&mut panel, &id)?;
    let current = account.payment(&id).map(|payment| payment.status);
    if current != Some(Status::Processing) {
        return Err(ApiError::conflict("The payment is not processing"));
    }
    account.settle(&id, request.outcome.outcome(), now);
    changed_payment(&sandbox, &mut panel, &id)
}

/// Expires the payment's page now.
pub(super) async fn expire(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
) -> ApiResult {
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    let account = owner_of(&mut panel, &id)?;
    if let Some(page) = account
        .payment_mut(&id)
        .and_then(|payment| payment.page.as_mut())
    {
        page.expires_at = now;
    }
    panel.catch_up(now);
    changed_payment(&sandbox, &mut panel, &id)
}

#[derive(Debug, Deserialize)]
struct AgeRequest {
    seconds: u32,
}

pub(super) async fn age(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> ApiResult {
    let by = Duration::seconds(i64::from(parse_body::<AgeRequest>(&bytes)?.seconds));
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    owner_of(&mut panel, &id)?.age_payment(&id, by);
    panel.catch_up(now);
    changed_payment(&sandbox, &mut panel, &id)
}

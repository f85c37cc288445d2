//! Payments in other hands: made in the panel itself, put into any status, ended by the payment system, aged.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::methods::Debit;
use super::{account, amount};
use crate::http::{Answer, ApiError, body, json_answer, ok};
use crate::panel::fresh_id;
use crate::panel::payment::{Payment, Purpose, Reason, Status, Why};
use crate::panel::state::{Account, Panel};
use crate::world::World;

pub(super) fn describe(account: &Account, payment: &Payment) -> Value {
    let mut described = payment.to_json(account.currency);
    if let Some(members) = described.as_object_mut() {
        let page = payment.page.as_ref();
        members.insert("user_id".to_owned(), json!(account.id));
        members.insert("given".to_owned(), payment.given.into());
        members.insert(
            "return_url".to_owned(),
            json!(page.map(|page| page.return_url.as_str())),
        );
        // Also when there is nothing to do there any more.
        members.insert(
            "page_address".to_owned(),
            json!(page.map(|page| page.url.as_str())),
        );
    }
    described
}

fn find<'a>(panel: &'a mut Panel, id: &str) -> Result<&'a mut Account, ApiError> {
    panel
        .owner_of(id)
        .ok_or_else(|| ApiError::not_found("No such payment"))
}

fn answer(world: &World, panel: &mut Panel, id: &str) -> Answer {
    world.panel_turned.notify_waiters();
    let account = find(panel, id)?;
    let described = account
        .payment(id)
        .map(|payment| describe(account, payment));
    ok(&json!(described))
}

pub(super) async fn read(State(world): State<Arc<World>>, Path(id): Path<String>) -> Answer {
    answer(&world, &mut world.panel(), &id)
}

#[derive(Debug, Deserialize)]
struct Made {
    amount: String,
    #[serde(default = "paid")]
    status: Status,
    reason: Option<Why>,
}

fn paid() -> Status {
    Status::Paid
}

/// A top-up that was made in the panel, not through its API: by invoice, of the default payer.
pub(super) async fn make(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let made: Made = body(&bytes)?;
    let now = world.clock.now();
    let mut panel = world.panel();
    let account = account(&mut panel, id)?;
    let minor = amount(account.currency, &made.amount)?;
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
        .map(|method| method.named())
        .find(|named| named.kind == "invoice");
    let (Some(payer), Some(method)) = (account.payer_named(&payer), method) else {
        return Err(ApiError::conflict("The payer has no invoice"));
    };
    let payment = Payment {
        id: fresh_id("pay"),
        number: account.next_number(now),
        status: Status::New,
        reason: None,
        purpose: Purpose::TopUp,
        payer,
        method: Arc::new(method),
        minor,
        created_at: now,
        updated_at: now,
        paid_at: None,
        page: None,
        settles: None,
        saves_method: false,
        saved_method: None,
        given: false,
    };
    let id = payment.id.clone();
    account.insert_payment(payment);
    account.turn(&id, made.status, made.reason.map(Why::reason), now);
    let described = account
        .payment(&id)
        .map(|payment| describe(account, payment));
    Ok(json_answer(StatusCode::CREATED, &json!(described)))
}

#[derive(Debug, Deserialize)]
struct WantedStatus {
    status: Status,
    reason: Option<Why>,
    message: Option<String>,
    /// Also where the API's description knows no such way.
    #[serde(default)]
    force: bool,
}

pub(super) async fn status(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Answer {
    let wanted: WantedStatus = body(&bytes)?;
    let now = world.clock.now();
    let mut panel = world.panel();
    let account = find(&mut panel, &id)?;
    let present = account.payment(&id).map(|payment| payment.status);
    let allowed = present.is_some_and(|present| present.next().contains(&wanted.status));
    if !allowed && !wanted.force {
        return Err(ApiError::conflict(format!(
            "{} does not go on to {}; \"force\": true does it all the same",
            present.map_or("nothing", Status::name),
            wanted.status.name()
        )));
    }
    let reason = wanted.reason.map(|why| Reason {
        why,
        message: wanted.message.unwrap_or_else(|| why.reason().message),
    });
    account.turn(&id, wanted.status, reason, now);
    answer(&world, &mut panel, &id)
}

#[derive(Debug, Deserialize)]
struct Settled {
    outcome: Debit,
}

/// The payment system's answer to a payment that is processing, also to one that hangs.
pub(super) async fn settle(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Answer {
    let settled: Settled = body(&bytes)?;
    let now = world.clock.now();
    let mut panel = world.panel();
    let account = find(&mut panel, &id)?;
    let present = account.payment(&id).map(|payment| payment.status);
    if present != Some(Status::Processing) {
        return Err(ApiError::conflict("The payment is not processing"));
    }
    account.settle(&id, settled.outcome.outcome(), now);
    answer(&world, &mut panel, &id)
}

/// Its page's hour is over now.
pub(super) async fn expire(State(world): State<Arc<World>>, Path(id): Path<String>) -> Answer {
    let now = world.clock.now();
    let mut panel = world.panel();
    let account = find(&mut panel, &id)?;
    if let Some(page) = account
        .payment_mut(&id)
        .and_then(|payment| payment.page.as_mut())
    {
        page.expires_at = now;
    }
    panel.catch_up(now);
    answer(&world, &mut panel, &id)
}

#[derive(Debug, Deserialize)]
struct Age {
    seconds: u32,
}

pub(super) async fn age(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Answer {
    let by = Duration::seconds(i64::from(body::<Age>(&bytes)?.seconds));
    let now = world.clock.now();
    let mut panel = world.panel();
    find(&mut panel, &id)?.age_payment(&id, by);
    panel.catch_up(now);
    answer(&world, &mut panel, &id)
}

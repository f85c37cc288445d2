//! Payment methods: listed by payer, added through a hosted page, made the default, removed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::auth::Caller;
use super::body::{Fields, Sent, invalid};
use super::problem::{Answer, Code, Problem};
use super::{created, idempotency, ok, return_url};
use crate::http::Params;
use crate::panel::method::{Kind, Method, Saved, SavedStatus};
use crate::panel::payment::{Page, Step};
use crate::panel::state::{Account, Target};
use crate::panel::{fresh_id, pages};
use crate::world::World;

const OPERATION: &str = "add_payment_method";
/// How long its page waits for the user.
const LIFE: Duration = Duration::hours(1);

/// `GET /payment-methods`
pub(super) async fn list(
    State(world): State<Arc<World>>,
    caller: Caller,
    params: Params,
) -> Answer {
    let mut panel = world.panel();
    let account = caller.account(&mut panel)?;
    let payer = params.get("payer");
    if let Some(id) = payer
        && account.payer(id).is_none()
    {
        return Err(unknown_payer(id, "?payer"));
    }
    let mut methods: Vec<&Method> = account
        .methods
        .iter()
        .filter(|method| payer.is_none_or(|payer| method.payer == payer))
        .collect();
    methods.sort_by(|one, other| one.rank().cmp(&other.rank()));
    let items: Vec<Value> = methods.into_iter().map(Method::to_json).collect();
    ok(&json!({"items": items}))
}

/// `GET /payment-methods/{method}`
pub(super) async fn read(
    State(world): State<Arc<World>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    let mut panel = world.panel();
    ok(&find(caller.account(&mut panel)?, &id)?.to_json())
}

/// `POST /payment-methods`
pub(super) async fn add(
    State(world): State<Arc<World>>,
    caller: Caller,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Answer {
    let key = idempotency::key(&headers)?;
    let now = world.clock.now();
    let mut panel = world.panel();
    let account = caller.account(&mut panel)?;
    if let Some(id) = idempotency::known(account, OPERATION, &key, &body)? {
        return ok(&find(account, &id)?.to_json());
    }
    let (method, token) = begin(&world, account, &body, now)?;
    let (id, described) = (method.id.clone(), method.to_json());
    account.methods.push(method);
    idempotency::keep(account, OPERATION, key, body, &id);
    panel
        .pages
        .insert(token, (caller.id(), Target::Method(id.clone())));
    Ok(created("payment-methods", &id, &described))
}

/// Checks the wish, and makes the pending method and the token of its page.
fn begin(
    world: &World,
    account: &Account,
    body: &Value,
    now: OffsetDateTime,
) -> Result<(Method, String), Problem> {
    let fields = Fields::of(body, "")?;
    let (payer, via) = (fields.id("payer")?, fields.id("via")?);
    let return_url = return_url::read(&fields)?
        .ok_or_else(|| invalid(&fields.at("return_url"), "Is required"))?;
    if account.payer(payer).is_none() {
        return Err(unknown_payer(payer, "/payer"));
    }
    let via = method_of(account, payer, via, "/via")?;
    let Kind::System(system) = via.kind else {
        return Err(Problem::new(
            Code::MethodCannotSave,
            "Only a payment system can save a method.",
        )
        .at("/via", "Is not a payment system"));
    };
    return_url::check(&return_url)?;
    let (token, url) = pages::address(world, system);
    let saved = Saved {
        system,
        status: SavedStatus::Pending,
        reason: None,
        instrument: None,
        is_default: false,
        created_at: now,
        confirms_at: None,
        page: Some(Page {
            url,
            expires_at: now + LIFE,
            return_url,
            step: Step::Details,
        }),
    };
    let method = Method {
        id: fresh_id("mth"),
        payer: payer.to_owned(),
        kind: Kind::Saved(saved),
    };
    Ok((method, token))
}

/// A method that this payer can use.
pub(super) fn method_of<'a>(
    account: &'a Account,
    payer: &str,
    id: &str,
    at: &str,
) -> Result<&'a Method, Problem> {
    let method = account.method(id).ok_or_else(|| {
        Problem::new(
            Code::UnknownMethod,
            "The payment method was removed or never existed.",
        )
        .at(at, "No such payment method")
    })?;
    if method.payer != payer {
        return Err(Problem::new(
            Code::MethodPayerMismatch,
            "The payment method belongs to another payer.",
        )
        .at(at, "Belongs to another payer"));
    }
    Ok(method)
}

pub(super) fn unknown_payer(id: &str, at: &str) -> Problem {
    let id: String = id.chars().take(80).collect();
    Problem::new(
        Code::UnknownPayer,
        format!("There is no payer {id} in this account."),
    )
    .at(at, "No such payer")
}

fn find<'a>(account: &'a Account, id: &str) -> Result<&'a Method, Problem> {
    account
        .method(id)
        .ok_or_else(|| Problem::not_found("payment method", id))
}

/// `PUT /payment-methods/{method}/default`
pub(super) async fn make_default(
    State(world): State<Arc<World>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    let mut panel = world.panel();
    let account = caller.account(&mut panel)?;
    let usable = find(account, &id)?
        .saved()
        .is_some_and(|saved| saved.status == SavedStatus::Confirmed);
    if !usable {
        return Err(Problem::new(
            Code::MethodNotUsable,
            "Only a saved method that is confirmed can be the default.",
        ));
    }
    account.make_default(&id);
    ok(&find(account, &id)?.to_json())
}

/// `DELETE /payment-methods/{method}`
pub(super) async fn remove(
    State(world): State<Arc<World>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    let mut panel = world.panel();
    let account = caller.account(&mut panel)?;
    if find(account, &id)?.saved().is_none() {
        return Err(Problem::new(
            Code::MethodNotRemovable,
            "Only a saved method can be removed.",
        ));
    }
    if let Some(payment) = account.debit_under_way(&id) {
        let detail = format!(
            "Payment {} is being debited from it; try again when that has ended.",
            payment.number
        );
        return Err(Problem::new(Code::MethodInUse, detail));
    }
    account.remove_method(&id);
    Ok(StatusCode::NO_CONTENT.into_response())
}

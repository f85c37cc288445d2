//! Payment methods: list them by payer, add one through a hosted page, set the default, remove one.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::auth::Caller;
use super::body::{Fields, JsonBody, invalid};
use super::problem::{ApiResult, Code, Problem};
use super::response::{created, ok};
use super::{idempotency, return_url};
use crate::http::Params;
use crate::panel::method::{Method, MethodKind, SavedMethod, SavedMethodStatus};
use crate::panel::payment::{Page, Step};
use crate::panel::state::{Account, PageTarget};
use crate::panel::{hosted_pages, new_id};
use crate::sandbox::Sandbox;

const OPERATION: &str = "add_payment_method";
/// How long a hosted page waits for the user.
const PAGE_LIFETIME: Duration = Duration::hours(1);

/// `GET /payment-methods`
pub(super) async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    params: Params,
) -> ApiResult {
    let mut panel = sandbox.panel();
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
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult {
    let mut panel = sandbox.panel();
    ok(&find(caller.account(&mut panel)?, &id)?.to_json())
}

/// `POST /payment-methods`
pub(super) async fn add(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let key = idempotency::key(&headers)?;
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    if let Some(id) = idempotency::find(account, OPERATION, &key, &body)? {
        return ok(&find(account, &id)?.to_json());
    }
    let (method, token) = pending_method(&sandbox, account, &body, now)?;
    let (id, body_json) = (method.id.clone(), method.to_json());
    account.methods.push(method);
    idempotency::record(account, OPERATION, key, body, &id);
    panel
        .pages
        .insert(token, (caller.id(), PageTarget::Method(id.clone())));
    Ok(created("payment-methods", &id, &body_json))
}

/// Validates the request and creates the pending method and its page token.
fn pending_method(
    sandbox: &Sandbox,
    account: &Account,
    body: &Value,
    now: OffsetDateTime,
) -> Result<(Method, String), Problem> {
    let fields = Fields::of(body, "")?;
    let (payer, via) = (fields.id("payer")?, fields.id("via")?);
    let return_url = return_url::read(&fields)?
        .ok_or_else(|| invalid(&fields.pointer("return_url"), "Is required"))?;
    if account.payer(payer).is_none() {
        return Err(unknown_payer(payer, "/payer"));
    }
    let via = method_of(account, payer, via, "/via")?;
    let MethodKind::PaymentSystem(system) = via.kind else {
        return Err(Problem::new(
            Code::MethodCannotSave,
            "Only a payment system can save a method.",
        )
        .at("/via", "Is not a payment system"));
    };
    return_url::check(&return_url)?;
    let (token, url) = hosted_pages::new_page_address(sandbox, system);
    let mut saved = SavedMethod::pending(system, now);
    saved.page = Some(Page {
        url,
        expires_at: now + PAGE_LIFETIME,
        return_url,
        step: Step::Details,
    });
    let method = Method {
        id: new_id("mth"),
        payer: payer.to_owned(),
        kind: MethodKind::SavedMethod(saved),
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
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult {
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    let usable = find(account, &id)?
        .saved()
        .is_some_and(|saved| saved.status == SavedMethodStatus::Confirmed);
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
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult {
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    if find(account, &id)?.saved().is_none() {
        return Err(Problem::new(
            Code::MethodNotRemovable,
            "Only a saved method can be removed.",
        ));
    }
    if let Some(payment) = account.pending_debit(&id) {
        let detail = format!(
            "Payment {} is being debited from this method. Try again when the payment has ended.",
            payment.number
        );
        return Err(Problem::new(Code::MethodInUse, detail));
    }
    account.remove_method(&id);
    Ok(StatusCode::NO_CONTENT.into_response())
}

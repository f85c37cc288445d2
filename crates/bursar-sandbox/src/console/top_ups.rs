//! Top-ups in the current API: amounts in cents, provider-neutral states, one open top-up at a time, the method's
//! minimum and maximum, and the balance cap.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::auth::Caller;
use super::paging;
use super::payment_provider::PaymentProvider;
use crate::balance_contract;
use crate::chains;
use crate::clock::{self, rfc3339};
use crate::console::state::{TopUp, TopUpStatus, User};
use crate::error::Error;
use crate::http::server::{CallerId, run_to_completion};
use crate::http::{ApiError, ApiResult, Params, json_response, no_content, parse_body};
use crate::money::{self, BASE_UNITS_PER_MICRO};
use crate::sandbox::Sandbox;
use crate::today;
use crate::today::era::Era;

/// How long a checkout can be paid.
const CHECKOUT_LIFETIME: Duration = Duration::minutes(15);
const CHECKOUT_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(20);
const APP_LINK_PREFIX: &str = "org.bursar.desktop://";

/// A payment method.
#[derive(Debug)]
struct Method {
    code: &'static str,
    name: &'static str,
    max_cents: i64,
    chains: &'static [u64],
}

const MIN_TOP_UP_CENTS: i64 = 1000;
const METHODS: [Method; 2] = [
    Method {
        code: "usdc",
        name: "USDC on Ethereum or Polygon",
        max_cents: 500_000,
        chains: &[chains::POLYGON, chains::ETHEREUM],
    },
    Method {
        code: "usdc_polygon",
        name: "USDC.e on Polygon",
        max_cents: 100_000,
        chains: &[chains::POLYGON],
    },
];

/// A new top-up, as either API version requests it.
#[derive(Clone, Debug)]
pub(super) struct TopUpRequest {
    pub(super) amount_cents: i64,
    pub(super) method: Option<String>,
    pub(super) provider: Option<String>,
    pub(super) return_url: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateRequest {
    amount_cents: i64,
    method_code: Option<String>,
    provider: Option<String>,
    return_url: Option<String>,
}

/// `GET /v2/payment-methods`
pub(super) async fn methods(caller: Caller) -> ApiResult {
    caller.require_scope("billing:top_up")?;
    if caller.user.era == Era::Today {
        return caller.respond(&today::top_ups::methods_json());
    }
    let methods: Vec<Value> = METHODS
        .iter()
        .zip(1..)
        .map(|(method, order)| {
            json!({
                "provider": PaymentProvider::Copperx.name(), "methodCode": method.code, "kind": "crypto", "enabled": true,
                "displayName": method.name, "minAmountCents": MIN_TOP_UP_CENTS, "maxAmountCents": method.max_cents,
                "feePaidByUser": true, "estFeeBps": 100, "estFeeFixedCents": 0, "sortOrder": order,
            })
        })
        .collect();
    caller.respond(&Value::Array(methods))
}

/// `POST /v2/top-ups`
pub(super) async fn create(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    bytes: Bytes,
) -> ApiResult {
    caller.require_scope("billing:top_up")?;
    let fields: CreateRequest = parse_body(&bytes)?;
    let request = TopUpRequest {
        amount_cents: fields.amount_cents,
        method: fields.method_code,
        provider: fields.provider,
        return_url: fields.return_url,
    };
    let top_up = start(&sandbox, &caller, request).await?;
    let created = json!({
        "intentId": top_up.intent_id, "sessionId": top_up.session_id, "provider": top_up.provider.name(),
        "providerPaymentId": today::top_ups::provider_payment_id(&sandbox, &top_up),
        "presentation": {"type": "redirect", "redirectUrl": top_up.session_url},
    });
    let mut response = json_response(StatusCode::CREATED, &created);
    response.extensions_mut().insert(CallerId(caller.user.id));
    Ok(response)
}

/// Starts a top-up: validates it, creates its checkout, and stores it. Completes even if the client disconnects.
pub(super) async fn start(
    sandbox: &Arc<Sandbox>,
    caller: &Caller,
    request: TopUpRequest,
) -> Result<TopUp, ApiError> {
    let (sandbox, user) = (sandbox.clone(), caller.user.clone());
    run_to_completion(async move {
        if user.era == Era::Today {
            let _guard = CreationGuard::acquire(&sandbox, user.id)?;
            let (method, provider) = (request.method.as_deref(), request.provider.as_deref());
            return today::top_ups::open(&sandbox, &user, request.amount_cents, method, provider);
        }
        let method = validate(&sandbox, &request)?;
        let guard = CreationGuard::acquire(&sandbox, user.id)?;
        check_balance_cap(&sandbox, &user, request.amount_cents).await?;
        let top_up = open_checkout(&sandbox, &user, &request, method).await?;
        sandbox.console().insert_top_up(top_up.clone());
        drop(guard);
        Ok(top_up)
    })
    .await?
}

/// Lets a user start only one top-up at a time, also with concurrent requests.
struct CreationGuard {
    sandbox: Arc<Sandbox>,
    user: Uuid,
}

impl CreationGuard {
    fn acquire(sandbox: &Arc<Sandbox>, user: Uuid) -> Result<Self, ApiError> {
        let mut console = sandbox.console();
        if console.open_top_up(user).is_some() || !console.creating_top_up.insert(user) {
            return Err(ApiError::conflict(
                "An open top-up already exists for the user",
            ));
        }
        drop(console);
        Ok(Self {
            sandbox: sandbox.clone(),
            user,
        })
    }
}

impl Drop for CreationGuard {
    fn drop(&mut self) {
        self.sandbox.console().creating_top_up.remove(&self.user);
    }
}

fn validate(sandbox: &Sandbox, request: &TopUpRequest) -> Result<&'static Method, ApiError> {
    let copperx = PaymentProvider::Copperx.name();
    let provider = request.provider.as_deref().unwrap_or(copperx);
    let code = request.method.as_deref().unwrap_or("usdc");
    let method = METHODS
        .iter()
        .find(|method| method.code == code && provider == copperx);
    let method = method.ok_or_else(|| ApiError::unprocessable("Unknown payment method"))?;
    if request.amount_cents < MIN_TOP_UP_CENTS {
        return Err(ApiError::unprocessable(
            "The minimum top-up amount is 10 USDC",
        ));
    }
    if request.amount_cents > method.max_cents {
        let max = money::format_cents(money::from_cents(method.max_cents));
        return Err(ApiError::unprocessable(format!(
            "The maximum top-up amount of this method is {max} USDC"
        )));
    }
    if let Some(url) = &request.return_url
        && !url.starts_with(APP_LINK_PREFIX)
        && !url.starts_with(&format!("{}/", sandbox.urls.api))
    {
        return Err(ApiError::unprocessable(
            "returnUrl is neither the app's link nor the console's",
        ));
    }
    Ok(method)
}

async fn check_balance_cap(
    sandbox: &Sandbox,
    user: &User,
    amount_cents: i64,
) -> Result<(), ApiError> {
    let balance = balance_contract::read_balance(sandbox, user.address).await?;
    let after = balance
        .full
        .saturating_add(balance.limbo)
        .saturating_add(money::from_cents(amount_cents));
    let balance_cap = sandbox.switches.get().balance_cap;
    if after > balance_cap {
        let balance_cap = money::format_cents(balance_cap);
        return Err(ApiError::unprocessable(format!(
            "The balance after the top-up may be at most {balance_cap} USDC"
        )));
    }
    Ok(())
}

async fn open_checkout(
    sandbox: &Sandbox,
    user: &User,
    request: &TopUpRequest,
    method: &Method,
) -> Result<TopUp, ApiError> {
    let id = Uuid::new_v4();
    let now = sandbox.clock.now();
    let expires_at = now + CHECKOUT_LIFETIME;
    let return_url = request
        .return_url
        .clone()
        .unwrap_or_else(|| format!("{}/?top_up={id}", sandbox.urls.api));
    let micros = money::from_cents(request.amount_cents);
    let chains: Vec<Value> = method
        .chains
        .iter()
        .map(|chain| json!({"chainId": chain}))
        .collect();
    let session_request = json!({
        "mode": "payment", "submitType": "pay", "clientReferenceId": id, "afterCompletion": "redirect",
        "lineItems": {"data": [{
            "priceData": {
                "currency": "usdc", "unitAmount": (micros * BASE_UNITS_PER_MICRO).to_string(),
                "productData": {"name": "Top up", "description": "Prepaid balance"},
            },
            "quantity": 1,
        }]},
        "successUrl": return_url, "cancelUrl": return_url, "paymentSetting": {"allowedChains": chains},
        "metadata": {"userId": user.id}, "expiresAt": rfc3339(expires_at),
        "customer": {"name": user.name, "email": user.email},
    });
    let session = create_checkout_session(sandbox, &session_request)
        .await
        .map_err(|error| {
            ApiError::bad_gateway(format!("Payment provider transport error: {error}"))
        })?;
    let text = |name: &str| session.get(name).and_then(Value::as_str);
    let (intent_id, on_chain_id) = user.ids.ids_for(id);
    Ok(TopUp {
        id,
        intent_id,
        on_chain_id: on_chain_id.to_string(),
        user: user.id,
        amount_cents: request.amount_cents,
        fee_micros: money::processing_fee(micros),
        method: method.code.to_owned(),
        provider: PaymentProvider::Copperx,
        status: TopUpStatus::Created,
        created_at: now,
        updated_at: now,
        expires_at: text("expiresAt").and_then(clock::parse_rfc3339),
        session_id: text("id").and_then(|id| id.parse().ok()),
        session_url: text("url").map(str::to_owned),
        return_url: request.return_url.clone(),
        transaction: None,
    })
}

async fn create_checkout_session(
    sandbox: &Sandbox,
    session_request: &Value,
) -> Result<Value, Error> {
    let response = sandbox
        .http
        .post(format!(
            "{}/api/v1/checkout/sessions",
            sandbox.urls.checkout
        ))
        .bearer_auth(&sandbox.secrets.merchant_key)
        .header("content-type", "application/json")
        .timeout(CHECKOUT_TIMEOUT)
        .body(session_request.to_string())
        .send()
        .await?;
    if !response.status().is_success() {
        return Err(Error::new(format!(
            "the checkout answered {}",
            response.status()
        )));
    }
    let session: Value = serde_json::from_slice(&response.bytes().await?)?;
    if session.get("id").is_none() || session.get("url").is_none() {
        return Err(Error::new("the checkout did not return a session"));
    }
    Ok(session)
}

/// `GET /v2/top-ups`
pub(super) async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    params: Params,
) -> ApiResult {
    caller.require_scope("billing:get_history")?;
    let page = paging::top_ups(
        &sandbox.console(),
        caller.user.id,
        &params,
        None,
        top_up_json,
    )?;
    caller.respond(&page)
}

/// `GET /v2/top-ups/pending`
pub(super) async fn pending(State(sandbox): State<Arc<Sandbox>>, caller: Caller) -> ApiResult {
    caller.require_scope("billing:get_history")?;
    let open = sandbox
        .console()
        .open_top_up(caller.user.id)
        .map(top_up_json);
    caller.respond(&json!({"pendingTopUp": open}))
}

/// `DELETE /v2/top-ups/{intent_id}`
pub(super) async fn cancel(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    Path(intent): Path<String>,
) -> ApiResult {
    caller.require_scope("billing:top_up")?;
    let intent: Uuid = intent
        .parse()
        .map_err(|_| ApiError::bad_request("Wrong parameters: not a UUID"))?;
    let now = sandbox.clock.now();
    let mut console = sandbox.console();
    let found = console
        .top_up(intent)
        .filter(|top_up| top_up.user == caller.user.id);
    let (id, status) = found
        .map(|top_up| (top_up.id, top_up.status))
        .ok_or_else(|| ApiError::not_found("Intent not found or not owned by the caller"))?;
    if console.today.page(id).is_some_and(|page| page.is_started()) {
        return Err(ApiError::conflict("A part of the payment has arrived"));
    }
    match status {
        TopUpStatus::Created => console.set_status(id, TopUpStatus::Canceled, now),
        TopUpStatus::Pending => {
            return Err(ApiError::conflict(
                "The payment has arrived and is being credited",
            ));
        }
        TopUpStatus::AmlFailed => {
            return Err(ApiError::conflict(
                "Intent is under review awaiting admin resolution",
            ));
        }
        TopUpStatus::Completed
        | TopUpStatus::Canceled
        | TopUpStatus::Expired
        | TopUpStatus::Failed => {
            return Err(ApiError::conflict("Intent is already terminal"));
        }
    }
    drop(console);
    let mut response = no_content()?;
    response.extensions_mut().insert(CallerId(caller.user.id));
    Ok(response)
}

fn top_up_json(top_up: &TopUp) -> Value {
    json!({
        "id": top_up.id, "userId": top_up.user, "amountCents": top_up.amount_cents, "status": top_up.status.name(),
        "createdAt": rfc3339(top_up.created_at), "updatedAt": rfc3339(top_up.updated_at),
        "expiresAt": top_up.expires_at.map(rfc3339), "provider": top_up.provider.name(),
        "redirectUrl": top_up.session_url,
    })
}

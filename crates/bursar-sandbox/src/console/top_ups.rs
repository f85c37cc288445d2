//! Top-ups, version 2: cents, neutral states, one open at a time, minimum and maximum of the method, the balance cap.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::auth::Caller;
use super::listing;
use crate::chains;
use crate::clock::{self, rfc3339};
use crate::failure::Failure;
use crate::http::server::{CallerId, to_the_end};
use crate::http::{Answer, ApiError, Params, body, json_answer, no_content};
use crate::ledger;
use crate::money::{self, EIGHTS_PER_MICRO};
use crate::state::{Ids, Status, TopUp, User};
use crate::world::World;

pub(super) const PROVIDER: &str = "copperx";
/// How long a checkout can be paid.
const LIFE: Duration = Duration::minutes(15);
const APP_LINK: &str = "org.bursar.desktop://";

/// A way to pay.
#[derive(Debug)]
struct Method {
    code: &'static str,
    name: &'static str,
    most_cents: i64,
    chains: &'static [u64],
}

const LEAST_CENTS: i64 = 1000;
const METHODS: [Method; 2] = [
    Method {
        code: "usdc",
        name: "USDC on Ethereum or Polygon",
        most_cents: 500_000,
        chains: &[chains::POLYGON, chains::ETHEREUM],
    },
    Method {
        code: "usdc_polygon",
        name: "USDC.e on Polygon",
        most_cents: 100_000,
        chains: &[chains::POLYGON],
    },
];

/// What a user asks for, from either version of the call.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) cents: i64,
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
pub(super) async fn methods(caller: Caller) -> Answer {
    caller.needs("billing:top_up")?;
    let methods: Vec<Value> = METHODS
        .iter()
        .zip(1..)
        .map(|(method, order)| {
            json!({
                "provider": PROVIDER, "methodCode": method.code, "kind": "crypto", "enabled": true,
                "displayName": method.name, "minAmountCents": LEAST_CENTS, "maxAmountCents": method.most_cents,
                "feePaidByUser": true, "estFeeBps": 100, "estFeeFixedCents": 0, "sortOrder": order,
            })
        })
        .collect();
    caller.answers(&Value::Array(methods))
}

/// `POST /v2/top-ups`
pub(super) async fn create(
    State(world): State<Arc<World>>,
    caller: Caller,
    bytes: Bytes,
) -> Answer {
    caller.needs("billing:top_up")?;
    let request: CreateRequest = body(&bytes)?;
    let wish = Wish {
        cents: request.amount_cents,
        method: request.method_code,
        provider: request.provider,
        return_url: request.return_url,
    };
    let top_up = start(&world, &caller, wish).await?;
    let answer = json!({
        "intentId": top_up.intent_id, "sessionId": top_up.session_id, "provider": PROVIDER,
        "providerPaymentId": top_up.session_id,
        "presentation": {"type": "redirect", "redirectUrl": top_up.session_url},
    });
    let mut response = json_answer(StatusCode::CREATED, &answer);
    response.extensions_mut().insert(CallerId(caller.user.id));
    Ok(response)
}

/// Starts a top-up: checks it, makes a checkout for it, and remembers it. Goes on when the client goes away.
pub(super) async fn start(
    world: &Arc<World>,
    caller: &Caller,
    wish: Wish,
) -> Result<TopUp, ApiError> {
    let (world, user) = (world.clone(), caller.user.clone());
    to_the_end(async move {
        let method = check(&world, &wish)?;
        let turn = Turn::take(&world, user.id)?;
        check_cap(&world, &user, wish.cents).await?;
        let top_up = with_checkout(&world, &user, &wish, method).await?;
        world.state().insert_top_up(top_up.clone());
        drop(turn);
        Ok(top_up)
    })
    .await?
}

/// One user starts one top-up at a time, also when two requests come at once.
struct Turn {
    world: Arc<World>,
    user: Uuid,
}

impl Turn {
    fn take(world: &Arc<World>, user: Uuid) -> Result<Self, ApiError> {
        let mut state = world.state();
        if state.open_top_up(user).is_some() || !state.starting.insert(user) {
            return Err(ApiError::conflict(
                "An open top-up already exists for the user",
            ));
        }
        drop(state);
        Ok(Self {
            world: world.clone(),
            user,
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.world.state().starting.remove(&self.user);
    }
}

fn check(world: &World, wish: &Wish) -> Result<&'static Method, ApiError> {
    let provider = wish.provider.as_deref().unwrap_or(PROVIDER);
    let code = wish.method.as_deref().unwrap_or("usdc");
    let method = METHODS
        .iter()
        .find(|method| method.code == code && provider == PROVIDER);
    let method = method.ok_or_else(|| ApiError::unprocessable("Unknown payment method"))?;
    if wish.cents < LEAST_CENTS {
        return Err(ApiError::unprocessable(
            "The minimum top-up amount is 10 USDC",
        ));
    }
    if wish.cents > method.most_cents {
        let most = money::cents(money::from_cents(method.most_cents));
        return Err(ApiError::unprocessable(format!(
            "The maximum top-up amount of this method is {most} USDC"
        )));
    }
    if let Some(url) = &wish.return_url
        && !url.starts_with(APP_LINK)
        && !url.starts_with(&format!("{}/", world.addresses.api))
    {
        return Err(ApiError::unprocessable(
            "returnUrl is neither the app's link nor the console's",
        ));
    }
    Ok(method)
}

async fn check_cap(world: &World, user: &User, cents: i64) -> Result<(), ApiError> {
    let figures = ledger::figures(world, user.address).await?;
    let after = figures
        .full
        .saturating_add(figures.limbo)
        .saturating_add(money::from_cents(cents));
    let cap = world.switches.get().cap;
    if after > cap {
        let cap = money::cents(cap);
        return Err(ApiError::unprocessable(format!(
            "The balance after the top-up may be at most {cap} USDC"
        )));
    }
    Ok(())
}

async fn with_checkout(
    world: &World,
    user: &User,
    wish: &Wish,
    method: &Method,
) -> Result<TopUp, ApiError> {
    let id = Uuid::new_v4();
    let now = world.clock.now();
    let expires_at = now + LIFE;
    let back = wish
        .return_url
        .clone()
        .unwrap_or_else(|| format!("{}/?top_up={id}", world.addresses.api));
    let micros = money::from_cents(wish.cents);
    let chains: Vec<Value> = method
        .chains
        .iter()
        .map(|chain| json!({"chainId": chain}))
        .collect();
    let order = json!({
        "mode": "payment", "submitType": "pay", "clientReferenceId": id, "afterCompletion": "redirect",
        "lineItems": {"data": [{
            "priceData": {
                "currency": "usdc", "unitAmount": (micros * EIGHTS_PER_MICRO).to_string(),
                "productData": {"name": "Top up", "description": "Prepaid balance"},
            },
            "quantity": 1,
        }]},
        "successUrl": back, "cancelUrl": back, "paymentSetting": {"allowedChains": chains},
        "metadata": {"userId": user.id}, "expiresAt": rfc3339(expires_at),
        "customer": {"name": user.name, "email": user.email},
    });
    let session = ask_checkout(world, &order).await.map_err(|failure| {
        ApiError::bad_gateway(format!("Payment provider transport error: {failure}"))
    })?;
    let text = |name: &str| session.get(name).and_then(Value::as_str);
    let ids = user.ids;
    Ok(TopUp {
        id,
        intent_id: if ids == Ids::IntentDiffers {
            Uuid::new_v4()
        } else {
            id
        },
        chain_id: if ids == Ids::ChainDiffers {
            Uuid::new_v4().to_string()
        } else {
            id.to_string()
        },
        user: user.id,
        cents: wish.cents,
        fee_micros: money::processing_fee(micros),
        method: method.code.to_owned(),
        status: Status::Created,
        created_at: now,
        updated_at: now,
        expires_at: text("expiresAt").and_then(clock::parse),
        session_id: text("id").and_then(|id| id.parse().ok()),
        session_url: text("url").map(str::to_owned),
        return_url: wish.return_url.clone(),
        transaction: None,
    })
}

async fn ask_checkout(world: &World, order: &Value) -> Result<Value, Failure> {
    let answer = world
        .http
        .post(format!(
            "{}/api/v1/checkout/sessions",
            world.addresses.checkout
        ))
        .bearer_auth(&world.secrets.merchant_key)
        .header("content-type", "application/json")
        .timeout(std::time::Duration::from_secs(20))
        .body(order.to_string())
        .send()
        .await?;
    if !answer.status().is_success() {
        return Err(Failure::new(format!("it answered {}", answer.status())));
    }
    let session: Value = serde_json::from_slice(&answer.bytes().await?)?;
    if session.get("id").is_none() || session.get("url").is_none() {
        return Err(Failure::new("it answered no session"));
    }
    Ok(session)
}

/// `GET /v2/top-ups`
pub(super) async fn list(
    State(world): State<Arc<World>>,
    caller: Caller,
    params: Params,
) -> Answer {
    caller.needs("billing:get_history")?;
    let page = listing::top_ups(&world.state(), caller.user.id, &params, None, to_json)?;
    caller.answers(&page)
}

/// `GET /v2/top-ups/pending`
pub(super) async fn pending(State(world): State<Arc<World>>, caller: Caller) -> Answer {
    caller.needs("billing:get_history")?;
    let open = world.state().open_top_up(caller.user.id).map(to_json);
    caller.answers(&json!({"pendingTopUp": open}))
}

/// `DELETE /v2/top-ups/{intent_id}`
pub(super) async fn cancel(
    State(world): State<Arc<World>>,
    caller: Caller,
    Path(intent): Path<String>,
) -> Answer {
    caller.needs("billing:top_up")?;
    let intent: Uuid = intent
        .parse()
        .map_err(|_| ApiError::bad_request("Wrong parameters: not a UUID"))?;
    let now = world.clock.now();
    let mut state = world.state();
    let found = state
        .top_up(intent)
        .filter(|top_up| top_up.user == caller.user.id);
    let (id, status) = found
        .map(|top_up| (top_up.id, top_up.status))
        .ok_or_else(|| ApiError::not_found("Intent not found or not owned by the caller"))?;
    match status {
        Status::Created => state.set_status(id, Status::Canceled, now),
        Status::Pending => {
            return Err(ApiError::conflict(
                "The payment has arrived and is being credited",
            ));
        }
        Status::AmlFailed => {
            return Err(ApiError::conflict(
                "Intent is under review awaiting admin resolution",
            ));
        }
        Status::Completed | Status::Canceled | Status::Expired | Status::Failed => {
            return Err(ApiError::conflict("Intent is already terminal"));
        }
    }
    drop(state);
    let mut response = no_content()?;
    response.extensions_mut().insert(CallerId(caller.user.id));
    Ok(response)
}

fn to_json(top_up: &TopUp) -> Value {
    json!({
        "id": top_up.id, "userId": top_up.user, "amountCents": top_up.cents, "status": top_up.status.v2(),
        "createdAt": rfc3339(top_up.created_at), "updatedAt": rfc3339(top_up.updated_at),
        "expiresAt": top_up.expires_at.map(rfc3339), "provider": PROVIDER, "redirectUrl": top_up.session_url,
    })
}

//! Admits a request: checks maintenance, the API key, its permission, and the rate limit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::problem::{Code, Problem};
use crate::http::server::CallerId;
use crate::panel::state::{Account, Maintenance, Panel};
use crate::sandbox::Sandbox;

const RATE_WINDOW: Duration = Duration::from_secs(60);

/// The account that makes the request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller(Uuid);

impl Caller {
    pub(super) fn account(self, panel: &mut Panel) -> Result<&mut Account, Problem> {
        panel.account_mut(self.0).ok_or_else(unknown_key)
    }

    pub(super) fn id(self) -> Uuid {
        self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().copied().ok_or_else(unknown_key)
    }
}

pub(super) async fn admit(
    State(sandbox): State<Arc<Sandbox>>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match authenticate(&sandbox, &request) {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    response.extensions_mut().insert(CallerId(caller.0));
    response
}

fn authenticate(sandbox: &Sandbox, request: &Request) -> Result<Caller, Problem> {
    let mut panel = sandbox.panel();
    if let Some(maintenance) = &panel.maintenance {
        return Err(maintenance_problem(maintenance, sandbox.clock.now()));
    }
    let secret = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .ok_or_else(|| Problem::new(Code::Unauthorized, "The request carries no API key."))?;
    let (account, read_only) = panel
        .account_by_key(secret.trim())
        .ok_or_else(unknown_key)?;
    check_rate_limit(account, Instant::now())?;
    if account.behaviour.blocked {
        return Err(Problem::new(
            Code::Forbidden,
            "The account is blocked. Contact the billing department.",
        ));
    }
    if read_only && request.method() != Method::GET {
        return Err(Problem::new(
            Code::Forbidden,
            "This key can only read. Create a key that can pay.",
        ));
    }
    Ok(Caller(account.id))
}

fn unknown_key() -> Problem {
    Problem::new(
        Code::Unauthorized,
        "The API key is unknown or has been revoked. Create a new one in the panel.",
    )
}

fn maintenance_problem(maintenance: &Maintenance, now: time::OffsetDateTime) -> Problem {
    let message = maintenance
        .message
        .as_deref()
        .unwrap_or("Billing is under maintenance.");
    let wait = maintenance
        .until
        .map_or(30, |until| (until - now).whole_seconds().clamp(1, 3600));
    Problem::new(Code::Maintenance, message).retry_after(wait.unsigned_abs())
}

/// Enforces the account's limit of requests per minute, if the control API set one.
fn check_rate_limit(account: &mut Account, now: Instant) -> Result<(), Problem> {
    let Some(limit) = account.behaviour.requests_per_minute else {
        return Ok(());
    };
    account
        .recent_requests
        .retain(|received| now.duration_since(*received) < RATE_WINDOW);
    if account.recent_requests.len() < limit {
        account.recent_requests.push_back(now);
        return Ok(());
    }
    let elapsed = account
        .recent_requests
        .front()
        .map_or(Duration::ZERO, |first| now.duration_since(*first));
    let wait = (RATE_WINDOW.saturating_sub(elapsed)).as_secs() + 1;
    Err(Problem::new(
        Code::RateLimited,
        format!("More than {limit} requests in a minute. Try again in {wait} seconds."),
    )
    .retry_after(wait))
}

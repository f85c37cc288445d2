//! The control API: makes users, ages, delays and breaks every step of a payment's way, and tells the truth about all of
//! it. No browser page may call it.

mod along;
mod chain;
mod funds;
mod keys;
mod top_ups;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::http::ApiError;
use crate::world::World;

pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/users", get(users::list).post(users::create))
        .route("/users/{id}", get(users::truth).patch(users::patch))
        .route("/users/{id}/keys", post(keys::create_key))
        .route("/users/{id}/keys/{key}", delete(keys::revoke_key))
        .route("/users/{id}/tokens", post(keys::tokens))
        .route("/users/{id}/tokens/expire", post(keys::expire_tokens))
        .route("/users/{id}/credit", post(funds::credit))
        .route("/users/{id}/refund", post(funds::refund))
        .route("/users/{id}/drain", post(funds::drain))
        .route("/users/{id}/workloads", post(funds::start_workload))
        .route(
            "/users/{id}/workloads/{workload}",
            delete(funds::stop_workload),
        )
        .route("/users/{id}/history", post(funds::history))
        .route("/users/{id}/freeze", post(funds::freeze))
        .route("/users/{id}/limbo", post(funds::limbo))
        .route("/top-ups/{id}", get(top_ups::get))
        .route("/top-ups/{id}/pay", post(top_ups::pay))
        .route("/top-ups/{id}/age", post(top_ups::age))
        .route("/top-ups/{id}/expire", post(top_ups::expire))
        .route("/top-ups/{id}/status", post(top_ups::status))
        .route("/top-ups/{id}/credit", post(top_ups::credit))
        .route("/relayer", post(along::relayer))
        .route("/watcher", post(along::watcher))
        .route("/webhooks", post(along::webhooks))
        .route("/clock", post(along::clock))
        .route("/maintenance", post(along::maintenance))
        .route("/cap", post(along::cap))
        .route("/state", get(along::state))
        .route(
            "/faults",
            get(along::faults)
                .post(along::place_fault)
                .delete(along::remove_faults),
        )
        .route("/faults/{id}", delete(along::remove_fault))
        .route(
            "/requests",
            get(along::requests).delete(along::clear_requests),
        )
        .route("/rpc", get(chain::proxies))
        .route("/rpc/{name}", post(chain::proxy))
        .route("/chains/{id}/mine", post(chain::mine))
        .route("/chains/{id}/pause", post(chain::pause))
        .route("/chains/{id}/snapshot", post(chain::snapshot))
        .route("/chains/{id}/revert", post(chain::revert))
        .route("/chains/{id}/reorg", post(chain::reorg))
        .merge(crate::panel::control::router())
        .fallback(async || ApiError::not_found("No such control"))
        .method_not_allowed_fallback(async || ApiError::bad_request("Method not allowed"))
        .with_state(world)
}

/// Reads an amount in USDC, more than nothing.
fn amount(text: &str) -> Result<u128, ApiError> {
    crate::money::parse(text)
        .filter(|micros| *micros > 0)
        .ok_or_else(|| ApiError::unprocessable(format!("not an amount: {text}")))
}

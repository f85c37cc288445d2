//! The control API: creates users, can delay and break every step of a payment, and reports the true state. Browser
//! pages cannot call it.

pub(crate) mod amount;
mod chains;
mod faults;
mod funds;
mod keys;
mod switches;
pub(crate) mod top_ups;
pub(crate) mod users;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::http::ApiError;
use crate::sandbox::Sandbox;

pub(crate) fn router(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/users", get(users::list).post(users::create))
        .route("/users/{id}", get(users::full_record).patch(users::patch))
        .route("/users/{id}/keys", post(keys::create_key))
        .route("/users/{id}/keys/{key}", delete(keys::revoke_key))
        .route("/users/{id}/tokens", post(keys::create_tokens))
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
        .route("/relayer", post(switches::set_relayer))
        .route("/watcher", post(switches::set_watcher))
        .route("/webhooks", post(switches::set_webhooks))
        .route("/clock", post(switches::advance_clock))
        .route("/maintenance", post(switches::set_maintenance))
        .route("/cap", post(switches::set_balance_cap))
        .route("/state", get(switches::overview))
        .route(
            "/faults",
            get(faults::list_faults)
                .post(faults::add_fault)
                .delete(faults::remove_faults),
        )
        .route("/faults/{id}", delete(faults::remove_fault))
        .route(
            "/requests",
            get(faults::list_requests).delete(faults::clear_requests),
        )
        .route("/rpc", get(chains::list_proxies))
        .route("/rpc/{name}", post(chains::set_proxy_mode))
        .route("/chains/{id}/mine", post(chains::mine))
        .route("/chains/{id}/pause", post(chains::pause))
        .route("/chains/{id}/snapshot", post(chains::snapshot))
        .route("/chains/{id}/revert", post(chains::revert))
        .route("/chains/{id}/reorg", post(chains::reorg))
        .merge(crate::panel::control::router())
        .merge(crate::today::control::router())
        .fallback(async || ApiError::not_found("No such endpoint"))
        .method_not_allowed_fallback(async || ApiError::bad_request("Method not allowed"))
        .with_state(sandbox)
}

//! The provider's console: the public API, the sign-in, and a few pages.

pub(crate) mod auth;
pub(crate) mod balances;
pub(crate) mod charges;
mod explorer;
mod legacy;
pub(crate) mod network_file;
pub(crate) mod oauth;
pub(crate) mod pages;
pub(crate) mod paging;
pub(crate) mod payment_provider;
pub(crate) mod relayer;
pub(crate) mod seed;
pub(crate) mod state;
pub(crate) mod top_ups;
mod webhook;
pub(crate) mod workloads;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Extension, Router};
use serde_json::json;

use crate::http::{ApiError, ApiResult, ok};
use crate::sandbox::Sandbox;
use crate::today::era::Era;
use crate::today::{api_keys, billing_page, keys_page, vms};

/// The server of an era. Both serve every user, each as the user's own era answers; the server's era decides what is
/// shown to nobody in particular.
pub(crate) fn router(sandbox: Arc<Sandbox>, era: Era) -> Router {
    let api = Router::new()
        .route("/v1/users/me", get(auth::current_user))
        .route("/v2/payment-methods", get(top_ups::methods))
        .route("/v2/top-ups", get(top_ups::list).post(top_ups::create))
        .route("/v2/top-ups/pending", get(top_ups::pending))
        .route("/v2/top-ups/{intent_id}", delete(top_ups::cancel))
        .route("/v2/billing/get_history", get(legacy::history))
        .route("/v1/billing/top_up", post(legacy::create))
        .route("/v1/billing/top_up/pending", get(legacy::pending))
        .route("/v1/billing/charges/aggregated", get(charges::aggregated))
        .route("/v1/billing/charges/total", get(charges::total))
        .route("/v2/users/balances", get(balances::list))
        .route("/v1/users/balances/refresh", post(balances::refresh))
        .route("/v2/vms", get(vms::list))
        .route("/v1/api_keys", post(api_keys::create))
        .route("/v1/api_keys/{id}", delete(api_keys::remove))
        .route("/auth/refresh", post(oauth::refresh_access))
        .route("/oauth/token", post(oauth::token))
        .layer(middleware::from_fn_with_state(
            sandbox.clone(),
            refuse_in_maintenance,
        ));
    Router::new()
        .merge(api)
        .route("/v1/service/status", get(service_status))
        .route("/webhooks/checkout", post(webhook::receive))
        .route(
            "/oauth/authorize",
            get(oauth::show_consent).post(oauth::decide),
        )
        .route("/", get(pages::overview))
        .route("/keys", post(pages::create_key))
        .route("/billing", get(billing_page::billing))
        .route("/billing/promo", post(billing_page::activate_promo))
        .route("/billing/cancel", post(billing_page::cancel))
        .route(
            "/settings/api-keys",
            get(keys_page::keys).post(keys_page::create_key),
        )
        .route("/explorer/tx/{hash}", get(explorer::transaction))
        .route("/explorer/address/{address}", get(explorer::address))
        .route("/assets/console.css", get(pages::css))
        .route("/assets/console.js", get(pages::js))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .fallback(async || ApiError::not_found("Not found"))
        .method_not_allowed_fallback(async || ApiError::bad_request("Method not allowed"))
        .layer(Extension(era))
        .with_state(sandbox)
}

async fn refuse_in_maintenance(
    State(sandbox): State<Arc<Sandbox>>,
    request: Request,
    next: Next,
) -> Response {
    if sandbox.switches.get().maintenance {
        return ApiError::unavailable("The service is in maintenance mode").into_response();
    }
    next.run(request).await
}

async fn service_status(State(sandbox): State<Arc<Sandbox>>) -> ApiResult {
    ok(
        &json!({"maintenanceMode": sandbox.switches.get().maintenance, "version": env!("CARGO_PKG_VERSION")}),
    )
}

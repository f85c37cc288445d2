//! The hosted checkout: a merchant API, a payment page, and a watcher that trusts only the chain. The console is a
//! merchant like any other and calls the checkout over HTTP with its key.

mod api;
mod page;
pub(crate) mod sessions;
pub(crate) mod wallet;
pub(crate) mod watcher;
pub(crate) mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};

use crate::http::ApiError;
use crate::sandbox::Sandbox;

pub(crate) fn router(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route(
            "/api/v1/checkout/sessions",
            post(api::create).get(api::list),
        )
        .route("/api/v1/checkout/sessions/{id}", get(api::get))
        .route("/payment/checkout-session/{id}", get(page::show))
        .route("/payment/checkout-session/{id}/state", get(page::state))
        .route("/payment/checkout-session/{id}/qr/{chain}", get(page::qr))
        .route("/payment/checkout-session/{id}/cancel", post(page::cancel))
        .route("/payment/checkout-session/{id}/wallet", post(page::wallet))
        .route(
            "/payment/checkout-session/{id}/hash",
            post(page::submit_hash),
        )
        .route("/assets/checkout.css", get(page::css))
        .route("/assets/checkout.js", get(page::js))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .fallback(async || ApiError::not_found("No such page"))
        .with_state(sandbox)
}

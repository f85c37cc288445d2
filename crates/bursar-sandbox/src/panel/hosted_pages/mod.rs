//! The hosted pages of the two payment systems, each on its own server: one accepts cards, the other lets its customers
//! log in and approve. A page pays one payment or saves one method, and then returns to the exact return URL.

mod steps;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use super::instrument::PaymentSystem;
use crate::http::{ApiError, ApiResult, html_page, ok, static_asset};
use crate::random::random_token;
use crate::sandbox::Sandbox;
use view::{View, not_found_page};

const CSS: &str = include_str!("../../../assets/panel-pay.css");
const JS: &str = include_str!("../../../assets/panel-pay.js");

/// The token and the URL of a new page.
pub(super) fn new_page_address(sandbox: &Sandbox, system: PaymentSystem) -> (String, String) {
    let token = random_token();
    let origin = match system {
        PaymentSystem::Card => &sandbox.urls.card_page,
        PaymentSystem::Wallet => &sandbox.urls.wallet_page,
    };
    let url = format!("{origin}/pay/{token}");
    (token, url)
}

/// The server of the card payment system.
pub(crate) fn card_router(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/pay/{token}/card", post(steps::card))
        .route("/pay/{token}/confirm", post(steps::confirm))
        .merge(shared_routes())
        .with_state(sandbox)
}

/// The server of the PayPal-like payment system.
pub(crate) fn wallet_router(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/pay/{token}/log-in", post(steps::log_in))
        .route("/pay/{token}/approve", post(steps::approve))
        .merge(shared_routes())
        .with_state(sandbox)
}

fn shared_routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/pay/{token}", get(show))
        .route("/pay/{token}/state", get(state))
        .route("/pay/{token}/cancel", post(steps::cancel))
        .route(
            "/assets/panel-pay.css",
            get(async || static_asset("text/css; charset=utf-8", CSS)),
        )
        .route(
            "/assets/panel-pay.js",
            get(async || static_asset("text/javascript; charset=utf-8", JS)),
        )
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .fallback(async || ApiError::not_found("Not found"))
        .method_not_allowed_fallback(async || ApiError::bad_request("Method not allowed"))
}

async fn show(State(sandbox): State<Arc<Sandbox>>, Path(token): Path<String>) -> Response {
    match View::read(&sandbox, &token) {
        Some(view) => html_page(view.html(&token, None)),
        None => not_found_page(),
    }
}

/// The page's phase, which its script polls for changes made elsewhere.
async fn state(State(sandbox): State<Arc<Sandbox>>, Path(token): Path<String>) -> ApiResult {
    let view = View::read(&sandbox, &token)
        .ok_or_else(|| ApiError::not_found("This payment page does not exist"))?;
    ok(&json!({"phase": view.phase()}))
}

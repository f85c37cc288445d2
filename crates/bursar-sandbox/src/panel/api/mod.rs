//! The panel's API, as `docs/panel-api.yaml` describes it.

mod account;
mod auth;
mod body;
mod create_payment;
mod etag;
mod idempotency;
mod methods;
mod paging;
mod payments;
mod problem;
mod response;
mod return_url;
mod services;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post, put};

use crate::sandbox::Sandbox;
use problem::{Code, Problem};

pub(crate) fn router(sandbox: Arc<Sandbox>) -> Router {
    let admitted = Router::new()
        .route("/account", get(account::read))
        .route("/top-up/options", get(account::options))
        .route("/payers", get(account::payers))
        .route("/payment-methods", get(methods::list).post(methods::add))
        .route(
            "/payment-methods/{method}",
            get(methods::read).delete(methods::remove),
        )
        .route(
            "/payment-methods/{method}/default",
            put(methods::make_default),
        )
        .route(
            "/payments",
            get(payments::list).post(create_payment::create),
        )
        .route("/payments/{payment}", get(payments::read))
        .route("/payments/{payment}/cancel", post(payments::cancel))
        .route("/payments/{payment}/invoice", get(payments::invoice))
        .route("/services/renewable", get(services::renewable))
        .route("/migrations", get(services::migrations))
        .route("/expenses", get(services::expenses))
        .route_layer(middleware::from_fn_with_state(sandbox.clone(), auth::admit));
    let api = Router::new()
        .merge(admitted)
        .route("/status", get(account::status))
        .method_not_allowed_fallback(not_allowed)
        .layer(middleware::from_fn(etag::conditional));
    Router::new()
        .nest(response::BASE, api)
        .merge(super::console::router())
        .method_not_allowed_fallback(not_allowed)
        .fallback(async || Problem::new(Code::NotFound, "There is nothing at this address."))
        .with_state(sandbox)
}

async fn not_allowed() -> Problem {
    Problem::new(
        Code::MethodNotAllowed,
        "This address does not support the method.",
    )
}

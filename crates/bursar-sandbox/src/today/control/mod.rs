//! The part of the control API that concerns today's era: moves users between the eras, gives and ends promo credits,
//! makes debts and top-ups of scripts, rents resources, and pays on the hosted pages.

mod money;
mod payments;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, post};

pub(crate) use payments::{PagePayment, page_json, pay};
pub(crate) use users::{TodayUser, create, ledger_json};

use crate::sandbox::Sandbox;

pub(crate) fn router() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/users/{id}/era", post(users::move_to_era))
        .route("/users/{id}/promos", post(money::grant_promo))
        .route(
            "/users/{id}/promos/{promo}/expire",
            post(money::expire_promo),
        )
        .route("/users/{id}/debt", post(money::make_debt))
        .route("/users/{id}/x402", post(money::add_x402))
        .route("/users/{id}/resources", post(users::rent))
        .route("/users/{id}/resources/{resource}", delete(users::remove))
        .route("/top-ups/{id}/bank", post(payments::answer_bank))
}

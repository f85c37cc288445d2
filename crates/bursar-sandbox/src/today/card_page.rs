//! The hosted page for card payments. A refused card leaves the page open for another one; the bank may ask its customer
//! first. The page lives for an hour.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::page_layout::{Frame, Order, Progress, not_found, shared_routes};
use super::payment_page::{CardState, CardStep};
use super::payments;
use crate::html::escape;
use crate::http::{ApiError, ApiResult, Params, ok, parse_form};
use crate::panel::instrument::{TEST_CARDS, parse_card};
use crate::sandbox::Sandbox;

pub(crate) fn router(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/c/pay/{token}", get(show))
        .route("/c/pay/{token}/state", get(state))
        .route("/c/pay/{token}/card", post(pay))
        .route("/c/pay/{token}/bank", post(answer))
        .merge(shared_routes())
        .with_state(sandbox)
}

/// A page as it is now.
struct View {
    token: String,
    order: Order,
    card: CardStep,
}

impl View {
    fn read(sandbox: &Sandbox, token: &str) -> Option<Self> {
        let now = sandbox.clock.now();
        let console = sandbox.console();
        let page = console.today.page(console.today.top_up_of_token(token)?)?;
        Some(Self {
            token: token.to_owned(),
            order: Order::read(sandbox, &console, page, now)?,
            card: page.card()?.clone(),
        })
    }

    fn revision(&self) -> String {
        let progress = self.progress(None);
        let refusals = self.card.refusals;
        format!("{}-{}-{refusals}", progress.phase, progress.status)
    }

    fn progress(&self, error: Option<&str>) -> Progress {
        let mut progress = self.order.outcome().unwrap_or_else(|| self.open_progress());
        if let Some(error) = error {
            progress.text = error.to_owned();
            progress.is_alert = true;
        }
        progress
    }

    fn open_progress(&self) -> Progress {
        let progress = |phase, status, heading: &str, text: String, is_alert| Progress {
            phase,
            status,
            heading: heading.to_owned(),
            text,
            is_alert,
        };
        match &self.card.state {
            CardState::Details => {
                let refusal = self.card.refusal.map_or_else(String::new, |reason| {
                    format!("{reason} No money was taken. Try another card.")
                });
                let status = if refusal.is_empty() {
                    "waiting"
                } else {
                    "declined"
                };
                let is_alert = !refusal.is_empty();
                progress("pay", status, "Pay by card", refusal, is_alert)
            }
            CardState::Question { .. } => progress(
                "confirm",
                "confirm",
                "Your bank asks: is it you?",
                String::new(),
                false,
            ),
            CardState::Processing { .. } | CardState::Paid => progress(
                "processing",
                "processing",
                "One moment",
                "Your bank has not answered yet. Please leave this page open.".to_owned(),
                false,
            ),
        }
    }

    fn html(&self, error: Option<&str>) -> Response {
        let progress = self.progress(error);
        let url = format!("/c/pay/{}", self.token);
        let content = match (progress.phase, &self.card.state) {
            ("pay", _) => self.card_form(&url),
            ("confirm", CardState::Question { last4 }) => self.bank_form(&url, last4),
            _ => String::new(),
        };
        let frame = Frame {
            class: "card",
            note: "A stand-in for a hosted card payment page.",
            url: &url,
            state_url: &format!("{url}/state"),
            revision: &self.revision(),
            leaves: true,
        };
        self.order.page(frame, &progress, &content)
    }

    fn card_form(&self, url: &str) -> String {
        let rows: String = TEST_CARDS
            .iter()
            .map(|card| format!("<li><code>{}</code> {}</li>", card.number, card.description))
            .collect();
        format!(
            "<form method=\"post\" action=\"{action}/card\" aria-label=\"Card\">\
             <label>Card number <input id=\"card-number\" data-testid=\"card-number\" name=\"number\" inputmode=\"numeric\" \
             autocomplete=\"cc-number\" placeholder=\"1234 1234 1234 1234\" required></label><div class=\"pair\">\
             <label>Expiry <input id=\"card-expiry\" data-testid=\"card-expiry\" name=\"expiry\" autocomplete=\"cc-exp\" \
             placeholder=\"MM / YY\" required></label>\
             <label>CVC <input id=\"card-cvc\" data-testid=\"card-cvc\" name=\"cvc\" inputmode=\"numeric\" autocomplete=\"cc-csc\" \
             placeholder=\"123\" required></label></div>\
             <label>Name on the card <input id=\"card-name\" data-testid=\"card-name\" name=\"name\" autocomplete=\"cc-name\"></label>\
             <button id=\"pay\" data-testid=\"pay\" class=\"primary\">Pay {total}</button></form>\
             <details class=\"test\" id=\"test-cards\"><summary>Test cards</summary><ul>{rows}</ul></details>",
            action = escape(url),
            total = escape(self.order.total()),
        )
    }

    fn bank_form(&self, url: &str, last4: &str) -> String {
        format!(
            "<form method=\"post\" action=\"{action}/bank\" aria-label=\"Bank\">\
             <p>A payment of <strong>{total}</strong> to Fluence with the card ending in {last4}.</p>\
             <div class=\"pair\"><button id=\"confirm\" data-testid=\"confirm\" class=\"primary\" name=\"answer\" value=\"yes\">Yes, confirm</button>\
             <button id=\"refuse\" data-testid=\"refuse\" class=\"secondary\" name=\"answer\" value=\"no\">No, refuse</button></div></form>",
            action = escape(url),
            total = escape(self.order.total()),
            last4 = escape(last4),
        )
    }
}

async fn show(State(sandbox): State<Arc<Sandbox>>, Path(token): Path<String>) -> Response {
    View::read(&sandbox, &token).map_or_else(not_found, |view| view.html(None))
}

async fn state(State(sandbox): State<Arc<Sandbox>>, Path(token): Path<String>) -> ApiResult {
    let view = View::read(&sandbox, &token)
        .ok_or_else(|| ApiError::not_found("This payment page does not exist"))?;
    let progress = view.progress(None);
    ok(&json!({"phase": progress.phase, "status": progress.status, "revision": view.revision()}))
}

async fn pay(
    State(sandbox): State<Arc<Sandbox>>,
    Path(token): Path<String>,
    bytes: Bytes,
) -> Response {
    act(&sandbox, &token, &bytes, |fields, view| {
        let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
        let now = sandbox.clock.now();
        let card = parse_card(&text("number"), &text("expiry"), &text("cvc"), now)
            .map_err(ApiError::unprocessable)?;
        payments::pay_by_card(&mut sandbox.console(), view.order.top_up.id, &card, now)
    })
}

async fn answer(
    State(sandbox): State<Arc<Sandbox>>,
    Path(token): Path<String>,
    bytes: Bytes,
) -> Response {
    act(&sandbox, &token, &bytes, |fields, view| {
        let is_confirmed = fields.get("answer") == Some("yes");
        let now = sandbox.clock.now();
        let top_up = view.order.top_up.id;
        payments::answer_bank(&mut sandbox.console(), top_up, is_confirmed, now)
    })
}

/// Takes a step on a page and shows the page again with a GET, so that a reload repeats nothing.
fn act(
    sandbox: &Sandbox,
    token: &str,
    bytes: &[u8],
    step: impl FnOnce(&Params, &View) -> Result<(), ApiError>,
) -> Response {
    let fields = parse_form(bytes);
    let Some(view) = View::read(sandbox, token) else {
        return not_found();
    };
    match step(&fields, &view) {
        Ok(()) => {
            let url = format!("/c/pay/{token}");
            (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response()
        }
        Err(error) => (error.status, view.html(Some(error.message()))).into_response(),
    }
}

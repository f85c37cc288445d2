//! The panel's own page: balance, latest payments, and API keys. A key's secret is shown once.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use uuid::Uuid;

use super::state::{Account, Panel};
use crate::clock::rfc3339;
use crate::console::pages;
use crate::html::{branded_page, escape, new_key_card};
use crate::http::{ApiError, Params, html_page, parse_form};
use crate::sandbox::Sandbox;

pub(super) fn router() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/", get(overview))
        .route("/keys", post(create_key))
        .route("/assets/console.css", get(pages::css))
        .route("/assets/console.js", get(pages::js))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
}

/// The requested account, or the first one.
fn selected_account<'a>(panel: &'a mut Panel, params: &Params) -> Option<&'a mut Account> {
    match params.get("account") {
        Some(id) => {
            let id: Uuid = id.parse().ok()?;
            panel.account_mut(id)
        }
        None => panel.accounts.first_mut(),
    }
}

/// `GET /`
async fn overview(State(sandbox): State<Arc<Sandbox>>, params: Params) -> Response {
    selected_account(&mut sandbox.panel(), &params).map_or_else(account_not_found, |account| {
        html_page(overview_html(account, ""))
    })
}

/// `POST /keys`
async fn create_key(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> Response {
    let params = parse_form(&bytes);
    let mut panel = sandbox.panel();
    let Some(account) = selected_account(&mut panel, &params) else {
        return account_not_found();
    };
    let name = params
        .get("name")
        .filter(|name| !name.is_empty())
        .unwrap_or("unnamed");
    let key = account.create_api_key(name, params.get("read_only") == Some("yes"));
    html_page(overview_html(account, &new_key_card(&key.secret)))
}

fn account_not_found() -> Response {
    ApiError::not_found("No such account").into_response()
}

fn overview_html(account: &Account, above: &str) -> String {
    let payments: String = account
        .payments()
        .values()
        .rev()
        .take(8)
        .map(|payment| {
            format!(
                "<tr><td>{}</td><td class=\"mono\">{}</td><td class=\"number\">{}</td><td>{}</td></tr>",
                rfc3339(payment.created_at),
                escape(&payment.number),
                account.currency.format_with_code(payment.minor),
                payment.status.name()
            )
        })
        .collect();
    let keys: String = account
        .keys
        .iter()
        .filter(|key| !key.revoked)
        .map(|key| {
            let may = if key.read_only { "reads" } else { "pays" };
            format!("<tr><td>{}</td><td>{may}</td></tr>", escape(&key.name))
        })
        .collect();
    branded_page(
        "Sandbox panel",
        "Billing",
        &format!(
            "{above}<section class=\"card\"><h1>{email}</h1><dl><dt>Balance</dt><dd class=\"big\">{balance}</dd></dl></section>\
             <section class=\"card\"><h2>Payments</h2><table><tbody>{payments}</tbody></table></section>\
             <section class=\"card\"><h2>API keys</h2><table><tbody>{keys}</tbody></table>\
             <form method=\"post\" action=\"/keys\"><input type=\"hidden\" name=\"account\" value=\"{id}\">\
             <label>Name <input id=\"key-name\" data-testid=\"key-name\" name=\"name\" value=\"Bursar\"></label>\
             <label class=\"check\"><input type=\"checkbox\" name=\"read_only\" value=\"yes\"> May only read</label>\
             <button id=\"create-key\" data-testid=\"create-key\" class=\"primary\">Create key</button></form></section>",
            email = escape(&account.email),
            balance = account.currency.format_with_code(account.balance),
            id = account.id,
        ),
    )
}

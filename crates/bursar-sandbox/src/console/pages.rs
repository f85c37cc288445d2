//! The console's overview page: balance, wallet address, recent payments, and API keys. A key's secret is shown once.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::balance_contract;
use crate::clock::rfc3339;
use crate::console::state::{APP_SCOPES, SCOPES, User};
use crate::html::{console_page, escape, new_key_card};
use crate::http::{ApiError, Params, html_page, parse_form, static_asset};
use crate::money;
use crate::sandbox::Sandbox;
use crate::today::billing_page::{billing_page, selected_user};
use crate::today::era::Era;

const CSS: &str = include_str!("../../assets/console.css");
const JS: &str = include_str!("../../assets/console.js");

pub(crate) async fn css() -> Response {
    static_asset("text/css; charset=utf-8", CSS)
}

pub(crate) async fn js() -> Response {
    static_asset("text/javascript; charset=utf-8", JS)
}

/// `GET /`
pub(super) async fn overview(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(era): Extension<Era>,
    params: Params,
) -> Response {
    let user = match selected_user(&sandbox, &params, era) {
        Ok(user) => user,
        Err(error) => return error.into_response(),
    };
    if user.era == Era::Today {
        return billing_page(&sandbox, &user, "");
    }
    overview_page(&sandbox, &user, "").await
}

/// `POST /keys`
pub(super) async fn create_key(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(era): Extension<Era>,
    bytes: Bytes,
) -> Response {
    let params = parse_form(&bytes);
    let user = match selected_user(&sandbox, &params, era) {
        Ok(user) => user,
        Err(error) => return error.into_response(),
    };
    let scopes: BTreeSet<String> = params
        .all("scope")
        .iter()
        .filter(|scope| SCOPES.contains(&scope.as_str()))
        .cloned()
        .collect();
    let name = params
        .get("name")
        .filter(|name| !name.is_empty())
        .unwrap_or("unnamed");
    let key = sandbox.console().create_api_key(user.id, name, scopes);
    overview_page(&sandbox, &user, &new_key_card(&key.secret)).await
}

async fn overview_page(sandbox: &Sandbox, user: &User, banner: &str) -> Response {
    let balance = match balance_contract::read_balance(sandbox, user.address).await {
        Ok(balance) => balance,
        Err(error) => return ApiError::from(error).into_response(),
    };
    let console = sandbox.console();
    let payments: String = console
        .top_ups_of(user.id)
        .rev()
        .take(8)
        .map(|top_up| {
            format!(
                "<tr><td>{}</td><td class=\"mono\">{}</td><td class=\"number\">{} USDC</td><td>{}</td></tr>",
                rfc3339(top_up.created_at),
                top_up.id,
                money::format_cents(money::from_cents(top_up.amount_cents)),
                top_up.status.legacy_name()
            )
        })
        .collect();
    let keys: String = console
        .keys
        .iter()
        .filter(|key| key.user == user.id && !key.revoked)
        .map(|key| {
            let scopes = key.scopes.iter().cloned().collect::<Vec<_>>().join(", ");
            format!(
                "<tr><td>{}</td><td><code>{}</code></td></tr>",
                escape(&key.name),
                escape(&scopes)
            )
        })
        .collect();
    let choices: String = SCOPES
        .iter()
        .map(|scope| {
            let checked = if APP_SCOPES.contains(scope) { " checked" } else { "" };
            format!("<label class=\"check\"><input type=\"checkbox\" name=\"scope\" value=\"{scope}\"{checked}> <code>{scope}</code></label>")
        })
        .collect();
    html_page(console_page(
        "Overview",
        &format!(
            "{banner}<section class=\"card\"><h1>{email}</h1><dl>\
             <dt>My balance</dt><dd class=\"big\">{free} USDC</dd>\
             <dt>Reserved for running workload</dt><dd>{reserved} USDC</dd>\
             <dt>Daily usage</dt><dd>{daily} USDC / day</dd>\
             <dt>Wallet public address</dt><dd class=\"mono\" id=\"wallet-address\" data-testid=\"wallet-address\">{address}</dd>\
             </dl></section>\
             <section class=\"card\"><h2>Payment history</h2><table><tbody>{payments}</tbody></table></section>\
             <section class=\"card\"><h2>API keys</h2><table><tbody>{keys}</tbody></table>\
             <form method=\"post\" action=\"/keys\"><input type=\"hidden\" name=\"user\" value=\"{id}\">\
             <label>Name <input id=\"key-name\" data-testid=\"key-name\" name=\"name\" value=\"Bursar\"></label>{choices}\
             <button id=\"create-key\" data-testid=\"create-key\" class=\"primary\">Create key</button></form></section>",
            email = escape(&user.email),
            free = money::format_cents(balance.free),
            reserved = money::format_cents(balance.full.saturating_sub(balance.free)),
            daily = money::format_cents(console.daily_cost(user.id)),
            address = user.address,
            id = user.id,
        ),
    ))
}

//! The console's Billing page of today's era: balance, debt, promo codes, the open top-up and the history.

use std::fmt::Write;
use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

use super::entitlements;
use super::era::Era;
use super::ledger::Ledger;
use super::usd;
use crate::console::state::{ConsoleState, TopUp, TopUpStatus, User};
use crate::html::{console_page, escape};
use crate::http::{ApiError, Params, html_page, parse_form};
use crate::money;
use crate::sandbox::Sandbox;

/// A code that anybody may activate once; the amount in micros and how long it lasts.
const PROMO_CODE: &str = "PLAY20";
const PROMO_MICROS: u128 = 20_000_000;
const PROMO_LIFETIME: Duration = Duration::days(30);
/// How many top-ups the page lists.
const LISTED_TOP_UPS: usize = 12;

/// The user that a page of this server shows: the one in the query, else the server's first user.
pub(crate) fn selected_user(
    sandbox: &Sandbox,
    params: &Params,
    era: Era,
) -> Result<User, ApiError> {
    let console = sandbox.console();
    let selected = match params.get("user") {
        Some(id) => id.parse().ok().and_then(|id| console.user(id)),
        None => console.users.iter().find(|user| user.era == era),
    };
    selected
        .cloned()
        .ok_or_else(|| ApiError::not_found("No such user"))
}

/// Answers for the selected user.
pub(super) fn for_user(
    sandbox: &Sandbox,
    params: &Params,
    era: Era,
    answer: impl FnOnce(User) -> Response,
) -> Response {
    selected_user(sandbox, params, era).map_or_else(IntoResponse::into_response, answer)
}

/// `GET /billing`
pub(crate) async fn billing(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(era): Extension<Era>,
    params: Params,
) -> Response {
    for_user(&sandbox, &params, era, |user| {
        billing_page(&sandbox, &user, "")
    })
}

/// `POST /billing/promo`
pub(crate) async fn activate_promo(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(era): Extension<Era>,
    bytes: Bytes,
) -> Response {
    let params = parse_form(&bytes);
    for_user(&sandbox, &params, era, |user| {
        let code = params.get("code").unwrap_or_default().trim();
        let message = activate(&sandbox, &user, code);
        billing_page(&sandbox, &user, message)
    })
}

/// Activates a promo code; returns what came of it.
fn activate(sandbox: &Sandbox, user: &User, code: &str) -> &'static str {
    if code != PROMO_CODE {
        return "This promo code is not valid.";
    }
    let now = sandbox.clock.now();
    let mut console = sandbox.console();
    let is_used = !console.used_promo_codes.insert(user.id);
    let ledger = console.today.ledger_mut(user.id);
    match ledger {
        None => "This account has no promo codes.",
        Some(_) if is_used => "You have used this promo code already.",
        Some(ledger) => {
            ledger
                .promos
                .grant(PROMO_MICROS, Some(now + PROMO_LIFETIME));
            "The promo credits were added."
        }
    }
}

/// `POST /billing/cancel`
pub(crate) async fn cancel(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(era): Extension<Era>,
    bytes: Bytes,
) -> Response {
    for_user(&sandbox, &parse_form(&bytes), era, |user| {
        cancel_open_top_up(&sandbox, &user);
        let url = format!("/billing?user={}", user.id);
        (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response()
    })
}

fn cancel_open_top_up(sandbox: &Sandbox, user: &User) {
    let now = sandbox.clock.now();
    let mut console = sandbox.console();
    let open = console
        .open_top_up(user.id)
        .filter(|top_up| top_up.status == TopUpStatus::Created)
        .map(|top_up| top_up.id);
    if let Some(id) = open
        && !console.today.page(id).is_some_and(|page| page.is_started())
    {
        console.set_status(id, TopUpStatus::Canceled, now);
    }
}

/// The Billing page; `message` is what the last form brought.
pub(crate) fn billing_page(sandbox: &Sandbox, user: &User, message: &str) -> Response {
    let console = sandbox.console();
    let Some(ledger) = console.today.ledger(user.id) else {
        return ApiError::not_found("This user has no balance in USD").into_response();
    };
    let message = if message.is_empty() {
        String::new()
    } else {
        format!(
            "<p class=\"card\" id=\"message\" data-testid=\"message\" role=\"status\">{message}</p>"
        )
    };
    html_page(console_page(
        "Billing",
        &format!(
            "{message}<section class=\"card\"><h1>{name}</h1>{figures}{open}</section>\
             <section class=\"card\"><h2>Promo code</h2><form method=\"post\" action=\"/billing/promo\">\
             <input type=\"hidden\" name=\"user\" value=\"{id}\">\
             <label>Code <input id=\"promo-code\" data-testid=\"promo-code\" name=\"code\" autocomplete=\"off\" placeholder=\"{PROMO_CODE}\"></label>\
             <button id=\"activate\" data-testid=\"activate\" class=\"primary\">Activate</button></form></section>\
             <section class=\"card\"><h2>Top-up history</h2><table><tbody>{history}</tbody></table></section>\
             <section class=\"card\"><h2>API keys</h2>\
             <p><a id=\"keys-link\" href=\"/settings/api-keys?user={id}\">Make an API key</a></p></section>",
            name = escape(&display_name(user)),
            figures = figures(ledger, user),
            open = console
                .open_top_up(user.id)
                .map_or_else(String::new, |top_up| waiting(user, top_up)),
            history = history(&console, user),
            id = user.id,
        ),
    ))
}

/// `29 Nov 2026, 19:36 UTC`
pub(super) fn readable(time: OffsetDateTime) -> String {
    time.format(format_description!(
        "[day padding:none] [month repr:short] [year], [hour]:[minute] UTC"
    ))
    .unwrap_or_default()
}

/// A user who signed up with a wallet may have no e-mail address.
pub(super) fn display_name(user: &User) -> String {
    if user.email.is_empty() {
        user.name.clone()
    } else {
        user.email.clone()
    }
}

fn figures(ledger: &Ledger, user: &User) -> String {
    let mut rows = format!(
        "<dt>My balance</dt><dd class=\"big\" id=\"balance\" data-testid=\"balance\">{} USD</dd>",
        usd::format(ledger.prepaid())
    );
    if ledger.debt() > 0 {
        let _ = write!(
            rows,
            "<dt>Debt</dt><dd id=\"debt\" data-testid=\"debt\">{} USD, unpaid since {}</dd>",
            usd::format_unsigned(ledger.debt()),
            ledger.debt_clock.since.map(readable).unwrap_or_default()
        );
    }
    if ledger.promos.granted() > 0 {
        let expiry = ledger.promo_expiry().map_or_else(String::new, |at| {
            format!(", the next expire on {}", readable(at))
        });
        let _ = write!(
            rows,
            "<dt>Promo credits</dt><dd id=\"promo\" data-testid=\"promo\">{} USD{expiry}</dd>",
            usd::format_unsigned(ledger.promo_left())
        );
    }
    let days = entitlements::days_left(Some(ledger), user)
        .map_or_else(String::new, |days| format!(", {days} days left"));
    let _ = write!(
        rows,
        "<dt>Daily usage</dt><dd>{} USD / day{days}</dd>",
        usd::format_unsigned(ledger.daily_cost())
    );
    format!("<dl>{rows}</dl>")
}

fn waiting(user: &User, top_up: &TopUp) -> String {
    format!(
        "<h2 id=\"waiting\" data-testid=\"waiting\">Waiting for payment: {} USD</h2><div class=\"buttons\">\
         <a id=\"complete\" data-testid=\"complete\" class=\"primary\" href=\"{}\">Complete</a>\
         <form method=\"post\" action=\"/billing/cancel\"><input type=\"hidden\" name=\"user\" value=\"{}\">\
         <button id=\"cancel\" data-testid=\"cancel\">Cancel</button></form></div>",
        usd::format_cents(top_up.amount_cents),
        escape(top_up.session_url.as_deref().unwrap_or_default()),
        user.id
    )
}

fn history(console: &ConsoleState, user: &User) -> String {
    console
        .top_ups_of(user.id)
        .rev()
        .take(LISTED_TOP_UPS)
        .map(|top_up| {
            format!(
                "<tr><td>{}</td><td class=\"mono\">{}</td><td>{}</td><td class=\"number\">{} {}</td><td>{}</td></tr>",
                readable(top_up.created_at),
                top_up.id,
                top_up.provider.name(),
                money::format_cents(money::from_cents(top_up.amount_cents)),
                top_up.provider.currency().to_ascii_uppercase(),
                status_label(top_up.status)
            )
        })
        .collect()
}

/// The words of the real console.
fn status_label(status: TopUpStatus) -> &'static str {
    match status {
        TopUpStatus::Created | TopUpStatus::Pending => "Pending",
        TopUpStatus::AmlFailed => "Under review",
        TopUpStatus::Completed => "Completed",
        TopUpStatus::Expired => "Expired",
        TopUpStatus::Canceled => "Canceled",
        TopUpStatus::Failed => "Failed",
    }
}

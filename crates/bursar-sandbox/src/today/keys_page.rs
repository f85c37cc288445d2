//! The console's page where API keys are made, by preset and with an expiry date. A key is shown once.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime};

use super::billing_page::{display_name, for_user, readable};
use super::era::Era;
use super::key_scopes::{self, Preset};
use crate::console::state::{APP_SCOPES, User};
use crate::html::{console_page, escape, new_key_card};
use crate::http::{Params, html_page, parse_form};
use crate::sandbox::Sandbox;

/// `GET /settings/api-keys`
pub(crate) async fn keys(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(era): Extension<Era>,
    params: Params,
) -> Response {
    for_user(&sandbox, &params, era, |user| {
        keys_page(&sandbox, &user, "")
    })
}

/// `POST /settings/api-keys`
pub(crate) async fn create_key(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(era): Extension<Era>,
    bytes: Bytes,
) -> Response {
    let params = parse_form(&bytes);
    for_user(&sandbox, &params, era, |user| {
        let banner = create_from_form(&sandbox, &user, &params);
        keys_page(&sandbox, &user, &banner)
    })
}

/// Creates a key; returns the key or the problem as HTML.
fn create_from_form(sandbox: &Sandbox, user: &User, params: &Params) -> String {
    match NewKey::read(params, sandbox.clock.now()) {
        Ok(key) => {
            let made = sandbox.console().create_expiring_key(
                user.id,
                &key.name,
                key.scopes,
                key.expires_at,
            );
            new_key_card(&made.secret)
        }
        Err(problem) => {
            format!(
                "<p class=\"card\" id=\"message\" data-testid=\"message\" role=\"alert\">{problem}</p>"
            )
        }
    }
}

struct NewKey {
    name: String,
    scopes: BTreeSet<String>,
    expires_at: Option<OffsetDateTime>,
}

impl NewKey {
    fn read(params: &Params, now: OffsetDateTime) -> Result<Self, &'static str> {
        let name = params.get("name").unwrap_or_default();
        if !key_scopes::is_valid_name(name) {
            return Err("The name must be 1 to 25 small letters, digits and hyphens.");
        }
        let preset = match params.get("preset") {
            Some("full") => Preset::Full,
            Some("read_only") => Preset::ReadOnly,
            Some("custom") => Preset::Custom,
            _ => return Err("Choose what the key may do."),
        };
        let chosen: BTreeSet<String> = params.all("scope").iter().cloned().collect();
        let scopes = preset.scopes(&chosen);
        if scopes.is_empty() {
            return Err("Choose at least one scope.");
        }
        let expires_at = match params.get("expires").filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => {
                let day = Date::parse(text, format_description!("[year]-[month]-[day]"))
                    .map_err(|_| "The expiry date must be a date.")?;
                let end = day.midnight().assume_utc() + Duration::days(1);
                if end <= now {
                    return Err("The expiry date must be in the future.");
                }
                Some(end)
            }
        };
        Ok(Self {
            name: name.to_owned(),
            scopes,
            expires_at,
        })
    }
}

fn keys_page(sandbox: &Sandbox, user: &User, banner: &str) -> Response {
    let now = sandbox.clock.now();
    let console = sandbox.console();
    let mut rows = String::new();
    for key in console.keys.iter().filter(|key| key.user == user.id) {
        let state = match (key.is_active(now), key.expires_at) {
            (false, _) => "no longer valid".to_owned(),
            (true, Some(at)) => format!("until {}", readable(at)),
            (true, None) => "does not expire".to_owned(),
        };
        let scopes: Vec<&str> = key.scopes.iter().map(String::as_str).collect();
        let _ = write!(
            rows,
            "<tr><td>{}</td><td>{state}</td><td><code>{}</code></td></tr>",
            escape(&key.name),
            escape(&scopes.join(", "))
        );
    }
    let mut presets = String::new();
    for (value, label, checked) in [
        ("full", "Full access", ""),
        ("read_only", "Read only: resources and billing", ""),
        ("custom", "Custom scopes", " checked"),
    ] {
        let _ = write!(
            presets,
            "<label class=\"check\"><input type=\"radio\" name=\"preset\" value=\"{value}\" id=\"preset-{value}\" \
             data-testid=\"preset-{value}\"{checked}> {label}</label>"
        );
    }
    let mut scopes = String::new();
    for scope in key_scopes::full() {
        let checked = if APP_SCOPES.contains(&scope.as_str()) {
            " checked"
        } else {
            ""
        };
        let _ = write!(
            scopes,
            "<label class=\"check\"><input type=\"checkbox\" name=\"scope\" value=\"{scope}\"{checked}> <code>{scope}</code></label>"
        );
    }
    html_page(console_page(
        "API keys",
        &format!(
            "{banner}<section class=\"card\"><h1>API keys of {name}</h1><table><tbody>{rows}</tbody></table></section>\
             <section class=\"card\"><h2>New key</h2><form method=\"post\" action=\"/settings/api-keys\">\
             <input type=\"hidden\" name=\"user\" value=\"{id}\">\
             <label>Name <input id=\"key-name\" data-testid=\"key-name\" name=\"name\" value=\"bursar\" maxlength=\"25\"></label>\
             <fieldset><legend>What the key may do</legend>{presets}</fieldset>\
             <fieldset class=\"scopes\"><legend>Custom scopes</legend>{scopes}</fieldset>\
             <label>Expiry date (optional) <input id=\"key-expires\" data-testid=\"key-expires\" name=\"expires\" type=\"date\"></label>\
             <button id=\"create-key\" data-testid=\"create-key\" class=\"primary\">Create key</button></form></section>\
             <p><a href=\"/billing?user={id}\">Billing</a></p>",
            name = escape(&display_name(user)),
            id = user.id,
        ),
    ))
}

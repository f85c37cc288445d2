//! Renewable services, migrations that await payment, and expenses.

use std::sync::Arc;

use axum::extract::State;
use time::Date;
use time::macros::format_description;

use super::auth::Caller;
use super::paging::{Page, wrong_parameter};
use super::problem::{ApiResult, Problem};
use super::response::ok;
use crate::http::Params;
use crate::panel::service::{Migration, Service};
use crate::panel::state::sort_key;
use crate::sandbox::Sandbox;

/// `GET /services/renewable`
pub(super) async fn renewable(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    params: Params,
) -> ApiResult {
    let page = Page::read(&params, "services", &[], sandbox.clock.now())?;
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    let mut services: Vec<(String, &Service)> = account
        .services
        .iter()
        .map(|service| (sort_key(service.due_at, &service.id), service))
        .collect();
    services.sort_by(|one, other| one.0.cmp(&other.0));
    let after = page.after.clone();
    let items = services
        .into_iter()
        .filter(|(sort_key, _)| after.as_ref().is_none_or(|after| sort_key > after));
    ok(&page.take_page(items, |_, service| service.to_json(account.currency)))
}

/// `GET /migrations`
pub(super) async fn migrations(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    params: Params,
) -> ApiResult {
    let now = sandbox.clock.now();
    let page = Page::read(&params, "migrations", &[], now)?;
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    let mut orders: Vec<(String, &Migration)> = account
        .migrations
        .iter()
        .map(|order| (sort_key(order.ordered_at, &order.id), order))
        .collect();
    orders.sort_by(|one, other| other.0.cmp(&one.0));
    let after = page.after.clone();
    let items = orders
        .into_iter()
        .filter(|(sort_key, _)| after.as_ref().is_none_or(|after| sort_key < after));
    ok(&page.take_page(items, |_, order| order.to_json(account.currency, now)))
}

/// `GET /expenses`
pub(super) async fn expenses(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    params: Params,
) -> ApiResult {
    let page = Page::read(&params, "expenses", &["from", "to"], sandbox.clock.now())?;
    let (from, to) = (date_param(&params, "from")?, date_param(&params, "to")?);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(wrong_parameter("to", "Must not be before from"));
    }
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    // Keys start with the date, and `~` sorts after every character that can follow it.
    let first = from.map_or_else(String::new, |from| from.to_string());
    let end = match (&page.after, to) {
        (Some(after), _) => after.clone(),
        (None, Some(to)) => format!("{to}~"),
        (None, None) => "~".to_owned(),
    };
    let items = account
        .expenses
        .range(..end)
        .rev()
        .take_while(|(key, _)| **key >= first)
        .map(|(key, expense)| (key.clone(), expense));
    ok(&page.take_page(items, |key, expense| {
        expense.to_json(account.currency, &format!("exp_{key}"))
    }))
}

fn date_param(params: &Params, name: &str) -> Result<Option<Date>, Problem> {
    let form = format_description!("[year]-[month]-[day]");
    params
        .get(name)
        .map(|text| {
            Date::parse(text, form)
                .map_err(|_| wrong_parameter(name, "Must be a day like 2026-01-31"))
        })
        .transpose()
}

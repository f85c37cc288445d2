//! The steps that a user takes on a hosted page: enter a card, confirm with the bank, log in, approve, cancel.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use time::OffsetDateTime;

use super::view::{View, not_found_page};
use crate::http::{Params, html_page, parse_form};
use crate::panel::instrument::{Instrument, Outcome, parse_card, wallet_account};
use crate::panel::method::Method;
use crate::panel::payment::{Page, ReasonCode, Status, Step};
use crate::panel::state::{Account, PageTarget};
use crate::sandbox::Sandbox;

/// An account, and the payment or method of a page that is still open.
type OpenPage<'a> = (&'a mut Account, PageTarget);

/// Runs `action` if the page is still open, and does nothing otherwise.
fn with_open_page<T>(
    sandbox: &Sandbox,
    token: &str,
    action: impl FnOnce(OpenPage<'_>, OffsetDateTime) -> T,
) -> Option<T> {
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    let (account, target) = panel.pages.get(token).cloned()?;
    let account = panel.account_mut(account)?;
    open_page(account, &target)?;
    Some(action((account, target), now))
}

fn open_page<'a>(account: &'a Account, target: &PageTarget) -> Option<&'a Page> {
    match target {
        PageTarget::Payment(id) => account.payment(id)?.open_page(),
        PageTarget::Method(id) => account.method(id)?.saved()?.open_page(),
    }
}

fn step_of(account: &Account, target: &PageTarget) -> Option<Step> {
    open_page(account, target).map(|page| page.step.clone())
}

fn set_step(account: &mut Account, target: &PageTarget, step: Step) {
    let page = match target {
        PageTarget::Payment(id) => account
            .payment_mut(id)
            .and_then(|payment| payment.page.as_mut()),
        PageTarget::Method(id) => account
            .method_mut(id)
            .and_then(Method::saved_mut)
            .and_then(|saved| saved.page.as_mut()),
    };
    if let Some(page) = page {
        page.step = step;
    }
}

/// Applies the bank's answer to the payment or method.
fn apply_outcome(
    (account, target): OpenPage<'_>,
    instrument: &Instrument,
    outcome: Outcome,
    save: bool,
    now: OffsetDateTime,
) {
    match target {
        PageTarget::Payment(id) => account.pay_on_page(&id, instrument, outcome, save, now),
        PageTarget::Method(id) => account.submit_method_details(&id, instrument, outcome, now),
    }
}

/// Redirects to the page with a GET, so that a reload repeats nothing.
fn redirect_to_page(token: &str) -> Response {
    (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, format!("/pay/{token}"))],
    )
        .into_response()
}

fn with_error(sandbox: &Sandbox, token: &str, error: &str) -> Response {
    View::read(sandbox, token).map_or_else(not_found_page, |view| {
        let html = view.html(token, Some(error));
        (StatusCode::UNPROCESSABLE_ENTITY, html_page(html)).into_response()
    })
}

fn wants_save(fields: &Params) -> bool {
    fields.get("save") == Some("yes")
}

/// `POST /pay/{token}/card`
pub(super) async fn card(
    State(sandbox): State<Arc<Sandbox>>,
    Path(token): Path<String>,
    bytes: Bytes,
) -> Response {
    let fields = parse_form(&bytes);
    let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    let parsed_card = parse_card(
        &text("number"),
        &text("expiry"),
        &text("cvc"),
        sandbox.clock.now(),
    );
    let card = match parsed_card {
        Ok(card) => card,
        Err(error) => return with_error(&sandbox, &token, error),
    };
    with_open_page(&sandbox, &token, |open, now| {
        apply_outcome(open, &card, card.page_outcome, wants_save(&fields), now);
    });
    wait_while_processing(&sandbox, &token, card.page_outcome).await;
    redirect_to_page(&token)
}

/// `POST /pay/{token}/confirm`
pub(super) async fn confirm(
    State(sandbox): State<Arc<Sandbox>>,
    Path(token): Path<String>,
    bytes: Bytes,
) -> Response {
    let is_confirmed = parse_form(&bytes).get("answer") == Some("yes");
    with_open_page(&sandbox, &token, |(account, target), now| {
        let Some(Step::Confirm { card, save }) = step_of(account, &target) else {
            return;
        };
        let outcome = if is_confirmed {
            Outcome::Approve
        } else {
            Outcome::Refuse(ReasonCode::ConfirmationFailed)
        };
        apply_outcome((account, target), &card, outcome, save, now);
    });
    redirect_to_page(&token)
}

/// `POST /pay/{token}/log-in`
pub(super) async fn log_in(
    State(sandbox): State<Arc<Sandbox>>,
    Path(token): Path<String>,
    bytes: Bytes,
) -> Response {
    let fields = parse_form(&bytes);
    let Some(customer) = wallet_account(fields.get("email").unwrap_or_default().trim()) else {
        return with_error(&sandbox, &token, "This is not an e-mail address.");
    };
    with_open_page(&sandbox, &token, |(account, target), _| {
        set_step(account, &target, Step::Approve { account: customer });
    });
    redirect_to_page(&token)
}

/// `POST /pay/{token}/approve`
pub(super) async fn approve(
    State(sandbox): State<Arc<Sandbox>>,
    Path(token): Path<String>,
    bytes: Bytes,
) -> Response {
    let save = wants_save(&parse_form(&bytes));
    let outcome = with_open_page(&sandbox, &token, |(account, target), now| {
        let Some(Step::Approve { account: customer }) = step_of(account, &target) else {
            return None;
        };
        apply_outcome(
            (account, target),
            &customer,
            customer.page_outcome,
            save,
            now,
        );
        Some(customer.page_outcome)
    });
    if let Some(outcome) = outcome.flatten() {
        wait_while_processing(&sandbox, &token, outcome).await;
    }
    redirect_to_page(&token)
}

/// `POST /pay/{token}/cancel`
pub(super) async fn cancel(
    State(sandbox): State<Arc<Sandbox>>,
    Path(token): Path<String>,
) -> Response {
    with_open_page(&sandbox, &token, |(account, target), now| match target {
        PageTarget::Payment(id) => {
            let reason = ReasonCode::CancelledByUser.reason();
            account.set_status(&id, Status::Cancelled, Some(reason), now);
        }
        PageTarget::Method(id) => {
            if let Some(saved) = account.method_mut(&id).and_then(Method::saved_mut) {
                saved.fail(ReasonCode::CancelledByUser);
            }
        }
    });
    redirect_to_page(&token)
}

/// Keeps the request open for as long as a hanging payment is processing; the control API settles it.
async fn wait_while_processing(sandbox: &Sandbox, token: &str, outcome: Outcome) {
    if outcome != Outcome::Hang {
        return;
    }
    loop {
        let turned = sandbox.panel_payment_changed.notified();
        if !is_processing(sandbox, token) {
            return;
        }
        turned.await;
    }
}

fn is_processing(sandbox: &Sandbox, token: &str) -> bool {
    let panel = sandbox.panel();
    let Some((account, PageTarget::Payment(id))) = panel.pages.get(token) else {
        return false;
    };
    panel
        .account(*account)
        .and_then(|account| account.payment(id))
        .is_some_and(|payment| payment.status == Status::Processing)
}

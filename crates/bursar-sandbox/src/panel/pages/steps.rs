//! What a user does on a hosted page: gives a card, answers the bank, logs in, approves, gives up.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use time::OffsetDateTime;

use super::missing;
use super::view::View;
use crate::http::{Params, form, page};
use crate::panel::instrument::{Instrument, Outcome, card as read_card, wallet};
use crate::panel::method::Method;
use crate::panel::payment::{Page, Status, Step, Why};
use crate::panel::state::{Account, Target};
use crate::world::World;

/// An account and what its page is about, while something can be done there.
type Open<'a> = (&'a mut Account, Target);

/// Does something on a page that is still open; on one that is over nothing happens.
fn on_open<T>(
    world: &World,
    token: &str,
    act: impl FnOnce(Open<'_>, OffsetDateTime) -> T,
) -> Option<T> {
    let now = world.clock.now();
    let mut panel = world.panel();
    let (account, target) = panel.pages.get(token).cloned()?;
    let account = panel.account_mut(account)?;
    open_page(account, &target)?;
    Some(act((account, target), now))
}

fn open_page<'a>(account: &'a Account, target: &Target) -> Option<&'a Page> {
    match target {
        Target::Payment(id) => account.payment(id)?.payable(),
        Target::Method(id) => account.method(id)?.saved()?.open_page(),
    }
}

fn step_of(account: &Account, target: &Target) -> Option<Step> {
    open_page(account, target).map(|page| page.step.clone())
}

fn set_step(account: &mut Account, target: &Target, step: Step) {
    let page = match target {
        Target::Payment(id) => account
            .payment_mut(id)
            .and_then(|payment| payment.page.as_mut()),
        Target::Method(id) => account
            .method_mut(id)
            .and_then(Method::saved_mut)
            .and_then(|saved| saved.page.as_mut()),
    };
    if let Some(page) = page {
        page.step = step;
    }
}

/// The bank's word on what the user gave.
fn answer(
    (account, target): Open<'_>,
    instrument: &Instrument,
    outcome: Outcome,
    save: bool,
    now: OffsetDateTime,
) {
    match target {
        Target::Payment(id) => account.pay_on_page(&id, instrument, outcome, save, now),
        Target::Method(id) => account.give_details(&id, instrument, outcome, now),
    }
}

/// Back to the page, by a read: reloading it then repeats nothing.
fn see(token: &str) -> Response {
    (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, format!("/pay/{token}"))],
    )
        .into_response()
}

fn with_error(world: &World, token: &str, error: &str) -> Response {
    View::read(world, token).map_or_else(missing, |view| {
        let html = view.html(token, Some(error));
        (StatusCode::UNPROCESSABLE_ENTITY, page(html)).into_response()
    })
}

fn wants_save(fields: &Params) -> bool {
    fields.get("save") == Some("yes")
}

/// `POST /pay/{token}/card`
pub(super) async fn card(
    State(world): State<Arc<World>>,
    Path(token): Path<String>,
    bytes: Bytes,
) -> Response {
    let fields = form(&bytes);
    let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    let read = read_card(
        &text("number"),
        &text("expiry"),
        &text("cvc"),
        world.clock.now(),
    );
    let card = match read {
        Ok(card) => card,
        Err(error) => return with_error(&world, &token, error),
    };
    on_open(&world, &token, |open, now| {
        answer(open, &card, card.on_page, wants_save(&fields), now);
    });
    hang_while_processing(&world, &token, card.on_page).await;
    see(&token)
}

/// `POST /pay/{token}/confirm`
pub(super) async fn confirm(
    State(world): State<Arc<World>>,
    Path(token): Path<String>,
    bytes: Bytes,
) -> Response {
    let is_me = form(&bytes).get("answer") == Some("yes");
    on_open(&world, &token, |(account, target), now| {
        let Some(Step::Confirm { card, save }) = step_of(account, &target) else {
            return;
        };
        let outcome = if is_me {
            Outcome::Approve
        } else {
            Outcome::Refuse(Why::ConfirmationFailed)
        };
        answer((account, target), &card, outcome, save, now);
    });
    see(&token)
}

/// `POST /pay/{token}/log-in`
pub(super) async fn log_in(
    State(world): State<Arc<World>>,
    Path(token): Path<String>,
    bytes: Bytes,
) -> Response {
    let fields = form(&bytes);
    let Some(customer) = wallet(fields.get("email").unwrap_or_default().trim()) else {
        return with_error(&world, &token, "This is not an e-mail address.");
    };
    on_open(&world, &token, |(account, target), _| {
        set_step(account, &target, Step::Approve { account: customer });
    });
    see(&token)
}

/// `POST /pay/{token}/approve`
pub(super) async fn approve(
    State(world): State<Arc<World>>,
    Path(token): Path<String>,
    bytes: Bytes,
) -> Response {
    let save = wants_save(&form(&bytes));
    let outcome = on_open(&world, &token, |(account, target), now| {
        let Some(Step::Approve { account: customer }) = step_of(account, &target) else {
            return None;
        };
        answer((account, target), &customer, customer.on_page, save, now);
        Some(customer.on_page)
    });
    if let Some(outcome) = outcome.flatten() {
        hang_while_processing(&world, &token, outcome).await;
    }
    see(&token)
}

/// `POST /pay/{token}/cancel`
pub(super) async fn cancel(State(world): State<Arc<World>>, Path(token): Path<String>) -> Response {
    on_open(&world, &token, |(account, target), now| match target {
        Target::Payment(id) => {
            let reason = Why::CancelledByUser.reason();
            account.turn(&id, Status::Cancelled, Some(reason), now);
        }
        Target::Method(id) => {
            if let Some(saved) = account.method_mut(&id).and_then(Method::saved_mut) {
                saved.fail(Why::CancelledByUser);
            }
        }
    });
    see(&token)
}

/// A payment system that hangs gives its page no answer, until the control API says how the payment ends.
async fn hang_while_processing(world: &World, token: &str, outcome: Outcome) {
    if outcome != Outcome::Hang {
        return;
    }
    loop {
        let turned = world.panel_turned.notified();
        if !is_processing(world, token) {
            return;
        }
        turned.await;
    }
}

fn is_processing(world: &World, token: &str) -> bool {
    let panel = world.panel();
    let Some((account, Target::Payment(id))) = panel.pages.get(token) else {
        return false;
    };
    panel
        .account(*account)
        .and_then(|account| account.payment(id))
        .is_some_and(|payment| payment.status == Status::Processing)
}

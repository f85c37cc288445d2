//! Renders a hosted page: the order, and either the form of the current step or the outcome with the way back.

use std::fmt::Write;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::html::escape;
use crate::http::html_page;
use crate::panel::instrument::{PaymentSystem, TEST_CARDS};
use crate::panel::method::SavedMethodStatus;
use crate::panel::payment::{Page, Reason, Status, Step};
use crate::panel::state::PageTarget;
use crate::sandbox::Sandbox;

const MERCHANT: &str = "Sandbox Hosting";

/// The current state of a page.
#[derive(Clone, Debug)]
pub(super) struct View {
    system: PaymentSystem,
    /// What is paid for, such as `Balance top-up`.
    title: String,
    /// None if the page only saves a method.
    amount: Option<String>,
    number: Option<String>,
    phase: Phase,
    /// The initial state of the "save this method" checkbox; None if the page has none.
    save: Option<bool>,
    return_url: String,
}

#[derive(Clone, Debug)]
enum Phase {
    Details,
    /// The bank asks its customer to confirm; holds the last digits of the card.
    Confirm(String),
    /// Logged in with this address.
    Approve(String),
    Processing,
    Done(&'static str),
    Ended(String),
}

impl View {
    pub(super) fn read(sandbox: &Sandbox, token: &str) -> Option<Self> {
        let panel = sandbox.panel();
        let (account, target) = panel.pages.get(token)?;
        let account = panel.account(*account)?;
        match target {
            PageTarget::Payment(id) => {
                let payment = account.payment(id)?;
                let page = payment.page.as_ref()?;
                Some(Self {
                    system: system_of(sandbox, page),
                    title: payment.purpose.title(),
                    amount: Some(account.currency.format_with_code(payment.minor)),
                    number: Some(payment.number.clone()),
                    phase: phase_of(payment.status, payment.reason.as_ref(), &page.step),
                    save: Some(payment.saves_method),
                    return_url: page.return_url.clone(),
                })
            }
            PageTarget::Method(id) => {
                let saved = account.method(id)?.saved()?;
                let page = saved.page.as_ref()?;
                let phase = match (saved.status, &saved.instrument) {
                    (SavedMethodStatus::Pending, None) => open_phase(&page.step),
                    (SavedMethodStatus::Pending | SavedMethodStatus::Confirmed, _) => {
                        Phase::Done("The payment method was saved.")
                    }
                    (SavedMethodStatus::Failed, _) => {
                        Phase::Ended(reason_message(saved.reason.as_ref()))
                    }
                };
                Some(Self {
                    system: saved.system,
                    title: "Save a payment method".to_owned(),
                    amount: None,
                    number: None,
                    phase,
                    save: None,
                    return_url: page.return_url.clone(),
                })
            }
        }
    }

    /// `pay`, `confirm`, `approve`, `processing`, `paid` or `ended`.
    pub(super) fn phase(&self) -> &'static str {
        match self.phase {
            Phase::Details => "pay",
            Phase::Confirm(_) => "confirm",
            Phase::Approve(_) => "approve",
            Phase::Processing => "processing",
            Phase::Done(_) => "paid",
            Phase::Ended(_) => "ended",
        }
    }

    /// Renders the page; `error` says what is wrong with the input.
    pub(super) fn html(&self, token: &str, error: Option<&str>) -> String {
        let (class, title) = match self.system {
            PaymentSystem::Card => ("card", "Card payment"),
            PaymentSystem::Wallet => ("wallet", "Pay with PayPal"),
        };
        let is_over = matches!(
            self.phase,
            Phase::Processing | Phase::Done(_) | Phase::Ended(_)
        );
        // Only a finished page redirects by itself; the user may still wait for a bank.
        let redirect_attribute = if matches!(self.phase, Phase::Done(_) | Phase::Ended(_)) {
            " data-leaves"
        } else {
            ""
        };
        let return_link = if is_over {
            self.return_link()
        } else {
            String::new()
        };
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · {MERCHANT}</title>\
             <meta name=\"viewport\" content=\"width=device-width\">\
             <link rel=\"stylesheet\" href=\"/assets/panel-pay.css\"></head>\
             <body class=\"{class}\" data-base=\"/pay/{token}\" data-phase=\"{phase}\"{redirect_attribute}>\
             <p class=\"notice\">Sandbox: play money. No card is charged.</p>\
             <div class=\"columns\">{order}<main>{status}{form}{return_link}</main></div>\
             <script src=\"/assets/panel-pay.js\"></script></body></html>",
            token = escape(token),
            phase = self.phase(),
            order = self.order(),
            status = self.status(error),
            form = self.form(token),
        )
    }

    fn order(&self) -> String {
        let mut rows = String::new();
        for (name, id, value) in [
            ("For", "words", Some(&self.title)),
            ("Payment", "number", self.number.as_ref()),
        ] {
            if let Some(value) = value {
                let _ = write!(
                    rows,
                    "<div><dt>{name}</dt><dd id=\"{id}\">{}</dd></div>",
                    escape(value)
                );
            }
        }
        let amount = self.amount.as_ref().map_or_else(String::new, |amount| {
            format!("<p class=\"amount\" id=\"amount\">{}</p>", escape(amount))
        });
        format!(
            "<section class=\"order\" aria-label=\"Order\"><h1 id=\"merchant\">{MERCHANT}</h1>{amount}<dl>{rows}</dl></section>"
        )
    }

    fn status(&self, error: Option<&str>) -> String {
        let (role, text) = match (&self.phase, error) {
            (_, Some(error)) => ("alert", error),
            (Phase::Processing, None) => ("status", "Your bank has not answered yet …"),
            (Phase::Done(text), None) => ("status", *text),
            (Phase::Ended(text), None) => ("status", text.as_str()),
            (Phase::Details | Phase::Confirm(_) | Phase::Approve(_), None) => ("status", ""),
        };
        let hidden = if text.is_empty() { " hidden" } else { "" };
        format!(
            "<p class=\"status\" id=\"status\" role=\"{role}\"{hidden}>{}</p>",
            escape(text)
        )
    }

    fn return_link(&self) -> String {
        format!(
            "<a class=\"primary\" id=\"return-link\" href=\"{}\">Return to {MERCHANT}</a>",
            escape(&self.return_url)
        )
    }

    fn form(&self, token: &str) -> String {
        let at = |step: &str| format!("/pay/{}/{step}", escape(token));
        let button = match &self.amount {
            Some(amount) => format!("Pay {}", escape(amount)),
            None => "Save".to_owned(),
        };
        let save = self.save.map_or_else(String::new, |save| {
            let checked = if save { " checked" } else { "" };
            format!(
                "<label class=\"check\"><input type=\"checkbox\" id=\"save\" name=\"save\" value=\"yes\"{checked}> \
                 Save this method for next time</label>"
            )
        });
        let form = match (&self.phase, self.system) {
            (Phase::Details | Phase::Approve(_), PaymentSystem::Card) => format!(
                "<form method=\"post\" action=\"{}\" aria-label=\"Card\"><h2>Pay by card</h2>{CARD_FIELDS}{save}\
                 <button id=\"pay\" class=\"primary\">{button}</button></form>{}",
                at("card"),
                test_cards()
            ),
            (Phase::Confirm(last4), _) => format!(
                "<form method=\"post\" action=\"{}\" aria-label=\"Confirmation\"><h2>Your bank asks: is it you?</h2>\
                 <p>A payment to {MERCHANT} with the card ending in {}.</p>\
                 <button id=\"confirm\" class=\"primary\" name=\"answer\" value=\"yes\">Yes, confirm</button>\
                 <button id=\"refuse\" class=\"secondary\" name=\"answer\" value=\"no\">No, it is not me</button></form>",
                at("confirm"),
                escape(last4)
            ),
            (Phase::Details, PaymentSystem::Wallet) => format!(
                "<form method=\"post\" action=\"{}\" aria-label=\"Log in\"><h2>Log in to PayPal</h2>\
                 <label>E-mail <input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"username\" required></label>\
                 <label>Password <input id=\"password\" name=\"password\" type=\"password\" \
                 autocomplete=\"current-password\"></label>\
                 <p class=\"hint\">Any address pays; <code>declined@</code> and <code>insufficient@</code> are refused, \
                 <code>hang@</code> gets no answer.</p>\
                 <button id=\"log-in\" class=\"primary\">Log in</button></form>",
                at("log-in")
            ),
            (Phase::Approve(email), PaymentSystem::Wallet) => format!(
                "<form method=\"post\" action=\"{}\" aria-label=\"Approve\"><h2>Approve the payment</h2>\
                 <p>Logged in as <b id=\"logged-in\">{}</b>.</p>{save}\
                 <button id=\"approve\" class=\"primary\">{button}</button></form>",
                at("approve"),
                escape(email)
            ),
            (Phase::Processing | Phase::Done(_) | Phase::Ended(_), _) => return String::new(),
        };
        format!(
            "{form}<form method=\"post\" action=\"{}\" aria-label=\"Cancel\">\
             <button id=\"cancel\" class=\"secondary\">Cancel and return to {MERCHANT}</button></form>",
            at("cancel")
        )
    }
}

const CARD_FIELDS: &str = "<label>Card number <input id=\"card-number\" name=\"number\" inputmode=\"numeric\" \
    autocomplete=\"cc-number\" placeholder=\"1234 1234 1234 1234\" required></label><div class=\"pair\">\
    <label>Expiry <input id=\"card-expiry\" name=\"expiry\" autocomplete=\"cc-exp\" placeholder=\"MM / YY\" required></label>\
    <label>CVC <input id=\"card-cvc\" name=\"cvc\" inputmode=\"numeric\" autocomplete=\"cc-csc\" placeholder=\"123\" required>\
    </label></div><label>Name on the card <input id=\"card-name\" name=\"name\" autocomplete=\"cc-name\"></label>";

fn test_cards() -> String {
    let rows: String = TEST_CARDS
        .iter()
        .map(|card| format!("<li><code>{}</code> {}</li>", card.number, card.description))
        .collect();
    format!("<details id=\"test-cards\"><summary>Test cards</summary><ul>{rows}</ul></details>")
}

fn system_of(sandbox: &Sandbox, page: &Page) -> PaymentSystem {
    if page.url.starts_with(&sandbox.urls.wallet_page) {
        PaymentSystem::Wallet
    } else {
        PaymentSystem::Card
    }
}

fn open_phase(step: &Step) -> Phase {
    match step {
        Step::Details => Phase::Details,
        Step::Confirm { card, .. } => Phase::Confirm(card.last4.clone().unwrap_or_default()),
        Step::Approve { account } => Phase::Approve(account.email.clone().unwrap_or_default()),
    }
}

fn phase_of(status: Status, reason: Option<&Reason>, step: &Step) -> Phase {
    match status {
        Status::New => open_phase(step),
        Status::Processing => Phase::Processing,
        Status::Trusted | Status::Paid => Phase::Done("Payment received. Thank you!"),
        Status::WaitingRefund | Status::Refunded => Phase::Done("The payment was refunded."),
        Status::Fraudulent | Status::Cancelled => Phase::Ended(reason_message(reason)),
    }
}

fn reason_message(reason: Option<&Reason>) -> String {
    reason.map_or_else(
        || "This page has ended.".to_owned(),
        |reason| reason.message.clone(),
    )
}

pub(super) fn not_found_page() -> Response {
    let html = "<!doctype html><html lang=\"en\"><title>Not found</title><p>This payment page does not exist.</html>";
    (StatusCode::NOT_FOUND, html_page(html.to_owned())).into_response()
}

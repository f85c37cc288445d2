//! What the crypto page and the card page share: the order with its fee, the countdown, the outcome and the frame.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use time::OffsetDateTime;

use super::era::Era;
use super::payment_page::PaymentPage;
use super::usd;
use crate::console::state::{ConsoleState, TopUp, TopUpStatus};
use crate::html::escape;
use crate::http::{ApiError, html_page, static_asset};
use crate::sandbox::Sandbox;

const CSS: &str = include_str!("../../assets/today-pay.css");
const JS: &str = include_str!("../../assets/today-pay.js");

/// What both servers answer beside their pages.
pub(crate) fn shared_routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route(
            "/assets/today-pay.css",
            get(async || static_asset("text/css; charset=utf-8", CSS)),
        )
        .route(
            "/assets/today-pay.js",
            get(async || static_asset("text/javascript; charset=utf-8", JS)),
        )
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .fallback(async || ApiError::not_found("No such page"))
}

/// The order of a payment page.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) top_up: TopUp,
    amount_cents: i64,
    fee_cents: i64,
    total: String,
    seconds_left: i64,
    /// The console's billing page, where the payer came from.
    pub(crate) back: String,
}

/// How far a payment is: the names are for tests, the texts for the payer.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    pub(crate) phase: &'static str,
    pub(crate) status: &'static str,
    pub(crate) heading: String,
    pub(crate) text: String,
    /// Whether the text says that something went wrong.
    pub(crate) is_alert: bool,
}

/// What the frame needs beside the order and the progress.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    /// The name of the style sheet's class, and of the kind of page.
    pub(crate) class: &'static str,
    pub(crate) note: &'static str,
    /// Where the page is, and where its state is.
    pub(crate) url: &'a str,
    pub(crate) state_url: &'a str,
    /// Changes with everything that the page shows.
    pub(crate) revision: &'a str,
    /// Whether a finished page goes back by itself.
    pub(crate) leaves: bool,
}

impl Order {
    pub(crate) fn read(
        sandbox: &Sandbox,
        console: &ConsoleState,
        page: &PaymentPage,
        now: OffsetDateTime,
    ) -> Option<Self> {
        let top_up = console.top_up(page.top_up)?.clone();
        let left = top_up.expires_at.map(|expires_at| expires_at - now);
        let console_url = sandbox.console_url(Era::Today);
        Some(Self {
            amount_cents: page.amount_cents,
            fee_cents: page.fee_cents,
            total: page.total_text(),
            seconds_left: left.map_or(0, |left| left.whole_seconds().max(0)),
            back: format!("{console_url}/billing?user={}", top_up.user),
            top_up,
        })
    }

    pub(crate) fn total(&self) -> &str {
        &self.total
    }

    pub(crate) fn is_open(&self) -> bool {
        self.top_up.status == TopUpStatus::Created
    }

    /// The outcome of a payment whose page has ended; None while it is open.
    pub(crate) fn outcome(&self) -> Option<Progress> {
        let progress = |phase, status, heading: &str, text: &str, is_alert| Progress {
            phase,
            status,
            heading: heading.to_owned(),
            text: text.to_owned(),
            is_alert,
        };
        Some(match self.top_up.status {
            TopUpStatus::Created => return None,
            TopUpStatus::Pending | TopUpStatus::Completed => progress(
                "paid",
                "finished",
                "Payment complete",
                "Your payment has arrived. Fluence adds it to your balance.",
                false,
            ),
            TopUpStatus::AmlFailed => progress(
                "review",
                "review",
                "Under review",
                "Your payment has arrived and needs a manual check by the Fluence team before it is credited.",
                false,
            ),
            TopUpStatus::Expired => progress(
                "ended",
                "expired",
                "Payment expired",
                "This payment was not made in time. Do not pay for it. Money that arrives now is not credited by itself.",
                true,
            ),
            TopUpStatus::Canceled => progress(
                "ended",
                "canceled",
                "Payment cancelled",
                "This payment was cancelled in the console. Do not pay for it. Money that arrives now is not credited by itself.",
                true,
            ),
            TopUpStatus::Failed => progress(
                "ended",
                "failed",
                "Payment failed",
                "The payment did not go through. Your balance has not changed.",
                true,
            ),
        })
    }

    /// A whole page; `content` is HTML.
    pub(crate) fn page(&self, frame: Frame<'_>, progress: &Progress, content: &str) -> Response {
        let is_open = self.is_open();
        let leaves = if frame.leaves && progress.phase == "paid" {
            " data-leaves"
        } else {
            ""
        };
        let return_link = if is_open {
            String::new()
        } else {
            format!(
                "<p><a class=\"primary\" id=\"return-link\" data-testid=\"return-link\" href=\"{}\">Return to Fluence</a></p>",
                escape(&self.back)
            )
        };
        let countdown = if is_open {
            format!(
                "<p class=\"countdown\"><span id=\"countdown\" data-testid=\"countdown\" role=\"timer\">{}</span> left to pay</p>",
                format_left(self.seconds_left)
            )
        } else {
            String::new()
        };
        html_page(format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{heading} · {total} to Fluence</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
             <link rel=\"stylesheet\" href=\"/assets/today-pay.css\"></head>\
             <body class=\"{class}\" data-url=\"{url}\" data-state-url=\"{state_url}\" data-phase=\"{phase}\" \
             data-status=\"{status}\" data-revision=\"{revision}\" data-seconds-left=\"{seconds}\"{leaves}>\
             <header class=\"notice\">Sandbox: play money. Nothing is charged.</header>\
             <div class=\"columns\">{order}<main aria-labelledby=\"heading\">\
             <div class=\"heading\"><h1 id=\"heading\">{heading}</h1>{countdown}</div>{status_line}{content}{return_link}</main></div>\
             <script src=\"/assets/today-pay.js\"></script></body></html>",
            heading = escape(&progress.heading),
            total = escape(&self.total),
            class = frame.class,
            url = escape(frame.url),
            state_url = escape(frame.state_url),
            phase = progress.phase,
            status = progress.status,
            revision = escape(frame.revision),
            seconds = self.seconds_left,
            order = self.order_section(frame.note, is_open),
            status_line = status_line(progress),
        ))
    }

    fn order_section(&self, note: &str, is_open: bool) -> String {
        let amount = usd::format_cents(self.amount_cents);
        let fee = usd::format_cents(self.fee_cents);
        let hint = match (is_open, self.top_up.status) {
            (true, _) => format!(
                "{amount} USD will be added to your balance. Closing this page does not cancel the payment."
            ),
            (false, TopUpStatus::Pending | TopUpStatus::Completed) => {
                format!("{amount} USD are added to your balance.")
            }
            (false, _) => String::new(),
        };
        format!(
            "<section class=\"order\" aria-label=\"Order\"><div>\
             <p class=\"back\"><a id=\"back\" data-testid=\"back\" href=\"{back}\">\
             <svg viewBox=\"0 0 16 16\" width=\"16\" height=\"16\" aria-hidden=\"true\"><path d=\"M14 8H3M7.5 3.5 3 8l4.5 4.5\" fill=\"none\" \
             stroke=\"currentColor\" stroke-width=\"1.5\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>Back to Fluence</a></p>\
             <p class=\"label\">Pay Fluence</p><p class=\"total\" id=\"total\" data-testid=\"total\">{total}</p>\
             <dl><div><dt>Balance top-up</dt><dd id=\"subtotal\" data-testid=\"subtotal\">{amount} USD</dd></div>\
             <div><dt>Processing fee</dt><dd id=\"fee\" data-testid=\"fee\">{fee} USD</dd></div>\
             <div class=\"due\"><dt>Total</dt><dd id=\"amount-due\" data-testid=\"amount-due\">{total}</dd></div></dl>\
             <p class=\"hint\">{hint}</p>\
             <p class=\"hint\">Payment <code id=\"number\" data-testid=\"number\">{id}</code></p></div>\
             <p class=\"note\">{note}</p></section>",
            back = escape(&self.back),
            total = escape(&self.total),
            id = self.top_up.id,
        )
    }
}

fn status_line(progress: &Progress) -> String {
    let role = if progress.is_alert { "alert" } else { "status" };
    let hidden = if progress.text.is_empty() {
        " hidden"
    } else {
        ""
    };
    format!(
        "<p class=\"status\" id=\"status\" data-testid=\"status\" role=\"{role}\"{hidden}>{}</p>",
        escape(&progress.text)
    )
}

/// `23:59:59`, or `14:59` below an hour.
fn format_left(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

pub(crate) fn not_found() -> Response {
    let html = "<!doctype html><html lang=\"en\"><title>Not found</title><p>This payment page does not exist.</html>";
    (StatusCode::NOT_FOUND, html_page(html.to_owned())).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countdown_shows_hours_only_where_there_are_some() {
        for (seconds, text) in [
            (86_399, "23:59:59"),
            (3_600, "1:00:00"),
            (899, "14:59"),
            (5, "0:05"),
        ] {
            assert_eq!(format_left(seconds), text);
        }
    }
}

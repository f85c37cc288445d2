//! The hosted page for crypto payments: the payer chooses a coin and a network, and sends the exact amount to a new
//! address within 24 hours. A test wallet on the page sends play money.

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use qrcode::QrCode;
use qrcode::render::svg;
use serde_json::json;
use uuid::Uuid;

use super::coins::{self, COINS, Coin};
use super::page_layout::{Frame, Order, Progress, not_found, shared_routes};
use super::payment_page::{CryptoStep, Deposit, Transfer};
use super::payments;
use crate::html::escape;
use crate::http::{ApiError, ApiResult, Params, ok, parse_form};
use crate::sandbox::Sandbox;

pub(crate) fn router(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/payment/", get(show))
        .route("/payment/state", get(state))
        .route("/payment/qr", get(qr))
        .route("/payment/coin", post(choose))
        .route("/payment/change-coin", post(change_coin))
        .route("/payment/send", post(send))
        .merge(shared_routes())
        .with_state(sandbox)
}

/// A page as it is now.
struct View {
    token: String,
    order: Order,
    deposit: Option<Deposit>,
    transfers: Vec<Transfer>,
    received: u128,
    missing: u128,
    is_confirming: bool,
}

impl View {
    fn read(sandbox: &Sandbox, params: &Params) -> Option<Self> {
        let token = params.get("iid")?;
        let now = sandbox.clock.now();
        let console = sandbox.console();
        let page = console.today.page(console.today.top_up_of_token(token)?)?;
        let step: &CryptoStep = page.crypto()?;
        Some(Self {
            token: token.to_owned(),
            order: Order::read(sandbox, &console, page, now)?,
            deposit: step.deposit.clone(),
            transfers: step.transfers.clone(),
            received: step.received(),
            missing: step.missing(),
            is_confirming: step.is_confirming(),
        })
    }

    fn revision(&self) -> String {
        let progress = self.progress(None);
        let confirmed = self
            .transfers
            .iter()
            .filter(|other| other.confirmed)
            .count();
        let sent = self.transfers.len();
        format!("{}-{}-{sent}-{confirmed}", progress.phase, progress.status)
    }

    fn progress(&self, error: Option<&str>) -> Progress {
        let mut progress = self.order.outcome().unwrap_or_else(|| self.open_progress());
        if progress.phase == "ended" && self.transfers.iter().any(|transfer| transfer.late) {
            progress.text = format!(
                "Money arrived after the end of this payment. It is not credited by itself. Write to the Fluence team \
                 and give the payment {} and the transaction below.",
                self.order.top_up.id
            );
        }
        if let Some(error) = error {
            progress.text = error.to_owned();
            progress.is_alert = true;
        }
        progress
    }

    fn open_progress(&self) -> Progress {
        let Some(deposit) = &self.deposit else {
            return Progress {
                phase: "choose",
                status: "waiting",
                heading: "Choose a coin".to_owned(),
                text: String::new(),
                is_alert: false,
            };
        };
        if self.is_confirming {
            return Progress {
                phase: "confirming",
                status: "confirming",
                heading: "Waiting for the network".to_owned(),
                text: "Your transfer was seen. It counts once the network has confirmed it."
                    .to_owned(),
                is_alert: false,
            };
        }
        let (status, text) = if self.received > 0 {
            let text = format!(
                "Partially paid: {} received, {} still missing.",
                deposit.text(self.received),
                deposit.text(self.missing)
            );
            ("partially_paid", text)
        } else {
            ("waiting", String::new())
        };
        Progress {
            phase: "send",
            status,
            heading: format!("Send {}", deposit.coin.symbol),
            text,
            is_alert: false,
        }
    }

    fn html(&self, error: Option<&str>) -> Response {
        let progress = self.progress(error);
        let mut content = match (progress.phase, &self.deposit) {
            ("choose", _) => self.choice(),
            ("send", Some(deposit)) => self.instructions(deposit),
            ("ended", Some(deposit)) => self.test_wallet(deposit, "Send it all the same"),
            _ => String::new(),
        };
        if !self.transfers.is_empty() {
            content.push_str(&self.transfer_list());
        }
        let frame = Frame {
            class: "crypto",
            note: "A stand-in for a hosted crypto payment page, with fixed rates.",
            url: &format!("/payment/?iid={}", self.token),
            state_url: &format!("/payment/state?iid={}", self.token),
            revision: &self.revision(),
            leaves: false,
        };
        self.order.page(frame, &progress, &content)
    }

    fn form(&self, action: &str, label: &str, content: &str) -> String {
        format!(
            "<form method=\"post\" action=\"/payment/{action}\" aria-label=\"{label}\">\
             <input type=\"hidden\" name=\"iid\" value=\"{}\">{content}</form>",
            escape(&self.token)
        )
    }

    fn choice(&self) -> String {
        let mut coins = String::new();
        let mut networks = String::new();
        let mut listed_coins = Vec::new();
        let mut listed_networks = Vec::new();
        for coin in &COINS {
            if !listed_coins.contains(&coin.code) {
                listed_coins.push(coin.code);
                let _ = write!(
                    coins,
                    "<option value=\"{}\">{} ({})</option>",
                    coin.code, coin.name, coin.symbol
                );
            }
            if !listed_networks.contains(&coin.network) {
                listed_networks.push(coin.network);
                let _ = write!(
                    networks,
                    "<option value=\"{}\" data-coins=\"{}\">{}</option>",
                    coin.network,
                    coins_on(coin.network),
                    coin.network_name
                );
            }
        }
        self.form(
            "coin",
            "Coin",
            &format!(
                "<div class=\"pair\"><label>Coin <select id=\"coin\" data-testid=\"coin\" name=\"coin\">{coins}</select></label>\
                 <label>Network <select id=\"network\" data-testid=\"network\" name=\"network\">{networks}</select></label></div>\
                 <p class=\"hint\">Choose the network that your wallet sends on. Money that is sent on another one is lost.</p>\
                 <button id=\"continue\" data-testid=\"continue\" class=\"primary\">Continue</button>"
            ),
        )
    }

    fn instructions(&self, deposit: &Deposit) -> String {
        let change = if self.transfers.is_empty() {
            let button = "<button id=\"change-coin\" data-testid=\"change-coin\" class=\"link\">Choose another coin or network</button>";
            self.form("change-coin", "Another coin", button)
        } else {
            String::new()
        };
        format!(
            "<div class=\"deposit\"><img id=\"qr\" data-testid=\"qr\" src=\"/payment/qr?iid={token}\" width=\"176\" height=\"176\" \
             alt=\"QR code of the receiving address\"><dl class=\"facts\">\
             <div><dt>Send exactly</dt><dd><strong id=\"pay-amount\" data-testid=\"pay-amount\">{amount}</strong></dd></div>\
             <div><dt>On the network</dt><dd><strong id=\"pay-network\" data-testid=\"pay-network\">{network}</strong></dd></div>\
             <div><dt>To the address</dt><dd><code id=\"pay-address\" data-testid=\"pay-address\">{address}</code></dd></div></dl></div>\
             <p class=\"hint\">A smaller amount leaves the payment open until the rest arrives.</p>{change}{wallet}",
            token = escape(&self.token),
            amount = deposit.text(self.missing),
            network = deposit.coin.network_name,
            address = escape(&deposit.address),
            wallet = self.test_wallet(deposit, "Test wallet"),
        )
    }

    fn test_wallet(&self, deposit: &Deposit, title: &str) -> String {
        let is_open = self.order.is_open();
        let amount = coins::format_units(if is_open { self.missing } else { deposit.due });
        let open = if is_open { " open" } else { "" };
        let form = self.form(
            "send",
            "Test wallet",
            &format!(
                "<div class=\"pair\"><label>Amount in {symbol} <input id=\"wallet-amount\" data-testid=\"wallet-amount\" name=\"amount\" \
                 inputmode=\"decimal\" autocomplete=\"off\" value=\"{amount}\"></label>\
                 <button id=\"wallet-send\" data-testid=\"wallet-send\" class=\"primary\">Send</button></div>",
                symbol = deposit.coin.symbol,
            ),
        );
        format!(
            "<details class=\"test\" id=\"wallet\"{open}><summary>{title}</summary>\
             <p class=\"hint\">It holds any amount of play money.</p>{form}</details>"
        )
    }

    fn transfer_list(&self) -> String {
        let Some(deposit) = &self.deposit else {
            return String::new();
        };
        let rows: String = self
            .transfers
            .iter()
            .map(|transfer| {
                let state = match (transfer.late, transfer.confirmed) {
                    (true, _) => "too late, not credited",
                    (false, true) => "confirmed",
                    (false, false) => "waiting for confirmation",
                };
                format!(
                    "<li><span>{} · {state}</span><code>{}</code></li>",
                    deposit.text(transfer.units),
                    transfer.transaction
                )
            })
            .collect();
        format!(
            "<h2>Transfers</h2><ul class=\"transfers\" id=\"transfers\" data-testid=\"transfers\">{rows}</ul>"
        )
    }
}

/// The codes of the coins that are accepted on a network, separated by spaces.
fn coins_on(network: &str) -> String {
    let codes: Vec<&str> = COINS
        .iter()
        .filter(|coin: &&Coin| coin.network == network)
        .map(|coin| coin.code)
        .collect();
    codes.join(" ")
}

async fn show(State(sandbox): State<Arc<Sandbox>>, params: Params) -> Response {
    View::read(&sandbox, &params).map_or_else(not_found, |view| view.html(None))
}

async fn state(State(sandbox): State<Arc<Sandbox>>, params: Params) -> ApiResult {
    let view = View::read(&sandbox, &params)
        .ok_or_else(|| ApiError::not_found("This payment page does not exist"))?;
    let progress = view.progress(None);
    ok(&json!({"phase": progress.phase, "status": progress.status, "revision": view.revision()}))
}

/// The QR code contains only the address: a wallet that understands part of a richer payment URI would send money to
/// the wrong place.
async fn qr(State(sandbox): State<Arc<Sandbox>>, params: Params) -> ApiResult {
    let view = View::read(&sandbox, &params);
    let deposit = view
        .and_then(|view| view.deposit)
        .ok_or_else(|| ApiError::not_found("There is no address yet"))?;
    let code =
        QrCode::new(deposit.address).map_err(|error| ApiError::bad_request(error.to_string()))?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(176, 176)
        .build();
    Ok((
        [
            (header::CONTENT_TYPE, "image/svg+xml"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        picture,
    )
        .into_response())
}

async fn choose(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> Response {
    act(&sandbox, &bytes, |params, top_up| {
        let text = |name: &str| params.get(name).unwrap_or_default();
        payments::choose(
            &mut sandbox.console(),
            top_up,
            text("coin"),
            text("network"),
        )
    })
}

async fn change_coin(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> Response {
    act(&sandbox, &bytes, |_, top_up| {
        payments::choose_again(&mut sandbox.console(), top_up);
        Ok(())
    })
}

async fn send(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> Response {
    act(&sandbox, &bytes, |params, top_up| {
        let amount = coins::parse_units(params.get("amount").unwrap_or_default().trim());
        let amount = amount.filter(|units| *units > 0).ok_or_else(|| {
            ApiError::unprocessable("The amount must be a number with at most eight decimals.")
        })?;
        let now = sandbox.clock.now();
        payments::send(&mut sandbox.console(), top_up, Some(amount), now).map(|_| ())
    })
}

/// Takes a step on a page and shows the page again with a GET, so that a reload repeats nothing.
fn act(
    sandbox: &Sandbox,
    bytes: &[u8],
    step: impl FnOnce(&Params, Uuid) -> Result<(), ApiError>,
) -> Response {
    let params = parse_form(bytes);
    let Some(view) = View::read(sandbox, &params) else {
        return not_found();
    };
    match step(&params, view.order.top_up.id) {
        Ok(()) => {
            let url = format!("/payment/?iid={}", view.token);
            (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response()
        }
        Err(error) => (error.status, view.html(Some(error.message()))).into_response(),
    }
}

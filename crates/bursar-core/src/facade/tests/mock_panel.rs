//! A hosting panel with prepared answers, in the shapes of `docs/panel-api.yaml`.

use super::*;
use bursar_domain::view::ServicePeriod;
use std::collections::BTreeMap;

/// The price of the service that is due.
pub(super) const PRICE: &str = "54.00";

/// A price that makes the list of services unreadable.
pub(super) const UNREADABLE: &str = "unreadable";

/// The panel's data and behaviour.
pub(super) struct MockPanel {
    /// The open payments and the history's rows, newest first, as JSON.
    pub(super) payments: Vec<String>,
    /// The user to whom each key belongs. Any other key belongs to the first user.
    pub(super) users: BTreeMap<&'static str, &'static str>,
    /// Paths that do not answer.
    pub(super) down: Vec<&'static str>,
    /// If true, the history's pages after the first do not answer; otherwise the panel rejects every cursor as unknown.
    pub(super) cursors_down: bool,
    pub(super) methods: String,
    pub(super) price: String,
    /// The price that applies after the next request for the price.
    pub(super) next_price: Option<String>,
    /// The amount of every new payment, whatever amount was requested.
    pub(super) makes: Option<&'static str>,
    /// The message that refuses a payment, in which `KEY` stands for the key that was sent.
    pub(super) refuses: Option<&'static str>,
    /// The payment requests received.
    pub(super) posted: Vec<serde_json::Value>,
}

impl Default for MockPanel {
    fn default() -> Self {
        Self {
            payments: Vec::new(),
            users: BTreeMap::new(),
            down: Vec::new(),
            cursors_down: false,
            methods: format!("{CARD},{BY_INVOICE}"),
            price: PRICE.to_owned(),
            next_price: None,
            makes: None,
            refuses: None,
            posted: Vec::new(),
        }
    }
}

pub(super) const CARD: &str = r#"{"id":"mth_4242","kind":"saved","payer":"pyr_dana","name":"Visa ending in 4242",
    "system":"stripe","status":"confirmed","reason":null,"brand":"visa","last4":"4242","expires":"2031-04",
    "email":null,"is_default":true,"page":null,"expires_at":null,"created_at":"2025-11-02T08:14:00Z"}"#;
pub(super) const BY_INVOICE: &str =
    r#"{"id":"mth_inv","kind":"invoice","payer":"pyr_dana","name":"Invoice (bank transfer)"}"#;

impl MockProvider for MockPanel {
    const NAME: &str = "panel";
    const NETWORK: &str = "";

    fn answer(&mut self, request: &ReceivedRequest, clock: &TestClock) -> StubResponse {
        let now = clock.now();
        let path = request.path().trim_start_matches("/api/v1");
        if self.down.contains(&path) {
            return StubResponse::json(502, "{}");
        }
        let bearer = request.header("authorization").unwrap_or_default();
        let key = bearer.trim_start_matches("Bearer ");
        let body = match (request.method.as_str(), path) {
            ("GET", "/account") => {
                let user = self.users.get(key).copied().unwrap_or("acc_dana");
                account(user)
            }
            ("GET", "/top-up/options") => {
                format!(r#"{{"min":{},"max":{},"presets":[]}}"#, usd("0.50"), usd("15000.00"))
            }
            ("GET", "/payers") => {
                r#"{"items":[{"id":"pyr_dana","kind":"person","name":"Dana Demo","email":null,"country":"NL",
                "is_default":true}]}"#
                    .to_owned()
            }
            ("GET", "/payment-methods") => format!(r#"{{"items":[{}]}}"#, self.methods),
            ("GET", "/payments") if request.parameter("cursor").is_some() => {
                let (status, code) = match self.cursors_down {
                    true => (502, "unavailable"),
                    false => (400, "invalid_cursor"),
                };
                let problem = format!(r#"{{"title":"x","status":{status},"code":"{code}"}}"#);
                return StubResponse::with(status, "application/problem+json", "", &problem);
            }
            ("GET", "/payments") => page(&self.payments.join(",")),
            ("POST", "/payments") if self.refuses.is_some() => {
                let words = self.refuses.unwrap_or_default().replace("KEY", key);
                let problem = format!(r#"{{"status":422,"code":"invalid","detail":"{words}"}}"#);
                return StubResponse::with(422, "application/problem+json", "", &problem);
            }
            ("POST", "/payments") => {
                let posted: serde_json::Value = serde_json::from_str(&request.body).unwrap();
                let total = posted["expected_total"]["amount"].as_str().unwrap().to_owned();
                self.posted.push(posted);
                let total = self.makes.unwrap_or(&total);
                let made = payment("pay_1", "new", r#"{"kind":"top_up"}"#, total, now);
                self.payments.insert(0, made.clone());
                made
            }
            ("GET", "/services/renewable") if self.price == UNREADABLE => {
                r#"{"items":7,"next_cursor":null}"#.to_owned()
            }
            ("GET", "/services/renewable") => {
                let price = usd(&self.price);
                self.price = self.next_price.take().unwrap_or_else(|| self.price.clone());
                page(&format!(
                    r#"{{"id":"srv_web1","name":"web-1.demo.test","tariff":"VPS M","due_at":"2026-02-10T00:00:00Z",
                    "periods":[{{"id":"3m","months":3,"name":"3 months","price":{price},
                    "until":"2026-05-10T00:00:00Z"}}]}}"#
                ))
            }
            ("GET", "/migrations") => page(&format!(
                r#"{{"id":"mig_31","number":"M-0031","ordered_at":"2026-01-28T09:30:00Z",
                "server":{{"id":"srv_m31","name":"bm-31.demo.test","description":null,"location":null}},
                "periods":[{{"id":"12m","months":12,"name":"1 year","price":{},
                "until":"2027-01-31T12:00:00Z"}}]}}"#,
                usd("540.00")
            )),
            ("GET", "/expenses") => page(""),
            ("GET", "/status") => r#"{"maintenance":false,"message":null,"until":null}"#.to_owned(),
            _ => return StubResponse::json(404, "{}"),
        };
        StubResponse::json(200, &body)
    }
}

/// The account of a user. Each user has a different balance.
fn account(user: &str) -> String {
    let balance = if user == "acc_dana" { "182.40" } else { "7.00" };
    format!(
        r#"{{"id":"{user}","name":"{user}","email":null,"currency":"USD","currency_decimals":2,"balance":{},
        "daily_spend":null,"days_left":null}}"#,
        usd(balance)
    )
}

/// A row of the history, paid by invoice. `purpose` is JSON.
pub(super) fn payment(
    id: &str,
    status: &str,
    purpose: &str,
    amount: &str,
    at: Timestamp,
) -> String {
    format!(
        r#"{{"id":"{id}","number":"2026-{id}","status":"{status}","reason":null,"purpose":{purpose},
        "payer":{{"id":"pyr_dana","name":"Dana Demo"}},
        "method":{{"id":"mth_inv","kind":"invoice","name":"Invoice (bank transfer)","system":null}},
        "amount":{},"created_at":"{at}","updated_at":"{at}","paid_at":null,"page":null,"expires_at":null,
        "can_cancel":true,"has_invoice":false,"saved_method":null}}"#,
        usd(amount)
    )
}

fn usd(amount: &str) -> String {
    format!(r#"{{"amount":"{amount}","currency":"USD"}}"#)
}

fn page(items: &str) -> String {
    format!(r#"{{"items":[{items}],"next_cursor":null}}"#)
}

/// The renewal of the service that is due.
pub(super) fn renewal(method: Option<&str>) -> PaymentRequest {
    PaymentRequest {
        purpose: RequestedPurpose::Renewal {
            services: vec![ServicePeriod {
                service: "srv_web1".to_owned(),
                period: "3m".to_owned(),
            }],
        },
        payer: None,
        method: method.map(str::to_owned),
        save_method: false,
    }
}

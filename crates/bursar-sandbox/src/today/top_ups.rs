//! Starts and credits top-ups of today's era. A top-up comes with a payment page of its provider; only a payment in time
//! is credited by itself.

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::methods::{METHODS, MIN_TOP_UP_CENTS, Method};
use super::payment_page::{CardStep, CryptoStep, PageStep, PaymentPage};
use super::usd;
use crate::console::payment_provider::PaymentProvider;
use crate::console::state::{ConsoleState, TopUp, TopUpStatus, User};
use crate::error::{Error, Result};
use crate::http::ApiError;
use crate::money;
use crate::random::random_token;
use crate::sandbox::{Sandbox, ServerUrls};

/// How long a crypto page and a card page can be paid.
const CRYPTO_LIFETIME: Duration = Duration::hours(24);
const CARD_LIFETIME: Duration = Duration::hours(1);

/// The payment methods as `GET /v2/payment-methods` lists them.
pub(crate) fn methods_json() -> Value {
    let rows = METHODS.iter().zip(1..);
    rows.map(|(method, order)| method.to_json(order)).collect()
}

/// Starts a top-up of a user who has none open.
pub(crate) fn open(
    sandbox: &Sandbox,
    user: &User,
    amount_cents: i64,
    method: Option<&str>,
    provider: Option<&str>,
) -> std::result::Result<TopUp, ApiError> {
    let method = Method::find(method, provider)
        .ok_or_else(|| ApiError::unprocessable("Unknown payment method"))?;
    check_amount(sandbox, user, amount_cents, method)?;
    let now = sandbox.clock.now();
    let id = Uuid::new_v4();
    let fee_cents = method.fee_cents(amount_cents);
    let page = new_page(id, method, amount_cents, fee_cents);
    let (intent_id, _) = user.ids.ids_for(id);
    let top_up = TopUp {
        id,
        intent_id,
        on_chain_id: id.to_string(),
        user: user.id,
        amount_cents,
        fee_micros: money::from_cents(fee_cents),
        method: method.code.to_owned(),
        provider: method.provider,
        status: TopUpStatus::Created,
        created_at: now,
        updated_at: now,
        expires_at: Some(now + lifetime(method.provider)),
        session_id: Some(Uuid::new_v4()),
        session_url: Some(page_url(&sandbox.urls, method.provider, &page.token)),
        return_url: None,
        transaction: None,
    };
    let mut console = sandbox.console();
    console.today.insert_page(page);
    console.insert_top_up(top_up.clone());
    Ok(top_up)
}

/// Credits a top-up in the user's ledger, once, and completes it.
pub(crate) fn credit(console: &mut ConsoleState, id: Uuid, now: OffsetDateTime) -> Result<()> {
    let top_up = console
        .top_up(id)
        .cloned()
        .ok_or_else(|| Error::new("no such top-up"))?;
    if top_up.status == TopUpStatus::Completed {
        return Ok(());
    }
    let ledger = console
        .today
        .ledger_mut(top_up.user)
        .ok_or_else(|| Error::new("the user has no ledger"))?;
    ledger.credit(money::from_cents(top_up.amount_cents), now);
    console.set_status(top_up.id, TopUpStatus::Completed, now);
    Ok(())
}

/// A top-up that a script paid by x402, already completed.
pub(crate) fn x402(
    user: &User,
    amount_cents: i64,
    transaction: Option<String>,
    at: OffsetDateTime,
) -> TopUp {
    let id = Uuid::new_v4();
    TopUp {
        id,
        intent_id: id,
        on_chain_id: id.to_string(),
        user: user.id,
        amount_cents,
        fee_micros: 0,
        method: "x402".to_owned(),
        provider: PaymentProvider::X402,
        status: TopUpStatus::Completed,
        created_at: at,
        updated_at: at,
        expires_at: None,
        session_id: None,
        session_url: None,
        return_url: None,
        transaction,
    }
}

/// How long the payment page of that provider can be paid.
pub(crate) fn lifetime(provider: PaymentProvider) -> Duration {
    match provider {
        PaymentProvider::Stripe => CARD_LIFETIME,
        PaymentProvider::Copperx | PaymentProvider::NowPayments | PaymentProvider::X402 => {
            CRYPTO_LIFETIME
        }
    }
}

/// The provider's own id of the payment.
pub(crate) fn provider_payment_id(sandbox: &Sandbox, top_up: &TopUp) -> Value {
    let console = sandbox.console();
    let page = console.today.page(top_up.id);
    page.map_or_else(|| json!(top_up.session_id), |page| json!(page.token))
}

fn check_amount(
    sandbox: &Sandbox,
    user: &User,
    amount_cents: i64,
    method: &Method,
) -> std::result::Result<(), ApiError> {
    if amount_cents < MIN_TOP_UP_CENTS {
        let min = usd::format_cents(MIN_TOP_UP_CENTS);
        return Err(ApiError::unprocessable(format!(
            "The minimum top-up amount is {min} USD"
        )));
    }
    if amount_cents > method.max_cents() {
        let max = usd::format_cents(method.max_cents());
        return Err(ApiError::unprocessable(format!(
            "The maximum top-up amount of this method is {max} USD"
        )));
    }
    let cap = sandbox.switches.get().balance_cap;
    let prepaid = sandbox
        .console()
        .today
        .ledger(user.id)
        .map_or(0, super::ledger::Ledger::prepaid);
    let after = prepaid.saturating_add(usd::signed(money::from_cents(amount_cents)));
    if after > usd::signed(cap) {
        return Err(ApiError::unprocessable(format!(
            "The balance after the top-up may be at most {} USD",
            usd::format_unsigned(cap)
        )));
    }
    Ok(())
}

fn new_page(top_up: Uuid, method: &Method, amount_cents: i64, fee_cents: i64) -> PaymentPage {
    let is_card = method.provider == PaymentProvider::Stripe;
    PaymentPage {
        token: if is_card {
            format!("cs_test_{}", random_token())
        } else {
            (1_000_000_000 + u64::from(rand::random::<u32>())).to_string()
        },
        top_up,
        amount_cents,
        fee_cents,
        step: if is_card {
            PageStep::Card(CardStep::default())
        } else {
            PageStep::Crypto(CryptoStep::default())
        },
    }
}

/// The page's address, in the form of the real provider: with a query, or with a fragment.
fn page_url(urls: &ServerUrls, provider: PaymentProvider, token: &str) -> String {
    match provider {
        PaymentProvider::Stripe => {
            let fragment = random_token();
            format!("{}/c/pay/{token}#fid{fragment}", urls.today_card)
        }
        PaymentProvider::Copperx | PaymentProvider::NowPayments | PaymentProvider::X402 => {
            format!("{}/payment/?iid={token}", urls.today_crypto)
        }
    }
}

//! Fluence's billing API. The current calls are authoritative. The legacy calls only add a top-up's fee, its
//! transaction and whether its money is on the way. Bursar guesses nothing: a value that does not match the API's
//! description is unknown, or an error that names the field.

mod api_client;
pub(crate) mod auth;
#[cfg(feature = "fuzzing")]
pub(super) mod fuzzing;
mod legacy_calls;
pub(crate) mod networks;
mod wire;

#[cfg(test)]
mod tests;

use super::response_fields::UnreadableParts;
use super::unreadable_parts::LatestUnreadableParts;
use crate::registry::Registration;
use crate::session::Session;
use crate::{HistoryPage, Provider, ProviderInfo};
use api_client::{ApiClient, Call};
use async_trait::async_trait;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::catalogue::{Capabilities, Catalogue};
use bursar_domain::charges::Charges;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::key_owner::KeyOwner;
use bursar_domain::money::{Amount, Currency};
use bursar_domain::network::Network;
use bursar_domain::payment::{Created, NewPayment, Purpose, RemotePayment};
use bursar_domain::payment_rules::Rules;
use bursar_domain::view::MoneyRule;
use bursar_platform::http::{Http, is_reachable};
use legacy_calls::LegacyCalls;
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The scopes that reading needs.
const SCOPES_READ: [&str; 2] = ["billing:get_history", "billing:get_spending_history"];
/// The scope that starting and cancelling a top-up needs.
const SCOPES_TOP_UP: [&str; 1] = ["billing:top_up"];
const PER_PAGE: &str = "100";
/// More pages than any history has. If the API reports more, its pagination is wrong.
const MAX_PAGES: u64 = 100_000;
/// How long the start of a top-up waits for the call that reads the payment's id and expiry time.
const ID_LOOKUP_TIMEOUT: Duration = Duration::from_secs(3);

/// Suggested amounts, in cents.
const PRESETS: [i64; 5] = [1_000, 2_500, 5_000, 10_000, 25_000];

pub(super) const REGISTRATION: Registration = Registration {
    name: "fluence",
    info,
    connect: |network, session, http| Arc::new(Fluence::new(network, session, http)),
    source_title,
};

/// The display name of a payment provider. Fluence sends only the provider's code.
fn source_title(source: &str) -> Option<&'static str> {
    (source == "copperx").then_some("CopperX")
}

/// What is known about Fluence before an account is connected.
fn info() -> ProviderInfo {
    let rule = |title: &str, text: &str| MoneyRule {
        title: title.to_owned(),
        text: text.to_owned(),
    };
    ProviderInfo {
        title: "Fluence",
        scopes_read: SCOPES_READ.map(str::to_owned).to_vec(),
        scopes_top_up: SCOPES_TOP_UP.map(str::to_owned).to_vec(),
        money_rules: vec![
            rule(
                "For renting only",
                "The Balance pays for what you rent from Fluence and for nothing else.",
            ),
            rule(
                "No withdrawal",
                "Money in the Balance cannot be withdrawn. For a refund, write to the Fluence team.",
            ),
            rule(
                "Only through the checkout",
                "Top up on the payment page only. A transfer from your own wallet does not reach the Balance.",
            ),
            rule(
                "Your wallet is not the Balance",
                "The wallet address of your account holds none of this money. Money for staking goes to that \
                 wallet directly or by the Bridge.",
            ),
        ],
        capabilities: Capabilities::default(),
    }
}

struct Fluence {
    api: ApiClient,
    legacy: LegacyCalls,
    /// The number of the API's first page (0 or 1), once a response has shown it.
    first_page: Mutex<Option<u64>>,
    unreadable_parts: LatestUnreadableParts,
}

impl Fluence {
    fn new(network: Network, session: Arc<Session>, http: Http) -> Self {
        Self {
            api: ApiClient::new(network, session, http),
            legacy: LegacyCalls::default(),
            first_page: Mutex::default(),
            unreadable_parts: LatestUnreadableParts::default(),
        }
    }

    async fn get(&self, path: &[&str]) -> Result<Vec<u8>> {
        self.api.send(&Call::get(path)).await
    }

    /// Reads one page of the history. The request for the first page has no number, so that the response shows whether
    /// the API counts from 0 or from 1.
    async fn page(&self, since: Option<Timestamp>, number: Option<u64>) -> Result<wire::TopUpPage> {
        let mut call = Call::get(&["v2", "top-ups"])
            .with("sort", "createdAt")
            .with("order", "desc")
            .with("perPage", PER_PAGE);
        if let Some(since) = since {
            call = call.with("start", wire::rfc3339(since));
        }
        if let Some(number) = number {
            call = call.with("page", number.to_string());
        }
        let page = wire::top_up_page(&self.api.send(&call).await?)?;
        match number {
            None if page.pagination.current_page > 1 => Err(pages_wrong()),
            None => {
                *self
                    .first_page
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(page.pagination.current_page);
                Ok(page)
            }
            Some(number) if page.pagination.current_page != number => Err(pages_wrong()),
            Some(_) => Ok(page),
        }
    }

    /// The number of the API's first page. Reads that page if the number is not known yet.
    async fn first_page(&self, since: Option<Timestamp>) -> Result<u64> {
        let known = *self
            .first_page
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match known {
            Some(first) => Ok(first),
            None => Ok(self.page(since, None).await?.pagination.current_page),
        }
    }

    async fn open_one(&self) -> Result<Option<RemotePayment>> {
        wire::pending(&self.get(&["v2", "top-ups", "pending"]).await?)
    }

    /// Adds the payment's id and expiry time to a new top-up. The response to a create has only the intent's id, so
    /// Bursar reads the open top-up as well. The open top-up is the new one if its id or its checkout matches. A slow
    /// or failed call changes nothing.
    async fn look_up(&self, mut created: Created) -> Created {
        let lookup = tokio::time::timeout(ID_LOOKUP_TIMEOUT, self.open_one()).await;
        let Ok(Ok(Some(open))) = lookup else {
            return created;
        };
        let same = open.id == created.payment_id
            || (open.checkout.is_some() && open.checkout == created.checkout);
        if same {
            created.expires_at = open.expires_at;
            created.payment_id = open.id;
        }
        created
    }

    async fn charges_until(&self, from: &str, to: &str, end: &str) -> Result<Charges> {
        let call = Call::get(&["v1", "billing", "charges", "aggregated"])
            .with("startDate", from)
            .with("endDate", end)
            .with("format", "json")
            .with("groupBy", "RESOURCE_TYPE")
            .with("period", "DAY");
        let body = self.api.send(&call).await?;
        let mut unreadable = UnreadableParts::default();
        let charges = wire::charges(&body, from, to, &mut unreadable)?;
        self.unreadable_parts.replace("charges", unreadable);
        Ok(charges)
    }
}

#[async_trait]
impl Provider for Fluence {
    fn rules(&self) -> Rules {
        // The API has no idempotency keys: after a lost response, Bursar must look for the payment.
        Rules::default()
    }

    fn unreadable_parts(&self) -> Vec<Error> {
        self.unreadable_parts.all()
    }

    fn clock_ahead(&self) -> Option<Span> {
        self.api.clock.ahead()
    }

    async fn is_reachable(&self) -> bool {
        is_reachable([&self.api.network.api]).await
    }

    async fn key_owner(&self) -> Result<KeyOwner> {
        let body = match self.get(&["v1", "users", "me"]).await {
            Ok(body) => body,
            // Fluence may reject an invalid key with 403 too. A second call distinguishes that from a missing scope.
            Err(forbidden) if forbidden.code == Code::Forbidden => {
                return Err(match self.open_one().await {
                    Err(error) if error.code == Code::Forbidden => Error::new(
                        Code::Unauthorized,
                        "Fluence rejects this key. Copy it again, or make a new one in the console.",
                    ),
                    Ok(_) | Err(_) => forbidden,
                });
            }
            Err(error) => return Err(error),
        };
        let user = wire::user(&body)?;
        // If the response lists no scopes, none counts as missing.
        let lacks = |needed: &str| {
            user.scopes
                .as_ref()
                .is_some_and(|scopes| !scopes.iter().any(|scope| scope == needed))
        };
        let missing_scopes = SCOPES_READ
            .into_iter()
            .chain(SCOPES_TOP_UP)
            .filter(|needed| lacks(needed))
            .map(str::to_owned)
            .collect();
        Ok(KeyOwner {
            user_id: user.id,
            name: user.name,
            missing_scopes,
        })
    }

    async fn balance(&self) -> Result<ApiBalance> {
        let feature_key = self.api.network.feature_key.as_deref();
        let mut call = Call::get(&["v2", "users", "balances"]);
        if let Some(key) = feature_key {
            call = call.with("entitlementKey", key);
        }
        let body = self.api.send(&call).await?;
        let mut unreadable = UnreadableParts::default();
        let balance = wire::balance(&body, feature_key, &mut unreadable)?;
        self.unreadable_parts.replace("balance", unreadable);
        Ok(balance)
    }

    async fn catalogue(&self) -> Result<Catalogue> {
        let body = self.get(&["v2", "payment-methods"]).await?;
        let mut unreadable = UnreadableParts::default();
        let methods = wire::methods(&body, &mut unreadable)?;
        self.unreadable_parts.replace("methods", unreadable);
        Ok(Catalogue {
            currency: Currency::usdc(),
            presets: PRESETS
                .map(|cents| Amount::from_cents(cents, Currency::usdc()))
                .to_vec(),
            payers: Vec::new(),
            methods,
        })
    }

    async fn start(&self, new: &NewPayment) -> Result<Created> {
        let body = NewTopUpBody::of(new, self.api.network.return_links)?;
        let body = serde_json::to_string(&body)
            .map_err(|_| Error::new(Code::Internal, "The top-up could not be written down."))?;
        let answer = self
            .api
            .send(&Call::create(&["v2", "top-ups"], body))
            .await?;
        Ok(self.look_up(wire::created(&answer)?).await)
    }

    async fn cancel(&self, id: &str) -> Result<()> {
        let path = ["v2", "top-ups", api_client::path_id(id)?];
        self.api.send(&Call::cancel(&path)).await.map(drop)
    }

    async fn pending(&self) -> Result<Vec<RemotePayment>> {
        let Some(mut open) = self.open_one().await? else {
            return Ok(Vec::new());
        };
        self.legacy.complete_pending(&self.api, &mut open).await;
        Ok(vec![open])
    }

    async fn history(&self, since: Option<Timestamp>, cursor: Option<&str>) -> Result<HistoryPage> {
        // The cursor counts pages from 0, whatever number the API starts with.
        let page: u32 = match cursor {
            None => 0,
            Some(cursor) => cursor.parse().map_err(|_| pages_wrong())?,
        };
        let number = match page {
            0 => None,
            page => self.first_page(since).await?.checked_add(u64::from(page)),
        };
        let mut answer = self.page(since, number).await?;
        if answer.pagination.total_pages > MAX_PAGES {
            return Err(pages_wrong());
        }
        let is_empty = answer.payments.is_empty() && answer.unreadable.is_empty();
        let mismatch = answer.pagination.mismatch(u64::from(page), answer.lines);
        answer.unreadable.extend(mismatch);
        self.legacy
            .complete_history(&self.api, &mut answer.payments)
            .await;
        let following = page.checked_add(1);
        let more = !is_empty
            && following.is_some_and(|next| u64::from(next) < answer.pagination.total_pages);
        Ok(HistoryPage {
            payments: answer.payments,
            unreadable: answer.unreadable,
            partly_unreadable: answer.partly_unreadable,
            next: following.filter(|_| more).map(|next| next.to_string()),
            total: answer.pagination.filtered_records,
        })
    }

    async fn charges(&self, from: &str, to: &str) -> Result<Charges> {
        // The API may exclude the end date, so the request covers one more day, which the result leaves out.
        let Some(after) = day_after(to) else {
            return Err(Error::new(
                Code::Internal,
                "The dates of the charges are not dates.",
            ));
        };
        match self.charges_until(from, to, &after).await {
            Err(error) if error.code == Code::Refused => self.charges_until(from, to, to).await,
            answer => answer,
        }
    }

    async fn maintenance(&self) -> Result<bool> {
        let call = Call::get(&["v1", "service", "status"]);
        wire::maintenance(&self.api.send_anonymously(&call).await?)
    }
}

/// The body of `POST /v2/top-ups`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewTopUpBody<'a> {
    amount_cents: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    method_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_url: Option<&'a str>,
}

impl<'a> NewTopUpBody<'a> {
    fn of(new: &'a NewPayment, return_links: bool) -> Result<Self> {
        if new.purpose != Purpose::TopUp {
            return Err(super::not_offered());
        }
        let amount_cents = new
            .amount
            .to_cents()
            .filter(|cents| *cents > 0)
            .ok_or_else(|| {
                Error::new(
                    Code::AmountPrecision,
                    "Type at most 2 decimals, such as 25.50.",
                )
            })?;
        Ok(Self {
            amount_cents,
            method_code: new.method.as_deref(),
            provider: new.method_provider.as_deref(),
            return_url: new.return_url.as_deref().filter(|_| return_links),
        })
    }
}

/// The day after a `YYYY-MM-DD` date.
fn day_after(date: &str) -> Option<String> {
    let midnight = Timestamp::parse_rfc3339(&format!("{date}T00:00:00Z"))?;
    Some(midnight.plus(bursar_domain::clock::Span::days(1)).date())
}

fn pages_wrong() -> Error {
    Error::new(
        Code::AnswerMalformed,
        "The provider's answer is not as described: its pages are not numbered as asked for.",
    )
}

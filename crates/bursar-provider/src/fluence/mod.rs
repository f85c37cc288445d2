//! Fluence's billing API. The current calls are authoritative. The legacy calls only add a top-up's fee, its
//! transaction and whether its money is on the way. Bursar guesses nothing: a value that does not match the API's
//! description is unknown, or an error that names the field.

mod api_client;
pub(crate) mod auth;
mod debt_rules;
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
use bursar_domain::charges::{Charges, ResourceCharge, ResourceKind};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{
    AmountDetail, Code, Error, InternalDetail, ProviderDetail, ResponseDetail, Result,
};
use bursar_domain::key_owner::{KeyOwner, KeyScope, KeyUse};
use bursar_domain::money::Amount;
use bursar_domain::network::{BalanceFrom, Network};
use bursar_domain::payment::{Created, NewPayment, Purpose, RemotePayment};
use bursar_domain::payment_rules::{LateMoney, OtherSource, PageFacts, PageHelp, Rules};
use bursar_domain::view::{MoneyRule, ProviderTitle};
use bursar_platform::http::{Http, is_reachable};
use legacy_calls::LegacyCalls;
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The presets of the console's form for new keys. It offers custom scopes beside them.
const READ_ONLY: &str = "Read only";
const FULL_ACCESS: &str = "Full access";
/// The scopes that Bursar uses.
const SCOPES: [KeyScope; 3] = [
    KeyScope {
        name: "billing:get_history",
        allows: KeyUse::Payments,
        preset: READ_ONLY,
    },
    KeyScope {
        name: "billing:get_spending_history",
        allows: KeyUse::Spending,
        preset: READ_ONLY,
    },
    KeyScope {
        name: "billing:top_up",
        allows: KeyUse::TopUps,
        preset: FULL_ACCESS,
    },
];
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
    other_source,
    page_facts,
};

/// The display name of a payment provider. Fluence sends only the provider's code.
fn source_title(source: &str) -> Option<&'static str> {
    match source {
        "copperx" => Some("CopperX"),
        "nowpayments" => Some("NOWPayments"),
        "stripe" => Some("Stripe"),
        _ => None,
    }
}

/// What a payment's source is, if it has no payment page. The names of promo codes are not documented.
fn other_source(source: &str) -> Option<OtherSource> {
    let name = source.to_ascii_lowercase();
    if name == "x402" {
        Some(OtherSource::X402)
    } else if name.contains("promo") {
        Some(OtherSource::PromoCode)
    } else {
        None
    }
}

/// What Fluence's documentation says of each payment provider's pages, where the network file does not.
fn page_facts(payment_provider: &str) -> PageFacts {
    PageFacts {
        late_money: match payment_provider {
            "nowpayments" | "stripe" => LateMoney::NotCredited,
            _ => LateMoney::Credited,
        },
        help: match payment_provider {
            "copperx" => PageHelp::WalletQr,
            _ => PageHelp::None,
        },
        page_lifetime: None,
    }
}

/// What is known about Fluence before an account is connected.
fn info(network: &Network) -> ProviderInfo {
    // Where only the API leads, nothing mentions a contract or a wallet.
    let rules_of_today = [MoneyRule::OtherWaysIn, MoneyRule::LateMoneyNotCredited];
    let rules_of_the_contract = [MoneyRule::PaymentPageOnly, MoneyRule::WalletIsSeparate];
    let further = match network.leading_balance() {
        BalanceFrom::Chain => rules_of_the_contract,
        BalanceFrom::Api | BalanceFrom::Auto => rules_of_today,
    };
    ProviderInfo {
        name: "Fluence",
        title: ProviderTitle::OwnName,
        scopes: &SCOPES,
        money_rules: [MoneyRule::RentOnly, MoneyRule::NoWithdrawal]
            .into_iter()
            .chain(further)
            .collect(),
        debt_rules: Some(&debt_rules::DEBT_RULES),
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

    /// Reads what needs this permission.
    async fn get(&self, path: &[&str], permission: Option<KeyUse>) -> Result<Vec<u8>> {
        self.api.send(&Call::get(path, permission)).await
    }

    /// Reads one page of the history. The request for the first page has no number, so that the response shows whether
    /// the API counts from 0 or from 1.
    async fn page(&self, since: Option<Timestamp>, number: Option<u64>) -> Result<wire::TopUpPage> {
        let mut call = Call::get(&["v2", "top-ups"], Some(KeyUse::Payments))
            .with("sort", "createdAt")
            .with("order", "desc")
            .with("perPage", PER_PAGE);
        if let Some(since) = since {
            call = call.with("start", wire::rfc3339(since));
        }
        if let Some(number) = number {
            call = call.with("page", number.to_string());
        }
        let page = wire::top_up_page(&self.api.send(&call).await?, &self.api.network)?;
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
        let permission = Some(KeyUse::Payments);
        let body = self.get(&["v2", "top-ups", "pending"], permission).await?;
        wire::pending(&body, &self.api.network)
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
        let path = ["v1", "billing", "charges", "aggregated"];
        let call = Call::get(&path, Some(KeyUse::Spending))
            .with("startDate", from)
            .with("endDate", end)
            .with("format", "json")
            .with("groupBy", "RESOURCE")
            .with("period", "DAY");
        let body = self.api.send(&call).await?;
        let mut unreadable = UnreadableParts::default();
        let charges = wire::charges(&body, from, to, &self.api.network.unit(), &mut unreadable)?;
        self.unreadable_parts.replace("charges", unreadable);
        Ok(self.name_machines(charges).await)
    }

    /// Names the machines whose charges carry no name, if the key may read machines. Without a name, a machine is shown by
    /// its id.
    async fn name_machines(&self, mut charges: Charges) -> Charges {
        let is_nameless = |charge: &&mut ResourceCharge| {
            let resource = &charge.resource;
            resource.kind == ResourceKind::Machine && resource.name.is_none()
        };
        if !charges
            .resources
            .iter_mut()
            .any(|charge| is_nameless(&charge))
        {
            return charges;
        }
        let call = Call::get(&["v2", "vms"], None).with("perPage", PER_PAGE);
        let read = self.api.send_once(&call).await;
        match read.and_then(|body| wire::machine_names(&body)) {
            Ok(names) => {
                for charge in charges.resources.iter_mut().filter(is_nameless) {
                    charge.resource.name = names.get(&charge.resource.id).cloned();
                }
            }
            Err(error) => tracing::debug!(code = ?error.code, "the names of machines are unknown"),
        }
        charges
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
        let body = match self.get(&api_client::USER, None).await {
            Ok(body) => body,
            // Fluence may reject an invalid key with 403 too. A second call distinguishes that from a missing scope.
            Err(forbidden) if forbidden.code == Code::Forbidden => {
                return Err(match self.open_one().await {
                    Err(error) if error.code == Code::Forbidden => {
                        Error::new(Code::Unauthorized, ProviderDetail::KeyRejected)
                    }
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
        let missing_scopes = SCOPES
            .iter()
            .map(|scope| scope.name)
            .filter(|needed| lacks(needed))
            .map(str::to_owned)
            .collect();
        Ok(KeyOwner {
            user_id: user.id,
            name: user.name,
            missing_scopes,
            lists_scopes: user.scopes.is_some(),
        })
    }

    async fn balance(&self) -> Result<ApiBalance> {
        // All entitlements, because those beside the balance are shown as well.
        let body = self.get(&["v2", "users", "balances"], None).await?;
        let mut unreadable = UnreadableParts::default();
        let network = &self.api.network;
        let feature_key = network.feature_key.as_deref();
        let balance = wire::balance(&body, feature_key, &network.unit(), &mut unreadable)?;
        self.unreadable_parts.replace("balance", unreadable);
        Ok(balance)
    }

    async fn catalogue(&self) -> Result<Catalogue> {
        let permission = Some(KeyUse::TopUps);
        let body = self.get(&["v2", "payment-methods"], permission).await?;
        let mut unreadable = UnreadableParts::default();
        let methods = wire::methods(&body, &self.api.network, &mut unreadable)?;
        self.unreadable_parts.replace("methods", unreadable);
        let currency = self.api.network.unit();
        Ok(Catalogue {
            presets: PRESETS
                .map(|cents| Amount::from_cents(cents, currency.clone()))
                .to_vec(),
            currency,
            payers: Vec::new(),
            methods,
        })
    }

    async fn start(&self, new: &NewPayment) -> Result<Created> {
        let body = NewTopUpBody::of(new, self.api.network.return_links)?;
        let body = serde_json::to_string(&body)
            .map_err(|_| Error::new(Code::Internal, InternalDetail::step("serialize a top-up")))?;
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
                InternalDetail::step("find the day after the charges"),
            ));
        };
        match self.charges_until(from, to, &after).await {
            Err(error) if error.code == Code::Refused => self.charges_until(from, to, to).await,
            answer => answer,
        }
    }

    async fn maintenance(&self) -> Result<bool> {
        let call = Call::get(&["v1", "service", "status"], None);
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
                    AmountDetail::AmountDecimals { decimals: 2 },
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
    Error::new(Code::AnswerMalformed, ResponseDetail::PageNumberWrong)
}

//! A hosting panel's billing API, as `docs/panel-api.yaml` describes it. Each payment has an idempotency key, so the
//! panel creates it once, however often Bursar sends the request. Amounts, limits and the currency come from the
//! account. An amount that cannot be read is reported, never silently replaced by a default.

mod api_client;
mod catalogue;
#[cfg(feature = "fuzzing")]
pub(super) mod fuzzing;
mod response_cache;
mod wire;

#[cfg(test)]
mod tests;

use crate::registry::Registration;
use crate::response_errors::malformed;
use crate::response_fields::{Object, UnreadableParts};
use crate::session::Session;
use crate::unreadable_parts::LatestUnreadableParts;
use crate::{HistoryPage, Provider, ProviderInfo};
use api_client::{ApiClient, Call, path_id};
use async_trait::async_trait;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::catalogue::{Capabilities, Catalogue, DuePayments, NewMethod};
use bursar_domain::charges::Charges;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{
    AmountDetail, Code, Error, FieldFault, ResponseDetail, ResponseObject, Result,
};
use bursar_domain::key_owner::KeyOwner;
use bursar_domain::network::Network;
use bursar_domain::payment::{Created, NewPayment, Purpose, RemotePayment};
use bursar_domain::payment_rules::{PageFacts, Rules};
use bursar_domain::view::{MoneyRule, ProviderTitle};
use bursar_platform::http::{Http, is_reachable};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use wire::Unit;

const PER_PAGE: &str = "200";
/// The most pages of a list that is read as a whole. No real list has this many.
const MAX_PAGES: usize = 200;
/// The statuses of payments that may still change on their own.
const UNSETTLED_STATUSES: &str = "new,processing,trusted,fraudulent,waiting_refund";
/// How long Bursar repeats the request for a payment after the user has confirmed it. The panel remembers an
/// idempotency key for at least seven days, but a late repeat could create a payment that the user no longer expects.
/// After this time, Bursar looks for the payment in the panel's lists instead.
const REPEATABLE_FOR: Span = Span::minutes(10);
/// Bursar reads a payment less often after it has been open for this long. An invoice may stay open for weeks, and a
/// payment page that nobody has used for an hour needs no check every few seconds.
const OPEN_IS_SLOW_AFTER: Span = Span::hours(1);
const CAPABILITIES: Capabilities = Capabilities {
    several_open: true,
    renewals: true,
    migrations: true,
    saved_methods: true,
    invoices: true,
};

pub(super) const REGISTRATION: Registration = Registration {
    name: "panel",
    info,
    connect: |network, session, http| Arc::new(Panel::new(network, session, http)),
    source_title: |_| None,
    other_source: |_| None,
    page_facts: |_| PageFacts::default(),
};

/// What Bursar knows about every panel before it connects to one.
fn info(_: &Network) -> ProviderInfo {
    ProviderInfo {
        name: "Hosting panel",
        title: ProviderTitle::Hosting,
        scopes: &[],
        money_rules: vec![
            MoneyRule::SavedMethodPaysAtOnce,
            MoneyRule::ProviderKeepsBooks,
        ],
        debt_rules: None,
        capabilities: CAPABILITIES,
    }
}

struct Panel {
    api: ApiClient,
    /// The account's currency and decimals once they are known, with the number of the sign-in that read them.
    unit: Mutex<Option<(u64, Unit)>>,
    unreadable_parts: LatestUnreadableParts,
}

impl Panel {
    fn new(network: Network, session: Arc<Session>, http: Http) -> Self {
        Self {
            api: ApiClient::new(network, session, http),
            unit: Mutex::default(),
            unreadable_parts: LatestUnreadableParts::default(),
        }
    }

    async fn get(&self, path: &[&str]) -> Result<Vec<u8>> {
        self.api.send(&Call::get(path).conditionally()).await
    }

    async fn account(&self) -> Result<wire::Account> {
        let sign_in = self.api.sign_in();
        let mut account = wire::account(&self.get(&["account"]).await?)?;
        self.unreadable_parts
            .replace("account", std::mem::take(&mut account.unreadable));
        if let Ok(unit) = &account.unit {
            let unit = (sign_in, unit.clone());
            *self.unit.lock().unwrap_or_else(PoisonError::into_inner) = Some(unit);
        }
        Ok(account)
    }

    /// Returns the account's currency and decimals, which never change.
    async fn unit(&self) -> Result<Unit> {
        match self.known_unit() {
            Some(unit) => Ok(unit),
            None => self.account().await?.unit,
        }
    }

    fn known_unit(&self) -> Option<Unit> {
        let known = self.unit.lock().unwrap_or_else(PoisonError::into_inner);
        let (sign_in_id, unit) = known.as_ref()?;
        (*sign_in_id == self.api.sign_in()).then(|| unit.clone())
    }

    /// Reads every page of a list. Use this only for lists that stay short.
    async fn whole<T>(
        &self,
        path: &[&str],
        query: &[(&'static str, &str)],
        mut read: impl FnMut(&[u8]) -> Result<(Vec<T>, Option<String>)>,
    ) -> Result<Vec<T>> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let mut call = Call::get(path).with("limit", PER_PAGE);
            if cursor.is_none() {
                call = call.conditionally();
            }
            for (name, value) in query {
                call = call.with(name, *value);
            }
            if let Some(cursor) = &cursor {
                call = call.with("cursor", cursor);
            }
            let (page, next) = read(&self.api.send(&call).await?)?;
            items.extend(page);
            if next.is_none() {
                return Ok(items);
            }
            cursor = next;
        }
        Err(malformed(ResponseDetail::ListEndless))
    }

    /// Where the payment page sends the browser at the end: to the app's link if the network supports return links,
    /// otherwise to the panel's console or API address.
    fn return_url(&self, link: Option<&str>) -> String {
        let network = &self.api.network;
        link.filter(|_| network.return_links).map_or_else(
            || network.console.as_ref().unwrap_or(&network.api).to_string(),
            str::to_owned,
        )
    }
}

#[async_trait]
impl Provider for Panel {
    fn rules(&self) -> Rules {
        Rules {
            amount_decimals: self.known_unit().map_or(2, |unit| unit.decimals),
            repeatable_for: Some(REPEATABLE_FOR),
            cancels_confirming: false,
            open_is_slow_after: Some(OPEN_IS_SLOW_AFTER),
            capabilities: CAPABILITIES,
        }
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
        self.account().await?.key_owner
    }

    async fn balance(&self) -> Result<ApiBalance> {
        self.account().await?.balance
    }

    async fn catalogue(&self) -> Result<Catalogue> {
        let unit = self.unit().await?;
        let (limits, payers, methods) = tokio::try_join!(
            self.get(&["top-up", "options"]),
            self.get(&["payers"]),
            self.get(&["payment-methods"]),
        )?;
        let mut unreadable = UnreadableParts::default();
        let limits = catalogue::limits(&limits, &unit, &mut unreadable)?;
        let payers = catalogue::payers(&payers, &mut unreadable)?;
        let catalogue = catalogue::catalogue(&methods, &unit, payers, limits, &mut unreadable)?;
        self.unreadable_parts.replace("catalogue", unreadable);
        Ok(catalogue)
    }

    async fn start(&self, new: &NewPayment) -> Result<Created> {
        // Get the unit first. Without it, the response to the payment request could not be read.
        let unit = self.unit().await?;
        let body = new_payment(new, &unit, self.return_url(new.return_url.as_deref()))?;
        let call = Call::create(&["payments"], body, &new.top_up_id);
        wire::created(&self.api.send(&call).await?, &unit, new)
    }

    async fn cancel(&self, id: &str) -> Result<()> {
        let path = ["payments", path_id(id)?, "cancel"];
        self.api.send(&Call::post(&path)).await.map(drop)
    }

    async fn pending(&self) -> Result<Vec<RemotePayment>> {
        let unit = self.unit().await?;
        self.whole(&["payments"], &[("status", UNSETTLED_STATUSES)], |body| {
            // The history reports the payments that cannot be read.
            let page = wire::payments(body, &unit)?;
            Ok((page.payments, page.next))
        })
        .await
    }

    async fn history(&self, since: Option<Timestamp>, cursor: Option<&str>) -> Result<HistoryPage> {
        let unit = self.unit().await?;
        let mut call = Call::get(&["payments"]).with("limit", PER_PAGE);
        if let Some(since) = since {
            // Filter by the last update, not by creation: an old payment may have a new status.
            call = call.with("updated_since", since.to_string());
        }
        if let Some(cursor) = cursor {
            call = call.with("cursor", cursor);
        }
        let page = wire::payments(&self.api.send(&call).await?, &unit)?;
        if page.next.is_some() && page.next.as_deref() == cursor {
            return Err(malformed(ResponseDetail::ListEndless));
        }
        Ok(page)
    }

    async fn charges(&self, from: &str, to: &str) -> Result<Charges> {
        let unit = self.unit().await?;
        let mut unreadable = UnreadableParts::default();
        let expenses = self
            .whole(&["expenses"], &[("from", from), ("to", to)], |body| {
                wire::page(
                    body,
                    ResponseObject::Charge,
                    &mut unreadable,
                    |object, unreadable| wire::expense(object, &unit, unreadable),
                )
            })
            .await?;
        self.unreadable_parts.replace("expenses", unreadable);
        wire::by_day(expenses, from, to).ok_or_else(|| {
            malformed(ResponseDetail::ResponseField {
                field: "amount".to_owned(),
                object: ResponseObject::Charge,
                fault: FieldFault::TooLarge,
            })
        })
    }

    async fn maintenance(&self) -> Result<bool> {
        wire::maintenance(&self.api.send(&Call::get_anonymously(&["status"])).await?)
    }

    async fn dues(&self) -> Result<DuePayments> {
        let unit = self.unit().await?;
        let (mut unreadable_services, mut unreadable_migrations) =
            (UnreadableParts::default(), UnreadableParts::default());
        let services = self.whole(&["services", "renewable"], &[], |body| {
            catalogue::services(body, &unit, &mut unreadable_services)
        });
        let migrations = self.whole(&["migrations"], &[], |body| {
            catalogue::migrations(body, &unit, &mut unreadable_migrations)
        });
        let (services, migrations) = tokio::try_join!(services, migrations)?;
        self.unreadable_parts
            .replace("services", unreadable_services);
        self.unreadable_parts
            .replace("migrations", unreadable_migrations);
        Ok(DuePayments {
            services,
            migrations,
        })
    }

    async fn add_method(&self, new: &NewMethod) -> Result<String> {
        let body = json!({
            "payer": new.payer,
            "via": new.method,
            "return_url": self.return_url(new.return_url.as_deref()),
        });
        let key = uuid::Uuid::new_v4().to_string();
        let call = Call::create(&["payment-methods"], body.to_string(), &key);
        let answer = self.api.send(&call).await?;
        let method = Object::parse(ResponseObject::Method, &answer)?;
        method
            .address_or_null("page")?
            .ok_or_else(|| method.wrong("page", FieldFault::Missing))
    }

    async fn remove_method(&self, code: &str) -> Result<()> {
        let path = ["payment-methods", path_id(code)?];
        match self.api.send(&Call::delete(&path)).await {
            // The method is already gone, which is the result that the user wants.
            Err(error) if error.code == Code::NotFound => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn set_default_method(&self, code: &str) -> Result<()> {
        let path = ["payment-methods", path_id(code)?, "default"];
        self.api.send(&Call::put(&path)).await.map(drop)
    }

    async fn invoice(&self, payment: &str) -> Result<Vec<u8>> {
        let path = ["payments", path_id(payment)?, "invoice"];
        self.api.fetch_pdf(&Call::get(&path)).await
    }
}

/// The body of `POST /payments`. The same payment always has exactly the same body.
fn new_payment(new: &NewPayment, unit: &Unit, return_url: String) -> Result<String> {
    let amount = new
        .amount
        .rescale(unit.decimals)
        .filter(|amount| *amount.currency() == unit.currency && !amount.is_negative())
        .ok_or_else(|| {
            Error::new(
                Code::AmountPrecision,
                AmountDetail::AmountUnit {
                    currency: unit.currency.to_string(),
                    decimals: u32::from(unit.decimals),
                },
            )
        })?;
    let total = json!({ "amount": amount.to_decimal(), "currency": unit.currency.as_str() });
    let purpose = match &new.purpose {
        Purpose::TopUp => json!({ "kind": "top_up", "amount": total }),
        Purpose::Renewal { items } => {
            let items: Vec<Value> = items
                .iter()
                .map(|item| json!({ "service": item.service, "period": item.period }))
                .collect();
            json!({ "kind": "renewal", "items": items })
        }
        Purpose::Migration { order, period, .. } => {
            json!({ "kind": "migration", "order": order, "period": period })
        }
    };
    Ok(json!({
        "purpose": purpose,
        "payer": new.payer,
        "method": new.method,
        "expected_total": total,
        "return_url": return_url,
        "save_method": new.save_method,
    })
    .to_string())
}

//! Creates a payment: parses the request, checks it in the documented order, and starts the payment with its method.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::auth::Caller;
use super::body::{Fields, JsonBody, UncheckedAmount, invalid};
use super::methods::{method_of, unknown_payer};
use super::problem::{ApiResult, Code, Problem};
use super::response::{created, ok};
use super::{idempotency, return_url};
use crate::panel::instrument::Outcome;
use crate::panel::method::{MethodKind, SavedMethodStatus};
use crate::panel::payment::{MigrationOrder, Page, Payment, Purpose, RenewalItem, Step};
use crate::panel::service::{Period, add_months};
use crate::panel::state::{Account, PageTarget};
use crate::panel::{hosted_pages, new_id};
use crate::sandbox::Sandbox;

const OPERATION: &str = "create_payment";
const MAX_RENEWALS: usize = 100;
/// How long a hosted page waits for the user.
const PAGE_LIFETIME: Duration = Duration::hours(1);

/// A request that is well-formed but not yet validated.
#[derive(Debug)]
struct PaymentRequest<'a> {
    purpose: RequestedPurpose<'a>,
    payer: &'a str,
    method: &'a str,
    expected: UncheckedAmount<'a>,
    return_url: Option<String>,
    save: bool,
}

#[derive(Debug)]
enum RequestedPurpose<'a> {
    TopUp(UncheckedAmount<'a>),
    /// Services and periods.
    Renewal(Vec<(&'a str, &'a str)>),
    /// The order and the period.
    Migration(&'a str, &'a str),
}

/// A valid payment, and what its method does with it.
#[derive(Debug)]
struct Draft {
    payment: Payment,
    flow: PaymentFlow,
}

#[derive(Debug)]
enum PaymentFlow {
    Invoice,
    /// The token of its page.
    Page(String),
    Debit(Outcome),
}

/// `POST /payments`
pub(super) async fn create(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let key = idempotency::key(&headers)?;
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    if let Some(id) = idempotency::find(account, OPERATION, &key, &body)? {
        return ok(&payment_json(account, &id)?);
    }
    let draft = PaymentRequest::read(&body)?.validate(&sandbox, account, now)?;
    let id = draft.payment.id.clone();
    account.insert_payment(draft.payment);
    if let PaymentFlow::Debit(outcome) = draft.flow {
        account.debit(&id, outcome, now);
    }
    idempotency::record(account, OPERATION, key, body, &id);
    let body_json = payment_json(account, &id)?;
    if let PaymentFlow::Page(token) = draft.flow {
        let target = PageTarget::Payment(id.clone());
        panel.pages.insert(token, (caller.id(), target));
    }
    Ok(created("payments", &id, &body_json))
}

fn payment_json(account: &Account, id: &str) -> Result<Value, Problem> {
    account
        .payment(id)
        .map(|payment| payment.to_json(account.currency))
        .ok_or_else(|| Problem::not_found("payment", id))
}

impl<'a> PaymentRequest<'a> {
    fn read(body: &'a Value) -> Result<Self, Problem> {
        let fields = Fields::of(body, "")?;
        Ok(Self {
            purpose: RequestedPurpose::read(&fields.object("purpose")?)?,
            payer: fields.id("payer")?,
            method: fields.id("method")?,
            expected: fields.amount("expected_total")?,
            return_url: return_url::read(&fields)?,
            save: fields.flag("save_method")?,
        })
    }

    fn validate(
        self,
        sandbox: &Sandbox,
        account: &Account,
        now: OffsetDateTime,
    ) -> Result<Draft, Problem> {
        let expected = self.expected.minor(account.currency)?;
        if let RequestedPurpose::TopUp(amount) = &self.purpose {
            check_limits(account, amount.minor(account.currency)?)?;
        }
        let payer = account
            .payer_snapshot(self.payer)
            .ok_or_else(|| unknown_payer(self.payer, "/payer"))?;
        let method = method_of(account, self.payer, self.method, "/method")?;
        let (purpose, minor) = self.purpose.validate(account, now)?;
        let (page, flow) = match &method.kind {
            MethodKind::Invoice => (None, PaymentFlow::Invoice),
            MethodKind::PaymentSystem(system) => {
                let return_url = self
                    .return_url
                    .clone()
                    .ok_or_else(|| invalid("/return_url", "Is required with a payment system"))?;
                let (token, url) = hosted_pages::new_page_address(sandbox, *system);
                let page = Page {
                    url,
                    expires_at: now + PAGE_LIFETIME,
                    return_url,
                    step: Step::Details,
                };
                (Some(page), PaymentFlow::Page(token))
            }
            MethodKind::SavedMethod(saved) => (None, PaymentFlow::Debit(saved.debit_outcome())),
        };
        if let Some(url) = &self.return_url {
            return_url::check(url)?;
        }
        if let MethodKind::SavedMethod(saved) = &method.kind
            && saved.status != SavedMethodStatus::Confirmed
        {
            return Err(Problem::new(
                Code::MethodNotUsable,
                "The saved method is not confirmed yet. Choose another method, or wait.",
            )
            .at("/method", "Is not confirmed"));
        }
        if minor != expected {
            let formatted = |minor| account.currency.format_with_code(minor);
            return Err(Problem::new(
                Code::TotalChanged,
                format!(
                    "The total is {} now, not {}.",
                    formatted(minor),
                    formatted(expected)
                ),
            )
            .with("total", account.currency.money_json(minor)));
        }
        let names = (new_id("pay"), account.next_number(now));
        let method = Arc::new(method.snapshot());
        let mut payment = Payment::new(names, purpose, payer, method, minor, now);
        payment.saves_method = self.save && page.is_some();
        payment.page = page;
        Ok(Draft { payment, flow })
    }
}

impl<'a> RequestedPurpose<'a> {
    fn read(fields: &Fields<'a>) -> Result<Self, Problem> {
        match fields.text("kind")? {
            "top_up" => Ok(Self::TopUp(fields.amount("amount")?)),
            "renewal" => {
                let mut seen = BTreeSet::new();
                let items = fields.list("items", MAX_RENEWALS)?;
                let items = items.iter().map(|item| {
                    let service = item.id("service")?;
                    if !seen.insert(service) {
                        return Err(invalid(&item.pointer("service"), "Appears more than once"));
                    }
                    Ok((service, item.id("period")?))
                });
                Ok(Self::Renewal(items.collect::<Result<_, _>>()?))
            }
            "migration" => Ok(Self::Migration(fields.id("order")?, fields.id("period")?)),
            _ => Err(invalid(
                &fields.pointer("kind"),
                "Must be top_up, renewal or migration",
            )),
        }
    }

    /// Resolves the purpose against the account, and its price.
    fn validate(self, account: &Account, now: OffsetDateTime) -> Result<(Purpose, u64), Problem> {
        match self {
            Self::TopUp(amount) => Ok((Purpose::TopUp, amount.minor(account.currency)?)),
            Self::Renewal(requested) => {
                let items = renewal_items(account, &requested)?;
                let total = items.iter().map(|item| item.minor).sum();
                Ok((Purpose::Renewal(items), total))
            }
            Self::Migration(order, period) => {
                let migration = account
                    .migrations
                    .iter()
                    .find(|migration| migration.id == order);
                let period_by_id = Period::from_id(period);
                let (Some(migration), Some(period)) = (migration, period_by_id) else {
                    return Err(if migration.is_some() {
                        unknown_period("/purpose/period")
                    } else {
                        Problem::new(
                            Code::UnknownOrder,
                            "The order is paid, was cancelled, or never existed.",
                        )
                        .at("/purpose/order", "No such order")
                    });
                };
                let (total, discount) = period.price(migration.monthly);
                let ordered = MigrationOrder {
                    order: migration.id.clone(),
                    number: migration.number.clone(),
                    server: migration.server.clone(),
                    months: period.months,
                    discount,
                    until: add_months(now.replace_time(time::Time::MIDNIGHT), period.months),
                };
                Ok((Purpose::Migration(ordered), total))
            }
        }
    }
}

fn renewal_items(
    account: &Account,
    requested: &[(&str, &str)],
) -> Result<Vec<RenewalItem>, Problem> {
    let mut items = Vec::new();
    for (index, (id, period)) in requested.iter().enumerate() {
        let at = |name: &str| format!("/purpose/items/{index}/{name}");
        let service = account
            .services
            .iter()
            .find(|service| service.id == *id)
            .ok_or_else(|| {
                Problem::new(
                    Code::UnknownService,
                    "One of the services cannot be renewed.",
                )
                .at(&at("service"), "No such service")
            })?;
        let period = Period::from_id(period).ok_or_else(|| unknown_period(&at("period")))?;
        let (minor, discount) = period.price(service.monthly);
        items.push(RenewalItem {
            service: service.id.clone(),
            name: service.name.clone(),
            tariff: service.tariff.clone(),
            months: period.months,
            minor,
            discount,
            until: add_months(service.due_at, period.months),
        });
    }
    Ok(items)
}

fn unknown_period(at: &str) -> Problem {
    Problem::new(Code::UnknownPeriod, "The period is not offered.").at(at, "No such period")
}

fn check_limits(account: &Account, minor: u64) -> Result<(), Problem> {
    let (currency, limits) = (account.currency, &account.limits);
    let (code, qualifier, bound) = if minor < limits.min {
        (Code::AmountTooSmall, "least", limits.min)
    } else if minor > limits.max {
        (Code::AmountTooLarge, "most", limits.max)
    } else {
        return Ok(());
    };
    let formatted = currency.format_with_code(bound);
    Err(
        Problem::new(code, format!("A top-up may be at {qualifier} {formatted}."))
            .at(
                "/purpose/amount",
                &format!("Must be at {qualifier} {formatted}"),
            )
            .with("min", currency.money_json(limits.min))
            .with("max", currency.money_json(limits.max)),
    )
}

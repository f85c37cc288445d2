//! A new payment: read, checked in the order that the description promises, and begun in the way of its method.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::auth::Caller;
use super::body::{Fields, Sent, Written, invalid};
use super::methods::{method_of, unknown_payer};
use super::problem::{Answer, Code, Problem};
use super::{created, idempotency, ok, return_url};
use crate::panel::instrument::Outcome;
use crate::panel::method::{Kind, SavedStatus};
use crate::panel::payment::{Ordered, Page, Payment, Purpose, Renewed, Status, Step};
use crate::panel::service::{Period, later};
use crate::panel::state::{Account, Target};
use crate::panel::{fresh_id, pages};
use crate::world::World;

const OPERATION: &str = "create_payment";
const MOST_RENEWALS: usize = 100;
/// How long a page waits for the user.
const LIFE: Duration = Duration::hours(1);

/// What is asked for, in form only.
#[derive(Debug)]
struct Wish<'a> {
    purpose: WishedPurpose<'a>,
    payer: &'a str,
    method: &'a str,
    expected: Written<'a>,
    return_url: Option<String>,
    save: bool,
}

#[derive(Debug)]
enum WishedPurpose<'a> {
    TopUp(Written<'a>),
    /// Services and periods.
    Renewal(Vec<(&'a str, &'a str)>),
    /// Order and period.
    Migration(&'a str, &'a str),
}

/// A payment that may be made, and what its method does with it.
#[derive(Debug)]
struct Draft {
    payment: Payment,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Invoice,
    /// The token of its page.
    Page(String),
    Debit(Outcome),
}

/// `POST /payments`
pub(super) async fn create(
    State(world): State<Arc<World>>,
    caller: Caller,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Answer {
    let key = idempotency::key(&headers)?;
    let now = world.clock.now();
    let mut panel = world.panel();
    let account = caller.account(&mut panel)?;
    if let Some(id) = idempotency::known(account, OPERATION, &key, &body)? {
        return ok(&describe(account, &id)?);
    }
    let draft = Wish::read(&body)?.check(&world, account, now)?;
    let id = draft.payment.id.clone();
    account.insert_payment(draft.payment);
    if let Way::Debit(outcome) = draft.way {
        account.debit(&id, outcome, now);
    }
    idempotency::keep(account, OPERATION, key, body, &id);
    let described = describe(account, &id)?;
    if let Way::Page(token) = draft.way {
        let target = Target::Payment(id.clone());
        panel.pages.insert(token, (caller.id(), target));
    }
    Ok(created("payments", &id, &described))
}

fn describe(account: &Account, id: &str) -> Result<Value, Problem> {
    account
        .payment(id)
        .map(|payment| payment.to_json(account.currency))
        .ok_or_else(|| Problem::not_found("payment", id))
}

impl<'a> Wish<'a> {
    fn read(body: &'a Value) -> Result<Self, Problem> {
        let fields = Fields::of(body, "")?;
        Ok(Self {
            purpose: WishedPurpose::read(&fields.object("purpose")?)?,
            payer: fields.id("payer")?,
            method: fields.id("method")?,
            expected: fields.amount("expected_total")?,
            return_url: return_url::read(&fields)?,
            save: fields.flag("save_method")?,
        })
    }

    fn check(
        self,
        world: &World,
        account: &Account,
        now: OffsetDateTime,
    ) -> Result<Draft, Problem> {
        let expected = self.expected.minor(account.currency)?;
        if let WishedPurpose::TopUp(amount) = &self.purpose {
            check_limits(account, amount.minor(account.currency)?)?;
        }
        let payer = account
            .payer_named(self.payer)
            .ok_or_else(|| unknown_payer(self.payer, "/payer"))?;
        let method = method_of(account, self.payer, self.method, "/method")?;
        let (purpose, minor) = self.purpose.check(account, now)?;
        let (page, way) = match &method.kind {
            Kind::Invoice => (None, Way::Invoice),
            Kind::System(system) => {
                let return_url = self
                    .return_url
                    .clone()
                    .ok_or_else(|| invalid("/return_url", "Is required with a payment system"))?;
                let (token, url) = pages::address(world, *system);
                let page = Page {
                    url,
                    expires_at: now + LIFE,
                    return_url,
                    step: Step::Details,
                };
                (Some(page), Way::Page(token))
            }
            Kind::Saved(saved) => (None, Way::Debit(saved.on_debit())),
        };
        if let Some(url) = &self.return_url {
            return_url::check(url)?;
        }
        if let Kind::Saved(saved) = &method.kind
            && saved.status != SavedStatus::Confirmed
        {
            return Err(Problem::new(
                Code::MethodNotUsable,
                "The saved method is not confirmed; choose another method or wait.",
            )
            .at("/method", "Is not confirmed"));
        }
        if minor != expected {
            let words = |minor| account.currency.words(minor);
            return Err(Problem::new(
                Code::TotalChanged,
                format!(
                    "The total is {} now, not {}.",
                    words(minor),
                    words(expected)
                ),
            )
            .with("total", account.currency.money(minor)));
        }
        let payment = Payment {
            id: fresh_id("pay"),
            number: account.next_number(now),
            status: Status::New,
            reason: None,
            purpose,
            payer,
            method: Arc::new(method.named()),
            minor,
            created_at: now,
            updated_at: now,
            paid_at: None,
            saves_method: self.save && page.is_some(),
            page,
            settles: None,
            saved_method: None,
            given: false,
        };
        Ok(Draft { payment, way })
    }
}

impl<'a> WishedPurpose<'a> {
    fn read(fields: &Fields<'a>) -> Result<Self, Problem> {
        match fields.text("kind")? {
            "top_up" => Ok(Self::TopUp(fields.amount("amount")?)),
            "renewal" => {
                let mut seen = BTreeSet::new();
                let items = fields.list("items", MOST_RENEWALS)?;
                let items = items.iter().map(|item| {
                    let service = item.id("service")?;
                    if !seen.insert(service) {
                        return Err(invalid(&item.at("service"), "Is there twice"));
                    }
                    Ok((service, item.id("period")?))
                });
                Ok(Self::Renewal(items.collect::<Result<_, _>>()?))
            }
            "migration" => Ok(Self::Migration(fields.id("order")?, fields.id("period")?)),
            _ => Err(invalid(
                &fields.at("kind"),
                "Must be top_up, renewal or migration",
            )),
        }
    }

    /// What it means now, and what it costs.
    fn check(self, account: &Account, now: OffsetDateTime) -> Result<(Purpose, u64), Problem> {
        match self {
            Self::TopUp(amount) => Ok((Purpose::TopUp, amount.minor(account.currency)?)),
            Self::Renewal(wished) => {
                let items = renewed(account, &wished)?;
                let total = items.iter().map(|item| item.minor).sum();
                Ok((Purpose::Renewal(items), total))
            }
            Self::Migration(order, period) => {
                let migration = account
                    .migrations
                    .iter()
                    .find(|migration| migration.id == order);
                let known = Period::read(period);
                let (Some(migration), Some(period)) = (migration, known) else {
                    return Err(if migration.is_some() {
                        unknown_period("/purpose/period")
                    } else {
                        Problem::new(
                            Code::UnknownOrder,
                            "The order is paid, was taken back, or never existed.",
                        )
                        .at("/purpose/order", "No such order")
                    });
                };
                let (total, discount) = period.price(migration.monthly);
                let ordered = Ordered {
                    order: migration.id.clone(),
                    number: migration.number.clone(),
                    server: migration.server.clone(),
                    months: period.months,
                    discount,
                    until: later(now.replace_time(time::Time::MIDNIGHT), period.months),
                };
                Ok((Purpose::Migration(ordered), total))
            }
        }
    }
}

fn renewed(account: &Account, wished: &[(&str, &str)]) -> Result<Vec<Renewed>, Problem> {
    let mut items = Vec::new();
    for (place, (id, period)) in wished.iter().enumerate() {
        let at = |name: &str| format!("/purpose/items/{place}/{name}");
        let service = account
            .services
            .iter()
            .find(|service| service.id == *id)
            .ok_or_else(|| {
                Problem::new(
                    Code::UnknownService,
                    "One of the services cannot be renewed (any more).",
                )
                .at(&at("service"), "No such service")
            })?;
        let period = Period::read(period).ok_or_else(|| unknown_period(&at("period")))?;
        let (minor, discount) = period.price(service.monthly);
        items.push(Renewed {
            service: service.id.clone(),
            name: service.name.clone(),
            tariff: service.tariff.clone(),
            months: period.months,
            minor,
            discount,
            until: later(service.due_at, period.months),
        });
    }
    Ok(items)
}

fn unknown_period(at: &str) -> Problem {
    Problem::new(Code::UnknownPeriod, "The period is not offered.").at(at, "No such period")
}

fn check_limits(account: &Account, minor: u64) -> Result<(), Problem> {
    let (currency, limits) = (account.currency, &account.limits);
    let (code, which, most) = if minor < limits.min {
        (Code::AmountTooSmall, "least", limits.min)
    } else if minor > limits.max {
        (Code::AmountTooLarge, "most", limits.max)
    } else {
        return Ok(());
    };
    let words = currency.words(most);
    Err(
        Problem::new(code, format!("A top-up may be at {which} {words}."))
            .at("/purpose/amount", &format!("Must be at {which} {words}"))
            .with("min", currency.money(limits.min))
            .with("max", currency.money(limits.max)),
    )
}

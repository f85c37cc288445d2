//! What Fluence's answers say, in the words of this project. Amounts come as whole cents, as whole 10^-8 or as
//! decimal strings; each is kept exactly, and one that no account could have is refused.

use crate::clock::Timestamp;
use crate::error::{Code, Error, Result};
use crate::money::{Amount, Currency};
use crate::provider::answer::{self, Object};
use crate::provider::{
    ApiBalance, Created, DayCharge, Method, MethodKind, OddLine, Papers, Purpose, RemotePayment,
    Status,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// No balance, payment or charge is a trillion.
const LARGEST: i64 = 1_000_000_000_000;
/// A higher fee than this, in hundredths of a percent, is a mistake: everything.
const LARGEST_FEE_BPS: u64 = 10_000;

const TOP_UP: &str = "a top-up";

/// One page of `/v2/top-ups`.
pub(super) struct TopUpPage {
    pub(super) payments: Vec<RemotePayment>,
    pub(super) odd: Vec<OddLine>,
    pub(super) pagination: Pagination,
}

pub(super) struct Pagination {
    pub(super) total_pages: u64,
    pub(super) current_page: u64,
    pub(super) filtered_records: u64,
}

impl Pagination {
    pub(super) fn read(page: &Object<'_>) -> Result<Self> {
        let pagination = page.object("pagination", "the pagination")?;
        Ok(Self {
            total_pages: pagination.count("totalPages")?,
            current_page: pagination.count("currentPage")?,
            filtered_records: pagination.count("filteredRecords")?,
        })
    }
}

/// A line that is wrong in itself takes nothing from the others; pages that are not numbered as asked for do.
pub(super) fn top_up_page(body: &[u8]) -> Result<TopUpPage> {
    let page = Object::parse("a page of top-ups", body)?;
    let mut payments: Vec<RemotePayment> = Vec::new();
    let mut odd = Vec::new();
    for item in page.each("items", TOP_UP)? {
        match item.as_ref().map_err(Clone::clone).and_then(top_up) {
            Ok(payment) => payments.push(payment),
            Err(error) => odd.push(odd_line(item.ok().as_ref(), &error)),
        }
    }
    odd.extend(take_doubled(&mut payments, &page));
    Ok(TopUpPage {
        payments,
        odd,
        pagination: Pagination::read(&page)?,
    })
}

fn odd_line(item: Option<&Object<'_>>, error: &Error) -> OddLine {
    let id = item.and_then(|item| item.token("id").ok());
    let named = id.map_or_else(String::new, |id| format!(" Its id is {id}."));
    OddLine {
        error: Error::new(Code::LineUnreadable, format!("{}{named}", error.message)),
        created_at: item.and_then(|item| item.time("createdAt").ok()),
    }
}

/// Of an id that comes twice nobody can say which line is meant, unless both say the same.
fn take_doubled(payments: &mut Vec<RemotePayment>, page: &Object<'_>) -> Vec<OddLine> {
    let mut first: HashMap<String, RemotePayment> = HashMap::new();
    let mut doubled = BTreeMap::new();
    payments.retain(|payment| match first.get(&payment.id) {
        None => {
            first.insert(payment.id.clone(), payment.clone());
            true
        }
        Some(same) if same == payment => false,
        Some(_) => {
            doubled.insert(payment.id.clone(), payment.created_at);
            false
        }
    });
    payments.retain(|payment| !doubled.contains_key(&payment.id));
    let wrong = page.wrong("items", "holds a top-up twice").message;
    doubled
        .into_iter()
        .map(|(id, created_at)| OddLine {
            error: Error::new(Code::LineUnreadable, format!("{wrong} Its id is {id}.")),
            created_at: Some(created_at),
        })
        .collect()
}

pub(super) fn pending(body: &[u8]) -> Result<Option<RemotePayment>> {
    let answer = Object::parse("the open top-up", body)?;
    answer
        .object_or_null("pendingTopUp", TOP_UP)?
        .as_ref()
        .map(top_up)
        .transpose()
}

fn top_up(object: &Object<'_>) -> Result<RemotePayment> {
    let status = match object.raw_text("status")?.as_str() {
        "open" => Status::Open,
        "needs_review" => Status::UnderReview,
        "resolved" => Status::Completed,
        "canceled" => Status::Cancelled,
        "expired" => Status::Expired,
        "failed" => Status::Failed,
        _ => return Err(object.wrong("status", "is one that this version does not know")),
    };
    Ok(RemotePayment {
        id: object.token("id")?,
        status,
        amount: cents(object, "amountCents")?,
        fee: None,
        source: object.text_or_null("provider")?,
        created_at: object.time("createdAt")?,
        updated_at: object.time("updatedAt")?,
        expires_at: object.time_or_null("expiresAt")?,
        checkout: object.address_or_null("redirectUrl")?,
        transaction: None,
        purpose: Purpose::TopUp,
        reason: None,
        papers: Papers::default(),
    })
}

pub(super) fn created(body: &[u8]) -> Result<Created> {
    let answer = Object::parse("a new top-up", body)?;
    let presentation = answer.object("presentation", "the presentation")?;
    // Another kind of presentation is a top-up too, only one whose page cannot be opened from here.
    let redirects = matches!(
        presentation.text_or_null("type")?.as_deref(),
        Some("redirect") | None
    );
    let intent = answer.token("intentId")?;
    Ok(Created {
        id: intent.clone(),
        intent,
        checkout: if redirects {
            presentation.address_or_null("redirectUrl")?
        } else {
            None
        },
        expires_at: None,
        payment: None,
        differs: None,
    })
}

/// The payment methods in the provider's order. Where two providers use one code, the first stands for it.
pub(super) fn methods(body: &[u8]) -> Result<Vec<Method>> {
    let mut methods = Vec::new();
    let mut seen = HashSet::new();
    for object in answer::list("a payment method", body)? {
        let order = object.whole("sortOrder")?;
        let enabled = object.flag("enabled")?;
        let method = method(&object)?;
        if !seen.insert((method.provider.clone(), method.code.clone())) {
            return Err(object.wrong("methodCode", "comes twice"));
        }
        if enabled {
            methods.push((order, method));
        }
    }
    methods.sort_by_key(|(order, _)| *order);
    let mut codes = HashSet::new();
    Ok(methods
        .into_iter()
        .map(|(_, method)| method)
        .filter(|method| codes.insert(method.code.clone()))
        .collect())
}

fn method(object: &Object<'_>) -> Result<Method> {
    let kind = match object.raw_text("kind")?.as_str() {
        "crypto" => MethodKind::Crypto,
        "fiat" => MethodKind::Fiat,
        _ => return Err(object.wrong("kind", "is one that this version does not know")),
    };
    let fee_bps = object.count("estFeeBps")?;
    if fee_bps > LARGEST_FEE_BPS {
        return Err(object.wrong("estFeeBps", "is more than everything"));
    }
    let min = cents(object, "minAmountCents")?;
    let max = cents_or_null(object, "maxAmountCents")?;
    if max.as_ref().is_some_and(|max| max.units() < min.units()) {
        return Err(object.wrong("maxAmountCents", "is less than the minimum"));
    }
    let fixed = cents(object, "estFeeFixedCents")?;
    Ok(Method {
        code: object.token("methodCode")?,
        provider: object.token("provider")?,
        name: object.text("displayName")?,
        kind,
        payers: Vec::new(),
        min,
        max,
        fee_bps: u32::try_from(fee_bps).map_err(|_| object.wrong("estFeeBps", "is too large"))?,
        fee_fixed_cents: fixed
            .to_cents()
            .ok_or_else(|| object.wrong("estFeeFixedCents", "is too large"))?,
        fee_paid_by_user: object.flag("feePaidByUser")?,
        saved: None,
        can_be_saved: false,
        debits_at_once: false,
    })
}

/// The balance among the user's entitlements: the one that the network names, else the only one.
pub(super) fn balance(body: &[u8], feature_key: Option<&str>) -> Result<ApiBalance> {
    let entitlements = answer::list("an entitlement", body)?;
    let mut named = Vec::new();
    for entitlement in entitlements {
        let key = entitlement.raw_text("featureKey")?;
        if feature_key.is_none_or(|wanted| wanted == key) {
            named.push(entitlement);
        }
    }
    let mut named = named.into_iter();
    match (named.next(), named.next(), feature_key) {
        (Some(entitlement), None, _) => entitlement_value(&entitlement),
        (Some(first), Some(_), Some(_)) => Err(first.wrong("featureKey", "comes twice")),
        (Some(_), Some(_), None) => Err(Error::new(
            Code::AmbiguousBalance,
            "Fluence lists several balances and the network does not say which is meant. Name it as \
             feature_key in the network file.",
        )),
        (None, _, Some(_)) => Err(Error::new(
            Code::NotFound,
            "Fluence does not list the balance that the network names as feature_key.",
        )),
        (None, _, None) => Err(Error::passing(
            Code::NotFound,
            "Fluence does not list a balance for this account yet.",
        )),
    }
}

fn entitlement_value(object: &Object<'_>) -> Result<ApiBalance> {
    let days_left = object
        .count_or_null("usageDaysLeft")?
        .map(|days| u32::try_from(days).map_err(|_| object.wrong("usageDaysLeft", "is too large")))
        .transpose()?;
    Ok(ApiBalance {
        balance: decimal(object, "balance")?,
        daily_usage: Some(decimal(object, "estimatedUsage")?),
        days_left,
    })
}

/// Spending by day: the rows of a day are one sum.
pub(super) fn charges(body: &[u8], from: &str, to: &str) -> Result<Vec<DayCharge>> {
    let mut days: BTreeMap<String, Amount> = BTreeMap::new();
    for row in answer::list("a charge", body)? {
        let date = row.time("periodStart")?.date();
        let amount = decimal(&row, "totalCost")?;
        if !(from..=to).contains(&date.as_str()) {
            continue;
        }
        let sum = match days.get(&date) {
            Some(sum) => sum.checked_add(&amount),
            None => Some(amount),
        };
        let sum = sum.ok_or_else(|| row.wrong("totalCost", "is too large"))?;
        days.insert(date, sum);
    }
    Ok(days
        .into_iter()
        .map(|(date, amount)| DayCharge { date, amount })
        .collect())
}

/// Who the key belongs to, and its scopes.
pub(super) struct User {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) scopes: Vec<String>,
}

pub(super) fn user(body: &[u8]) -> Result<User> {
    let answer = Object::parse("the user", body)?;
    Ok(User {
        id: answer.token("id")?,
        email: answer.text("email")?,
        scopes: answer.texts("permissions")?,
    })
}

pub(super) fn maintenance(body: &[u8]) -> Result<bool> {
    Object::parse("the service's status", body)?.flag("maintenanceMode")
}

/// An amount of cents: not negative, not absurd.
fn cents(object: &Object<'_>, field: &str) -> Result<Amount> {
    cents_or_null(object, field)?.ok_or_else(|| object.wrong(field, "is missing"))
}

fn cents_or_null(object: &Object<'_>, field: &str) -> Result<Option<Amount>> {
    object
        .count_or_null(field)?
        .map(|cents| amount(object, field, i128::from(cents), 2))
        .transpose()
}

/// An amount of 10^-8.
pub(super) fn base_units(object: &Object<'_>, field: &str) -> Result<Amount> {
    amount(object, field, i128::from(object.count(field)?), 8)
}

fn amount(object: &Object<'_>, field: &str, units: i128, scale: u8) -> Result<Amount> {
    possible(object, field, Amount::new(units, scale, Currency::usdc())?)
}

fn decimal(object: &Object<'_>, field: &str) -> Result<Amount> {
    let text = object.raw_text(field)?;
    let amount = Amount::parse_decimal(&text, Currency::usdc())
        .map_err(|_| object.wrong(field, "is not an amount"))?;
    possible(object, field, amount)
}

fn possible(object: &Object<'_>, field: &str, amount: Amount) -> Result<Amount> {
    let largest = Amount::new(i128::from(LARGEST), 0, Currency::usdc())?;
    let fits = amount
        .compare(&largest)
        .is_some_and(std::cmp::Ordering::is_le);
    if amount.is_negative() || !fits {
        return Err(object.wrong(field, "is not an amount that can be"));
    }
    Ok(amount)
}

/// The time as the API's parameters want it.
pub(super) fn rfc3339(at: Timestamp) -> String {
    at.to_string()
}

//! Converts Fluence's responses to Bursar's types. Amounts arrive as integers in cents, as integers in units of 10^-8,
//! or as decimal strings. Every amount stays exact, and an implausible amount is an error.

use crate::response_fields::{self, Object, UnreadableParts};
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::catalogue::{Method, MethodKind};
use bursar_domain::charges::{Charges, DayCharge};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{Created, Documents, Purpose, RemotePayment, Status};
use bursar_domain::unreadable_row::UnreadableRow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The largest plausible balance, payment or charge: a trillion.
const MAX_AMOUNT: i64 = 1_000_000_000_000;
/// The highest plausible fee, in hundredths of a percent: 100%.
const MAX_FEE_BPS: u64 = 10_000;

const TOP_UP: &str = "a top-up";

/// One page of `/v2/top-ups`.
pub(super) struct TopUpPage {
    pub(super) payments: Vec<RemotePayment>,
    pub(super) unreadable: Vec<UnreadableRow>,
    /// The faults of rows that are among the payments although a part of them could not be read.
    pub(super) partly_unreadable: Vec<UnreadableRow>,
    /// The number of rows on the page, readable or not. An exact repeat of a row does not count.
    pub(super) lines: u64,
    pub(super) pagination: Pagination,
}

pub(super) struct Pagination {
    pub(super) total_pages: u64,
    pub(super) current_page: u64,
    pub(super) filtered_records: Option<u64>,
    /// The number of rows on a full page.
    pub(super) per_page: Option<u64>,
}

impl Pagination {
    pub(super) fn read(page: &Object<'_>) -> Result<Self> {
        let pagination = page.object("pagination", "the pagination")?;
        let filtered_records = pagination.count("filteredRecords").ok();
        let per_page = pagination.count("perPage").ok().filter(|lines| *lines > 0);
        let counted = filtered_records.zip(per_page);
        Ok(Self {
            // If the number of pages cannot be read, it follows from the other two counts.
            total_pages: pagination
                .count("totalPages")
                .or_else(|error| counted.map(|(all, page)| all.div_ceil(page)).ok_or(error))?,
            current_page: pagination.count("currentPage")?,
            filtered_records,
            per_page,
        })
    }

    /// Returns an error if the counts contradict each other or the number of `lines` on the page. `page` counts from 0.
    pub(super) fn mismatch(&self, page: u64, lines: u64) -> Option<UnreadableRow> {
        let (all, per_page) = self.filtered_records.zip(self.per_page)?;
        let before = page.saturating_mul(per_page);
        let expected = all.saturating_sub(before).min(per_page);
        let pages = all.div_ceil(per_page);
        let what = if lines != expected {
            format!("a page should have {expected} top-ups and has {lines}")
        } else if self.total_pages < pages {
            format!(
                "{all} top-ups are said to be on {} pages of {per_page}",
                self.total_pages
            )
        } else {
            return None;
        };
        Some(UnreadableRow {
            error: Error::new(
                Code::LineUnreadable,
                format!(
                    "The provider's answer is not as described: {what}. Some may be missing here."
                ),
            ),
            created_at: None,
        })
    }
}

/// Reads a page of top-ups. A row that cannot be read does not affect the others, but the pagination must be readable.
pub(super) fn top_up_page(body: &[u8]) -> Result<TopUpPage> {
    let page = Object::parse("a page of top-ups", body)?;
    let mut payments: Vec<RemotePayment> = Vec::new();
    let mut unreadable = Vec::new();
    let mut partly_unreadable = Vec::new();
    for item in page.each("items", TOP_UP)? {
        let mut parts = UnreadableParts::default();
        let read = item.as_ref().map_err(Clone::clone);
        match read.and_then(|item| top_up(item, &mut parts)) {
            Ok(payment) => {
                let wrong = parts.into_errors();
                partly_unreadable.extend(
                    wrong
                        .iter()
                        .map(|error| unreadable_row(item.as_ref().ok(), error)),
                );
                payments.push(payment);
            }
            Err(error) => unreadable.push(unreadable_row(item.ok().as_ref(), &error)),
        }
    }
    let (doubled, repeated) = take_doubled(&mut payments, &page);
    unreadable.extend(doubled);
    let distinct = payments.len().saturating_add(unreadable.len());
    Ok(TopUpPage {
        lines: u64::try_from(distinct.saturating_add(repeated)).unwrap_or(u64::MAX),
        payments,
        unreadable,
        partly_unreadable,
        pagination: Pagination::read(&page)?,
    })
}

fn unreadable_row(item: Option<&Object<'_>>, error: &Error) -> UnreadableRow {
    let id = item.and_then(|item| item.token("id").ok());
    let named = id.map_or_else(String::new, |id| format!(" Its id is {id}."));
    UnreadableRow {
        error: Error::new(Code::LineUnreadable, format!("{}{named}", error.message)),
        created_at: item.and_then(|item| item.time("createdAt").ok()),
    }
}

/// Removes rows that repeat an id. If the rows are identical, one stays. If they differ, all of them are unreadable,
/// because nobody knows which one is right. Also returns how many differing rows came after the first one of their id.
fn take_doubled(
    payments: &mut Vec<RemotePayment>,
    page: &Object<'_>,
) -> (Vec<UnreadableRow>, usize) {
    let mut repeated = 0_usize;
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
            repeated = repeated.saturating_add(1);
            false
        }
    });
    payments.retain(|payment| !doubled.contains_key(&payment.id));
    let wrong = page.wrong("items", "holds a top-up twice").message;
    let unreadable = doubled
        .into_iter()
        .map(|(id, created_at)| UnreadableRow {
            error: Error::new(Code::LineUnreadable, format!("{wrong} Its id is {id}.")),
            created_at: Some(created_at),
        })
        .collect();
    (unreadable, repeated)
}

pub(super) fn pending(body: &[u8]) -> Result<Option<RemotePayment>> {
    let answer = Object::parse("the open top-up", body)?;
    answer
        .object_or_null("pendingTopUp", TOP_UP)?
        .as_ref()
        // Errors in optional fields are dropped here, because the history reports them.
        .map(|object| top_up(object, &mut UnreadableParts::default()))
        .transpose()
}

/// Reads a top-up. The id, the status, the amount and the times of creation and update must be readable. Any other
/// field is unknown if it cannot be read.
fn top_up(object: &Object<'_>, unreadable: &mut UnreadableParts) -> Result<RemotePayment> {
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
        source: unreadable.take_or_null(object.text_or_null("provider")),
        created_at: object.time("createdAt")?,
        updated_at: object.time("updatedAt")?,
        expires_at: unreadable.take_or_null(object.time_or_null("expiresAt")),
        checkout: unreadable.take_or_null(object.address_or_null("redirectUrl")),
        transaction: None,
        purpose: Purpose::TopUp,
        reason: None,
        documents: Documents::default(),
    })
}

pub(super) fn created(body: &[u8]) -> Result<Created> {
    let answer = Object::parse("a new top-up", body)?;
    let intent = answer.token("intentId")?;
    // The top-up exists even if its page is of another kind or cannot be read. The call for open top-ups reports it.
    let checkout = answer
        .object_or_null("presentation", "the presentation")
        .ok()
        .flatten()
        .filter(|page| {
            let kind = page.text_or_null("type");
            matches!(
                kind.as_ref().map(Option::as_deref),
                Ok(Some("redirect") | None)
            )
        })
        .and_then(|page| page.address_or_null("redirectUrl").ok().flatten());
    Ok(Created {
        payment_id: intent.clone(),
        intent_id: intent,
        checkout,
        expires_at: None,
        payment: None,
        differs: None,
    })
}

/// The payment methods in the provider's order. If two payment providers use the same code, only the method that comes
/// first stays. A method that cannot be read does not affect the others.
pub(super) fn methods(body: &[u8], unreadable: &mut UnreadableParts) -> Result<Vec<Method>> {
    let mut methods: Vec<(i64, Method)> = Vec::new();
    let mut seen = HashSet::new();
    for object in response_fields::list("a payment method", body)? {
        let Some(object) = unreadable.take(object) else {
            continue;
        };
        match unreadable.take(object.flag("enabled")) {
            Some(true) => {}
            Some(false) | None => continue,
        }
        // A method without a readable sort order comes last.
        let order = unreadable
            .take(object.whole("sortOrder"))
            .unwrap_or(i64::MAX);
        let read = method(&object, unreadable);
        let Some(method) = unreadable.take(read) else {
            continue;
        };
        if seen.insert((method.provider.clone(), method.code.clone())) {
            methods.push((order, method));
        } else {
            // Nobody knows which of the two is right, so both are dropped.
            methods.retain(|(_, other)| {
                (&other.provider, &other.code) != (&method.provider, &method.code)
            });
            unreadable.take::<()>(Err(object.wrong("methodCode", "comes twice")));
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

/// Reads a payment method. The code, the provider, the kind and the maximum must be readable, because they decide
/// whether the method can be used. `unreadable` collects the errors about the other fields.
fn method(object: &Object<'_>, unreadable: &mut UnreadableParts) -> Result<Method> {
    let kind = match object.raw_text("kind")?.as_str() {
        "crypto" => MethodKind::Crypto,
        "fiat" => MethodKind::Fiat,
        _ => return Err(object.wrong("kind", "is one that this version does not know")),
    };
    let code = object.token("methodCode")?;
    let min = unreadable
        .take(cents(object, "minAmountCents"))
        .unwrap_or_else(|| Amount::zero(Currency::usdc()));
    let max = cents_or_null(object, "maxAmountCents")?;
    if max
        .as_ref()
        .is_some_and(|max| max.compare(&min) == Some(std::cmp::Ordering::Less))
    {
        return Err(object.wrong("maxAmountCents", "is less than the minimum"));
    }
    let fee = unreadable.take(fee(object));
    let (fee_bps, fee_fixed_cents, fee_paid_by_user) = fee.unwrap_or_default();
    Ok(Method {
        provider: object.token("provider")?,
        name: unreadable
            .take(object.text("displayName"))
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| code.clone()),
        code,
        kind,
        payers: Vec::new(),
        min,
        max,
        fee_bps,
        fee_fixed_cents,
        fee_paid_by_user,
        fee_known: fee.is_some(),
        saved: None,
        can_be_saved: false,
        debits_at_once: false,
    })
}

/// The fee in hundredths of a percent, the fixed fee in cents, and whether the user pays them.
fn fee(object: &Object<'_>) -> Result<(u32, i64, bool)> {
    let bps = object.count("estFeeBps")?;
    if bps > MAX_FEE_BPS {
        return Err(object.wrong("estFeeBps", "is more than everything"));
    }
    let fixed = cents(object, "estFeeFixedCents")?;
    Ok((
        u32::try_from(bps).map_err(|_| object.wrong("estFeeBps", "is too large"))?,
        fixed
            .to_cents()
            .ok_or_else(|| object.wrong("estFeeFixedCents", "is too large"))?,
        object.flag("feePaidByUser")?,
    ))
}

/// Finds the balance among the user's entitlements: the one that the network names, or the only one if it names none.
/// An unreadable entitlement does not affect the one that the network names. Usage and remaining days are unknown if
/// they cannot be read.
pub(super) fn balance(
    body: &[u8],
    feature_key: Option<&str>,
    unreadable: &mut UnreadableParts,
) -> Result<ApiBalance> {
    let entitlements = response_fields::list("an entitlement", body)?;
    let mut named = Vec::new();
    for entitlement in entitlements {
        let Some(wanted) = feature_key else {
            // The only entitlement needs no name. An unreadable one counts too, because it may be the balance.
            named.push(entitlement);
            continue;
        };
        let Some(entitlement) = unreadable.take(entitlement) else {
            continue;
        };
        if unreadable
            .take(entitlement.raw_text("featureKey"))
            .as_deref()
            == Some(wanted)
        {
            named.push(Ok(entitlement));
        }
    }
    let mut named = named.into_iter();
    match (named.next(), named.next(), feature_key) {
        (Some(entitlement), None, _) => entitlement_value(&entitlement?, unreadable),
        (Some(first), Some(_), Some(_)) => Err(first?.wrong("featureKey", "comes twice")),
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

fn entitlement_value(object: &Object<'_>, unreadable: &mut UnreadableParts) -> Result<ApiBalance> {
    let days_left = object.count_or_null("usageDaysLeft").and_then(|days| {
        days.map(|days| {
            u32::try_from(days).map_err(|_| object.wrong("usageDaysLeft", "is too large"))
        })
        .transpose()
    });
    Ok(ApiBalance {
        balance: decimal(object, "balance")?,
        daily_usage: unreadable.take(decimal(object, "estimatedUsage")),
        days_left: unreadable.take_or_null(days_left),
    })
}

/// Adds up the charges of each day. An amount that is negative or cannot be read makes the sum of its day unknown. The
/// other days are not affected.
pub(super) fn charges(
    body: &[u8],
    from: &str,
    to: &str,
    unreadable: &mut UnreadableParts,
) -> Result<Charges> {
    let mut days: BTreeMap<String, Amount> = BTreeMap::new();
    let mut unknown = BTreeSet::new();
    for row in response_fields::list("a charge", body)? {
        let Some(row) = unreadable.take(row) else {
            continue;
        };
        let Some(date) = unreadable
            .take(row.time("periodStart"))
            .map(|start| start.date())
        else {
            continue;
        };
        if !(from..=to).contains(&date.as_str()) {
            continue;
        }
        let sum = decimal(&row, "totalCost").and_then(|amount| {
            let sum = match days.get(&date) {
                Some(sum) => sum.checked_add(&amount),
                None => Some(amount),
            };
            sum.ok_or_else(|| row.wrong("totalCost", "is too large"))
        });
        let sum = sum.map_err(|error| Error {
            message: format!("{} It is of {date}.", error.message),
            ..error
        });
        match unreadable.take(sum) {
            Some(sum) => {
                days.insert(date, sum);
            }
            None => {
                unknown.insert(date);
            }
        }
    }
    days.retain(|date, _| !unknown.contains(date));
    Ok(Charges {
        days: days
            .into_iter()
            .map(|(date, amount)| DayCharge { date, amount })
            .collect(),
        unknown,
    })
}

/// The user whom the key belongs to, and the key's scopes.
pub(super) struct User {
    pub(super) id: String,
    /// Distinguishes accounts for the user: the e-mail address, or the id if there is none.
    pub(super) name: String,
    /// `None` if the response does not list the scopes.
    pub(super) scopes: Option<Vec<String>>,
}

/// Reads the user. Only the id is required.
pub(super) fn user(body: &[u8]) -> Result<User> {
    let answer = Object::parse("the user", body)?;
    let id = answer.token("id")?;
    let email = answer.text_or_null("email").ok().flatten();
    Ok(User {
        name: email
            .filter(|email| !email.is_empty())
            .unwrap_or_else(|| id.clone()),
        id,
        scopes: answer.texts_or_null("permissions").ok().flatten(),
    })
}

pub(super) fn maintenance(body: &[u8]) -> Result<bool> {
    Object::parse("the service's status", body)?.flag("maintenanceMode")
}

/// An amount in cents, neither negative nor implausibly large.
fn cents(object: &Object<'_>, field: &str) -> Result<Amount> {
    cents_or_null(object, field)?.ok_or_else(|| object.wrong(field, "is missing"))
}

fn cents_or_null(object: &Object<'_>, field: &str) -> Result<Option<Amount>> {
    object
        .count_or_null(field)?
        .map(|cents| amount(object, field, i128::from(cents), 2))
        .transpose()
}

/// An amount in units of 10^-8.
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
    let largest = Amount::new(i128::from(MAX_AMOUNT), 0, Currency::usdc())?;
    let fits = amount
        .compare(&largest)
        .is_some_and(std::cmp::Ordering::is_le);
    if amount.is_negative() || !fits {
        return Err(object.wrong(field, "is not an amount that can be"));
    }
    Ok(amount)
}

/// A time in the format of the API's query parameters.
pub(super) fn rfc3339(at: Timestamp) -> String {
    at.to_string()
}

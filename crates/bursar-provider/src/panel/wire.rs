//! Converts a panel's accounts, payments and expenses into Bursar's types. Every field is read by name. An error names
//! the faulty field if an amount is negative or not in the account's currency, if a status is unknown, or if a payment
//! has no payer.

use super::api_client::is_id;
use crate::HistoryPage;
use crate::response_fields::{Object, UnreadableParts};
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::charges::{Charges, DayCharge};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::identity::Identity;
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{
    Created, Documents, FailureCode, FailureReason, NewPayment, Purpose, RemotePayment,
    RenewalItem, Status,
};
use bursar_domain::plural::counted;
use bursar_domain::unreadable_row::UnreadableRow;
use std::collections::{BTreeMap, BTreeSet};

/// Every balance, payment and charge is smaller than this amount.
const MAX_AMOUNT: i128 = 1_000_000_000_000;
/// The longest cursor, in bytes.
const MAX_CURSOR_BYTES: usize = 512;

/// The currency and the decimals of all amounts of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) currency: Currency,
    pub(super) decimals: u8,
}

/// An account as the panel describes it. A field that cannot be read affects only the parts that need it.
pub(super) struct Account {
    pub(super) identity: Result<Identity>,
    pub(super) unit: Result<Unit>,
    pub(super) balance: Result<ApiBalance>,
    /// The other fields that could not be read.
    pub(super) unreadable: UnreadableParts,
}

pub(super) fn account(body: &[u8]) -> Result<Account> {
    let object = Object::parse("the account", body)?;
    let mut unreadable = UnreadableParts::default();
    let unit = account_unit(&object);
    let balance = match &unit {
        Ok(unit) => account_balance(&object, unit, &mut unreadable),
        Err(error) => Err(error.clone()),
    };
    Ok(Account {
        identity: account_identity(&object),
        unit,
        balance,
        unreadable,
    })
}

fn account_unit(object: &Object<'_>) -> Result<Unit> {
    let currency = Currency::new(&object.raw_text("currency")?)
        .map_err(|_| object.wrong("currency", "is not a currency"))?;
    let decimals = u8::try_from(object.count("currency_decimals")?)
        .ok()
        .filter(|decimals| *decimals <= 4)
        .ok_or_else(|| object.wrong("currency_decimals", "is more than any currency has"))?;
    Ok(Unit { currency, decimals })
}

fn account_balance(
    object: &Object<'_>,
    unit: &Unit,
    unreadable: &mut UnreadableParts,
) -> Result<ApiBalance> {
    let days_left = object.count_or_null("days_left").and_then(|days| {
        days.map(|days| u32::try_from(days).map_err(|_| object.wrong("days_left", "is too large")))
            .transpose()
    });
    Ok(ApiBalance {
        balance: unit.money(object, "balance")?,
        daily_usage: unreadable.take_or_null(unit.money_or_null(object, "daily_spend")),
        days_left: unreadable.take_or_null(days_left),
    })
}

/// Only the id is required. Every other field may be missing.
fn account_identity(object: &Object<'_>) -> Result<Identity> {
    let user_id = id(object, "id")?;
    let text_field = |field| {
        let text = object.text_or_null(field).ok().flatten();
        text.filter(|text| !text.is_empty())
    };
    Ok(Identity {
        name: text_field("email")
            .or_else(|| text_field("name"))
            .unwrap_or_else(|| user_id.clone()),
        user_id,
        missing_scopes: Vec::new(),
    })
}

impl Unit {
    pub(super) fn money(&self, object: &Object<'_>, field: &str) -> Result<Amount> {
        self.money_or_null(object, field)?
            .ok_or_else(|| object.wrong(field, "is missing"))
    }

    fn money_or_null(&self, object: &Object<'_>, field: &str) -> Result<Option<Amount>> {
        let Some(money) = object.object_or_null(field, "an amount of money")? else {
            return Ok(None);
        };
        self.judge(&money, |why| object.wrong(field, why)).map(Some)
    }

    /// Reads an amount that is an item of a list.
    pub(super) fn read(&self, money: &Object<'_>) -> Result<Amount> {
        self.judge(money, |why| money.wrong("amount", why))
    }

    fn judge(&self, money: &Object<'_>, wrong: impl Fn(&str) -> Error) -> Result<Amount> {
        let currency = money.raw_text("currency")?;
        if currency != self.currency.as_str() {
            return Err(wrong("is in another currency than the account"));
        }
        let amount = Amount::parse_decimal(&money.raw_text("amount")?, self.currency.clone())
            .map_err(|_| wrong("is not an amount"))?;
        if amount.is_negative() {
            return Err(wrong("is negative"));
        }
        if amount.scale() != self.decimals {
            return Err(wrong("has not the decimals of its currency"));
        }
        let largest = Amount::new(MAX_AMOUNT, 0, self.currency.clone())?;
        if amount.compare(&largest) != Some(std::cmp::Ordering::Less) {
            return Err(wrong("is larger than any amount can be"));
        }
        Ok(amount)
    }
}

/// Reads an amount in any currency, for display only.
pub(super) fn money_of_any(money: &Object<'_>) -> Result<Amount> {
    let currency = Currency::new(&money.raw_text("currency")?)?;
    Amount::parse_decimal(&money.raw_text("amount")?, currency)
}

/// Reads the items of one page of a list, and the cursor of the next page. An item that cannot be read does not affect
/// the others.
pub(super) fn page<T>(
    body: &[u8],
    what: &'static str,
    unreadable: &mut UnreadableParts,
    item: impl Fn(&Object<'_>, &mut UnreadableParts) -> Result<T>,
) -> Result<(Vec<T>, Option<String>)> {
    let page = Object::parse("a page", body)?;
    let all = page.each("items", what)?;
    let is_empty = all.is_empty();
    let items = all
        .into_iter()
        .filter_map(|object| {
            let read = object.and_then(|object| item(&object, unreadable));
            unreadable.take(read)
        })
        .collect();
    let next = next_cursor(&page, is_empty)?;
    Ok((items, next))
}

/// Reads the cursor of the next page. After an empty page, there is no next page.
fn next_cursor(page: &Object<'_>, is_empty: bool) -> Result<Option<String>> {
    let next = page.raw_text_or_null("next_cursor")?;
    let fits = next
        .as_ref()
        .is_none_or(|next| (1..=MAX_CURSOR_BYTES).contains(&next.len()));
    if !fits || (is_empty && next.is_some()) {
        return Err(page.wrong("next_cursor", "leads nowhere"));
    }
    Ok(next)
}

/// Reads one page of payments. A row that cannot be read does not affect the others. If two rows share an id but
/// differ, neither is used, because nothing shows which one is right.
pub(super) fn payments(body: &[u8], unit: &Unit) -> Result<HistoryPage> {
    let page = Object::parse("a page of payments", body)?;
    let mut payments: Vec<RemotePayment> = Vec::new();
    let mut unreadable = Vec::new();
    let mut partly_unreadable = Vec::new();
    let mut doubled = BTreeMap::new();
    for item in page.each("items", "a payment")? {
        let mut parts = UnreadableParts::default();
        let read = item
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|item| payment_of(item, unit, &mut parts));
        match read {
            Ok(payment) => match payments.iter().find(|seen| seen.id == payment.id) {
                None => {
                    let wrong = parts.into_errors();
                    partly_unreadable.extend(
                        wrong
                            .iter()
                            .map(|error| unreadable_row(item.as_ref().ok(), error)),
                    );
                    payments.push(payment);
                }
                Some(same) if *same == payment => {}
                Some(_) => {
                    doubled.insert(payment.id, payment.created_at);
                }
            },
            Err(error) => unreadable.push(unreadable_row(item.ok().as_ref(), &error)),
        }
    }
    payments.retain(|payment| !doubled.contains_key(&payment.id));
    unreadable.extend(doubled.into_iter().map(|(id, created_at)| {
        let wrong = page.wrong("items", &format!("holds payment {id} twice"));
        UnreadableRow {
            error: Error::new(Code::LineUnreadable, wrong.message),
            created_at: Some(created_at),
        }
    }));
    let is_empty = payments.is_empty() && unreadable.is_empty();
    Ok(HistoryPage {
        payments,
        unreadable,
        partly_unreadable,
        next: next_cursor(&page, is_empty)?,
        total: None,
    })
}

fn unreadable_row(item: Option<&Object<'_>>, error: &Error) -> UnreadableRow {
    let named = item
        .and_then(|item| item.text("number").ok())
        .map_or_else(String::new, |number| format!(" Its number is {number}."));
    UnreadableRow {
        error: Error::new(Code::LineUnreadable, format!("{}{named}", error.message)),
        created_at: item.and_then(|item| item.time("created_at").ok()),
    }
}

/// Reads the payment that the panel created for the request `new`.
pub(super) fn created(body: &[u8], unit: &Unit, new: &NewPayment) -> Result<Created> {
    let object = Object::parse("a payment", body)?;
    let payment = payment_of(&object, unit, &mut UnreadableParts::default())?;
    Ok(Created {
        payment_id: payment.id.clone(),
        intent_id: payment.id.clone(),
        checkout: payment.checkout.clone(),
        expires_at: payment.expires_at,
        differs: difference(&object, &payment, new)?,
        payment: Some(payment),
    })
}

/// Returns the first difference between the created payment and the requested one.
fn difference(
    object: &Object<'_>,
    made: &RemotePayment,
    wanted: &NewPayment,
) -> Result<Option<Error>> {
    let is_other = |party: &str, expected: &Option<String>| {
        let party_id = object
            .object(party, "a party of the payment")?
            .raw_text("id")?;
        Ok(expected.as_ref().is_some_and(|id| *id != party_id))
    };
    let what = if !made.amount.equals(&wanted.amount) {
        format!(
            "it is of {}, and {} was asked for",
            made.amount.to_brief(),
            wanted.amount.to_brief()
        )
    } else if !made.purpose.is_same(&wanted.purpose) {
        let words = made.purpose.words();
        format!("it is for {}", words.as_deref().unwrap_or("the balance"))
    } else if is_other("payer", &wanted.payer)? {
        "its payer is another".to_owned()
    } else if is_other("method", &wanted.method)? {
        "its method is another".to_owned()
    } else {
        return Ok(None);
    };
    Ok(Some(Error::new(
        Code::AnswerMalformed,
        format!(
            "The provider made a payment that is not what was asked for: {what}. Look at it before you pay, and ask the provider."
        ),
    )))
}

/// Reads one payment. The essential fields must be as described. Any other field is unknown if it cannot be read.
fn payment_of(
    object: &Object<'_>,
    unit: &Unit,
    unreadable: &mut UnreadableParts,
) -> Result<RemotePayment> {
    let payer = object.object("payer", "the payer of a payment")?;
    id(&payer, "id")?;
    let method = object.object("method", "the method of a payment")?;
    let kind = method.raw_text("kind")?;
    let status = status(object, &kind)?;
    Ok(RemotePayment {
        id: id(object, "id")?,
        status,
        amount: unit.money(object, "amount")?,
        // The panel does not report what a payment system charges on top.
        fee: None,
        source: unreadable
            .take_or_null(method.text_or_null("system"))
            .or(Some(kind)),
        created_at: object.time("created_at")?,
        updated_at: object.time("updated_at")?,
        expires_at: unreadable.take_or_null(object.time_or_null("expires_at")),
        checkout: unreadable.take_or_null(object.address_or_null("page")),
        transaction: None,
        purpose: purpose(&object.object("purpose", "the purpose of a payment")?)?,
        reason: unreadable
            .take_or_null(reason(object))
            .or_else(|| unsaid(status)),
        documents: Documents {
            number: unreadable.take(object.text("number")),
            payer: unreadable.take(payer.text("name")),
            method: unreadable.take(method.text("name")),
            has_invoice: unreadable.take(object.flag("has_invoice")).unwrap_or(false),
        },
    })
}

fn status(object: &Object<'_>, method: &str) -> Result<Status> {
    Ok(match object.raw_text("status")?.as_str() {
        // A debit from a saved method needs no further action: the money is on its way.
        "new" if method == "saved" => Status::Confirming,
        "new" => Status::Open,
        // `trusted` means that the provider has delivered, although the money is still on its way.
        "processing" | "trusted" => Status::Confirming,
        "paid" => Status::Completed,
        "waiting_refund" => Status::Refunding,
        "refunded" => Status::Refunded,
        // The provider holds the payment back as suspicious. It may still be paid, refunded or cancelled.
        "fraudulent" => Status::UnderReview,
        "cancelled" => Status::Cancelled,
        _ => return Err(object.wrong("status", "is one that this version does not know")),
    })
}

pub(super) fn reason(object: &Object<'_>) -> Result<Option<FailureReason>> {
    let Some(reason) = object.object_or_null("reason", "a reason")? else {
        return Ok(None);
    };
    let why = match reason.raw_text("code")?.as_str() {
        "declined" => FailureCode::Declined,
        "insufficient_funds" => FailureCode::InsufficientFunds,
        "confirmation_failed" => FailureCode::ConfirmationFailed,
        "expired" => FailureCode::Expired,
        "cancelled_by_user" => FailureCode::ByUser,
        "method_removed" | "method_expired" => FailureCode::MethodGone,
        "fraud_suspected" => FailureCode::Fraud,
        // This includes `cancelled_by_provider`: the panel's message explains it better than a text of Bursar's could.
        _ => FailureCode::Other,
    };
    Ok(Some(FailureReason {
        why,
        words: reason.text_or_null("message").ok().flatten(),
    }))
}

/// The reason to assume if the panel gives none. Bursar does not assume that the user cancelled the payment.
fn unsaid(status: Status) -> Option<FailureReason> {
    match status {
        Status::Cancelled => Some(FailureReason::unsaid()),
        Status::UnderReview => Some(FailureReason {
            why: FailureCode::Fraud,
            words: None,
        }),
        Status::Open
        | Status::Confirming
        | Status::Completed
        | Status::Expired
        | Status::Failed
        | Status::Refunding
        | Status::Refunded => None,
    }
}

fn purpose(object: &Object<'_>) -> Result<Purpose> {
    match object.raw_text("kind")?.as_str() {
        "top_up" => Ok(Purpose::TopUp),
        "renewal" => {
            let items: Vec<RenewalItem> = object
                .list("items", "a renewed service")?
                .iter()
                .map(|item| {
                    Ok(RenewalItem {
                        service: id(item, "service")?,
                        period: None,
                        name: format!("{} ({})", item.text("name")?, months(item)?),
                    })
                })
                .collect::<Result<_>>()?;
            if items.is_empty() {
                return Err(object.wrong("items", "is empty"));
            }
            Ok(Purpose::Renewal { items })
        }
        "migration" => {
            let server = object.object("server", "the server of a migration")?;
            Ok(Purpose::Migration {
                order: id(object, "order")?,
                period: None,
                name: format!(
                    "{} to {} ({})",
                    object.text("number")?,
                    server.text("name")?,
                    months(object)?
                ),
            })
        }
        _ => Err(object.wrong("kind", "is one that this version does not know")),
    }
}

fn months(object: &Object<'_>) -> Result<String> {
    Ok(match object.count("months")? {
        0 => return Err(object.wrong("months", "is zero")),
        count => counted(count, "month", "months"),
    })
}

/// Reads one row of the expenses: its day and its cost after the discount. If the amount cannot be read, it is `None`,
/// and the sum of its day is unknown.
pub(super) fn expense(
    object: &Object<'_>,
    unit: &Unit,
    unreadable: &mut UnreadableParts,
) -> Result<(String, Option<Amount>)> {
    let date = object.raw_text("date")?;
    if Timestamp::parse_rfc3339(&format!("{date}T00:00:00Z")).is_none() {
        return Err(object.wrong("date", "is not a date"));
    }
    let amount = unit.money(object, "amount").map_err(|error| Error {
        message: format!("{} It is of {date}.", error.message),
        ..error
    });
    Ok((date, unreadable.take(amount)))
}

/// Adds up the expenses of each day, oldest day first. Leaves out days outside the requested dates.
pub(super) fn by_day(
    expenses: Vec<(String, Option<Amount>)>,
    from: &str,
    to: &str,
) -> Option<Charges> {
    let mut days: BTreeMap<String, Amount> = BTreeMap::new();
    let mut unknown = BTreeSet::new();
    for (date, amount) in expenses {
        if !(from..=to).contains(&date.as_str()) {
            continue;
        }
        let Some(amount) = amount else {
            unknown.insert(date);
            continue;
        };
        let sum = match days.get(&date) {
            Some(sum) => sum.checked_add(&amount)?,
            None => amount,
        };
        days.insert(date, sum);
    }
    days.retain(|date, _| !unknown.contains(date));
    Some(Charges {
        days: days
            .into_iter()
            .map(|(date, amount)| DayCharge { date, amount })
            .collect(),
        unknown,
    })
}

pub(super) fn maintenance(body: &[u8]) -> Result<bool> {
    Object::parse("the panel's status", body)?.flag("maintenance")
}

pub(super) fn id(object: &Object<'_>, field: &str) -> Result<String> {
    let id = object.raw_text(field)?;
    if is_id(&id) {
        Ok(id)
    } else {
        Err(object.wrong(field, "is not an id"))
    }
}

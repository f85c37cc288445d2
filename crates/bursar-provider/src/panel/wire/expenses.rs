//! The expenses, added up by day.

use super::money::Unit;
use crate::response_errors::on_day;
use crate::response_fields::{Object, UnreadableParts};
use bursar_domain::charges::{Charges, DayCharge};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{FieldFault, Result};
use bursar_domain::money::Amount;
use std::collections::{BTreeMap, BTreeSet};

/// Reads one row of the expenses: its day and its cost after the discount. If the amount cannot be read, it is `None`,
/// and the sum of its day is unknown.
pub(in crate::panel) fn expense(
    object: &Object<'_>,
    unit: &Unit,
    unreadable: &mut UnreadableParts,
) -> Result<(String, Option<Amount>)> {
    let date = object.raw_text("date")?;
    if Timestamp::parse_rfc3339(&format!("{date}T00:00:00Z")).is_none() {
        return Err(object.wrong("date", FieldFault::NotDate));
    }
    let amount = unit
        .money(object, "amount")
        .map_err(|error| on_day(error, &date));
    Ok((date, unreadable.take(amount)))
}

/// Adds up the expenses of each day, oldest day first. Leaves out days outside the requested dates.
pub(in crate::panel) fn by_day(
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
        resources: Vec::new(),
    })
}

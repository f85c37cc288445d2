//! The charges, added up by day.

use super::amounts::decimal;
use crate::response_fields::{self, UnreadableParts};
use bursar_domain::charges::{Charges, DayCharge};
use bursar_domain::error::{Error, Result};
use bursar_domain::money::Amount;
use std::collections::{BTreeMap, BTreeSet};

/// Adds up the charges of each day. An amount that is negative or cannot be read makes the sum of its day unknown. The
/// other days are not affected.
pub(in crate::fluence) fn charges(
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

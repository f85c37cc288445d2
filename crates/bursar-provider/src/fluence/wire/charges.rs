//! The charges, added up by day, and by day and resource.

use super::amounts::decimal;
use crate::response_errors::on_day;
use crate::response_fields::{self, Object, UnreadableParts};
use bursar_domain::charges::{Charges, DayCharge, Resource, ResourceCharge, ResourceKind};
use bursar_domain::error::{FieldFault, ResponseObject, Result};
use bursar_domain::money::{Amount, Currency};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Adds up the charges of each day, and of each resource on each day. An amount that is negative or cannot be read makes the sum of its day unknown. The
/// other days are not affected.
pub(in crate::fluence) fn charges(
    body: &[u8],
    from: &str,
    to: &str,
    unit: &Currency,
    unreadable: &mut UnreadableParts,
) -> Result<Charges> {
    let mut days: BTreeMap<String, Amount> = BTreeMap::new();
    let mut resources: BTreeMap<(String, String), (Resource, Amount)> = BTreeMap::new();
    let mut unknown = BTreeSet::new();
    for row in response_fields::list(ResponseObject::Charge, body)? {
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
        let sums = decimal(&row, "totalCost", unit).and_then(|amount| {
            let resource = resource(&row);
            let key = (date.clone(), resource.id.clone());
            let of_day = sum(days.get(&date), &amount);
            let of_resource = sum(resources.get(&key).map(|(_, known)| known), &amount);
            match (of_day, of_resource) {
                (Some(of_day), Some(of_resource)) => Ok((of_day, key, (resource, of_resource))),
                _ => Err(row.wrong("totalCost", FieldFault::TooLarge)),
            }
        });
        match unreadable.take(sums.map_err(|error| on_day(error, &date))) {
            Some((of_day, key, of_resource)) => {
                days.insert(date, of_day);
                resources.insert(key, of_resource);
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
        resources: resources
            .into_iter()
            .filter(|((date, _), _)| !unknown.contains(date))
            .map(|((date, _), (resource, amount))| ResourceCharge {
                date,
                resource,
                amount,
            })
            .collect(),
        unknown,
    })
}

fn sum(known: Option<&Amount>, amount: &Amount) -> Option<Amount> {
    match known {
        Some(known) => known.checked_add(amount),
        None => Some(amount.clone()),
    }
}

/// What was charged for. Nothing of it is needed to know the amount, so what cannot be read is left out.
fn resource(row: &Object<'_>) -> Resource {
    let text = |field| row.text_or_null(field).ok().flatten();
    Resource {
        id: row.token("resourceId").unwrap_or_default(),
        name: text("resourceName").filter(|name| !name.is_empty()),
        kind: match text("resourceType").as_deref() {
            Some("VM") => ResourceKind::Machine,
            Some("STORAGE") => ResourceKind::Disk,
            Some("PUBLIC_IP") => ResourceKind::Address,
            _ => ResourceKind::Other,
        },
    }
}

/// The names of machines by their ids. A machine that cannot be read has no name.
pub(in crate::fluence) fn machine_names(body: &[u8]) -> Result<HashMap<String, String>> {
    let page = Object::parse(ResponseObject::Page, body)?;
    let machines = page.each("items", ResponseObject::Server)?;
    let named = machines.into_iter().flatten().filter_map(|machine| {
        let name = machine.text_or_null("name").ok().flatten()?;
        Some((machine.token("id").ok()?, name)).filter(|(_, name)| !name.is_empty())
    });
    Ok(named.collect())
}

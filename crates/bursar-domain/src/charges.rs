//! What was spent on resources, by day and by resource.

use crate::money::Amount;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// What was spent over a range of UTC days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charges {
    /// Oldest first. A day that is neither here nor in `unknown` had no charges.
    pub days: Vec<DayCharge>,
    /// Days with a charge that could not be read, so that their sum is unknown: `YYYY-MM-DD`.
    pub unknown: BTreeSet<String>,
    /// The same charges by day and resource, where the provider lists resources. Days in `unknown` are left out.
    pub resources: Vec<ResourceCharge>,
}

impl From<Vec<DayCharge>> for Charges {
    fn from(days: Vec<DayCharge>) -> Self {
        Self {
            days,
            unknown: BTreeSet::new(),
            resources: Vec::new(),
        }
    }
}

/// What was spent on one UTC day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCharge {
    /// `YYYY-MM-DD`.
    pub date: String,
    pub amount: Amount,
}

/// What was spent on one resource on one UTC day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceCharge {
    /// `YYYY-MM-DD`.
    pub date: String,
    pub resource: Resource,
    pub amount: Amount,
}

/// Something that is rented.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Resource {
    /// The provider's id. Empty for charges that name no resource.
    pub id: String,
    /// The user's name for it, if the provider says it.
    pub name: Option<String>,
    pub kind: ResourceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    Machine,
    Disk,
    Address,
    Other,
}

/// What was spent on one resource over a range of days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ResourceTotal {
    #[serde(flatten)]
    pub resource: Resource,
    pub total: Amount,
}

/// Adds up the charges of each resource, the largest total first. A resource that was charged in two units has two
/// totals. It has the newest name and kind that are known. `None` if a sum is too large to count.
pub fn resource_totals(charges: &[ResourceCharge]) -> Option<Vec<ResourceTotal>> {
    let mut totals: BTreeMap<(&str, &str), (&str, ResourceTotal)> = BTreeMap::new();
    for charge in charges {
        let key = (
            charge.resource.id.as_str(),
            charge.amount.currency().as_str(),
        );
        match totals.entry(key) {
            Entry::Vacant(place) => {
                let total = ResourceTotal {
                    resource: charge.resource.clone(),
                    total: charge.amount.clone(),
                };
                place.insert((&charge.date, total));
            }
            Entry::Occupied(mut known) => {
                let (newest, known) = known.get_mut();
                known.total = known.total.checked_add(&charge.amount)?;
                if charge.date.as_str() >= *newest {
                    *newest = &charge.date;
                    let name = known.resource.name.take();
                    known.resource = charge.resource.clone();
                    known.resource.name = charge.resource.name.clone().or(name);
                }
            }
        }
    }
    let mut totals: Vec<ResourceTotal> = totals.into_values().map(|(_, total)| total).collect();
    // Amounts of two units cannot be compared: the units stand one after the other.
    totals.sort_by(|one, other| {
        let unit = |of: &ResourceTotal| of.total.currency().as_str().to_owned();
        unit(one)
            .cmp(&unit(other))
            .then_with(|| other.total.compare(&one.total).unwrap_or(Ordering::Equal))
            .then_with(|| one.resource.cmp(&other.resource))
    });
    Some(totals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn charge(
        date: &str,
        id: &str,
        name: Option<&str>,
        amount: &str,
        unit: &str,
    ) -> ResourceCharge {
        ResourceCharge {
            date: date.to_owned(),
            resource: Resource {
                id: id.to_owned(),
                name: name.map(str::to_owned),
                kind: ResourceKind::Machine,
            },
            amount: Amount::parse_decimal(amount, Currency::new(unit).unwrap()).unwrap(),
        }
    }

    #[test]
    fn adds_up_each_resource_in_its_unit() {
        let charges = [
            charge("2026-01-03", "a", Some("web-2"), "0.2", "USD"),
            charge("2026-01-01", "a", Some("web-1"), "0.100001", "USD"),
            charge("2026-01-02", "b", None, "5", "USD"),
            charge("2026-01-01", "a", Some("web-1"), "7", "USDC"),
            charge("2026-01-04", "a", None, "1", "USD"),
        ];
        let totals: Vec<_> = resource_totals(&charges)
            .unwrap()
            .into_iter()
            .map(|total| {
                (
                    total.resource.id,
                    total.resource.name,
                    total.total.to_string(),
                )
            })
            .collect();
        let expected = [
            ("b", None, "5 USD"),
            ("a", Some("web-2"), "1.300001 USD"),
            ("a", Some("web-1"), "7 USDC"),
        ];
        let expected = expected
            .map(|(id, name, total)| (id.to_owned(), name.map(str::to_owned), total.to_owned()));
        assert_eq!(totals, expected);
    }
}

//! The balance, which is one of the user's entitlements.

use super::amounts::decimal;
use crate::response_fields::{self, Object, UnreadableParts};
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::error::{Code, Error, Result};

/// Finds the balance among the user's entitlements: the one that the network names, or the only one if it names none.
/// An unreadable entitlement does not affect the one that the network names. Usage and remaining days are unknown if
/// they cannot be read.
pub(in crate::fluence) fn balance(
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

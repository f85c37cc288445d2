//! The balance, which is one of the user's entitlements, and the entitlements beside it.

use super::amounts::{decimal, signed_decimal};
use crate::response_fields::{self, Object, UnreadableParts};
use bursar_domain::api_balance::{ApiBalance, Entitlement, EntitlementKind};
use bursar_domain::debt::Standing;
use bursar_domain::error::{Code, Error, FieldFault, ProviderDetail, ResponseObject, Result};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::untrusted_text::clean;

/// Finds the balance among the user's entitlements: the one that the network names, or else the only one that is not
/// promo credits. The others are listed beside it. An unreadable entitlement does not affect the one that the network
/// names. Usage and remaining days are unknown if they cannot be read.
pub(in crate::fluence) fn balance(
    body: &[u8],
    feature_key: Option<&str>,
    unit: &Currency,
    unreadable: &mut UnreadableParts,
) -> Result<ApiBalance> {
    let mut named = Vec::new();
    let mut others = Vec::new();
    for entitlement in response_fields::list(ResponseObject::Balance, body)? {
        let key = match (&entitlement, feature_key) {
            (Ok(entitlement), Some(_)) => unreadable.take(entitlement.raw_text("featureKey")),
            // The only entitlement needs no name.
            (Ok(entitlement), None) => entitlement.raw_text("featureKey").ok(),
            (Err(_), _) => None,
        };
        let is_balance = match (feature_key, &key) {
            (Some(wanted), key) => key.as_deref() == Some(wanted),
            (None, Some(key)) => kind_of(key) != EntitlementKind::PromoCredits,
            // One without a readable name counts too, because it may be the balance.
            (None, None) => true,
        };
        if is_balance {
            named.push(entitlement);
        } else if let Some(entitlement) = unreadable.take(entitlement)
            && let Some(key) = key
        {
            others.push((key, entitlement));
        }
    }
    if named.is_empty() && feature_key.is_none() && others.len() == 1 {
        // Promo credits that are all there is are the balance.
        named.extend(others.drain(..).map(|(_, only)| Ok(only)));
    }
    if named.len() > 1 && feature_key.is_none() {
        let balances: Vec<String> = named.iter().map(|one| described(one, unit)).collect();
        let balances = balances.join(", ");
        return Err(Error::new(
            Code::AmbiguousBalance,
            ProviderDetail::SeveralBalances { balances },
        ));
    }
    let mut named = named.into_iter();
    match (named.next(), named.next(), feature_key) {
        (Some(entitlement), None, _) => {
            let balance = entitlement_value(&entitlement?, unit, unreadable)?;
            let entitlements = others
                .iter()
                .filter_map(|(key, other)| further(key, other, unit, unreadable))
                .collect();
            Ok(ApiBalance {
                entitlements,
                ..balance
            })
        }
        (Some(first), Some(_), _) => Err(first?.wrong("featureKey", FieldFault::Twice)),
        (None, _, Some(key)) => Err(Error::new(
            Code::NotFound,
            ProviderDetail::BalanceNotListed {
                key: key.to_owned(),
            },
        )),
        (None, _, None) => Err(Error::passing(Code::NotFound, ProviderDetail::NoBalanceYet)),
    }
}

/// What an entitlement is, by its name: the API has no other sign.
fn kind_of(key: &str) -> EntitlementKind {
    if key.to_ascii_lowercase().contains("promo") {
        EntitlementKind::PromoCredits
    } else {
        EntitlementKind::Other
    }
}

/// An entitlement's name and amount, so that nothing stays hidden where it is unknown which one is the balance.
fn described(entitlement: &Result<Object<'_>>, unit: &Currency) -> String {
    let Ok(entitlement) = entitlement else {
        return "?".to_owned();
    };
    let name = entitlement.text("featureKey");
    let amount = signed_decimal(entitlement, "balance", unit);
    let amount = amount.map_or_else(|_| "?".to_owned(), |amount| amount.to_brief());
    format!("{} {amount}", name.as_deref().unwrap_or("?"))
}

fn entitlement_value(
    object: &Object<'_>,
    unit: &Currency,
    unreadable: &mut UnreadableParts,
) -> Result<ApiBalance> {
    let days_left = object.count_or_null("usageDaysLeft").and_then(|days| {
        days.map(|days| {
            u32::try_from(days).map_err(|_| object.wrong("usageDaysLeft", FieldFault::TooLarge))
        })
        .transpose()
    });
    let (balance, standing) = standing(object, unit, unreadable)?;
    Ok(ApiBalance {
        balance: if balance.is_negative() {
            standing.spendable
        } else {
            balance
        },
        owed: standing.owed,
        daily_usage: unreadable.take(decimal(object, "estimatedUsage", unit)),
        days_left: unreadable.take_or_null(days_left),
        entitlements: Vec::new(),
    })
}

/// Reads `balance` and `overage`, and what they mean together. Figures that contradict each other are named.
fn standing(
    object: &Object<'_>,
    unit: &Currency,
    unreadable: &mut UnreadableParts,
) -> Result<(Amount, Standing)> {
    let balance = signed_decimal(object, "balance", unit)?;
    let overage = if object.has("overage") {
        unreadable.take(signed_decimal(object, "overage", unit))
    } else {
        None
    };
    let standing = Standing::read(&balance, overage.as_ref())
        .ok_or_else(|| object.wrong("overage", FieldFault::TooLarge))?;
    if standing.is_odd {
        unreadable.take::<()>(Err(object.wrong("overage", FieldFault::Contradicts)));
    }
    Ok((balance, standing))
}

/// An entitlement beside the balance; `None` if its amount cannot be read.
fn further(
    key: &str,
    object: &Object<'_>,
    unit: &Currency,
    unreadable: &mut UnreadableParts,
) -> Option<Entitlement> {
    let read = standing(object, unit, unreadable);
    let (balance, standing) = unreadable.take(read)?;
    let amount = match standing.owed {
        Some(owed) => Amount::zero(unit.clone()).checked_sub(&owed)?,
        None => balance,
    };
    Some(Entitlement {
        kind: kind_of(key),
        name: clean(key),
        amount,
        expires_at: unreadable.take_or_null(object.time_or_null("expiresAt")),
    })
}

//! Payment methods and their fees.

use super::amounts::{cents, cents_or_null};
use crate::response_fields::{self, Object, UnreadableParts};
use bursar_domain::catalogue::{Method, MethodKind};
use bursar_domain::error::{FieldFault, ResponseObject, Result};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::network::Network;
use std::collections::HashSet;

/// The highest plausible fee, in hundredths of a percent: 100%.
const MAX_FEE_BPS: u64 = 10_000;

/// The payment methods in the provider's order. If two payment providers use the same code, only the method that comes
/// first stays. A method that cannot be read does not affect the others.
pub(in crate::fluence) fn methods(
    body: &[u8],
    network: &Network,
    unreadable: &mut UnreadableParts,
) -> Result<Vec<Method>> {
    let mut methods: Vec<(i64, Method)> = Vec::new();
    let mut seen = HashSet::new();
    for object in response_fields::list(ResponseObject::Method, body)? {
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
        let read = method(&object, network, unreadable);
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
            unreadable.take::<()>(Err(object.wrong("methodCode", FieldFault::Twice)));
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
fn method(
    object: &Object<'_>,
    network: &Network,
    unreadable: &mut UnreadableParts,
) -> Result<Method> {
    let kind = match object.raw_text("kind")?.as_str() {
        "crypto" => MethodKind::Crypto,
        "fiat" => MethodKind::Fiat,
        _ => return Err(object.wrong("kind", FieldFault::Unknown)),
    };
    let code = object.token("methodCode")?;
    let provider = object.token("provider")?;
    let unit = network.unit_of_payments(Some(&provider));
    let min = unreadable
        .take(cents(object, "minAmountCents", &unit))
        .unwrap_or_else(|| Amount::zero(unit.clone()));
    let max = cents_or_null(object, "maxAmountCents", &unit)?;
    if max
        .as_ref()
        .is_some_and(|max| max.compare(&min) == Some(std::cmp::Ordering::Less))
    {
        return Err(object.wrong("maxAmountCents", FieldFault::BelowMinimum));
    }
    let fee = unreadable.take(fee(object, &unit));
    let (fee_bps, fee_fixed_cents, fee_paid_by_user) = fee.unwrap_or_default();
    Ok(Method {
        provider,
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
fn fee(object: &Object<'_>, unit: &Currency) -> Result<(u32, i64, bool)> {
    let bps = object.count("estFeeBps")?;
    if bps > MAX_FEE_BPS {
        return Err(object.wrong("estFeeBps", FieldFault::TooLarge));
    }
    let fixed = cents(object, "estFeeFixedCents", unit)?;
    Ok((
        u32::try_from(bps).map_err(|_| object.wrong("estFeeBps", FieldFault::TooLarge))?,
        fixed
            .to_cents()
            .ok_or_else(|| object.wrong("estFeeFixedCents", FieldFault::TooLarge))?,
        object.flag("feePaidByUser")?,
    ))
}

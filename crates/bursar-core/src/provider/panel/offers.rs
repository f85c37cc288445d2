//! What a panel offers: payers, methods, limits, services to renew and migrations to pay for.

use super::wire::{Unit, id, page};
use crate::error::Result;
use crate::money::Amount;
use crate::provider::answer::Object;
use crate::provider::{
    Catalogue, Method, MethodKind, Migration, Payer, Period, Saved, SavedState, Service,
};
use std::cmp::Ordering;

/// The least and most of a top-up, and the amounts to offer.
pub(super) struct Limits {
    min: Amount,
    max: Amount,
    presets: Vec<Amount>,
}

pub(super) fn limits(body: &[u8], unit: &Unit) -> Result<Limits> {
    let object = Object::parse("the top-up's limits", body)?;
    let (min, max) = (unit.money(&object, "min")?, unit.money(&object, "max")?);
    if max.compare(&min) == Some(Ordering::Less) {
        return Err(object.wrong("max", "is less than min"));
    }
    let presets = object
        .list("presets", "a preset")?
        .iter()
        .map(|preset| unit.read(preset))
        .collect::<Result<_>>()?;
    Ok(Limits { min, max, presets })
}

pub(super) fn payers(body: &[u8]) -> Result<Vec<Payer>> {
    Object::parse("the payers", body)?
        .list("items", "a payer")?
        .iter()
        .map(|payer| {
            Ok(Payer {
                id: id(payer, "id")?,
                name: payer.text("name")?,
            })
        })
        .collect()
}

pub(super) fn catalogue(
    body: &[u8],
    unit: &Unit,
    payers: Vec<Payer>,
    limits: Limits,
) -> Result<Catalogue> {
    let mut methods = Vec::new();
    for object in Object::parse("the payment methods", body)?.list("items", "a payment method")? {
        let payer = id(&object, "payer")?;
        if !payers.iter().any(|known| known.id == payer) {
            return Err(object.wrong("payer", "is none of the account's payers"));
        }
        methods.extend(method(&object, payer, &limits)?);
    }
    Ok(Catalogue {
        currency: unit.currency.clone(),
        presets: limits.presets,
        payers,
        methods,
    })
}

/// One of a kind that this version does not know is left out.
fn method(object: &Object<'_>, payer: String, limits: &Limits) -> Result<Option<Method>> {
    let kind = object.raw_text("kind")?;
    let (kind, provider, saved, can_be_saved) = match kind.as_str() {
        "saved" => (
            MethodKind::Saved,
            object.text("system")?,
            Some(saved(object)?),
            false,
        ),
        "payment_system" => (
            MethodKind::PaymentSystem,
            object.text("system")?,
            None,
            object.flag("can_save")?,
        ),
        "invoice" => (MethodKind::Invoice, kind, None, false),
        _ => return Ok(None),
    };
    Ok(Some(Method {
        code: id(object, "id")?,
        provider,
        name: object.text("name")?,
        kind,
        payers: vec![payer],
        min: limits.min.clone(),
        max: Some(limits.max.clone()),
        fee_bps: 0,
        fee_fixed_cents: 0,
        // What is asked for is what is paid: the panel adds nothing to it.
        fee_paid_by_user: false,
        debits_at_once: saved.is_some(),
        saved,
        can_be_saved,
    }))
}

fn saved(object: &Object<'_>) -> Result<Saved> {
    let state = match object.raw_text("status")?.as_str() {
        "pending" => SavedState::Pending,
        "confirmed" => SavedState::Confirmed,
        "failed" => SavedState::Failed,
        _ => return Err(object.wrong("status", "is one that this version does not know")),
    };
    let card = match (
        object.text_or_null("last4")?,
        object.text_or_null("expires")?,
    ) {
        (Some(last4), Some(expires)) => Some(format!("•••• {last4}, until {expires}")),
        (Some(last4), None) => Some(format!("•••• {last4}")),
        (None, _) => None,
    };
    Ok(Saved {
        state,
        is_default: object.flag("is_default")?,
        detail: card.or(object.text_or_null("email")?).unwrap_or_default(),
    })
}

pub(super) fn services(body: &[u8], unit: &Unit) -> Result<(Vec<Service>, Option<String>)> {
    page(body, "a service", |object| {
        Ok(Service {
            id: id(object, "id")?,
            name: object.text("name")?,
            tariff: object.text_or_null("tariff")?,
            due_at: object.time("due_at")?,
            periods: periods(object, unit)?,
        })
    })
}

pub(super) fn migrations(body: &[u8], unit: &Unit) -> Result<(Vec<Migration>, Option<String>)> {
    page(body, "a migration", |object| {
        let server = object.object("server", "the server of a migration")?;
        let detail: Vec<String> = [
            server.text_or_null("description")?,
            server.text_or_null("location")?,
        ]
        .into_iter()
        .flatten()
        .collect();
        Ok(Migration {
            order: id(object, "id")?,
            name: object.text("number")?,
            server: server.text("name")?,
            server_detail: (!detail.is_empty()).then(|| detail.join(", ")),
            ordered_at: object.time("ordered_at")?,
            periods: periods(object, unit)?,
        })
    })
}

fn periods(object: &Object<'_>, unit: &Unit) -> Result<Vec<Period>> {
    object
        .list("periods", "a period")?
        .iter()
        .map(|period| {
            Ok(Period {
                id: id(period, "id")?,
                name: period.text("name")?,
                price: unit.money(period, "price")?,
                until: Some(period.time("until")?),
            })
        })
        .collect()
}

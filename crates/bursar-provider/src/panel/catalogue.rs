//! Reads what a panel offers: payers, payment methods, limits, services to renew and migrations to pay for.

use super::wire::{Unit, id, page};
use crate::response_fields::{Object, UnreadableParts};
use bursar_domain::catalogue::{
    Catalogue, Method, MethodKind, Migration, Payer, Period, SavedMethod, SavedMethodState, Service,
};
use bursar_domain::error::{FieldFault, ResponseObject, Result};
use bursar_domain::money::Amount;
use std::cmp::Ordering;

/// The smallest and the largest top-up, if they could be read, and the preset amounts.
pub(super) struct Limits {
    min: Option<Amount>,
    max: Option<Amount>,
    presets: Vec<Amount>,
}

pub(super) fn limits(body: &[u8], unit: &Unit, unreadable: &mut UnreadableParts) -> Result<Limits> {
    let object = Object::parse(ResponseObject::Limits, body)?;
    let min = unreadable.take(unit.money(&object, "min"));
    let max = unreadable.take(unit.money(&object, "max"));
    if let (Some(min), Some(max)) = (&min, &max)
        && max.compare(min) == Some(Ordering::Less)
    {
        return Err(object.wrong("max", FieldFault::BelowMinimum));
    }
    let presets = unreadable.take(object.each("presets", ResponseObject::Amount));
    let presets = presets
        .unwrap_or_default()
        .into_iter()
        .filter_map(|preset| unreadable.take(preset.and_then(|preset| unit.read(&preset))))
        .collect();
    Ok(Limits { min, max, presets })
}

pub(super) fn payers(body: &[u8], unreadable: &mut UnreadableParts) -> Result<Vec<Payer>> {
    let payers = Object::parse(ResponseObject::Page, body)?.each("items", ResponseObject::Payer)?;
    let read = |payer: Object<'_>| {
        Ok(Payer {
            id: id(&payer, "id")?,
            name: payer.text("name")?,
        })
    };
    Ok(payers
        .into_iter()
        .filter_map(|payer| unreadable.take(payer.and_then(read)))
        .collect())
}

pub(super) fn catalogue(
    body: &[u8],
    unit: &Unit,
    payers: Vec<Payer>,
    limits: Limits,
    unreadable: &mut UnreadableParts,
) -> Result<Catalogue> {
    let mut methods = Vec::new();
    for object in
        Object::parse(ResponseObject::Page, body)?.each("items", ResponseObject::Method)?
    {
        let read = object.and_then(|object| {
            let payer = id(&object, "payer")?;
            if !payers.iter().any(|known| known.id == payer) {
                return Err(object.wrong("payer", FieldFault::UnknownPayer));
            }
            method(&object, payer, &limits, unit, unreadable)
        });
        methods.extend(unreadable.take_or_null(read));
    }
    Ok(Catalogue {
        currency: unit.currency.clone(),
        presets: limits.presets,
        payers,
        methods,
    })
}

/// Reads one payment method. `None` if this version does not know its kind.
fn method(
    object: &Object<'_>,
    payer: String,
    limits: &Limits,
    unit: &Unit,
    unreadable: &mut UnreadableParts,
) -> Result<Option<Method>> {
    let kind = object.raw_text("kind")?;
    let (kind, provider, saved, can_be_saved) = match kind.as_str() {
        "saved" => (
            MethodKind::Saved,
            object.text("system")?,
            Some(saved(object, unreadable)?),
            false,
        ),
        "payment_system" => (
            MethodKind::PaymentSystem,
            object.text("system")?,
            None,
            unreadable.take(object.flag("can_save")).unwrap_or(false),
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
        min: limits
            .min
            .clone()
            .unwrap_or_else(|| Amount::zero(unit.currency.clone())),
        max: limits.max.clone(),
        fee_bps: 0,
        fee_fixed_cents: 0,
        // The user pays exactly the requested amount: the panel adds no fee.
        fee_paid_by_user: false,
        fee_known: true,
        debits_at_once: saved.is_some(),
        saved,
        can_be_saved,
    }))
}

fn saved(object: &Object<'_>, unreadable: &mut UnreadableParts) -> Result<SavedMethod> {
    let state = match object.raw_text("status")?.as_str() {
        "pending" => SavedMethodState::Pending,
        "confirmed" => SavedMethodState::Confirmed,
        "failed" => SavedMethodState::Failed,
        _ => return Err(object.wrong("status", FieldFault::Unknown)),
    };
    let card = unreadable
        .take_or_null(object.text_or_null("last4"))
        .map(|last4| format!("•••• {last4}"));
    let expires = unreadable.take_or_null(object.text_or_null("expires"));
    Ok(SavedMethod {
        state,
        expires: expires.filter(|_| card.is_some()),
        is_default: unreadable.take(object.flag("is_default")).unwrap_or(false),
        detail: card
            .or_else(|| unreadable.take_or_null(object.text_or_null("email")))
            .unwrap_or_default(),
    })
}

pub(super) fn services(
    body: &[u8],
    unit: &Unit,
    unreadable: &mut UnreadableParts,
) -> Result<(Vec<Service>, Option<String>)> {
    page(
        body,
        ResponseObject::Service,
        unreadable,
        |object, unreadable| {
            Ok(Service {
                id: id(object, "id")?,
                name: object.text("name")?,
                tariff: unreadable.take_or_null(object.text_or_null("tariff")),
                due_at: object.time("due_at")?,
                periods: periods(object, unit, unreadable)?,
            })
        },
    )
}

pub(super) fn migrations(
    body: &[u8],
    unit: &Unit,
    unreadable: &mut UnreadableParts,
) -> Result<(Vec<Migration>, Option<String>)> {
    page(
        body,
        ResponseObject::Migration,
        unreadable,
        |object, unreadable| {
            let server = object.object("server", ResponseObject::Server)?;
            let detail: Vec<String> = [
                unreadable.take_or_null(server.text_or_null("description")),
                unreadable.take_or_null(server.text_or_null("location")),
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
                periods: periods(object, unit, unreadable)?,
            })
        },
    )
}

fn periods(
    object: &Object<'_>,
    unit: &Unit,
    unreadable: &mut UnreadableParts,
) -> Result<Vec<Period>> {
    let mut read = |period: Object<'_>| {
        let until = period.time("until");
        Ok(Period {
            id: id(&period, "id")?,
            name: period.text("name")?,
            price: unit.money(&period, "price")?,
            until: unreadable.take(until),
        })
    };
    let all: Vec<Result<Period>> = object
        .each("periods", ResponseObject::Period)?
        .into_iter()
        .map(|period| period.and_then(&mut read))
        .collect();
    Ok(all
        .into_iter()
        .filter_map(|period| unreadable.take(period))
        .collect())
}

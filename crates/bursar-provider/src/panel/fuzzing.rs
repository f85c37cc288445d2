//! Parses panel responses for the fuzz targets, with the parser of every call.

use super::wire::Unit;
use super::{catalogue, wire};
use crate::fuzzing::ParsedValues;
use crate::response_fields::UnreadableParts;
use bursar_domain::catalogue::{Payer, Period};
use bursar_domain::error::ResponseObject;
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::NewPayment;

/// Parses the body as the response to every call, for an account in US dollars.
pub fn body(bytes: &[u8]) -> ParsedValues {
    let mut parsed = ParsedValues::default();
    let unreadable = &mut UnreadableParts::default();
    let Ok(currency) = Currency::new("USD") else {
        return parsed;
    };
    let dollars = Unit {
        currency,
        decimals: 2,
    };
    if let Ok(account) = wire::account(bytes) {
        if let Ok(balance) = account.balance {
            parsed.amounts.push(balance.balance);
            parsed.amounts.extend(balance.daily_usage);
        }
        let key_owner = account.key_owner.ok();
        parsed
            .texts
            .extend(key_owner.map(|key_owner| key_owner.name));
    }
    if let Ok(page) = wire::payments(bytes, &dollars) {
        parsed.payments.extend(page.payments);
    }
    if let Ok(amount) = Amount::new(2_500, 2, dollars.currency.clone()) {
        let asked = NewPayment::top_up(amount, "key");
        let created = wire::created(bytes, &dollars, &asked);
        parsed
            .payments
            .extend(created.ok().and_then(|one| one.payment));
    }
    let names = parsed.payments.iter().flat_map(|payment| {
        let documents = payment.documents.clone();
        [
            documents.number,
            documents.payer,
            documents.method,
            payment.source.clone(),
        ]
    });
    parsed.texts.extend(names.flatten());
    if let Ok((expenses, _)) = wire::page(
        bytes,
        ResponseObject::Charge,
        unreadable,
        |one, unreadable| wire::expense(one, &dollars, unreadable),
    ) {
        let charges = wire::by_day(expenses, "2026-01-01", "2026-12-31").unwrap_or_default();
        parsed
            .amounts
            .extend(charges.days.into_iter().map(|day| day.amount));
    }
    let mut periods: Vec<Period> = Vec::new();
    for service in
        catalogue::services(bytes, &dollars, unreadable).map_or_else(|_| Vec::new(), |(all, _)| all)
    {
        parsed.texts.push(service.name);
        periods.extend(service.periods);
    }
    for order in catalogue::migrations(bytes, &dollars, unreadable)
        .map_or_else(|_| Vec::new(), |(all, _)| all)
    {
        parsed.texts.extend([order.name, order.server]);
        periods.extend(order.periods);
    }
    for period in periods {
        parsed.texts.push(period.name);
        parsed.amounts.push(period.price);
    }
    let payers = catalogue::payers(bytes, unreadable).unwrap_or_default();
    parsed
        .texts
        .extend(payers.into_iter().map(|payer| payer.name));
    catalogue(bytes, &dollars, &mut parsed);
    let _ = wire::maintenance(bytes);
    parsed
}

/// Parses the body as payment methods, with a known payer and known limits.
fn catalogue(bytes: &[u8], dollars: &Unit, parsed: &mut ParsedValues) {
    const LIMITS: &[u8] = br#"{"min": {"amount": "0.50", "currency": "USD"},
        "max": {"amount": "15000.00", "currency": "USD"}, "presets": []}"#;
    let unreadable = &mut UnreadableParts::default();
    let _ = catalogue::limits(bytes, dollars, unreadable);
    let payer = Payer {
        id: "p1".to_owned(),
        name: "One".to_owned(),
    };
    let Ok(limits) = catalogue::limits(LIMITS, dollars, unreadable) else {
        return;
    };
    let Ok(catalogue) = catalogue::catalogue(bytes, dollars, vec![payer], limits, unreadable)
    else {
        return;
    };
    for method in catalogue.methods {
        parsed.amounts.push(method.min);
        parsed.amounts.extend(method.max);
        parsed.texts.push(method.name);
    }
}

//! A panel's answers for the fuzz targets: a body, read as each of the calls reads its own.

use super::wire::Unit;
use super::{offers, wire};
use crate::answer::Oddities;
use crate::fuzzing::Taken;
use bursar_domain::catalogue::{Payer, Period};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::NewPayment;

/// Reads a body as the answer to every call there is, for an account in dollars.
pub fn body(bytes: &[u8]) -> Taken {
    let mut taken = Taken::default();
    let odd = &mut Oddities::default();
    let Ok(currency) = Currency::new("USD") else {
        return taken;
    };
    let dollars = Unit {
        currency,
        decimals: 2,
    };
    if let Ok(account) = wire::account(bytes) {
        if let Ok(balance) = account.balance {
            taken.amounts.push(balance.balance);
            taken.amounts.extend(balance.daily_usage);
        }
        let identity = account.identity.ok();
        taken.texts.extend(identity.map(|identity| identity.name));
    }
    if let Ok(page) = wire::payments(bytes, &dollars) {
        taken.payments.extend(page.payments);
    }
    if let Ok(amount) = Amount::new(2_500, 2, dollars.currency.clone()) {
        let asked = NewPayment::top_up(amount, "key");
        let created = wire::created(bytes, &dollars, &asked);
        taken
            .payments
            .extend(created.ok().and_then(|one| one.payment));
    }
    let names = taken.payments.iter().flat_map(|payment| {
        let documents = payment.documents.clone();
        [
            documents.number,
            documents.payer,
            documents.method,
            payment.source.clone(),
        ]
    });
    taken.texts.extend(names.flatten());
    if let Ok((expenses, _)) = wire::page(bytes, "an expense", odd, |one, odd| {
        wire::expense(one, &dollars, odd)
    }) {
        let charges = wire::by_day(expenses, "2026-01-01", "2026-12-31").unwrap_or_default();
        taken
            .amounts
            .extend(charges.days.into_iter().map(|day| day.amount));
    }
    let mut periods: Vec<Period> = Vec::new();
    for service in
        offers::services(bytes, &dollars, odd).map_or_else(|_| Vec::new(), |(all, _)| all)
    {
        taken.texts.push(service.name);
        periods.extend(service.periods);
    }
    for order in
        offers::migrations(bytes, &dollars, odd).map_or_else(|_| Vec::new(), |(all, _)| all)
    {
        taken.texts.extend([order.name, order.server]);
        periods.extend(order.periods);
    }
    for period in periods {
        taken.texts.push(period.name);
        taken.amounts.push(period.price);
    }
    let payers = offers::payers(bytes, odd).unwrap_or_default();
    taken
        .texts
        .extend(payers.into_iter().map(|payer| payer.name));
    catalogue(bytes, &dollars, &mut taken);
    let _ = wire::maintenance(bytes);
    taken
}

/// The methods of a payer that is known, within limits that are.
fn catalogue(bytes: &[u8], dollars: &Unit, taken: &mut Taken) {
    const LIMITS: &[u8] = br#"{"min": {"amount": "0.50", "currency": "USD"},
        "max": {"amount": "15000.00", "currency": "USD"}, "presets": []}"#;
    let odd = &mut Oddities::default();
    let _ = offers::limits(bytes, dollars, odd);
    let payer = Payer {
        id: "p1".to_owned(),
        name: "One".to_owned(),
    };
    let Ok(limits) = offers::limits(LIMITS, dollars, odd) else {
        return;
    };
    let Ok(catalogue) = offers::catalogue(bytes, dollars, vec![payer], limits, odd) else {
        return;
    };
    for method in catalogue.methods {
        taken.amounts.push(method.min);
        taken.amounts.extend(method.max);
        taken.texts.push(method.name);
    }
}

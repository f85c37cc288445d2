//! Fluence's answers for the fuzz targets: a body, read as each of the calls reads its own.

use super::wire;
use crate::answer::Oddities;
use crate::fuzzing::Taken;

/// Reads a body as the answer to every call there is.
pub fn body(bytes: &[u8]) -> Taken {
    let mut taken = Taken::default();
    if let Ok(page) = wire::top_up_page(bytes) {
        taken.payments.extend(page.payments);
    }
    if let Ok(open) = wire::pending(bytes) {
        taken.payments.extend(open);
    }
    for method in wire::methods(bytes, &mut Oddities::default()).unwrap_or_default() {
        taken.amounts.push(method.min);
        taken.amounts.extend(method.max);
        taken.texts.push(method.name);
    }
    for key in [None, Some("usdc")] {
        if let Ok(balance) = wire::balance(bytes, key, &mut Oddities::default()) {
            taken.amounts.push(balance.balance);
            taken.amounts.extend(balance.daily_usage);
        }
    }
    if let Ok(charges) = wire::charges(bytes, "2026-01-01", "2026-12-31", &mut Oddities::default())
    {
        taken
            .amounts
            .extend(charges.days.into_iter().map(|day| day.amount));
    }
    if let Ok(user) = wire::user(bytes) {
        taken.texts.push(user.name);
    }
    let _ = wire::created(bytes);
    let _ = wire::maintenance(bytes);
    let sources = taken.payments.iter().filter_map(|one| one.source.clone());
    taken.texts.extend(sources);
    taken
}

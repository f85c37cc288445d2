//! The fuzz entry point for Fluence's responses.

use super::wire;
use crate::fuzzing::ParsedValues;
use crate::networks::built_in;
use crate::response_fields::UnreadableParts;
use bursar_domain::network::Network;
use std::sync::LazyLock;

static NETWORK: LazyLock<Option<Network>> = LazyLock::new(|| built_in().into_iter().next());

/// Reads a body as the response to each of the API's calls.
pub fn body(bytes: &[u8]) -> ParsedValues {
    let mut parsed = ParsedValues::default();
    let Some(network) = NETWORK.as_ref() else {
        return parsed;
    };
    let unit = network.unit();
    if let Ok(page) = wire::top_up_page(bytes, network) {
        parsed.payments.extend(page.payments);
    }
    if let Ok(open) = wire::pending(bytes, network) {
        parsed.payments.extend(open);
    }
    for method in wire::methods(bytes, network, &mut UnreadableParts::default()).unwrap_or_default()
    {
        parsed.amounts.push(method.min);
        parsed.amounts.extend(method.max);
        parsed.texts.push(method.name);
    }
    for key in [None, Some("usdc")] {
        if let Ok(balance) = wire::balance(bytes, key, &unit, &mut UnreadableParts::default()) {
            parsed.amounts.push(balance.balance);
            parsed.amounts.extend(balance.daily_usage);
            parsed.amounts.extend(balance.owed);
        }
    }
    if let Ok(charges) = wire::charges(
        bytes,
        "2026-01-01",
        "2026-12-31",
        &unit,
        &mut UnreadableParts::default(),
    ) {
        parsed
            .amounts
            .extend(charges.days.into_iter().map(|day| day.amount));
    }
    if let Ok(user) = wire::user(bytes) {
        parsed.texts.push(user.name);
    }
    let _ = wire::created(bytes);
    let _ = wire::maintenance(bytes);
    let sources = parsed.payments.iter().filter_map(|one| one.source.clone());
    parsed.texts.extend(sources);
    parsed
}

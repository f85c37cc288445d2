//! What Fluence removes when an account owes money, as its documentation says.

use bursar_domain::clock::Span;
use bursar_domain::debt::{DebtRules, DebtStep, Removal};

/// Fluence's rules of debt.
pub(super) static DEBT_RULES: DebtRules = DebtRules {
    as_of: "2026-11-30",
    source: "https://fluence.dev/docs/build/api/x402#billing-for-agents",
    steps: &[
        DebtStep {
            removes: Removal::MachinesAndAddresses,
            limit_cents: 500,
            includes_limit: false,
            unpaid_for: Span::days(3),
        },
        DebtStep {
            removes: Removal::Disks,
            limit_cents: 2_000,
            includes_limit: true,
            unpaid_for: Span::days(10),
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_domain::clock::Timestamp;
    use url::Url;

    #[test]
    fn rules_are_in_order_dated_and_sourced() {
        let day = format!("{}T00:00:00Z", DEBT_RULES.as_of);
        assert!(Timestamp::parse_rfc3339(&day).is_some());
        assert_eq!(Url::parse(DEBT_RULES.source).unwrap().scheme(), "https");
        let limits: Vec<_> = DEBT_RULES
            .steps
            .iter()
            .map(|step| step.limit_cents)
            .collect();
        assert!(limits.is_sorted() && limits.len() == 2);
        assert!(
            DEBT_RULES
                .steps
                .iter()
                .all(|step| step.unpaid_for > Span(0))
        );
    }
}

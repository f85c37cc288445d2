//! What a payment is for, in an exported file. Programs read these files, so the English words never change.

use bursar_domain::paid_for::{PaidFor, PaidItem, PaidPeriod};

/// The words that the first version wrote: `vm-14 (1 month), vm-15 (3 months)` or `M-31 to bm-31 (1 month)`.
pub(super) fn purpose(paid_for: &PaidFor) -> String {
    match paid_for {
        PaidFor::Items(items) => items.iter().map(item).collect::<Vec<_>>().join(", "),
        PaidFor::Words(words) => words.clone(),
    }
}

fn item(
    PaidItem {
        name,
        server,
        period,
    }: &PaidItem,
) -> String {
    let what = match server {
        Some(server) => format!("{name} to {server}"),
        None => name.clone(),
    };
    match period {
        Some(PaidPeriod::Months(1)) => format!("{what} (1 month)"),
        Some(PaidPeriod::Months(months)) => format!("{what} ({months} months)"),
        Some(PaidPeriod::Named(named)) => format!("{what} ({named})"),
        None => what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purpose_keeps_the_words_of_the_first_version() {
        let item = |name: &str, server: Option<&str>, period| PaidItem {
            name: name.to_owned(),
            server: server.map(str::to_owned),
            period,
        };
        let renewal = PaidFor::Items(vec![
            item("vm-14", None, Some(PaidPeriod::Months(1))),
            item("vm-15", None, Some(PaidPeriod::Months(3))),
            item("vm-16", None, Some(PaidPeriod::Named("a year".to_owned()))),
        ]);
        assert_eq!(
            purpose(&renewal),
            "vm-14 (1 month), vm-15 (3 months), vm-16 (a year)"
        );
        let migration = PaidFor::Items(vec![item(
            "M-31",
            Some("bm-31"),
            Some(PaidPeriod::Months(12)),
        )]);
        assert_eq!(purpose(&migration), "M-31 to bm-31 (12 months)");
        let stored = PaidFor::Words("vm-14 (1 month)".to_owned());
        assert_eq!(purpose(&stored), "vm-14 (1 month)");
    }
}

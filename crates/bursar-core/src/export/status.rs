//! What each account has and what it owes, as a table for programs.

use super::{TableLine, escape_formula};
use crate::Status;
use bursar_domain::money::Amount;
use bursar_domain::view::Source;

impl TableLine for Status {
    const COLUMNS: &'static [&'static str] = &[
        "account",
        "network",
        "as_of",
        "stale",
        "balance",
        "currency",
        "source",
        "block",
        "owed",
        "owed_currency",
        "days_left",
    ];

    /// What is unknown is an empty cell.
    fn cells(&self) -> Vec<String> {
        let text = |value: Option<String>| value.unwrap_or_default();
        let amount = |amount: Option<&Amount>| {
            let number = text(amount.map(Amount::to_decimal));
            let unit = text(amount.map(|amount| amount.currency().to_string()));
            (number, unit)
        };
        let balance = self.balance.as_ref();
        let (available, currency) = amount(balance.map(|balance| &balance.amount));
        let (owed, owed_currency) = amount(self.owed.as_ref());
        let source = balance.map(|balance| match balance.source {
            Source::Chain => "chain",
            Source::Api => "api",
        });
        vec![
            escape_formula(&self.account),
            escape_formula(&self.network),
            text(self.as_of.map(|at| at.to_string())),
            self.stale.to_string(),
            available,
            currency,
            source.unwrap_or_default().to_owned(),
            text(balance.and_then(|balance| Some(balance.block?.to_string()))),
            owed,
            owed_currency,
            text(self.days_left.map(|days| days.to_string())),
        ]
    }
}

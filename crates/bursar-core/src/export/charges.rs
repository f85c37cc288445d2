//! Charges by day or by resource as a table for programs.

use super::TableLine;
use super::escape_formula;
use bursar_domain::charges::ResourceKind;
use bursar_domain::money::Amount;
use serde::Serialize;

/// What one account was charged on one of the provider's days, which are days of UTC.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DailyCharge {
    /// `YYYY-MM-DD`.
    pub date: String,
    #[serde(flatten)]
    pub amount: Amount,
    /// The account's label.
    pub account: String,
}

/// What one account was charged for one resource.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResourceLine {
    /// The provider's id; empty for charges that name no resource.
    pub resource: String,
    pub name: Option<String>,
    pub kind: ResourceKind,
    #[serde(flatten)]
    pub amount: Amount,
    /// The account's label.
    pub account: String,
}

impl TableLine for DailyCharge {
    const COLUMNS: &'static [&'static str] = &["date", "amount", "currency", "account"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.date.clone(),
            self.amount.to_decimal(),
            self.amount.currency().to_string(),
            escape_formula(&self.account),
        ]
    }
}

impl TableLine for ResourceLine {
    const COLUMNS: &'static [&'static str] =
        &["resource", "name", "kind", "amount", "currency", "account"];

    fn cells(&self) -> Vec<String> {
        vec![
            escape_formula(&self.resource),
            escape_formula(self.name.as_deref().unwrap_or_default()),
            kind_name(self.kind).to_owned(),
            self.amount.to_decimal(),
            self.amount.currency().to_string(),
            escape_formula(&self.account),
        ]
    }
}

/// As in JSON.
fn kind_name(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Machine => "machine",
        ResourceKind::Disk => "disk",
        ResourceKind::Address => "address",
        ResourceKind::Other => "other",
    }
}

//! Fragments of SQL with their parameters, from which queries are composed.

use rusqlite::types::Value;

/// A fragment of SQL with the values of its parameters.
#[derive(Clone, Debug, Default)]
pub(super) struct SqlFragment {
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

impl SqlFragment {
    pub(super) fn new(text: impl Into<String>, values: Vec<Value>) -> Self {
        Self {
            text: text.into(),
            values,
        }
    }

    #[must_use]
    pub(super) fn and(mut self, other: Self) -> Self {
        self.text.push_str(" AND ");
        self.text.push_str(&other.text);
        self.values.extend(other.values);
        self
    }
}

pub(super) fn in_accounts(accounts: &[i64]) -> SqlFragment {
    SqlFragment::new(
        format!("p.account IN ({})", comma_separated(accounts)),
        Vec::new(),
    )
}

/// Numbers as an SQL list. They are Bursar's own, so they need no parameters.
pub(super) fn comma_separated(numbers: &[i64]) -> String {
    numbers
        .iter()
        .map(i64::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

//! What a renewal or migration pays for, by the provider's names. Window and terminal make words of it, in the user's language.

use serde::{Deserialize, Serialize};

/// What a renewal or migration pays for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(untagged)]
pub enum PaidFor {
    Items(Vec<PaidItem>),
    /// English words. Databases of earlier versions hold them.
    Words(String),
}

/// A service that is renewed, or what is moved to another server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PaidItem {
    pub name: String,
    /// The server that it is moved to.
    pub server: Option<String>,
    pub period: Option<PaidPeriod>,
}

/// A length of time that is paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PaidPeriod {
    Months(u32),
    /// The provider's name for it.
    Named(String),
}

impl PaidFor {
    /// The names alone, separated by commas.
    pub fn names(&self) -> String {
        match self {
            Self::Items(items) => {
                let names: Vec<_> = items.iter().map(|item| item.name.as_str()).collect();
                names.join(", ")
            }
            Self::Words(words) => words.clone(),
        }
    }

    /// How a database stores it.
    pub fn to_column(&self) -> String {
        match self {
            Self::Items(_) => serde_json::to_string(self).unwrap_or_else(|_| self.names()),
            Self::Words(words) => words.clone(),
        }
    }

    /// Reads what [`PaidFor::to_column`] wrote, or the words of an earlier version.
    pub fn from_column(text: String) -> Self {
        match serde_json::from_str(&text) {
            Ok(items) => Self::Items(items),
            Err(_) => Self::Words(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_keeps_items_and_earlier_words() {
        let items = PaidFor::Items(vec![PaidItem {
            name: "[vm-14]".to_owned(),
            server: None,
            period: Some(PaidPeriod::Months(3)),
        }]);
        for paid_for in [
            items,
            PaidFor::Words("vm-14 (1 month)".to_owned()),
            PaidFor::Words("[1] (1 month)".to_owned()),
        ] {
            assert_eq!(PaidFor::from_column(paid_for.to_column()), paid_for);
        }
    }
}

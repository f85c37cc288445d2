//! The scopes of API keys and their presets: everything, or reading alone. Custom keys take any of the scopes that the
//! user has.

use std::collections::BTreeSet;

use serde::Deserialize;

/// Enough to read resources and billing.
const READ_ONLY: [&str; 14] = [
    "billing:get_history",
    "billing:get_spending_history",
    "billing:get_spending_aggregated",
    "vms:read",
    "vm:list",
    "storage:read",
    "public_ip:read",
    "subnet:read",
    "vpc:read",
    "security_groups:read",
    "clusters:read",
    "prices:read",
    "ssh_key:list",
    "api_key:list",
];
/// What changes something, or costs something.
const WRITE: [&str; 14] = [
    "billing:top_up",
    "vms:write",
    "vm:create",
    "vm:remove",
    "vm:restart",
    "vm:update",
    "storage:write",
    "public_ip:write",
    "subnet:write",
    "vpc:write",
    "security_groups:write",
    "ssh_key:create",
    "api_key:create",
    "api_key:remove",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Preset {
    Full,
    ReadOnly,
    Custom,
}

impl Preset {
    /// The scopes of the preset; those of a custom key are `chosen`, as far as a user has them.
    pub(crate) fn scopes(self, chosen: &BTreeSet<String>) -> BTreeSet<String> {
        match self {
            Self::Full => full(),
            Self::ReadOnly => read_only(),
            Self::Custom => full().intersection(chosen).cloned().collect(),
        }
    }
}

/// Everything that a user may do.
pub(crate) fn full() -> BTreeSet<String> {
    let all = READ_ONLY.iter().chain(&WRITE);
    all.map(|scope| (*scope).to_owned()).collect()
}

pub(crate) fn read_only() -> BTreeSet<String> {
    READ_ONLY.iter().map(|scope| (*scope).to_owned()).collect()
}

/// Whether a name follows the rule: up to 25 small letters, digits and hyphens.
pub(crate) fn is_valid_name(name: &str) -> bool {
    (1..=25).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_differ_in_what_they_may_change() {
        assert!(read_only().is_subset(&full()));
        assert!(!read_only().contains("billing:top_up"));
        let chosen = BTreeSet::from(["billing:top_up".to_owned(), "admin:vms:read".to_owned()]);
        let custom = Preset::Custom.scopes(&chosen);
        assert_eq!(custom, BTreeSet::from(["billing:top_up".to_owned()]));
    }

    #[test]
    fn names_follow_the_rule() {
        assert!(is_valid_name("bursar-2") && is_valid_name(&"a".repeat(25)));
        for wrong in ["", "Bursar", "a b", "ü", &"a".repeat(26)] {
            assert!(!is_valid_name(wrong), "{wrong}");
        }
    }
}

//! The user that a key belongs to, and what the key may be used for.

use serde::{Deserialize, Serialize};

/// The user that a key or token belongs to, and which scopes it lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOwner {
    pub user_id: String,
    /// A name or e-mail address that distinguishes accounts.
    pub name: String,
    /// Scopes that Bursar uses and the key lacks, as the provider names them.
    pub missing_scopes: Vec<String>,
    /// Whether the provider says which scopes the key has. If it does not, none counts as missing.
    pub lists_scopes: bool,
}

/// What a scope of a key allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "kebab-case")]
pub enum KeyUse {
    /// Reading payments.
    Payments,
    /// Reading what was spent on resources.
    Spending,
    /// Starting and cancelling top-ups, and reading how they can be paid.
    TopUps,
}

/// A scope that Bursar uses, and how a user gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyScope {
    /// As the provider names it.
    pub name: &'static str,
    pub allows: KeyUse,
    /// The provider's preset with the fewest scopes that has this one, as its console names it.
    pub preset: &'static str,
}

//! The user that a key belongs to.

/// The user that a key or token belongs to, and which scopes it lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOwner {
    pub user_id: String,
    /// A name or e-mail address that distinguishes accounts.
    pub name: String,
    /// Scopes that Bursar uses and the key lacks, as the provider names them.
    pub missing_scopes: Vec<String>,
}

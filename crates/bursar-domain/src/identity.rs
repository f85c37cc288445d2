//! The signed-in user.

/// The user that a key or token belongs to, and what it does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub user_id: String,
    /// A name or e-mail address that tells accounts apart.
    pub name: String,
    /// Scopes that Bursar uses and the key lacks, in the provider's words.
    pub missing_scopes: Vec<String>,
}

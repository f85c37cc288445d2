//! Who is signed in.

/// Who is signed in, and what the key cannot do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub user_id: String,
    /// A name or e-mail address to tell accounts apart.
    pub name: String,
    /// Scopes this app uses and the key lacks, in the provider's words.
    pub missing_scopes: Vec<String>,
}

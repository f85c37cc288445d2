//! The user that a key belongs to.

use crate::response_fields::Object;
use bursar_domain::error::{ResponseObject, Result};

/// The user whom the key belongs to, and the key's scopes.
pub(in crate::fluence) struct User {
    pub(in crate::fluence) id: String,
    /// Distinguishes accounts for the user: the e-mail address, or the id if there is none.
    pub(in crate::fluence) name: String,
    /// `None` if the response does not list the scopes.
    pub(in crate::fluence) scopes: Option<Vec<String>>,
}

/// Reads the user. Only the id is required.
pub(in crate::fluence) fn user(body: &[u8]) -> Result<User> {
    let answer = Object::parse(ResponseObject::User, body)?;
    let id = answer.token("id")?;
    let email = answer.text_or_null("email").ok().flatten();
    Ok(User {
        name: email
            .filter(|email| !email.is_empty())
            .unwrap_or_else(|| id.clone()),
        id,
        scopes: answer.texts_or_null("permissions").ok().flatten(),
    })
}

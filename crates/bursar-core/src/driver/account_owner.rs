//! Which user an account belongs to. The first answer that names the user is stored with the account. From then on
//! nothing is read with a key before it is known to belong to the same user, and a key of another user ends the
//! sign-in.

use super::{Connection, Services, blocking};
use bursar_domain::error::{Code, Error, Result, SignInDetail};
use bursar_domain::key_owner::KeyOwner;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Shared by all successive connections of an account.
#[derive(Debug, Default)]
pub(crate) struct AccountOwner {
    user: Mutex<Option<String>>,
    /// The sign-in whose user was checked: [`bursar_provider::session::Session::sign_in`].
    checked_sign_in: tokio::sync::Mutex<Option<u64>>,
}

impl AccountOwner {
    pub(crate) fn new(user: Option<String>) -> Self {
        Self {
            user: Mutex::new(user),
            checked_sign_in: tokio::sync::Mutex::default(),
        }
    }

    /// The provider's id of the user, once it is known.
    pub(crate) fn user(&self) -> Option<String> {
        self.lock().clone()
    }

    /// Whether this is the account's user. The first user seen becomes the owner.
    fn claim(&self, user: &str) -> bool {
        let mut known = self.lock();
        known.get_or_insert_with(|| user.to_owned()) == user
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.user.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks once per sign-in which user it belongs to, before anything else is read with it. Data that is read through
/// the connection afterwards is stored only while that sign-in lasts.
///
/// # Errors
/// `unauthorized` for another user's key, which is then dropped; else why the user is unknown, if that matters.
pub(crate) async fn verify_owner(
    services: &Services,
    connection: &Connection,
) -> Result<Connection> {
    let sign_in = connection.session.sign_in_id();
    let verified_as = connection.clone().verified_as(sign_in);
    let mut checked_sign_in = connection.owner.checked_sign_in.lock().await;
    if *checked_sign_in == Some(sign_in) {
        return Ok(verified_as);
    }
    match connection.provider.key_owner().await {
        Ok(key_owner) => check_owner(services, connection, sign_in, &key_owner).await?,
        // The provider names no user for such a key, but the key may read other things.
        Err(error) if matches!(error.code, Code::Forbidden | Code::Unauthorized) => {}
        // A key from the keyring was checked when it was stored.
        Err(_) if connection.owner.user().is_some() && !connection.session.session_only() => {}
        Err(error) => return Err(error),
    }
    *checked_sign_in = Some(sign_in);
    Ok(verified_as)
}

/// Compares the user that the provider named for a sign-in with the account's user.
///
/// # Errors
/// As [`verify_owner`]; `storage_failed`.
pub(super) async fn check_owner(
    services: &Services,
    connection: &Connection,
    sign_in: u64,
    key_owner: &KeyOwner,
) -> Result<()> {
    let is_new = connection.owner.user().is_none();
    if !connection.owner.claim(&key_owner.user_id) {
        let why = Error::new(Code::Unauthorized, SignInDetail::KeyOfAnotherUser);
        connection
            .session
            .discard_sign_in(sign_in, why.clone())
            .await;
        return Err(why);
    }
    if is_new {
        let store = Arc::clone(&services.store);
        let (account, user) = (connection.account.id.clone(), key_owner.user_id.clone());
        blocking(move || store.set_user_id_if_unknown(&account, &user)).await?;
    }
    Ok(())
}

//! Whose an account is. The first answer that says so is kept with the account; from then on nothing is read with a
//! key before it is known to be the same user's, and one of another user's ends the sign-in.

use super::{Connection, World, blocking};
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::identity::Identity;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Shared by all connections that an account has one after the other.
#[derive(Debug, Default)]
pub(crate) struct Owner {
    user: Mutex<Option<String>>,
    /// The sign-in whose user has been asked for: [`bursar_provider::session::Session::sign_in`].
    asked: tokio::sync::Mutex<Option<u64>>,
}

impl Owner {
    pub(crate) fn new(user: Option<String>) -> Self {
        Self {
            user: Mutex::new(user),
            asked: tokio::sync::Mutex::default(),
        }
    }

    /// The provider's id of the user, once it has said so.
    pub(crate) fn user(&self) -> Option<String> {
        self.lock().clone()
    }

    /// Whether this is the account's user; the first one is.
    fn take(&self, user: &str) -> bool {
        let mut known = self.lock();
        known.get_or_insert_with(|| user.to_owned()) == user
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.user.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks once a sign-in whose it is, before anything else is asked with it. What is then read through the connection is
/// kept only while that sign-in lasts.
///
/// # Errors
/// `unauthorized` for another user's key, which is no longer held then; why the user is not known, where that matters.
pub(crate) async fn prove(world: &World, connection: &Connection) -> Result<Connection> {
    let sign_in = connection.session.sign_in();
    let proven = connection.clone().proven(sign_in);
    let mut asked = connection.owner.asked.lock().await;
    if *asked == Some(sign_in) {
        return Ok(proven);
    }
    match connection.provider.identity().await {
        Ok(identity) => check(world, connection, sign_in, &identity).await?,
        // The provider tells nobody's id to such a key; what it may read is read.
        Err(error) if matches!(error.code, Code::Forbidden | Code::Unauthorized) => {}
        // What is in the keyring was asked about when it came there.
        Err(_) if connection.owner.user().is_some() && !connection.session.session_only() => {}
        Err(error) => return Err(error),
    }
    *asked = Some(sign_in);
    Ok(proven)
}

/// Compares what the provider said of a sign-in with the account's user.
///
/// # Errors
/// As [`prove`]; `storage_failed`.
pub(super) async fn check(
    world: &World,
    connection: &Connection,
    sign_in: u64,
    identity: &Identity,
) -> Result<()> {
    let is_new = connection.owner.user().is_none();
    if !connection.owner.take(&identity.user_id) {
        let why = Error::new(
            Code::Unauthorized,
            "The key of this account belongs to another user, so nothing was read with it. Sign in again, or connect that user as an account of its own.",
        );
        connection.session.disown(sign_in, why.clone()).await;
        return Err(why);
    }
    if is_new {
        let store = Arc::clone(&world.store);
        let (account, user) = (connection.account.id.clone(), identity.user_id.clone());
        blocking(move || store.name_user(&account, &user)).await?;
    }
    Ok(())
}

//! Changing, signing in to, signing out of and removing accounts.

use super::connect_account::{check_label, missing_scopes, missing_uses, taken};
use super::keyring_sync::removal_pending;
use super::{Bursar, custom_rpc_entry, lock};
use crate::driver::{Connection, blocking};
use bursar_domain::account::{Account, AccountId};
use bursar_domain::address::parse_address;
use bursar_domain::error::{Code, Error, KeyEnd, NetworkDetail, Result, SignInDetail};
use bursar_domain::key_expiry::KeyExpiry;
use bursar_domain::network::{host_and_port, is_loopback};
use bursar_domain::view::{AccountView, Change, ConnectedAccount};
use bursar_engine::Event;
use bursar_provider as provider;
use bursar_provider::session::{Credential, Session};
use bursar_store::KeyLocation;
use std::sync::Arc;
use url::Url;
use zeroize::Zeroizing;

impl Bursar {
    /// Gives an account a new key and keeps its history. `key_expires_on` is the date on which the key expires, as the user
    /// typed it.
    ///
    /// # Errors
    /// `unauthorized` if the key is rejected or belongs to another user; `usage` for the date; else why the provider could
    /// not be asked for its user.
    pub async fn sign_in_again(
        self: &Arc<Self>,
        account: AccountId,
        key: Zeroizing<String>,
        key_expires_on: Option<String>,
    ) -> Result<ConnectedAccount> {
        let credential = Credential::api_key(&key)?;
        let now = self.services.clock.now();
        let key_expiry = KeyExpiry::entered(key_expires_on.as_deref(), None, now)?;
        self.renew(account, credential, key_expiry).await
    }

    pub(super) async fn renew(
        self: &Arc<Self>,
        account: AccountId,
        credential: Credential,
        key_expiry: Option<KeyExpiry>,
    ) -> Result<ConnectedAccount> {
        let connection = self.connection(&account)?;
        let trial = Arc::new(Session::new(
            AccountId::random(),
            Arc::clone(&self.secret_store),
        ));
        trial.set_credential(credential.clone(), true).await?;
        let provider = provider::connect(&connection.account.network, trial, self.http.clone());
        let known = connection.owner.user();
        let mut warnings = Vec::new();
        let mut key_lacks = None;
        match provider.key_owner().await {
            Ok(key_owner)
                if known
                    .as_ref()
                    .is_some_and(|known| *known != key_owner.user_id) =>
            {
                return Err(Error::new(
                    Code::Unauthorized,
                    SignInDetail::NewKeyOfAnotherUser,
                ));
            }
            Ok(key_owner) => {
                let network = &connection.account.network;
                warnings.extend(missing_scopes(network, &key_owner));
                key_lacks = missing_uses(network, &key_owner);
            }
            // A provider that has never named the account's user need not do so now.
            Err(error) if error.code == Code::Forbidden && known.is_none() => warnings.push(error),
            Err(error) if error.code == Code::Unauthorized => return Err(error),
            Err(error) => {
                return Err(Error {
                    detail: SignInDetail::KeyOwnerUnknown {
                        why: Box::new(error.detail),
                    }
                    .into(),
                    ..error
                });
            }
        }
        let (store, id) = (Arc::clone(&self.services.store), account.clone());
        match blocking(move || store.key_location(&id)).await? {
            // The user wants keys forgotten when Bursar closes, this one too.
            Some(KeyLocation::Session) => {
                connection.session.set_credential(credential, true).await?
            }
            Some(KeyLocation::Keyring | KeyLocation::None) | None => {
                if let Err(error) = connection.session.set_and_keep(credential).await {
                    self.set_keyring_usable(false);
                    warnings.push(error);
                }
                if let Err(error) = self
                    .record_key_location(&account, KeyLocation::Keyring)
                    .await
                {
                    warnings.push(error);
                }
            }
        }
        let connection = self
            .set_key_expiry(connection, key_expiry, &mut warnings)
            .await;
        self.driver.send_event(&account, Event::SignedIn(true));
        self.services.shell.changed(&Change::Accounts);
        Ok(ConnectedAccount {
            account: self.account_view(&connection).await?,
            key_lacks,
            warnings,
        })
    }

    /// Stores when the new key expires. The key is in use by now, so a failure is only a warning.
    async fn set_key_expiry(
        &self,
        connection: Connection,
        key_expiry: Option<KeyExpiry>,
        warnings: &mut Vec<Error>,
    ) -> Connection {
        if connection.account.key_expiry == key_expiry {
            return connection;
        }
        let changed = Account {
            key_expiry,
            ..connection.account.clone()
        };
        match self.save_account(changed).await {
            Ok(connection) => {
                let id = &connection.account.id;
                self.driver.send_event(id, Event::KeyExpiry(key_expiry));
                connection
            }
            Err(error) => {
                warnings.push(error);
                connection
            }
        }
    }

    /// Changes the label, the wallet address whose balance is read, and the date on which the key expires, as the user typed
    /// it.
    ///
    /// # Errors
    /// `already_exists` for the label, `address_malformed`, `usage` for the label or the date.
    pub async fn edit_account(
        &self,
        account: AccountId,
        label: String,
        address: Option<String>,
        key_expires_on: Option<String>,
    ) -> Result<AccountView> {
        let connection = self.connection(&account)?;
        let mut changed = connection.account;
        let now = self.services.clock.now();
        changed.key_expiry =
            KeyExpiry::entered(key_expires_on.as_deref(), changed.key_expiry, now)?;
        let address = address
            .filter(|text| !text.trim().is_empty())
            .map(|text| parse_address(&text))
            .transpose()?;
        let label = check_label(&label)?;
        if label != changed.label && self.has_label(&label) {
            return Err(taken(&label));
        }
        changed.label = label;
        if changed.address != address {
            changed.address = address;
            // Figures and events of another address do not belong to this account.
            let (history, id) = (Arc::clone(&self.services.history), account.clone());
            let write_guard = connection.write_guard;
            blocking(move || {
                write_guard.change_address(address, || history.delete_chain_data(&id))
            })
            .await?;
        }
        let connection = self.save_account(changed).await?;
        let expiry = Event::KeyExpiry(connection.account.key_expiry);
        self.driver.send_event(&account, expiry);
        self.services.shell.changed(&Change::Accounts);
        self.services.shell.changed(&Change::Payments { account });
        self.account_view(&connection).await
    }

    /// Removes the secret and keeps the history.
    ///
    /// # Errors
    /// `keyring_unavailable`: the account is signed out anyway, and the secret is removed once the keyring can be used.
    /// `storage_failed`: the next start may find the secret again.
    pub async fn sign_out(&self, account: AccountId) -> Result<()> {
        let connection = self.connection(&account)?;
        self.driver.send_event(&account, Event::SignedIn(false));
        // Recorded first. Otherwise a keyring that is unavailable now would sign the account in again at the next
        // start.
        let noted = self.record_key_location(&account, KeyLocation::None).await;
        let cleared = connection.session.sign_out().await;
        self.services.shell.changed(&Change::Accounts);
        noted?;
        match cleared {
            Ok(()) => {
                self.complete_removal(connection.session.keyring_entry_name())
                    .await
            }
            Err(error) => Err(removal_pending(KeyEnd::SignedOut, &error)),
        }
    }

    /// Removes the account with its secret and its history.
    ///
    /// # Errors
    /// `keyring_unavailable`: the account is removed anyway, and its secrets are removed once the keyring can be used.
    /// `storage_failed`: nothing was removed.
    pub async fn remove_account(&self, account: AccountId) -> Result<()> {
        let connection = self.connection(&account)?;
        let names = [
            connection.session.keyring_entry_name(),
            custom_rpc_entry(&account),
        ];
        let (store, id, planned) = (
            Arc::clone(&self.services.store),
            account.clone(),
            names.clone(),
        );
        blocking(move || store.remove_account_and_keys(&id, &planned)).await?;
        self.driver.remove(&account);
        lock(&self.connections).remove(&account);
        let history = Arc::clone(&self.services.history);
        let write_guard = Arc::clone(&connection.write_guard);
        let forgotten =
            blocking(move || write_guard.revoke(|| history.remove_account(&account))).await;
        self.services.shell.changed(&Change::Accounts);
        self.services.shell.changed(&Change::Notices);
        let [key, rpc] = names;
        let cleared = match connection.session.sign_out().await {
            Ok(()) => self.complete_removal(key).await,
            Err(error) => Err(removal_pending(KeyEnd::AccountRemoved, &error)),
        };
        // If this fails, the planned removal stays and is tried again.
        if self.secret_store.remove_without_prompt(&rpc).await.is_ok() {
            self.complete_removal(rpc).await?;
        }
        self.secret_store.notify_changed();
        forgotten.and(cleared)
    }

    /// The hosts of the RPC endpoints in use, without their paths, which may contain a key.
    pub async fn rpc_hosts(&self, account: AccountId) -> Result<Vec<String>> {
        let connection = self.connection(&account)?;
        let states = connection.chain.iter().flat_map(|chain| chain.rpc_states());
        Ok(states.map(|(host, _)| host).collect())
    }

    /// Uses the user's own RPC endpoint before the network's, or the network's alone again.
    pub async fn set_rpc_url(&self, account: AccountId, address: Option<String>) -> Result<()> {
        let connection = self.connection(&account)?;
        let name = custom_rpc_entry(&account);
        let own = match address.filter(|text| !text.trim().is_empty()) {
            None => {
                self.secret_store.remove(&name).await?;
                None
            }
            Some(text) => {
                let url = parse_rpc_url(text.trim())?;
                self.secret_store
                    .set(&name, Zeroizing::new(url.to_string()))
                    .await?;
                Some(url)
            }
        };
        self.replace_connection(connection.account, own);
        self.services.shell.changed(&Change::Account { account });
        Ok(())
    }

    /// Stores a changed account and uses it from now on.
    pub(super) async fn save_account(&self, account: Account) -> Result<Connection> {
        self.store_account(&account).await?;
        let custom_rpc = match self
            .secret_store
            .get_without_prompt(&custom_rpc_entry(&account.id))
            .await
        {
            Ok(kept) => kept.and_then(|text| Url::parse(&text).ok()),
            // An unavailable keyring gives no answer, so the address in use stays.
            Err(_) => self.connection(&account.id)?.custom_rpc,
        };
        Ok(self.replace_connection(account, custom_rpc))
    }

    async fn store_account(&self, account: &Account) -> Result<()> {
        let (store, kept) = (Arc::clone(&self.services.store), account.clone());
        blocking(move || store.put_account(&kept)).await
    }

    pub(super) fn has_label(&self, label: &str) -> bool {
        self.connections()
            .iter()
            .any(|connection| connection.account.label == label)
    }
}

fn parse_rpc_url(text: &str) -> Result<Url> {
    let wrong = || Error::new(Code::NetworkMalformed, NetworkDetail::RpcUrlInvalid);
    let url = Url::parse(text).map_err(|_| wrong())?;
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    let plain = url.username().is_empty() && url.password().is_none();
    if secure && plain && host_and_port(&url).is_some() {
        Ok(url)
    } else {
        Err(wrong())
    }
}

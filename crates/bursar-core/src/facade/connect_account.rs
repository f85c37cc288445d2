//! Connecting an account. Only a key that the provider rejects, a malformed address or a duplicate stops it; anything else
//! that is wrong is a warning, and the account works as far as it can.

use super::{Bursar, lock};
use crate::driver::{Connection, blocking};
use bursar_domain::account::{Account, AccountId};
use bursar_domain::address::parse_address;
use bursar_domain::error::{AccountDetail, Code, Error, NetworkDetail, ProviderDetail, Result};
use bursar_domain::key_expiry::KeyExpiry;
use bursar_domain::key_owner::{KeyOwner, KeyScope, KeyUse};
use bursar_domain::network::Network;
use bursar_domain::view::{Change, ConnectedAccount};
use bursar_provider as provider;
use bursar_provider::session::{Credential, Session, keyring_entry_name};
use bursar_store::KeyLocation;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The longest label, in characters.
const LABEL_LIMIT: usize = 60;

/// What the user gives to connect an account by an API key.
pub struct Connect {
    /// The kind of provider that the user named, to be compared with the network's; `None` accepts any.
    pub provider: Option<String>,
    pub network: String,
    pub key: Zeroizing<String>,
    pub address: Option<String>,
    pub label: Option<String>,
    /// Keep the key in memory until this process ends, and store it nowhere.
    pub session_only: bool,
    /// The date on which the key expires, as the user typed it.
    pub key_expires_on: Option<String>,
}

/// What an account is connected with, by key or by browser.
pub(super) struct NewAccount {
    pub(super) network: Network,
    pub(super) credential: Credential,
    pub(super) address: Option<String>,
    pub(super) label: Option<String>,
    pub(super) session_only: bool,
    pub(super) key_expiry: Option<KeyExpiry>,
}

/// Protects the keyring entry of an account that has no connection yet from the removal of unused entries.
struct ConnectingGuard<'a> {
    bursar: &'a Bursar,
    entry: String,
}

impl Bursar {
    /// Connects an account with an API key.
    ///
    /// # Errors
    /// `unauthorized` for a rejected key, `address_malformed`, `already_exists`, `not_found` for the network, `usage` for
    /// the date on which the key expires.
    pub async fn connect(self: &Arc<Self>, connect: Connect) -> Result<ConnectedAccount> {
        let network = self.network(&connect.network).await?;
        if connect
            .provider
            .as_deref()
            .is_some_and(|named| !network.is_of(named))
        {
            return Err(Error::new(
                Code::Usage,
                NetworkDetail::NetworkOfOtherProvider {
                    network: network.name.to_string(),
                },
            ));
        }
        let credential = Credential::api_key(&connect.key)?;
        let now = self.services.clock.now();
        let key_expiry = KeyExpiry::entered(connect.key_expires_on.as_deref(), None, now)?;
        self.connect_with(NewAccount {
            network,
            credential,
            address: connect.address,
            label: connect.label,
            session_only: connect.session_only,
            key_expiry,
        })
        .await
    }

    pub(super) async fn connect_with(
        self: &Arc<Self>,
        new: NewAccount,
    ) -> Result<ConnectedAccount> {
        let NewAccount {
            network,
            credential,
            address,
            label,
            session_only,
            key_expiry,
        } = new;
        let address = address
            .filter(|text| !text.trim().is_empty())
            .map(|text| parse_address(&text))
            .transpose()?;
        let label = self.free_label(label, &network)?;
        let id = AccountId::random();
        let session = Arc::new(Session::new(id.clone(), Arc::clone(&self.secret_store)));
        // The key stays in memory until the provider has accepted it.
        session.set_credential(credential.clone(), true).await?;
        let provider = provider::connect(&network, Arc::clone(&session), self.http.clone());
        let mut warnings = Vec::new();
        let mut key_lacks = None;
        let user_id = match provider.key_owner().await {
            Ok(key_owner) => {
                warnings.extend(missing_scopes(&network, &key_owner));
                key_lacks = missing_uses(&network, &key_owner);
                Some(key_owner.user_id)
            }
            Err(error) if error.code == Code::Unauthorized => return Err(error),
            Err(error) => {
                warnings.push(error);
                None
            }
        };
        self.refuse_double(&network, user_id.as_deref())?;
        let account = Account {
            id,
            label,
            network,
            address,
            user_id,
            connected_at: self.services.clock.now(),
            added_checkout_hosts: Vec::new(),
            key_expiry,
        };
        let connecting = ConnectingGuard::begin(self, session.keyring_entry_name());
        let location = if session_only {
            KeyLocation::Session
        } else {
            // Recorded first, so that a process that ends in between leaves nothing in the keyring for good.
            self.schedule_keyring_removal(session.keyring_entry_name())
                .await?;
            if let Err(error) = session.set_and_keep(credential).await {
                self.set_keyring_usable(false);
                warnings.push(error);
            }
            KeyLocation::Keyring
        };
        if let Err(error) = self.store_with_key(&account, location).await {
            // The planned removal stays in case the keyring is unavailable right now.
            if session.sign_out().await.is_ok() {
                // If this fails too, the next run finds nothing to remove.
                let _ = self.complete_removal(session.keyring_entry_name()).await;
            }
            return Err(error);
        }
        let connection = self.open_with_session(account, session, false).await?;
        drop(connecting);
        warnings.extend(self.mismatch(&connection).await);
        self.services.shell.changed(&Change::Accounts);
        Ok(ConnectedAccount {
            account: self.account_view(&connection).await?,
            key_lacks,
            warnings,
        })
    }

    async fn store_with_key(&self, account: &Account, location: KeyLocation) -> Result<()> {
        let (store, kept) = (Arc::clone(&self.services.store), account.clone());
        blocking(move || store.put_account_with_key(&kept, location, &keyring_entry_name(&kept.id)))
            .await
    }

    /// The requested label, or the network's name with a number if it is taken.
    fn free_label(&self, wanted: Option<String>, network: &Network) -> Result<String> {
        if let Some(wanted) = wanted.filter(|text| !text.trim().is_empty()) {
            let label = check_label(&wanted)?;
            return if self.has_label(&label) {
                Err(taken(&label))
            } else {
                Ok(label)
            };
        }
        let first = network.name.clone();
        let numbered = (2..).map(|number: u32| format!("{} {number}", network.name));
        Ok(std::iter::once(first.clone())
            .chain(numbered)
            .find(|label| !self.has_label(label))
            .unwrap_or(first))
    }

    fn refuse_double(&self, network: &Network, user_id: Option<&str>) -> Result<()> {
        let same = self.connections().into_iter().find(|connection| {
            connection.account.network.api == network.api
                && user_id.is_some()
                && connection.owner.user().as_deref() == user_id
        });
        match same {
            Some(connection) => Err(Error::new(
                Code::AlreadyExists,
                AccountDetail::UserConnected {
                    account: connection.account.label.clone(),
                },
            )),
            None => Ok(()),
        }
    }

    /// A warning if the chain and the API show very different balances: the address may be wrong.
    async fn mismatch(&self, connection: &Connection) -> Option<Error> {
        let (chain, address) = (connection.chain.clone()?, connection.account.address?);
        let now = self.services.clock.now();
        let (reading, api) = tokio::join!(chain.read(address, now), connection.provider.balance());
        let known = super::known_balances::KnownBalances {
            reading: reading.ok(),
            chain_answers: true,
            api: api.ok().map(|api| (api, now)),
            api_answers: true,
            ..Default::default()
        };
        let (on_chain, at_api) = (known.balance()?, known.api_balance()?);
        (known.within_tolerance() == Some(false)).then(|| {
            Error::new(
                Code::AddressMalformed,
                AccountDetail::AddressDoubtful {
                    contract: on_chain.amount,
                    api: at_api.amount,
                },
            )
        })
    }
}

impl std::fmt::Debug for Connect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connect")
            .field("network", &self.network)
            .finish_non_exhaustive()
    }
}

impl<'a> ConnectingGuard<'a> {
    fn begin(bursar: &'a Bursar, entry: String) -> Self {
        lock(&bursar.connecting).insert(entry.clone());
        Self { bursar, entry }
    }
}

impl Drop for ConnectingGuard<'_> {
    fn drop(&mut self) {
        lock(&self.bursar.connecting).remove(&self.entry);
    }
}

/// One error for each scope that a key lacks, with what does not work without it.
pub(super) fn missing_scopes(network: &Network, key_owner: &KeyOwner) -> Vec<Error> {
    missing(network, key_owner)
        .map(|scope| Error::new(Code::Forbidden, ProviderDetail::lacks_scope(scope)))
        .collect()
}

/// What a key does not allow; `None` if the provider does not say what it allows.
pub(super) fn missing_uses(network: &Network, key_owner: &KeyOwner) -> Option<Vec<KeyUse>> {
    key_owner.lists_scopes.then(|| {
        missing(network, key_owner)
            .map(|scope| scope.allows)
            .collect()
    })
}

fn missing(network: &Network, key_owner: &KeyOwner) -> impl Iterator<Item = &'static KeyScope> {
    let known = provider::info(network).scopes.iter();
    known.filter(|scope| {
        key_owner
            .missing_scopes
            .iter()
            .any(|name| name == scope.name)
    })
}

pub(super) fn check_label(text: &str) -> Result<String> {
    let label = text.trim();
    if (1..=LABEL_LIMIT).contains(&label.chars().count()) && !label.chars().any(char::is_control) {
        Ok(label.to_owned())
    } else {
        Err(Error::new(
            Code::Usage,
            AccountDetail::LabelLength {
                most: u32::try_from(LABEL_LIMIT).unwrap_or(u32::MAX),
            },
        ))
    }
}

pub(super) fn taken(label: &str) -> Error {
    Error::new(
        Code::AlreadyExists,
        AccountDetail::LabelTaken {
            label: label.to_owned(),
        },
    )
}

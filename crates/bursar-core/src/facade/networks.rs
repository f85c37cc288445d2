//! The networks that an account can be connected to: built-in ones and those added by file.

use super::Bursar;
use crate::driver::blocking;
use bursar_domain::account::AccountId;
use bursar_domain::error::{Code, Error, NetworkDetail, Result};
use bursar_domain::network::Network;
use bursar_domain::view::{KeyScopeView, MoneyRule, NetworkView};
use bursar_provider as provider;
use std::sync::Arc;

impl Bursar {
    pub async fn networks(&self) -> Result<Vec<NetworkView>> {
        Ok(views(&self.own_networks().await?))
    }

    /// Adds a network from the text of its file; the same name replaces an earlier file.
    ///
    /// # Errors
    /// `network_malformed`, naming the field; `already_exists` for the name of a built-in network.
    pub async fn add_network(&self, toml: &str) -> Result<NetworkView> {
        let network = bursar_provider::networks::from_toml(toml)?;
        if bursar_provider::networks::built_in()
            .iter()
            .any(|other| other.name == network.name)
        {
            return Err(Error::new(
                Code::AlreadyExists,
                NetworkDetail::NetworkNameBuiltIn {
                    network: network.name.to_string(),
                },
            ));
        }
        let (store, kept) = (Arc::clone(&self.services.store), network.clone());
        blocking(move || store.put_network(&kept)).await?;
        Ok(view(&network, false))
    }

    pub async fn money_rules(&self, account: AccountId) -> Result<Vec<MoneyRule>> {
        let connection = self.connection(&account)?;
        Ok(provider::info(&connection.account.network).money_rules)
    }

    pub(super) async fn network(&self, name: &str) -> Result<Network> {
        let own = self.own_networks().await?;
        own.into_iter()
            .chain(bursar_provider::networks::built_in())
            .find(|network| network.name == name)
            .ok_or_else(|| {
                Error::new(
                    Code::NotFound,
                    NetworkDetail::NetworkUnknown {
                        network: name.to_owned(),
                    },
                )
            })
    }

    async fn own_networks(&self) -> Result<Vec<Network>> {
        let store = Arc::clone(&self.services.store);
        blocking(move || store.networks()).await
    }
}

/// The user's own networks and the built-in ones, as the user chooses them.
pub fn views(own: &[Network]) -> Vec<NetworkView> {
    let built_in = bursar_provider::networks::built_in();
    let own = own.iter().map(|network| view(network, false));
    let built_in = built_in.iter().map(|network| view(network, true));
    // The networks that most users look for come first, the built-in ones before the user's own.
    let (featured, other): (Vec<_>, Vec<_>) = built_in.partition(|network| network.featured);
    featured.into_iter().chain(own).chain(other).collect()
}

/// A network as the user chooses it.
pub(super) fn view(network: &Network, built_in: bool) -> NetworkView {
    let facts = provider::info(network);
    NetworkView {
        name: network.name.clone(),
        provider: facts.name.to_owned(),
        provider_title: facts.title,
        api_host: network.api_host(),
        sandbox: network.is_sandbox(),
        has_console: network.console.is_some(),
        has_keys_page: network.keys_page.is_some(),
        signs_in_by_browser: network.sign_in.is_some(),
        has_chain: network.chain.is_some(),
        scopes: facts.scopes.iter().map(KeyScopeView::from).collect(),
        built_in,
        // A network that somebody adds by file is one that they look for.
        featured: !built_in || network.keys_page.is_some(),
    }
}

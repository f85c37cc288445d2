//! Addresses of pages on the web: a transaction or a wallet in the explorer, and the console where keys are made.

use super::Bursar;
use alloy_primitives::B256;
use bursar_domain::account::AccountId;
use bursar_domain::checkout;
use bursar_domain::error::{Code, Error, NetworkDetail, PaymentDetail, Result};
use bursar_domain::network::Network;
use url::Url;

impl Bursar {
    /// The console of a network, where keys are made.
    pub async fn console_url(&self, network: String) -> Result<Url> {
        let network = self.network(&network).await?;
        checkout::console(&network).ok_or_else(|| no_console(&network))
    }

    /// The page of a network on which API keys are made.
    pub async fn keys_page_url(&self, network: String) -> Result<Url> {
        let network = self.network(&network).await?;
        checkout::keys_page(&network).ok_or_else(|| no_console(&network))
    }

    /// The console's page about the account's balance, where the user also enters promo codes.
    pub async fn billing_page_url(&self, account: AccountId) -> Result<Url> {
        let network = self.connection(&account)?.account.network;
        checkout::billing_page(&network).ok_or_else(|| no_console(&network))
    }

    /// A transaction's page in the network's explorer.
    pub async fn transaction_url(&self, account: AccountId, transaction: String) -> Result<Url> {
        let connection = self.connection(&account)?;
        let hash: B256 = transaction
            .parse()
            .map_err(|_| Error::new(Code::NotFound, PaymentDetail::NotATransaction))?;
        checkout::explorer_transaction(&connection.account.network, &hash).ok_or_else(no_explorer)
    }

    /// The wallet address's page in the network's explorer.
    pub async fn wallet_address_url(&self, account: AccountId) -> Result<Url> {
        let connection = self.connection(&account)?;
        let address = connection.account.address.ok_or_else(no_explorer)?;
        checkout::explorer_address(&connection.account.network, address).ok_or_else(no_explorer)
    }
}

fn no_console(network: &Network) -> Error {
    let network = network.name.clone();
    Error::new(Code::NotFound, NetworkDetail::NoConsole { network })
}

fn no_explorer() -> Error {
    Error::new(Code::NotFound, NetworkDetail::NoExplorer)
}

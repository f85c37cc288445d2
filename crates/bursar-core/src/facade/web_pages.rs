//! Addresses of pages on the web: a transaction or a wallet in the explorer, and the console where keys are made.

use super::Bursar;
use alloy_primitives::B256;
use bursar_domain::account::AccountId;
use bursar_domain::checkout;
use bursar_domain::error::{Code, Error, Result};
use url::Url;

impl Bursar {
    /// The console of a network, where keys are made.
    pub async fn console_url(&self, network: String) -> Result<Url> {
        let network = self.network(&network).await?;
        checkout::console(&network).ok_or_else(|| {
            Error::new(
                Code::NotFound,
                format!("{} names no console.", network.name),
            )
        })
    }

    /// A transaction's page in the network's explorer.
    pub async fn transaction_url(&self, account: AccountId, transaction: String) -> Result<Url> {
        let connection = self.connection(&account)?;
        let hash: B256 = transaction
            .parse()
            .map_err(|_| Error::new(Code::NotFound, "That is not a transaction."))?;
        checkout::explorer_transaction(&connection.account.network, &hash).ok_or_else(no_explorer)
    }

    /// The wallet address's page in the network's explorer.
    pub async fn wallet_address_url(&self, account: AccountId) -> Result<Url> {
        let connection = self.connection(&account)?;
        let address = connection.account.address.ok_or_else(no_explorer)?;
        checkout::explorer_address(&connection.account.network, address).ok_or_else(no_explorer)
    }
}

fn no_explorer() -> Error {
    Error::new(Code::NotFound, "This network names no explorer.")
}

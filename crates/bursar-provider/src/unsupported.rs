//! In place of a provider that this version cannot speak to: every call is refused in words, so that an
//! account of it (kept by a newer version) neither hinders the others nor looks empty.

use super::{HistoryPage, Provider};
use async_trait::async_trait;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::catalogue::Catalogue;
use bursar_domain::charges::Charges;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::identity::Identity;
use bursar_domain::payment::{Created, NewPayment, RemotePayment};
use bursar_domain::rules::Rules;

pub(super) struct Unsupported;

/// Why nothing can be asked.
fn refusal() -> Error {
    Error::new(
        Code::NetworkMalformed,
        "This version does not support the provider that the network names. Use a newer one.",
    )
}

#[async_trait]
impl Provider for Unsupported {
    fn rules(&self) -> Rules {
        Rules::default()
    }

    async fn identity(&self) -> Result<Identity> {
        Err(refusal())
    }

    async fn balance(&self) -> Result<ApiBalance> {
        Err(refusal())
    }

    async fn catalogue(&self) -> Result<Catalogue> {
        Err(refusal())
    }

    async fn start(&self, _: &NewPayment) -> Result<Created> {
        Err(refusal())
    }

    async fn cancel(&self, _: &str) -> Result<()> {
        Err(refusal())
    }

    async fn pending(&self) -> Result<Vec<RemotePayment>> {
        Err(refusal())
    }

    async fn history(&self, _: Option<Timestamp>, _: Option<&str>) -> Result<HistoryPage> {
        Err(refusal())
    }

    async fn charges(&self, _: &str, _: &str) -> Result<Charges> {
        Err(refusal())
    }

    async fn maintenance(&self) -> Result<bool> {
        Err(refusal())
    }
}

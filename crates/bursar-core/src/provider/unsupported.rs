//! In place of a provider that this version cannot speak to: every call is refused in words, so that an
//! account of it (kept by a newer version) neither hinders the others nor looks empty.

use super::{HistoryPage, Provider};
use crate::api_balance::ApiBalance;
use crate::charges::Charges;
use crate::clock::Timestamp;
use crate::error::{Code, Error, Result};
use crate::identity::Identity;
use crate::offer::Catalogue;
use crate::payment::{Created, NewPayment, RemotePayment};
use crate::rules::Rules;
use async_trait::async_trait;

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

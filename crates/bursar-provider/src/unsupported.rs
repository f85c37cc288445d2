//! Stands in for a provider that this version does not support, and fails every call with an explanation. This way, an
//! account that a newer version stored neither disturbs the other accounts nor looks empty.

use super::{HistoryPage, Provider};
use async_trait::async_trait;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::catalogue::Catalogue;
use bursar_domain::charges::Charges;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, ProviderDetail, Result};
use bursar_domain::key_owner::KeyOwner;
use bursar_domain::payment::{Created, NewPayment, RemotePayment};
use bursar_domain::payment_rules::Rules;

pub(super) struct Unsupported;

fn not_supported() -> Error {
    Error::new(Code::NetworkMalformed, ProviderDetail::ProviderUnsupported)
}

#[async_trait]
impl Provider for Unsupported {
    fn rules(&self) -> Rules {
        Rules::default()
    }

    async fn key_owner(&self) -> Result<KeyOwner> {
        Err(not_supported())
    }

    async fn balance(&self) -> Result<ApiBalance> {
        Err(not_supported())
    }

    async fn catalogue(&self) -> Result<Catalogue> {
        Err(not_supported())
    }

    async fn start(&self, _: &NewPayment) -> Result<Created> {
        Err(not_supported())
    }

    async fn cancel(&self, _: &str) -> Result<()> {
        Err(not_supported())
    }

    async fn pending(&self) -> Result<Vec<RemotePayment>> {
        Err(not_supported())
    }

    async fn history(&self, _: Option<Timestamp>, _: Option<&str>) -> Result<HistoryPage> {
        Err(not_supported())
    }

    async fn charges(&self, _: &str, _: &str) -> Result<Charges> {
        Err(not_supported())
    }

    async fn maintenance(&self) -> Result<bool> {
        Err(not_supported())
    }
}

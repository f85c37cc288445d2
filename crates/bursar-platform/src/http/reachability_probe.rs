//! Finds out whether a server accepts connections, without sending a request that the server would have to answer.

use futures_util::future::join_all;
use std::time::Duration;
use tokio::net::TcpStream;
use url::Url;

/// The time limit for connecting. A slower server has to wait until its back-off ends.
const PROBE_TIMEOUT: Duration = Duration::from_millis(1_500);

/// Whether a connection to one of the addresses stands. Behind a proxy that must be used, never.
pub async fn is_reachable(addresses: impl IntoIterator<Item = &Url>) -> bool {
    join_all(addresses.into_iter().map(accepts_connection))
        .await
        .contains(&true)
}

async fn accepts_connection(address: &Url) -> bool {
    let (Some(host), Some(port)) = (address.host_str(), address.port_or_known_default()) else {
        return false;
    };
    // An IPv6 address has brackets only in a URL.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let connecting = TcpStream::connect((host, port));
    matches!(
        tokio::time::timeout(PROBE_TIMEOUT, connecting).await,
        Ok(Ok(_))
    )
}

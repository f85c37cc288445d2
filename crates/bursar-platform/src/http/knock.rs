//! A connection and nothing else: whether anybody is there, without a request that a server would have to answer.

use futures_util::future::join_all;
use std::time::Duration;
use tokio::net::TcpStream;
use url::Url;

/// A server that takes longer to accept is asked when its back-off ends.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Whether a connection to one of the addresses stands. Behind a proxy that must be used, never.
pub async fn knock(addresses: impl IntoIterator<Item = &Url>) -> bool {
    join_all(addresses.into_iter().map(is_open))
        .await
        .contains(&true)
}

async fn is_open(address: &Url) -> bool {
    let (Some(host), Some(port)) = (address.host_str(), address.port_or_known_default()) else {
        return false;
    };
    // An IPv6 address has brackets in a URL and none elsewhere.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let connecting = TcpStream::connect((host, port));
    matches!(tokio::time::timeout(PATIENCE, connecting).await, Ok(Ok(_)))
}

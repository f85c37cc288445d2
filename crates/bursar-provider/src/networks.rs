//! Lists the built-in networks and reads network files.

use crate::fluence;
use crate::registry::REGISTRATIONS;
use bursar_domain::error::Result;
use bursar_domain::network::Network;

/// The networks that are available without a network file.
pub fn built_in() -> Vec<Network> {
    fluence::networks::BUILT_IN
        .iter()
        .filter_map(|file| from_toml(file).ok())
        .collect()
}

/// The network as an account on it is served now. What an account keeps of a built-in network may be from an earlier
/// version, with fewer payment pages; it is replaced by what is built in now if it is the same API of the same provider.
/// A network of the user's own file, named in `own`, is kept as it is.
pub fn current(stored: Network, own: &[Network]) -> Network {
    if own.iter().any(|network| network.name == stored.name) {
        return stored;
    }
    let same = |network: &Network| {
        network.name == stored.name
            && network.provider == stored.provider
            && network.api == stored.api
    };
    built_in().into_iter().find(same).unwrap_or(stored)
}

/// The provider names that a network file may use.
pub fn provider_names() -> impl Iterator<Item = &'static str> {
    REGISTRATIONS.iter().map(|registered| registered.name)
}

/// Reads a network file.
///
/// # Errors
/// [`bursar_domain::error::Code::NetworkMalformed`], naming the field and what is wrong with it.
pub fn from_toml(text: &str) -> Result<Network> {
    Network::from_toml(text, &REGISTRATIONS.map(|registered| registered.name))
}

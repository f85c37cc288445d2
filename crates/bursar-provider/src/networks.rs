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

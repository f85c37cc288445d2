//! Networks: those that need no file, and those that come from one.

use super::{REGISTRATIONS, fluence};
use bursar_domain::error::Result;
use bursar_domain::network::Network;

/// The networks that need no file.
pub fn built_in() -> Vec<Network> {
    fluence::networks::BUILT_IN
        .iter()
        .filter_map(|file| from_toml(file).ok())
        .collect()
}

/// What network files may name as their provider.
pub fn provider_names() -> impl Iterator<Item = &'static str> {
    REGISTRATIONS.iter().map(|listed| listed.name)
}

/// Reads a network file.
///
/// # Errors
/// [`bursar_domain::error::Code::NetworkMalformed`], naming the field and what is wrong with it.
pub fn from_toml(text: &str) -> Result<Network> {
    Network::from_toml(text, &REGISTRATIONS.map(|listed| listed.name))
}

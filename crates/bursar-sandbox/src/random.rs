//! Random tokens and addresses.

use alloy_primitives::Address;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A token of 256 random bits.
pub(crate) fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

pub(crate) fn random_address() -> Address {
    Address::from(rand::random::<[u8; 20]>())
}

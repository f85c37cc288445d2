//! HMAC-SHA256 signatures, in hex.

use alloy_primitives::hex;
use hmac::{Hmac, Mac};
use sha2::Sha256;

pub(crate) fn sign(secret: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

pub(crate) fn is_valid(secret: &str, body: &[u8], signature: &str) -> bool {
    let (Ok(mut mac), Ok(signature)) = (
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()),
        hex::decode(signature),
    ) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(&signature).is_ok()
}

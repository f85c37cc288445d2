//! The errors of the keyring. Each says what the user can do about it.

use bursar_domain::error::{Code, Error, KeyringDetail};

pub(super) fn unusable() -> Error {
    unavailable(KeyringDetail::KeyringUnusable)
}

pub(super) fn locked() -> Error {
    unavailable(KeyringDetail::KeyringLocked)
}

/// The user closed or refused the keyring's question, or the keyring asks for each program and has not been asked yet.
pub(super) fn refused() -> Error {
    unavailable(KeyringDetail::KeyringRefused)
}

pub(super) fn no_room() -> Error {
    unavailable(KeyringDetail::KeyringNoRoom)
}

pub(super) fn too_slow() -> Error {
    unavailable(KeyringDetail::KeyringSlow)
}

fn unavailable(why: KeyringDetail) -> Error {
    Error::passing(Code::KeyringUnavailable, why)
}

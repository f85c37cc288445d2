//! The errors of the keyring. Each says what the user can do about it.

use bursar_domain::error::{Code, Error};

pub(super) fn unusable() -> Error {
    Error::passing(
        Code::KeyringUnavailable,
        "The system's keyring cannot be used: it is missing or locked. Unlock it, or stay signed in for \
         this session only.",
    )
}

pub(super) fn locked() -> Error {
    Error::passing(
        Code::KeyringUnavailable,
        "The system's keyring is locked. Unlock it, and Bursar goes on by itself; or stay signed in for this \
         session only.",
    )
}

pub(super) fn no_room() -> Error {
    Error::passing(
        Code::KeyringUnavailable,
        "The system's keyring has no room for a key as long as this one. Stay signed in for this session only.",
    )
}

pub(super) fn too_slow() -> Error {
    Error::passing(
        Code::KeyringUnavailable,
        "The system's keyring does not answer. If it asks for a password, enter it and try again.",
    )
}

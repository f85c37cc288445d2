//! Tells a locked keyring from every other failure of the Secret Service.

use ::secret_service::Error as Failure;
use keyring::v1::Error as ModelError;

/// The error of a service that does not support the requested encryption.
pub(super) const NOT_SUPPORTED: &str = "org.freedesktop.DBus.Error.NotSupported";

/// The failure as an error of the `keyring` crate. Only a lock means that the storage is not accessible.
pub(super) fn model_error(failure: Failure) -> ModelError {
    if is_locked_error(&failure) {
        ModelError::NoStorageAccess(Box::new(failure))
    } else {
        ModelError::PlatformFailure(Box::new(failure))
    }
}

/// Whether unlocking the keyring would help.
pub(super) fn is_locked_error(failure: &Failure) -> bool {
    const IS_LOCKED: &str = "org.freedesktop.Secret.Error.IsLocked";
    matches!(failure, Failure::Locked | Failure::Prompt) || is_named(failure, IS_LOCKED)
}

pub(super) fn is_named(failure: &Failure, name: &str) -> bool {
    if let Failure::Zbus(zbus::Error::MethodError(named, _, _)) = failure {
        return named.as_str() == name;
    }
    if let Failure::ZbusFdo(zbus::fdo::Error::NotSupported(_)) = failure {
        return name == NOT_SUPPORTED;
    }
    false
}

//! Tells a locked keyring, and one that has not allowed Bursar to use an entry, from every other failure of the Secret Service.

use crate::keyring::entry::NotAllowed;
use ::secret_service::Error as Failure;
use keyring::v1::Error as ModelError;

/// The failure as an error of the `keyring` crate. Only a lock means that the storage is not accessible.
pub(super) fn model_error(failure: Failure) -> ModelError {
    if matches!(failure, Failure::Prompt) {
        ModelError::NoStorageAccess(Box::new(NotAllowed))
    } else if is_locked_error(&failure) {
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

/// Whether the service answered a call with an error.
pub(super) fn is_refusal(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Zbus(zbus::Error::MethodError(..) | zbus::Error::FDO(_)) | Failure::ZbusFdo(_)
    )
}

fn is_named(failure: &Failure, name: &str) -> bool {
    matches!(failure, Failure::Zbus(zbus::Error::MethodError(named, _, _)) if named.as_str() == name)
}

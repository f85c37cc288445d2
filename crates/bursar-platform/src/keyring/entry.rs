//! Reads, writes and removes one entry of a keyring as the `keyring` crate models it, and translates its errors. Secrets are
//! passed as bytes, because Windows stores only half as many of them in a password.

use super::backend::Secret;
use super::errors::{locked, no_room, refused, unusable};
use bursar_domain::error::{Error, Result};
use keyring::v1::{Entry, Error as Failure};
use std::fmt;
use zeroize::Zeroizing;

/// The reason of a failure without access to the storage: the keyring is unlocked, but keeps this program from the entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotAllowed;

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the user has not allowed it")
    }
}

impl std::error::Error for NotAllowed {}

/// The entry's secret, if there is one. Bytes that are not text are no secret of Bursar's, and read as an empty one.
pub(super) fn read(entry: &Entry) -> Result<Option<Secret>> {
    match entry.get_secret() {
        Ok(bytes) | Err(Failure::BadEncoding(bytes)) => Ok(Some(text(bytes))),
        Err(Failure::NoEntry) => Ok(None),
        Err(failure) => Err(error_of(&failure)),
    }
}

pub(super) fn write(entry: &Entry, secret: &str) -> Result<()> {
    let written = entry.set_secret(secret.as_bytes());
    written.map_err(|failure| error_of(&failure))
}

/// Removes the entry, if there is one.
pub(super) fn remove(entry: &Entry) -> Result<()> {
    match entry.delete_credential() {
        Ok(()) | Err(Failure::NoEntry) => Ok(()),
        Err(failure) => Err(error_of(&failure)),
    }
}

/// The error for a failed call. Only a lock and a secret that is too long have advice of their own. The stores that Bursar
/// uses never report two entries of one name, which the crate calls ambiguous.
pub(super) fn error_of(failure: &Failure) -> Error {
    tracing::debug!(%failure, "the keyring failed");
    if let Failure::NoStorageAccess(why) = failure {
        if why.is::<NotAllowed>() {
            refused()
        } else {
            locked()
        }
    } else if matches!(failure, Failure::TooLong(..)) {
        no_room()
    } else {
        unusable()
    }
}

fn text(bytes: Vec<u8>) -> Secret {
    match String::from_utf8(bytes) {
        Ok(text) => Zeroizing::new(text),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Secret::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_domain::error::Code;
    use keyring_core::api::CredentialStoreApi as _;
    use keyring_core::mock;

    /// An entry whose next call fails.
    fn failing(failure: Failure) -> Entry {
        let inner = mock::Store::new().unwrap().build("s", "u", None).unwrap();
        let entry = Entry { inner };
        entry.set_secret(b"kept").unwrap();
        let credential: &mock::Cred = entry.inner.as_any().downcast_ref().unwrap();
        credential.set_error(failure);
        entry
    }

    #[test]
    fn no_entry_is_no_error() {
        assert!(read(&failing(Failure::NoEntry)).unwrap().is_none());
        remove(&failing(Failure::NoEntry)).unwrap();
    }

    #[test]
    fn each_failure_says_what_can_be_done_about_it() {
        let why = || Box::new(std::io::Error::other("why"));
        let cases: [(fn() -> Failure, Error); 7] = [
            (
                || Failure::NoStorageAccess(Box::new(std::io::Error::other("why"))),
                locked(),
            ),
            (|| Failure::NoStorageAccess(Box::new(NotAllowed)), refused()),
            (|| Failure::TooLong("secret".to_owned(), 2560), no_room()),
            (|| Failure::Ambiguous(Vec::new()), unusable()),
            (|| Failure::NoDefaultStore, unusable()),
            (|| Failure::BadStoreFormat(String::new()), unusable()),
            (|| Failure::NotSupportedByStore(String::new()), unusable()),
        ];
        for (failure, said) in cases {
            assert_eq!(said.code, Code::KeyringUnavailable);
            assert_eq!(read(&failing(failure())).unwrap_err(), said);
            assert_eq!(write(&failing(failure()), "new").unwrap_err(), said);
            assert_eq!(remove(&failing(failure())).unwrap_err(), said);
        }
        let failed = failing(Failure::PlatformFailure(why()));
        assert_eq!(read(&failed).unwrap_err(), unusable());
    }

    #[test]
    fn what_is_no_text_reads_as_empty() {
        let entry = failing(Failure::BadEncoding(vec![0x80]));
        assert_eq!(read(&entry).unwrap().unwrap().as_str(), "");
        entry.set_secret(b"\xff\xfe").unwrap();
        assert_eq!(read(&entry).unwrap().unwrap().as_str(), "");
        write(&entry, "ключ").unwrap();
        assert_eq!(read(&entry).unwrap().unwrap().as_str(), "ключ");
    }
}

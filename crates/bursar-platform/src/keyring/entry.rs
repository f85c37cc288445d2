//! One entry of a keyring as the `keyring` crate models it on every system, and what the errors of that model mean for
//! the vault. Secrets go through it as bytes: as a password, Windows would keep only half as many of them.

use super::{Secret, locked, no_room, unusable};
use bursar_domain::error::{Error, Result};
use keyring::v1::{Entry, Error as Failure};
use zeroize::Zeroizing;

/// The secret that is in it, if there is one. What is no text is no secret of ours, and reads as an empty one.
pub(super) fn read(entry: &Entry) -> Result<Option<Secret>> {
    match entry.get_secret() {
        Ok(bytes) | Err(Failure::BadEncoding(bytes)) => Ok(Some(text(bytes))),
        Err(Failure::NoEntry) => Ok(None),
        Err(failure) => Err(meaning(&failure)),
    }
}

pub(super) fn write(entry: &Entry, secret: &str) -> Result<()> {
    let written = entry.set_secret(secret.as_bytes());
    written.map_err(|failure| meaning(&failure))
}

/// Nothing is left of it afterwards, whether there was anything or not.
pub(super) fn remove(entry: &Entry) -> Result<()> {
    match entry.delete_credential() {
        Ok(()) | Err(Failure::NoEntry) => Ok(()),
        Err(failure) => Err(meaning(&failure)),
    }
}

/// What to say of a keyring that did not do what it was asked to. Only a lock and a length are something that the user
/// can do something else about; two entries of one name, which the crate calls ambiguous, never come from the stores
/// that are used here.
pub(super) fn meaning(failure: &Failure) -> Error {
    tracing::debug!(%failure, "the keyring failed");
    if matches!(failure, Failure::NoStorageAccess(_)) {
        locked()
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
        let cases: [(fn() -> Failure, Error); 6] = [
            (
                || Failure::NoStorageAccess(Box::new(std::io::Error::other("why"))),
                locked(),
            ),
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

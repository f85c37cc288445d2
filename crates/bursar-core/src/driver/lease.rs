//! What an account's answers may still be written for. An answer that was asked for before the address changed
//! or the account was removed finds its lease over, so that nothing of one address is ever kept for another.

use alloy_primitives::Address;
use bursar_domain::error::{Code, Error, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shared by all connections that an account has one after the other.
#[derive(Debug)]
pub(crate) struct Lease(Mutex<Held>);

#[derive(Debug)]
struct Held {
    address: Option<Address>,
    ended: bool,
}

impl Lease {
    pub(crate) fn new(address: Option<Address>) -> Self {
        Self(Mutex::new(Held {
            address,
            ended: false,
        }))
    }

    /// Writes something of the account, unless that is gone.
    ///
    /// # Errors
    /// `not_found` then; else the write's own.
    pub(crate) fn write<T>(&self, write: impl FnOnce() -> Result<T>) -> Result<T> {
        let held = self.held();
        if held.ended {
            return Err(Error::new(
                Code::NotFound,
                "That account is no longer connected.",
            ));
        }
        write()
    }

    /// Writes something that the chain said of `user`, unless another address is read by now.
    ///
    /// # Errors
    /// `chain_unavailable` then, to be asked again; else the write's own.
    pub(crate) fn write_of<T>(
        &self,
        user: Address,
        write: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let held = self.held();
        if held.ended || held.address != Some(user) {
            return Err(Error::passing(
                Code::ChainUnavailable,
                "The wallet address was changed while the chain was read.",
            ));
        }
        write()
    }

    /// Reads another address from now on; `forget` drops what was kept of the one before.
    ///
    /// # Errors
    /// Those of `forget`.
    pub(crate) fn change(
        &self,
        address: Option<Address>,
        forget: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let mut held = self.held();
        held.address = address;
        forget()
    }

    /// The account goes; `forget` drops what is kept of it.
    ///
    /// # Errors
    /// Those of `forget`.
    pub(crate) fn end(&self, forget: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut held = self.held();
        held.ended = true;
        forget()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

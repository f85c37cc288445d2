//! What an account's answers may still be written for. An answer that was asked for before the address changed
//! or the account was removed finds its lease over, so that nothing of one address is ever kept for another.

use alloy_primitives::Address;
use bursar_domain::error::{Code, Error, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shared by all connections that an account has one after the other.
#[derive(Debug)]
pub(crate) struct WriteGuard(Mutex<State>);

#[derive(Debug)]
struct State {
    address: Option<Address>,
    revoked: bool,
}

impl WriteGuard {
    pub(crate) fn new(address: Option<Address>) -> Self {
        Self(Mutex::new(State {
            address,
            revoked: false,
        }))
    }

    /// Writes something of the account, unless that is gone.
    ///
    /// # Errors
    /// `not_found` then; else the write's own.
    pub(crate) fn write<T>(&self, write: impl FnOnce() -> Result<T>) -> Result<T> {
        let state = self.state();
        if state.revoked {
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
    pub(crate) fn write_for_address<T>(
        &self,
        user: Address,
        write: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let state = self.state();
        if state.revoked || state.address != Some(user) {
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
    pub(crate) fn change_address(
        &self,
        address: Option<Address>,
        forget: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let mut state = self.state();
        state.address = address;
        forget()
    }

    /// The account goes; `forget` drops what is kept of it.
    ///
    /// # Errors
    /// Those of `forget`.
    pub(crate) fn revoke(&self, forget: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut state = self.state();
        state.revoked = true;
        forget()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

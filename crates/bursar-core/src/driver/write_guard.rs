//! Decides whether answers about an account may still be written. Answers requested before the address changed or the
//! account was removed are refused, so that nothing about one address is stored for another.

use alloy_primitives::Address;
use bursar_domain::error::{AccountDetail, Code, Error, Result, SyncDetail};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shared by all successive connections of an account.
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

    /// Writes something of the account, unless the account is gone.
    ///
    /// # Errors
    /// `not_found` then; else the write's own.
    pub(crate) fn write<T>(&self, write: impl FnOnce() -> Result<T>) -> Result<T> {
        let state = self.state();
        if state.revoked {
            return Err(Error::new(
                Code::NotFound,
                AccountDetail::AccountNotConnected,
            ));
        }
        write()
    }

    /// Writes what the chain reported about `user`, unless another address is read by now.
    ///
    /// # Errors
    /// `chain_unavailable` then, to be retried; else the write's own.
    pub(crate) fn write_for_address<T>(
        &self,
        user: Address,
        write: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let state = self.state();
        if state.revoked || state.address != Some(user) {
            return Err(Error::passing(
                Code::ChainUnavailable,
                SyncDetail::WalletAddressChanged,
            ));
        }
        write()
    }

    /// Reads another address from now on; `forget` removes what was stored for the previous one.
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

    /// Refuses every later write, because the account is removed; `forget` removes what is stored of it.
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

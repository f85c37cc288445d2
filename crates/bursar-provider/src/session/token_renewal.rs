//! The renewal of the session's access token, one at a time.

use super::state::signed_out;
use super::{Credential, PendingKeyringWrite, Session};
use crate::sign_in::{self, Renewal};
use bursar_domain::error::{Code, Error, ProviderDetail, Result, SignInDetail};
use bursar_platform::http::Http;
use std::sync::atomic::Ordering;

impl Session {
    /// Forbids renewals. A process other than the engine's calls this, because a renewal here would invalidate the
    /// engine's token.
    pub fn forbid_refresh(&self) {
        self.may_renew.store(false, Ordering::Release);
    }

    /// Renews the current access token.
    ///
    /// # Errors
    /// The errors of [`Session::refresh_rejected`].
    pub async fn refresh(&self, renewal: &Renewal, http: &Http) -> Result<()> {
        let (_, header) = self.authorize(Credential::bearer)?;
        self.refresh_rejected(&header, renewal, http).await
    }

    /// Renews the access token, unless the rejected token has been renewed already. `rejected` is the value of the
    /// header that the provider rejected.
    ///
    /// # Errors
    /// `unauthorized` without a refresh token, `signed_out` if the provider rejects the renewal, `engine_running` if
    /// renewals are forbidden, and the errors of HTTP.
    pub async fn refresh_rejected(
        &self,
        rejected: &str,
        renewal: &Renewal,
        http: &Http,
    ) -> Result<()> {
        let _renewing = self.renewing.lock().await;
        let refresh = {
            let state = self.state();
            let credential = state.credential.as_ref().ok_or_else(signed_out)?;
            if rejected.rsplit(' ').next() != Some(credential.secret()) {
                return Ok(());
            }
            match credential {
                Credential::Tokens {
                    refresh: Some(refresh),
                    ..
                } => refresh.clone(),
                Credential::Tokens { refresh: None, .. } | Credential::ApiKey(_) => {
                    return Err(unauthorized());
                }
            }
        };
        if !self.may_renew.load(Ordering::Acquire) {
            return Err(Error::passing(
                Code::EngineRunning,
                SignInDetail::RenewedByApp,
            ));
        }
        match sign_in::renew(renewal, &refresh, http).await {
            Ok(renewed) => {
                self.replace(renewed).await;
                Ok(())
            }
            Err(error) if error.code == Code::SignedOut => {
                self.state().put(None, false);
                self.forget_stored();
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Stores a renewed token, then uses it. The old token no longer works. If the keyring fails, the session therefore
    /// uses the new token anyway and stores it as soon as possible.
    pub(super) async fn replace(&self, renewed: Credential) {
        let wanted = !self.state().session_only;
        let kept = match renewed.to_stored() {
            Ok(stored) if wanted => {
                self.secret_store
                    .set_without_prompt(&self.keyring_entry_name(), stored)
                    .await
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        let mut state = self.state();
        state.credential = Some(renewed);
        state.pending_write = match kept {
            Ok(()) => PendingKeyringWrite::None,
            Err(error) => {
                tracing::warn!(code = ?error.code, "a renewed token could not be kept yet");
                self.secret_store.notify_changed();
                PendingKeyringWrite::Store { spent: true }
            }
        };
    }
}

fn unauthorized() -> Error {
    Error::new(Code::Unauthorized, ProviderDetail::KeyRejected)
}

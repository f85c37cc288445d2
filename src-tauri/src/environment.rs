//! Secrets of the environment.

use bursar_core::process;
use zeroize::Zeroizing;

/// Secrets of the environment, taken out of it.
pub(crate) struct EnvironmentSecrets {
    pub(crate) api_key: Option<Zeroizing<String>>,
}

impl EnvironmentSecrets {
    pub(crate) fn none() -> Self {
        Self { api_key: None }
    }
}

/// Takes `BURSAR_API_KEY` out of the environment, so that no child gets it: browser, webview, the process that this one
/// replaces itself with. To be called first in `main`, while there is one thread.
pub(crate) fn take_secrets() -> EnvironmentSecrets {
    let api_key = std::env::var(process::API_KEY)
        .ok()
        .filter(|key| !key.is_empty())
        .map(Zeroizing::new);
    for name in process::SECRETS {
        gtk::glib::unsetenv(name);
    }
    EnvironmentSecrets { api_key }
}

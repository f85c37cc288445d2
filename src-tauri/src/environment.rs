//! Takes secrets out of the environment.

use bursar_core::process;
use zeroize::Zeroizing;

/// The secrets that were in the environment.
pub(crate) struct EnvironmentSecrets {
    pub(crate) api_key: Option<Zeroizing<String>>,
}

impl EnvironmentSecrets {
    pub(crate) fn none() -> Self {
        Self { api_key: None }
    }
}

/// Takes `BURSAR_API_KEY` out of the environment, so that no child process gets it: neither browser nor webview nor
/// the process that replaces this one. Call it first in `main`, while there is only one thread.
pub(crate) fn take_secrets() -> EnvironmentSecrets {
    let api_key = std::env::var(process::API_KEY_VARIABLE)
        .ok()
        .filter(|key| !key.is_empty())
        .map(Zeroizing::new);
    for name in process::SECRET_VARIABLES {
        gtk::glib::unsetenv(name);
    }
    EnvironmentSecrets { api_key }
}

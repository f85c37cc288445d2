//! Takes secrets out of the environment.

use bursar_core::env_keys::{EnvKeys, KeysMalformed};
use bursar_core::process;
use zeroize::Zeroizing;

/// The secrets that were in the environment.
pub(crate) struct EnvironmentSecrets {
    pub(crate) keys: Result<EnvKeys, KeysMalformed>,
}

impl EnvironmentSecrets {
    pub(crate) fn none() -> Self {
        Self {
            keys: Ok(EnvKeys::default()),
        }
    }
}

/// Takes the API keys out of the environment, so that no child process gets them: neither browser nor webview nor the
/// process that replaces this one. Call it first in `main`, while there is only one thread.
pub(crate) fn take_secrets() -> EnvironmentSecrets {
    let secret = |name| std::env::var(name).ok().map(Zeroizing::new);
    let keys = EnvKeys::parse(
        secret(process::API_KEY_VARIABLE),
        secret(process::API_KEYS_VARIABLE).as_ref(),
    );
    for name in process::SECRET_VARIABLES {
        gtk::glib::unsetenv(name);
    }
    EnvironmentSecrets { keys }
}

//! Starting the core behind the window, with what only this process knows: the key from the environment, the
//! home and the preferences.

use crate::app::App;
use crate::shell::Desktop;
use bursar_core::bursar::{Bursar, Options};
use bursar_core::clock::SystemClock;
use bursar_core::error::{Code, Error};
use bursar_core::home::vault_scope;
use bursar_core::session::Vault;
use std::sync::Arc;
use tauri_plugin_dialog::{DialogExt as _, MessageDialogKind};
use zeroize::Zeroizing;

/// Secrets of the environment, taken out of it.
pub(crate) struct Secrets {
    api_key: Option<Zeroizing<String>>,
}

/// Takes `BURSAR_API_KEY` out of the environment, so that no child gets it: browser, webview. To be called
/// first in `main`, while there is one thread.
pub(crate) fn take_secrets() -> Secrets {
    const NAME: &str = "BURSAR_API_KEY";
    let api_key = std::env::var(NAME)
        .ok()
        .filter(|key| !key.is_empty())
        .map(Zeroizing::new);
    gtk::glib::unsetenv(NAME);
    Secrets { api_key }
}

/// Starts the core and lets it have its part; if another process has this home, says so and ends.
pub(crate) async fn core(app: Arc<App>, secrets: Secrets) {
    let options = Options {
        home: app.home.path().to_path_buf(),
        shell: Desktop::of(&app),
        clock: Arc::new(SystemClock),
        vault: Arc::new(Vault::keyring(&vault_scope(app.home.path()))),
        env_api_key: secrets.api_key,
        settings: app.settings.get(),
        pops_up: true,
    };
    app.engine.started(Bursar::start(options).await);
    match app.core().await {
        // What it missed between being asked and being there.
        Ok(core) => app.catch_up(&core),
        Err(error) => {
            tracing::error!(code = ?error.code, "the engine did not start");
            if error.code == Code::EngineRunning {
                say_and_quit(&app, &error);
            }
        }
    }
}

/// Another process has this home: nothing can be shown that would be true for long.
fn say_and_quit(app: &Arc<App>, error: &Error) {
    app.withdraw();
    let (then, handle) = (Arc::clone(app), app.handle.clone());
    handle
        .dialog()
        .message(&error.message)
        .title("Bursar")
        .kind(MessageDialogKind::Error)
        .show(move |_| then.end(1));
}

//! Starts the core behind the window, with what only this process knows: the key from the environment, the home and
//! the settings.

use super::Controller;
use super::desktop_shell::DesktopShell;
use crate::environment::EnvironmentSecrets;
use bursar_core::clock::SystemClock;
use bursar_core::env_keys::{EnvKeys, KeysMalformed};
use bursar_core::error::{Code, Error};
use bursar_core::{Bursar, Options};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogKind};

/// Another process may be about to release the home, such as a command in a terminal.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(100);

impl Controller {
    /// Starts the core. If another process holds this home, shows an error and exits.
    pub(crate) async fn start_core(self: Arc<Self>, secrets: EnvironmentSecrets) {
        let app = &self.app;
        let started_at = Instant::now();
        let env_keys = secrets.keys.unwrap_or_else(|KeysMalformed| {
            tracing::warn!(
                "BURSAR_API_KEYS must be a JSON object with a key for each account's name"
            );
            EnvKeys::default()
        });
        let options = || Options {
            home: app.home.path().to_path_buf(),
            shell: DesktopShell::new(&self),
            clock: Arc::new(SystemClock),
            secret_store: Arc::new(app.home.keyring()),
            env_keys: env_keys.clone(),
            settings: app.settings.get(),
            pops_up: true,
        };
        let mut started = Bursar::start(options()).await;
        while started_at.elapsed() < LOCK_TIMEOUT
            && matches!(&started, Err(error) if error.code == Code::EngineRunning)
        {
            tokio::time::sleep(LOCK_RETRY_INTERVAL).await;
            started = Bursar::start(options()).await;
        }
        app.core_handle.set_result(started);
        match app.core().await {
            Ok(core) => self.send_current_state(&core),
            Err(error) => {
                tracing::error!(code = ?error.code, "the core did not start");
                if error.code == Code::EngineRunning {
                    self.show_error_and_exit(&error).await;
                }
            }
        }
    }

    /// Sends the core what has changed while it started.
    fn send_current_state(&self, core: &Bursar) {
        let app = &self.app;
        core.set_presence(app.presence());
        core.set_reports_sleep(app.sleep_signals());
        core.set_health(&app.health());
        core.set_preferences(&app.settings.get());
    }

    /// Another process holds this home, so whatever the window showed would soon be wrong.
    async fn show_error_and_exit(self: &Arc<Self>, error: &Error) {
        self.withdraw();
        let controller = Arc::clone(self);
        let Some(tauri) = self.app.main_thread.start_tauri().await else {
            return self.exit(1);
        };
        tauri
            .dialog()
            .message(self.app.texts().explanation(error))
            .title("Bursar")
            .kind(MessageDialogKind::Error)
            .show(move |_| controller.exit(1));
    }
}

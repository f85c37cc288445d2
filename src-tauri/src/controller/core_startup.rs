//! Starting the core behind the window, with what only this process knows: the key from the environment, the
//! home and the preferences.

use crate::app::App;
use crate::desktop_shell::DesktopShell;
use crate::environment::EnvironmentSecrets;
use bursar_core::bursar::{Bursar, Options};
use bursar_core::clock::SystemClock;
use bursar_core::error::{Code, Error};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogKind};

/// Whoever had this home a moment ago, a command in a terminal perhaps, may be about to let it go.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// Starts the core and lets it have its part; if another process has this home, says so and ends.
pub(crate) async fn start_core(app: Arc<App>, secrets: EnvironmentSecrets) {
    let begun = Instant::now();
    let options = || Options {
        home: app.home.path().to_path_buf(),
        shell: DesktopShell::new(&app),
        clock: Arc::new(SystemClock),
        vault: Arc::new(app.home.keyring()),
        env_api_key: secrets.api_key.clone(),
        settings: app.settings.get(),
        pops_up: true,
    };
    let mut started = Bursar::start(options()).await;
    while begun.elapsed() < LOCK_TIMEOUT
        && matches!(&started, Err(error) if error.code == Code::EngineRunning)
    {
        tokio::time::sleep(LOCK_RETRY_INTERVAL).await;
        started = Bursar::start(options()).await;
    }
    app.core_handle.set_result(started);
    match app.core().await {
        // What it missed between being asked and being there.
        Ok(core) => app.send_current_state(&core),
        Err(error) => {
            tracing::error!(code = ?error.code, "the engine did not start");
            if error.code == Code::EngineRunning {
                show_error_and_exit(&app, &error).await;
            }
        }
    }
}

/// Another process has this home: nothing can be shown that would be true for long.
async fn show_error_and_exit(app: &Arc<App>, error: &Error) {
    app.withdraw();
    let exiting = Arc::clone(app);
    let Some(tauri) = app.main_thread.start_tauri().await else {
        return app.exit(1);
    };
    tauri
        .dialog()
        .message(&error.message)
        .title("Bursar")
        .kind(MessageDialogKind::Error)
        .show(move |_| exiting.exit(1));
}

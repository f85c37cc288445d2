//! How the app ends.

use super::Controller;
use super::close_action::{self, CloseAction};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How long tray and core may take to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

impl Controller {
    pub(crate) fn quit(self: &Arc<Self>) {
        self.exit(0);
    }

    /// Exits with this status: first removes window and tray icon, then stops the core.
    pub(super) fn exit(self: &Arc<Self>, status: i32) {
        self.withdraw();
        if self.app.set_exiting() {
            return;
        }
        let app = Arc::clone(&self.app);
        tauri::async_runtime::spawn(async move {
            let ended = async {
                app.tray_view.closed().await;
                if let Some(core) = app.core_handle.running() {
                    core.stop().await;
                }
            };
            if tokio::time::timeout(SHUTDOWN_TIMEOUT, ended).await.is_err() {
                tracing::warn!("the core did not stop in time");
            }
            app.main_thread.exit(status);
        });
    }

    /// Removes window and tray icon for good.
    pub(super) fn withdraw(&self) {
        self.app.set_withdrawn();
        if let Some(tauri) = self.app.main_thread.tauri() {
            crate::window::close(&tauri);
        }
    }

    /// Exits if there is neither session bus nor window, because nobody could find the app. An open top-up goes on at
    /// the next start.
    pub(super) fn exit_if_unreachable(self: &Arc<Self>, status: i32) {
        if close_action::after_bus_lost(self.app.visible()) == CloseAction::Quit {
            tracing::error!(
                "there is no session bus: Bursar exits, because nobody could open its window; start it without \
                 --hidden to use it here"
            );
            self.exit(status);
        }
    }

    /// Quits when the session ends, or on Ctrl+C.
    pub(super) async fn quit_on_signal(self: Arc<Self>) {
        let (Ok(mut term), Ok(mut interrupt)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
        ) else {
            return;
        };
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        self.quit();
    }
}

//! Decides what happens when the user, the desktop or the core does something. The controller handles every such
//! request; `App` below it only holds the state. Nothing here blocks the main thread.

pub(crate) mod background_tasks;
mod close_action;
mod core_startup;
mod deep_links;
mod desktop_shell;
mod exit;
mod missing_tray;
mod popups;
mod power_and_network;
pub(crate) mod restart_to_free_memory;
mod settings;
mod tray;
mod window;

use crate::app::App;
use bursar_core::view::{Change, Health};
use std::sync::Arc;

pub(crate) struct Controller {
    pub(crate) app: Arc<App>,
}

impl Controller {
    pub(crate) fn new(app: Arc<App>) -> Arc<Self> {
        Arc::new(Self { app })
    }

    /// Changes what is known about the desktop's services. If that changed anything, core and window learn of it.
    fn update_health(&self, change: impl FnOnce(&mut Health)) {
        let Some(health) = self.app.change_health(change) else {
            return;
        };
        match self.app.core_handle.running() {
            Some(core) => core.set_health(&health),
            None => self.send_change(Change::Health),
        }
    }

    /// Sends a change to the window, if one listens.
    fn send_change(&self, change: Change) {
        self.app.changes.send(change);
    }
}

#[cfg(test)]
impl Controller {
    /// A controller without a desktop. Its home is removed with the folder.
    pub(crate) fn for_tests() -> (tempfile::TempDir, Arc<Self>, crate::app::Receivers) {
        use crate::home::Home;
        use crate::main_thread::MainThread;
        use crate::platform::notifications::ClickTargets;
        use bursar_core::clock::{Clock as _, SystemClock};
        use bursar_core::settings_file::SettingsFile;

        let folder = tempfile::tempdir().unwrap();
        let home = Home::find(Some(folder.path())).unwrap();
        let settings = SettingsFile::open(home.path(), false, SystemClock.now());
        let (app, receivers) = App::new(MainThread::new(), home, settings, ClickTargets::new());
        (folder, Self::new(app), receivers)
    }

    /// Whether a window has been requested so far.
    pub(crate) fn window_requested(&self) -> bool {
        use crate::main_thread::MainThreadRequest;

        self.app.main_thread.requested() == Some(MainThreadRequest::OpenWindow)
    }
}

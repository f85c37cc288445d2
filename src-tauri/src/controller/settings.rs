//! How a changed setting takes effect: on screen, in the core, on disk and in autostart.

use super::Controller;
use crate::platform::{autostart, executable};
use bursar_core::clock::{Clock as _, SystemClock};
use bursar_core::error::Result;
use bursar_core::settings::{Settings, SettingsChange};
use bursar_core::view::Change;
use std::sync::Arc;

impl Controller {
    /// Changes settings. This touches the disk, so it must not run on an async worker.
    ///
    /// # Errors
    /// `file_failed` when something could not be written. The rest of the change still holds.
    pub(crate) fn change_settings(&self, change: &SettingsChange) -> Result<Settings> {
        let app = &self.app;
        let before = app.settings.get();
        let autostarted = match change.autostart {
            Some(enabled) if enabled != before.autostart => {
                executable::path().and_then(|program| {
                    autostart::set_enabled(enabled, &program, app.home.custom_path())
                })
            }
            Some(_) | None => Ok(()),
        };
        let set_aside_before = app.settings.set_aside_as();
        let now = SystemClock.now();
        let written = app.settings.update(change, autostart::is_enabled(), now);
        if app.settings.set_aside_as() != set_aside_before {
            self.explain_reset_settings();
        }
        let settings = app.settings.get();
        if settings.theme != before.theme {
            self.apply_appearance();
        }
        // The tray shows its view anew, in the language of the settings.
        app.tray_view
            .send_modify(|view| view.amounts_hidden = settings.hide_amounts);
        if let Some(core) = app.core_handle.running() {
            core.set_preferences(&settings);
        }
        self.send_change(Change::Settings);
        autostarted.and(written)
    }

    /// Applies light or dark to GTK again, after the user or the desktop has changed it.
    fn apply_appearance(&self) {
        let Some(tauri) = self.app.main_thread.tauri() else {
            return;
        };
        let appearance = Arc::clone(&self.app.appearance);
        let theme = self.app.settings.get().theme;
        let queued = tauri.run_on_main_thread(move || appearance.apply(theme));
        if let Err(error) = queued {
            tracing::warn!(%error, "could not apply light or dark");
        }
    }

    /// Follows the desktop's preference for light or dark until the bus ends.
    pub(super) async fn watch_appearance(self: Arc<Self>, bus: zbus::Connection) {
        let app = &self.app;
        if let Err(error) = app
            .appearance
            .watch_portal(&bus, || self.apply_appearance())
            .await
        {
            tracing::info!(%error, "no light or dark preference from the desktop");
        }
    }
}

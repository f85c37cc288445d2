//! When pop-ups are shown, and what a click on one does.

use super::Controller;
use crate::platform::autostart;
use crate::platform::notifications::{self, Popup, PopupEvent};
use crate::popup_texts;
use bursar_core::clock::{Clock as _, SystemClock};
use bursar_core::notice::Notice;
use bursar_core::settings::SettingsChange;
use bursar_l10n::text;
use std::sync::Arc;
use tokio::sync::mpsc;

impl Controller {
    /// Keeps running without window and tray until the open top-up has ended, and notifies the user once.
    pub(super) fn linger(&self) {
        self.app.set_lingering();
        self.app
            .popups
            .push(popup_texts::lingering(&self.app.texts()));
    }

    /// Notifies once how to reach the app when there is no tray icon.
    pub(super) fn explain_missing_tray(&self) {
        if !self.app.set_missing_tray_explained() {
            self.app
                .popups
                .push(popup_texts::missing_tray(&self.app.texts()));
        }
    }

    /// Notifies where damaged settings were set aside, if they were.
    pub(super) fn explain_reset_settings(&self) {
        if let Some(path) = self.app.settings.set_aside_as() {
            let popup = popup_texts::reset_settings(&self.app.texts(), &path);
            self.app.popups.push(popup);
        }
    }

    /// Notifies once, when the window first closes to the tray, where the app is.
    pub(super) fn explain_closing_to_tray(&self) {
        let app = Arc::clone(&self.app);
        tauri::async_runtime::spawn_blocking(move || {
            if app.settings.get().tray_explained {
                return;
            }
            let explained = SettingsChange {
                tray_explained: Some(true),
                ..SettingsChange::default()
            };
            let now = SystemClock.now();
            if let Err(error) = app
                .settings
                .update(&explained, autostart::is_enabled(), now)
            {
                tracing::warn!(%error, "could not save that the tray was explained");
            }
            app.popups.push(popup_texts::closed_to_tray(&app.texts()));
        });
    }

    /// Shows the queued pop-ups until the bus ends.
    pub(super) async fn run_popups(
        self: Arc<Self>,
        bus: zbus::Connection,
        popups: mpsc::UnboundedReceiver<Popup>,
    ) {
        let result = notifications::run(
            &bus,
            popups,
            || text!(self.app.texts(), popup_open),
            || self.app.popups.click_targets(),
            |event| self.on_popup_event(event),
        )
        .await;
        if let Err(error) = result {
            tracing::warn!(%error, "cannot show notifications");
        }
        self.update_health(|health| health.notifications = false);
    }

    fn on_popup_event(self: &Arc<Self>, event: PopupEvent) {
        match event {
            PopupEvent::ServerAvailable(available) => {
                self.update_health(|health| health.notifications = available);
            }
            PopupEvent::Handled => self.app.popups.handled(),
            PopupEvent::Clicked(page, activation) => {
                self.app.keep_activation(activation);
                match page {
                    Some(page) => self.show_page(page),
                    None => self.raise_window(),
                }
            }
        }
    }

    /// Makes one pop-up of all notices that arrive together.
    pub(super) async fn turn_notices_into_popups(
        self: Arc<Self>,
        mut notices: mpsc::UnboundedReceiver<Vec<Notice>>,
    ) {
        while let Some(batch) = notices.recv().await {
            if let Some(popup) = self.popup_for(&batch).await {
                self.app.popups.push(popup);
            }
            self.app.popups.handled();
        }
    }

    async fn popup_for(&self, batch: &[Notice]) -> Option<Popup> {
        let settings = self.app.settings.get();
        if !settings.notifications {
            return None;
        }
        let core = self.app.core().await.ok()?;
        let accounts = core.accounts().await;
        let labels = accounts
            .unwrap_or_default()
            .into_iter()
            .map(|account| (account.id, account.label))
            .collect();
        popup_texts::for_notices(&self.app.texts(), batch, &labels, settings.hide_amounts)
    }
}

//! What the tray shows, and what a click in it does.

use super::Controller;
use super::close_action::{self, CloseAction};
use crate::platform::tray::{self, Action};
use bursar_core::error::Result;
use bursar_core::settings::SettingsChange;
use bursar_core::view::{Page, TrayView};
use std::sync::Arc;
use std::time::Duration;
use tauri::async_runtime::{spawn, spawn_blocking};
use tokio::sync::watch;

/// How long after the end of a top-up its notification may still arrive.
const FINAL_NOTICE_DELAY: Duration = Duration::from_secs(3);

impl Controller {
    /// Shows the core's view. Quits if the app only ran on until the last open top-up had ended.
    pub(super) fn update_tray(self: &Arc<Self>, view: &TrayView) {
        let visible = self.app.set_pending(view.pending);
        let should_quit = close_action::after_top_up_ended(visible) == CloseAction::Quit;
        self.app.tray_view.send_replace(view.clone());
        if should_quit {
            let controller = Arc::clone(self);
            spawn(async move {
                tokio::time::sleep(FINAL_NOTICE_DELAY).await;
                let visible = controller.app.visible();
                if close_action::after_top_up_ended(visible) == CloseAction::Quit {
                    controller.quit();
                }
            });
        }
    }

    /// Sets whether a tray shows the icon. If so, the app can be reached with its window closed.
    pub(super) fn set_tray_visible(&self, visible: bool) {
        self.app.set_tray_visible(visible);
        self.update_health(|health| health.tray = visible);
    }

    /// Keeps the icon in the tray until the app is withdrawn. Sends `is_shown` whether a tray shows the icon.
    pub(super) async fn run_tray(
        self: Arc<Self>,
        bus: zbus::Connection,
        view: watch::Receiver<TrayView>,
        is_shown: watch::Sender<Option<bool>>,
    ) {
        let controller = Arc::clone(&self);
        let result = tray::run(
            &bus,
            view,
            || self.app.texts(),
            move |shown| {
                is_shown.send_replace(Some(shown));
            },
            Arc::new(move |action, activation| {
                controller.app.keep_activation(activation);
                controller.on_tray_action(action);
            }),
            self.app.wait_until_withdrawn(),
        )
        .await;
        if let Err(error) = result {
            tracing::warn!(%error, "cannot watch the tray");
        }
        if self.app.is_withdrawn() {
            return;
        }
        // The bus has ended, and the tray with it.
        self.set_tray_visible(false);
        self.exit_if_unreachable(0);
    }

    fn on_tray_action(self: &Arc<Self>, action: Action) {
        tracing::debug!(?action, "the tray was clicked");
        match action {
            Action::Open => self.raise_window(),
            Action::Quit => self.quit(),
            Action::HideAmounts(hide_amounts) => {
                let controller = Arc::clone(self);
                spawn_blocking(move || {
                    let change = SettingsChange {
                        hide_amounts: Some(hide_amounts),
                        ..SettingsChange::default()
                    };
                    if let Err(error) = controller.change_settings(&change) {
                        tracing::warn!(%error, "could not save whether amounts are hidden");
                    }
                });
            }
            Action::TopUp => self.run_on_core(|controller| async move {
                let accounts = controller.app.core().await?.accounts().await?;
                match accounts.into_iter().find(|account| account.signed_in) {
                    Some(account) => controller.show_page(Page::TopUp {
                        account: account.id,
                    }),
                    None => controller.raise_window(),
                }
                Ok(())
            }),
            Action::ReturnToPayment(account, top_up) => {
                self.run_on_core(|controller| async move {
                    let core = controller.app.core().await?;
                    core.return_to_payment(account, top_up).await
                });
            }
            Action::CheckNow => self.run_on_core(|controller| async move {
                let core = controller.app.core().await?;
                let accounts = core.accounts().await?;
                for account in accounts {
                    core.check_now(account.id).await?;
                }
                Ok(())
            }),
        }
    }

    /// Runs a click's work. If it fails, raises the window, which shows the error.
    fn run_on_core<F>(self: &Arc<Self>, work: impl FnOnce(Arc<Self>) -> F + Send + 'static)
    where
        F: Future<Output = Result<()>> + Send,
    {
        let controller = Arc::clone(self);
        spawn(async move {
            if let Err(error) = work(Arc::clone(&controller)).await {
                tracing::warn!(code = ?error.code, "a tray action failed");
                controller.raise_window();
            }
        });
    }
}

//! When the window opens and closes, and what it shows.

use super::Controller;
use super::close_action::{self, CloseAction};
use crate::app::App;
use crate::initial_data::{InitialData, PageAttributes};
use crate::main_thread::MainThreadRequest;
use crate::window;
use crate::window_state::WindowState;
use crate::window_state::file::WindowStateFile;
use bursar_core::account::AccountId;
use bursar_core::error::Result;
use bursar_core::settings::Settings;
use bursar_core::view::{Change, Page};
use std::sync::Arc;
use tauri::{Manager as _, WindowEvent};

impl Controller {
    /// Brings the window to the front, and opens one if there is none. Returns at once.
    pub(crate) fn raise_window(self: &Arc<Self>) {
        let app = &self.app;
        if app.defer(|deferred| deferred.window = true).is_some() {
            return;
        }
        let Some(tauri) = app.main_thread.tauri() else {
            return app.main_thread.request(MainThreadRequest::OpenWindow);
        };
        let controller = Arc::clone(self);
        let queued = tauri.run_on_main_thread(move || {
            if let Err(error) = controller.raise_window_on_main_thread() {
                tracing::error!(%error, "could not show the window");
            }
        });
        if let Err(error) = queued {
            tracing::error!(%error, "could not request the window");
        }
    }

    /// Like [`Self::raise_window`], on the main thread.
    ///
    /// # Errors
    /// When the desktop does not allow a window.
    pub(crate) fn raise_window_on_main_thread(self: &Arc<Self>) -> tauri::Result<()> {
        let app = &self.app;
        let Some(tauri) = app.main_thread.tauri().filter(|_| !app.is_withdrawn()) else {
            return Ok(());
        };
        tracing::info!("the window is raised");
        let activation = app.take_activation();
        if window::raise_existing(&tauri, activation.as_ref())? {
            return Ok(());
        }
        let Settings {
            theme, language, ..
        } = app.settings.get();
        app.appearance.apply(theme);
        // This comes before the window is built, because its pages may call commands at once.
        self.set_window_open(true);
        let window_state = tauri.state::<WindowStateFile>().get();
        app.initial_data.prefetch(
            PageAttributes {
                text_size: window_state.text_size,
                language,
            },
            load_initial_data(Arc::clone(app), window_state),
        );
        // A later window's page may go through the first window's handler.
        let requested = Arc::clone(app);
        let built = window::build(
            &tauri,
            app.appearance.is_dark(theme),
            &app.home.path().join("webview"),
            move |request, response| requested.initial_data.insert_into(request, response),
        );
        let window = match built {
            Ok(window) => window,
            Err(error) => {
                self.set_window_open(false);
                return Err(error);
            }
        };
        let controller = Arc::clone(self);
        window::attach(&window, activation.as_ref(), move |event| {
            controller.on_window_event(event);
        })
    }

    fn on_window_event(self: &Arc<Self>, event: &WindowEvent) {
        if let WindowEvent::Focused(focused) = event {
            self.app.set_focused(*focused);
            self.report_presence();
        } else if let WindowEvent::CloseRequested { .. } = event {
            match close_action::after_window_closed(self.app.visible()) {
                CloseAction::None | CloseAction::ExplainMissingTray => {
                    self.explain_closing_to_tray();
                }
                CloseAction::Linger => self.linger(),
                CloseAction::Quit => self.quit(),
            }
        } else if let WindowEvent::Destroyed = event {
            self.set_window_open(false);
            if let Some(tauri) = self.app.main_thread.tauri() {
                window::save_state(&tauri);
            }
            tauri::async_runtime::spawn(Arc::clone(self).restart_when_idle());
        }
    }

    pub(super) fn set_window_open(&self, open: bool) {
        self.app.set_window_open(open);
        if let Some(core) = self.app.core_handle.running() {
            core.set_presence(self.app.presence());
            if !open {
                core.set_viewed_payment(None);
            }
        }
    }

    fn report_presence(&self) {
        if let Some(core) = self.app.core_handle.running() {
            core.set_presence(self.app.presence());
        }
    }

    /// The window is painted and listens for events.
    pub(crate) fn on_window_ready(&self) {
        let page = self.app.set_window_ready();
        tracing::info!("the window is painted");
        if let Some(page) = page {
            self.send_change(Change::Show { page });
        }
    }

    /// Shows a page as soon as the window can, and brings the window to the front.
    pub(super) fn show_page(self: &Arc<Self>, page: Page) {
        self.navigate_to(page);
        self.raise_window();
    }

    /// Shows a page as soon as the window can, without raising the window.
    pub(super) fn navigate_to(&self, page: Page) {
        if let Some(page) = self.app.page_for_window(page) {
            self.send_change(Change::Show { page });
        }
    }
}

async fn load_initial_data(app: Arc<App>, window_state: WindowState) -> Result<InitialData> {
    let view = app.view().await?;
    let requested_page = app.pending_page();
    let selected = account_of(requested_page.as_ref()).or(window_state.place.account.as_ref());
    let account = view
        .accounts
        .iter()
        .find(|account| Some(&account.id) == selected)
        .or(view.accounts.first());
    let overview = match account {
        Some(account) => app.core().await?.overview(account.id.clone()).await.ok(),
        None => None,
    };
    Ok(InitialData {
        app: view,
        overview,
        window_state,
        requested_page,
    })
}

fn account_of(page: Option<&Page>) -> Option<&AccountId> {
    match page? {
        Page::Overview { account }
        | Page::TopUp { account }
        | Page::Payments { account }
        | Page::Payment { account, .. } => Some(account),
        Page::Accounts | Page::Settings => None,
    }
}

//! The running desktop app: what it shows, what it hears, and how it ends. Everything that the core or the
//! desktop asks of the shell goes through here; nothing here waits on the main thread.

use crate::controller::close_action::{self, CloseAction, Visibility};
use crate::controller::restart_to_free_memory::DeferredRequests;
use crate::core_handle::CoreHandle;
use crate::home::Home;
use crate::initial_data::InitialDataLoader;
use crate::main_thread::MainThread;
use crate::platform::activation::{Activation, PendingActivation};
use crate::platform::appearance::Appearance;
use crate::platform::notifications::{ClickTargets, Popup};
use crate::platform::{autostart, executable};
use crate::window;
use bursar_core::bursar::Bursar;
use bursar_core::clock::{Clock as _, SystemClock};
use bursar_core::engine::Presence;
use bursar_core::error::Result;
use bursar_core::notice::Notice;
use bursar_core::settings_file::SettingsFile;
use bursar_core::view::{AppView, Change, Health, Page, Settings, SettingsChange, TrayView};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tauri_specta::Event as _;
use tokio::sync::{mpsc, watch};

/// How long the engine may take to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a notice of the end may follow the end itself.
const FINAL_NOTICE_DELAY: Duration = Duration::from_secs(3);

/// The one event that the window hears: what to read again, or which page to show.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, specta::Type, tauri_specta::Event)]
#[serde(transparent)]
#[tauri_specta(event_name = "change")]
pub(crate) struct Changed(pub Change);

pub(crate) struct App {
    pub(crate) main_thread: MainThread,
    pub(crate) home: Home,
    pub(crate) core_handle: CoreHandle,
    pub(crate) settings: SettingsFile,
    pub(crate) appearance: Arc<Appearance>,
    pub(crate) tray_view: watch::Sender<TrayView>,
    /// What the window that is being made shows first.
    pub(crate) initial_data: InitialDataLoader,
    /// What came with the last click or link that may raise the window.
    activation: Mutex<PendingActivation>,
    link_opens_window: AtomicBool,
    /// Whether a notification can be shown.
    can_notify: watch::Sender<bool>,
    popups: mpsc::UnboundedSender<Popup>,
    notices: mpsc::UnboundedSender<Vec<Notice>>,
    /// Notices and pop-ups that are on their way to the desktop.
    undelivered: watch::Sender<usize>,
    click_targets: Mutex<ClickTargets>,
    bus: OnceLock<zbus::Connection>,
    /// Windows made so far.
    pub(crate) windows_opened: AtomicU64,
    status: Mutex<Status>,
    withdrawn: watch::Sender<bool>,
    quitting: AtomicBool,
}

/// What the outside looks like at the moment.
#[derive(Debug, Default)]
struct Status {
    visible: Visibility,
    focused: bool,
    health: Health,
    /// The window hears events.
    ready: bool,
    /// The page to show once it does.
    page: Option<Page>,
    last_popup: Option<Instant>,
    missing_tray_explained: bool,
    sleep_signals: bool,
    /// The process is about to be replaced: what is asked for now is for the new one.
    restarting: Option<DeferredRequests>,
}

/// What the app's tasks take out of it.
#[derive(Debug)]
pub(crate) struct Receivers {
    pub(crate) tray: watch::Receiver<TrayView>,
    pub(crate) popups: mpsc::UnboundedReceiver<Popup>,
    pub(crate) notices: mpsc::UnboundedReceiver<Vec<Notice>>,
}

impl App {
    pub(crate) fn new(
        main_thread: MainThread,
        home: Home,
        settings: SettingsFile,
        click_targets: ClickTargets,
    ) -> (Arc<Self>, Receivers) {
        let (tray_view, tray_receiver) = watch::channel(TrayView {
            tooltip: "Bursar".to_owned(),
            amounts_hidden: settings.get().hide_amounts,
            ..TrayView::default()
        });
        let (popups, popups_out) = mpsc::unbounded_channel();
        let (notices, notices_out) = mpsc::unbounded_channel();
        let app = Arc::new(Self {
            main_thread,
            home,
            core_handle: CoreHandle::new(),
            settings,
            appearance: Arc::new(Appearance::unknown()),
            tray_view,
            initial_data: InitialDataLoader::default(),
            activation: Mutex::default(),
            link_opens_window: AtomicBool::new(false),
            can_notify: watch::Sender::new(Health::default().notifications),
            popups,
            notices,
            undelivered: watch::Sender::new(0),
            click_targets: Mutex::new(click_targets),
            bus: OnceLock::new(),
            windows_opened: AtomicU64::new(0),
            status: Mutex::default(),
            withdrawn: watch::Sender::new(false),
            quitting: AtomicBool::new(false),
        });
        (
            app,
            Receivers {
                tray: tray_receiver,
                popups: popups_out,
                notices: notices_out,
            },
        )
    }

    /// The core, once it runs.
    ///
    /// # Errors
    /// Why it does not.
    pub(crate) async fn core(&self) -> Result<Arc<Bursar>> {
        self.core_handle.wait().await
    }

    /// All the window needs to draw its frame.
    ///
    /// # Errors
    /// Why the core does not run, or why it cannot read its files.
    pub(crate) async fn view(&self) -> Result<AppView> {
        let (accounts, unread, health) = self.core().await?.app_view().await?;
        Ok(AppView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            accounts,
            unread,
            health,
            settings: self.settings.get(),
        })
    }

    /// Tells the core what it missed while it started.
    pub(crate) fn send_current_state(&self, core: &Bursar) {
        core.presence(self.presence());
        core.sleep_is_told(self.status().sleep_signals);
        core.set_health(&self.health());
        core.set_preferences(&self.settings.get());
    }

    pub(crate) fn health(&self) -> Health {
        self.status().health.clone()
    }

    /// Changes what is known of the machine, and tells core and window if it did change.
    pub(crate) fn update_health(&self, change: impl FnOnce(&mut Health)) {
        let health = {
            let mut status = self.status();
            let before = status.health.clone();
            change(&mut status.health);
            if status.health == before {
                return;
            }
            status.health.clone()
        };
        self.can_notify.send_replace(health.notifications);
        match self.core_handle.running() {
            Some(core) => core.set_health(&health),
            None => self.emit_change(Change::Health),
        }
    }

    /// Whether there is a place for the icon, which is somewhere to be when the window is closed.
    pub(crate) fn set_tray_shown(&self, shown: bool) {
        self.status().visible.tray = shown;
        self.update_health(|health| health.tray = shown);
    }

    pub(crate) fn visible(&self) -> Visibility {
        self.status().visible
    }

    /// Shows a page as soon as the window can, and brings the window to the front.
    pub(crate) fn show_page(self: &Arc<Self>, page: Page) {
        self.navigate_to(page);
        window::raise(self);
    }

    /// Shows a page as soon as the window can, wherever that is.
    pub(crate) fn navigate_to(&self, page: Page) {
        let now = {
            let mut status = self.status();
            if status.ready {
                Some(page)
            } else {
                status.page = Some(page);
                None
            }
        };
        if let Some(page) = now {
            self.emit_change(Change::Show { page });
        }
    }

    /// A click or a link came that may raise the window; what came with it serves the next raising.
    pub(crate) fn keep_activation(&self, activation: Activation) {
        self.activation().store(activation, Instant::now());
    }

    /// What the desktop gave for raising the window now, if anything.
    pub(crate) fn take_activation(&self) -> Option<Activation> {
        self.activation().take(Instant::now())
    }

    /// Whether the window that a link is to raise is there for it already: a start by a link shows its window at once.
    pub(crate) fn link_opens_window(&self, expected: bool) {
        self.link_opens_window.store(expected, Ordering::Release);
    }

    /// The core found a link good: brings the window to the front, once for each link.
    pub(crate) fn raise_for_link(self: &Arc<Self>) {
        if !self.link_opens_window.swap(false, Ordering::AcqRel) {
            window::raise(self);
        }
    }

    fn activation(&self) -> MutexGuard<'_, PendingActivation> {
        self.activation
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The window is painted and listens.
    pub(crate) fn window_ready(&self) {
        let page = {
            let mut status = self.status();
            status.ready = true;
            status.page.take()
        };
        tracing::info!("the window is painted");
        if let Some(page) = page {
            self.emit_change(Change::Show { page });
        }
    }

    /// The window was made (it has the focus then) or destroyed.
    pub(crate) fn set_window_open(&self, open: bool) {
        if open {
            self.windows_opened.fetch_add(1, Ordering::AcqRel);
        }
        {
            let mut status = self.status();
            status.ready = false;
            status.visible.window = open;
            status.focused = open;
            status.visible.lingering &= !open;
        }
        if !open {
            self.link_opens_window(false);
        }
        if let Some(core) = self.core_handle.running() {
            core.presence(self.presence());
            if !open {
                core.viewing(None);
            }
        }
    }

    /// Whether the system tells when it was asleep.
    pub(crate) fn set_sleep_signals(&self, available: bool) {
        self.status().sleep_signals = available;
        if let Some(core) = self.core_handle.running() {
            core.sleep_is_told(available);
        }
    }

    pub(crate) fn set_focused(&self, focused: bool) {
        self.status().focused = focused;
        if let Some(core) = self.core_handle.running() {
            core.presence(self.presence());
        }
    }

    /// Sends the one event to the window, if there is one.
    pub(crate) fn emit_change(&self, change: Change) {
        if let Some(tauri) = self.main_thread.tauri()
            && let Err(error) = Changed(change).emit(&tauri)
        {
            tracing::warn!(%error, "the window could not be told of a change");
        }
    }

    pub(crate) fn update_tray(self: &Arc<Self>, view: &TrayView) {
        let should_quit = {
            let mut status = self.status();
            status.visible.pending = view.pending;
            close_action::after_top_up_ended(status.visible) == CloseAction::Quit
        };
        self.tray_view.send_replace(view.clone());
        if should_quit {
            let app = Arc::clone(self);
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(FINAL_NOTICE_DELAY).await;
                if close_action::after_top_up_ended(app.visible()) == CloseAction::Quit {
                    app.quit();
                }
            });
        }
    }

    pub(crate) fn queue_notices(&self, notices: &[Notice]) {
        // The receiver lives as long as the app; without a bus nobody shows them, and the inbox has them.
        self.undelivered
            .send_modify(|count| *count = count.saturating_add(1));
        drop(self.notices.send(notices.to_vec()));
    }

    pub(crate) fn queue_popup(&self, popup: Popup) {
        self.status().last_popup = Some(Instant::now());
        self.undelivered
            .send_modify(|count| *count = count.saturating_add(1));
        drop(self.popups.send(popup));
    }

    /// One of those on their way has arrived, or came to nothing.
    pub(crate) fn popup_handled(&self) {
        self.undelivered
            .send_modify(|count| *count = count.saturating_sub(1));
    }

    /// Resolves once nothing is on its way to the desktop.
    pub(crate) async fn popups_handled(&self) {
        let mut undelivered = self.undelivered.subscribe();
        // An error would mean that the app is gone, which is the same.
        drop(undelivered.wait_for(|count| *count == 0).await);
    }

    pub(crate) fn last_popup(&self) -> Option<Instant> {
        self.status().last_popup
    }

    /// Pop-ups whose click is still awaited.
    pub(crate) fn click_targets(&self) -> MutexGuard<'_, ClickTargets> {
        self.click_targets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn bus(&self) -> Option<&zbus::Connection> {
        self.bus.get()
    }

    pub(crate) fn set_bus(&self, bus: &zbus::Connection) {
        // The first one stays: it holds the name.
        drop(self.bus.set(bus.clone()));
    }

    /// From now on windows and links are only noted, for the process that follows.
    pub(crate) fn begin_restart(&self) {
        self.status().restarting = Some(DeferredRequests::default());
    }

    /// What was asked for since, if the process is being replaced; `note` adds to it.
    pub(crate) fn defer(
        &self,
        note: impl FnOnce(&mut DeferredRequests),
    ) -> Option<DeferredRequests> {
        let mut status = self.status();
        let deferred = status.restarting.as_mut()?;
        note(deferred);
        Some(deferred.clone())
    }

    /// The process is not replaced after all.
    pub(crate) fn cancel_restart(&self) -> DeferredRequests {
        self.status().restarting.take().unwrap_or_default()
    }

    /// Goes on unseen until the open top-up has ended, and says so once.
    pub(crate) fn linger(&self) {
        self.status().visible.lingering = true;
        self.queue_popup(Popup {
            title: "Bursar keeps watching".to_owned(),
            body: "A top-up is still open. Bursar goes on in the background, tells you how it ends, and then \
                   closes. Start Bursar again to see it."
                .to_owned(),
            page: None,
        });
    }

    /// Says once how to get in where no icon leads to the app.
    pub(crate) fn explain_missing_tray(&self) {
        if std::mem::replace(&mut self.status().missing_tray_explained, true) {
            return;
        }
        self.queue_popup(Popup {
            title: "Bursar is running without a tray icon".to_owned(),
            body: "This desktop shows no tray icons right now. Bursar keeps watching your balances and notifies \
                   you. Start Bursar again to open its window."
                .to_owned(),
            page: None,
        });
    }

    /// Resolves once a notification can be shown.
    pub(crate) async fn notifications_available(&self) {
        let mut can_notify = self.can_notify.subscribe();
        // An error would mean that the app is gone, and nobody waits for that.
        drop(can_notify.wait_for(|can| *can).await);
    }

    /// Changes preferences: on screen, in the core, on disk and in the session's autostart. Touches the disk: not for an
    /// async worker.
    ///
    /// # Errors
    /// `file_failed` when something could not be written; the rest holds all the same.
    pub(crate) fn change_settings(&self, change: &SettingsChange) -> Result<Settings> {
        let before = self.settings.get();
        let started = match change.autostart {
            Some(on) if on != before.autostart => executable::path()
                .and_then(|program| autostart::set_enabled(on, &program, self.home.custom_path())),
            Some(_) | None => Ok(()),
        };
        let lost_before = self.settings.set_aside_as();
        let now = SystemClock.now();
        let written = self.settings.update(change, autostart::is_enabled(), now);
        if self.settings.set_aside_as() != lost_before {
            self.explain_reset_settings();
        }
        let settings = self.settings.get();
        if settings.theme != before.theme {
            self.apply_appearance();
        }
        self.tray_view
            .send_modify(|view| view.amounts_hidden = settings.hide_amounts);
        if let Some(core) = self.core_handle.running() {
            core.set_preferences(&settings);
        }
        self.emit_change(Change::Settings);
        started.and(written)
    }

    /// Says that damaged preferences were set aside, where they were.
    pub(crate) fn explain_reset_settings(&self) {
        let Some(aside) = self.settings.set_aside_as() else {
            return;
        };
        self.queue_popup(Popup {
            title: "Settings could not be read".to_owned(),
            body: format!(
                "Bursar uses its usual settings again. The damaged file was kept as {}.",
                aside.display()
            ),
            page: Some(Page::Settings),
        });
    }

    /// Hands light or dark to GTK anew, after either the user or the desktop changed it.
    pub(crate) fn apply_appearance(&self) {
        let Some(tauri) = self.main_thread.tauri() else {
            return;
        };
        let (appearance, theme) = (Arc::clone(&self.appearance), self.settings.get().theme);
        let queued = tauri.run_on_main_thread(move || appearance.apply(theme));
        if let Err(error) = queued {
            tracing::warn!(%error, "light or dark could not be changed");
        }
    }

    /// Says once, the first time that the window closes to the tray, where the app is.
    pub(crate) fn explain_closing_to_tray(self: &Arc<Self>) {
        let app = Arc::clone(self);
        tauri::async_runtime::spawn_blocking(move || {
            if app.settings.get().told_about_tray {
                return;
            }
            let explained = SettingsChange {
                told_about_tray: Some(true),
                ..SettingsChange::default()
            };
            let now = SystemClock.now();
            if let Err(error) = app
                .settings
                .update(&explained, autostart::is_enabled(), now)
            {
                tracing::warn!(%error, "it will be explained again");
            }
            app.queue_popup(Popup {
                title: "Bursar is in the tray".to_owned(),
                body: "It keeps watching there. Quit it from its menu.".to_owned(),
                page: None,
            });
        });
    }

    /// Ends the app: tray, engine, then everything else.
    pub(crate) fn quit(self: &Arc<Self>) {
        self.exit(0);
    }

    /// Ends the app with an exit status; from now on nothing of it is shown any more.
    pub(crate) fn exit(self: &Arc<Self>, status: i32) {
        self.withdraw();
        if self.quitting.swap(true, Ordering::AcqRel) {
            return;
        }
        let app = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            let ended = async {
                app.tray_view.closed().await;
                if let Some(core) = app.core_handle.running() {
                    core.stop().await;
                }
            };
            if tokio::time::timeout(SHUTDOWN_TIMEOUT, ended).await.is_err() {
                tracing::warn!("the engine did not end in time");
            }
            app.main_thread.exit(status);
        });
    }

    /// Takes window and tray icon away for good.
    pub(crate) fn withdraw(&self) {
        self.withdrawn.send_replace(true);
        if let Some(tauri) = self.main_thread.tauri() {
            window::close(&tauri);
        }
    }

    pub(crate) fn is_withdrawn(&self) -> bool {
        *self.withdrawn.borrow()
    }

    /// Resolves once nothing of the app is shown any more.
    pub(crate) async fn withdrawn(&self) {
        let mut withdrawn = self.withdrawn.subscribe();
        // An error would mean that the app is gone, which is the same.
        drop(withdrawn.wait_for(|withdrawn| *withdrawn).await);
    }

    fn presence(&self) -> Presence {
        let status = self.status();
        match (status.visible.window, status.focused) {
            (false, _) => Presence::Tray,
            (true, false) => Presence::Open,
            (true, true) => Presence::Focused,
        }
    }

    fn status(&self) -> MutexGuard<'_, Status> {
        // A poisoned lock means that somebody panicked while reading; what is behind it is whole.
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
impl App {
    /// An app without a desktop, in a home that ends with the folder.
    pub(crate) fn for_tests() -> (tempfile::TempDir, Arc<Self>, Receivers) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::find(Some(folder.path())).unwrap();
        let settings = SettingsFile::open(home.path(), false, SystemClock.now());
        let (app, receivers) = Self::new(MainThread::new(), home, settings, ClickTargets::new());
        (folder, app, receivers)
    }

    /// Whether somebody has asked for a window so far.
    pub(crate) fn window_requested(&self) -> bool {
        self.main_thread.requested() == Some(crate::main_thread::MainThreadRequest::OpenWindow)
    }
}

//! The running desktop app: what it shows, what it hears, and how it ends. Everything that the core or the
//! desktop asks of the shell goes through here; nothing here waits on the main thread.

use crate::activation::{Activation, Pending};
use crate::afresh::{Meanwhile, Shown};
use crate::appearance::Appearance;
use crate::closing::{self, Then, Visible};
use crate::engine::Engine;
use crate::first::Reading;
use crate::home::Home;
use crate::notifications::Popup;
use crate::stage::Stage;
use crate::{autostart, program, window};
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
const FAREWELL: Duration = Duration::from_secs(5);

/// How long a notice of the end may follow the end itself.
const LAST_NOTICE: Duration = Duration::from_secs(3);

/// The one event that the window hears: what to read again, or which page to show.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, specta::Type, tauri_specta::Event)]
#[serde(transparent)]
#[tauri_specta(event_name = "change")]
pub(crate) struct Changed(pub Change);

pub(crate) struct App {
    pub(crate) stage: Stage,
    pub(crate) home: Home,
    pub(crate) engine: Engine,
    pub(crate) settings: SettingsFile,
    pub(crate) appearance: Arc<Appearance>,
    pub(crate) tray: watch::Sender<TrayView>,
    /// What the window that is being made shows first.
    pub(crate) first: Reading,
    /// What came with the last click or link that may raise the window.
    activation: Mutex<Pending>,
    link_has_window: AtomicBool,
    /// Whether a notification can be shown.
    can_notify: watch::Sender<bool>,
    popups: mpsc::UnboundedSender<Popup>,
    notices: mpsc::UnboundedSender<Vec<Notice>>,
    /// Notices and pop-ups that are on their way to the desktop.
    unsent: watch::Sender<usize>,
    shown: Mutex<Shown>,
    bus: OnceLock<zbus::Connection>,
    /// Windows made so far.
    pub(crate) openings: AtomicU64,
    seen: Mutex<Seen>,
    withdrawn: watch::Sender<bool>,
    quitting: AtomicBool,
}

/// What the outside looks like at the moment.
#[derive(Debug, Default)]
struct Seen {
    visible: Visible,
    focused: bool,
    health: Health,
    /// The window hears events.
    ready: bool,
    /// The page to show once it does.
    page: Option<Page>,
    last_popup: Option<Instant>,
    told_of_absent_tray: bool,
    sleep_is_told: bool,
    /// The process is about to be replaced: what is asked for now is for the new one.
    leaving: Option<Meanwhile>,
}

/// What the app's tasks take out of it.
#[derive(Debug)]
pub(crate) struct Outlets {
    pub(crate) tray: watch::Receiver<TrayView>,
    pub(crate) popups: mpsc::UnboundedReceiver<Popup>,
    pub(crate) notices: mpsc::UnboundedReceiver<Vec<Notice>>,
}

impl App {
    pub(crate) fn new(
        stage: Stage,
        home: Home,
        settings: SettingsFile,
        shown: Shown,
    ) -> (Arc<Self>, Outlets) {
        let (tray, tray_view) = watch::channel(TrayView {
            tooltip: "Bursar".to_owned(),
            amounts_hidden: settings.get().hide_amounts,
            ..TrayView::default()
        });
        let (popups, popups_out) = mpsc::unbounded_channel();
        let (notices, notices_out) = mpsc::unbounded_channel();
        let app = Arc::new(Self {
            stage,
            home,
            engine: Engine::new(),
            settings,
            appearance: Arc::new(Appearance::unknown()),
            tray,
            first: Reading::default(),
            activation: Mutex::default(),
            link_has_window: AtomicBool::new(false),
            can_notify: watch::Sender::new(Health::default().notifications),
            popups,
            notices,
            unsent: watch::Sender::new(0),
            shown: Mutex::new(shown),
            bus: OnceLock::new(),
            openings: AtomicU64::new(0),
            seen: Mutex::default(),
            withdrawn: watch::Sender::new(false),
            quitting: AtomicBool::new(false),
        });
        (
            app,
            Outlets {
                tray: tray_view,
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
        self.engine.get().await
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
    pub(crate) fn catch_up(&self, core: &Bursar) {
        core.presence(self.presence());
        core.sleep_is_told(self.seen().sleep_is_told);
        core.set_health(&self.health());
        core.set_preferences(&self.settings.get());
    }

    pub(crate) fn health(&self) -> Health {
        self.seen().health.clone()
    }

    /// Changes what is known of the machine, and tells core and window if it did change.
    pub(crate) fn health_is(&self, change: impl FnOnce(&mut Health)) {
        let health = {
            let mut seen = self.seen();
            let before = seen.health.clone();
            change(&mut seen.health);
            if seen.health == before {
                return;
            }
            seen.health.clone()
        };
        self.can_notify.send_replace(health.notifications);
        match self.engine.running() {
            Some(core) => core.set_health(&health),
            None => self.tell(Change::Health),
        }
    }

    /// Whether there is a place for the icon, which is somewhere to be when the window is closed.
    pub(crate) fn tray_is_there(&self, there: bool) {
        self.seen().visible.tray = there;
        self.health_is(|health| health.tray = there);
    }

    pub(crate) fn visible(&self) -> Visible {
        self.seen().visible
    }

    /// Shows a page as soon as the window can, and brings the window to the front.
    pub(crate) fn show(self: &Arc<Self>, page: Page) {
        self.turn_to(page);
        window::raise(self);
    }

    /// Shows a page as soon as the window can, wherever that is.
    pub(crate) fn turn_to(&self, page: Page) {
        let now = {
            let mut seen = self.seen();
            if seen.ready {
                Some(page)
            } else {
                seen.page = Some(page);
                None
            }
        };
        if let Some(page) = now {
            self.tell(Change::Show { page });
        }
    }

    /// A click or a link came that may raise the window; what came with it serves the next raising.
    pub(crate) fn activation_is(&self, activation: Activation) {
        self.activation().put(activation, Instant::now());
    }

    /// What the desktop gave for raising the window now, if anything.
    pub(crate) fn take_activation(&self) -> Option<Activation> {
        self.activation().take(Instant::now())
    }

    /// Whether the window that a link is to raise is there for it already: a start by a link shows its window at once.
    pub(crate) fn link_has_window(&self, there: bool) {
        self.link_has_window.store(there, Ordering::Release);
    }

    /// The core found a link good: brings the window to the front, once for each link.
    pub(crate) fn raise_for_link(self: &Arc<Self>) {
        if !self.link_has_window.swap(false, Ordering::AcqRel) {
            window::raise(self);
        }
    }

    fn activation(&self) -> MutexGuard<'_, Pending> {
        self.activation
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The window is painted and listens.
    pub(crate) fn window_ready(&self) {
        let page = {
            let mut seen = self.seen();
            seen.ready = true;
            seen.page.take()
        };
        tracing::info!("the window is painted");
        if let Some(page) = page {
            self.tell(Change::Show { page });
        }
    }

    /// The window was made (it has the focus then) or destroyed.
    pub(crate) fn window_is(&self, open: bool) {
        if open {
            self.openings.fetch_add(1, Ordering::AcqRel);
        }
        {
            let mut seen = self.seen();
            seen.ready = false;
            seen.visible.window = open;
            seen.focused = open;
            seen.visible.lingering &= !open;
        }
        if !open {
            self.link_has_window(false);
        }
        if let Some(core) = self.engine.running() {
            core.presence(self.presence());
            if !open {
                core.viewing(None);
            }
        }
    }

    /// Whether the system tells when it was asleep.
    pub(crate) fn sleep_is_told(&self, told: bool) {
        self.seen().sleep_is_told = told;
        if let Some(core) = self.engine.running() {
            core.sleep_is_told(told);
        }
    }

    pub(crate) fn focus_is(&self, focused: bool) {
        self.seen().focused = focused;
        if let Some(core) = self.engine.running() {
            core.presence(self.presence());
        }
    }

    /// Sends the one event to the window, if there is one.
    pub(crate) fn tell(&self, change: Change) {
        if let Some(tauri) = self.stage.tauri()
            && let Err(error) = Changed(change).emit(&tauri)
        {
            tracing::warn!(%error, "the window could not be told of a change");
        }
    }

    pub(crate) fn tray_is(self: &Arc<Self>, view: &TrayView) {
        let ended = {
            let mut seen = self.seen();
            seen.visible.pending = view.pending;
            closing::top_up_ended(seen.visible) == Then::Quit
        };
        self.tray.send_replace(view.clone());
        if ended {
            let app = Arc::clone(self);
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(LAST_NOTICE).await;
                if closing::top_up_ended(app.visible()) == Then::Quit {
                    app.quit();
                }
            });
        }
    }

    pub(crate) fn notices(&self, notices: &[Notice]) {
        // The receiver lives as long as the app; without a bus nobody shows them, and the inbox has them.
        self.unsent
            .send_modify(|count| *count = count.saturating_add(1));
        drop(self.notices.send(notices.to_vec()));
    }

    pub(crate) fn pop_up(&self, popup: Popup) {
        self.seen().last_popup = Some(Instant::now());
        self.unsent
            .send_modify(|count| *count = count.saturating_add(1));
        drop(self.popups.send(popup));
    }

    /// One of those on their way has arrived, or came to nothing.
    pub(crate) fn sent(&self) {
        self.unsent
            .send_modify(|count| *count = count.saturating_sub(1));
    }

    /// Resolves once nothing is on its way to the desktop.
    pub(crate) async fn all_popped_up(&self) {
        let mut unsent = self.unsent.subscribe();
        // An error would mean that the app is gone, which is the same.
        drop(unsent.wait_for(|count| *count == 0).await);
    }

    pub(crate) fn last_popup(&self) -> Option<Instant> {
        self.seen().last_popup
    }

    /// Pop-ups whose click is still awaited.
    pub(crate) fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn bus(&self) -> Option<&zbus::Connection> {
        self.bus.get()
    }

    pub(crate) fn bus_is(&self, bus: &zbus::Connection) {
        // The first one stays: it holds the name.
        drop(self.bus.set(bus.clone()));
    }

    /// From now on windows and links are only noted, for the process that follows.
    pub(crate) fn leave(&self) {
        self.seen().leaving = Some(Meanwhile::default());
    }

    /// What was asked for since, if the process is being replaced; `note` adds to it.
    pub(crate) fn meanwhile(&self, note: impl FnOnce(&mut Meanwhile)) -> Option<Meanwhile> {
        let mut seen = self.seen();
        let meanwhile = seen.leaving.as_mut()?;
        note(meanwhile);
        Some(meanwhile.clone())
    }

    /// The process is not replaced after all.
    pub(crate) fn stay(&self) -> Meanwhile {
        self.seen().leaving.take().unwrap_or_default()
    }

    /// Goes on unseen until the open top-up has ended, and says so once.
    pub(crate) fn linger(&self) {
        self.seen().visible.lingering = true;
        self.pop_up(Popup {
            title: "Bursar keeps watching".to_owned(),
            body: "A top-up is still open. Bursar goes on in the background, tells you how it ends, and then \
                   closes. Start Bursar again to see it."
                .to_owned(),
            page: None,
        });
    }

    /// Says once how to get in where no icon leads to the app.
    pub(crate) fn explain_absent_tray(&self) {
        if std::mem::replace(&mut self.seen().told_of_absent_tray, true) {
            return;
        }
        self.pop_up(Popup {
            title: "Bursar is running without a tray icon".to_owned(),
            body: "This desktop shows no tray icons right now. Bursar keeps watching your balances and notifies \
                   you. Start Bursar again to open its window."
                .to_owned(),
            page: None,
        });
    }

    /// Resolves once a notification can be shown.
    pub(crate) async fn notifications_can_be_shown(&self) {
        let mut can_notify = self.can_notify.subscribe();
        // An error would mean that the app is gone, and nobody waits for that.
        drop(can_notify.wait_for(|can| *can).await);
    }

    /// Changes preferences: on screen, in the core, on disk and in the session's autostart. Touches the disk: not for an
    /// async worker.
    ///
    /// # Errors
    /// `file_failed` when something could not be written; the rest holds all the same.
    pub(crate) fn prefer(&self, change: &SettingsChange) -> Result<Settings> {
        let before = self.settings.get();
        let started = match change.autostart {
            Some(on) if on != before.autostart => {
                program::path().and_then(|program| autostart::set(on, &program, self.home.chosen()))
            }
            Some(_) | None => Ok(()),
        };
        let lost_before = self.settings.set_aside_as();
        let now = SystemClock.now();
        let written = self.settings.update(change, autostart::is_on(), now);
        if self.settings.set_aside_as() != lost_before {
            self.explain_lost_settings();
        }
        let settings = self.settings.get();
        if settings.theme != before.theme {
            self.repaint();
        }
        self.tray
            .send_modify(|view| view.amounts_hidden = settings.hide_amounts);
        if let Some(core) = self.engine.running() {
            core.set_preferences(&settings);
        }
        self.tell(Change::Settings);
        started.and(written)
    }

    /// Says that damaged preferences were set aside, where they were.
    pub(crate) fn explain_lost_settings(&self) {
        let Some(aside) = self.settings.set_aside_as() else {
            return;
        };
        self.pop_up(Popup {
            title: "Settings could not be read".to_owned(),
            body: format!(
                "Bursar uses its usual settings again. The damaged file was kept as {}.",
                aside.display()
            ),
            page: Some(Page::Settings),
        });
    }

    /// Hands light or dark to GTK anew, after either the user or the desktop changed it.
    pub(crate) fn repaint(&self) {
        let Some(tauri) = self.stage.tauri() else {
            return;
        };
        let (appearance, theme) = (Arc::clone(&self.appearance), self.settings.get().theme);
        let queued = tauri.run_on_main_thread(move || appearance.apply(theme));
        if let Err(error) = queued {
            tracing::warn!(%error, "light or dark could not be changed");
        }
    }

    /// Says once, the first time that the window closes to the tray, where the app is.
    pub(crate) fn explain_tray(self: &Arc<Self>) {
        let app = Arc::clone(self);
        tauri::async_runtime::spawn_blocking(move || {
            if app.settings.get().told_about_tray {
                return;
            }
            let told = SettingsChange {
                told_about_tray: Some(true),
                ..SettingsChange::default()
            };
            let now = SystemClock.now();
            if let Err(error) = app.settings.update(&told, autostart::is_on(), now) {
                tracing::warn!(%error, "it will be explained again");
            }
            app.pop_up(Popup {
                title: "Bursar is in the tray".to_owned(),
                body: "It keeps watching there. Quit it from its menu.".to_owned(),
                page: None,
            });
        });
    }

    /// Ends the app: tray, engine, then everything else.
    pub(crate) fn quit(self: &Arc<Self>) {
        self.end(0);
    }

    /// Ends the app with an exit status; from now on nothing of it is shown any more.
    pub(crate) fn end(self: &Arc<Self>, status: i32) {
        self.withdraw();
        if self.quitting.swap(true, Ordering::AcqRel) {
            return;
        }
        let app = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            let ended = async {
                app.tray.closed().await;
                if let Some(core) = app.engine.running() {
                    core.stop().await;
                }
            };
            if tokio::time::timeout(FAREWELL, ended).await.is_err() {
                tracing::warn!("the engine did not end in time");
            }
            app.stage.end(status);
        });
    }

    /// Takes window and tray icon away for good.
    pub(crate) fn withdraw(&self) {
        self.withdrawn.send_replace(true);
        if let Some(tauri) = self.stage.tauri() {
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
        let seen = self.seen();
        match (seen.visible.window, seen.focused) {
            (false, _) => Presence::Tray,
            (true, false) => Presence::Open,
            (true, true) => Presence::Focused,
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // A poisoned lock means that somebody panicked while reading; what is behind it is whole.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
impl App {
    /// An app without a desktop, in a home that ends with the folder.
    pub(crate) fn for_tests() -> (tempfile::TempDir, Arc<Self>, Outlets) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::find(Some(folder.path())).unwrap();
        let settings = SettingsFile::open(home.path(), false, SystemClock.now());
        let (app, outlets) = Self::new(Stage::new(), home, settings, Shown::new());
        (folder, app, outlets)
    }

    /// Whether somebody has asked for a window so far.
    pub(crate) fn wants_window(&self) -> bool {
        self.stage.wanted() == Some(crate::stage::Wanted::Window)
    }
}

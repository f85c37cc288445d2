//! The running desktop app: what it shows, what it hears, and how it ends. Everything that the core or the
//! desktop asks of the shell goes through here; nothing here waits on the main thread.

use crate::appearance::Appearance;
use crate::closing::{self, Then, Visible};
use crate::engine::Engine;
use crate::home::Home;
use crate::notifications::Popup;
use crate::settings::SettingsFile;
use crate::{autostart, window};
use bursar_core::bursar::Bursar;
use bursar_core::engine::Presence;
use bursar_core::error::{Code, Error, Result};
use bursar_core::notice::Notice;
use bursar_core::view::{Change, Health, Page, Settings, TrayView};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tauri::AppHandle;
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
    pub(crate) handle: AppHandle,
    pub(crate) home: Home,
    pub(crate) engine: Engine,
    pub(crate) settings: SettingsFile,
    pub(crate) appearance: Arc<Appearance>,
    pub(crate) tray: watch::Sender<TrayView>,
    popups: mpsc::UnboundedSender<Popup>,
    notices: mpsc::UnboundedSender<Vec<Notice>>,
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
        handle: AppHandle,
        home: Home,
        settings: SettingsFile,
    ) -> (Arc<Self>, Outlets) {
        let (tray, tray_view) = watch::channel(TrayView {
            tooltip: "Bursar".to_owned(),
            amounts_hidden: settings.get().hide_amounts,
            ..TrayView::default()
        });
        let (popups, popups_out) = mpsc::unbounded_channel();
        let (notices, notices_out) = mpsc::unbounded_channel();
        let app = Arc::new(Self {
            handle,
            home,
            engine: Engine::new(),
            settings,
            appearance: Arc::new(Appearance::of_desktop()),
            tray,
            popups,
            notices,
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

    /// Tells the core what it missed while it started.
    pub(crate) fn catch_up(&self, core: &Bursar) {
        core.presence(self.presence());
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
            seen.visible.tray = seen.health.tray;
            if seen.health == before {
                return;
            }
            seen.health.clone()
        };
        match self.engine.running() {
            Some(core) => core.set_health(&health),
            None => self.tell(Change::Health),
        }
    }

    pub(crate) fn visible(&self) -> Visible {
        self.seen().visible
    }

    /// Shows a page as soon as the window can, and brings it to the front.
    pub(crate) fn show(self: &Arc<Self>, page: Page) {
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
        window::raise(self);
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
        {
            let mut seen = self.seen();
            seen.ready = false;
            seen.visible.window = open;
            seen.focused = open;
            seen.visible.lingering &= !open;
        }
        if let Some(core) = self.engine.running() {
            core.presence(self.presence());
            if !open {
                core.viewing(None);
            }
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
        if let Err(error) = Changed(change).emit(&self.handle) {
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
        drop(self.notices.send(notices.to_vec()));
    }

    pub(crate) fn pop_up(&self, popup: Popup) {
        drop(self.popups.send(popup));
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

    /// Takes new preferences over: on screen, in the core, on disk and in the session's autostart.
    ///
    /// # Errors
    /// `file_failed` when something could not be written; the rest holds all the same.
    pub(crate) fn prefer(&self, settings: Settings) -> Result<Settings> {
        let before = self.settings.get();
        let started = if settings.autostart == before.autostart {
            Ok(())
        } else {
            program().and_then(|program| {
                autostart::set(settings.autostart, &program, self.home.chosen())
            })
        };
        let settings = Settings {
            autostart: autostart::is_on(),
            ..settings
        };
        let written = self.settings.set(settings.clone());
        if settings.theme != before.theme {
            self.repaint();
        }
        self.tray
            .send_modify(|view| view.amounts_hidden = settings.hide_amounts);
        if let Some(core) = self.engine.running() {
            core.set_preferences(&settings);
        }
        self.tell(Change::Settings);
        started.and(written).map(|()| settings)
    }

    /// Hands light or dark to GTK anew, after either the user or the desktop changed it.
    pub(crate) fn repaint(&self) {
        let (appearance, theme) = (Arc::clone(&self.appearance), self.settings.get().theme);
        let queued = self
            .handle
            .run_on_main_thread(move || appearance.apply(theme));
        if let Err(error) = queued {
            tracing::warn!(%error, "light or dark could not be changed");
        }
    }

    /// Says once, the first time that the window closes to the tray, where the app is.
    pub(crate) fn explain_tray(self: &Arc<Self>) {
        let app = Arc::clone(self);
        tauri::async_runtime::spawn_blocking(move || {
            let settings = app.settings.get();
            if settings.told_about_tray {
                return;
            }
            let told = Settings {
                told_about_tray: true,
                ..settings
            };
            if let Err(error) = app.settings.set(told) {
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
            app.handle.exit(status);
        });
    }

    /// Takes window and tray icon away for good.
    pub(crate) fn withdraw(&self) {
        self.withdrawn.send_replace(true);
        window::close(&self.handle);
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

/// Where this program is, to be started again.
///
/// # Errors
/// `file_failed` when the system does not say.
pub(crate) fn program() -> Result<PathBuf> {
    std::env::current_exe().map_err(|error| {
        Error::new(
            Code::FileFailed,
            format!("The program does not know where it is: {error}."),
        )
    })
}

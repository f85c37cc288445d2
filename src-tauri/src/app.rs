//! The state of the running app. `App` decides nothing and calls nobody; the controller does both.

mod popup_queue;

use crate::change_channel::ChangeChannel;
use crate::core_handle::CoreHandle;
use crate::home::Home;
use crate::initial_data::InitialDataLoader;
use crate::main_thread::MainThread;
use crate::platform::activation::{Activation, PendingActivation};
use crate::platform::appearance::Appearance;
use crate::platform::notifications::{ClickTargets, Popup};
use crate::texts::CurrentTexts;
use bursar_core::Bursar;
use bursar_core::engine::Presence;
use bursar_core::error::Result;
use bursar_core::notice::Notice;
use bursar_core::settings_file::SettingsFile;
use bursar_core::view::{AppView, Health, Page, TrayView};
use bursar_l10n::Texts;
use popup_queue::PopupQueue;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;
use tokio::sync::{mpsc, watch};

pub(crate) struct App {
    pub(crate) main_thread: MainThread,
    pub(crate) home: Home,
    pub(crate) core_handle: CoreHandle,
    pub(crate) settings: SettingsFile,
    pub(crate) appearance: Arc<Appearance>,
    pub(crate) tray_view: watch::Sender<TrayView>,
    /// What the window that opens now shows in its first frame.
    pub(crate) initial_data: InitialDataLoader,
    pub(crate) popups: PopupQueue,
    texts: CurrentTexts,
    pub(crate) changes: ChangeChannel,
    /// What came with the last click or link that may raise the window.
    activation: Mutex<PendingActivation>,
    window_serves_link: AtomicBool,
    bus: OnceLock<zbus::Connection>,
    windows_opened: AtomicU64,
    status: Mutex<Status>,
    withdrawn: watch::Sender<bool>,
    exiting: AtomicBool,
}

/// Where the user can see the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Visibility {
    pub(crate) tray: bool,
    pub(crate) window: bool,
    /// A top-up is open.
    pub(crate) pending: bool,
    /// The app runs without window and tray until the open top-up has ended, and has notified the user of that.
    pub(crate) lingering: bool,
}

#[derive(Debug, Default)]
struct Status {
    visible: Visibility,
    focused: bool,
    health: Health,
    /// The window listens for events.
    window_ready: bool,
    /// The page to show once the window is ready.
    pending_page: Option<Page>,
    missing_tray_explained: bool,
    sleep_signals: bool,
    /// Present while the process is about to be replaced: these requests are for its successor.
    deferred: Option<DeferredRequests>,
}

/// What was requested while the process was about to be replaced.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeferredRequests {
    pub(crate) window: bool,
    /// Only the last link counts: a link is a hint to check, and the new process checks everything.
    pub(crate) link: Option<String>,
}

/// The ends of the app's channels that its background tasks read.
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
            amounts_hidden: settings.get().hide_amounts,
            ..TrayView::default()
        });
        let (popups, popup_receiver, notice_receiver) =
            PopupQueue::new(click_targets, Health::default().notifications);
        let app = Arc::new(Self {
            main_thread,
            home,
            core_handle: CoreHandle::new(),
            settings,
            appearance: Arc::new(Appearance::unknown()),
            tray_view,
            initial_data: InitialDataLoader::default(),
            popups,
            texts: CurrentTexts::default(),
            changes: ChangeChannel::default(),
            activation: Mutex::default(),
            window_serves_link: AtomicBool::new(false),
            bus: OnceLock::new(),
            windows_opened: AtomicU64::new(0),
            status: Mutex::default(),
            withdrawn: watch::Sender::new(false),
            exiting: AtomicBool::new(false),
        });
        let receivers = Receivers {
            tray: tray_receiver,
            popups: popup_receiver,
            notices: notice_receiver,
        };
        (app, receivers)
    }

    /// The core, once it runs.
    ///
    /// # Errors
    /// Why it could not start.
    pub(crate) async fn core(&self) -> Result<Arc<Bursar>> {
        self.core_handle.wait().await
    }

    /// What the window needs to draw its frame.
    ///
    /// # Errors
    /// Why the core does not run, or why it cannot read its files.
    pub(crate) async fn view(&self) -> Result<AppView> {
        let core = self.core().await?;
        Ok(AppView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            accounts: core.accounts().await?,
            unread: core.unread_notices().await?,
            health: core.health(),
            settings: self.settings.get(),
        })
    }

    /// The texts of tray and pop-ups, in the language of the settings.
    pub(crate) fn texts(&self) -> Arc<Texts> {
        self.texts.of(self.settings.get().language)
    }

    pub(crate) fn health(&self) -> Health {
        self.status().health.clone()
    }

    /// Returns the new health if it changed.
    pub(crate) fn change_health(&self, change: impl FnOnce(&mut Health)) -> Option<Health> {
        let health = {
            let mut status = self.status();
            let before = status.health.clone();
            change(&mut status.health);
            if status.health == before {
                return None;
            }
            status.health.clone()
        };
        self.popups.set_available(health.notifications);
        Some(health)
    }

    pub(crate) fn visible(&self) -> Visibility {
        self.status().visible
    }

    pub(crate) fn set_tray_visible(&self, visible: bool) {
        self.status().visible.tray = visible;
    }

    /// Sets whether a top-up is open.
    pub(crate) fn set_pending(&self, pending: bool) -> Visibility {
        let mut status = self.status();
        status.visible.pending = pending;
        status.visible
    }

    pub(crate) fn set_lingering(&self) {
        self.status().visible.lingering = true;
    }

    /// What the core learns about the window, which decides how often it polls.
    pub(crate) fn presence(&self) -> Presence {
        let status = self.status();
        match (status.visible.window, status.focused) {
            (false, _) => Presence::Tray,
            (true, false) => Presence::Open,
            (true, true) => Presence::Focused,
        }
    }

    /// A window that opens has the focus.
    pub(crate) fn set_window_open(&self, open: bool) {
        if open {
            self.windows_opened.fetch_add(1, Ordering::AcqRel);
        }
        {
            let mut status = self.status();
            status.window_ready = false;
            status.visible.window = open;
            status.focused = open;
            status.visible.lingering &= !open;
        }
        if !open {
            self.changes.disconnect();
            self.set_window_serves_link(false);
        }
    }

    pub(crate) fn set_focused(&self, focused: bool) {
        self.status().focused = focused;
    }

    /// How many windows have been opened so far.
    pub(crate) fn windows_opened(&self) -> u64 {
        self.windows_opened.load(Ordering::Acquire)
    }

    /// The window listens from now on. Returns the page that has waited for it.
    pub(crate) fn set_window_ready(&self) -> Option<Page> {
        let mut status = self.status();
        status.window_ready = true;
        status.pending_page.take()
    }

    /// Returns the page if the window can show it now. Otherwise the page waits for the window.
    pub(crate) fn page_for_window(&self, page: Page) -> Option<Page> {
        let mut status = self.status();
        if status.window_ready {
            Some(page)
        } else {
            status.pending_page = Some(page);
            None
        }
    }

    /// The page that waits for the window, if there is one.
    pub(crate) fn pending_page(&self) -> Option<Page> {
        self.status().pending_page.clone()
    }

    /// Keeps what came with a click or a link until the window is raised next.
    pub(crate) fn keep_activation(&self, activation: Activation) {
        self.activation().store(activation, Instant::now());
    }

    pub(crate) fn take_activation(&self) -> Option<Activation> {
        self.activation().take(Instant::now())
    }

    /// Sets whether the next link finds its window open already. A start by a link opens the window at once, so the
    /// link need not raise it again.
    pub(crate) fn set_window_serves_link(&self, serves: bool) {
        self.window_serves_link.store(serves, Ordering::Release);
    }

    /// Reads what [`Self::set_window_serves_link`] set. It holds for one link.
    pub(crate) fn take_window_serves_link(&self) -> bool {
        self.window_serves_link.swap(false, Ordering::AcqRel)
    }

    /// Whether the system announces sleep.
    pub(crate) fn sleep_signals(&self) -> bool {
        self.status().sleep_signals
    }

    pub(crate) fn set_sleep_signals(&self, available: bool) {
        self.status().sleep_signals = available;
    }

    /// Notes that the missing tray was explained. Returns whether it had been explained before.
    pub(crate) fn set_missing_tray_explained(&self) -> bool {
        std::mem::replace(&mut self.status().missing_tray_explained, true)
    }

    /// The session bus, once it is connected.
    pub(crate) fn bus(&self) -> Option<&zbus::Connection> {
        self.bus.get()
    }

    pub(crate) fn set_bus(&self, bus: &zbus::Connection) {
        // The first connection stays: it holds the name.
        drop(self.bus.set(bus.clone()));
    }

    /// From now on, requests for the window and links are kept for the process that follows.
    pub(crate) fn begin_restart(&self) {
        self.status().deferred = Some(DeferredRequests::default());
    }

    /// While the process is being replaced, adds to the deferred requests with `note` and returns them.
    pub(crate) fn defer(
        &self,
        note: impl FnOnce(&mut DeferredRequests),
    ) -> Option<DeferredRequests> {
        let mut status = self.status();
        let deferred = status.deferred.as_mut()?;
        note(deferred);
        Some(deferred.clone())
    }

    /// The process is not replaced after all.
    pub(crate) fn cancel_restart(&self) -> DeferredRequests {
        self.status().deferred.take().unwrap_or_default()
    }

    /// From now on neither window nor tray icon is shown any more.
    pub(crate) fn set_withdrawn(&self) {
        self.withdrawn.send_replace(true);
    }

    pub(crate) fn is_withdrawn(&self) -> bool {
        *self.withdrawn.borrow()
    }

    /// Resolves once the app is withdrawn.
    pub(crate) async fn wait_until_withdrawn(&self) {
        let mut withdrawn = self.withdrawn.subscribe();
        // An error means that the app is gone, which is the same.
        drop(withdrawn.wait_for(|withdrawn| *withdrawn).await);
    }

    /// Notes that the app exits. Returns whether it was exiting before.
    pub(crate) fn set_exiting(&self) -> bool {
        self.exiting.swap(true, Ordering::AcqRel)
    }

    fn activation(&self) -> MutexGuard<'_, PendingActivation> {
        self.activation
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn status(&self) -> MutexGuard<'_, Status> {
        // A poisoned lock means that somebody panicked while reading; the data behind it is whole.
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

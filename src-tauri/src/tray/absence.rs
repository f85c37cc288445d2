//! A tray that is away. For a moment it counts as there: a panel that restarts, or a screen that is locked and unlocked,
//! is nobody's concern. One that stays away is missing; if the app cannot be seen anywhere then, it says so once in
//! a notification. It never shows its window by itself: that would stand in front of whatever is on the screen, a
//! locked screen among it.

use crate::app::App;
use crate::closing::{self, Then};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How long a tray may be away. A panel that starts again takes seconds; one may also come so much later than the
/// programs that a session starts.
const GRACE_PERIOD: Duration = Duration::from_secs(15);

/// How long to wait before looking again whether the screen is still locked.
const LOCKED_WAIT: Duration = Duration::from_secs(60);

/// Follows whether the icon is shown (`None`: not known yet), and tells the app, until nobody tells any more. `is_locked` says whether the
/// session's screen is locked: then its tray may be away for as long as that lasts, and nobody would read what is said.
pub(crate) async fn follow(
    app: Arc<App>,
    mut shown: watch::Receiver<Option<bool>>,
    is_locked: impl AsyncFn() -> bool,
) {
    loop {
        let now = *shown.borrow_and_update();
        if now == Some(true) {
            app.tray_is_there(true);
        }
        if now != Some(false) {
            if shown.changed().await.is_err() {
                return;
            }
            continue;
        }
        if !app.visible().tray {
            // There was none yet: the window, if there is one, says so at once.
            app.tray_is_there(false);
        }
        let settled = async {
            stays_away(&is_locked).await;
            miss(&app).await;
        };
        let changed = tokio::select! {
            changed = shown.changed() => changed,
            () = settled => shown.changed().await,
        };
        if changed.is_err() {
            return;
        }
    }
}

/// Resolves when a tray that went a moment ago is no longer waited for.
async fn stays_away(is_locked: &impl AsyncFn() -> bool) {
    loop {
        tokio::time::sleep(GRACE_PERIOD).await;
        if !is_locked().await {
            return;
        }
        // It may come back together with the screen, which then has its own moment for that.
        while is_locked().await {
            tokio::time::sleep(LOCKED_WAIT).await;
        }
    }
}

/// The tray is missing from now on, which is said when it can be read, unless the app is seen all the same.
async fn miss(app: &Arc<App>) {
    app.tray_is_there(false);
    app.notifications_can_be_shown().await;
    if closing::tray_gone(app.visible()) == Then::Tell {
        app.explain_absent_tray();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{App, Outlets};
    use crate::notifications::Popup;
    use bursar_core::view::TrayView;
    use std::sync::atomic::{AtomicBool, Ordering};

    struct Session {
        _home: tempfile::TempDir,
        app: Arc<App>,
        outlets: Outlets,
        icon: watch::Sender<Option<bool>>,
        locked: Arc<AtomicBool>,
    }

    impl Session {
        fn start(there: bool) -> Self {
            let (home, app, outlets) = App::for_tests();
            let (icon, shown) = watch::channel(None);
            icon.send_replace(Some(there));
            let locked = Arc::new(AtomicBool::new(false));
            let seen = Arc::clone(&locked);
            tokio::spawn(follow(Arc::clone(&app), shown, async move || {
                seen.load(Ordering::Relaxed)
            }));
            Self {
                _home: home,
                app,
                outlets,
                icon,
                locked,
            }
        }

        async fn pass(&self, seconds: u64) {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }

        fn said(&mut self) -> Option<Popup> {
            self.outlets.popups.try_recv().ok()
        }

        fn is_unseen(&self) -> bool {
            !self.app.wants_window()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_is_away_for_a_moment_is_not_missed() {
        let mut session = Session::start(true);
        session.pass(1).await;
        for away in [1, 7, 14] {
            session.icon.send_replace(Some(false));
            session.pass(away).await;
            assert!(session.app.visible().tray, "away for {away} s");
            assert!(session.app.health().tray, "away for {away} s");
            session.icon.send_replace(Some(true));
            session.pass(1).await;
        }
        session.pass(3600).await;
        assert_eq!(session.said(), None);
        assert!(session.is_unseen());
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_stays_away_is_missed_and_that_is_said_once() {
        let mut session = Session::start(true);
        session.pass(1).await;
        for round in 0..3 {
            session.icon.send_replace(Some(false));
            session.pass(16).await;
            assert!(!session.app.visible().tray);
            assert!(!session.app.health().tray);
            assert_eq!(session.said().is_some(), round == 0, "round {round}");
            session.icon.send_replace(Some(true));
            session.pass(1).await;
            assert!(session.app.visible().tray && session.app.health().tray);
        }
        assert!(session.is_unseen(), "no window is shown by itself");
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_comes_late_to_the_session_is_not_missed() {
        let mut session = Session::start(false);
        session.pass(14).await;
        session.icon.send_replace(Some(true));
        session.pass(3600).await;
        assert_eq!(session.said(), None);
        assert!(session.app.visible().tray);
        assert!(session.is_unseen());
    }

    #[tokio::test(start_paused = true)]
    async fn where_there_is_none_a_hidden_start_says_how_to_get_in() {
        let mut session = Session::start(false);
        session.pass(1).await;
        assert!(!session.app.health().tray, "the window says so at once");
        assert_eq!(session.said(), None);
        session.pass(15).await;
        let said = session.said().unwrap();
        assert!(said.body.contains("Start Bursar again"), "{said:?}");
        assert!(session.is_unseen());
    }

    #[tokio::test(start_paused = true)]
    async fn a_flapping_host_is_missed_only_once_it_stays_away() {
        let mut session = Session::start(true);
        for _ in 0..20 {
            session.icon.send_replace(Some(false));
            session.pass(2).await;
            session.icon.send_replace(Some(true));
            session.pass(1).await;
            session.icon.send_replace(Some(false));
            session.icon.send_replace(Some(true));
        }
        assert!(session.app.visible().tray);
        assert_eq!(session.said(), None);
        session.icon.send_replace(Some(false));
        session.pass(16).await;
        assert!(session.said().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_said_while_the_screen_is_locked() {
        let mut session = Session::start(true);
        session.pass(1).await;
        session.locked.store(true, Ordering::Relaxed);
        session.icon.send_replace(Some(false));
        session.pass(8 * 3600).await;
        assert_eq!(session.said(), None);
        assert!(session.app.visible().tray, "it is away for the lock's sake");
        session.locked.store(false, Ordering::Relaxed);
        session.icon.send_replace(Some(true));
        session.pass(3600).await;
        assert_eq!(session.said(), None);
        // A tray that does not come back with the screen is missing.
        session.locked.store(true, Ordering::Relaxed);
        session.icon.send_replace(Some(false));
        session.pass(3600).await;
        session.locked.store(false, Ordering::Relaxed);
        session.pass(61 + 16).await;
        assert!(session.said().is_some());
        assert!(session.is_unseen());
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_shown_yet_is_said_when_it_can() {
        let mut session = Session::start(false);
        session.app.health_is(|health| health.notifications = false);
        session.pass(600).await;
        assert_eq!(session.said(), None);
        session.app.health_is(|health| health.notifications = true);
        session.pass(1).await;
        assert!(session.said().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_sees_the_app_or_was_told_is_told_nothing() {
        for (window, lingers) in [(true, false), (false, true)] {
            let mut session = Session::start(false);
            if window {
                session.app.window_is(true);
            }
            if lingers {
                session.app.tray_is(&TrayView {
                    pending: true,
                    ..TrayView::default()
                });
                session.app.linger();
                assert!(session.said().is_some());
            }
            session.pass(3600).await;
            assert_eq!(session.said(), None, "window {window}, lingers {lingers}");
        }
    }
}

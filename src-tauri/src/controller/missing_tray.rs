//! What to do when the tray goes away. A panel that restarts, or a screen that is locked and unlocked, takes the tray
//! away for a moment; that counts as if it were still there. If the tray stays away and the app has no window, one
//! notification explains it. The window never opens by itself, since it would cover whatever is on the screen, even
//! the lock screen.

use super::Controller;
use super::close_action::{self, CloseAction};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How long a tray may be away. A panel needs seconds to restart, and may start that much later than the programs of
/// a session.
const GRACE_PERIOD: Duration = Duration::from_secs(15);

/// How long to wait before checking again whether the screen is still locked.
const LOCK_POLL_INTERVAL: Duration = Duration::from_secs(60);

/// Follows whether the icon is shown (`None`: unknown so far) and updates the app, until the sender is dropped. While
/// `is_locked` says that the session's screen is locked, the tray may stay away: nobody would read a notification.
pub(crate) async fn watch(
    controller: Arc<Controller>,
    mut shown: watch::Receiver<Option<bool>>,
    is_locked: impl AsyncFn() -> bool,
) {
    loop {
        let now = *shown.borrow_and_update();
        if now == Some(true) {
            controller.set_tray_visible(true);
        }
        if now != Some(false) {
            if shown.changed().await.is_err() {
                return;
            }
            continue;
        }
        if !controller.app.visible().tray {
            // There was no tray before. An open window shows that at once.
            controller.set_tray_visible(false);
        }
        let missing = async {
            wait_until_missing(&is_locked).await;
            report_missing(&controller).await;
        };
        let changed = tokio::select! {
            changed = shown.changed() => changed,
            () = missing => shown.changed().await,
        };
        if changed.is_err() {
            return;
        }
    }
}

/// Resolves when a tray that went away has been away for too long.
async fn wait_until_missing(is_locked: &impl AsyncFn() -> bool) {
    loop {
        tokio::time::sleep(GRACE_PERIOD).await;
        if !is_locked().await {
            return;
        }
        // The tray may come back when the screen is unlocked, and then gets the grace period again.
        while is_locked().await {
            tokio::time::sleep(LOCK_POLL_INTERVAL).await;
        }
    }
}

/// Marks the tray as missing. As soon as notifications can be shown, explains it, unless the app is visible
/// elsewhere.
async fn report_missing(controller: &Controller) {
    controller.set_tray_visible(false);
    controller.app.popups.wait_until_available().await;
    if close_action::after_tray_lost(controller.app.visible()) == CloseAction::ExplainMissingTray {
        controller.explain_missing_tray();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Receivers;
    use crate::platform::notifications::Popup;
    use bursar_core::view::TrayView;
    use std::sync::atomic::{AtomicBool, Ordering};

    struct Session {
        _home: tempfile::TempDir,
        controller: Arc<Controller>,
        receivers: Receivers,
        icon: watch::Sender<Option<bool>>,
        locked: Arc<AtomicBool>,
    }

    impl Session {
        fn start(icon_shown: bool) -> Self {
            let (home, controller, receivers) = Controller::for_tests();
            let (icon, shown) = watch::channel(None);
            icon.send_replace(Some(icon_shown));
            let locked = Arc::new(AtomicBool::new(false));
            let is_locked = Arc::clone(&locked);
            tokio::spawn(watch(Arc::clone(&controller), shown, async move || {
                is_locked.load(Ordering::Relaxed)
            }));
            Self {
                _home: home,
                controller,
                receivers,
                icon,
                locked,
            }
        }

        async fn pass(&self, seconds: u64) {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }

        fn next_popup(&mut self) -> Option<Popup> {
            self.receivers.popups.try_recv().ok()
        }

        fn has_no_window(&self) -> bool {
            !self.controller.window_requested()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn ignores_a_short_absence() {
        let mut session = Session::start(true);
        session.pass(1).await;
        for seconds in [1, 7, 14] {
            session.icon.send_replace(Some(false));
            session.pass(seconds).await;
            assert!(
                session.controller.app.visible().tray,
                "away for {seconds} s"
            );
            assert!(session.controller.app.health().tray, "away for {seconds} s");
            session.icon.send_replace(Some(true));
            session.pass(1).await;
        }
        session.pass(3600).await;
        assert_eq!(session.next_popup(), None);
        assert!(session.has_no_window());
    }

    #[tokio::test(start_paused = true)]
    async fn notifies_once_of_a_tray_that_stays_away() {
        let mut session = Session::start(true);
        session.pass(1).await;
        for round in 0..3 {
            session.icon.send_replace(Some(false));
            session.pass(16).await;
            assert!(!session.controller.app.visible().tray);
            assert!(!session.controller.app.health().tray);
            assert_eq!(session.next_popup().is_some(), round == 0, "round {round}");
            session.icon.send_replace(Some(true));
            session.pass(1).await;
            assert!(session.controller.app.visible().tray && session.controller.app.health().tray);
        }
        assert!(session.has_no_window(), "no window is shown by itself");
    }

    #[tokio::test(start_paused = true)]
    async fn ignores_a_tray_that_comes_late_to_the_session() {
        let mut session = Session::start(false);
        session.pass(14).await;
        session.icon.send_replace(Some(true));
        session.pass(3600).await;
        assert_eq!(session.next_popup(), None);
        assert!(session.controller.app.visible().tray);
        assert!(session.has_no_window());
    }

    #[tokio::test(start_paused = true)]
    async fn hidden_start_without_a_tray_notifies_how_to_open_the_window() {
        let mut session = Session::start(false);
        session.pass(1).await;
        assert!(
            !session.controller.app.health().tray,
            "the window says so at once"
        );
        assert_eq!(session.next_popup(), None);
        session.pass(15).await;
        let popup = session.next_popup().unwrap();
        let texts = session.controller.app.texts();
        assert_eq!(popup, crate::popup_texts::missing_tray(&texts));
        assert!(session.has_no_window());
    }

    #[tokio::test(start_paused = true)]
    async fn flapping_tray_is_missing_only_once_it_stays_away() {
        let mut session = Session::start(true);
        for _ in 0..20 {
            session.icon.send_replace(Some(false));
            session.pass(2).await;
            session.icon.send_replace(Some(true));
            session.pass(1).await;
            session.icon.send_replace(Some(false));
            session.icon.send_replace(Some(true));
        }
        assert!(session.controller.app.visible().tray);
        assert_eq!(session.next_popup(), None);
        session.icon.send_replace(Some(false));
        session.pass(16).await;
        assert!(session.next_popup().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_notify_while_the_screen_is_locked() {
        let mut session = Session::start(true);
        session.pass(1).await;
        session.locked.store(true, Ordering::Relaxed);
        session.icon.send_replace(Some(false));
        session.pass(8 * 3600).await;
        assert_eq!(session.next_popup(), None);
        assert!(
            session.controller.app.visible().tray,
            "it is away for the lock's sake"
        );
        session.locked.store(false, Ordering::Relaxed);
        session.icon.send_replace(Some(true));
        session.pass(3600).await;
        assert_eq!(session.next_popup(), None);
        // A tray that does not come back after unlocking is missing.
        session.locked.store(true, Ordering::Relaxed);
        session.icon.send_replace(Some(false));
        session.pass(3600).await;
        session.locked.store(false, Ordering::Relaxed);
        session.pass(61 + 16).await;
        assert!(session.next_popup().is_some());
        assert!(session.has_no_window());
    }

    #[tokio::test(start_paused = true)]
    async fn notifies_once_notifications_can_be_shown() {
        let mut session = Session::start(false);
        session
            .controller
            .update_health(|health| health.notifications = false);
        session.pass(600).await;
        assert_eq!(session.next_popup(), None);
        session
            .controller
            .update_health(|health| health.notifications = true);
        session.pass(1).await;
        assert!(session.next_popup().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_notify_when_the_app_is_visible_or_lingers() {
        for (window, lingers) in [(true, false), (false, true)] {
            let mut session = Session::start(false);
            if window {
                session.controller.set_window_open(true);
            }
            if lingers {
                session.controller.update_tray(&TrayView {
                    pending: true,
                    ..TrayView::default()
                });
                session.controller.linger();
                assert!(session.next_popup().is_some());
            }
            session.pass(3600).await;
            assert_eq!(
                session.next_popup(),
                None,
                "window {window}, lingers {lingers}"
            );
        }
    }
}

//! Notices and pop-ups on their way to the desktop.

use crate::platform::notifications::{ClickTargets, Popup};
use bursar_core::notice::Notice;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{mpsc, watch};

#[derive(Debug)]
pub(crate) struct PopupQueue {
    popups: mpsc::UnboundedSender<Popup>,
    notices: mpsc::UnboundedSender<Vec<Notice>>,
    /// How many notices and pop-ups are queued and not yet handled.
    unhandled: watch::Sender<usize>,
    /// Whether a notification server can show a pop-up.
    available: watch::Sender<bool>,
    click_targets: Mutex<ClickTargets>,
    last_queued: Mutex<Option<Instant>>,
}

impl PopupQueue {
    pub(super) fn new(
        click_targets: ClickTargets,
        available: bool,
    ) -> (
        Self,
        mpsc::UnboundedReceiver<Popup>,
        mpsc::UnboundedReceiver<Vec<Notice>>,
    ) {
        let (popups, popup_receiver) = mpsc::unbounded_channel();
        let (notices, notice_receiver) = mpsc::unbounded_channel();
        let queue = Self {
            popups,
            notices,
            unhandled: watch::Sender::new(0),
            available: watch::Sender::new(available),
            click_targets: Mutex::new(click_targets),
            last_queued: Mutex::default(),
        };
        (queue, popup_receiver, notice_receiver)
    }

    /// Queues notices that become one pop-up.
    pub(crate) fn push_notices(&self, notices: &[Notice]) {
        self.count_one();
        // The receiver lives as long as the app. Without a session bus nobody shows them, but the inbox has them.
        drop(self.notices.send(notices.to_vec()));
    }

    pub(crate) fn push(&self, popup: Popup) {
        *lock(&self.last_queued) = Some(Instant::now());
        self.count_one();
        drop(self.popups.send(popup));
    }

    fn count_one(&self) {
        self.unhandled
            .send_modify(|count| *count = count.saturating_add(1));
    }

    /// Call this once for each queued item, whether it was shown or not.
    pub(crate) fn handled(&self) {
        self.unhandled
            .send_modify(|count| *count = count.saturating_sub(1));
    }

    /// Resolves once the queue is empty.
    pub(crate) async fn wait_until_empty(&self) {
        let mut unhandled = self.unhandled.subscribe();
        // An error means that the app is gone, and its queue with it.
        drop(unhandled.wait_for(|count| *count == 0).await);
    }

    /// When the last pop-up was queued.
    pub(crate) fn last_queued(&self) -> Option<Instant> {
        *lock(&self.last_queued)
    }

    /// Pop-ups that can still be clicked.
    pub(crate) fn click_targets(&self) -> MutexGuard<'_, ClickTargets> {
        lock(&self.click_targets)
    }

    pub(super) fn set_available(&self, available: bool) {
        self.available.send_replace(available);
    }

    /// Resolves once a notification server can show a pop-up.
    pub(crate) async fn wait_until_available(&self) {
        let mut available = self.available.subscribe();
        // An error means that the app is gone, and nobody waits for that.
        drop(available.wait_for(|available| *available).await);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

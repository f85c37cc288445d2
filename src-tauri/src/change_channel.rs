//! The channel through which the window learns of changes. It is a channel and not an event, because a page that may
//! listen to one of Tauri's events may listen to all of them, and some carry what no page may know.

use bursar_core::view::Change;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tauri::ipc::Channel;

/// What to read again, or which page to show, for the page that listens. Without one, changes are dropped: a page reads
/// everything after it has begun to listen.
#[derive(Default)]
pub(crate) struct ChangeChannel(Mutex<Option<Channel<Change>>>);

impl ChangeChannel {
    /// From now on, changes go through this channel. A page that was loaded again replaces its earlier one.
    pub(crate) fn connect(&self, channel: Channel<Change>) {
        let before = self.channel().replace(channel);
        // Outside the lock, because a channel that ends calls the webview.
        drop(before);
    }

    pub(crate) fn disconnect(&self) {
        let before = self.channel().take();
        drop(before);
    }

    pub(crate) fn send(&self, change: Change) {
        let channel = self.channel().clone();
        if let Some(Err(error)) = channel.map(|channel| channel.send(change)) {
            tracing::warn!(%error, "could not send a change to the window");
        }
    }

    fn channel(&self) -> MutexGuard<'_, Option<Channel<Change>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use tauri::ipc::InvokeResponseBody;

    fn page() -> (Channel<Change>, Receiver<String>) {
        let (sender, received) = channel();
        let page = Channel::new(move |body| {
            let InvokeResponseBody::Json(json) = body else {
                panic!("a change is JSON");
            };
            sender.send(json).unwrap();
            Ok(())
        });
        (page, received)
    }

    #[test]
    fn only_the_newest_page_gets_changes() {
        let changes = Arc::new(ChangeChannel::default());
        changes.send(Change::Accounts);
        let (first, first_received) = page();
        changes.connect(first);
        changes.send(Change::Health);
        let (second, second_received) = page();
        changes.connect(second);
        changes.send(Change::Notices);
        changes.disconnect();
        changes.send(Change::Accounts);
        assert_eq!(
            first_received.iter().collect::<Vec<_>>(),
            [r#"{"what":"health"}"#]
        );
        assert_eq!(
            second_received.iter().collect::<Vec<_>>(),
            [r#"{"what":"notices"}"#]
        );
    }
}

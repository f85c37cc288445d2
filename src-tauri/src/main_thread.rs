//! What the main thread does: it waits without any window machinery until a window is requested, and then runs Tauri.
//! GTK and WebKit are not loaded before. They cannot be unloaded afterwards, so the process restarts to free their
//! memory.

use gtk::glib;
use std::fs;
use std::sync::{Mutex, PoisonError};
use tauri::AppHandle;
use tokio::sync::watch;

/// Why the main thread stopped waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MainThreadRequest {
    OpenWindow,
    /// Exit with this status.
    Exit(i32),
}

/// The main thread, as other threads see it.
#[derive(Debug)]
pub(crate) struct MainThread {
    waiting: glib::MainLoop,
    requested: Mutex<Option<MainThreadRequest>>,
    tauri: watch::Sender<Option<AppHandle>>,
    inherited_children: Vec<i32>,
}

impl MainThread {
    /// Call it before this process starts any child.
    pub(crate) fn new() -> Self {
        Self {
            inherited_children: child_processes(),
            waiting: glib::MainLoop::new(None, false),
            requested: Mutex::new(None),
            tauri: watch::Sender::new(None),
        }
    }

    /// Waits for a request. On the main thread.
    pub(crate) fn wait(&self) -> MainThreadRequest {
        for child in &self.inherited_children {
            // Reaps the child, so that it does not stay behind as a zombie.
            glib::child_watch_add(glib::Pid(*child), |_, _| {});
        }
        loop {
            if let Some(requested) = self.requested() {
                return requested;
            }
            self.waiting.run();
        }
    }

    /// Ends the wait. A request for a window never overrides a request to exit.
    pub(crate) fn request(&self, requested: MainThreadRequest) {
        {
            let mut now = self
                .requested
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if !matches!(*now, Some(MainThreadRequest::Exit(_))) {
                *now = Some(requested);
            }
        }
        // Quit from within the loop: a loop that is about to run would miss it.
        let waiting = self.waiting.clone();
        glib::idle_add_once(move || waiting.quit());
    }

    /// Tauri runs from now on. Returns the exit status if an exit was requested meanwhile.
    pub(crate) fn tauri_started(&self, handle: AppHandle) -> Option<i32> {
        self.tauri.send_replace(Some(handle));
        match self.requested() {
            Some(MainThreadRequest::Exit(status)) => Some(status),
            Some(MainThreadRequest::OpenWindow) | None => None,
        }
    }

    /// Tauri's handle, if Tauri runs.
    pub(crate) fn tauri(&self) -> Option<AppHandle> {
        self.tauri.borrow().clone()
    }

    /// Tauri's handle. Starts Tauri if it does not run.
    pub(crate) async fn start_tauri(&self) -> Option<AppHandle> {
        if self.tauri().is_none() {
            self.request(MainThreadRequest::OpenWindow);
        }
        let mut tauri = self.tauri.subscribe();
        let started = tauri.wait_for(Option::is_some).await.ok()?;
        started.clone()
    }

    /// Ends the process with this status.
    pub(crate) fn exit(&self, status: i32) {
        self.request(MainThreadRequest::Exit(status));
        if let Some(tauri) = self.tauri() {
            tauri.exit(status);
        }
    }

    /// The request so far, if any.
    pub(crate) fn requested(&self) -> Option<MainThreadRequest> {
        *self
            .requested
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A process that has replaced itself is still the parent of its earlier children.
fn child_processes() -> Vec<i32> {
    let children = format!("/proc/self/task/{}/children", std::process::id());
    fs::read_to_string(children)
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_overrides_any_other_request() {
        let main_thread = MainThread::new();
        assert_eq!(main_thread.requested(), None);
        main_thread.request(MainThreadRequest::OpenWindow);
        assert_eq!(main_thread.wait(), MainThreadRequest::OpenWindow);
        main_thread.exit(3);
        main_thread.request(MainThreadRequest::OpenWindow);
        assert_eq!(main_thread.wait(), MainThreadRequest::Exit(3));
    }
}

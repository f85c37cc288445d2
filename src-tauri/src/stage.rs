//! What the main thread does: wait, without any of a window's machinery, until a window is wanted, and then run
//! Tauri. GTK and WebKit are never loaded before, and cannot be unloaded after; that is what starting afresh is for.

use gtk::glib;
use std::fs;
use std::sync::{Mutex, PoisonError};
use tauri::AppHandle;
use tokio::sync::watch;

/// Why the main thread stopped waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Window,
    /// Nothing more: end with this status.
    End(i32),
}

/// The main thread, as everything else sees it.
#[derive(Debug)]
pub(crate) struct Stage {
    waiting: glib::MainLoop,
    wanted: Mutex<Option<Wanted>>,
    tauri: watch::Sender<Option<AppHandle>>,
    inherited: Vec<i32>,
}

impl Stage {
    /// To be called before anything of this start's own has children.
    pub(crate) fn new() -> Self {
        Self {
            inherited: inherited(),
            waiting: glib::MainLoop::new(None, false),
            wanted: Mutex::new(None),
            tauri: watch::Sender::new(None),
        }
    }

    /// Waits until something is wanted. On the main thread.
    pub(crate) fn wait(&self) -> Wanted {
        for child in &self.inherited {
            // Waited for, so that none stays behind as a zombie.
            glib::child_watch_add(glib::Pid(*child), |_, _| {});
        }
        loop {
            if let Some(wanted) = self.wanted() {
                return wanted;
            }
            self.waiting.run();
        }
    }

    /// Ends the waiting. A wish for an end is never overridden by one for a window.
    pub(crate) fn want(&self, wanted: Wanted) {
        {
            let mut now = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
            if !matches!(*now, Some(Wanted::End(_))) {
                *now = Some(wanted);
            }
        }
        // From within the loop, so that it is not lost on one that is just about to run.
        let waiting = self.waiting.clone();
        glib::idle_add_once(move || waiting.quit());
    }

    /// Tauri runs from now on; tells whether the end was wanted meanwhile.
    pub(crate) fn opened(&self, handle: AppHandle) -> Option<i32> {
        self.tauri.send_replace(Some(handle));
        match self.wanted() {
            Some(Wanted::End(status)) => Some(status),
            Some(Wanted::Window) | None => None,
        }
    }

    /// Tauri, if it runs.
    pub(crate) fn tauri(&self) -> Option<AppHandle> {
        self.tauri.borrow().clone()
    }

    /// Tauri, started if need be.
    pub(crate) async fn tauri_started(&self) -> Option<AppHandle> {
        if self.tauri().is_none() {
            self.want(Wanted::Window);
        }
        let mut tauri = self.tauri.subscribe();
        let started = tauri.wait_for(Option::is_some).await.ok()?;
        started.clone()
    }

    /// Ends the process with this status.
    pub(crate) fn end(&self, status: i32) {
        self.want(Wanted::End(status));
        if let Some(tauri) = self.tauri() {
            tauri.exit(status);
        }
    }

    /// What is wanted of the main thread, if anything so far.
    pub(crate) fn wanted(&self) -> Option<Wanted> {
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A process that has started afresh still is the parent of what it began before.
fn inherited() -> Vec<i32> {
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
    fn an_end_stands_whatever_else_is_wanted() {
        let stage = Stage::new();
        assert_eq!(stage.wanted(), None);
        stage.want(Wanted::Window);
        assert_eq!(stage.wait(), Wanted::Window);
        stage.end(3);
        stage.want(Wanted::Window);
        assert_eq!(stage.wait(), Wanted::End(3));
    }
}

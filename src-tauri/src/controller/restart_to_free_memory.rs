//! Gives memory back after the window was closed: the process replaces itself by its own hidden start, because GTK
//! and WebKit cannot be unloaded. Nothing may be lost on the way: the core stops first, queued pop-ups are sent, the
//! bus name is released, and requests that arrive in between go to the new process.

use super::Controller;
use crate::app::DeferredRequests;
use crate::environment::EnvironmentSecrets;
use crate::platform::notifications::ClickTargets;
use crate::platform::{executable, restart_marker, single_instance, software_rendering};
use bursar_core::process;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tauri::async_runtime::spawn_blocking;

/// If the window is opened again within this time, it opens without GTK's start.
const RESTART_DELAY: Duration = Duration::from_secs(10);

/// The wait between two attempts doubles up to this time.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(600);

/// Some desktops remove a pop-up when its sender's connection ends, so the user gets this long to read it.
const POPUP_READING_TIME: Duration = Duration::from_secs(30);

/// How long core, pop-ups and bus may take to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// The first file descriptor after standard input, output and error.
const FIRST_CLOSED_FD: i32 = 3;

/// Hands the pop-ups that can still be clicked to the new process.
const CLICK_TARGETS_VARIABLE: &str = "BURSAR_SHOWN_POPUPS";

/// Takes the pop-ups of the process before this one out of the environment.
pub(crate) fn take_click_targets() -> ClickTargets {
    let click_targets = std::env::var(CLICK_TARGETS_VARIABLE).ok();
    gtk::glib::unsetenv(CLICK_TARGETS_VARIABLE);
    click_targets
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

impl Controller {
    /// Runs when the window was closed: restarts as soon as nothing prevents it, unless a window opens again.
    pub(super) async fn restart_when_idle(self: Arc<Self>) {
        let app = &self.app;
        let closed = app.windows_opened();
        let mut wait = RESTART_DELAY;
        loop {
            let reading_left = app.popups.last_queued().map_or(Duration::ZERO, |at| {
                POPUP_READING_TIME.saturating_sub(at.elapsed())
            });
            tokio::time::sleep(wait.max(reading_left)).await;
            if app.windows_opened() != closed || app.is_withdrawn() {
                return;
            }
            if self.can_restart().await {
                break;
            }
            wait = wait.saturating_mul(2).min(MAX_RETRY_DELAY);
        }
        tracing::info!("restarting in the tray");
        let error = self.stop_and_reexec().await;
        let deferred = app.cancel_restart();
        if app.is_withdrawn() {
            return;
        }
        // The process is still the same: WebKit's memory stays taken, everything else goes on.
        tracing::warn!(%error, "could not restart in the tray");
        self.resume(deferred).await;
        let home = app.home.path().to_path_buf();
        drop(spawn_blocking(move || restart_marker::clear(&home)).await);
    }

    async fn can_restart(&self) -> bool {
        let app = &self.app;
        let visible = app.visible();
        let popup_was_read = app
            .popups
            .last_queued()
            .is_none_or(|at| at.elapsed() >= POPUP_READING_TIME);
        let (true, false, true, Some(core)) = (
            visible.tray,
            visible.window,
            popup_was_read,
            app.core_handle.running(),
        ) else {
            return false;
        };
        // An upgrade may have removed the old program and not yet installed the new one.
        executable::path().is_ok() && core.can_hand_over().await
    }

    /// Stops everything and becomes the new process. Returns only if that failed.
    async fn stop_and_reexec(&self) -> io::Error {
        let app = &self.app;
        app.begin_restart();
        let home = app.home.path().to_path_buf();
        if let Err(error) = spawn_blocking(move || restart_marker::write(&home)).await {
            tracing::debug!(%error, "could not write the restart marker");
        }
        let shut_down = async {
            if let Some(core) = app.core_handle.running() {
                core.stop().await;
            }
            app.popups.wait_until_empty().await;
            if let Some(bus) = app.bus() {
                // From here on a further start becomes the primary instance, and finds the core's lock free.
                single_instance::release(bus, &app.home).await;
            }
        };
        if tokio::time::timeout(SHUTDOWN_TIMEOUT, shut_down)
            .await
            .is_err()
        {
            tracing::warn!("not everything stopped in time");
        }
        let mut command = match executable::path() {
            Ok(program) => process::command(program),
            Err(error) => return io::Error::other(error),
        };
        if let Ok(targets) = serde_json::to_string(&*app.popups.click_targets()) {
            command.env(CLICK_TARGETS_VARIABLE, targets);
        }
        software_rendering::restore_opengl(&mut command);
        if let Some(activation) = app.take_activation() {
            activation.export_to(&mut command);
            // This process needs it for its own window if it is not replaced after all.
            app.keep_activation(activation);
        }
        let deferred = app.defer(|_| {}).unwrap_or_default();
        if app.is_withdrawn() {
            return io::Error::other("the app was quit");
        }
        // GTK and WebKit leave inheritable descriptors open, which the new process would never close.
        close_fds::set_fds_cloexec_threadsafe(FIRST_CLOSED_FD, &[]);
        command.args(restart_arguments(app.home.custom_path(), &deferred));
        process::replace(command)
    }

    /// Takes bus name and core back, and serves the deferred requests.
    async fn resume(self: &Arc<Self>, deferred: DeferredRequests) {
        let app = &self.app;
        if let Some(bus) = app.bus() {
            single_instance::reacquire(bus, &app.home).await;
        }
        Arc::clone(self)
            .start_core(EnvironmentSecrets::none())
            .await;
        if deferred.window {
            self.raise_window();
        }
        if let Some(link) = deferred.link {
            self.open_link(link).await;
        }
    }
}

fn restart_arguments(home: Option<&Path>, deferred: &DeferredRequests) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    if let Some(home) = home {
        arguments.extend(["--home".into(), home.into()]);
    }
    if !deferred.window {
        arguments.push("--hidden".into());
    }
    arguments.extend(deferred.link.clone().map(OsString::from));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deferred_requests_become_arguments() {
        let home = Path::new("/a b");
        let arguments_for = |deferred| restart_arguments(Some(home), &deferred);
        assert_eq!(
            arguments_for(DeferredRequests::default()),
            ["--home", "/a b", "--hidden"].map(OsString::from)
        );
        let link = Some("org.bursar.desktop://top-up/return?state=x".to_owned());
        let window = true;
        assert_eq!(
            restart_arguments(
                None,
                &DeferredRequests {
                    window,
                    link: link.clone()
                }
            ),
            link.iter().map(OsString::from).collect::<Vec<_>>()
        );
    }
}

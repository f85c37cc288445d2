//! What happens when a deep link arrives, for example when a payment page returns to the app. The core decides
//! whether the link is valid, and then asks for the window.

use super::Controller;
use crate::home::Home;
use crate::platform::single_instance::InstanceRequest;
use crate::platform::{autostart, executable, url_scheme};
use bursar_core::error::Result;
use std::sync::Arc;
use tauri::async_runtime::spawn_blocking;
use tokio::sync::mpsc;

impl Controller {
    /// Passes on a link from this start or a further one. Nothing has checked it yet.
    pub(super) async fn open_link(self: Arc<Self>, link: String) {
        let deferred = self
            .app
            .defer(|deferred| deferred.link = Some(link.clone()));
        if deferred.is_some() {
            return;
        }
        if let Ok(core) = self.app.core().await {
            core.open_link(&link);
        }
    }

    /// The core has accepted a link: brings the window to the front, once for each link.
    pub(super) fn raise_window_for_link(self: &Arc<Self>) {
        if !self.app.take_window_serves_link() {
            self.raise_window();
        }
    }

    /// Handles the requests of further starts.
    pub(super) async fn handle_instance_requests(
        self: Arc<Self>,
        mut requests: mpsc::Receiver<InstanceRequest>,
    ) {
        while let Some(request) = requests.recv().await {
            match request {
                InstanceRequest::ShowWindow(activation) => {
                    self.app.keep_activation(activation);
                    self.raise_window();
                }
                InstanceRequest::OpenLink(link, activation) => {
                    self.app.keep_activation(activation);
                    self.app.set_window_serves_link(false);
                    Arc::clone(&self).open_link(link).await;
                }
            }
        }
    }

    /// Registers this program for Bursar's links. Links only arrive if further starts can hand them over to this
    /// process.
    pub(super) async fn register_links(self: Arc<Self>, can_be_handed_over: bool) {
        let home = self.app.home.clone();
        let registered = match spawn_blocking(move || register_executable(&home)).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "could not register for links");
                false
            }
            Err(_) => false,
        };
        self.update_health(|health| health.links = registered && can_be_handed_over);
    }
}

/// Registers this program for links, and repairs autostart if the program in its entry is gone.
fn register_executable(home: &Home) -> Result<()> {
    let program = executable::path()?;
    if let Err(error) = autostart::repair(&program) {
        tracing::warn!(%error, "could not repair the autostart entry");
    }
    url_scheme::register_handler(&program, home.custom_path())
}

//! What happens when a deep link arrives, for example when a payment page returns to the app. While Tauri runs, each
//! link goes through its plugin; in the tray, where Tauri does not run, it goes to the core at once. The core decides
//! whether the link is valid, and then asks for the window.

use super::Controller;
use crate::home::Home;
use crate::platform::single_instance::InstanceRequest;
use crate::platform::{autostart, deep_link_plugin, executable, url_scheme};
use bursar_core::error::Result;
use std::sync::Arc;
use tauri::AppHandle;
use tauri::async_runtime::{spawn, spawn_blocking};
use tokio::sync::mpsc;

/// Links that wait for the core to start. More are dropped, so that a flood does no harm.
const MAX_QUEUED_LINKS: usize = 16;

impl Controller {
    /// Takes a text that arrived as a link, which nothing has checked yet.
    pub(crate) async fn receive_link(self: Arc<Self>, text: String) {
        if !deep_link_plugin::accepts(&text) {
            tracing::info!("a link that is not one of ours was ignored");
            return;
        }
        if self.defer_link(&text) {
            return;
        }
        let tauri = self.app.main_thread.tauri();
        if !tauri.is_some_and(|tauri| deep_link_plugin::pass(&tauri, &text)) {
            tracing::info!("a link goes to the core directly");
            self.open_link(text).await;
        }
    }

    /// Tauri runs from now on, so its plugin delivers links: first the one that this window was opened for, if any. On
    /// the main thread.
    pub(crate) fn listen_for_links(self: &Arc<Self>, tauri: &AppHandle, link: Option<String>) {
        // The window that this start opens is the one that the link leads to.
        self.app.set_window_serves_link(link.is_some());
        let (sender, links) = mpsc::channel(MAX_QUEUED_LINKS);
        spawn(Arc::clone(self).open_links(links));
        let has_plugin = deep_link_plugin::listen(tauri, link.as_deref(), move |link| {
            tracing::info!("the plugin delivers a link");
            if sender.try_send(link).is_err() {
                tracing::warn!("dropped a link: too many at once");
            }
        });
        if let Some(link) = link.filter(|_| !has_plugin) {
            spawn(Arc::clone(self).receive_link(link));
        }
    }

    async fn open_links(self: Arc<Self>, mut links: mpsc::Receiver<String>) {
        while let Some(link) = links.recv().await {
            self.open_link(link).await;
        }
    }

    /// Wakes the core with a link. Every way leads here.
    pub(super) async fn open_link(&self, link: String) {
        if self.defer_link(&link) {
            return;
        }
        if let Ok(core) = self.app.core().await {
            core.open_link(&link);
        }
    }

    /// If the process is about to be replaced, keeps the link for its successor. Returns whether it does.
    fn defer_link(&self, link: &str) -> bool {
        let deferred = self
            .app
            .defer(|deferred| deferred.link = Some(link.to_owned()));
        deferred.is_some()
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
                    Arc::clone(&self).receive_link(link).await;
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

//! Shows the icon in the tray over the bus, without GTK. It is offered to each new host, and again after a failure.

mod status_notifier_host;
mod status_notifier_item;

use crate::platform::tray::menu::ActionHandler;
use bursar_core::view::TrayView;
use bursar_l10n::Texts;
use futures_util::StreamExt as _;
use ksni::TrayMethods as _;
use status_notifier_host::Host;
use status_notifier_item::Icon;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use zbus::Connection;

/// How long a host may take to accept the icon.
const SHOW_TIMEOUT: Duration = Duration::from_secs(5);

/// A host that does not accept the icon is asked again after this time, then after twice as long each time, up to the
/// second one. Its name may be on the bus before it is ready.
const MIN_RETRY_DELAY: Duration = Duration::from_millis(250);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(60);

/// Keeps an icon in every tray that appears, until `end` resolves or the bus ends. Each change of `view` shows it anew, in the
/// language of `texts`. Calls `on_shown` with whether a tray shows it, and `on_action` for each click. None may block.
///
/// # Errors
/// When the bus does not answer.
pub(crate) async fn run(
    connection: &Connection,
    mut view: watch::Receiver<TrayView>,
    texts: impl Fn() -> Arc<Texts> + Send,
    on_shown: impl Fn(bool) + Send,
    on_action: ActionHandler,
    end: impl Future<Output = ()> + Send,
) -> zbus::Result<()> {
    let mut end = pin!(end);
    let mut hosts = status_notifier_host::watch(connection).await?;
    let mut hosted = HostedIcon::default();
    loop {
        tokio::select! {
            host = hosts.next() => {
                let Some(host) = host else {
                    hosted.remove().await;
                    on_shown(false);
                    return Ok(());
                };
                if hosted.was_offered_to(&host) {
                    continue;
                }
                hosted.remove().await;
                hosted.host = host;
                let now = view.borrow_and_update().clone();
                hosted.offer(now, texts(), &on_action).await;
                on_shown(hosted.icon.is_some());
            }
            () = hosted.retry() => {
                let now = view.borrow_and_update().clone();
                hosted.offer(now, texts(), &on_action).await;
                on_shown(hosted.icon.is_some());
            }
            () = &mut end => {
                hosted.remove().await;
                return Ok(());
            }
            changed = view.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
                if let Some(icon) = &hosted.icon {
                    let now = view.borrow_and_update().clone();
                    let words = texts();
                    icon.update(|icon| {
                        icon.view = now;
                        icon.texts = words;
                    })
                    .await;
                }
            }
        }
    }
}

/// The icon and the host that shows it.
#[derive(Default)]
struct HostedIcon {
    host: Host,
    icon: Option<ksni::Handle<Icon>>,
    /// When to offer the icon to this host again, and how long the wait is.
    next_offer: Option<(Instant, Duration)>,
}

impl HostedIcon {
    /// Whether the icon has been offered to this host.
    fn was_offered_to(&self, host: &Host) -> bool {
        self.host == *host && (self.icon.is_some() || self.next_offer.is_some())
    }

    async fn remove(&mut self) {
        self.host = None;
        self.next_offer = None;
        if let Some(icon) = self.icon.take() {
            icon.shutdown().await;
        }
    }

    /// Offers an icon to the host, if there is one.
    async fn offer(&mut self, view: TrayView, texts: Arc<Texts>, on_action: &ActionHandler) {
        if self.host.is_none() {
            return;
        }
        let on_action = Arc::clone(on_action);
        let icon = Icon {
            view,
            texts,
            on_action,
        };
        // Register by unique name alone: the other form uses a name that any program could own.
        let icon = icon.disable_dbus_name(true).spawn();
        match tokio::time::timeout(SHOW_TIMEOUT, icon).await {
            Ok(Ok(icon)) => {
                self.icon = Some(icon);
                self.next_offer = None;
            }
            Ok(Err(error)) => self.schedule_retry(&error.to_string()),
            Err(_) => self.schedule_retry("it does not answer"),
        }
    }

    fn schedule_retry(&mut self, reason: &str) {
        let wait = self.next_offer.map_or(MIN_RETRY_DELAY, |(_, waited)| {
            waited.saturating_mul(2).min(MAX_RETRY_DELAY)
        });
        tracing::warn!(reason, ?wait, "the tray does not accept the icon");
        self.next_offer = Instant::now().checked_add(wait).map(|at| (at, wait));
    }

    /// Resolves when the icon is to be offered again; never if that is not planned.
    async fn retry(&self) {
        match self.next_offer {
            Some((at, _)) => tokio::time::sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}

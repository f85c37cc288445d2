//! Pop-ups through the desktop's notification server (org.freedesktop.Notifications). Servers differ in what they
//! make of markup, so all text is sent in a form that is shown as plain text. A missing server only costs the pop-up,
//! and is reported.

use crate::platform::activation::Activation;
use crate::platform::dbus;
use crate::platform::notifications::popup::{ClickTargets, Popup, PopupEvent};
use crate::platform::sanitize::{escape_markup, sentence_line};
use bursar_core::APP_ID;
use futures_util::StreamExt as _;
use std::collections::HashMap;
use std::sync::MutexGuard;
use std::time::Duration;
use tokio::sync::mpsc;
use zbus::Connection;
use zbus::zvariant::Value;

const SERVER: &str = "org.freedesktop.Notifications";

/// How long the server may take to accept a pop-up.
const NOTIFY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many pop-ups are remembered for a click. A click on an older one does nothing.
const MAX_CLICK_TARGETS: usize = 64;

/// Shows the queued pop-ups with `open_label` on their button, remembers in `click_targets` where a click on each leads, and
/// reports events. Ends when the queue is closed or the bus ends.
///
/// # Errors
/// When the bus does not answer.
pub(crate) async fn run<'a>(
    connection: &Connection,
    mut popups: mpsc::UnboundedReceiver<Popup>,
    open_label: impl Fn() -> String + Send,
    click_targets: impl Fn() -> MutexGuard<'a, ClickTargets> + Send,
    on_event: impl Fn(PopupEvent) + Send,
) -> zbus::Result<()> {
    let server = NotificationsProxy::new(connection).await?;
    let mut availability = dbus::watch_owner(connection, SERVER, true).await?;
    // One stream for all signals keeps their order: a click's token comes before the click. A pop-up's closing is
    // ignored: servers send click and closing at the same time, and the closing may come first.
    let mut signals = server.inner().receive_all_signals().await?;
    let mut token = None;
    loop {
        tokio::select! {
            Some(signal) = signals.next() => {
                if let Some(signal) = ActivationToken::from_message(signal.clone()) {
                    token = signal.args().ok().map(|signal| (signal.id, signal.token));
                    continue;
                }
                let Some(click) = ActionInvoked::from_message(signal) else { continue };
                let Ok(click) = click.args() else { continue };
                let page = click_targets().remove(click.id());
                if let Some(page) = page {
                    let own_token = token.take().filter(|(id, _)| id == click.id());
                    let activation = own_token.map(|(_, token)| Activation::token(token));
                    on_event(PopupEvent::Clicked(page, activation.unwrap_or_default()));
                }
            }
            popup = popups.recv() => {
                let Some(popup) = popup else { return Ok(()) };
                match show(&server, &popup, &open_label()).await {
                    Ok(id) => {
                        let mut targets = click_targets();
                        if targets.len() >= MAX_CLICK_TARGETS {
                            targets.pop_first();
                        }
                        targets.insert(id, popup.page);
                    }
                    Err(error) => {
                        tracing::warn!(%error, "could not show a notification");
                        on_event(PopupEvent::ServerAvailable(false));
                    }
                }
                on_event(PopupEvent::Handled);
            }
            available = availability.next() => {
                on_event(PopupEvent::ServerAvailable(available == Some(true)));
                if available.is_none() {
                    return Ok(());
                }
            }
        }
    }
}

async fn show(
    server: &NotificationsProxy<'_>,
    popup: &Popup,
    open_label: &str,
) -> zbus::Result<u32> {
    let request = async {
        let capabilities = server.get_capabilities().await?;
        let can = |capability: &str| capabilities.iter().any(|c| c == capability);
        let plain: Vec<_> = popup.body.lines().map(sentence_line).collect();
        let plain = plain.join("\n");
        let body = if can("body-markup") {
            escape_markup(&plain)
        } else {
            plain
        };
        let actions: &[&str] = if can("actions") {
            &["default", open_label]
        } else {
            &[]
        };
        let hints = HashMap::from([
            ("desktop-entry", Value::from(APP_ID)),
            ("category", Value::from("transfer")),
        ]);
        server
            .notify(
                "Bursar",
                0,
                APP_ID,
                &sentence_line(&popup.title),
                &body,
                actions,
                &hints,
                -1,
            )
            .await
    };
    tokio::time::timeout(NOTIFY_TIMEOUT, request)
        .await
        .unwrap_or_else(|_| Err(zbus::Error::Failure("no answer in time".to_owned())))
}

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
trait Notifications {
    #[expect(
        clippy::too_many_arguments,
        reason = "the specification's own signature"
    )]
    fn notify(
        &self,
        app_name: &str,
        replaces: u32,
        icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: &HashMap<&str, Value<'_>>,
        expires_after_ms: i32,
    ) -> zbus::Result<u32>;

    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    #[zbus(signal)]
    fn activation_token(&self, id: u32, token: String) -> zbus::Result<()>;

    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action: String) -> zbus::Result<()>;
}

//! The icon in the tray: what it shows and its menu are pure functions of the core's view. It speaks
//! StatusNotifierItem itself, so it needs no GTK, has a left click, and is there as long as a tray is.

mod host;
mod icons;

use crate::platform::activation::Activation;
use crate::platform::sanitize::{escape_access_keys, one_line};
use bursar_core::account::AccountId;
use bursar_core::view::TrayView;
use futures_util::StreamExt as _;
use host::Host;
use ksni::TrayMethods as _;
use ksni::menu::{CheckmarkItem, StandardItem};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use zbus::Connection;

/// How long a host may take to accept the icon.
const SHOW_TIMEOUT: Duration = Duration::from_secs(5);

/// A host that does not take the icon is offered it again after this time, and after twice as long each time up to the
/// second one: it may have its name on the bus before it is ready.
const RETRY_FIRST: Duration = Duration::from_millis(250);
const RETRY_LAST: Duration = Duration::from_secs(60);

/// Hears what is clicked, with what the desktop gave for raising a window.
pub(crate) type ActionHandler = Arc<dyn Fn(Action, Activation) + Send + Sync>;

/// What a click in the tray asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Open,
    TopUp,
    ReturnToPayment(AccountId, String),
    CheckNow,
    HideAmounts(bool),
    Quit,
}

/// A line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MenuEntry {
    /// Something to read.
    Text(String),
    Separator,
    Button {
        label: &'static str,
        action: Action,
        enabled: bool,
    },
    Checkbox {
        label: &'static str,
        action: Action,
        on: bool,
    },
}

/// Which of the three icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IconState {
    Normal,
    /// A top-up is open.
    Pending,
    /// Something needs the user.
    Attention,
}

pub(crate) fn icon_state(view: &TrayView) -> IconState {
    match (view.attention, view.pending) {
        (true, _) => IconState::Attention,
        (false, true) => IconState::Pending,
        (false, false) => IconState::Normal,
    }
}

/// The menu, top to bottom.
pub(crate) fn menu(view: &TrayView) -> Vec<MenuEntry> {
    let button = |label, action, enabled| MenuEntry::Button {
        label,
        action,
        enabled,
    };
    let connected = !view.lines.is_empty();
    let mut entries: Vec<MenuEntry> = view
        .lines
        .iter()
        .map(|line| MenuEntry::Text(one_line(line)))
        .collect();
    if !connected {
        entries.push(MenuEntry::Text("No account is connected".to_owned()));
    }
    entries.push(MenuEntry::Separator);
    entries.push(button("Open Bursar", Action::Open, true));
    entries.push(button("Top up…", Action::TopUp, view.can_top_up));
    if let Some((account, top_up)) = &view.return_to {
        let action = Action::ReturnToPayment(account.clone(), top_up.clone());
        entries.push(button("Return to payment", action, true));
    }
    entries.push(button("Check now", Action::CheckNow, connected));
    entries.push(MenuEntry::Separator);
    entries.push(MenuEntry::Checkbox {
        label: "Hide amounts",
        action: Action::HideAmounts(!view.amounts_hidden),
        on: view.amounts_hidden,
    });
    entries.push(MenuEntry::Separator);
    entries.push(button("Quit", Action::Quit, true));
    entries
}

/// Keeps an icon in every tray that appears, until `end` or the end of the bus. `seen` hears whether one is shown, `act`
/// what is clicked; neither may block.
///
/// # Errors
/// When the bus does not answer.
pub(crate) async fn run(
    connection: &Connection,
    mut view: watch::Receiver<TrayView>,
    on_shown: impl Fn(bool) + Send,
    on_action: ActionHandler,
    end: impl Future<Output = ()> + Send,
) -> zbus::Result<()> {
    let mut end = pin!(end);
    let mut hosts = host::watch(connection).await?;
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
                hosted.offer(now, &on_action).await;
                on_shown(hosted.icon.is_some());
            }
            () = hosted.retry() => {
                let now = view.borrow_and_update().clone();
                hosted.offer(now, &on_action).await;
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
                    icon.update(|icon| icon.view = now).await;
                }
            }
        }
    }
}

/// The icon and who shows it.
#[derive(Default)]
struct HostedIcon {
    host: Host,
    icon: Option<ksni::Handle<Icon>>,
    /// When a host that is there but has not taken the icon is offered it again, and how long that was waited for.
    next_offer: Option<(Instant, Duration)>,
}

impl HostedIcon {
    /// Whether this host has been offered the icon already.
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
    async fn offer(&mut self, view: TrayView, on_action: &ActionHandler) {
        if self.host.is_none() {
            return;
        }
        let on_action = Arc::clone(on_action);
        let icon = Icon { view, on_action };
        // By its unique name alone: the other form asks for a name that any program could hold.
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

    fn schedule_retry(&mut self, why: &str) {
        let wait = self.next_offer.map_or(RETRY_FIRST, |(_, waited)| {
            waited.saturating_mul(2).min(RETRY_LAST)
        });
        tracing::warn!(why, ?wait, "the tray does not take the icon");
        self.next_offer = Instant::now().checked_add(wait).map(|at| (at, wait));
    }

    /// Resolves when the icon is to be offered again; never if it is not.
    async fn retry(&self) {
        match self.next_offer {
            Some((at, _)) => tokio::time::sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}

struct Icon {
    view: TrayView,
    on_action: ActionHandler,
}

impl Icon {
    /// Tells what was clicked.
    fn clicked(&self, action: Action) {
        let token = ksni::current_xdg_activation_token();
        (self.on_action)(action, token.map(Activation::token).unwrap_or_default());
    }
}

impl ksni::Tray for Icon {
    fn id(&self) -> String {
        "org.bursar.desktop".to_owned()
    }

    fn title(&self) -> String {
        "Bursar".to_owned()
    }

    fn status(&self) -> ksni::Status {
        match icon_state(&self.view) {
            IconState::Normal | IconState::Pending => ksni::Status::Active,
            IconState::Attention => ksni::Status::NeedsAttention,
        }
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        icons::pixmaps(icon_state(&self.view))
    }

    fn attention_icon_pixmap(&self) -> Vec<ksni::Icon> {
        icons::pixmaps(IconState::Attention)
    }

    fn tool_tip(&self) -> ksni::ToolTip {
        ksni::ToolTip {
            title: "Bursar".to_owned(),
            description: self
                .view
                .tooltip
                .lines()
                .map(one_line)
                .collect::<Vec<_>>()
                .join("\n"),
            ..ksni::ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.clicked(Action::Open);
    }

    fn menu(&self) -> Vec<ksni::MenuItem<Self>> {
        menu(&self.view).into_iter().map(to_menu_item).collect()
    }
}

fn to_menu_item(entry: MenuEntry) -> ksni::MenuItem<Icon> {
    match entry {
        MenuEntry::Text(text) => StandardItem {
            label: escape_access_keys(&text),
            enabled: false,
            ..StandardItem::default()
        }
        .into(),
        MenuEntry::Separator => ksni::MenuItem::Separator,
        MenuEntry::Button {
            label,
            action,
            enabled,
        } => StandardItem {
            label: label.to_owned(),
            enabled,
            activate: Box::new(move |icon: &mut Icon| icon.clicked(action.clone())),
            ..StandardItem::default()
        }
        .into(),
        MenuEntry::Checkbox { label, action, on } => CheckmarkItem {
            label: label.to_owned(),
            checked: on,
            activate: Box::new(move |icon: &mut Icon| icon.clicked(action.clone())),
            ..CheckmarkItem::default()
        }
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(view: &TrayView) -> Vec<String> {
        menu(view)
            .into_iter()
            .map(|entry| match entry {
                MenuEntry::Text(text) => text,
                MenuEntry::Separator => "-".to_owned(),
                MenuEntry::Button {
                    label,
                    enabled: true,
                    ..
                } => label.to_owned(),
                MenuEntry::Button {
                    label,
                    enabled: false,
                    ..
                } => format!("({label})"),
                MenuEntry::Checkbox { label, on, .. } => {
                    format!("[{}] {label}", if on { "x" } else { " " })
                }
            })
            .collect()
    }

    #[test]
    fn menu_without_accounts_offers_the_window() {
        assert_eq!(
            labels(&TrayView::default()),
            [
                "No account is connected",
                "-",
                "Open Bursar",
                "(Top up…)",
                "(Check now)",
                "-",
                "[ ] Hide amounts",
                "-",
                "Quit"
            ]
        );
    }

    #[test]
    fn menu_of_an_open_top_up_returns_to_it() {
        let account = AccountId("a".to_owned());
        let view = TrayView {
            lines: vec!["Main: 12.00\u{202E} USDC".to_owned()],
            pending: true,
            return_to: Some((account.clone(), "t".to_owned())),
            can_top_up: true,
            amounts_hidden: true,
            ..TrayView::default()
        };
        let there = labels(&view);
        assert_eq!(there.first().map(String::as_str), Some("Main: 12.00 USDC"));
        assert!(there.contains(&"Return to payment".to_owned()));
        assert!(there.contains(&"[x] Hide amounts".to_owned()));
        assert!(menu(&view).contains(&MenuEntry::Button {
            label: "Return to payment",
            action: Action::ReturnToPayment(account, "t".to_owned()),
            enabled: true
        }));
    }

    #[test]
    fn attention_takes_precedence_over_pending() {
        let of = |attention, pending| {
            icon_state(&TrayView {
                attention,
                pending,
                ..TrayView::default()
            })
        };
        assert_eq!(of(false, false), IconState::Normal);
        assert_eq!(of(false, true), IconState::Pending);
        assert_eq!(of(true, true), IconState::Attention);
    }
}

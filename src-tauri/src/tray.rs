//! The icon in the tray: what it shows and its menu are pure functions of the core's view. It speaks
//! StatusNotifierItem itself, so it needs no GTK, has a left click, and is there as long as a tray is.

pub(crate) mod absence;
mod host;
mod icons;

use crate::activation::Activation;
use crate::text::{inert, without_access_keys};
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
pub(crate) type Act = Arc<dyn Fn(Action, Activation) + Send + Sync>;

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
pub(crate) enum Entry {
    /// Something to read.
    Line(String),
    Separator,
    Button {
        label: &'static str,
        does: Action,
        enabled: bool,
    },
    Tick {
        label: &'static str,
        does: Action,
        on: bool,
    },
}

/// Which of the three icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Normal,
    /// A top-up is open.
    Pending,
    /// Something needs the user.
    Attention,
}

pub(crate) fn mood(view: &TrayView) -> Mood {
    match (view.attention, view.pending) {
        (true, _) => Mood::Attention,
        (false, true) => Mood::Pending,
        (false, false) => Mood::Normal,
    }
}

/// The menu, top to bottom.
pub(crate) fn menu(view: &TrayView) -> Vec<Entry> {
    let button = |label, does, enabled| Entry::Button {
        label,
        does,
        enabled,
    };
    let connected = !view.lines.is_empty();
    let mut entries: Vec<Entry> = view
        .lines
        .iter()
        .map(|line| Entry::Line(inert(line)))
        .collect();
    if !connected {
        entries.push(Entry::Line("No account is connected".to_owned()));
    }
    entries.push(Entry::Separator);
    entries.push(button("Open Bursar", Action::Open, true));
    entries.push(button("Top up…", Action::TopUp, view.can_top_up));
    if let Some((account, top_up)) = &view.return_to {
        let does = Action::ReturnToPayment(account.clone(), top_up.clone());
        entries.push(button("Return to payment", does, true));
    }
    entries.push(button("Check now", Action::CheckNow, connected));
    entries.push(Entry::Separator);
    entries.push(Entry::Tick {
        label: "Hide amounts",
        does: Action::HideAmounts(!view.amounts_hidden),
        on: view.amounts_hidden,
    });
    entries.push(Entry::Separator);
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
    seen: impl Fn(bool) + Send,
    act: Act,
    end: impl Future<Output = ()> + Send,
) -> zbus::Result<()> {
    let mut end = pin!(end);
    let mut hosts = host::follow(connection).await?;
    let mut shown = Shown::default();
    loop {
        tokio::select! {
            host = hosts.next() => {
                let Some(host) = host else {
                    shown.take_away().await;
                    seen(false);
                    return Ok(());
                };
                if shown.is_for(&host) {
                    continue;
                }
                shown.take_away().await;
                shown.host = host;
                let now = view.borrow_and_update().clone();
                shown.offer(now, &act).await;
                seen(shown.icon.is_some());
            }
            () = shown.retry() => {
                let now = view.borrow_and_update().clone();
                shown.offer(now, &act).await;
                seen(shown.icon.is_some());
            }
            () = &mut end => {
                shown.take_away().await;
                return Ok(());
            }
            changed = view.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
                if let Some(icon) = &shown.icon {
                    let now = view.borrow_and_update().clone();
                    icon.update(|icon| icon.view = now).await;
                }
            }
        }
    }
}

/// The icon and who shows it.
#[derive(Default)]
struct Shown {
    host: Host,
    icon: Option<ksni::Handle<Icon>>,
    /// When a host that is there but has not taken the icon is offered it again, and how long that was waited for.
    again: Option<(Instant, Duration)>,
}

impl Shown {
    /// Whether this host has been offered the icon already.
    fn is_for(&self, host: &Host) -> bool {
        self.host == *host && (self.icon.is_some() || self.again.is_some())
    }

    async fn take_away(&mut self) {
        self.host = None;
        self.again = None;
        if let Some(icon) = self.icon.take() {
            icon.shutdown().await;
        }
    }

    /// Offers an icon to the host, if there is one.
    async fn offer(&mut self, view: TrayView, act: &Act) {
        if self.host.is_none() {
            return;
        }
        let act = Arc::clone(act);
        let icon = Icon { view, act };
        // By its unique name alone: the other form asks for a name that any program could hold.
        let icon = icon.disable_dbus_name(true).spawn();
        match tokio::time::timeout(SHOW_TIMEOUT, icon).await {
            Ok(Ok(icon)) => {
                self.icon = Some(icon);
                self.again = None;
            }
            Ok(Err(error)) => self.offer_later(&error.to_string()),
            Err(_) => self.offer_later("it does not answer"),
        }
    }

    fn offer_later(&mut self, why: &str) {
        let wait = self.again.map_or(RETRY_FIRST, |(_, waited)| {
            waited.saturating_mul(2).min(RETRY_LAST)
        });
        tracing::warn!(why, ?wait, "the tray does not take the icon");
        self.again = Instant::now().checked_add(wait).map(|at| (at, wait));
    }

    /// Resolves when the icon is to be offered again; never if it is not.
    async fn retry(&self) {
        match self.again {
            Some((at, _)) => tokio::time::sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}

struct Icon {
    view: TrayView,
    act: Act,
}

impl Icon {
    /// Tells what was clicked.
    fn clicked(&self, action: Action) {
        let token = ksni::current_xdg_activation_token();
        (self.act)(action, token.map(Activation::token).unwrap_or_default());
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
        match mood(&self.view) {
            Mood::Normal | Mood::Pending => ksni::Status::Active,
            Mood::Attention => ksni::Status::NeedsAttention,
        }
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        icons::of(mood(&self.view))
    }

    fn attention_icon_pixmap(&self) -> Vec<ksni::Icon> {
        icons::of(Mood::Attention)
    }

    fn tool_tip(&self) -> ksni::ToolTip {
        ksni::ToolTip {
            title: "Bursar".to_owned(),
            description: self
                .view
                .tooltip
                .lines()
                .map(inert)
                .collect::<Vec<_>>()
                .join("\n"),
            ..ksni::ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.clicked(Action::Open);
    }

    fn menu(&self) -> Vec<ksni::MenuItem<Self>> {
        menu(&self.view).into_iter().map(drawn).collect()
    }
}

fn drawn(entry: Entry) -> ksni::MenuItem<Icon> {
    match entry {
        Entry::Line(text) => StandardItem {
            label: without_access_keys(&text),
            enabled: false,
            ..StandardItem::default()
        }
        .into(),
        Entry::Separator => ksni::MenuItem::Separator,
        Entry::Button {
            label,
            does,
            enabled,
        } => StandardItem {
            label: label.to_owned(),
            enabled,
            activate: Box::new(move |icon: &mut Icon| icon.clicked(does.clone())),
            ..StandardItem::default()
        }
        .into(),
        Entry::Tick { label, does, on } => CheckmarkItem {
            label: label.to_owned(),
            checked: on,
            activate: Box::new(move |icon: &mut Icon| icon.clicked(does.clone())),
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
                Entry::Line(text) => text,
                Entry::Separator => "-".to_owned(),
                Entry::Button {
                    label,
                    enabled: true,
                    ..
                } => label.to_owned(),
                Entry::Button {
                    label,
                    enabled: false,
                    ..
                } => format!("({label})"),
                Entry::Tick { label, on, .. } => {
                    format!("[{}] {label}", if on { "x" } else { " " })
                }
            })
            .collect()
    }

    #[test]
    fn before_any_account_there_is_the_window_to_open() {
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
    fn an_open_top_up_can_be_returned_to() {
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
        assert!(menu(&view).contains(&Entry::Button {
            label: "Return to payment",
            does: Action::ReturnToPayment(account, "t".to_owned()),
            enabled: true
        }));
    }

    #[test]
    fn what_needs_the_user_shows_before_what_is_pending() {
        let of = |attention, pending| {
            mood(&TrayView {
                attention,
                pending,
                ..TrayView::default()
            })
        };
        assert_eq!(of(false, false), Mood::Normal);
        assert_eq!(of(false, true), Mood::Pending);
        assert_eq!(of(true, true), Mood::Attention);
    }
}

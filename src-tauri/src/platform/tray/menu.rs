//! The tray's menu and icon, as pure functions of the core's view.

use crate::platform::activation::Activation;
use crate::platform::sanitize::one_line;
use bursar_core::account::AccountId;
use bursar_core::view::TrayView;
use std::sync::Arc;

/// Called for each click, with the activation that may raise the window.
pub(crate) type ActionHandler = Arc<dyn Fn(Action, Activation) + Send + Sync>;

/// What a click in the tray requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Open,
    TopUp,
    ReturnToPayment(AccountId, String),
    CheckNow,
    HideAmounts(bool),
    Quit,
}

/// An entry of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MenuEntry {
    /// Text that cannot be clicked.
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

/// Selects one of the three icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IconState {
    Normal,
    /// A top-up is open.
    Pending,
    /// Something needs the user's attention.
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
        let labels = labels(&view);
        assert_eq!(labels.first().map(String::as_str), Some("Main: 12.00 USDC"));
        assert!(labels.contains(&"Return to payment".to_owned()));
        assert!(labels.contains(&"[x] Hide amounts".to_owned()));
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

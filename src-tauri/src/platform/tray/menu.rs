//! The tray's menu, lines and icon, as pure functions of the core's view and the texts of a language.

use crate::platform::activation::Activation;
use crate::platform::sanitize::{one_line, sentence_line};
use bursar_core::account::AccountId;
use bursar_core::view::{TrayAccount, TrayBalance, TrayState, TrayView};
use bursar_l10n::{Texts, Value, text};
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
        label: String,
        action: Action,
        enabled: bool,
    },
    Checkbox {
        label: String,
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

/// Each account's label, balance and state. Hidden amounts are left out.
pub(crate) fn account_lines(view: &TrayView, texts: &Texts) -> Vec<String> {
    view.accounts
        .iter()
        .map(|account| sentence_line(&account_line(account, texts)))
        .collect()
}

fn account_line(account: &TrayAccount, texts: &Texts) -> String {
    let balance: Value<'_> = match &account.balance {
        TrayBalance::Known(amount) => amount.into(),
        TrayBalance::Owed(amount) => text!(texts, tray_balance_owed, amount = amount).into(),
        TrayBalance::Hidden => text!(texts, tray_balance_hidden).into(),
        TrayBalance::Unknown => text!(texts, tray_balance_unknown).into(),
    };
    let state = match account.state {
        None => "none",
        Some(TrayState::TopUpPending) => "top_up_pending",
        Some(TrayState::TopUpConfirming) => "top_up_confirming",
        Some(TrayState::SignedOut) => "signed_out",
        Some(TrayState::Offline) => "offline",
        Some(TrayState::Outdated) => "outdated",
        Some(TrayState::Low) => "low",
    };
    let label = one_line(&account.label);
    text!(
        texts,
        tray_account,
        account = label,
        balance = balance,
        state = state
    )
}

/// The menu, top to bottom.
pub(crate) fn menu(view: &TrayView, texts: &Texts) -> Vec<MenuEntry> {
    let button = |label, action, enabled| MenuEntry::Button {
        label,
        action,
        enabled,
    };
    let connected = !view.accounts.is_empty();
    let mut entries: Vec<MenuEntry> = account_lines(view, texts)
        .into_iter()
        .map(MenuEntry::Text)
        .collect();
    if !connected {
        entries.push(MenuEntry::Text(text!(texts, tray_no_account)));
    }
    entries.push(MenuEntry::Separator);
    entries.push(button(text!(texts, tray_open), Action::Open, true));
    entries.push(button(
        text!(texts, tray_top_up),
        Action::TopUp,
        view.can_top_up,
    ));
    if let Some((account, top_up)) = &view.return_to {
        let action = Action::ReturnToPayment(account.clone(), top_up.clone());
        entries.push(button(text!(texts, tray_return), action, true));
    }
    entries.push(button(
        text!(texts, tray_check_now),
        Action::CheckNow,
        connected,
    ));
    entries.push(MenuEntry::Separator);
    entries.push(MenuEntry::Checkbox {
        label: text!(texts, tray_hide_amounts),
        action: Action::HideAmounts(!view.amounts_hidden),
        on: view.amounts_hidden,
    });
    entries.push(MenuEntry::Separator);
    entries.push(button(text!(texts, tray_quit), Action::Quit, true));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_core::money::{Amount, Currency};
    use bursar_l10n::{Language, Medium};

    fn texts(language: Language) -> Texts {
        Texts::new(language, Medium::Desktop)
    }

    fn account(label: &str, balance: TrayBalance, state: Option<TrayState>) -> TrayAccount {
        TrayAccount {
            label: label.to_owned(),
            balance,
            state,
        }
    }

    fn known(amount: &str) -> TrayBalance {
        TrayBalance::Known(Amount::parse_decimal(amount, Currency::new("USDC").unwrap()).unwrap())
    }

    fn labels(view: &TrayView) -> Vec<String> {
        menu(view, &texts(Language::English))
            .into_iter()
            .map(|entry| match entry {
                MenuEntry::Text(text) => text,
                MenuEntry::Separator => "-".to_owned(),
                MenuEntry::Button {
                    label,
                    enabled: true,
                    ..
                } => label,
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
                "No accounts connected",
                "-",
                "Open Bursar",
                "(Top up)",
                "(Check all accounts)",
                "-",
                "[ ] Hide amounts",
                "-",
                "Quit Bursar"
            ]
        );
    }

    #[test]
    fn line_says_what_is_owed() {
        let owed = Amount::parse_decimal("3.5", Currency::new("USD").unwrap()).unwrap();
        let view = TrayView {
            accounts: vec![account("Main", TrayBalance::Owed(owed), None)],
            ..TrayView::default()
        };
        let lines = account_lines(&view, &texts(Language::English));
        assert_eq!(lines, ["Main: you owe 3.50 USD"]);
    }

    #[test]
    fn menu_of_an_open_top_up_returns_to_it() {
        let id = AccountId("a".to_owned());
        let view = TrayView {
            accounts: vec![account("Ma\u{202E}in", known("12"), None)],
            pending: true,
            return_to: Some((id.clone(), "t".to_owned())),
            can_top_up: true,
            amounts_hidden: true,
            ..TrayView::default()
        };
        let labels = labels(&view);
        assert_eq!(labels.first().map(String::as_str), Some("Main: 12.00 USDC"));
        assert!(labels.contains(&"Return to payment".to_owned()));
        assert!(labels.contains(&"[x] Hide amounts".to_owned()));
        assert!(
            menu(&view, &texts(Language::English)).contains(&MenuEntry::Button {
                label: "Return to payment".to_owned(),
                action: Action::ReturnToPayment(id, "t".to_owned()),
                enabled: true
            })
        );
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

    #[test]
    fn line_follows_the_language_and_says_what_matters_most() {
        let lines = |language| {
            let view = TrayView {
                accounts: vec![
                    account("A", known("1204.5"), Some(TrayState::Low)),
                    account("B", TrayBalance::Hidden, Some(TrayState::TopUpPending)),
                    account("C", TrayBalance::Unknown, Some(TrayState::SignedOut)),
                ],
                ..TrayView::default()
            };
            account_lines(&view, &texts(language))
        };
        assert_eq!(
            lines(Language::English),
            [
                "A: 1 204.50 USDC (low)",
                "B: amount hidden (top-up pending)",
                "C: balance unknown (signed out)"
            ]
        );
        assert_eq!(
            lines(Language::German),
            [
                "A: 1 204,50 USDC (niedrig)",
                "B: Betrag ausgeblendet (Aufladung ausstehend)",
                "C: Guthaben unbekannt (abgemeldet)"
            ]
        );
    }

    #[test]
    fn label_from_right_to_left_is_isolated() {
        let view = TrayView {
            accounts: vec![account("\u{2069}חשבון", known("12"), None)],
            ..TrayView::default()
        };
        assert_eq!(
            account_lines(&view, &texts(Language::English)),
            ["\u{2068}חשבון\u{2069}: 12.00 USDC"]
        );
    }
}

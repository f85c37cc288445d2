//! What the tray shows, as a pure function of the accounts' states.

use super::Connection;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Code;
use bursar_domain::view::TrayView;
use bursar_engine::top_up::TopUp;
use bursar_engine::{PollTarget, State};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn tray_view(
    connections: &BTreeMap<AccountId, Connection>,
    states: &BTreeMap<AccountId, Arc<State>>,
    hide: bool,
    now: Timestamp,
) -> TrayView {
    let known: Vec<_> = connections
        .values()
        .filter_map(|connection| Some((connection, states.get(&connection.account.id)?)))
        .collect();
    let lines: Vec<String> = known
        .iter()
        .map(|(connection, state)| {
            let signed_out = is_signed_out(state, connection.session.waits_for_keyring());
            line(&connection.account.label, state, signed_out, hide, now)
        })
        .collect();
    TrayView {
        tooltip: if lines.is_empty() {
            "Bursar".to_owned()
        } else {
            lines.join("\n")
        },
        lines,
        pending: known.iter().any(|(_, state)| state.has_live()),
        attention: known.iter().any(|(connection, state)| {
            state.shows_low_balance(now)
                || is_signed_out(state, connection.session.waits_for_keyring())
        }),
        return_to: known
            .iter()
            .flat_map(|(_, state)| state.top_ups.values().map(move |top_up| (*state, top_up)))
            .filter(|(_, top_up)| top_up.is_live() && top_up.checkout.is_some())
            .max_by_key(|(_, top_up)| top_up.created_at)
            .map(|(state, top_up)| (state.account.clone(), top_up.id.clone())),
        can_top_up: known.iter().any(|(_, state)| state.config.signed_in),
        amounts_hidden: hide,
    }
}

fn line(label: &str, state: &State, signed_out: bool, hide: bool, now: Timestamp) -> String {
    let balance = match state.spendable() {
        _ if hide => "amount hidden".to_owned(),
        Some(amount) => amount.to_brief(),
        None => "balance unknown".to_owned(),
    };
    let newest = state
        .top_ups
        .values()
        .filter(|top_up| top_up.is_live())
        .max_by_key(|top_up| top_up.created_at);
    let state_word = match newest {
        Some(top_up) => Some(top_up_state(top_up)),
        None if signed_out => Some("signed out"),
        None if !state.online => Some("offline"),
        None if state.spendable().is_some() && state.current_balance(now).is_none() => {
            Some("not up to date")
        }
        None if state.shows_low_balance(now) => Some("low"),
        None => None,
    };
    match state_word {
        Some(state_word) => format!("{label}: {balance} ({state_word})"),
        None => format!("{label}: {balance}"),
    }
}

fn top_up_state(top_up: &TopUp) -> &'static str {
    if top_up.phase == bursar_engine::top_up::Phase::Confirming {
        "top-up confirming"
    } else {
        "top-up pending"
    }
}

/// Whether the account is signed out. A keyring that has not answered does not say so.
fn is_signed_out(state: &State, waits_for_keyring: bool) -> bool {
    (!state.config.signed_in && !waits_for_keyring)
        || PollTarget::ALL
            .iter()
            .filter_map(|poll| state.errors.get(poll))
            .any(|(error, _): &(_, Timestamp)| {
                matches!(error.code, Code::Unauthorized | Code::SignedOut)
            })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_domain::payment_rules::Rules;
    use bursar_engine::AccountConfig;

    #[test]
    fn shows_no_sign_out_while_the_keyring_is_asked() {
        let setup = AccountConfig {
            rules: Rules::default(),
            signed_in: false,
            watched_address: None,
        };
        let now = Timestamp::default();
        let state = State::new(AccountId("a".to_owned()), now, setup, Vec::new(), now);
        assert!(is_signed_out(&state, false));
        assert!(!is_signed_out(&state, true));
        assert_eq!(
            line("Main", &state, false, false, now),
            "Main: balance unknown"
        );
        assert_eq!(
            line("Main", &state, true, false, now),
            "Main: balance unknown (signed out)"
        );
    }
}

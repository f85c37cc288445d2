//! What the tray shows, as data and as a pure function of the accounts' states. The desktop app puts it into words.

use super::Connection;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Code;
use bursar_domain::view::{TrayAccount, TrayBalance, TrayState, TrayView};
use bursar_engine::top_up::Phase;
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
    let accounts = known
        .iter()
        .map(|(connection, state)| {
            let signed_out = is_signed_out(state, connection.session.waits_for_keyring());
            TrayAccount {
                label: connection.account.label.clone(),
                balance: balance(state, hide),
                state: state_of(state, signed_out, now),
            }
        })
        .collect();
    TrayView {
        accounts,
        pending: known.iter().any(|(_, state)| state.has_live()),
        attention: known.iter().any(|(connection, state)| {
            state.shows_low_balance(now)
                || state.owed().is_some()
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

fn balance(state: &State, hide: bool) -> TrayBalance {
    match (state.owed(), state.spendable()) {
        _ if hide => TrayBalance::Hidden,
        (Some(owed), _) => TrayBalance::Owed(owed.clone()),
        (None, Some(amount)) => TrayBalance::Known(amount.clone()),
        (None, None) => TrayBalance::Unknown,
    }
}

fn state_of(state: &State, signed_out: bool, now: Timestamp) -> Option<TrayState> {
    let newest = state
        .top_ups
        .values()
        .filter(|top_up| top_up.is_live())
        .max_by_key(|top_up| top_up.created_at);
    match newest {
        Some(top_up) if top_up.phase == Phase::Confirming => Some(TrayState::TopUpConfirming),
        Some(_) => Some(TrayState::TopUpPending),
        None if signed_out => Some(TrayState::SignedOut),
        None if !state.online => Some(TrayState::Offline),
        None if state.spendable().is_some() && state.current_balance(now).is_none() => {
            Some(TrayState::Outdated)
        }
        None if state.shows_low_balance(now) => Some(TrayState::Low),
        None => None,
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
    use bursar_domain::network::BalanceFrom;
    use bursar_domain::payment_rules::Rules;
    use bursar_engine::AccountConfig;

    #[test]
    fn shows_no_sign_out_while_the_keyring_is_asked() {
        let setup = AccountConfig {
            rules: Rules::default(),
            signed_in: false,
            watched_address: None,
            balance_from: BalanceFrom::Chain,
            debt_rules: None,
        };
        let now = Timestamp::default();
        let state = State::new(AccountId("a".to_owned()), now, setup, Vec::new(), now);
        assert!(is_signed_out(&state, false));
        assert!(!is_signed_out(&state, true));
        assert_eq!(balance(&state, false), TrayBalance::Unknown);
        assert_eq!(balance(&state, true), TrayBalance::Hidden);
        assert_eq!(state_of(&state, false, now), None);
        assert_eq!(state_of(&state, true, now), Some(TrayState::SignedOut));
    }
}

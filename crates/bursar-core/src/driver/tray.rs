//! The tray as a pure function of the accounts' states.

use super::Connection;
use crate::account::AccountId;
use crate::clock::Timestamp;
use crate::engine::{Poll, State};
use crate::error::Code;
use crate::top_up::TopUp;
use crate::view::TrayView;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn view(
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
        .map(|(connection, state)| line(&connection.account.label, state, hide, now))
        .collect();
    TrayView {
        tooltip: if lines.is_empty() {
            "Bursar".to_owned()
        } else {
            lines.join("\n")
        },
        lines,
        pending: known.iter().any(|(_, state)| state.has_live()),
        attention: known.iter().any(|(_, state)| needs_user(state, now)),
        return_to: known
            .iter()
            .flat_map(|(_, state)| state.top_ups.values().map(move |top_up| (*state, top_up)))
            .filter(|(_, top_up)| top_up.is_live() && top_up.checkout.is_some())
            .max_by_key(|(_, top_up)| top_up.created_at)
            .map(|(state, top_up)| (state.account.clone(), top_up.id.clone())),
        can_top_up: known.iter().any(|(_, state)| state.setup.signed_in),
        amounts_hidden: hide,
    }
}

fn line(label: &str, state: &State, hide: bool, now: Timestamp) -> String {
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
    let word = match newest {
        Some(top_up) => Some(word_of(top_up)),
        None if is_signed_out(state) => Some("signed out"),
        None if !state.online => Some("offline"),
        None if state.spendable().is_some() && state.current_balance(now).is_none() => {
            Some("not up to date")
        }
        None if state.is_said_low(now) => Some("low"),
        None => None,
    };
    match word {
        Some(word) => format!("{label}: {balance} ({word})"),
        None => format!("{label}: {balance}"),
    }
}

fn word_of(top_up: &TopUp) -> &'static str {
    if top_up.phase == crate::top_up::Phase::Confirming {
        "top-up confirming"
    } else {
        "top-up pending"
    }
}

fn is_signed_out(state: &State) -> bool {
    !state.setup.signed_in
        || Poll::ALL
            .iter()
            .filter_map(|poll| state.errors.get(poll))
            .any(|(error, _): &(_, Timestamp)| {
                matches!(error.code, Code::Unauthorized | Code::SignedOut)
            })
}

fn needs_user(state: &State, now: Timestamp) -> bool {
    is_signed_out(state) || state.is_said_low(now)
}

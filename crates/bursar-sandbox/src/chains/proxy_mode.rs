//! The ways in which an RPC proxy can fail or lie, and the mode of each proxy.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::faults::Edits;

/// The proxies, by their names in the control API.
pub(crate) const PROXY_NAMES: [&str; 6] = [
    "ethereum",
    "polygon",
    "fluence",
    "fluence-a",
    "fluence-b",
    "fluence-ws",
];

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub(crate) enum ProxyMode {
    #[default]
    Ok,
    Refuse,
    Status {
        #[serde(default = "unavailable_status")]
        status: u16,
    },
    Error {
        #[serde(default = "server_error_code")]
        code: i64,
        #[serde(default = "server_error_message")]
        message: String,
        /// Affects only this method, or all methods if left out.
        #[serde(default)]
        method: Option<String>,
    },
    Hang,
    Delay {
        ms: u64,
    },
    Garbage,
    ChainId {
        value: u64,
    },
    NoCode,
    Stale {
        /// The control API fills this in when it sets the mode.
        #[serde(default)]
        block: u64,
    },
    Balance {
        value: u64,
    },
    DropLogs,
    DuplicateLogs,
    LimitLogs {
        blocks: u64,
        #[serde(default = "too_many_results_code")]
        code: i64,
        #[serde(default = "too_many_results_message")]
        message: String,
    },
    /// Hides blocks and logs below this block, as a pruned node does.
    Prune {
        below: u64,
    },
    /// The true response with some members changed.
    Edit {
        /// Affects only this method, or all methods if left out.
        #[serde(default)]
        method: Option<String>,
        #[serde(flatten)]
        edits: Edits,
    },
}

fn too_many_results_code() -> i64 {
    -32005
}

fn too_many_results_message() -> String {
    "query returned too many results".to_owned()
}

fn unavailable_status() -> u16 {
    503
}

fn server_error_code() -> i64 {
    -32000
}

fn server_error_message() -> String {
    "upstream is not available".to_owned()
}

#[derive(Debug, Default)]
pub(crate) struct ProxyModes(Mutex<BTreeMap<&'static str, ProxyMode>>);

impl ProxyModes {
    pub(crate) fn mode(&self, name: &str) -> ProxyMode {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
            .unwrap_or_default()
    }

    /// Returns false if there is no proxy with that name.
    pub(crate) fn set(&self, name: &str, mode: ProxyMode) -> bool {
        let Some(name) = PROXY_NAMES.into_iter().find(|known| *known == name) else {
            return false;
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, mode);
        true
    }

    pub(crate) fn to_json(&self) -> Value {
        PROXY_NAMES
            .iter()
            .map(|name| ((*name).to_owned(), json!(self.mode(name))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

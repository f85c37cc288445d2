//! Faults that the control API injects into a server's routes: their effect and how often they occur.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

use crate::request_log::path_matches;

#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<ActiveFault>>);

/// A fault as the control API receives it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct FaultRequest {
    target: String,
    method: Option<String>,
    path: Option<String>,
    times: Option<u64>,
    #[serde(flatten)]
    effect: EffectRequest,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum EffectRequest {
    Status {
        status: u16,
        #[serde(default)]
        body: Value,
        #[serde(default)]
        headers: serde_json::Map<String, Value>,
    },
    Delay {
        ms: u64,
    },
    Hang,
    Close,
    Lose,
    Garbage,
    Truncate,
    Huge {
        bytes: usize,
    },
    Edit {
        #[serde(default)]
        set: serde_json::Map<String, Value>,
        #[serde(default)]
        remove: Vec<String>,
    },
}

/// What a fault does to a request.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    Status {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    Delay {
        ms: u64,
    },
    Hang,
    Close,
    Lose,
    Garbage,
    Truncate,
    Huge {
        bytes: usize,
    },
    /// The true response with some members changed; JSON Pointers name them.
    Edit(Edits),
}

/// Members to set, and then members to remove.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Edits {
    #[serde(default)]
    set: BTreeMap<String, Value>,
    #[serde(default)]
    remove: Vec<String>,
}

impl Edits {
    pub(crate) fn apply(&self, body: &mut Value) {
        for (pointer, value) in &self.set {
            edit_at(body, pointer, Some(value));
        }
        for pointer in &self.remove {
            edit_at(body, pointer, None);
        }
    }
}

/// Sets or removes the member that the pointer names. Does nothing if its parent does not exist.
fn edit_at(body: &mut Value, pointer: &str, value: Option<&Value>) {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    match (body.pointer_mut(parent), value) {
        (Some(Value::Object(members)), Some(value)) => {
            members.insert(name, value.clone());
        }
        (Some(Value::Object(members)), None) => {
            members.remove(&name);
        }
        (Some(Value::Array(items)), value) => {
            let Some(index) = name.parse().ok().filter(|index| *index < items.len()) else {
                return;
            };
            items.remove(index);
            if let Some(value) = value {
                items.insert(index, value.clone());
            }
        }
        (None | Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)), _) => {}
    }
}

#[derive(Debug)]
struct ActiveFault {
    id: Uuid,
    request: FaultRequest,
    effect: Effect,
    remaining: Option<u64>,
    hits: u64,
    removed: Arc<watch::Sender<bool>>,
}

/// A fault that applies to one request.
#[derive(Debug)]
pub(crate) struct TriggeredFault {
    pub(crate) effect: Effect,
    removed: watch::Receiver<bool>,
}

impl TriggeredFault {
    /// Waits until the fault is removed.
    pub(crate) async fn wait_until_removed(mut self) {
        let _ = self.removed.wait_for(|removed| *removed).await;
    }
}

impl Effect {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Delay { .. } => "delay",
            Self::Hang => "hang",
            Self::Close => "close",
            Self::Lose => "lose",
            Self::Garbage => "garbage",
            Self::Truncate => "truncate",
            Self::Huge { .. } => "huge",
            Self::Edit(_) => "edit",
        }
    }
}

impl Faults {
    pub(crate) fn add(&self, request: FaultRequest) -> Uuid {
        let id = Uuid::new_v4();
        let effect = effect_of(request.effect.clone());
        let (removed, _) = watch::channel(false);
        let fault = ActiveFault {
            id,
            remaining: request.times,
            request,
            effect,
            hits: 0,
            removed: Arc::new(removed),
        };
        self.lock().push(fault);
        id
    }

    /// The first matching fault with occurrences left; uses up one of them.
    pub(crate) fn trigger(&self, target: &str, method: &str, path: &str) -> Option<TriggeredFault> {
        let mut faults = self.lock();
        let fault = faults
            .iter_mut()
            .find(|fault| fault.matches(target, method, path))?;
        fault.hits += 1;
        fault.remaining = fault.remaining.map(|remaining| remaining.saturating_sub(1));
        Some(TriggeredFault {
            effect: fault.effect.clone(),
            removed: fault.removed.subscribe(),
        })
    }

    /// Removes one fault, or all of them. Hanging requests end.
    pub(crate) fn remove(&self, id: Option<Uuid>) -> usize {
        let mut faults = self.lock();
        let before = faults.len();
        faults.retain(|fault| {
            let is_removed = id.is_none_or(|id| id == fault.id);
            if is_removed {
                fault.removed.send_replace(true);
            }
            !is_removed
        });
        before - faults.len()
    }

    pub(crate) fn list(&self) -> Value {
        self.lock()
            .iter()
            .map(|fault| {
                json!({
                    "id": fault.id, "target": fault.request.target, "method": fault.request.method,
                    "path": fault.request.path, "kind": fault.effect.name(), "left": fault.remaining, "hits": fault.hits,
                })
            })
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<ActiveFault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ActiveFault {
    fn matches(&self, target: &str, method: &str, path: &str) -> bool {
        self.remaining != Some(0)
            && self.request.target == target
            && self
                .request
                .method
                .as_ref()
                .is_none_or(|request| request.eq_ignore_ascii_case(method))
            && self
                .request
                .path
                .as_ref()
                .is_none_or(|request| path_matches(request, path))
    }
}

fn effect_of(request: EffectRequest) -> Effect {
    match request {
        EffectRequest::Status {
            status,
            body,
            headers,
        } => Effect::Status {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| (name.clone(), as_text(value)))
                .collect(),
            body: as_text(&body),
        },
        EffectRequest::Delay { ms } => Effect::Delay { ms },
        EffectRequest::Hang => Effect::Hang,
        EffectRequest::Close => Effect::Close,
        EffectRequest::Lose => Effect::Lose,
        EffectRequest::Garbage => Effect::Garbage,
        EffectRequest::Truncate => Effect::Truncate,
        EffectRequest::Huge { bytes } => Effect::Huge { bytes },
        EffectRequest::Edit { set, remove } => Effect::Edit(Edits {
            set: set.into_iter().collect(),
            remove,
        }),
    }
}

/// A string as it is, null as nothing, and any other value as JSON.
fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

//! Faults that the control API puts on a server's routes: what a client sees, and how often.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

use crate::requests::path_matches;

#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Placed>>);

/// A fault as the control API takes it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Wanted {
    target: String,
    method: Option<String>,
    path: Option<String>,
    times: Option<u64>,
    #[serde(flatten)]
    effect: WantedEffect,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WantedEffect {
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

/// What happens to a request.
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
    /// The true answer with some places of its JSON changed, each named by a JSON Pointer.
    Edit(Edits),
}

/// Members to set, and then members to take away.
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
            edit(body, pointer, Some(value));
        }
        for pointer in &self.remove {
            edit(body, pointer, None);
        }
    }
}

/// Sets what the pointer names, or takes it away; where its parent is not there nothing happens.
fn edit(body: &mut Value, pointer: &str, value: Option<&Value>) {
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
            let Some(place) = name.parse().ok().filter(|place| *place < items.len()) else {
                return;
            };
            items.remove(place);
            if let Some(value) = value {
                items.insert(place, value.clone());
            }
        }
        (None | Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)), _) => {}
    }
}

#[derive(Debug)]
struct Placed {
    id: Uuid,
    wanted: Wanted,
    effect: Effect,
    left: Option<u64>,
    hits: u64,
    removed: Arc<watch::Sender<bool>>,
}

/// A fault that was taken for one request.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) effect: Effect,
    removed: watch::Receiver<bool>,
}

impl Taken {
    /// Returns when the fault is taken off.
    pub(crate) async fn removed(mut self) {
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
    pub(crate) fn place(&self, wanted: Wanted) -> Uuid {
        let id = Uuid::new_v4();
        let effect = effect(wanted.effect.clone());
        let (removed, _) = watch::channel(false);
        let placed = Placed {
            id,
            left: wanted.times,
            wanted,
            effect,
            hits: 0,
            removed: Arc::new(removed),
        };
        self.lock().push(placed);
        id
    }

    /// The first fault that fits the request and has turns left; takes one turn of it.
    pub(crate) fn take(&self, target: &str, method: &str, path: &str) -> Option<Taken> {
        let mut all = self.lock();
        let placed = all
            .iter_mut()
            .find(|placed| placed.fits(target, method, path))?;
        placed.hits += 1;
        placed.left = placed.left.map(|left| left.saturating_sub(1));
        Some(Taken {
            effect: placed.effect.clone(),
            removed: placed.removed.subscribe(),
        })
    }

    /// Takes one fault off, or all; hanging requests end.
    pub(crate) fn remove(&self, id: Option<Uuid>) -> usize {
        let mut all = self.lock();
        let before = all.len();
        all.retain(|placed| {
            let goes = id.is_none_or(|id| id == placed.id);
            if goes {
                placed.removed.send_replace(true);
            }
            !goes
        });
        before - all.len()
    }

    pub(crate) fn list(&self) -> Value {
        self.lock()
            .iter()
            .map(|placed| {
                json!({
                    "id": placed.id, "target": placed.wanted.target, "method": placed.wanted.method,
                    "path": placed.wanted.path, "kind": placed.effect.name(), "left": placed.left, "hits": placed.hits,
                })
            })
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Placed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Placed {
    fn fits(&self, target: &str, method: &str, path: &str) -> bool {
        self.left != Some(0)
            && self.wanted.target == target
            && self
                .wanted
                .method
                .as_ref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self
                .wanted
                .path
                .as_ref()
                .is_none_or(|wanted| path_matches(wanted, path))
    }
}

fn effect(wanted: WantedEffect) -> Effect {
    match wanted {
        WantedEffect::Status {
            status,
            body,
            headers,
        } => Effect::Status {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| (name.clone(), text(value)))
                .collect(),
            body: text(&body),
        },
        WantedEffect::Delay { ms } => Effect::Delay { ms },
        WantedEffect::Hang => Effect::Hang,
        WantedEffect::Close => Effect::Close,
        WantedEffect::Lose => Effect::Lose,
        WantedEffect::Garbage => Effect::Garbage,
        WantedEffect::Truncate => Effect::Truncate,
        WantedEffect::Huge { bytes } => Effect::Huge { bytes },
        WantedEffect::Edit { set, remove } => Effect::Edit(Edits {
            set: set.into_iter().collect(),
            remove,
        }),
    }
}

/// Text as it is, nothing for null, other values as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

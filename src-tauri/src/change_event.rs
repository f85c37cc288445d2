//! The one event that the window listens to.

use bursar_core::view::Change;
use tauri::AppHandle;
use tauri_specta::Event as _;

/// What to read again, or which page to show.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, specta::Type, tauri_specta::Event)]
#[serde(transparent)]
#[tauri_specta(event_name = "change")]
pub(crate) struct Changed(pub Change);

pub(crate) fn emit(tauri: &AppHandle, change: Change) {
    if let Err(error) = Changed(change).emit(tauri) {
        tracing::warn!(%error, "could not send a change to the window");
    }
}

//! What the window may ask for about preferences.

use super::state::AppState;
use bursar_core::error::{Code, Error, Result};
use bursar_core::view::{Settings, SettingsChange};
use std::sync::Arc;

#[tauri::command]
#[specta::specta]
pub(super) async fn settings(app: AppState<'_>) -> Result<Settings> {
    Ok(app.settings.get())
}

#[tauri::command]
#[specta::specta]
pub(super) async fn set_settings(app: AppState<'_>, settings: SettingsChange) -> Result<Settings> {
    let app = Arc::clone(&app);
    let changed =
        tauri::async_runtime::spawn_blocking(move || app.change_settings(&settings)).await;
    changed.unwrap_or_else(|_| Err(Error::new(Code::Internal, "The settings were not saved.")))
}

//! Commands about settings.

use super::state::{AppState, ControllerState};
use bursar_core::error::{Code, Error, InternalDetail, Result};
use bursar_core::settings::{Settings, SettingsChange};
use std::sync::Arc;

#[tauri::command]
#[specta::specta]
pub(super) async fn settings(app: AppState<'_>) -> Result<Settings> {
    Ok(app.settings.get())
}

#[tauri::command]
#[specta::specta]
pub(super) async fn set_settings(
    controller: ControllerState<'_>,
    settings: SettingsChange,
) -> Result<Settings> {
    let controller = Arc::clone(&controller);
    let changed =
        tauri::async_runtime::spawn_blocking(move || controller.change_settings(&settings)).await;
    changed.unwrap_or_else(|_| {
        Err(Error::new(
            Code::Internal,
            InternalDetail::step("save the settings"),
        ))
    })
}

//! Commands by which the window reports its state or quits the app.

use super::state::{AppState, ControllerState};
use crate::diagnostics::report;
use bursar_core::account::AccountId;
use bursar_core::error::Result;
use bursar_core::view::Change;
use tauri::ipc::Channel;

/// Never fails: the text says what could not be found out.
#[tauri::command]
#[specta::specta]
pub(super) async fn diagnostics(app: AppState<'_>) -> Result<String> {
    Ok(report(&app).await)
}

/// Sends every later change through the channel.
#[tauri::command]
#[specta::specta]
pub(super) async fn listen_for_changes(app: AppState<'_>, changes: Channel<Change>) -> Result<()> {
    app.changes.connect(changes);
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(super) async fn window_ready(controller: ControllerState<'_>) -> Result<()> {
    controller.on_window_ready();
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(super) async fn viewing(app: AppState<'_>, payment: Option<(AccountId, String)>) -> Result<()> {
    app.core().await?.set_viewed_payment(payment);
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(super) async fn quit(controller: ControllerState<'_>) -> Result<()> {
    controller.quit();
    Ok(())
}

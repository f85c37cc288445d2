//! Commands about what only the window needs. A page has no other way to the file.

use crate::window_state::file::WindowStateFile;
use crate::window_state::{WindowState, WindowStateChange};
use bursar_core::error::{Code, Error, InternalDetail, Result};
use tauri::{AppHandle, Manager as _, State};

#[tauri::command]
#[specta::specta]
pub(super) async fn window_state(file: State<'_, WindowStateFile>) -> Result<WindowState> {
    Ok(file.get())
}

#[tauri::command]
#[specta::specta]
pub(super) async fn change_window_state(
    tauri: AppHandle,
    change: WindowStateChange,
) -> Result<WindowState> {
    let changed = tauri::async_runtime::spawn_blocking(move || {
        tauri.state::<WindowStateFile>().change(change)
    });
    changed.await.unwrap_or_else(|_| {
        Err(Error::new(
            Code::Internal,
            InternalDetail::step("save the state of the window"),
        ))
    })
}

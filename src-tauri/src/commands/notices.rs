//! Commands about the notice inbox.

use super::state::AppState;
use bursar_core::error::Result;
use bursar_core::view::NoticeView;

#[tauri::command]
#[specta::specta]
pub(super) async fn notices(app: AppState<'_>, before: Option<u32>) -> Result<Vec<NoticeView>> {
    app.core().await?.notices(before).await
}

#[tauri::command]
#[specta::specta]
pub(super) async fn read_notices(app: AppState<'_>, up_to: u32) -> Result<()> {
    app.core().await?.mark_notices_read(up_to).await
}

//! Commands about balances.

use super::state::AppState;
use bursar_core::account::AccountId;
use bursar_core::error::Result;
use bursar_core::view::{AppView, BalanceView, Overview};

#[tauri::command]
#[specta::specta]
pub(super) async fn app(app: AppState<'_>) -> Result<AppView> {
    app.view().await
}

#[tauri::command]
#[specta::specta]
pub(super) async fn overview(app: AppState<'_>, account: AccountId) -> Result<Overview> {
    app.core().await?.overview(account).await
}

/// All accounts side by side.
#[tauri::command]
#[specta::specta]
pub(super) async fn overviews(app: AppState<'_>) -> Result<Vec<BalanceView>> {
    app.core().await?.overviews().await
}

#[tauri::command]
#[specta::specta]
pub(super) async fn refresh_all(app: AppState<'_>, account: AccountId) -> Result<()> {
    app.core().await?.refresh_all(account).await
}

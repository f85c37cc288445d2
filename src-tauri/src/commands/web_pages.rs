//! Commands that open a page in the browser.

use super::state::AppState;
use crate::platform::external_apps;
use bursar_core::account::AccountId;
use bursar_core::error::Result;

#[tauri::command]
#[specta::specta]
pub(super) async fn open_transaction(
    app: AppState<'_>,
    account: AccountId,
    transaction: String,
) -> Result<()> {
    external_apps::open_url(
        &app.core()
            .await?
            .transaction_url(account, transaction)
            .await?,
    )
}

#[tauri::command]
#[specta::specta]
pub(super) async fn open_address(app: AppState<'_>, account: AccountId) -> Result<()> {
    external_apps::open_url(&app.core().await?.wallet_address_url(account).await?)
}

#[tauri::command]
#[specta::specta]
pub(super) async fn open_debt_rules(app: AppState<'_>, account: AccountId) -> Result<()> {
    external_apps::open_url(&app.core().await?.debt_rules_url(&account)?)
}

#[tauri::command]
#[specta::specta]
pub(super) async fn open_console(app: AppState<'_>, network: String) -> Result<()> {
    external_apps::open_url(&app.core().await?.console_url(network).await?)
}

#[tauri::command]
#[specta::specta]
pub(super) async fn open_keys_page(app: AppState<'_>, network: String) -> Result<()> {
    external_apps::open_url(&app.core().await?.keys_page_url(network).await?)
}

#[tauri::command]
#[specta::specta]
pub(super) async fn open_billing_page(app: AppState<'_>, account: AccountId) -> Result<()> {
    external_apps::open_url(&app.core().await?.billing_page_url(account).await?)
}

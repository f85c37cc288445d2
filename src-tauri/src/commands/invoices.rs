//! Commands about invoices.

use super::file_dialogs;
use super::state::AppState;
use crate::platform::external_apps;
use bursar_core::account::AccountId;
use bursar_core::error::Result;
use tauri::AppHandle;

/// Shows a payment's invoice in the system's viewer.
#[tauri::command]
#[specta::specta]
pub(super) async fn open_invoice(
    app: AppState<'_>,
    account: AccountId,
    payment: String,
) -> Result<()> {
    let file = app.core().await?.invoice_file(account, payment).await?;
    external_apps::open_pdf(&file)
}

/// The path that was written; `None` if the user dismissed the dialog.
#[tauri::command]
#[specta::specta]
pub(super) async fn save_invoice(
    app: AppState<'_>,
    desktop: AppHandle,
    account: AccountId,
    payment: String,
) -> Result<Option<String>> {
    let core = app.core().await?;
    let number = core
        .payment(account.clone(), payment.clone())
        .await?
        .number
        .unwrap_or_else(|| payment.clone());
    let Some(path) = file_dialogs::choose_invoice_path(&desktop, &app.texts(), &number).await?
    else {
        return Ok(None);
    };
    core.save_invoice(account, payment, path.clone()).await?;
    Ok(Some(path.display().to_string()))
}

//! Commands that export payments to files.

use super::file_dialogs;
use super::state::AppState;
use bursar_core::error::Result;
use bursar_core::export::Format;
use bursar_core::view::{ExportView, PaymentQuery};
use serde::Deserialize;
use tauri::AppHandle;

/// The file formats that the window offers.
#[derive(Clone, Copy, Debug, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExportFormat {
    Csv,
    Json,
}

impl From<ExportFormat> for Format {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Json => Self::Json,
        }
    }
}

/// Asks for a file and writes the payments that the query selects. Returns whether a file was chosen. Resolves when
/// the export ends; `exporting` then returns its result.
#[tauri::command]
#[specta::specta]
pub(super) async fn export_payments(
    app: AppState<'_>,
    desktop: AppHandle,
    query: PaymentQuery,
    format: ExportFormat,
) -> Result<bool> {
    let core = app.core().await?;
    let (name, extension) = match format {
        ExportFormat::Csv => ("CSV", "csv"),
        ExportFormat::Json => ("JSON", "json"),
    };
    let Some(path) =
        file_dialogs::choose_export_path(&desktop, &app.texts(), name, extension).await?
    else {
        return Ok(false);
    };
    core.export(query, format.into(), path).await?;
    Ok(true)
}

/// The newest export, running or ended.
#[tauri::command]
#[specta::specta]
pub(super) async fn exporting(app: AppState<'_>) -> Result<Option<ExportView>> {
    Ok(app.core().await?.export_state())
}

#[tauri::command]
#[specta::specta]
pub(super) async fn cancel_export(app: AppState<'_>) -> Result<()> {
    app.core().await?.cancel_export();
    Ok(())
}

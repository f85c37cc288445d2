//! Commands about past payments: the list, a single payment, and how far back payments have been read.

use super::state::AppState;
use bursar_core::account::AccountId;
use bursar_core::error::Result;
use bursar_core::view::{BackfillView, MonthView, PaymentPage, PaymentQuery, PaymentView};

#[tauri::command]
#[specta::specta]
pub(super) async fn payments(
    app: AppState<'_>,
    query: PaymentQuery,
    after: Option<String>,
    limit: u32,
) -> Result<PaymentPage> {
    app.core().await?.payments(query, after, limit).await
}

#[tauri::command]
#[specta::specta]
pub(super) async fn payments_from(
    app: AppState<'_>,
    query: PaymentQuery,
    row: u32,
    limit: u32,
) -> Result<PaymentPage> {
    app.core().await?.payments_from(query, row, limit).await
}

#[tauri::command]
#[specta::specta]
pub(super) async fn payment_months(
    app: AppState<'_>,
    query: PaymentQuery,
) -> Result<Vec<MonthView>> {
    app.core().await?.payment_months(query).await
}

#[tauri::command]
#[specta::specta]
pub(super) async fn payment(
    app: AppState<'_>,
    account: AccountId,
    id: String,
) -> Result<PaymentView> {
    app.core().await?.payment(account, id).await
}

/// How far back payments have been read; `None` once all have been read.
#[tauri::command]
#[specta::specta]
pub(super) async fn backfill(
    app: AppState<'_>,
    account: AccountId,
) -> Result<Option<BackfillView>> {
    Ok(app.core().await?.backfill(&account))
}

/// Pauses or resumes reading older payments.
#[tauri::command]
#[specta::specta]
pub(super) async fn pause_backfill(
    app: AppState<'_>,
    account: AccountId,
    paused: bool,
) -> Result<()> {
    app.core().await?.pause_backfill(account, paused).await
}

//! Commands about paying: the form, its quote, the payment, and saved payment methods.

use super::state::AppState;
use bursar_core::account::AccountId;
use bursar_core::error::Result;
use bursar_core::money::Amount;
use bursar_core::view::{
    DuePaymentsView, MethodsView, PaymentRequest, Quote, TopUpForm, TopUpView,
};
/// Services to renew and migrations to pay for, as last read.
#[tauri::command]
#[specta::specta]
pub(crate) async fn dues(app: AppState<'_>, account: AccountId) -> Result<DuePaymentsView> {
    app.core().await?.due_payments(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn top_up_form(app: AppState<'_>, account: AccountId) -> Result<TopUpForm> {
    app.core().await?.top_up_form(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quote(
    app: AppState<'_>,
    account: AccountId,
    request: PaymentRequest,
) -> Result<Quote> {
    app.core().await?.quote(account, request).await
}

/// Starts a payment. The same `top_up_id` never starts a second one.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pay(
    app: AppState<'_>,
    account: AccountId,
    request: PaymentRequest,
    top_up_id: String,
    confirmed_total: Option<Amount>,
) -> Result<TopUpView> {
    app.core()
        .await?
        .pay(account, request, top_up_id, confirmed_total)
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn top_up(
    app: AppState<'_>,
    account: AccountId,
    top_up: String,
) -> Result<TopUpView> {
    app.core().await?.top_up(&account, &top_up)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn return_to_payment(
    app: AppState<'_>,
    account: AccountId,
    top_up: String,
) -> Result<()> {
    app.core().await?.return_to_payment(account, top_up).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn check_now(app: AppState<'_>, account: AccountId) -> Result<()> {
    app.core().await?.check_now(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_top_up(
    app: AppState<'_>,
    account: AccountId,
    top_up: String,
) -> Result<()> {
    app.core().await?.cancel_top_up(account, top_up).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn checkout_link(
    app: AppState<'_>,
    account: AccountId,
    top_up: String,
) -> Result<String> {
    app.core().await?.checkout_link(account, top_up).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn checkout_qr(
    app: AppState<'_>,
    account: AccountId,
    top_up: String,
) -> Result<String> {
    app.core().await?.checkout_qr(account, top_up).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn allow_checkout_host(
    app: AppState<'_>,
    account: AccountId,
    host: String,
) -> Result<()> {
    app.core().await?.allow_checkout_host(account, host).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn methods(app: AppState<'_>, account: AccountId) -> Result<MethodsView> {
    app.core().await?.methods(account).await
}

/// Opens the provider's page for adding a payment method.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_method(
    app: AppState<'_>,
    account: AccountId,
    payer: Option<String>,
    method: String,
) -> Result<()> {
    app.core().await?.add_method(account, payer, method).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_method(
    app: AppState<'_>,
    account: AccountId,
    method: String,
) -> Result<MethodsView> {
    app.core().await?.remove_method(account, method).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_default_method(
    app: AppState<'_>,
    account: AccountId,
    method: String,
) -> Result<MethodsView> {
    app.core().await?.set_default_method(account, method).await
}

//! What the window may ask for about paying: the form, what it would cost, the payment, and saved methods.

use super::Held;
use bursar_core::account::AccountId;
use bursar_core::error::Result;
use bursar_core::money::Amount;
use bursar_core::view::{DuesView, MethodsView, Quote, TopUpForm, TopUpView, Wish};
/// Services to renew and migrations to pay for, as last read.
#[tauri::command]
#[specta::specta]
pub(crate) async fn dues(held: Held<'_>, account: AccountId) -> Result<DuesView> {
    held.core().await?.dues(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn top_up_form(held: Held<'_>, account: AccountId) -> Result<TopUpForm> {
    held.core().await?.top_up_form(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quote(held: Held<'_>, account: AccountId, wish: Wish) -> Result<Quote> {
    held.core().await?.quote(account, wish).await
}

/// Starts a payment; the same attempt again is the same payment.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pay(
    held: Held<'_>,
    account: AccountId,
    wish: Wish,
    attempt: String,
    confirmed_total: Option<Amount>,
) -> Result<TopUpView> {
    held.core()
        .await?
        .pay(account, wish, attempt, confirmed_total)
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn top_up(
    held: Held<'_>,
    account: AccountId,
    top_up: String,
) -> Result<TopUpView> {
    held.core().await?.top_up(&account, &top_up)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn return_to_payment(
    held: Held<'_>,
    account: AccountId,
    top_up: String,
) -> Result<()> {
    held.core().await?.return_to_payment(account, top_up).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn check_now(held: Held<'_>, account: AccountId) -> Result<()> {
    held.core().await?.check_now(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_top_up(
    held: Held<'_>,
    account: AccountId,
    top_up: String,
) -> Result<()> {
    held.core().await?.cancel_top_up(account, top_up).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn checkout_link(
    held: Held<'_>,
    account: AccountId,
    top_up: String,
) -> Result<String> {
    held.core().await?.checkout_link(account, top_up).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn checkout_qr(
    held: Held<'_>,
    account: AccountId,
    top_up: String,
) -> Result<String> {
    held.core().await?.checkout_qr(account, top_up).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn allow_checkout_host(
    held: Held<'_>,
    account: AccountId,
    host: String,
) -> Result<()> {
    held.core().await?.allow_checkout_host(account, host).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn methods(held: Held<'_>, account: AccountId) -> Result<MethodsView> {
    held.core().await?.methods(account).await
}

/// Opens the provider's page on which a method is added.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_method(
    held: Held<'_>,
    account: AccountId,
    payer: Option<String>,
    method: String,
) -> Result<()> {
    held.core().await?.add_method(account, payer, method).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_method(
    held: Held<'_>,
    account: AccountId,
    method: String,
) -> Result<MethodsView> {
    held.core().await?.remove_method(account, method).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_default_method(
    held: Held<'_>,
    account: AccountId,
    method: String,
) -> Result<MethodsView> {
    held.core().await?.set_default_method(account, method).await
}

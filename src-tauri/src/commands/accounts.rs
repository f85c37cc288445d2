//! Commands about accounts: networks, connecting, signing in and out, and how each account is read.

use super::file_dialogs;
use super::state::AppState;
use crate::platform::{external_apps, url_scheme};
use bursar_core::Connect;
use bursar_core::account::AccountId;
use bursar_core::error::{AccountDetail, Code, Error, Result};
use bursar_core::view::{AccountView, ConnectedAccount, MoneyRule, NetworkView};
use tauri::AppHandle;
use zeroize::Zeroizing;
#[tauri::command]
#[specta::specta]
pub(crate) async fn networks(app: AppState<'_>) -> Result<Vec<NetworkView>> {
    app.core().await?.networks().await
}

/// The network read from a file that the user chose; `None` if the user dismissed the dialog.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_network_file(
    app: AppState<'_>,
    desktop: AppHandle,
) -> Result<Option<NetworkView>> {
    let core = app.core().await?;
    let Some(text) = file_dialogs::read_network_file(&desktop, &app.texts()).await? else {
        return Ok(None);
    };
    core.add_network(&text).await.map(Some)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn connect(
    app: AppState<'_>,
    network: String,
    key: String,
    address: Option<String>,
    label: Option<String>,
    session_only: bool,
    key_expires_on: Option<String>,
) -> Result<ConnectedAccount> {
    let key = Zeroizing::new(key);
    app.core()
        .await?
        .connect(Connect {
            provider: None,
            network,
            key,
            address,
            label,
            session_only,
            key_expires_on,
        })
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn begin_sign_in(
    app: AppState<'_>,
    network: String,
    address: Option<String>,
    label: Option<String>,
) -> Result<()> {
    let core = app.core().await?;
    url_scheme::register_in_background(&app.home);
    external_apps::open_url(&core.begin_sign_in(network, address, label).await?)
        .inspect_err(|_| core.cancel_sign_in())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn abandon_sign_in(app: AppState<'_>) -> Result<()> {
    app.core().await?.cancel_sign_in();
    Ok(())
}

/// With a new key, signs in at once. Without one, the browser signs in and the change arrives later.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_again(
    app: AppState<'_>,
    account: AccountId,
    key: Option<String>,
    key_expires_on: Option<String>,
) -> Result<ConnectedAccount> {
    let core = app.core().await?;
    if let Some(key) = key {
        let key = Zeroizing::new(key);
        return core.sign_in_again(account, key, key_expires_on).await;
    }
    let address = core.begin_sign_in_again(account.clone()).await?;
    url_scheme::register_in_background(&app.home);
    external_apps::open_url(&address).inspect_err(|_| core.cancel_sign_in())?;
    let accounts = core.accounts().await?;
    match accounts.into_iter().find(|view| view.id == account) {
        Some(account) => Ok(ConnectedAccount {
            account,
            key_lacks: None,
            warnings: Vec::new(),
        }),
        None => Err(Error::new(
            Code::NotFound,
            AccountDetail::AccountNotConnected,
        )),
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn edit_account(
    app: AppState<'_>,
    account: AccountId,
    label: String,
    address: Option<String>,
    key_expires_on: Option<String>,
) -> Result<AccountView> {
    app.core()
        .await?
        .edit_account(account, label, address, key_expires_on)
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out(app: AppState<'_>, account: AccountId) -> Result<()> {
    app.core().await?.sign_out(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_account(app: AppState<'_>, account: AccountId) -> Result<()> {
    app.core().await?.remove_account(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn money_rules(app: AppState<'_>, account: AccountId) -> Result<Vec<MoneyRule>> {
    app.core().await?.money_rules(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn rpc_addresses(app: AppState<'_>, account: AccountId) -> Result<Vec<String>> {
    app.core().await?.rpc_hosts(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_rpc_address(
    app: AppState<'_>,
    account: AccountId,
    address: Option<String>,
) -> Result<()> {
    app.core().await?.set_rpc_url(account, address).await
}

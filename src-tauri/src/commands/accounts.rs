//! What the window may ask for about accounts: networks, connecting, signing in and out, and how each is read.

use super::{Held, files};
use crate::{links, shell};
use bursar_core::account::AccountId;
use bursar_core::bursar::Connect;
use bursar_core::error::{Code, Error, Result};
use bursar_core::view::{AccountView, Connected, MoneyRule, NetworkView};
use tauri::AppHandle;
use zeroize::Zeroizing;
#[tauri::command]
#[specta::specta]
pub(crate) async fn networks(held: Held<'_>) -> Result<Vec<NetworkView>> {
    held.core().await?.networks().await
}

/// The network read from a file that the user chose; `None` when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_network_file(
    held: Held<'_>,
    desktop: AppHandle,
) -> Result<Option<NetworkView>> {
    let core = held.core().await?;
    let Some(text) = files::network_file(&desktop).await? else {
        return Ok(None);
    };
    core.add_network(&text).await.map(Some)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn connect(
    held: Held<'_>,
    network: String,
    key: String,
    address: Option<String>,
    label: Option<String>,
    session_only: bool,
) -> Result<Connected> {
    let key = Zeroizing::new(key);
    held.core()
        .await?
        .connect(Connect {
            provider: None,
            network,
            key,
            address,
            label,
            session_only,
        })
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn begin_sign_in(
    held: Held<'_>,
    network: String,
    address: Option<String>,
    label: Option<String>,
) -> Result<()> {
    let core = held.core().await?;
    links::claim(&held.home);
    shell::open(&core.begin_sign_in(network, address, label).await?)
        .inspect_err(|_| core.abandon_sign_in())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn abandon_sign_in(held: Held<'_>) -> Result<()> {
    held.core().await?.abandon_sign_in();
    Ok(())
}

/// With a new key at once; without one through the browser, and the change comes later.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_again(
    held: Held<'_>,
    account: AccountId,
    key: Option<String>,
) -> Result<Connected> {
    let core = held.core().await?;
    if let Some(key) = key {
        return core.sign_in_again(account, Zeroizing::new(key)).await;
    }
    let address = core.begin_sign_in_again(account.clone()).await?;
    links::claim(&held.home);
    shell::open(&address).inspect_err(|_| core.abandon_sign_in())?;
    let (accounts, _, _) = core.app_view().await?;
    match accounts.into_iter().find(|one| one.id == account) {
        Some(account) => Ok(Connected {
            account,
            warnings: Vec::new(),
        }),
        None => Err(Error::new(
            Code::NotFound,
            "That account is no longer connected.",
        )),
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn edit_account(
    held: Held<'_>,
    account: AccountId,
    label: String,
    address: Option<String>,
) -> Result<AccountView> {
    held.core()
        .await?
        .edit_account(account, label, address)
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out(held: Held<'_>, account: AccountId) -> Result<()> {
    held.core().await?.sign_out(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_account(held: Held<'_>, account: AccountId) -> Result<()> {
    held.core().await?.remove_account(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn money_rules(held: Held<'_>, account: AccountId) -> Result<Vec<MoneyRule>> {
    held.core().await?.money_rules(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn rpc_addresses(held: Held<'_>, account: AccountId) -> Result<Vec<String>> {
    held.core().await?.rpc_addresses(account).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_rpc_address(
    held: Held<'_>,
    account: AccountId,
    address: Option<String>,
) -> Result<()> {
    held.core().await?.set_rpc_address(account, address).await
}

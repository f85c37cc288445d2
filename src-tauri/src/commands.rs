//! What the window may ask for: one line into the core each, typed end to end. What only the desktop can do
//! (choosing a file, opening an address, preferences, ending) is a few lines more.

mod files;

use crate::app::{App, Changed};
use crate::{diagnostics as report, links, shell};
use bursar_core::account::AccountId;
use bursar_core::bursar::Connect;
use bursar_core::error::{Code, Error, Result};
use bursar_core::money::Amount;
use bursar_core::view::{
    AccountView, AppView, BalanceView, Connected, DuesView, MethodsView, MoneyRule, NetworkView,
    NoticeView, Overview, PaymentPage, PaymentQuery, PaymentView, Quote, Settings, TopUpForm,
    TopUpView, Wish,
};
use files::ExportFormat;
use std::sync::Arc;
use tauri::{AppHandle, State, Wry};
use tauri_specta::{collect_commands, collect_events};
use zeroize::Zeroizing;

type Held<'a> = State<'a, Arc<App>>;

/// All commands and the one event, for the window and for the bindings generated for it.
pub(crate) fn all() -> tauri_specta::Builder<Wry> {
    tauri_specta::Builder::new()
        .error_handling(tauri_specta::ErrorHandlingMode::Throw)
        .disable_serde_phases()
        .typ::<Error>()
        .events(collect_events![Changed])
        .commands(collect_commands![
            app,
            overview,
            overviews,
            top_up_form,
            dues,
            quote,
            pay,
            top_up,
            return_to_payment,
            check_now,
            cancel_top_up,
            checkout_link,
            checkout_qr,
            allow_checkout_host,
            methods,
            add_method,
            remove_method,
            set_default_method,
            payments,
            payment,
            export_payments,
            open_invoice,
            save_invoice,
            open_transaction,
            open_address,
            open_console,
            networks,
            add_network_file,
            connect,
            begin_sign_in,
            abandon_sign_in,
            sign_in_again,
            edit_account,
            sign_out,
            remove_account,
            money_rules,
            notices,
            read_notices,
            settings,
            set_settings,
            refresh_all,
            rpc_addresses,
            set_rpc_address,
            diagnostics,
            window_ready,
            viewing,
            quit,
        ])
}

#[tauri::command]
#[specta::specta]
async fn app(held: Held<'_>) -> Result<AppView> {
    let (accounts, unread, health) = held.core().await?.app_view().await?;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(AppView {
        version,
        accounts,
        unread,
        health,
        settings: held.settings.get(),
    })
}

#[tauri::command]
#[specta::specta]
async fn overview(held: Held<'_>, account: AccountId) -> Result<Overview> {
    held.core().await?.overview(account).await
}

/// All accounts side by side.
#[tauri::command]
#[specta::specta]
async fn overviews(held: Held<'_>) -> Result<Vec<BalanceView>> {
    held.core().await?.overviews().await
}

/// Services to renew and migrations to pay for, as last read.
#[tauri::command]
#[specta::specta]
async fn dues(held: Held<'_>, account: AccountId) -> Result<DuesView> {
    held.core().await?.dues(account).await
}

#[tauri::command]
#[specta::specta]
async fn top_up_form(held: Held<'_>, account: AccountId) -> Result<TopUpForm> {
    held.core().await?.top_up_form(account).await
}

#[tauri::command]
#[specta::specta]
async fn quote(held: Held<'_>, account: AccountId, wish: Wish) -> Result<Quote> {
    held.core().await?.quote(account, wish).await
}

/// Starts a payment; the same attempt again is the same payment.
#[tauri::command]
#[specta::specta]
async fn pay(
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
async fn top_up(held: Held<'_>, account: AccountId, top_up: String) -> Result<TopUpView> {
    held.core().await?.top_up(&account, &top_up)
}

#[tauri::command]
#[specta::specta]
async fn return_to_payment(held: Held<'_>, account: AccountId, top_up: String) -> Result<()> {
    held.core().await?.return_to_payment(account, top_up).await
}

#[tauri::command]
#[specta::specta]
async fn check_now(held: Held<'_>, account: AccountId) -> Result<()> {
    held.core().await?.check_now(account).await
}

#[tauri::command]
#[specta::specta]
async fn cancel_top_up(held: Held<'_>, account: AccountId, top_up: String) -> Result<()> {
    held.core().await?.cancel_top_up(account, top_up).await
}

#[tauri::command]
#[specta::specta]
async fn checkout_link(held: Held<'_>, account: AccountId, top_up: String) -> Result<String> {
    held.core().await?.checkout_link(account, top_up).await
}

#[tauri::command]
#[specta::specta]
async fn checkout_qr(held: Held<'_>, account: AccountId, top_up: String) -> Result<String> {
    held.core().await?.checkout_qr(account, top_up).await
}

#[tauri::command]
#[specta::specta]
async fn allow_checkout_host(held: Held<'_>, account: AccountId, host: String) -> Result<()> {
    held.core().await?.allow_checkout_host(account, host).await
}

#[tauri::command]
#[specta::specta]
async fn methods(held: Held<'_>, account: AccountId) -> Result<MethodsView> {
    held.core().await?.methods(account).await
}

/// Opens the provider's page on which a method is added.
#[tauri::command]
#[specta::specta]
async fn add_method(
    held: Held<'_>,
    account: AccountId,
    payer: Option<String>,
    method: String,
) -> Result<()> {
    held.core().await?.add_method(account, payer, method).await
}

#[tauri::command]
#[specta::specta]
async fn remove_method(held: Held<'_>, account: AccountId, method: String) -> Result<MethodsView> {
    held.core().await?.remove_method(account, method).await
}

#[tauri::command]
#[specta::specta]
async fn set_default_method(
    held: Held<'_>,
    account: AccountId,
    method: String,
) -> Result<MethodsView> {
    held.core().await?.set_default_method(account, method).await
}

#[tauri::command]
#[specta::specta]
async fn payments(
    held: Held<'_>,
    query: PaymentQuery,
    after: Option<String>,
    limit: u32,
) -> Result<PaymentPage> {
    held.core().await?.payments(query, after, limit).await
}

#[tauri::command]
#[specta::specta]
async fn payment(held: Held<'_>, account: AccountId, id: String) -> Result<PaymentView> {
    held.core().await?.payment(account, id).await
}

/// The path that was written; `None` when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
async fn export_payments(
    held: Held<'_>,
    desktop: AppHandle,
    query: PaymentQuery,
    format: ExportFormat,
) -> Result<Option<String>> {
    let core = held.core().await?;
    let Some(path) = files::to_export(&desktop, format).await? else {
        return Ok(None);
    };
    core.export(query, format.into(), path.clone(), Arc::default())
        .await?;
    Ok(Some(path.display().to_string()))
}

/// Shows a payment's invoice in the system's viewer.
#[tauri::command]
#[specta::specta]
async fn open_invoice(held: Held<'_>, account: AccountId, payment: String) -> Result<()> {
    let file = held.core().await?.invoice_file(account, payment).await?;
    shell::view_pdf(&file)
}

/// The path that was written; `None` when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
async fn save_invoice(
    held: Held<'_>,
    desktop: AppHandle,
    account: AccountId,
    payment: String,
) -> Result<Option<String>> {
    let core = held.core().await?;
    let number = core
        .payment(account.clone(), payment.clone())
        .await?
        .number
        .unwrap_or_else(|| payment.clone());
    let Some(path) = files::to_invoice(&desktop, &number).await? else {
        return Ok(None);
    };
    core.save_invoice(account, payment, path.clone()).await?;
    Ok(Some(path.display().to_string()))
}

#[tauri::command]
#[specta::specta]
async fn open_transaction(held: Held<'_>, account: AccountId, transaction: String) -> Result<()> {
    shell::open(
        &held
            .core()
            .await?
            .transaction_address(account, transaction)
            .await?,
    )
}

#[tauri::command]
#[specta::specta]
async fn open_address(held: Held<'_>, account: AccountId) -> Result<()> {
    shell::open(&held.core().await?.wallet_address_page(account).await?)
}

#[tauri::command]
#[specta::specta]
async fn open_console(held: Held<'_>, network: String) -> Result<()> {
    shell::open(&held.core().await?.console_address(network).await?)
}

#[tauri::command]
#[specta::specta]
async fn networks(held: Held<'_>) -> Result<Vec<NetworkView>> {
    held.core().await?.networks().await
}

/// The network read from a file that the user chose; `None` when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
async fn add_network_file(held: Held<'_>, desktop: AppHandle) -> Result<Option<NetworkView>> {
    let core = held.core().await?;
    let Some(text) = files::network_file(&desktop).await? else {
        return Ok(None);
    };
    core.add_network(&text).await.map(Some)
}

#[tauri::command]
#[specta::specta]
async fn connect(
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
async fn begin_sign_in(
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
async fn abandon_sign_in(held: Held<'_>) -> Result<()> {
    held.core().await?.abandon_sign_in();
    Ok(())
}

/// With a new key at once; without one through the browser, and the change comes later.
#[tauri::command]
#[specta::specta]
async fn sign_in_again(
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
async fn edit_account(
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
async fn sign_out(held: Held<'_>, account: AccountId) -> Result<()> {
    held.core().await?.sign_out(account).await
}

#[tauri::command]
#[specta::specta]
async fn remove_account(held: Held<'_>, account: AccountId) -> Result<()> {
    held.core().await?.remove_account(account).await
}

#[tauri::command]
#[specta::specta]
async fn money_rules(held: Held<'_>, account: AccountId) -> Result<Vec<MoneyRule>> {
    held.core().await?.money_rules(account).await
}

#[tauri::command]
#[specta::specta]
async fn notices(held: Held<'_>, before: Option<u32>) -> Result<Vec<NoticeView>> {
    held.core().await?.notices(before).await
}

#[tauri::command]
#[specta::specta]
async fn read_notices(held: Held<'_>, up_to: u32) -> Result<()> {
    held.core().await?.read_notices(up_to).await
}

#[tauri::command]
#[specta::specta]
async fn settings(held: Held<'_>) -> Result<Settings> {
    Ok(held.settings.get())
}

#[tauri::command]
#[specta::specta]
async fn set_settings(held: Held<'_>, settings: Settings) -> Result<Settings> {
    held.prefer(settings)
}

#[tauri::command]
#[specta::specta]
async fn refresh_all(held: Held<'_>, account: AccountId) -> Result<()> {
    held.core().await?.refresh_all(account).await
}

#[tauri::command]
#[specta::specta]
async fn rpc_addresses(held: Held<'_>, account: AccountId) -> Result<Vec<String>> {
    held.core().await?.rpc_addresses(account).await
}

#[tauri::command]
#[specta::specta]
async fn set_rpc_address(
    held: Held<'_>,
    account: AccountId,
    address: Option<String>,
) -> Result<()> {
    held.core().await?.set_rpc_address(account, address).await
}

/// Never fails: what cannot be told is said to be so.
#[tauri::command]
#[specta::specta]
async fn diagnostics(held: Held<'_>) -> Result<String> {
    Ok(report::text(&held).await)
}

#[tauri::command]
#[specta::specta]
async fn window_ready(held: Held<'_>) -> Result<()> {
    held.window_ready();
    Ok(())
}

#[tauri::command]
#[specta::specta]
async fn viewing(held: Held<'_>, payment: Option<(AccountId, String)>) -> Result<()> {
    held.core().await?.viewing(payment);
    Ok(())
}

#[tauri::command]
#[specta::specta]
async fn quit(held: Held<'_>) -> Result<()> {
    held.quit();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use specta_typescript::Typescript;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    /// Run with `BURSAR_BINDINGS=write` to take the change over into the pages.
    #[test]
    fn bindings_are_current() {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/bindings.ts");
        let folder = tempfile::tempdir().unwrap();
        let generated = folder.path().join("bindings.ts");
        let header =
            "// Generated from the commands of src-tauri; a test keeps it current. Do not edit.\n";
        all()
            .export(Typescript::default().header(header), &generated)
            .unwrap();
        let generated = fs::read_to_string(generated).unwrap();
        if std::env::var("BURSAR_BINDINGS").is_ok_and(|mode| mode == "write") {
            fs::write(&committed, &generated).unwrap();
        }
        let committed = fs::read_to_string(committed).unwrap_or_default();
        assert!(
            committed == generated,
            "ui/src/lib/bindings.ts differs from the commands: \
             BURSAR_BINDINGS=write cargo test -p bursar-desktop bindings"
        );
    }

    /// The capability of the window lists each command, and none that is not there.
    #[test]
    fn permissions_name_every_command_and_no_other() {
        let source = include_str!("commands.rs");
        let (_, after) = source.split_once("collect_commands![\n").unwrap();
        let (listed, _) = after.split_once(']').unwrap();
        let commands: BTreeSet<_> = listed
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        let permissions = include_str!("../permissions/window.toml");
        let permitted: BTreeSet<_> = permissions
            .lines()
            .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","))
            .collect();
        assert_eq!(commands, permitted);
        assert!(commands.len() > 30);
    }
}

//! What the window may ask for: one line into the core each, typed end to end. What only the desktop can do
//! (choosing a file, opening an address, preferences, ending) is a few lines more.

mod accounts;
mod files;
mod paying;

use crate::app::{App, Changed};
use crate::first::First;
use crate::{diagnostics as report, shell};
use bursar_core::account::AccountId;
use bursar_core::error::{Code, Error, Result};
use bursar_core::view::{
    AppView, BalanceView, MonthView, NoticeView, Overview, PastView, PaymentPage, PaymentQuery,
    PaymentView, Settings, SettingsChange,
};
use std::sync::Arc;
use tauri::{AppHandle, State, Wry};
use tauri_specta::{collect_commands, collect_events};

type Held<'a> = State<'a, Arc<App>>;

/// All commands and the one event, for the window and for the bindings generated for it.
pub(crate) fn all() -> tauri_specta::Builder<Wry> {
    tauri_specta::Builder::new()
        .error_handling(tauri_specta::ErrorHandlingMode::Throw)
        .disable_serde_phases()
        .typ::<Error>()
        .typ::<First>()
        .events(collect_events![Changed])
        .commands(collect_commands![
            app,
            overview,
            overviews,
            paying::top_up_form,
            paying::dues,
            paying::quote,
            paying::pay,
            paying::top_up,
            paying::return_to_payment,
            paying::check_now,
            paying::cancel_top_up,
            paying::checkout_link,
            paying::checkout_qr,
            paying::allow_checkout_host,
            paying::methods,
            paying::add_method,
            paying::remove_method,
            paying::set_default_method,
            payments,
            payments_from,
            payment_months,
            payment,
            files::export_payments,
            files::exporting,
            files::cancel_export,
            open_invoice,
            save_invoice,
            open_transaction,
            open_address,
            open_console,
            accounts::networks,
            accounts::add_network_file,
            accounts::connect,
            accounts::begin_sign_in,
            accounts::abandon_sign_in,
            accounts::sign_in_again,
            accounts::edit_account,
            accounts::sign_out,
            accounts::remove_account,
            accounts::money_rules,
            past,
            stop_past,
            notices,
            read_notices,
            settings,
            set_settings,
            refresh_all,
            accounts::rpc_addresses,
            accounts::set_rpc_address,
            diagnostics,
            window_ready,
            viewing,
            quit,
        ])
}

#[tauri::command]
#[specta::specta]
async fn app(held: Held<'_>) -> Result<AppView> {
    held.view().await
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
async fn payments_from(
    held: Held<'_>,
    query: PaymentQuery,
    row: u32,
    limit: u32,
) -> Result<PaymentPage> {
    held.core().await?.payments_from(query, row, limit).await
}

#[tauri::command]
#[specta::specta]
async fn payment_months(held: Held<'_>, query: PaymentQuery) -> Result<Vec<MonthView>> {
    held.core().await?.payment_months(query).await
}

#[tauri::command]
#[specta::specta]
async fn payment(held: Held<'_>, account: AccountId, id: String) -> Result<PaymentView> {
    held.core().await?.payment(account, id).await
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

/// How far the reading of what lies further back is; `None` where everything has been read.
#[tauri::command]
#[specta::specta]
async fn past(held: Held<'_>, account: AccountId) -> Result<Option<PastView>> {
    Ok(held.core().await?.past(&account))
}

/// Stops it until it is let go on, or lets it go on.
#[tauri::command]
#[specta::specta]
async fn stop_past(held: Held<'_>, account: AccountId, stopped: bool) -> Result<()> {
    held.core().await?.stop_past(account, stopped).await
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
async fn set_settings(held: Held<'_>, settings: SettingsChange) -> Result<Settings> {
    let app = Arc::clone(&held);
    let kept = tauri::async_runtime::spawn_blocking(move || app.prefer(&settings)).await;
    kept.unwrap_or_else(|_| Err(Error::new(Code::Internal, "The settings were not saved.")))
}

#[tauri::command]
#[specta::specta]
async fn refresh_all(held: Held<'_>, account: AccountId) -> Result<()> {
    held.core().await?.refresh_all(account).await
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
            .map(|path| path.trim().rsplit("::").next().unwrap())
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

//! What the window may ask for: one line into the core each, typed end to end. What only the desktop can do
//! (choosing a file, opening an address, preferences, ending) is a few lines more.

mod accounts;
mod files;
mod top_ups;

use crate::app::{App, Changed};
use crate::diagnostics::report;
use crate::initial_data::InitialData;
use crate::platform::external_apps;
use bursar_core::account::AccountId;
use bursar_core::error::{Code, Error, Result};
use bursar_core::view::{
    AppView, BalanceView, MonthView, NoticeView, Overview, PastView, PaymentPage, PaymentQuery,
    PaymentView, Settings, SettingsChange,
};
use std::sync::Arc;
use tauri::{AppHandle, State, Wry};
use tauri_specta::{collect_commands, collect_events};

type AppState<'a> = State<'a, Arc<App>>;

/// All commands and the one event, for the window and for the bindings generated for it.
pub(crate) fn all() -> tauri_specta::Builder<Wry> {
    tauri_specta::Builder::new()
        .error_handling(tauri_specta::ErrorHandlingMode::Throw)
        .disable_serde_phases()
        .typ::<Error>()
        .typ::<InitialData>()
        .events(collect_events![Changed])
        .commands(collect_commands![
            app,
            overview,
            overviews,
            top_ups::top_up_form,
            top_ups::dues,
            top_ups::quote,
            top_ups::pay,
            top_ups::top_up,
            top_ups::return_to_payment,
            top_ups::check_now,
            top_ups::cancel_top_up,
            top_ups::checkout_link,
            top_ups::checkout_qr,
            top_ups::allow_checkout_host,
            top_ups::methods,
            top_ups::add_method,
            top_ups::remove_method,
            top_ups::set_default_method,
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
async fn app(app: AppState<'_>) -> Result<AppView> {
    app.view().await
}

#[tauri::command]
#[specta::specta]
async fn overview(app: AppState<'_>, account: AccountId) -> Result<Overview> {
    app.core().await?.overview(account).await
}

/// All accounts side by side.
#[tauri::command]
#[specta::specta]
async fn overviews(app: AppState<'_>) -> Result<Vec<BalanceView>> {
    app.core().await?.overviews().await
}

#[tauri::command]
#[specta::specta]
async fn payments(
    app: AppState<'_>,
    query: PaymentQuery,
    after: Option<String>,
    limit: u32,
) -> Result<PaymentPage> {
    app.core().await?.payments(query, after, limit).await
}

#[tauri::command]
#[specta::specta]
async fn payments_from(
    app: AppState<'_>,
    query: PaymentQuery,
    row: u32,
    limit: u32,
) -> Result<PaymentPage> {
    app.core().await?.payments_from(query, row, limit).await
}

#[tauri::command]
#[specta::specta]
async fn payment_months(app: AppState<'_>, query: PaymentQuery) -> Result<Vec<MonthView>> {
    app.core().await?.payment_months(query).await
}

#[tauri::command]
#[specta::specta]
async fn payment(app: AppState<'_>, account: AccountId, id: String) -> Result<PaymentView> {
    app.core().await?.payment(account, id).await
}

/// Shows a payment's invoice in the system's viewer.
#[tauri::command]
#[specta::specta]
async fn open_invoice(app: AppState<'_>, account: AccountId, payment: String) -> Result<()> {
    let file = app.core().await?.invoice_file(account, payment).await?;
    external_apps::open_pdf(&file)
}

/// The path that was written; `None` when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
async fn save_invoice(
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
    let Some(path) = files::choose_invoice_path(&desktop, &number).await? else {
        return Ok(None);
    };
    core.save_invoice(account, payment, path.clone()).await?;
    Ok(Some(path.display().to_string()))
}

#[tauri::command]
#[specta::specta]
async fn open_transaction(
    app: AppState<'_>,
    account: AccountId,
    transaction: String,
) -> Result<()> {
    external_apps::open_url(
        &app.core()
            .await?
            .transaction_address(account, transaction)
            .await?,
    )
}

#[tauri::command]
#[specta::specta]
async fn open_address(app: AppState<'_>, account: AccountId) -> Result<()> {
    external_apps::open_url(&app.core().await?.wallet_address_page(account).await?)
}

#[tauri::command]
#[specta::specta]
async fn open_console(app: AppState<'_>, network: String) -> Result<()> {
    external_apps::open_url(&app.core().await?.console_address(network).await?)
}

/// How far the reading of what lies further back is; `None` where everything has been read.
#[tauri::command]
#[specta::specta]
async fn past(app: AppState<'_>, account: AccountId) -> Result<Option<PastView>> {
    Ok(app.core().await?.past(&account))
}

/// Stops it until it is let go on, or lets it go on.
#[tauri::command]
#[specta::specta]
async fn stop_past(app: AppState<'_>, account: AccountId, stopped: bool) -> Result<()> {
    app.core().await?.stop_past(account, stopped).await
}

#[tauri::command]
#[specta::specta]
async fn notices(app: AppState<'_>, before: Option<u32>) -> Result<Vec<NoticeView>> {
    app.core().await?.notices(before).await
}

#[tauri::command]
#[specta::specta]
async fn read_notices(app: AppState<'_>, up_to: u32) -> Result<()> {
    app.core().await?.read_notices(up_to).await
}

#[tauri::command]
#[specta::specta]
async fn settings(app: AppState<'_>) -> Result<Settings> {
    Ok(app.settings.get())
}

#[tauri::command]
#[specta::specta]
async fn set_settings(app: AppState<'_>, settings: SettingsChange) -> Result<Settings> {
    let app = Arc::clone(&app);
    let changed =
        tauri::async_runtime::spawn_blocking(move || app.change_settings(&settings)).await;
    changed.unwrap_or_else(|_| Err(Error::new(Code::Internal, "The settings were not saved.")))
}

#[tauri::command]
#[specta::specta]
async fn refresh_all(app: AppState<'_>, account: AccountId) -> Result<()> {
    app.core().await?.refresh_all(account).await
}

/// Never fails: what cannot be told is said to be so.
#[tauri::command]
#[specta::specta]
async fn diagnostics(app: AppState<'_>) -> Result<String> {
    Ok(report(&app).await)
}

#[tauri::command]
#[specta::specta]
async fn window_ready(app: AppState<'_>) -> Result<()> {
    app.window_ready();
    Ok(())
}

#[tauri::command]
#[specta::specta]
async fn viewing(app: AppState<'_>, payment: Option<(AccountId, String)>) -> Result<()> {
    app.core().await?.viewing(payment);
    Ok(())
}

#[tauri::command]
#[specta::specta]
async fn quit(app: AppState<'_>) -> Result<()> {
    app.quit();
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
    fn permissions_match_the_commands() {
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

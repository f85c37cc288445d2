//! The commands that the window may call, typed end to end. Most are one call of the core. What only the desktop can
//! do (choosing a file, opening an address, changing settings, quitting) takes a few lines more.

mod accounts;
mod export;
mod file_dialogs;
mod invoices;
mod lifecycle;
mod notices;
mod overview;
mod payments;
mod settings;
mod state;
mod top_ups;
mod web_pages;
mod window_state;

use crate::initial_data::InitialData;
use bursar_core::error::Error;
use tauri::Wry;
use tauri_specta::collect_commands;

/// All commands, both for the window and for the bindings generated from them.
pub(crate) fn all() -> tauri_specta::Builder<Wry> {
    tauri_specta::Builder::new()
        .error_handling(tauri_specta::ErrorHandlingMode::Throw)
        .disable_serde_phases()
        .typ::<Error>()
        .typ::<InitialData>()
        .commands(collect_commands![
            overview::app,
            overview::overview,
            overview::overviews,
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
            payments::payments,
            payments::payments_from,
            payments::payment_months,
            payments::payment,
            export::export_payments,
            export::exporting,
            export::cancel_export,
            invoices::open_invoice,
            invoices::save_invoice,
            web_pages::open_transaction,
            web_pages::open_address,
            web_pages::open_debt_rules,
            web_pages::open_console,
            web_pages::open_keys_page,
            web_pages::open_billing_page,
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
            payments::backfill,
            payments::pause_backfill,
            notices::notices,
            notices::read_notices,
            settings::settings,
            settings::set_settings,
            window_state::window_state,
            window_state::change_window_state,
            overview::refresh_all,
            accounts::rpc_addresses,
            accounts::set_rpc_address,
            lifecycle::diagnostics,
            lifecycle::listen_for_changes,
            lifecycle::window_ready,
            lifecycle::viewing,
            lifecycle::quit,
        ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use specta_typescript::Typescript;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    /// Run with `BURSAR_BINDINGS=write` to write the changed bindings for the pages.
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

    /// The window's capability must list every command and no other.
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

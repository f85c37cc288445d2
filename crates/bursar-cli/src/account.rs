//! Connects, lists and removes accounts, and lists networks.

use crate::arguments::AddArguments;
use crate::output::{CommandResult, Failure, note, print_error, print_line, table};
use crate::terminal::Terminal;
use crate::texts::texts;
use crate::{env_keys, options};
use bursar_core::error::Code;
use bursar_core::{Bursar, Connect, Reader, network_views};
use bursar_l10n::text;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The longest key that is read, in bytes.
const KEY_LIMIT: u64 = 16 * 1024;
/// The largest network file, in bytes.
const FILE_LIMIT: u64 = 64 * 1024;

pub(crate) async fn add(home: &Path, add: AddArguments) -> CommandResult {
    let file = read_network_file(&add.network)?;
    // A key from the environment serves this process alone and is not stored.
    let keys = env_keys()?;
    let given = keys.for_account(add.label.as_deref(), true).cloned();
    let session_only = given.is_some();
    let key = match given {
        Some(key) => key,
        None => read_key()?,
    };
    let bursar = Bursar::start(options(home.to_owned(), Arc::new(Terminal::new(true)))?).await?;
    let network = match file {
        Some(text) => bursar.add_network(&text).await?.name,
        None => add.network,
    };
    let connect = Connect {
        provider: Some(add.provider),
        network,
        key,
        address: add.address,
        label: add.label,
        session_only,
        key_expires_on: add.key_expires,
    };
    let connected = bursar.connect(connect).await;
    bursar.stop().await;
    let connected = connected?;
    for warning in &connected.warnings {
        print_error(warning);
    }
    print_line(&text!(
        texts(),
        terminal_connected,
        account = &connected.account.label,
        network = &connected.account.network
    ))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn remove(home: &Path, label: &str) -> CommandResult {
    let bursar = Bursar::start(options(home.to_owned(), Arc::new(Terminal::new(true)))?).await?;
    let accounts = bursar.accounts().await?;
    let found = accounts.into_iter().find(|account| account.label == label);
    let removed = match found {
        Some(account) => bursar.remove_account(account.id).await.map_err(Into::into),
        None => Err(no_account_named(label)),
    };
    bursar.stop().await;
    removed?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn list(reader: &Reader) -> CommandResult {
    let rows: Vec<Vec<String>> = reader
        .select(None)?
        .into_iter()
        .map(|account| {
            vec![
                account.label.clone(),
                account.network.name.clone(),
                account.address.map_or_else(
                    || text!(texts(), terminal_no_address),
                    |address| address.to_checksum(None),
                ),
            ]
        })
        .collect();
    table(&rows)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn networks(reader: &Reader) -> CommandResult {
    let rows: Vec<Vec<String>> = network_views(reader.networks())
        .into_iter()
        .map(|network| {
            let from = if network.built_in {
                text!(texts(), terminal_network_built_in)
            } else {
                text!(texts(), terminal_network_from_file)
            };
            vec![network.name, network.provider, network.api_host, from]
        })
        .collect();
    table(&rows)?;
    Ok(ExitCode::SUCCESS)
}

/// There is no account with that label.
pub(crate) fn no_account_named(label: &str) -> Failure {
    Failure::Words {
        code: Code::NotFound,
        words: text!(texts(), terminal_no_account_named, account = label),
    }
}

/// The file's text if `network` is a path; a bare name is a known network.
fn read_network_file(network: &str) -> CommandResult<Option<String>> {
    let malformed = |words| Failure::Words {
        code: Code::NetworkMalformed,
        words,
    };
    let path = Path::new(network);
    if !path.is_file() {
        let looks_like_file =
            network.contains('/') || path.extension().is_some_and(|end| end == "toml");
        return if looks_like_file {
            Err(malformed(text!(
                texts(),
                terminal_file_missing,
                path = network
            )))
        } else {
            Ok(None)
        };
    }
    let cannot = |error: std::io::Error| {
        malformed(text!(
            texts(),
            terminal_file_unreadable,
            path = network,
            reason = error.to_string()
        ))
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(cannot)?;
    file.take(FILE_LIMIT)
        .read_to_string(&mut text)
        .map_err(cannot)?;
    Ok(Some(text))
}

/// The API key from standard input: all of it, or its first line in a terminal.
fn read_key() -> CommandResult<Zeroizing<String>> {
    if std::io::stdin().is_terminal() {
        note(&text!(texts(), terminal_paste_key));
        let mut line = Zeroizing::new(String::new());
        std::io::stdin().read_line(&mut line).map_err(no_key)?;
        return Ok(line);
    }
    let mut text = Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .take(KEY_LIMIT)
        .read_to_string(&mut text)
        .map_err(no_key)?;
    if text.trim().is_empty() {
        return Err(Failure::usage(text!(texts(), terminal_key_missing)));
    }
    Ok(text)
}

fn no_key(_: std::io::Error) -> Failure {
    Failure::usage(text!(texts(), terminal_key_unreadable))
}

//! Reads what is missing before stored data is shown. This process does so only if no engine runs for the home; a
//! running app keeps everything up to date itself.

use crate::account::no_account_named;
use crate::output::{CommandResult, Failure, note, overwrite, print_error, print_failure};
use crate::terminal::Terminal;
use crate::texts::texts;
use crate::{env_keys, options};
use bursar_core::Bursar;
use bursar_core::account::AccountId;
use bursar_core::error::InternalDetail;
use bursar_core::error::{Code, Error};
use bursar_core::home;
use bursar_l10n::text;
use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How often a terminal shows the progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);

/// What reading achieved.
pub(crate) enum Fetched {
    /// Each account's label, and why it is not up to date.
    Accounts(Vec<(String, Vec<Error>)>),
    /// Another process runs the engine for this home.
    RunningApp,
}

/// Reads what is missing of the account with that label, or of all accounts.
///
/// # Errors
/// `not_found` if there is none; why the engine cannot start.
pub(crate) async fn fetch(home: &Path, label: Option<&str>) -> CommandResult<Fetched> {
    if !home::is_in_use(home) {
        return Err(no_account(label));
    }
    let terminal = Arc::new(Terminal::new(true));
    let bursar = match Bursar::start(options(home.to_owned(), terminal)?).await {
        Ok(bursar) => bursar,
        Err(error) if error.code == Code::EngineRunning => return Ok(Fetched::RunningApp),
        Err(error) => return Err(error.into()),
    };
    let read = read(&bursar, label).await;
    bursar.stop().await;
    read.map(Fetched::Accounts)
}

/// The same for a command that shows stored data anyway: errors are printed, and `false` means that nothing is known to
/// be up to date.
pub(crate) async fn before_showing(home: &Path, label: Option<&str>) -> bool {
    match fetch(home, label).await {
        Ok(Fetched::RunningApp) => true,
        Ok(Fetched::Accounts(accounts)) => {
            let mut all = true;
            for error in accounts.iter().flat_map(|(_, problems)| problems) {
                print_error(error);
                all = false;
            }
            all
        }
        Err(failure) => {
            // The command that reads next reports a missing account itself.
            if failure.code() != Some(Code::NotFound) {
                print_failure(&failure);
            }
            false
        }
    }
}

async fn read(
    bursar: &Arc<Bursar>,
    label: Option<&str>,
) -> CommandResult<Vec<(String, Vec<Error>)>> {
    let accounts = bursar.accounts().await?;
    let wanted: Vec<_> = accounts
        .into_iter()
        .filter(|account| label.is_none_or(|label| account.label == label))
        .collect();
    if wanted.is_empty() {
        return Err(no_account(label));
    }
    if let (Some(_), [account]) = (label, wanted.as_slice())
        && let Some(key) = env_keys()?.for_account(label, true)
    {
        // A key without a label is meant for one account: the only one, or the named one.
        bursar.use_api_key(&account.id, key).await?;
    }
    let ids: Vec<AccountId> = wanted.iter().map(|account| account.id.clone()).collect();
    let asked: Vec<_> = wanted
        .into_iter()
        .map(|account| {
            let bursar = Arc::clone(bursar);
            let reading = tokio::spawn(async move { bursar.sync(&account.id).await });
            (account.label, reading)
        })
        .collect();
    let progress = tokio::spawn(show_progress(Arc::clone(bursar), ids));
    let mut accounts = Vec::new();
    for (label, reading) in asked {
        let problems = match reading.await {
            Ok(Ok(problems)) => problems,
            Ok(Err(error)) => vec![error],
            Err(_) => vec![Error::new(
                Code::Internal,
                InternalDetail::StepFailed {
                    step: "reading an account".to_owned(),
                },
            )],
        };
        accounts.push((label, problems));
    }
    progress.abort();
    if std::io::stderr().is_terminal() {
        overwrite("");
    }
    Ok(accounts)
}

/// Shows how many rows of a long history have been read, if standard error is a terminal.
async fn show_progress(bursar: Arc<Bursar>, accounts: Vec<AccountId>) {
    if !std::io::stderr().is_terminal() {
        return;
    }
    loop {
        tokio::time::sleep(PROGRESS_INTERVAL).await;
        let lines: u32 = accounts
            .iter()
            .filter_map(|account| bursar.backfill(account)?.payments)
            .fold(0, |sum, lines| sum.saturating_add(lines.read));
        if lines > 0 {
            overwrite(&text!(texts(), terminal_reading, count = lines));
        }
    }
}

/// There is no account, or none with that label.
pub(crate) fn no_account(label: Option<&str>) -> Failure {
    label.map_or_else(
        || Failure::Words {
            code: Code::NotFound,
            words: text!(texts(), terminal_no_account),
        },
        no_account_named,
    )
}

/// Says that the app keeps the home up to date.
pub(crate) fn note_running_app() {
    note(&text!(texts(), terminal_app_running));
}

//! `bursar sync`: reads what is missing, and says for each account whether it is up to date.

use crate::fetch::{Fetched, fetch, note_running_app};
use crate::output::{CommandResult, print_error, print_line};
use crate::texts::texts;
use bursar_l10n::text;
use std::path::Path;
use std::process::ExitCode;

pub(crate) async fn run(home: &Path, label: Option<&str>) -> CommandResult {
    let accounts = match fetch(home, label).await? {
        Fetched::RunningApp => {
            note_running_app();
            return Ok(ExitCode::SUCCESS);
        }
        Fetched::Accounts(accounts) => accounts,
    };
    let mut any = false;
    for (label, problems) in accounts {
        for error in &problems {
            print_error(error);
        }
        any |= problems.is_empty();
        print_line(&if problems.is_empty() {
            text!(texts(), terminal_up_to_date, account = label)
        } else {
            text!(texts(), terminal_not_up_to_date, account = label)
        })?;
    }
    Ok(if any {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

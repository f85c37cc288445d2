//! `bursar sync`: reads what is missing, and says for each account whether it is up to date.

use crate::fetch::{Fetched, fetch, note_the_app};
use crate::output::{Done, complain, say};
use std::path::Path;
use std::process::ExitCode;

pub(crate) async fn run(home: &Path, label: Option<&str>) -> Done {
    let accounts = match fetch(home, label).await? {
        Fetched::ByTheApp => {
            note_the_app();
            return Ok(ExitCode::SUCCESS);
        }
        Fetched::Here(accounts) => accounts,
    };
    let mut any = false;
    for (label, problems) in accounts {
        for error in &problems {
            complain(error);
        }
        any |= problems.is_empty();
        say(&if problems.is_empty() {
            format!("{label} is up to date.")
        } else {
            format!("{label} is not up to date.")
        })?;
    }
    Ok(if any {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

//! `bursar`: the core in a terminal. The exit status is 0 if something could be shown, 1 if nothing could be shown or
//! written, and 2 for invalid use; `top-up` adds others.

mod account;
mod arguments;
mod charges;
mod fetch;
mod help;
mod history;
mod output;
mod status;
mod sync;
mod terminal;
mod texts;
mod top_up;

use arguments::{AccountCommand, Arguments, Command};
use bursar_core::Reader;
use bursar_core::env_keys::EnvKeys;
use bursar_core::error::Code;
use bursar_core::home;
use bursar_core::keyring::SecretStore;
use bursar_core::process;
use bursar_core::{ALLOY_LOG_OFF, core_dumps};
use bursar_l10n::text;
use clap::FromArgMatches as _;
use output::{CommandResult, Failure, note, print_failure, print_line};
use status::Form;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use texts::texts;
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

const FAILURE: u8 = 1;
const USAGE_ERROR: u8 = 2;

fn main() -> ExitCode {
    texts::use_setting();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            let reason = error.to_string();
            note(&text!(texts(), terminal_not_started, reason = reason));
            return ExitCode::from(FAILURE);
        }
    };
    let code = runtime.block_on(execute());
    // Threads that still wait, as for a name server, are not waited for: everything durable is on disk.
    runtime.shutdown_background();
    code
}

async fn execute() -> ExitCode {
    let parsed = help::command(texts())
        .try_get_matches()
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let done = match parsed {
        Ok(arguments) => {
            log();
            core_dumps::disable();
            run(arguments).await
        }
        Err(message) if message.use_stderr() => {
            // An error about a failed error message has nowhere to go.
            let _ = message.print();
            return ExitCode::from(USAGE_ERROR);
        }
        Err(message) => print_line(message.to_string().trim_end()).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            print_failure(&failure);
            match failure.code() {
                None => ExitCode::SUCCESS,
                Some(code) if is_usage_error(code) => ExitCode::from(USAGE_ERROR),
                Some(_) => ExitCode::from(FAILURE),
            }
        }
    }
}

async fn run(arguments: Arguments) -> CommandResult {
    let home = home::find(arguments.home.as_deref(), |name| std::env::var_os(name))
        .ok_or_else(|| Failure::usage(text!(texts(), terminal_home_unknown)))?;
    let label = arguments.account.as_deref();
    match arguments.command {
        Command::Account(AccountCommand::Add(add)) => account::add(&home, add).await,
        Command::Account(AccountCommand::List) => account::list(&reader(&home)?),
        Command::Account(AccountCommand::Remove { label }) => account::remove(&home, &label).await,
        Command::Status { json, csv } => {
            status::run(&reader(&home)?, label, Form::of(json, csv)).await
        }
        Command::History(wanted) => history::run(&home, label, wanted).await,
        Command::Charges(wanted) => charges::run(&home, label, wanted).await,
        Command::Sync => sync::run(&home, label).await,
        Command::TopUp(wanted) => top_up::run(&home, label, wanted).await,
        Command::Networks => account::networks(&reader(&home)?),
        Command::Help { command } => help::print(texts(), &command),
    }
}

/// Whether the path of an output file is one of the names of standard output.
fn is_standard_output(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]
        .iter()
        .any(|name| path == Path::new(name))
}

fn reader(home: &Path) -> CommandResult<Reader> {
    Ok(Reader::open(home, secret_store(home), env_keys()?)?)
}

fn secret_store(given: &Path) -> Arc<SecretStore> {
    Arc::new(home::keyring(given, given))
}

/// API keys for this process alone; they replace the keyring's.
fn env_keys() -> CommandResult<EnvKeys> {
    let secret = |name| std::env::var(name).ok().map(Zeroizing::new);
    EnvKeys::parse(
        secret(process::API_KEY_VARIABLE),
        secret(process::API_KEYS_VARIABLE).as_ref(),
    )
    .map_err(|_| Failure::usage(text!(texts(), terminal_api_keys_malformed)))
}

/// What a command that changes something needs: this home's engine, which no other process may run.
fn options(
    home: PathBuf,
    shell: Arc<dyn bursar_core::shell::Shell>,
) -> CommandResult<bursar_core::Options> {
    Ok(bursar_core::Options {
        secret_store: secret_store(&home),
        shell,
        clock: Arc::new(bursar_core::clock::SystemClock),
        env_keys: env_keys()?,
        settings: bursar_core::settings::Settings::default(),
        home,
        pops_up: false,
    })
}

fn is_usage_error(code: Code) -> bool {
    matches!(
        code,
        Code::Usage
            | Code::AmountMalformed
            | Code::AmountPrecision
            | Code::AddressMalformed
            | Code::NetworkMalformed
    )
}

fn log() {
    let chosen = std::env::var("BURSAR_LOG");
    let filter = chosen.as_deref().unwrap_or("off");
    let filter = EnvFilter::try_new(format!("{filter},{ALLOY_LOG_OFF}"))
        .unwrap_or_else(|_| EnvFilter::new("off"));
    // A second subscriber cannot be set, but there is none.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}

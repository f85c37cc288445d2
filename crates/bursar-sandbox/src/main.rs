//! Two providers on this machine: three local chains, the console's API with a hosted checkout, a hosting panel, and
//! a control API. It listens on loopback only, prints one line of JSON when everything is ready, and ends its chains
//! when it ends. It shares no code with the app, so that tests can compare the two. See `docs/sandbox.md`.

mod balance_contract;
mod chains;
mod checkout;
mod cli;
mod clock;
mod console;
mod contracts;
mod control;
mod error;
mod faults;
mod html;
mod http;
mod money;
mod panel;
mod random;
mod request_log;
mod sandbox;
mod signature;
mod startup;
mod stdout;
mod supervisor;
mod switches;
mod today;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(command) = supervisor::supervised_command(&arguments) {
        return supervisor::run(command);
    }
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .init();
    let options = match cli::parse(&arguments) {
        Ok(cli::Command::Run(options)) => options,
        Ok(cli::Command::Help) => {
            stdout::print_line(cli::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            tracing::error!("{error}");
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!("cannot start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(startup::run(options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

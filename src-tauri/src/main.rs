//! Bursar's desktop shell: window, tray, notifications, links and commands around `bursar-core`. The window
//! comes first; the core and everything that may be slow or missing starts behind it.

mod activation;
mod afresh;
mod app;
mod appearance;
mod arguments;
mod autostart;
mod bus;
mod closing;
mod commands;
mod desktop_entry;
mod diagnostics;
mod engine;
mod first;
mod home;
mod instance;
mod lean;
mod links;
mod logging;
mod notifications;
mod presence;
mod program;
mod run;
mod shell;
mod stage;
mod start;
mod text;
mod tray;
mod window;

use activation::Activation;
use arguments::Request;
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let secrets = start::take_secrets();
    let activation = Activation::take_from_environment();
    program::find();
    let shown = afresh::take_shown();
    lean::begin();
    logging::begin();
    match Request::read(std::env::args_os().skip(1)) {
        Ok(Request::Run(arguments)) => run::run(arguments, activation, secrets, shown),
        Ok(Request::Help) => say(arguments::USAGE),
        Ok(Request::Version) => say(concat!("bursar-desktop ", env!("CARGO_PKG_VERSION"))),
        Err(wrong) => {
            // Nobody may be reading; the exit status says the same.
            let _ = writeln!(
                std::io::stderr(),
                "bursar-desktop: {wrong}\n{}",
                arguments::USAGE
            );
            ExitCode::from(2)
        }
    }
}

fn say(text: &str) -> ExitCode {
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

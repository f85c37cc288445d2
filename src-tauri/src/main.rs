//! Bursar's desktop shell: window, tray, notifications, links and commands around `bursar-core`. The window comes
//! first; the core and everything slow or optional starts behind it.

mod app;
mod arguments;
mod change_channel;
mod commands;
mod controller;
mod core_handle;
mod diagnostics;
mod environment;
mod home;
mod initial_data;
mod logging;
mod main_thread;
mod platform;
mod popup_texts;
mod startup;
mod texts;
mod window;
mod window_state;

use arguments::Invocation;
use controller::restart_to_free_memory;
use platform::activation::Activation;
use platform::{executable, software_rendering};
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let secrets = environment::take_secrets();
    let activation = Activation::take_from_environment();
    executable::locate();
    let click_targets = restart_to_free_memory::take_click_targets();
    software_rendering::disable_opengl();
    logging::init();
    match Invocation::parse(std::env::args_os().skip(1)) {
        Ok(Invocation::Run(arguments)) => {
            startup::run(arguments, activation, secrets, click_targets)
        }
        Ok(Invocation::Help) => print_line(&arguments::usage(&texts::for_terminal())),
        Ok(Invocation::Version) => {
            print_line(concat!("bursar-desktop ", env!("CARGO_PKG_VERSION")))
        }
        Err(error) => {
            // If nobody reads standard error, the exit status still says it.
            let texts = texts::for_terminal();
            let words = error.explain(&texts);
            let usage = arguments::usage(&texts);
            let _ = writeln!(std::io::stderr(), "bursar-desktop: {words}\n{usage}");
            ExitCode::from(2)
        }
    }
}

fn print_line(text: &str) -> ExitCode {
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

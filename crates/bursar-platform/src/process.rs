//! Starts other programs. No other module of Bursar's programs creates a command, so that no child process inherits a secret:
//! the variables below are removed from every child's environment. (The desktop also opens URLs through GIO, with a context
//! that removes the same variables.)

use std::ffi::OsStr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{io, thread};

/// The variable with an API key for one process, used in place of the keyring.
pub const API_KEY_VARIABLE: &str = "BURSAR_API_KEY";
/// The variable with the API keys of several accounts for one process: a JSON object with a key for each label.
pub const API_KEYS_VARIABLE: &str = "BURSAR_API_KEYS";

/// The variables with a secret. No child process inherits them.
pub const SECRET_VARIABLES: [&str; 2] = [API_KEY_VARIABLE, API_KEYS_VARIABLE];

/// How long a launcher is watched for a failure.
const LAUNCHER_TIMEOUT: Duration = Duration::from_millis(500);
const LAUNCHER_POLL: Duration = Duration::from_millis(10);

/// A command without any of the [`SECRET_VARIABLES`].
pub fn command(program: impl AsRef<OsStr>) -> Command {
    without_secrets(Command::new(program))
}

fn without_secrets(mut command: Command) -> Command {
    for name in SECRET_VARIABLES {
        command.env_remove(name);
    }
    command
}

/// Starts the first launcher (such as `xdg-open`) that does not fail at once, in a new process group and without any of the [`SECRET_VARIABLES`]. It may outlive this process. Waits at most half a second for each launcher.
///
/// # Errors
/// The failure of the last launcher, or [`io::ErrorKind::NotFound`] without any launcher.
pub fn launch(launchers: Vec<Command>) -> io::Result<()> {
    let mut failure = io::Error::from(io::ErrorKind::NotFound);
    for launcher in launchers {
        match attempt(without_secrets(launcher)) {
            Ok(None) => return Ok(()),
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => {
                failure = io::Error::other(format!("the launcher ended with {status}"))
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// The launcher's exit status, or `None` if it is still running after the timeout.
fn attempt(mut launcher: Command) -> io::Result<Option<ExitStatus>> {
    launcher
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut launcher, 0);
    let mut child = launcher.spawn()?;
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begun.elapsed() >= LAUNCHER_TIMEOUT {
            reap(child);
            return Ok(None);
        }
        thread::sleep(LAUNCHER_POLL);
    }
}

/// Waits for the child in another thread, so that it does not become a zombie.
fn reap(mut child: Child) {
    let waiting = thread::Builder::new()
        .name("launcher".to_owned())
        .spawn(move || drop(child.wait()));
    if let Err(error) = waiting {
        tracing::debug!(%error, "a launcher is not waited for");
    }
}

/// Replaces this process by the command's program. Returns only on failure.
#[cfg(unix)]
pub fn replace(command: Command) -> io::Error {
    std::os::unix::process::CommandExt::exec(&mut without_secrets(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn command_removes_every_secret() {
        for name in SECRET_VARIABLES {
            let command = command("true");
            let removed = command
                .get_envs()
                .any(|(key, value)| key == name && value.is_none());
            assert!(removed, "{name}");
        }
    }

    #[test]
    fn tries_the_next_launcher_and_passes_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let seen = folder.path().join("seen");
        let mut second = shell("printf '%s' \"[$BURSAR_API_KEY_VARIABLE]$OTHER\" > \"$SEEN\"");
        second
            .env("SEEN", &seen)
            .env("OTHER", "kept")
            .env(API_KEY_VARIABLE, "canary");
        launch(vec![Command::new("/nonexistent"), shell("exit 3"), second]).unwrap();
        assert_eq!(std::fs::read_to_string(&seen).unwrap(), "[]kept");
    }

    #[test]
    fn running_launcher_counts_as_started() {
        let begun = Instant::now();
        launch(vec![shell("sleep 5")]).unwrap();
        assert!(begun.elapsed() < Duration::from_secs(4));
    }

    #[test]
    fn reports_error_if_all_launchers_fail() {
        assert!(launch(vec![shell("exit 3"), shell("exit 4")]).is_err());
        let none = launch(Vec::new()).unwrap_err();
        assert_eq!(none.kind(), io::ErrorKind::NotFound);
    }
}

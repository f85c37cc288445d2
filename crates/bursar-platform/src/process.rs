//! Starting other programs. This is the only place of Bursar's own programs that makes a command, so that no child
//! gets a secret that was meant for one process: the variables below are taken out of every child's environment.
//! (The desktop also opens addresses through GIO, with a context that leaves out the same variables.)

use std::ffi::OsStr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{io, thread};

/// The variable with an API key that serves one process in place of the keyring.
pub const API_KEY: &str = "BURSAR_API_KEY";

/// Variables that hold a secret; no child of Bursar's inherits them.
pub const SECRETS: [&str; 1] = [API_KEY];

/// How long a launcher is watched for a failure.
const LAUNCHER_TIMEOUT: Duration = Duration::from_millis(500);
const LAUNCHER_POLL: Duration = Duration::from_millis(10);

/// A command whose process gets none of the [`SECRETS`].
pub fn command(program: impl AsRef<OsStr>) -> Command {
    without_secrets(Command::new(program))
}

fn without_secrets(mut command: Command) -> Command {
    for name in SECRETS {
        command.env_remove(name);
    }
    command
}

/// Starts the first of the launchers (`xdg-open` and its like) that does not fail at once, in a process group of its
/// own and without any of the [`SECRETS`]. It may outlive this process. Waits half a second a launcher at most.
///
/// # Errors
/// Why the last launcher failed; [`io::ErrorKind::NotFound`] where there is none.
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

/// Waits for the child in a thread of its own, so that it leaves no zombie.
fn reap(mut child: Child) {
    let waiting = thread::Builder::new()
        .name("launcher".to_owned())
        .spawn(move || drop(child.wait()));
    if let Err(error) = waiting {
        tracing::debug!(%error, "a launcher is not waited for");
    }
}

/// Becomes this command's program; returns only with why that failed.
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
    fn a_command_leaves_every_secret_out() {
        for name in SECRETS {
            let command = command("true");
            let removed = command
                .get_envs()
                .any(|(key, value)| key == name && value.is_none());
            assert!(removed, "{name}");
        }
    }

    #[test]
    fn a_launcher_gets_no_secret_and_the_next_one_is_tried() {
        let folder = tempfile::tempdir().unwrap();
        let seen = folder.path().join("seen");
        let mut second = shell("printf '%s' \"[$BURSAR_API_KEY]$OTHER\" > \"$SEEN\"");
        second
            .env("SEEN", &seen)
            .env("OTHER", "kept")
            .env(API_KEY, "canary");
        launch(vec![Command::new("/nonexistent"), shell("exit 3"), second]).unwrap();
        assert_eq!(std::fs::read_to_string(&seen).unwrap(), "[]kept");
    }

    #[test]
    fn a_launcher_that_goes_on_counts_as_started() {
        let begun = Instant::now();
        launch(vec![shell("sleep 5")]).unwrap();
        assert!(begun.elapsed() < Duration::from_secs(4));
    }

    #[test]
    fn launchers_that_all_fail_are_said_to() {
        assert!(launch(vec![shell("exit 3"), shell("exit 4")]).is_err());
        let none = launch(Vec::new()).unwrap_err();
        assert_eq!(none.kind(), io::ErrorKind::NotFound);
    }
}

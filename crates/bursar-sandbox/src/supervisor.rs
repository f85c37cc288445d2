//! Ends a child process when the sandbox ends. The sandbox starts itself again as a supervisor, which starts the
//! child and holds the reading end of a pipe. However the sandbox ends, the pipe closes and the supervisor kills the
//! child. A parent-death signal would do the same, but it is bound to the thread that forked and needs unsafe code.

use std::io::Read;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::Duration;

const FLAG: &str = "--supervise";
const CHILD_POLL_INTERVAL: Duration = Duration::from_millis(200);

/// The arguments that start a supervisor for this command. Its standard input must be a pipe that the caller keeps
/// open.
pub(crate) fn supervisor_arguments(program: &str, arguments: &[String]) -> Vec<String> {
    let mut all = vec![FLAG.to_owned(), program.to_owned()];
    all.extend(arguments.iter().cloned());
    all
}

/// The command to supervise, if this process was started as a supervisor.
pub(crate) fn supervised_command(arguments: &[String]) -> Option<&[String]> {
    match arguments.split_first() {
        Some((flag, command)) if flag == FLAG && !command.is_empty() => Some(command),
        _ => None,
    }
}

/// Runs the command until it ends or standard input closes.
pub(crate) fn run(command: &[String]) -> ExitCode {
    let Some((program, arguments)) = command.split_first() else {
        return ExitCode::from(2);
    };
    let Ok(mut child) = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .spawn()
    else {
        return ExitCode::FAILURE;
    };
    let (closed, parent_ended) = mpsc::channel();
    std::thread::spawn(move || {
        let mut byte = [0];
        while matches!(std::io::stdin().read(&mut byte), Ok(1)) {}
        let _ = closed.send(());
    });
    loop {
        match parent_ended.recv_timeout(CHILD_POLL_INTERVAL) {
            Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => return kill_and_reap(&mut child),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                if let Ok(Some(_)) = child.try_wait() {
                    return ExitCode::FAILURE;
                }
            }
        }
    }
}

fn kill_and_reap(child: &mut Child) -> ExitCode {
    let _ = child.kill();
    let _ = child.wait();
    ExitCode::SUCCESS
}

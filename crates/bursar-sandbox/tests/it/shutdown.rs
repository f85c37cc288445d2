//! The sandbox ends its chains however it ends, and the contract artifacts match their source.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::Sandbox;

/// The number of processes with `needle` in their command line.
fn count_processes(needle: &str) -> usize {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .filter(|line| String::from_utf8_lossy(line).contains(needle))
        .count()
}

fn processes_end_within(needle: &str, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    while count_processes(needle) > 0 {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    true
}

/// The scratch folder, which the chains and their supervisors have in their command lines.
fn scratch_folder(sandbox: &Sandbox) -> String {
    sandbox
        .ready_field("/fluence/network")
        .replace("fluence.toml", "chains")
}

#[test]
fn kill_ends_all_chains() {
    let mut sandbox = Sandbox::start(&["--history", "0"]);
    let scratch = scratch_folder(&sandbox);
    assert_eq!(
        count_processes(&scratch),
        6,
        "three chains and their supervisors"
    );
    sandbox.child.kill().unwrap();
    assert!(processes_end_within(&scratch, Duration::from_secs(5)));
}

#[test]
fn sigterm_exits_cleanly_and_ends_all_chains() {
    let mut sandbox = Sandbox::start(&["--history", "0"]);
    let scratch = scratch_folder(&sandbox);
    let kill = Command::new("kill")
        .arg(sandbox.child.id().to_string())
        .status()
        .unwrap();
    assert!(kill.success());
    assert!(sandbox.child.wait().unwrap().success());
    assert!(processes_end_within(&scratch, Duration::from_secs(5)));
    assert!(!std::path::Path::new(&scratch).exists());
}

#[test]
fn contract_artifacts_match_their_source() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/compile.mjs");
    let output = Command::new("node")
        .args([script, "--check"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

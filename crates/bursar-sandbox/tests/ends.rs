//! The sandbox takes its chains with it, however it ends, and its contracts are what their source says.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::process::Command;
use std::time::{Duration, Instant};

use support::Sandbox;

/// Processes that have `needle` in their command line.
fn running_with(needle: &str) -> usize {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .filter(|line| String::from_utf8_lossy(line).contains(needle))
        .count()
}

fn gone_within(needle: &str, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    while running_with(needle) > 0 {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    true
}

/// The scratch folder is on the command line of the chains and of their keepers.
fn scratch(sandbox: &Sandbox) -> String {
    sandbox
        .at("/fluence/network")
        .replace("fluence.toml", "chains")
}

#[test]
fn nothing_outlives_a_kill() {
    let mut sandbox = Sandbox::start(&["--history", "0"]);
    let scratch = scratch(&sandbox);
    assert_eq!(running_with(&scratch), 6, "three chains and their keepers");
    sandbox.child.kill().unwrap();
    assert!(gone_within(&scratch, Duration::from_secs(5)));
}

#[test]
fn sigterm_is_an_orderly_end() {
    let mut sandbox = Sandbox::start(&["--history", "0"]);
    let scratch = scratch(&sandbox);
    let kill = Command::new("kill")
        .arg(sandbox.child.id().to_string())
        .status()
        .unwrap();
    assert!(kill.success());
    assert!(sandbox.child.wait().unwrap().success());
    assert!(gone_within(&scratch, Duration::from_secs(5)));
    assert!(!std::path::Path::new(&scratch).exists());
}

#[test]
fn the_artifacts_are_what_the_source_compiles_to() {
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

//! Runs the program on homes that earlier versions saved, with every kind of record (`tests/fixtures/home`): it must print what
//! the earlier version printed.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The saved homes, one folder for each version.
const SAVED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/home");

/// A command line and its exit status. What it printed is in files of the same name.
struct Recorded {
    name: String,
    arguments: Vec<String>,
    code: i64,
}

fn versions() -> Vec<PathBuf> {
    let entries = fs::read_dir(SAVED).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut versions: Vec<_> = folders.map(|entry| entry.path()).collect();
    versions.sort();
    assert!(!versions.is_empty(), "there is no saved home");
    versions
}

fn recorded(version: &Path) -> Vec<Recorded> {
    let text = fs::read(version.join("output/commands.json")).unwrap();
    let commands: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    commands
        .as_array()
        .unwrap()
        .iter()
        .map(|command| Recorded {
            name: text(&command["name"]),
            arguments: command["args"]
                .as_array()
                .unwrap()
                .iter()
                .map(text)
                .collect(),
            code: command["code"].as_i64().unwrap(),
        })
        .collect()
}

/// A copy that the program may write to.
fn copied(version: &Path) -> TempDir {
    let copy = TempDir::new().unwrap();
    for entry in fs::read_dir(version.join("home")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

/// Without a keyring, and with no server at the addresses that the home contains.
fn bursar(home: &Path, arguments: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bursar"))
        .args(arguments)
        .env("BURSAR_HOME", home)
        .env("TZ", "UTC")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .env_remove("BURSAR_API_KEY")
        .env_remove("BURSAR_LOG")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[track_caller]
fn prints_the_same(version: &Path, home: &Path, command: &Recorded) {
    let output = bursar(home, &command.arguments);
    for (printed, kind) in [(&output.stdout, "stdout"), (&output.stderr, "stderr")] {
        let file = version.join(format!("output/{}.{kind}", command.name));
        let expected = fs::read_to_string(&file).unwrap();
        let printed = String::from_utf8_lossy(printed);
        // Compares line by line, so that a difference in a long file stays readable.
        for (number, (line, was)) in printed.lines().zip(expected.lines()).enumerate() {
            assert_eq!(line, was, "{}, line {}", file.display(), number + 1);
        }
        assert_eq!(
            printed.lines().count(),
            expected.lines().count(),
            "{}",
            file.display()
        );
        assert!(printed == expected, "{}: line ends", file.display());
    }
    assert_eq!(
        output.status.code().map(i64::from),
        Some(command.code),
        "{}",
        command.name
    );
}

#[test]
fn reads_a_saved_home_unchanged() {
    for version in versions() {
        let commands = recorded(&version);
        assert!(!commands.is_empty());
        for command in &commands {
            let home = copied(&version);
            prints_the_same(&version, home.path(), command);
        }
    }
}

/// A command that starts the engine migrates the databases. No provider answers, so nothing else may change.
#[test]
fn keeps_everything_when_the_engine_has_run() {
    for version in versions() {
        let home = copied(&version);
        let refused = bursar(
            home.path(),
            &["account", "remove", "unknown"].map(str::to_owned),
        );
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        for command in recorded(&version) {
            if command.arguments.iter().any(|one| one == "--offline") {
                prints_the_same(&version, home.path(), &command);
            }
        }
    }
}

/// The app exported one account as CSV and another as JSON. A payment may have been updated after that.
#[test]
fn matches_the_exports_of_the_app() {
    let read = |file: PathBuf| fs::read_to_string(file).unwrap();
    for version in versions() {
        let without_update = |csv: &str| -> Vec<Vec<String>> {
            let row = |line: &str| line.split(',').map(str::to_owned).collect();
            let mut rows: Vec<Vec<String>> = csv.split("\r\n").map(row).collect();
            for row in rows.iter_mut().filter(|row| row.len() > 1) {
                row.remove(1);
            }
            rows
        };
        let home = copied(&version);
        let printed = |format: &str, label: &str| {
            let arguments = ["history", "--offline", format, "--account", label];
            let output = bursar(home.path(), &arguments.map(str::to_owned));
            String::from_utf8(output.stdout).unwrap()
        };
        assert_eq!(
            without_update(&printed("--csv", "Work")),
            without_update(&read(version.join("exports/payments.csv")))
        );
        let payments = |json: String| {
            let mut payments: serde_json::Value = serde_json::from_str(&json).unwrap();
            for payment in payments.as_array_mut().unwrap() {
                payment.as_object_mut().unwrap().remove("updated_at");
            }
            payments
        };
        assert_eq!(
            payments(printed("--json", "Hosting")),
            payments(read(version.join("exports/payments.json")))
        );
    }
}

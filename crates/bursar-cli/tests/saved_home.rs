//! Runs the program on homes that earlier versions saved, with every kind of record (`tests/fixtures/home`): it must print what
//! the earlier version printed. Words for people may have become better ones since then, which are listed here; figures, dates,
//! names and ids are the same, and what programs read is the same to the byte; later versions may add fields to the status.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
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
    command(home, arguments).output().unwrap()
}

fn command(home: &Path, arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bursar"));
    command
        .args(arguments)
        .env("BURSAR_HOME", home)
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .env_remove("LANGUAGE")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .env_remove("BURSAR_API_KEY")
        .env_remove("BURSAR_LOG")
        .stdin(Stdio::null());
    command
}

/// What an earlier version printed for people, and what it is called now.
const REWORDED: [(&str, &str); 14] = [
    (" Starting ", " starting "),
    (" Open ", " pending "),
    (" Confirming ", " confirming "),
    (" UnderReview ", " under review "),
    (" Completed ", " completed "),
    (" Cancelled ", " cancelled "),
    (" Expired ", " expired "),
    (" Failed ", " failed "),
    (" NotStarted ", " not started "),
    (" Refunding ", " refunding "),
    (" Refunded ", " refunded "),
    (
        "the account is frozen by the provider",
        "The provider has frozen the account.",
    ),
    (" is open", ", pending"),
    (" is being confirmed", ", confirming"),
];

/// Rows that accounts without a chain had in the first version.
const NEVER_KNOWN: [&str; 2] = ["reserved unknown", "held unknown"];

/// Lines for people without the widths of columns and the separators of thousands.
fn for_people(text: &str, reworded: &[(&str, &str)]) -> Vec<String> {
    text.lines()
        .map(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            let line = format!("{} ", words.join(" "));
            let line = reworded
                .iter()
                .fold(line, |line, (before, now)| line.replace(before, now));
            without_separators(line.trim_end())
        })
        .filter(|line| !NEVER_KNOWN.contains(&line.as_str()))
        .collect()
}

/// `1 204.35 USDC` as `1204.35 USDC`. Only an amount has a space before three digits and a decimal point.
fn without_separators(line: &str) -> String {
    let mut plain = line.to_owned();
    for point in line.match_indices('.').map(|(place, _)| place) {
        let group = point
            .checked_sub(4)
            .and_then(|start| line.get(start..point));
        let is_group = group.is_some_and(|group| {
            group.starts_with(' ') && group.chars().skip(1).all(|c| c.is_ascii_digit())
        });
        let before = point.checked_sub(5).and_then(|at| line.as_bytes().get(at));
        if is_group && before.is_some_and(u8::is_ascii_digit) {
            let removed = line.len() - plain.len();
            plain.remove(point - 4 - removed);
        }
    }
    plain
}

/// The codes of errors, and the figures and dates of notes.
fn said_on_stderr(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| match line.rsplit_once(" [") {
            Some((_, code)) => code.to_owned(),
            None => line.chars().filter(char::is_ascii_digit).collect(),
        })
        .collect()
}

/// Fields of the status that later versions added. The saved homes have nothing for them.
const ADDED: [&str; 2] = ["owed", "entitlements"];

/// Errors in JSON have a message in words, next to their code.
fn without_messages(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| {
            let Ok(mut value) = serde_json::from_str::<serde_json::Value>(line) else {
                return line.to_owned();
            };
            let errors = value
                .get_mut("errors")
                .and_then(|errors| errors.as_array_mut());
            for error in errors.into_iter().flatten() {
                error.as_object_mut().unwrap().remove("message");
            }
            for field in ADDED {
                let is_empty = |is: &serde_json::Value| {
                    is.is_null() || is.as_array().is_some_and(Vec::is_empty)
                };
                if value.get(field).is_some_and(is_empty) {
                    value.as_object_mut().unwrap().remove(field);
                }
            }
            value.to_string()
        })
        .collect()
}

#[track_caller]
fn prints_the_same(version: &Path, home: &Path, command: &Recorded) {
    let output = bursar(home, &command.arguments);
    let recorded = |kind: &str| {
        fs::read_to_string(version.join(format!("output/{}.{kind}", command.name))).unwrap()
    };
    let printed = String::from_utf8(output.stdout).unwrap();
    let expected = recorded("stdout");
    let is_for = |argument: &str| command.arguments.iter().any(|one| one == argument);
    let (mut is, mut was) = if is_for("--csv") || (is_for("--json") && !is_for("status")) {
        assert!(
            printed.ends_with('\n') == expected.ends_with('\n'),
            "line ends"
        );
        let lines = |text: &str| text.split('\n').map(str::to_owned).collect::<Vec<_>>();
        (lines(&printed), lines(&expected))
    } else if is_for("--json") {
        (without_messages(&printed), without_messages(&expected))
    } else {
        (for_people(&printed, &[]), for_people(&expected, &REWORDED))
    };
    if is_for("networks") {
        // The first version listed them in another order.
        is.sort();
        was.sort();
    }
    // Compares line by line, so that a difference in a long file stays readable.
    for (number, (line, was)) in is.iter().zip(&was).enumerate() {
        assert_eq!(line, was, "{}, line {}", command.name, number + 1);
    }
    assert_eq!(is.len(), was.len(), "{}", command.name);
    assert_eq!(
        said_on_stderr(&String::from_utf8_lossy(&output.stderr)),
        said_on_stderr(&recorded("stderr")),
        "{}",
        command.name
    );
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

/// An engine of an earlier version uses its databases as it knows them.
#[test]
fn leaves_the_databases_of_a_running_engine_alone() {
    for version in versions() {
        let home = copied(&version);
        let database = || fs::read(home.path().join("bursar.db")).unwrap();
        let before = database();
        let engine = fs::File::create(home.path().join("engine.lock")).unwrap();
        engine.try_lock().unwrap();
        let arguments = ["history", "--offline"].map(str::to_owned);
        let refused = bursar(home.path(), &arguments);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        assert!(database() == before, "the database has changed");
        drop(engine);
        let read = bursar(home.path(), &arguments);
        assert_eq!(read.status.code(), Some(0), "{read:?}");
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

/// Logs are for reports, so they are the same in every language.
#[test]
fn logs_do_not_vary_with_the_language() {
    for version in versions() {
        let home = copied(&version);
        // Each line begins with the time. The servers of all accounts are asked at once, in any order.
        let logged = |language: &str| -> BTreeSet<String> {
            let output = command(home.path(), &["status".to_owned()])
                .env("LC_ALL", language)
                .env("BURSAR_LOG", "bursar_chain::failover=debug")
                .output()
                .unwrap();
            String::from_utf8(output.stderr)
                .unwrap()
                .lines()
                .filter_map(|line| Some(line.split_once("DEBUG ")?.1.to_owned()))
                .collect()
        };
        let english = logged("en_GB.UTF-8");
        assert!(!english.is_empty());
        assert_eq!(logged("de_DE.UTF-8"), english);
    }
}

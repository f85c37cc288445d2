//! Checks that only one module of the shipped programs creates commands. That module removes variables with secrets
//! from the environment, so no child process inherits a secret.

use std::fs;
use std::path::{Path, PathBuf};

const SHIPPED: [&str; 9] = [
    "crates/bursar-chain/src",
    "crates/bursar-cli/src",
    "crates/bursar-core/src",
    "crates/bursar-domain/src",
    "crates/bursar-engine/src",
    "crates/bursar-platform/src",
    "crates/bursar-provider/src",
    "crates/bursar-store/src",
    "src-tauri/src",
];
/// The module that creates commands.
const MODULE: &str = "crates/bursar-platform/src/process.rs";
/// Code that starts a program contains one of these.
const WAYS_TO_START: [&str; 11] = [
    "Command::new",
    "open::that",
    "open::with",
    "CommandExt",
    ".exec()",
    "posix_spawn",
    "glib::spawn",
    "Subprocess",
    "process::Stdio",
    "launch_default_for_uri",
    "launch_uris",
];
/// GIO also starts browsers and viewers. This launch context removes the same variables.
const CONTEXT: &str = "launch_context()";

#[test]
fn only_one_module_creates_commands() {
    let mut checked = 0;
    for (path, code) in shipped() {
        if path == MODULE {
            continue;
        }
        checked += 1;
        for (number, line) in code.lines().enumerate() {
            let way = WAYS_TO_START.iter().find(|way| line.contains(**way));
            let by_gio = line.contains("launch_") && line.contains(CONTEXT);
            assert!(way.is_none() || by_gio, "{path}:{}: {line}", number + 1);
        }
    }
    assert!(checked > 100, "only {checked} files were found");
}

#[test]
fn every_environment_variable_with_a_secret_is_removed() {
    let known = bursar_platform::process::SECRET_VARIABLES;
    for (path, code) in shipped() {
        let names = code
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .filter(|word| word.starts_with("BURSAR_"));
        for name in names {
            let is_secret = ["KEY", "TOKEN", "SECRET", "PASSWORD"]
                .iter()
                .any(|part| name.contains(part));
            assert!(!is_secret || known.contains(&name), "{path}: {name}");
        }
    }
}

/// Returns the path from the root and the code of every shipped source file, without comments and tests.
fn shipped() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in SHIPPED {
        walk(&root().join(folder), &mut files);
    }
    files
}

fn walk(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            walk(&path, files);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let code: Vec<_> = code
                .lines()
                .map(str::trim_start)
                .map(|line| if line.starts_with("//") { "" } else { line })
                .collect();
            let from_root = path.strip_prefix(root()).unwrap().display().to_string();
            files.push((from_root, code.join("\n")));
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

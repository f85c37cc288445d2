//! Checks that a provider is one module and one entry in the list of providers: no other shipped file names a provider,
//! or finds out which provider a network has. The unit of its accounts is data as well: no source has it as a constant.

use bursar_provider::networks::provider_names;
use std::fs;
use std::path::{Path, PathBuf};

/// The files that may name providers: the list of providers, the declarations of the modules, and the reader of network
/// files.
const MAY_NAME_PROVIDERS: [&str; 4] = [
    "crates/bursar-provider/src/registry.rs",
    "crates/bursar-provider/src/lib.rs",
    "crates/bursar-provider/src/networks.rs",
    "crates/bursar-domain/src/network.rs",
];
const SHIPPED: [&str; 10] = [
    "crates/bursar-chain/src",
    "crates/bursar-cli/src",
    "crates/bursar-core/src",
    "crates/bursar-domain/src",
    "crates/bursar-engine/src",
    "crates/bursar-platform/src",
    "crates/bursar-provider/src",
    "crates/bursar-store/src",
    "src-tauri/src",
    "ui/src",
];

/// Sequences of words that only a provider's module may contain: payment providers, header names and API paths.
const PROVIDER_KNOWLEDGE: [&[&str]; 5] = [
    &["copperx"],
    &["nowpayments"],
    &["stripe"],
    &["x", "api", "key"],
    &["auth", "refresh"],
];

#[test]
fn only_its_module_names_a_provider() {
    let names: Vec<_> = provider_names().collect();
    assert!(names.len() >= 2);
    let mut checked = 0;
    for (path, code) in outside_provider_modules() {
        if MAY_NAME_PROVIDERS.contains(&path.as_str()) {
            continue;
        }
        checked += 1;
        for (number, line) in code.lines().enumerate() {
            for word in words(line) {
                assert!(
                    !names.contains(&word.as_str()),
                    "{path}:{}: {line}",
                    number + 1
                );
            }
            for expression in ["ProviderName", "provider.as_str("] {
                assert!(!line.contains(expression), "{path}:{}: {line}", number + 1);
            }
        }
    }
    assert!(checked > 100, "only {checked} files were found");
}

#[test]
fn only_provider_modules_know_payment_providers_headers_and_paths() {
    for (path, code) in outside_provider_modules() {
        for (number, line) in code.lines().enumerate() {
            let words = words(line);
            for known in PROVIDER_KNOWLEDGE {
                assert!(
                    !words.windows(known.len()).any(|part| part == known),
                    "{path}:{}: {line}",
                    number + 1
                );
            }
        }
    }
}

/// The files that may name the unit of Fluence: its built-in networks, the reader of files from before they had units, and
/// the amounts of the tests.
const MAY_NAME_UNIT: [&str; 3] = [
    "crates/bursar-provider/src/fluence/networks.rs",
    "crates/bursar-domain/src/network.rs",
    "crates/bursar-domain/src/money/testing.rs",
];

#[test]
fn only_network_files_name_the_unit() {
    let mut found = 0;
    for (path, code) in shipped() {
        for (number, line) in code.lines().enumerate() {
            if !["\"USDC", "::usdc("].iter().any(|unit| line.contains(unit)) {
                continue;
            }
            if MAY_NAME_UNIT.contains(&path.as_str()) {
                found += 1;
                continue;
            }
            panic!("{path}:{}: {line}", number + 1);
        }
    }
    assert!(found >= MAY_NAME_UNIT.len(), "{found}");
}

#[test]
fn each_provider_is_registered_once() {
    let code = shipped()
        .into_iter()
        .find(|(path, _)| path == MAY_NAME_PROVIDERS[0])
        .unwrap()
        .1;
    for name in provider_names() {
        let registration = format!("{name}::REGISTRATION");
        assert_eq!(code.matches(&registration).count(), 1, "{registration}");
        let module = root().join(format!("crates/bursar-provider/src/{name}/mod.rs"));
        assert!(module.exists());
    }
}

fn words(line: &str) -> Vec<String> {
    line.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

fn outside_provider_modules() -> impl Iterator<Item = (String, String)> {
    let modules: Vec<_> = provider_names()
        .map(|name| format!("crates/bursar-provider/src/{name}/"))
        .collect();
    shipped()
        .into_iter()
        .filter(move |(path, _)| !modules.iter().any(|module| path.starts_with(module)))
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
        if path.is_dir() {
            if name != "tests" {
                walk(&path, files);
            }
            continue;
        }
        let is_test = name == "tests.rs" || name.ends_with(".test.ts") || is_test_module(&path);
        let is_code = ["rs", "ts", "svelte"]
            .iter()
            .any(|kind| path.extension().is_some_and(|own| own == *kind));
        if is_code && !is_test {
            let from_root = path.strip_prefix(root()).unwrap().display().to_string();
            files.push((from_root, code_of(&fs::read_to_string(&path).unwrap())));
        }
    }
}

/// Whether the parent module declares this file for tests only.
fn is_test_module(path: &Path) -> bool {
    let folder = path.parent().unwrap();
    let declared = format!("#[cfg(test)]\nmod {};", path.file_stem().unwrap().display());
    ["mod.rs", "lib.rs", "main.rs"]
        .map(|name| folder.join(name))
        .into_iter()
        .chain([folder.with_extension("rs")])
        .any(|above| fs::read_to_string(above).is_ok_and(|code| code.contains(&declared)))
}

fn code_of(text: &str) -> String {
    let shipped = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    shipped
        .lines()
        .map(|line| {
            let line = line.trim_start();
            if line.starts_with("//") || line.starts_with('*') || line.starts_with("/*") {
                ""
            } else {
                line
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

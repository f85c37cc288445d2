//! The keyring's entries: every account finds its key.

use super::{copied, open_store, versions};
use crate::null_shell::NullShell;
use crate::secret_service::{Service, Shared};
use bursar_core::env_keys::EnvKeys;
use bursar_core::{Bursar, Options};
use bursar_domain::clock::SystemClock;
use bursar_domain::settings::Settings;
use bursar_platform::home;
use bursar_store::KeyLocation;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Runs `inside_a_session` in a session whose only keyring is the one that the test provides.
#[test]
fn finds_every_key_in_the_keyring() {
    let folder = TempDir::new().unwrap();
    let bus = folder.path().join("bus.conf");
    fs::write(
        &bus,
        format!(
            "<busconfig><type>session</type><listen>unix:dir={}</listen><policy context='default'>\
             <allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/>\
             </policy></busconfig>",
            folder.path().display()
        ),
    )
    .unwrap();
    let name = module_path!()
        .split_once("::")
        .map_or("".to_owned(), |(_, module)| format!("{module}::"));
    let output = Command::new("dbus-run-session")
        .arg(format!("--config-file={}", bus.display()))
        .arg("--")
        .arg(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            &format!("{name}inside_a_session"),
            "--nocapture",
        ])
        .env("HOME", folder.path())
        .env("XDG_RUNTIME_DIR", folder.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .output()
        .expect("dbus-run-session (Debian package dbus) starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The prefix of a home's entries in the keyring.
fn prefix(home: &Path) -> String {
    let digest = Sha256::digest(home::keyring_scope(home).as_bytes());
    let start = digest.iter().take(8);
    start.map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside a private session bus"]
async fn inside_a_session() {
    for version in versions() {
        let copy = copied(&version);
        let entries = fs::read(version.join("keyring.json")).unwrap();
        let entries: Vec<serde_json::Value> = serde_json::from_slice(&entries).unwrap();
        let world = Shared::default();
        for entry in &entries {
            // The prefix depends on the home's path, which differs for the copy.
            let (_, rest) = entry["username"].as_str().unwrap().split_once('/').unwrap();
            let user = format!("{}/{rest}", prefix(copy.path()));
            let secret = entry["secret"].as_str().unwrap();
            world.lock().unwrap().add(&user, secret, 1);
        }
        let (key_locations, removals) = {
            let store = open_store(copy.path());
            let accounts = store.accounts().unwrap();
            let key_locations: Vec<_> = accounts
                .into_iter()
                .map(|account| (account.label, store.key_location(&account.id).unwrap()))
                .collect();
            (key_locations, store.pending_keyring_removals().unwrap())
        };
        assert!(!removals.is_empty());
        let service = Service::start(&world);
        let bursar = Bursar::start(Options {
            home: copy.path().to_owned(),
            shell: Arc::new(NullShell),
            clock: Arc::new(SystemClock),
            secret_store: Arc::new(home::keyring(copy.path(), copy.path())),
            env_keys: EnvKeys::default(),
            settings: Settings::default(),
            pops_up: false,
        })
        .await
        .unwrap();
        let expected: Vec<_> = key_locations
            .into_iter()
            .map(|(label, location)| (label, location == Some(KeyLocation::Keyring)))
            .collect();
        assert!(expected.iter().any(|(_, keyring)| !keyring));
        let begun = Instant::now();
        loop {
            let accounts = bursar.accounts().await.unwrap();
            let found: Vec<_> = accounts
                .into_iter()
                .map(|account| (account.label, account.signed_in && !account.session_only))
                .collect();
            let is_removed = removals.iter().all(|name| {
                let items = &service.look().items;
                items.iter().all(|item| !item.user.ends_with(name))
            });
            if found == expected && is_removed {
                break;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{found:?} {:?}",
                service.look().items
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bursar.stop().await;
    }
}

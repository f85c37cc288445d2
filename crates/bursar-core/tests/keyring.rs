//! The vault over a real keyring in each of its states. Every state is a private session bus, in which this
//! test's own program runs again for the part that is ignored otherwise.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use bursar_core::bursar::{Bursar, Options};
use bursar_core::clock::SystemClock;
use bursar_core::error::{Code, Result};
use bursar_core::notice::Notice;
use bursar_core::session::Vault;
use bursar_core::shell::Shell;
use bursar_core::view::{Change, Settings, TrayView};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

fn inside(part: &str, prepare: &str) -> Output {
    let home = tempfile::tempdir().unwrap();
    let script = format!("{prepare}\nexec \"$0\" --ignored --exact {part} --nocapture");
    Command::new("dbus-run-session")
        .args(["--", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .output()
        .expect("dbus-run-session (Debian package dbus) starts")
}

fn passes(part: &str, prepare: &str) {
    let output = inside(part, prepare);
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}

const UNLOCKED: &str =
    "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null || exit 9";

#[test]
fn an_unlocked_keyring_keeps_secrets_apart_by_home() {
    passes("an_unlocked_keyring", UNLOCKED);
}

#[test]
fn without_a_bus_the_keyring_is_unavailable_at_once() {
    passes(
        "no_keyring",
        "export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent",
    );
}

#[test]
fn a_keyring_that_nobody_unlocked_is_unavailable() {
    passes("no_keyring", "");
}

#[test]
fn a_keyring_that_never_answers_holds_nothing_up() {
    passes("a_silent_keyring", "");
}

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

#[tokio::test]
#[ignore = "runs inside a private session bus"]
async fn an_unlocked_keyring() {
    let (one, two) = (Vault::keyring("/home/one"), Vault::keyring("/home/two"));
    one.probe().await.unwrap();
    assert_eq!(one.get("account/a").await.unwrap(), None);
    one.set("account/a", secret("first")).await.unwrap();
    one.set("account/a", secret("second")).await.unwrap();
    two.set("account/a", secret("other")).await.unwrap();
    let again = Vault::keyring("/home/one");
    assert_eq!(
        again.get("account/a").await.unwrap(),
        Some(secret("second"))
    );
    again.remove("account/a").await.unwrap();
    again.remove("account/a").await.unwrap();
    assert_eq!(one.get("account/a").await.unwrap(), None);
    assert_eq!(
        two.get_patiently("account/a").await.unwrap(),
        Some(secret("other"))
    );
}

#[tokio::test]
#[ignore = "runs inside a private session bus"]
async fn no_keyring() {
    let vault = Vault::keyring("/home/one");
    let begun = Instant::now();
    match vault.get("account/a").await {
        Ok(found) => assert_eq!(found, None),
        Err(error) => assert_eq!(error.code, Code::KeyringUnavailable),
    }
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "a read at the start waits 2 s at most"
    );
    assert_eq!(
        vault.probe().await.unwrap_err().code,
        Code::KeyringUnavailable
    );
    assert!(begun.elapsed() < Duration::from_secs(40));
}

/// A desktop on which nothing happens.
struct Nowhere;

impl Shell for Nowhere {
    fn tray(&self, _: &TrayView) {}
    fn notify(&self, _: &[Notice]) {}
    fn open(&self, _: &url::Url) -> Result<()> {
        Ok(())
    }
    fn raise(&self) {}
    fn changed(&self, _: &Change) {}
}

/// A program that has the keyring's name and answers nobody, as one does whose prompt nobody sees.
#[tokio::test]
#[ignore = "runs inside a private session bus"]
async fn a_silent_keyring() {
    let silent = std::thread::spawn(|| {
        zbus::blocking::connection::Builder::session()
            .and_then(|builder| builder.name("org.freedesktop.secrets"))
            .and_then(zbus::blocking::connection::Builder::build)
    });
    let _silent = silent.join().unwrap().unwrap();
    let home = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let bursar = Bursar::start(Options {
        home: home.path().to_owned(),
        shell: Arc::new(Nowhere),
        clock: Arc::new(SystemClock),
        vault: Arc::new(Vault::keyring("/home/one")),
        env_api_key: None,
        settings: Settings::default(),
        pops_up: true,
    })
    .await
    .unwrap();
    let (accounts, _, health) = bursar.app_view().await.unwrap();
    assert!(accounts.is_empty() && health.keyring);
    let patience = Duration::from_secs(2);
    assert!(begun.elapsed() < patience, "the start waits for no keyring");
    loop {
        let (_, _, health) = bursar.app_view().await.unwrap();
        if !health.keyring {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(5), "nobody is told");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

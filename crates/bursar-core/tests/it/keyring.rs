//! The keyring in each of its states. Each state is a private session bus, in which this test program runs again with a
//! test that is ignored otherwise.

use crate::null_shell::NullShell;
use crate::secret_service::{Service, Shared};
use bursar_core::env_keys::EnvKeys;
use bursar_core::{Bursar, Options};
use bursar_domain::clock::SystemClock;
use bursar_domain::error::{Code, KeyringDetail};
use bursar_domain::settings::Settings;
use bursar_domain::view::AccountView;
use bursar_platform::keyring::SecretStore;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

fn inside(part: &str, prepare: &str, bare: bool) -> Output {
    let home = tempfile::tempdir().unwrap();
    let script = format!("{prepare}\nexec \"$0\" --ignored --exact keyring::{part} --nocapture");
    // A bus that does not start a keyring automatically.
    let bus = home.path().join("bus.conf");
    std::fs::write(
        &bus,
        format!(
            "<busconfig><type>session</type><listen>unix:dir={}</listen><policy context='default'>\
             <allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/>\
             </policy></busconfig>",
            home.path().display()
        ),
    )
    .unwrap();
    let mut command = Command::new("dbus-run-session");
    if bare {
        command.arg(format!("--config-file={}", bus.display()));
    }
    command
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
    assert_passed(&inside(part, prepare, false));
}

/// Runs the part in a session whose only keyring is the one that the part provides.
fn passes_alone(part: &str) {
    assert_passed(&inside(part, "", true));
}

fn assert_passed(output: &Output) {
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
    // On a bus that starts keyrings, one that starts at the end would outlive the test and keep its output open.
    passes_alone("a_silent_keyring");
}

#[test]
fn a_keyring_that_comes_late_is_used_without_a_restart() {
    passes_alone("a_late_keyring");
}

#[test]
fn a_locked_keyring_that_answers_with_nothing_says_nothing() {
    passes_alone("a_hiding_keyring");
}

#[test]
fn of_two_identical_items_the_newest_counts() {
    passes_alone("two_items");
}

#[test]
fn nothing_is_written_and_nobody_asked_before_a_key_is_stored() {
    passes_alone("an_asking_keyring");
}

#[test]
fn a_keyring_that_asks_for_each_program_is_asked_once() {
    passes_alone("a_keyring_for_each_program");
}

#[test]
fn an_ignored_prompt_holds_nothing_up_once_the_keyring_is_unlocked() {
    passes_alone("an_ignored_prompt");
}

#[test]
fn a_keyring_that_is_replaced_is_used_at_once() {
    passes_alone("a_replaced_keyring");
}

#[test]
fn what_was_kept_under_the_path_as_it_was_written_is_moved() {
    passes_alone("a_former_scope");
}

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

#[tokio::test]
#[ignore = "runs inside a private session bus"]
async fn an_unlocked_keyring() {
    let (one, two) = (
        SecretStore::keyring("/home/one"),
        SecretStore::keyring("/home/two"),
    );
    one.probe().await.unwrap();
    assert_eq!(one.get("account/a").await.unwrap(), None);
    one.set("account/a", secret("first")).await.unwrap();
    one.set("account/a", secret("second")).await.unwrap();
    two.set("account/a", secret("other")).await.unwrap();
    let again = SecretStore::keyring("/home/one");
    assert_eq!(
        again.get("account/a").await.unwrap(),
        Some(secret("second"))
    );
    again.remove("account/a").await.unwrap();
    again.remove("account/a").await.unwrap();
    assert_eq!(one.get("account/a").await.unwrap(), None);
    assert_eq!(
        two.get_with_prompt("account/a").await.unwrap(),
        Some(secret("other"))
    );
}

#[tokio::test]
#[ignore = "runs inside a private session bus"]
async fn no_keyring() {
    let secret_store = SecretStore::keyring("/home/one");
    let begun = Instant::now();
    match secret_store.get("account/a").await {
        Ok(found) => assert_eq!(found, None),
        Err(error) => assert_eq!(error.code, Code::KeyringUnavailable),
    }
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "a read at the start waits 2 s at most"
    );
    assert_eq!(
        secret_store.probe().await.unwrap_err().code,
        Code::KeyringUnavailable
    );
    assert!(begun.elapsed() < Duration::from_secs(40));
}

/// A program that owns the keyring's name but never answers, like a keyring whose prompt nobody sees.
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
        shell: Arc::new(NullShell),
        clock: Arc::new(SystemClock),
        secret_store: Arc::new(SecretStore::keyring("/home/one")),
        env_keys: EnvKeys::default(),
        settings: Settings::default(),
        pops_up: true,
    })
    .await
    .unwrap();
    let accounts = bursar.accounts().await.unwrap();
    assert!(accounts.is_empty() && bursar.health().keyring);
    let patience = Duration::from_secs(2);
    assert!(
        begun.elapsed() < patience,
        "the start does not wait for the keyring"
    );
    loop {
        if !bursar.health().keyring {
            break;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "the missing keyring is not reported"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The name of an entry in the keyring.
fn user(scope: &str, name: &str) -> String {
    let digest = Sha256::digest(scope.as_bytes());
    let start = digest.iter().take(8);
    let prefix: String = start.map(|byte| format!("{byte:02x}")).collect();
    format!("{prefix}/{name}")
}

async fn begin(home: &Path) -> Arc<Bursar> {
    Bursar::start(Options {
        home: home.to_owned(),
        shell: Arc::new(NullShell),
        clock: Arc::new(SystemClock),
        secret_store: Arc::new(SecretStore::keyring("/home/one")),
        env_keys: EnvKeys::default(),
        settings: Settings::default(),
        pops_up: false,
    })
    .await
    .unwrap()
}

/// Connects an account to a provider that is unreachable.
async fn connect(bursar: &Arc<Bursar>) -> AccountView {
    const NETWORK: &str = "name = \"t\"\nprovider = \"panel\"\napi = \"http://127.0.0.1:9\"\n";
    bursar.add_network(NETWORK).await.unwrap();
    let connected = bursar.connect(bursar_core::Connect {
        provider: None,
        network: "t".to_owned(),
        key: secret("canary"),
        address: None,
        label: None,
        session_only: false,
        key_expires_on: None,
    });
    connected.await.unwrap().account
}

async fn account(bursar: &Arc<Bursar>) -> AccountView {
    bursar.accounts().await.unwrap().remove(0)
}

/// Waits until the account satisfies the condition.
async fn until(bursar: &Arc<Bursar>, what: &str, holds: impl Fn(&AccountView) -> bool) {
    let begun = Instant::now();
    loop {
        let seen = account(bursar).await;
        if holds(&seen) {
            return;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{what}: {seen:?}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside a private session bus"]
async fn a_late_keyring() {
    let home = tempfile::tempdir().unwrap();
    let world = Shared::default();
    let service = Service::start(&world);
    let bursar = begin(home.path()).await;
    let connected = connect(&bursar).await;
    assert!(
        connected.signed_in && !connected.session_only,
        "{connected:?}"
    );
    bursar.stop().await;
    drop(service);
    assert_eq!(world.lock().unwrap().items.len(), 1);

    // At the next login the keyring starts after the app.
    let bursar = begin(home.path()).await;
    until(&bursar, "the missing keyring is reported", |account| {
        account.keyring_error.is_some()
    })
    .await;
    let seen = account(&bursar).await;
    assert!(
        !seen.signed_in && seen.waits_for_keyring,
        "not signed out: {seen:?}"
    );
    assert!(!bursar.health().keyring);
    let begun = Instant::now();
    let _service = Service::start(&world);
    until(&bursar, "signed in", |account| account.signed_in).await;
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "the missing keyring is reported, not waited for"
    );
    let usable = async {
        while !bursar.health().keyring {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), usable)
        .await
        .unwrap();
    bursar.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside a private session bus"]
async fn a_hiding_keyring() {
    let home = tempfile::tempdir().unwrap();
    let world = Shared::default();
    let service = Service::start(&world);
    let bursar = begin(home.path()).await;
    connect(&bursar).await;
    bursar.stop().await;
    for hides in [true, false] {
        {
            let mut world = service.look();
            world.locked = true;
            world.hides = hides;
            world.prompts = 0;
        }
        let bursar = begin(home.path()).await;
        until(&bursar, "the locked keyring is reported", |account| {
            let error = account.keyring_error.as_ref();
            error.is_some_and(|error| error.detail.to_string().contains("locked"))
        })
        .await;
        assert!(account(&bursar).await.waits_for_keyring, "not signed out");
        let (prompts, searches) = {
            let world = service.look();
            (world.prompts, world.locked_searches)
        };
        assert!(prompts <= 1, "more than one prompt: {prompts}");
        assert_eq!(searches, 0, "some keyrings ask the user at such a search");
        // Focusing the window queries the keyring again without a prompt.
        bursar.set_presence(bursar_engine::Presence::Focused);
        service.look().locked = false;
        bursar.woke_up();
        until(&bursar, "signed in", |account| account.signed_in).await;
        assert_eq!(service.look().prompts, prompts);
        bursar.stop().await;
    }
    // An unlocked keyring without the entry means that the account is signed out.
    service.look().items.clear();
    let bursar = begin(home.path()).await;
    until(&bursar, "signed out", |account| {
        !account.signed_in && !account.waits_for_keyring && account.keyring_error.is_none()
    })
    .await;
    bursar.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside a private session bus"]
async fn two_items() {
    let world = Shared::default();
    let name = user("/home/one", "account/a");
    let newest = {
        let mut world = world.lock().unwrap();
        world.add(&name, "older", 10);
        let newest = world.add(&name, "newest", 30);
        world.add(&name, "old", 20);
        newest
    };
    let service = Service::start(&world);
    let secret_store = SecretStore::keyring("/home/one");
    assert_eq!(
        secret_store.get("account/a").await.unwrap(),
        Some(secret("newest"))
    );
    {
        let world = service.look();
        assert_eq!(world.items.len(), 1, "the other items are removed");
        assert_eq!(world.items[0].number, newest);
    }
    // If several items changed in the same second, the one that was created last counts.
    {
        let mut world = service.look();
        world.items.clear();
    }
    drop(service);
    {
        let mut world = world.lock().unwrap();
        for number in 1..=12 {
            world.add(&name, &format!("{number}"), 50);
        }
        world.asks_before_removing = true;
    }
    let service = Service::start(&world);
    let secret_store = SecretStore::keyring("/home/one");
    assert_eq!(
        secret_store.get("account/a").await.unwrap(),
        Some(secret("12"))
    );
    assert_eq!(
        service.look().prompts,
        0,
        "reading prompts nobody to remove an item"
    );
    secret_store
        .set("account/a", secret("changed"))
        .await
        .unwrap();
    assert_eq!(
        secret_store.get("account/a").await.unwrap(),
        Some(secret("changed"))
    );
    service.look().asks_before_removing = false;
    secret_store.remove("account/a").await.unwrap();
    assert!(service.look().items.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside a private session bus"]
async fn an_asking_keyring() {
    let home = tempfile::tempdir().unwrap();
    let world = Shared::default();
    world.lock().unwrap().asks_before_removing = true;
    let service = Service::start(&world);
    let bursar = begin(home.path()).await;
    bursar.set_presence(bursar_engine::Presence::Focused);
    assert!(bursar.health().keyring);
    connect(&bursar).await;
    bursar.stop().await;
    let bursar = begin(home.path()).await;
    until(&bursar, "signed in", |account| account.signed_in).await;
    bursar.stop().await;
    let world = service.look();
    assert_eq!((world.writes, world.prompts, world.items.len()), (1, 0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside a private session bus"]
async fn a_keyring_for_each_program() {
    let home = tempfile::tempdir().unwrap();
    let world = Shared::default();
    world.lock().unwrap().asks_each_program = true;
    let service = Service::start(&world);
    let secret_store = SecretStore::keyring("/home/two");
    secret_store.set("account/a", secret("1")).await.unwrap();
    let kept = secret_store.get_without_prompt("account/a").await;
    assert_eq!(kept.unwrap(), Some(secret("1")));
    for asks in [true, false, true] {
        service.look().asks_each_program = asks;
        let has = secret_store.has_for_next_process("account/a").await;
        assert_eq!(has.unwrap_or(false), !asks);
    }
    let bursar = begin(home.path()).await;
    connect(&bursar).await;
    bursar.stop().await;
    drop(service);

    // The keyring is late at the next login, and the user refuses its question.
    let bursar = begin(home.path()).await;
    until(&bursar, "the missing keyring is reported", |account| {
        account.keyring_error.is_some()
    })
    .await;
    let service = Service::start(&world);
    until(&bursar, "the refusal is reported", |account| {
        let error = account.keyring_error.as_ref();
        error.is_some_and(|error| error.detail == KeyringDetail::KeyringRefused.into())
    })
    .await;
    assert_eq!(service.look().prompts, 1);
    // Looking at the window asks nobody; what needs the key asks once more.
    bursar.set_presence(bursar_engine::Presence::Focused);
    service.look().accepts = true;
    let id = account(&bursar).await.id;
    bursar.refresh_all(id).await.unwrap();
    until(&bursar, "signed in", |account| account.signed_in).await;
    assert_eq!(service.look().prompts, 2);
    service.look().asks_each_program = false;
    bursar.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside a private session bus"]
async fn an_ignored_prompt() {
    let home = tempfile::tempdir().unwrap();
    let world = Shared::default();
    let service = Service::start(&world);
    let bursar = begin(home.path()).await;
    connect(&bursar).await;
    bursar.stop().await;
    {
        let mut world = service.look();
        world.locked = true;
        world.silent = true;
    }
    let bursar = begin(home.path()).await;
    until(&bursar, "the silent keyring is reported", |account| {
        account.keyring_error.is_some()
    })
    .await;
    // The user unlocks the keyring in its own window and leaves the prompt open.
    service.look().locked = false;
    let begun = Instant::now();
    until(&bursar, "signed in", |account| account.signed_in).await;
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(service.look().prompts, 1);
    let dismissed = service.look().dismissed;
    assert_eq!(
        dismissed, 0,
        "gnome-keyring aborts when a prompt is dismissed"
    );
    bursar.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside a private session bus"]
async fn a_replaced_keyring() {
    let world = Shared::default();
    let service = Service::start(&world);
    let secret_store = SecretStore::keyring("/home/one");
    secret_store.set("account/a", secret("1")).await.unwrap();
    // The keyring service restarts with all of its items.
    drop(service);
    assert!(secret_store.get("account/a").await.is_err());
    let service = Service::start(&world);
    assert_eq!(
        secret_store.get("account/a").await.unwrap(),
        Some(secret("1"))
    );
    // The service ends while the app waits for an answer that never comes.
    {
        let mut world = service.look();
        world.locked = true;
        world.silent = true;
    }
    assert!(secret_store.get("account/a").await.is_err());
    assert!(secret_store.get("account/a").await.is_err());
    drop(service);
    // Another service takes over the name and has none of the app's items.
    let other = Shared::default();
    let _service = Service::start(&other);
    let begun = Instant::now();
    let found = loop {
        match secret_store.get("account/a").await {
            Ok(found) => break found,
            Err(_) => assert!(
                begun.elapsed() < Duration::from_secs(10),
                "the keyring hangs"
            ),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(found, None);
    secret_store.set("account/a", secret("2")).await.unwrap();
    assert_eq!(other.lock().unwrap().items.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside a private session bus"]
async fn a_former_scope() {
    let world = Shared::default();
    let service = Service::start(&world);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("real")).unwrap();
    std::os::unix::fs::symlink("real", folder.path().join("link")).unwrap();
    let given = folder.path().join("link/h");
    // The scope that the first version derived before the home existed.
    let digest = Sha256::digest(given.as_os_str().as_encoded_bytes());
    let start = digest.iter().take(8);
    let scope: String = start.map(|byte| format!("{byte:02x}")).collect();
    SecretStore::keyring(&scope)
        .set("account/a", secret("1"))
        .await
        .unwrap();
    let old = service.look().items[0].user.clone();
    let home = bursar_platform::home::create(&given).unwrap();
    let secret_store = bursar_platform::home::keyring(&home, &given);
    assert_eq!(
        secret_store.get("account/a").await.unwrap(),
        Some(secret("1"))
    );
    let users: Vec<_> = service
        .look()
        .items
        .iter()
        .map(|item| item.user.clone())
        .collect();
    assert_eq!(users.len(), 1);
    assert_ne!(users[0], old, "the item was moved");
    // The key is now found by any path that leads to the home.
    let plain = bursar_platform::home::keyring(&home, &home);
    assert_eq!(plain.get("account/a").await.unwrap(), Some(secret("1")));
    // A key in the former scope can also be removed without being read first.
    SecretStore::keyring(&scope)
        .set("account/b", secret("2"))
        .await
        .unwrap();
    secret_store.remove("account/b").await.unwrap();
    assert_eq!(service.look().items.len(), 1);
}

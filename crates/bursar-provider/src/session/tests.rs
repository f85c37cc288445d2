//! Tests what a session stores, drops and sends, and how it handles concurrent events.

mod event_orders;

use super::*;
use crate::fluence::auth::{header, renewal};
use bursar_domain::error::{Code, SignInDetail};
use bursar_domain::network::Network;
use bursar_platform::http::Http;
use std::sync::atomic::Ordering;
use zeroize::Zeroizing;

fn session(secret_store: &Arc<SecretStore>) -> Session {
    Session::new(AccountId("a".to_owned()), Arc::clone(secret_store))
}

fn key(text: &str) -> Credential {
    Credential::api_key(text).unwrap()
}

fn tokens() -> Credential {
    Credential::Tokens {
        access: Zeroizing::new("canary-access".to_owned()),
        refresh: Some(Zeroizing::new("canary-refresh".to_owned())),
    }
}

#[tokio::test]
async fn stored_credential_is_loaded_at_next_start() {
    for credential in [key("k1"), tokens()] {
        let secret_store = Arc::new(SecretStore::memory());
        session(&secret_store)
            .set_credential(credential.clone(), false)
            .await
            .unwrap();
        let next = session(&secret_store);
        assert_eq!(next.authorize(header).unwrap_err().code, Code::SignedOut);
        assert!(next.load().await.unwrap());
        assert_eq!(next.authorize(header).unwrap(), header(&credential));
        assert!(!next.session_only());
    }
}

#[tokio::test]
async fn waits_for_keyring_before_signing_out() {
    let secret_store = Arc::new(SecretStore::memory());
    let one = session(&secret_store);
    assert!(one.waits_for_keyring() && !one.signed_in());
    assert!(!one.load().await.unwrap());
    assert!(!one.waits_for_keyring() && !one.signed_in());
    let given = session(&secret_store);
    given.set_credential(key("given"), true).await.unwrap();
    assert!(!given.waits_for_keyring());
}

#[tokio::test]
async fn session_only_key_leaves_keyring_unchanged() {
    let secret_store = Arc::new(SecretStore::memory());
    session(&secret_store)
        .set_credential(key("kept"), false)
        .await
        .unwrap();
    let one = session(&secret_store);
    one.set_credential(key("given"), true).await.unwrap();
    assert!(one.load().await.unwrap() && one.session_only());
    assert_eq!(
        one.authorize(header).unwrap(),
        ("x-api-key", "given".to_owned())
    );
    assert!(
        secret_store
            .get("account/a")
            .await
            .unwrap()
            .unwrap()
            .contains("kept")
    );
    one.persist().await.unwrap();
    assert!(!one.session_only());
    assert!(
        secret_store
            .get("account/a")
            .await
            .unwrap()
            .unwrap()
            .contains("given")
    );
}

#[tokio::test]
async fn signing_out_removes_everything() {
    let secret_store = Arc::new(SecretStore::memory());
    let one = session(&secret_store);
    one.set_credential(tokens(), false).await.unwrap();
    one.sign_out().await.unwrap();
    assert!(!one.signed_in());
    assert!(secret_store.get("account/a").await.unwrap().is_none());
    assert!(!one.load().await.unwrap());
}

#[tokio::test]
async fn damaged_entry_is_no_credential() {
    for text in [
        "",
        "{}",
        "k",
        r#"{"api_key":"a","access":"b"}"#,
        r#"{"api_key":"a b"}"#,
    ] {
        let secret_store = Arc::new(SecretStore::memory());
        secret_store
            .set("account/a", Zeroizing::new(text.to_owned()))
            .await
            .unwrap();
        assert!(!session(&secret_store).load().await.unwrap(), "{text}");
    }
}

#[test]
fn trims_and_checks_pasted_key() {
    assert_eq!(key(" k-1\n"), key("k-1"));
    for wrong in [
        "",
        " ",
        "a b",
        "k\r\nx: y",
        "ключ",
        "k\0",
        &"k".repeat(9_000),
    ] {
        assert_eq!(
            Credential::api_key(wrong).unwrap_err().code,
            Code::Unauthorized
        );
    }
}

#[tokio::test]
async fn printing_shows_no_secret() {
    let secret_store = Arc::new(SecretStore::memory());
    let one = session(&secret_store);
    one.set_credential(tokens(), false).await.unwrap();
    let printed = format!(
        "{one:?} {secret_store:?} {:?} {:?}",
        tokens(),
        key("canary-key")
    );
    assert!(!printed.contains("canary"), "{printed}");
}

/// A token endpoint that responds only when the test allows it, so that the test can act during a renewal.
fn slow_renewals(
    body: &'static str,
) -> (
    bursar_platform::stub_server::StubServer,
    std::sync::mpsc::Sender<()>,
) {
    let (open, gate) = std::sync::mpsc::channel();
    let server = bursar_platform::stub_server::StubServer::start(move |_| {
        let _ = gate.recv();
        let status = if body.contains("error") { 400 } else { 200 };
        bursar_platform::stub_server::StubResponse::json(status, body)
    });
    (server, open)
}

#[tokio::test]
async fn key_entered_during_renewal_wins() {
    for body in [
        r#"{"access_token":"renewed","token_type":"Bearer","refresh_token":"r"}"#,
        r#"{"error":"invalid_grant"}"#,
    ] {
        let (server, open) = slow_renewals(body);
        let network = crate::networks::from_toml(&format!(
            "name = \"t\"\nprovider = \"fluence\"\napi = \"{0}\"\n[sign_in]\nauthorize = \"{0}a\"\n\
             token = \"{0}t\"\nclient_id = \"c\"\n",
            server.url
        ))
        .unwrap();
        let secret_store = Arc::new(SecretStore::memory());
        let one = Arc::new(session(&secret_store));
        one.set_credential(tokens(), false).await.unwrap();
        let (renewing, http) = (Arc::clone(&one), Http::new().unwrap());
        let renewal =
            tokio::spawn(async move { renewing.refresh(&renewal(&network), &http).await });
        while one.renewing.try_lock().is_ok() {
            tokio::task::yield_now().await;
        }
        let given = Arc::clone(&one);
        let put = tokio::spawn(async move { given.set_credential(key("pasted"), false).await });
        tokio::task::yield_now().await;
        drop(open);
        let _ = renewal.await.unwrap();
        put.await.unwrap().unwrap();
        assert_eq!(one.authorize(header).unwrap().1, "pasted", "{body}");
        let next = session(&secret_store);
        assert!(next.load().await.unwrap());
        assert_eq!(next.authorize(header).unwrap().1, "pasted", "{body}");
    }
}

/// A network whose token endpoint issues `a1` and `r1`, then `a2` and `r2`, and so on. Each renewal needs the refresh
/// token that the renewal before it issued.
fn renewals() -> (bursar_platform::stub_server::StubServer, Network) {
    let given = Mutex::new(0_u32);
    let server = bursar_platform::stub_server::StubServer::start(move |request| {
        let mut given = given.lock().unwrap();
        if !request.body.contains(&format!("refresh_token=r{given}")) {
            return bursar_platform::stub_server::StubResponse::json(
                400,
                r#"{"error":"invalid_grant"}"#,
            );
        }
        *given += 1;
        let body = format!(r#"{{"access_token":"a{given}","refresh_token":"r{given}"}}"#);
        bursar_platform::stub_server::StubResponse::json(200, &body)
    });
    let network = crate::networks::from_toml(&format!(
        "name = \"t\"\nprovider = \"fluence\"\napi = \"{0}\"\n[sign_in]\nauthorize = \"{0}a\"\n\
         token = \"{0}t\"\nclient_id = \"c\"\n",
        server.url
    ))
    .unwrap();
    (server, network)
}

fn first_tokens() -> Credential {
    Credential::Tokens {
        access: Zeroizing::new("a0".to_owned()),
        refresh: Some(Zeroizing::new("r0".to_owned())),
    }
}

/// A keyring that a test can make unavailable, and the keyring's entries.
struct FlakyKeyring {
    unavailable: Arc<AtomicBool>,
    entries: Arc<bursar_platform::keyring::testing::Entries>,
    secret_store: Arc<SecretStore>,
}

impl FlakyKeyring {
    fn new() -> Self {
        let (unavailable, entries) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let secret_store = SecretStore::flaky_with(Arc::clone(&unavailable), Arc::clone(&entries));
        Self {
            unavailable,
            entries,
            secret_store: Arc::new(secret_store),
        }
    }

    fn set_unavailable(&self, unavailable: bool) {
        self.unavailable.store(unavailable, Ordering::Release);
    }

    fn kept(&self) -> Option<String> {
        let secrets = self.entries.secrets.lock().unwrap();
        secrets.get("account/a").map(|secret| secret.to_string())
    }
}

#[tokio::test]
async fn stores_renewed_token_once_keyring_is_available() {
    let (_server, network) = renewals();
    let http = Http::new().unwrap();
    let keyring = FlakyKeyring::new();
    let one = session(&keyring.secret_store);
    one.set_credential(first_tokens(), false).await.unwrap();
    keyring.set_unavailable(true);
    one.refresh(&renewal(&network), &http).await.unwrap();
    assert_eq!(
        one.authorize(header).unwrap().1,
        "Bearer a1",
        "the new token is used"
    );
    assert!(one.session_only() && !one.survives_restart().await);
    assert!(one.write_pending().await.is_err());
    assert_eq!(
        one.pending_keyring_write(),
        PendingKeyringWrite::Store { spent: true }
    );
    // A second renewal must use the newest refresh token, and the keyring must end up with the newest tokens.
    one.refresh(&renewal(&network), &http).await.unwrap();
    keyring.set_unavailable(false);
    assert!(one.write_pending().await.unwrap());
    assert_eq!(keyring.kept().unwrap(), r#"{"access":"a2","refresh":"r2"}"#);
    assert!(!one.session_only() && one.survives_restart().await);
    assert!(
        !one.write_pending().await.unwrap(),
        "no keyring write is pending"
    );
    one.refresh(&renewal(&network), &http).await.unwrap();
    assert_eq!(keyring.kept().unwrap(), r#"{"access":"a3","refresh":"r3"}"#);
}

#[tokio::test]
async fn renews_session_only_token_without_storing_it() {
    let (_server, network) = renewals();
    let keyring = FlakyKeyring::new();
    let one = session(&keyring.secret_store);
    one.set_credential(first_tokens(), true).await.unwrap();
    one.refresh(&renewal(&network), &Http::new().unwrap())
        .await
        .unwrap();
    assert!(one.session_only());
    assert!(!one.write_pending().await.unwrap());
    assert_eq!(keyring.kept(), None);
}

#[tokio::test]
async fn failed_keyring_read_is_not_a_sign_out() {
    let keyring = FlakyKeyring::new();
    session(&keyring.secret_store)
        .set_credential(key("k"), false)
        .await
        .unwrap();
    let one = session(&keyring.secret_store);
    one.expect_keyring_entry(true);
    keyring.set_unavailable(true);
    assert!(one.load().await.is_err());
    assert!(one.waits_for_keyring() && one.needs_keyring_read());
    assert_eq!(one.keyring_error().unwrap().code, Code::KeyringUnavailable);
    assert_eq!(
        one.authorize(header).unwrap_err().code,
        Code::KeyringUnavailable,
        "not signed out"
    );
    keyring.set_unavailable(false);
    assert!(one.load_after_prompt().await.unwrap());
    assert!(!one.waits_for_keyring() && one.keyring_error().is_none());
    assert_eq!(one.authorize(header).unwrap().1, "k");
}

#[tokio::test]
async fn removes_key_once_keyring_is_available() {
    for discarded in [false, true] {
        let keyring = FlakyKeyring::new();
        let one = session(&keyring.secret_store);
        one.set_credential(key("k"), false).await.unwrap();
        keyring.set_unavailable(true);
        if discarded {
            let why = Error::new(Code::Unauthorized, SignInDetail::KeyOfAnotherUser);
            one.discard_sign_in(one.sign_in_id(), why).await;
        } else {
            assert!(one.sign_out().await.is_err());
        }
        assert!(!one.signed_in());
        assert!(one.write_pending().await.is_err());
        assert!(keyring.kept().is_some());
        keyring.set_unavailable(false);
        assert!(one.write_pending().await.unwrap());
        assert_eq!(keyring.kept(), None);
    }
}

#[tokio::test]
async fn pending_removal_keeps_new_sign_in() {
    let keyring = FlakyKeyring::new();
    let one = session(&keyring.secret_store);
    one.set_credential(key("old"), false).await.unwrap();
    keyring.set_unavailable(true);
    assert!(one.sign_out().await.is_err());
    assert!(one.set_and_keep(key("new")).await.is_err());
    assert_eq!(one.authorize(header).unwrap().1, "new");
    keyring.set_unavailable(false);
    assert!(one.write_pending().await.unwrap());
    assert!(
        !one.remove_stored().await.unwrap(),
        "the stored key is the current one"
    );
    assert!(keyring.kept().unwrap().contains("new"));
}

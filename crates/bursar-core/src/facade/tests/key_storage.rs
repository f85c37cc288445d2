//! Where an account's key is stored after each order of a keyring write and a database write, with a failure or the
//! program's end in between.

use super::*;
use bursar_platform::keyring::testing::Entries;
use bursar_provider::session::keyring_entry_name;
use bursar_provider::sign_in::Renewal;

/// The program with a keyring that can become unavailable.
struct Keys {
    home: tempfile::TempDir,
    away: Arc<AtomicBool>,
    entries: Arc<Entries>,
    _server: StubServer,
    bursar: Arc<Bursar>,
}

/// Starts the program with a keyring that holds these entries.
async fn begin_with(home: &Path, away: &Arc<AtomicBool>, entries: &Arc<Entries>) -> Arc<Bursar> {
    let secret_store = SecretStore::flaky_with(Arc::clone(away), Arc::clone(entries));
    begin(home, &Arc::default(), &Arc::new(secret_store)).await
}

impl Bursar {
    /// Signs in again. The account must then be signed in, with the key kept for this session only.
    async fn sign_in_again_with(self: Arc<Self>, account: AccountId, key: Zeroizing<String>) {
        let connected = self.sign_in_again(account, key, None).await.unwrap();
        assert!(connected.account.signed_in && connected.account.session_only);
    }
}

impl Keys {
    async fn set() -> Self {
        let home = tempfile::tempdir().unwrap();
        let (away, entries) = (Arc::new(AtomicBool::new(false)), Arc::default());
        // The server refuses every request, so it never reveals to whom a key belongs.
        let server = StubServer::start(|_| {
            StubResponse::with(
                403,
                "application/problem+json",
                "",
                r#"{"code":"forbidden"}"#,
            )
        });
        let bursar = begin_with(home.path(), &away, &entries).await;
        let toml = format!(
            "name = \"t\"\nprovider = \"panel\"\napi = \"{}\"\n",
            server.url
        );
        bursar.add_network(&toml).await.unwrap();
        Self {
            home,
            away,
            entries,
            _server: server,
            bursar,
        }
    }

    fn is_away(&self, away: bool) {
        self.away.store(away, Ordering::Release);
    }

    async fn connect(&self, session_only: bool) -> Result<AccountId> {
        let connect = Connect {
            provider: None,
            network: "t".to_owned(),
            key: Zeroizing::new("key".to_owned()),
            address: None,
            label: None,
            session_only,
            key_expires_on: None,
        };
        Ok(self.bursar.connect(connect).await?.account.id)
    }

    async fn restart(&mut self) {
        self.bursar.stop().await;
        self.start().await;
    }

    async fn start(&mut self) {
        self.bursar = begin_with(self.home.path(), &self.away, &self.entries).await;
    }

    fn names(&self) -> Vec<String> {
        let secrets = self.entries.secrets.lock().unwrap();
        secrets.keys().cloned().collect()
    }

    fn kept(&self, account: &AccountId) -> Option<String> {
        let secrets = self.entries.secrets.lock().unwrap();
        secrets
            .get(&keyring_entry_name(account))
            .map(|secret| secret.to_string())
    }

    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let wait = async {
            while !holds(self) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let reached = tokio::time::timeout(WAIT_TIMEOUT, wait).await;
        assert!(reached.is_ok(), "{what}: {:?}", self.names());
    }

    fn session(&self, account: &AccountId) -> Arc<Session> {
        self.bursar.connection(account).unwrap().session
    }

    fn planned(&self) -> Vec<String> {
        self.bursar
            .services
            .store
            .pending_keyring_removals()
            .unwrap()
    }

    /// Makes every database write of this kind fail from now on.
    fn break_writes(&self, of: &str) {
        let file = rusqlite::Connection::open(self.home.path().join("bursar.db")).unwrap();
        let trigger =
            format!("CREATE TRIGGER broken BEFORE {of} BEGIN SELECT RAISE(ABORT, 'broken'); END");
        file.execute_batch(&trigger).unwrap();
    }
}

#[tokio::test]
async fn removes_old_key_even_after_signing_in_again() {
    let mut keys = Keys::set().await;
    let account = keys.connect(true).await.unwrap();
    let again = |keys: &Keys| {
        let key = Zeroizing::new("second".to_owned());
        Arc::clone(&keys.bursar).sign_in_again_with(account.clone(), key)
    };
    again(&keys).await;
    assert!(keys.session(&account).session_only());
    assert!(keys.names().is_empty());
    keys.restart().await;
    let session = keys.session(&account);
    assert!(
        !session.signed_in() && !session.waits_for_keyring(),
        "forgotten"
    );
    // A later run behaves the same way.
    again(&keys).await;
    assert!(keys.session(&account).session_only());
    keys.restart().await;
    let session = keys.session(&account);
    assert!(!session.signed_in() && !session.waits_for_keyring());
    assert!(keys.names().is_empty());
}

#[tokio::test]
async fn removes_key_if_its_account_could_not_be_stored() {
    let keys = Keys::set().await;
    keys.break_writes("INSERT ON account");
    let refused = keys.connect(false).await.unwrap_err();
    assert_eq!(refused.code, Code::StorageFailed);
    assert_eq!(keys.names(), Vec::<String>::new());
    assert!(keys.planned().is_empty());
}

#[tokio::test]
async fn stores_no_key_unless_its_removal_is_planned() {
    let keys = Keys::set().await;
    keys.break_writes("INSERT ON keyring_removal");
    let refused = keys.connect(false).await.unwrap_err();
    assert_eq!(refused.code, Code::StorageFailed);
    assert_eq!(keys.entries.writes.load(Ordering::Acquire), 0);
}

#[tokio::test]
async fn removes_key_of_killed_connection_at_next_start() {
    let mut keys = Keys::set().await;
    // The state after a kill between the keyring write and the database write.
    let store = &keys.bursar.services.store;
    store.schedule_keyring_removal("account/lost").unwrap();
    let left = Zeroizing::new("left".to_owned());
    keys.entries
        .secrets
        .lock()
        .unwrap()
        .insert("account/lost".to_owned(), left);
    keys.is_away(true);
    keys.restart().await;
    assert_eq!(keys.names(), ["account/lost"]);
    keys.is_away(false);
    keys.bursar.woke_up();
    keys.until("the key is removed", |keys| {
        keys.names().is_empty() && keys.planned().is_empty()
    })
    .await;
}

#[tokio::test]
async fn removing_account_without_keyring_reports_and_removes_key_later() {
    for restarts in [false, true] {
        let mut keys = Keys::set().await;
        let account = keys.connect(false).await.unwrap();
        let other = custom_rpc_entry(&account);
        let rpc = Zeroizing::new("https://example.com/key".to_owned());
        keys.entries.secrets.lock().unwrap().insert(other, rpc);
        keys.is_away(true);
        let error = keys
            .bursar
            .remove_account(account.clone())
            .await
            .unwrap_err();
        assert_eq!(error.code, Code::KeyringUnavailable);
        assert!(
            error.detail.to_string().contains("done=account-removed"),
            "{error}"
        );
        assert!(keys.bursar.connection(&account).is_err());
        assert_eq!(keys.names().len(), 2);
        if restarts {
            keys.restart().await;
        }
        keys.is_away(false);
        keys.bursar.woke_up();
        keys.until("both entries are removed", |keys| {
            keys.names().is_empty() && keys.planned().is_empty()
        })
        .await;
    }
}

#[tokio::test]
async fn account_that_cannot_be_removed_keeps_its_key() {
    let keys = Keys::set().await;
    let account = keys.connect(false).await.unwrap();
    keys.break_writes("DELETE ON account");
    let refused = keys
        .bursar
        .remove_account(account.clone())
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::StorageFailed);
    assert!(keys.session(&account).signed_in());
    assert!(keys.kept(&account).is_some());
}

#[tokio::test]
async fn stays_signed_out_after_the_keyring_returns() {
    let mut keys = Keys::set().await;
    let account = keys.connect(false).await.unwrap();
    keys.is_away(true);
    let error = keys.bursar.sign_out(account.clone()).await.unwrap_err();
    assert_eq!(error.code, Code::KeyringUnavailable);
    assert!(
        error.detail.to_string().contains("done=signed-out"),
        "{error}"
    );
    keys.restart().await;
    keys.is_away(false);
    keys.bursar.woke_up();
    keys.until("the key is removed", |keys| keys.names().is_empty())
        .await;
    assert!(!keys.session(&account).signed_in());
    keys.restart().await;
    let session = keys.session(&account);
    assert!(!session.signed_in() && !session.waits_for_keyring());
}

#[tokio::test]
async fn stores_key_once_keyring_is_available() {
    let keys = Keys::set().await;
    keys.is_away(true);
    let account = keys.connect(false).await.unwrap();
    assert!(keys.session(&account).signed_in() && keys.session(&account).session_only());
    keys.is_away(false);
    keys.bursar.woke_up();
    keys.until("the key is stored", |keys| keys.kept(&account).is_some())
        .await;
    assert!(!keys.session(&account).session_only());
    assert!(keys.planned().is_empty());
}

#[tokio::test]
async fn never_uses_spent_token_after_restart() {
    for comes_back in [false, true] {
        let mut keys = Keys::set().await;
        let account = keys.connect(false).await.unwrap();
        let tokens = |access: &str, refresh: &str| Credential::Tokens {
            access: Zeroizing::new(access.to_owned()),
            refresh: Some(Zeroizing::new(refresh.to_owned())),
        };
        let session = keys.session(&account);
        session
            .set_credential(tokens("a0", "r0"), false)
            .await
            .unwrap();
        let renewing = StubServer::start(|_| {
            StubResponse::json(200, r#"{"access_token":"a1","refresh_token":"r1"}"#)
        });
        let network = bursar_provider::networks::from_toml(&format!(
            "name = \"t\"\nprovider = \"panel\"\napi = \"{0}\"\n[sign_in]\nauthorize = \"{0}a\"\ntoken = \"{0}t\"\nclient_id = \"c\"\n",
            renewing.url
        ))
        .unwrap();
        keys.is_away(true);
        let renewal = Renewal::OAuth(network.sign_in.unwrap());
        session.refresh(&renewal, &keys.bursar.http).await.unwrap();
        keys.until("a spent token must not be used", |keys| {
            !keys.planned().is_empty()
        })
        .await;
        if comes_back {
            keys.is_away(false);
            keys.bursar.stop().await;
            assert!(
                keys.kept(&account).unwrap().contains("r1"),
                "the last attempt"
            );
            assert!(keys.planned().is_empty());
            keys.start().await;
            keys.until("signed in", |keys| keys.session(&account).signed_in())
                .await;
            let bearer = keys
                .session(&account)
                .authorize(Credential::bearer)
                .unwrap();
            assert_eq!(bearer.1, "Bearer a1");
        } else {
            keys.restart().await;
            keys.is_away(false);
            keys.bursar.woke_up();
            keys.until("the spent token is removed", |keys| keys.names().is_empty())
                .await;
            assert!(!keys.session(&account).signed_in());
        }
    }
}

#[tokio::test]
async fn reads_keyring_again_that_was_unavailable_at_start() {
    let mut keys = Keys::set().await;
    let account = keys.connect(false).await.unwrap();
    let writes = keys.entries.writes.load(Ordering::Acquire);
    keys.is_away(true);
    keys.restart().await;
    keys.until("the error is shown", |keys| {
        keys.session(&account).keyring_error().is_some()
    })
    .await;
    let view = keys.bursar.accounts().await.unwrap().remove(0);
    assert!(!view.signed_in && view.waits_for_keyring && view.keyring_error.is_some());
    let form = keys.bursar.top_up_form(account.clone()).await.unwrap();
    assert_eq!(form.blocked.unwrap().code, Code::KeyringUnavailable);
    assert!(
        !keys.bursar.can_hand_over().await,
        "another start would prompt the user again"
    );
    keys.is_away(false);
    // Bursar queries the keyring again by itself, without any action by the user.
    keys.until("signed in", |keys| keys.session(&account).signed_in())
        .await;
    assert_eq!(
        keys.entries.writes.load(Ordering::Acquire),
        writes,
        "no test entry is written"
    );
}

#[tokio::test]
async fn finds_key_of_account_from_earlier_version() {
    let mut keys = Keys::set().await;
    let account = keys.connect(false).await.unwrap();
    keys.bursar.stop().await;
    let file = rusqlite::Connection::open(keys.home.path().join("bursar.db")).unwrap();
    file.execute("DELETE FROM key_place", []).unwrap();
    drop(file);
    keys.start().await;
    keys.until("signed in", |keys| keys.session(&account).signed_in())
        .await;
    let location = || keys.bursar.services.store.key_location(&account).unwrap();
    keys.until("the key's location is recorded", |_| {
        location() == Some(KeyLocation::Keyring)
    })
    .await;
}

//! What a session keeps, forgets and gives out, and what two things that happen to it at once lead to.

use super::*;
use crate::fluence::auth::{header, renewal};
use bursar_domain::network::Network;

fn session(vault: &Arc<Vault>) -> Session {
    Session::new(AccountId("a".to_owned()), Arc::clone(vault))
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
async fn what_is_put_is_there_at_the_next_start() {
    for credential in [key("k1"), tokens()] {
        let vault = Arc::new(Vault::memory());
        session(&vault)
            .put(credential.clone(), false)
            .await
            .unwrap();
        let next = session(&vault);
        assert_eq!(next.authorize(header).unwrap_err().code, Code::SignedOut);
        assert!(next.load().await.unwrap());
        assert_eq!(next.authorize(header).unwrap(), header(&credential));
        assert!(!next.session_only());
    }
}

#[tokio::test]
async fn nobody_is_signed_out_before_the_keyring_has_answered() {
    let vault = Arc::new(Vault::memory());
    let one = session(&vault);
    assert!(one.waits_for_keyring() && !one.signed_in());
    assert!(!one.load().await.unwrap());
    assert!(!one.waits_for_keyring() && !one.signed_in());
    let given = session(&vault);
    given.put(key("given"), true).await.unwrap();
    assert!(!given.waits_for_keyring());
}

#[tokio::test]
async fn a_key_for_this_session_touches_nothing_that_is_kept() {
    let vault = Arc::new(Vault::memory());
    session(&vault).put(key("kept"), false).await.unwrap();
    let one = session(&vault);
    one.put(key("given"), true).await.unwrap();
    assert!(one.load().await.unwrap() && one.session_only());
    assert_eq!(
        one.authorize(header).unwrap(),
        ("x-api-key", "given".to_owned())
    );
    assert!(
        vault
            .get("account/a")
            .await
            .unwrap()
            .unwrap()
            .contains("kept")
    );
    one.persist().await.unwrap();
    assert!(!one.session_only());
    assert!(
        vault
            .get("account/a")
            .await
            .unwrap()
            .unwrap()
            .contains("given")
    );
}

#[tokio::test]
async fn signing_out_removes_everything() {
    let vault = Arc::new(Vault::memory());
    let one = session(&vault);
    one.put(tokens(), false).await.unwrap();
    one.clear().await.unwrap();
    assert!(!one.signed_in());
    assert!(vault.get("account/a").await.unwrap().is_none());
    assert!(!one.load().await.unwrap());
}

#[tokio::test]
async fn what_is_kept_and_damaged_is_no_secret() {
    for text in [
        "",
        "{}",
        "k",
        r#"{"api_key":"a","access":"b"}"#,
        r#"{"api_key":"a b"}"#,
    ] {
        let vault = Arc::new(Vault::memory());
        vault
            .set("account/a", Zeroizing::new(text.to_owned()))
            .await
            .unwrap();
        assert!(!session(&vault).load().await.unwrap(), "{text}");
    }
}

#[test]
fn a_pasted_key_is_trimmed_and_checked() {
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
    let vault = Arc::new(Vault::memory());
    let one = session(&vault);
    one.put(tokens(), false).await.unwrap();
    let printed = format!("{one:?} {vault:?} {:?} {:?}", tokens(), key("canary-key"));
    assert!(!printed.contains("canary"), "{printed}");
}

/// A token endpoint that answers only once it is let, so that something can happen meanwhile.
fn slow_renewals(
    body: &'static str,
) -> (bursar_platform::canned::Server, std::sync::mpsc::Sender<()>) {
    let (open, gate) = std::sync::mpsc::channel();
    let server = bursar_platform::canned::Server::start(move |_| {
        let _ = gate.recv();
        let status = if body.contains("error") { 400 } else { 200 };
        bursar_platform::canned::Canned::json(status, body)
    });
    (server, open)
}

#[tokio::test]
async fn a_key_given_while_a_token_is_renewed_is_the_one_that_stays() {
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
        let vault = Arc::new(Vault::memory());
        let one = Arc::new(session(&vault));
        one.put(tokens(), false).await.unwrap();
        let (renewing, http) = (Arc::clone(&one), Http::new().unwrap());
        let renewal =
            tokio::spawn(async move { renewing.refresh(&renewal(&network), &http).await });
        while one.renewing.try_lock().is_ok() {
            tokio::task::yield_now().await;
        }
        let given = Arc::clone(&one);
        let put = tokio::spawn(async move { given.put(key("pasted"), false).await });
        tokio::task::yield_now().await;
        drop(open);
        let _ = renewal.await.unwrap();
        put.await.unwrap().unwrap();
        assert_eq!(one.authorize(header).unwrap().1, "pasted", "{body}");
        let next = session(&vault);
        assert!(next.load().await.unwrap());
        assert_eq!(next.authorize(header).unwrap().1, "pasted", "{body}");
    }
}

/// A network whose token endpoint gives the tokens of one renewal after the other: `a1` and `r1`, `a2` and `r2`, …, each
/// only for the refresh token before it.
fn renewals() -> (bursar_platform::canned::Server, Network) {
    let given = Mutex::new(0_u32);
    let server = bursar_platform::canned::Server::start(move |asked| {
        let mut given = given.lock().unwrap();
        if !asked.body.contains(&format!("refresh_token=r{given}")) {
            return bursar_platform::canned::Canned::json(400, r#"{"error":"invalid_grant"}"#);
        }
        *given += 1;
        let body = format!(r#"{{"access_token":"a{given}","refresh_token":"r{given}"}}"#);
        bursar_platform::canned::Canned::json(200, &body)
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

/// A keyring that can be away, and what is in it.
struct Away {
    away: Arc<AtomicBool>,
    entries: Arc<bursar_platform::vault::testing::Entries>,
    vault: Arc<Vault>,
}

impl Away {
    fn new() -> Self {
        let (away, entries) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let vault = Vault::that_may_leave_with(Arc::clone(&away), Arc::clone(&entries));
        Self {
            away,
            entries,
            vault: Arc::new(vault),
        }
    }

    fn is(&self, away: bool) {
        self.away.store(away, Ordering::Release);
    }

    fn kept(&self) -> Option<String> {
        let secrets = self.entries.secrets.lock().unwrap();
        secrets.get("account/a").map(|secret| secret.to_string())
    }
}

#[tokio::test]
async fn a_renewed_token_that_the_keyring_refused_is_stored_at_the_next_chance() {
    let (_server, network) = renewals();
    let http = Http::new().unwrap();
    let keyring = Away::new();
    let one = session(&keyring.vault);
    one.put(first_tokens(), false).await.unwrap();
    keyring.is(true);
    one.refresh(&renewal(&network), &http).await.unwrap();
    assert_eq!(
        one.authorize(header).unwrap().1,
        "Bearer a1",
        "the new one is used"
    );
    assert!(one.session_only() && !one.can_be_found_again().await);
    assert!(one.settle().await.is_err());
    assert_eq!(one.owed(), Owed::Store { spent: true });
    // Renewed once more meanwhile: what is stored in the end is the newest, and none is asked for with a spent one.
    one.refresh(&renewal(&network), &http).await.unwrap();
    keyring.is(false);
    assert!(one.settle().await.unwrap());
    assert_eq!(keyring.kept().unwrap(), r#"{"access":"a2","refresh":"r2"}"#);
    assert!(!one.session_only() && one.can_be_found_again().await);
    assert!(!one.settle().await.unwrap(), "nothing is owed any more");
    one.refresh(&renewal(&network), &http).await.unwrap();
    assert_eq!(keyring.kept().unwrap(), r#"{"access":"a3","refresh":"r3"}"#);
}

#[tokio::test]
async fn a_token_for_this_session_is_renewed_and_never_stored() {
    let (_server, network) = renewals();
    let keyring = Away::new();
    let one = session(&keyring.vault);
    one.put(first_tokens(), true).await.unwrap();
    one.refresh(&renewal(&network), &Http::new().unwrap())
        .await
        .unwrap();
    assert!(one.session_only());
    assert!(!one.settle().await.unwrap());
    assert_eq!(keyring.kept(), None);
}

#[tokio::test]
async fn a_keyring_that_failed_has_not_said_that_there_is_nothing() {
    let keyring = Away::new();
    session(&keyring.vault).put(key("k"), false).await.unwrap();
    let one = session(&keyring.vault);
    one.expect(true);
    keyring.is(true);
    assert!(one.load().await.is_err());
    assert!(one.waits_for_keyring() && one.wants_keyring());
    assert_eq!(one.keyring_error().unwrap().code, Code::KeyringUnavailable);
    assert_eq!(
        one.authorize(header).unwrap_err().code,
        Code::KeyringUnavailable,
        "not signed out"
    );
    keyring.is(false);
    assert!(one.load_in_turn().await.unwrap());
    assert!(!one.waits_for_keyring() && one.keyring_error().is_none());
    assert_eq!(one.authorize(header).unwrap().1, "k");
}

#[tokio::test]
async fn what_could_not_be_removed_is_removed_at_the_next_chance() {
    for disowned in [false, true] {
        let keyring = Away::new();
        let one = session(&keyring.vault);
        one.put(key("k"), false).await.unwrap();
        keyring.is(true);
        if disowned {
            let why = Error::new(Code::Unauthorized, "another's");
            one.disown(one.sign_in(), why).await;
        } else {
            assert!(one.clear().await.is_err());
        }
        assert!(!one.signed_in());
        assert!(one.settle().await.is_err());
        assert!(keyring.kept().is_some());
        keyring.is(false);
        assert!(one.settle().await.unwrap());
        assert_eq!(keyring.kept(), None);
    }
}

#[tokio::test]
async fn who_signs_in_again_meanwhile_loses_nothing() {
    let keyring = Away::new();
    let one = session(&keyring.vault);
    one.put(key("old"), false).await.unwrap();
    keyring.is(true);
    assert!(one.clear().await.is_err());
    assert!(one.put_and_keep(key("new")).await.is_err());
    assert_eq!(one.authorize(header).unwrap().1, "new");
    keyring.is(false);
    assert!(one.settle().await.unwrap());
    assert!(
        !one.remove_stored().await.unwrap(),
        "it is the one that is held"
    );
    assert!(keyring.kept().unwrap().contains("new"));
}

mod orders {
    //! Every order of what can happen to a session and its keyring leads to the same in both.

    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug)]
    enum Happens {
        Leaves,
        Comes,
        SignsIn(u8),
        SignsInForTheSession(u8),
        Renews,
        SignsOut,
        Settles,
        RemovesWhatIsPlanned,
    }

    fn happens() -> impl Strategy<Value = Happens> {
        prop_oneof![
            Just(Happens::Leaves),
            Just(Happens::Comes),
            any::<u8>().prop_map(Happens::SignsIn),
            any::<u8>().prop_map(Happens::SignsInForTheSession),
            Just(Happens::Renews),
            Just(Happens::SignsOut),
            Just(Happens::Settles),
            Just(Happens::RemovesWhatIsPlanned),
        ]
    }

    async fn check(all: Vec<Happens>) {
        let keyring = Away::new();
        let one = session(&keyring.vault);
        let mut held: Option<String> = None;
        // Nothing is said of what was in the keyring when somebody signed in for the session only.
        let mut stored: Option<Option<String>> = Some(None);
        let mut renewals = 0;
        for happening in all {
            match happening {
                Happens::Leaves => keyring.is(true),
                Happens::Comes => keyring.is(false),
                Happens::SignsIn(number) => {
                    let _ = one.put_and_keep(key(&format!("k{number}"))).await;
                    held = Some(format!("k{number}"));
                    stored = Some(held.clone());
                }
                Happens::SignsInForTheSession(number) => {
                    one.put(key(&format!("s{number}")), true).await.unwrap();
                    held = Some(format!("s{number}"));
                    stored = None;
                }
                Happens::Renews if held.is_some() => {
                    renewals += 1;
                    one.replace(key(&format!("r{renewals}"))).await;
                    held = Some(format!("r{renewals}"));
                    stored = stored.map(|_| held.clone());
                }
                Happens::Renews => {}
                Happens::SignsOut => {
                    let _ = one.clear().await;
                    held = None;
                    stored = Some(None);
                }
                Happens::Settles => drop(one.settle().await),
                Happens::RemovesWhatIsPlanned => {
                    let _ = one.remove_stored().await;
                }
            }
            let authorized = one.authorize(header).ok().map(|(_, value)| value);
            assert_eq!(authorized, held);
        }
        keyring.is(false);
        one.settle().await.unwrap();
        if let Some(stored) = stored {
            let kept = keyring.kept();
            match stored {
                Some(stored) => assert!(kept.unwrap().contains(&format!("\"{stored}\""))),
                None => assert_eq!(kept, None),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn lead_to_the_same(all in prop::collection::vec(happens(), 1..16)) {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(check(all));
        }
    }
}

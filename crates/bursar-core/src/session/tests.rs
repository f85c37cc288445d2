//! What a session keeps, forgets and gives out, and what two things that happen to it at once lead to.

use super::*;

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
        assert_eq!(next.authorize().unwrap_err().code, Code::SignedOut);
        assert!(next.load().await.unwrap());
        assert_eq!(next.authorize().unwrap(), credential.header());
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
    assert_eq!(one.authorize().unwrap(), ("x-api-key", "given".to_owned()));
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
fn slow_renewals(body: &'static str) -> (crate::canned::Server, std::sync::mpsc::Sender<()>) {
    let (open, gate) = std::sync::mpsc::channel();
    let server = crate::canned::Server::start(move |_| {
        let _ = gate.recv();
        let status = if body.contains("error") { 400 } else { 200 };
        crate::canned::Canned::json(status, body)
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
        let network = Network::from_toml(&format!(
            "name = \"t\"\nprovider = \"fluence\"\napi = \"{0}\"\n[sign_in]\nauthorize = \"{0}a\"\n\
             token = \"{0}t\"\nclient_id = \"c\"\n",
            server.url
        ))
        .unwrap();
        let vault = Arc::new(Vault::memory());
        let one = Arc::new(session(&vault));
        one.put(tokens(), false).await.unwrap();
        let (renewing, http) = (Arc::clone(&one), Http::new().unwrap());
        let renewal = tokio::spawn(async move { renewing.refresh(&http, &network).await });
        while one.renewing.try_lock().is_ok() {
            tokio::task::yield_now().await;
        }
        let given = Arc::clone(&one);
        let put = tokio::spawn(async move { given.put(key("pasted"), false).await });
        tokio::task::yield_now().await;
        drop(open);
        let _ = renewal.await.unwrap();
        put.await.unwrap().unwrap();
        assert_eq!(one.authorize().unwrap().1, "pasted", "{body}");
        let next = session(&vault);
        assert!(next.load().await.unwrap());
        assert_eq!(next.authorize().unwrap().1, "pasted", "{body}");
    }
}

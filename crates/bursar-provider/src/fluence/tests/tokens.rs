//! Tokens that run out, and their renewal.

use super::*;

fn token_answer(access: &str, refresh: &str) -> String {
    format!(
        r#"{{"access_token":"{access}","token_type":"Bearer","expires_in":900,"refresh_token":"{refresh}"}}"#
    )
}

fn page(status: u16) -> Canned {
    Canned::with(status, "text/html", "", "<html>Just a moment...</html>")
}

fn tokens(access: &str, refresh: &str) -> Credential {
    Credential::Tokens {
        access: Zeroizing::new(access.to_owned()),
        refresh: Some(Zeroizing::new(refresh.to_owned())),
    }
}

/// A provider signed in by a token that has run out; the API takes only "new".
async fn run_out(renewal: Canned) -> (Server, Arc<Session>, Arc<Vault>, Arc<dyn Provider>) {
    let server = Server::start(
        move |asked| match (asked.path(), asked.header("authorization")) {
            ("/oauth/token" | "/auth/refresh", None) => renewal.clone(),
            (_, Some("Bearer new")) if asked.method == "POST" => Canned::json(201, &created(ID)),
            (_, Some("Bearer new")) => Canned::json(200, "{}"),
            _ => Canned::json(401, r#"{"error":"x"}"#),
        },
    );
    let sign_in = format!(
        "[sign_in]\nauthorize = \"{0}oauth/authorize\"\ntoken = \"{0}oauth/token\"\nclient_id = \"c\"",
        server.url
    );
    let vault = Arc::new(Vault::memory());
    let account = AccountId("a".to_owned());
    let session = Arc::new(Session::new(account, Arc::clone(&vault)));
    session.put(tokens("old", "r1"), false).await.unwrap();
    let network = network(server.url.as_str(), &sign_in);
    let provider = connect(&network, Arc::clone(&session), Http::new().unwrap());
    (server, session, vault, provider)
}

#[tokio::test]
async fn a_token_that_has_run_out_is_renewed_once_and_the_request_repeated() {
    let (server, _session, vault, provider) =
        run_out(Canned::json(200, &token_answer("new", "r2"))).await;
    assert_eq!(
        provider.start(&new_top_up(1000)).await.unwrap().payment_id,
        ID
    );
    let asked = server.asked();
    let paths: Vec<_> = asked.iter().map(Asked::path).collect();
    assert_eq!(
        paths,
        [
            "/v2/top-ups",
            "/oauth/token",
            "/v2/top-ups",
            "/v2/top-ups/pending"
        ]
    );
    assert!(
        asked[1]
            .body
            .contains("grant_type=refresh_token&refresh_token=r1&client_id=c")
    );
    assert_eq!(asked[0].body, asked[2].body);
    let kept = vault.get("account/a").await.unwrap().unwrap();
    assert_eq!(kept.as_str(), r#"{"access":"new","refresh":"r2"}"#);
}

#[tokio::test]
async fn many_calls_at_once_renew_a_token_once() {
    let (server, _session, _vault, provider) =
        run_out(Canned::json(200, &token_answer("new", "r2"))).await;
    let calls = (0..8).map(|_| {
        let provider = Arc::clone(&provider);
        tokio::spawn(async move { provider.pending().await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(
        server
            .asked()
            .iter()
            .filter(|asked| asked.path() == "/oauth/token")
            .count(),
        1
    );
}

#[tokio::test]
async fn a_rejected_renewal_signs_out_and_forgets() {
    let (_server, session, vault, provider) =
        run_out(Canned::json(400, r#"{"error":"invalid_grant"}"#)).await;
    assert_eq!(provider.pending().await.unwrap_err().code, Code::SignedOut);
    assert!(!session.signed_in());
    assert!(vault.get("account/a").await.unwrap().is_none());
    assert_eq!(provider.pending().await.unwrap_err().code, Code::SignedOut);
}

#[tokio::test]
async fn a_renewal_that_fails_otherwise_changes_nothing() {
    for (renewal, code) in [
        (Canned::json(503, "{}"), Code::ProviderUnavailable),
        (
            Canned::json(200, r#"{"token_type":"Bearer"}"#),
            Code::AnswerMalformed,
        ),
        (
            Canned::json(200, r#"{"access_token":"a\nb"}"#),
            Code::AnswerMalformed,
        ),
        (Canned(Vec::new()), Code::Unreachable),
        // Something on the way, or a moment's trouble: nobody has ended the sign-in.
        (page(403), Code::ProviderUnavailable),
        (page(401), Code::ProviderUnavailable),
        (page(400), Code::ProviderUnavailable),
        (page(408), Code::ProviderUnavailable),
        (page(429), Code::RateLimited),
        (
            Canned::json(403, r#"{"message":"Forbidden"}"#),
            Code::ProviderUnavailable,
        ),
        (Canned::json(401, "{}"), Code::ProviderUnavailable),
        (
            Canned::json(400, r#"{"error":"temporarily_unavailable"}"#),
            Code::ProviderUnavailable,
        ),
        (
            Canned::with(
                403,
                "application/json",
                "cf-mitigated: challenge\r\n",
                r#"{"error":"invalid_grant"}"#,
            ),
            Code::ProviderUnavailable,
        ),
        (
            Canned::with(302, "text/html", "location: /login\r\n", ""),
            Code::ProviderUnavailable,
        ),
        (
            Canned::with(200, "text/html", "", "<html>"),
            Code::AnswerMalformed,
        ),
    ] {
        let (_server, session, vault, provider) = run_out(renewal).await;
        assert_eq!(provider.pending().await.unwrap_err().code, code);
        assert!(session.signed_in());
        assert!(
            vault
                .get("account/a")
                .await
                .unwrap()
                .unwrap()
                .contains("r1")
        );
    }
}

#[tokio::test]
async fn beside_the_running_app_nothing_is_renewed() {
    let (server, session, _vault, provider) =
        run_out(Canned::json(200, &token_answer("new", "r2"))).await;
    session.forbid_refresh();
    assert_eq!(
        provider.pending().await.unwrap_err().code,
        Code::EngineRunning
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_key_that_is_rejected_is_not_tried_again() {
    let (server, provider) = always(401, r#"{"error":"x"}"#).await;
    assert_eq!(
        provider.pending().await.unwrap_err().code,
        Code::Unauthorized
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn without_a_sign_in_page_the_apis_own_call_renews() {
    let server = Server::start(
        |asked| match (asked.path(), asked.header("authorization")) {
            ("/auth/refresh", None) if asked.body == r#"{"refresh_token":"r1"}"# => {
                Canned::json(200, r#"{"access_token":"new"}"#)
            }
            (_, Some("Bearer new")) => Canned::json(200, "{}"),
            _ => Canned::json(401, r#"{"error":"x"}"#),
        },
    );
    let vault = Arc::new(Vault::memory());
    let session = Arc::new(Session::new(AccountId("a".to_owned()), Arc::clone(&vault)));
    session.put(tokens("old", "r1"), false).await.unwrap();
    let network = network(server.url.as_str(), "");
    let provider = connect(&network, session, Http::new().unwrap());
    assert!(provider.pending().await.unwrap().is_empty());
    let kept = vault.get("account/a").await.unwrap().unwrap();
    assert_eq!(
        kept.as_str(),
        r#"{"access":"new","refresh":"r1"}"#,
        "the old refresh token goes on"
    );
}

#[tokio::test]
async fn the_apis_own_renewal_signs_out_only_by_its_own_word() {
    for (renewal, signed_in) in [
        (page(403), true),
        (page(401), true),
        (Canned::json(401, r#"{"message":"Unauthorized"}"#), true),
        (
            Canned::json(401, r#"{"code":"unauthorized","error":"x"}"#),
            false,
        ),
        (Canned::json(403, r#"{"detail":"x"}"#), false),
    ] {
        let server = Server::start(move |asked| match asked.path() {
            "/auth/refresh" => renewal.clone(),
            _ => Canned::json(401, r#"{"code":"unauthorized","error":"x"}"#),
        });
        let session = Session::new(AccountId::random(), Arc::new(Vault::memory()));
        session.put(tokens("old", "r1"), false).await.unwrap();
        let session = Arc::new(session);
        let network = network(server.url.as_str(), "");
        let provider = connect(&network, Arc::clone(&session), Http::new().unwrap());
        assert!(provider.pending().await.is_err());
        assert_eq!(session.signed_in(), signed_in);
    }
}

#[tokio::test]
async fn an_older_call_that_rejects_a_good_token_renews_nothing() {
    let server = Server::start(|asked| match asked.path() {
        "/v2/top-ups/pending" => {
            Canned::json(200, &format!(r#"{{"pendingTopUp":{}}}"#, top_up("open")))
        }
        _ => Canned::json(401, r#"{"error":"x"}"#),
    });
    let session = Arc::new(Session::new(AccountId::random(), Arc::new(Vault::memory())));
    session.put(tokens("good", "r1"), false).await.unwrap();
    let network = network(server.url.as_str(), "");
    let provider = connect(&network, Arc::clone(&session), Http::new().unwrap());
    assert_eq!(provider.pending().await.unwrap()[0].status, Status::Open);
    assert!(session.signed_in());
    let asked = server.asked();
    let paths: Vec<_> = asked.iter().map(Asked::path).collect();
    assert_eq!(paths, ["/v2/top-ups/pending", "/v1/billing/top_up/pending"]);
}

//! Expired tokens and their renewal.

use super::*;

fn token_answer(access: &str, refresh: &str) -> String {
    format!(
        r#"{{"access_token":"{access}","token_type":"Bearer","expires_in":900,"refresh_token":"{refresh}"}}"#
    )
}

fn page(status: u16) -> StubResponse {
    StubResponse::with(status, "text/html", "", "<html>Just a moment...</html>")
}

fn tokens(access: &str, refresh: &str) -> Credential {
    Credential::Tokens {
        access: Zeroizing::new(access.to_owned()),
        refresh: Some(Zeroizing::new(refresh.to_owned())),
    }
}

/// A provider that is signed in with an expired token. Its API accepts only the token "new".
async fn run_out(
    renewal: StubResponse,
) -> (
    StubServer,
    Arc<Session>,
    Arc<SecretStore>,
    Arc<dyn Provider>,
) {
    let server =
        StubServer::start(
            move |request| match (request.path(), request.header("authorization")) {
                ("/oauth/token" | "/auth/refresh", None) => renewal.clone(),
                (_, Some("Bearer new")) if request.method == "POST" => {
                    StubResponse::json(201, &created(ID))
                }
                (_, Some("Bearer new")) => StubResponse::json(200, "{}"),
                _ => StubResponse::json(401, r#"{"error":"x"}"#),
            },
        );
    let sign_in = format!(
        "[sign_in]\nauthorize = \"{0}oauth/authorize\"\ntoken = \"{0}oauth/token\"\nclient_id = \"c\"",
        server.url
    );
    let secret_store = Arc::new(SecretStore::memory());
    let account = AccountId("a".to_owned());
    let session = Arc::new(Session::new(account, Arc::clone(&secret_store)));
    session
        .set_credential(tokens("old", "r1"), false)
        .await
        .unwrap();
    let network = network(server.url.as_str(), &sign_in);
    let provider = connect(&network, Arc::clone(&session), Http::new().unwrap());
    (server, session, secret_store, provider)
}

#[tokio::test]
async fn renews_expired_token_once_and_repeats_request() {
    let (server, _session, secret_store, provider) =
        run_out(StubResponse::json(200, &token_answer("new", "r2"))).await;
    assert_eq!(
        provider.start(&new_top_up(1000)).await.unwrap().payment_id,
        ID
    );
    let requests = server.requests();
    let paths: Vec<_> = requests.iter().map(ReceivedRequest::path).collect();
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
        requests[1]
            .body
            .contains("grant_type=refresh_token&refresh_token=r1&client_id=c")
    );
    assert_eq!(requests[0].body, requests[2].body);
    let kept = secret_store.get("account/a").await.unwrap().unwrap();
    assert_eq!(kept.as_str(), r#"{"access":"new","refresh":"r2"}"#);
}

#[tokio::test]
async fn concurrent_calls_renew_token_once() {
    let (server, _session, _vault, provider) =
        run_out(StubResponse::json(200, &token_answer("new", "r2"))).await;
    let calls = (0..8).map(|_| {
        let provider = Arc::clone(&provider);
        tokio::spawn(async move { provider.pending().await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(
        server
            .requests()
            .iter()
            .filter(|request| request.path() == "/oauth/token")
            .count(),
        1
    );
}

#[tokio::test]
async fn rejected_renewal_signs_out_and_removes_tokens() {
    let (_server, session, secret_store, provider) =
        run_out(StubResponse::json(400, r#"{"error":"invalid_grant"}"#)).await;
    assert_eq!(provider.pending().await.unwrap_err().code, Code::SignedOut);
    assert!(!session.signed_in());
    assert!(secret_store.get("account/a").await.unwrap().is_none());
    assert_eq!(provider.pending().await.unwrap_err().code, Code::SignedOut);
}

#[tokio::test]
async fn failed_renewal_without_rejection_keeps_sign_in() {
    for (renewal, code) in [
        (StubResponse::json(503, "{}"), Code::ProviderUnavailable),
        (
            StubResponse::json(200, r#"{"token_type":"Bearer"}"#),
            Code::AnswerMalformed,
        ),
        (
            StubResponse::json(200, r#"{"access_token":"a\nb"}"#),
            Code::AnswerMalformed,
        ),
        (StubResponse(Vec::new()), Code::Unreachable),
        // Something on the way answered, or the failure is temporary: the provider has not ended the sign-in.
        (page(403), Code::ProviderUnavailable),
        (page(401), Code::ProviderUnavailable),
        (page(400), Code::ProviderUnavailable),
        (page(408), Code::ProviderUnavailable),
        (page(429), Code::RateLimited),
        (
            StubResponse::json(403, r#"{"message":"Forbidden"}"#),
            Code::ProviderUnavailable,
        ),
        (StubResponse::json(401, "{}"), Code::ProviderUnavailable),
        (
            StubResponse::json(400, r#"{"error":"temporarily_unavailable"}"#),
            Code::ProviderUnavailable,
        ),
        (
            StubResponse::with(
                403,
                "application/json",
                "cf-mitigated: challenge\r\n",
                r#"{"error":"invalid_grant"}"#,
            ),
            Code::ProviderUnavailable,
        ),
        (
            StubResponse::with(302, "text/html", "location: /login\r\n", ""),
            Code::ProviderUnavailable,
        ),
        (
            StubResponse::with(200, "text/html", "", "<html>"),
            Code::AnswerMalformed,
        ),
    ] {
        let (_server, session, secret_store, provider) = run_out(renewal).await;
        assert_eq!(provider.pending().await.unwrap_err().code, code);
        assert!(session.signed_in());
        assert!(
            secret_store
                .get("account/a")
                .await
                .unwrap()
                .unwrap()
                .contains("r1")
        );
    }
}

#[tokio::test]
async fn renews_nothing_while_app_is_running() {
    let (server, session, _vault, provider) =
        run_out(StubResponse::json(200, &token_answer("new", "r2"))).await;
    session.forbid_refresh();
    assert_eq!(
        provider.pending().await.unwrap_err().code,
        Code::EngineRunning
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn does_not_retry_rejected_key() {
    let (server, provider) = always(401, r#"{"error":"x"}"#).await;
    assert_eq!(
        provider.pending().await.unwrap_err().code,
        Code::Unauthorized
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn renews_by_api_call_without_sign_in_page() {
    let server =
        StubServer::start(
            |request| match (request.path(), request.header("authorization")) {
                ("/auth/refresh", None) if request.body == r#"{"refresh_token":"r1"}"# => {
                    StubResponse::json(200, r#"{"access_token":"new"}"#)
                }
                (_, Some("Bearer new")) => StubResponse::json(200, "{}"),
                _ => StubResponse::json(401, r#"{"error":"x"}"#),
            },
        );
    let secret_store = Arc::new(SecretStore::memory());
    let session = Arc::new(Session::new(
        AccountId("a".to_owned()),
        Arc::clone(&secret_store),
    ));
    session
        .set_credential(tokens("old", "r1"), false)
        .await
        .unwrap();
    let network = network(server.url.as_str(), "");
    let provider = connect(&network, session, Http::new().unwrap());
    assert!(provider.pending().await.unwrap().is_empty());
    let kept = secret_store.get("account/a").await.unwrap().unwrap();
    assert_eq!(
        kept.as_str(),
        r#"{"access":"new","refresh":"r1"}"#,
        "the old refresh token is kept"
    );
}

#[tokio::test]
async fn only_api_error_of_renewal_signs_out() {
    for (renewal, signed_in) in [
        (page(403), true),
        (page(401), true),
        (
            StubResponse::json(401, r#"{"message":"Unauthorized"}"#),
            true,
        ),
        (
            StubResponse::json(401, r#"{"code":"unauthorized","error":"x"}"#),
            false,
        ),
        (StubResponse::json(403, r#"{"detail":"x"}"#), false),
    ] {
        let server = StubServer::start(move |request| match request.path() {
            "/auth/refresh" => renewal.clone(),
            _ => StubResponse::json(401, r#"{"code":"unauthorized","error":"x"}"#),
        });
        let session = Session::new(AccountId::random(), Arc::new(SecretStore::memory()));
        session
            .set_credential(tokens("old", "r1"), false)
            .await
            .unwrap();
        let session = Arc::new(session);
        let network = network(server.url.as_str(), "");
        let provider = connect(&network, Arc::clone(&session), Http::new().unwrap());
        assert!(provider.pending().await.is_err());
        assert_eq!(session.signed_in(), signed_in);
    }
}

#[tokio::test]
async fn rejection_by_older_call_renews_nothing() {
    let server = StubServer::start(|request| match request.path() {
        "/v2/top-ups/pending" => {
            StubResponse::json(200, &format!(r#"{{"pendingTopUp":{}}}"#, top_up("open")))
        }
        _ => StubResponse::json(401, r#"{"error":"x"}"#),
    });
    let session = Arc::new(Session::new(
        AccountId::random(),
        Arc::new(SecretStore::memory()),
    ));
    session
        .set_credential(tokens("good", "r1"), false)
        .await
        .unwrap();
    let network = network(server.url.as_str(), "");
    let provider = connect(&network, Arc::clone(&session), Http::new().unwrap());
    assert_eq!(provider.pending().await.unwrap()[0].status, Status::Open);
    assert!(session.signed_in());
    let requests = server.requests();
    let paths: Vec<_> = requests.iter().map(ReceivedRequest::path).collect();
    assert_eq!(paths, ["/v2/top-ups/pending", "/v1/billing/top_up/pending"]);
}

//! The browser sign-in: PKCE, single use of a code, token rotation and revocation.

use crate::support::{Reply, Sandbox, str_at};
use reqwest::Method;
use serde_json::{Value, json};

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "org.bursar.desktop://sign-in";

fn request<'a>(redirect: &'a str, method: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("response_type", "code"),
        ("client_id", "org.bursar.desktop"),
        ("redirect_uri", redirect),
        ("state", "a state & more"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", method),
    ]
}

async fn code(sandbox: &Sandbox, user: &str) -> String {
    let mut fields = request(REDIRECT, "S256");
    fields.extend([("user", user), ("decision", "allow")]);
    let page = sandbox.form("/oauth/authorize", &fields).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(
        page.text.contains("state=a+state+%26amp%3B+more")
            || page.text.contains("state=a+state+%26+more")
    );
    let code = page.text.split("code=").nth(1).unwrap();
    code.split("&amp;").next().unwrap().to_owned()
}

async fn exchange(sandbox: &Sandbox, code: &str, verifier: &str) -> Reply {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "org.bursar.desktop"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", verifier),
    ];
    sandbox.form("/oauth/token", &fields).await
}

async fn refresh(sandbox: &Sandbox, token: &str) -> Reply {
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", "org.bursar.desktop"),
        ("refresh_token", token),
    ];
    sandbox.form("/oauth/token", &fields).await
}

async fn me(sandbox: &Sandbox, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    let url = format!("{}/v1/users/me", sandbox.api());
    sandbox
        .send(
            Method::GET,
            &url,
            &[("authorization", &bearer)],
            &Value::Null,
        )
        .await
        .status
}

#[tokio::test]
async fn code_works_once_and_only_with_its_verifier() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    let first = code(&sandbox, &user.id).await;
    assert_eq!(
        str_at(&exchange(&sandbox, &first, "wrong").await.body, "/error"),
        "invalid_grant"
    );
    let second = code(&sandbox, &user.id).await;
    let tokens = exchange(&sandbox, &second, VERIFIER).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
    assert_eq!(
        me(&sandbox, str_at(&tokens.body, "/access_token")).await,
        200
    );
    assert_eq!(exchange(&sandbox, &second, VERIFIER).await.status, 400);
}

#[tokio::test]
async fn reused_refresh_token_ends_the_sign_in() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    let tokens = sandbox
        .control_post(&format!("/users/{}/tokens", user.id), &json!({}))
        .await;
    sandbox
        .control_post(&format!("/users/{}/tokens/expire", user.id), &json!({}))
        .await;
    assert_eq!(me(&sandbox, str_at(&tokens, "/access_token")).await, 401);
    let next = refresh(&sandbox, str_at(&tokens, "/refresh_token")).await;
    assert_eq!(me(&sandbox, str_at(&next.body, "/access_token")).await, 200);
    assert_eq!(
        refresh(&sandbox, str_at(&tokens, "/refresh_token"))
            .await
            .status,
        400
    );
    assert_eq!(me(&sandbox, str_at(&next.body, "/access_token")).await, 401);
    assert_eq!(
        refresh(&sandbox, str_at(&next.body, "/refresh_token"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn accepts_only_the_registered_redirect_uri_and_s256() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    for (redirect, method) in [
        ("org.bursar.desktop://sign-in/", "S256"),
        ("org.bursar.desktop://sign-in?x=1", "S256"),
        ("https://example.com/", "S256"),
        (REDIRECT, "plain"),
    ] {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(request(redirect, method))
            .finish();
        let url = format!("{}/oauth/authorize?{query}", sandbox.api());
        let page = sandbox.send(Method::GET, &url, &[], &Value::Null).await;
        assert_eq!(page.status, 400, "{redirect} {method}");
        assert!(!page.text.contains("return-link"));
    }
}

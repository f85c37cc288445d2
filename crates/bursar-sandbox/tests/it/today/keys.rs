//! API keys: presets, missing scopes, expiry, and the two answers to a key that is missing or malformed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::today::TodayUser;
use crate::support::{NO_HISTORY_NO_BLOCKS, Sandbox, str_at};

const OLDER: &str = "/v1/users/me";
const NEWER: &str = "/v2/users/balances";

async fn key(user: &TodayUser<'_>, request: Value) -> String {
    str_at(&user.control("keys", &request).await, "/api_key").to_owned()
}

#[tokio::test]
async fn read_only_key_reads_everything_and_changes_nothing() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({})).await;
    let reader = user.with_key(&key(&user, json!({"preset": "read_only"})).await);
    for path in [
        "/v1/users/me",
        "/v2/users/balances",
        "/v2/top-ups",
        "/v2/top-ups/pending",
        "/v2/vms",
        "/v1/billing/charges/total",
        "/v2/billing/get_history",
    ] {
        reader.get(path).await;
    }
    let forbidden = (403, "forbidden".to_owned());
    let body = json!({"amountCents": 2_000});
    assert_eq!(
        reader.status_of(Method::POST, "/v2/top-ups", &body).await,
        forbidden
    );
    assert_eq!(
        reader
            .status_of(Method::GET, "/v2/payment-methods", &Value::Null)
            .await,
        forbidden
    );
    let custom = user.with_key(
        &key(
            &user,
            json!({"preset": "custom", "scopes": ["billing:top_up"]}),
        )
        .await,
    );
    assert_eq!(
        custom
            .status_of(Method::GET, "/v2/top-ups", &Value::Null)
            .await,
        forbidden
    );
    custom.get("/v2/payment-methods").await;
}

#[tokio::test]
async fn missing_and_malformed_keys_have_two_answers() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({})).await;
    let unknown = format!("flk_{}", "a".repeat(43));
    for (key, older) in [
        ("", 400),
        ("flk_short", 400),
        ("nonsense", 400),
        (unknown.as_str(), 401),
    ] {
        let caller = user.with_key(key);
        assert_eq!(
            caller.status_of(Method::GET, OLDER, &Value::Null).await.0,
            older,
            "{key}"
        );
        assert_eq!(
            caller.status_of(Method::GET, NEWER, &Value::Null).await.0,
            401,
            "{key}"
        );
    }
    // The CopperX era answers 401 everywhere, as before.
    let reply = sandbox.get(OLDER, "nonsense").await;
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn expired_key_is_refused() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({})).await;
    let short =
        user.with_key(&key(&user, json!({"preset": "read_only", "expires_in_s": 3600})).await);
    short.get(OLDER).await;
    sandbox.advance(3600).await;
    assert_eq!(
        short.status_of(Method::GET, OLDER, &Value::Null).await,
        (401, "unauthorized".to_owned())
    );
    user.get(OLDER).await;
}

#[tokio::test]
async fn keys_can_be_made_and_deleted_over_the_api() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({})).await;
    let maker = user.with_key(&key(&user, json!({"preset": "full"})).await);
    let body = json!({"name": "bursar-2", "scopes": ["billing:get_history"], "expiresAt": "2099-01-01T00:00:00Z"});
    let made = maker.call(Method::POST, "/v1/api_keys", &body).await;
    assert_eq!(made.status, 201);
    let second = user.with_key(str_at(&made.body, "/value"));
    second.get("/v2/top-ups").await;
    for wrong in [
        json!({"name": "Not valid", "scopes": []}),
        json!({"name": "a".repeat(26), "scopes": []}),
        json!({"name": "late", "scopes": [], "expiresAt": "2020-01-01T00:00:00Z"}),
    ] {
        assert_eq!(
            maker
                .status_of(Method::POST, "/v1/api_keys", &wrong)
                .await
                .0,
            422,
            "{wrong}"
        );
    }
    let too_much = json!({"name": "more", "scopes": ["admin:users:read"]});
    assert_eq!(
        maker
            .status_of(Method::POST, "/v1/api_keys", &too_much)
            .await
            .0,
        403
    );
    assert_eq!(
        second
            .status_of(Method::POST, "/v1/api_keys", &body)
            .await
            .0,
        403
    );
    let path = format!("/v1/api_keys/{}", str_at(&made.body, "/id"));
    assert_eq!(
        maker.status_of(Method::DELETE, &path, &Value::Null).await.0,
        204
    );
    assert_eq!(
        second
            .status_of(Method::GET, "/v2/top-ups", &Value::Null)
            .await
            .0,
        401
    );
}

//! The console's pages and what all pages of today's era have in common.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::today::TodayUser;
use crate::support::{NO_HISTORY_NO_BLOCKS, Sandbox, str_at};

#[tokio::test]
async fn billing_page_shows_debt_promo_codes_and_the_open_payment() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({"credits": "0"})).await;
    user.control("debt", &json!({"amount": "3.50"})).await;
    let (_, page) = user.top_up(2_500, "card").await;
    let url = format!("{}/billing?user={}", user.api, user.id);
    let shown = sandbox.page(&url).await;
    for text in [
        "-3.50 USD",
        "3.50 USD, unpaid since",
        "Waiting for payment: 25.00 USD",
        &page,
        "Pending",
    ] {
        assert!(shown.contains(text), "{text}");
    }
    let promo = format!("{}/billing/promo", user.api);
    let activate = async |code: &str| {
        let fields = [("user", user.id.as_str()), ("code", code)];
        sandbox.submit(&promo, &fields).await.text
    };
    assert!(activate("wrong").await.contains("not valid"));
    assert!(activate("PLAY20").await.contains("were added"));
    assert!(
        activate("PLAY20")
            .await
            .contains("used this promo code already")
    );
    assert_eq!(
        str_at(&user.entitlement("promo-credits").await, "/balance"),
        "20.00"
    );
    let cancel = format!("{}/billing/cancel", user.api);
    assert_eq!(
        sandbox.submit(&cancel, &[("user", &user.id)]).await.status,
        303
    );
    assert!(user.get("/v2/top-ups/pending").await["pendingTopUp"].is_null());
}

#[tokio::test]
async fn keys_page_makes_keys_by_preset_and_with_an_expiry() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({})).await;
    let url = format!("{}/settings/api-keys", user.api);
    let make = async |name: &str, preset: &str, expires: &str| {
        let fields = [
            ("user", user.id.as_str()),
            ("name", name),
            ("preset", preset),
            ("expires", expires),
        ];
        sandbox.submit(&url, &fields).await.text
    };
    for (name, preset, expires, problem) in [
        ("Big", "full", "", "small letters"),
        ("ok", "all", "", "Choose what the key may do"),
        ("ok", "custom", "", "at least one scope"),
        ("ok", "full", "2020-01-01", "in the future"),
    ] {
        assert!(
            make(name, preset, expires).await.contains(problem),
            "{problem}"
        );
    }
    let shown = make("reader", "read_only", "2099-01-01").await;
    let secret = shown
        .split("data-testid=\"new-key\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    let reader = user.with_key(secret);
    reader.get("/v2/users/balances").await;
    let top_up = json!({"amountCents": 2_000});
    assert_eq!(
        reader
            .status_of(Method::POST, "/v2/top-ups", &top_up)
            .await
            .0,
        403
    );
    let listed = sandbox.page(&format!("{url}?user={}", user.id)).await;
    assert!(listed.contains("until 2 Jan 2099") && !listed.contains(secret));
}

#[tokio::test]
async fn pages_refuse_foreign_hosts_and_origins() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    for method in ["crypto", "card"] {
        let user = TodayUser::new(&sandbox, json!({})).await;
        let (_, page) = user.top_up(2_500, method).await;
        let page = page.split('#').next().unwrap();
        for (name, value, status) in [
            ("host", "shop.example", 403),
            ("origin", "https://shop.example", 403),
            ("accept", "text/html", 200),
        ] {
            let reply = sandbox
                .send(Method::GET, page, &[(name, value)], &Value::Null)
                .await;
            assert_eq!(reply.status, status, "{method}: {name}");
        }
    }
    for (base, path) in [
        ("/today/pages/crypto", "/payment/?iid=7"),
        ("/today/pages/card", "/c/pay/unknown"),
    ] {
        let url = format!("{}{path}", sandbox.ready_field(base));
        assert_eq!(
            sandbox
                .send(Method::GET, &url, &[], &Value::Null)
                .await
                .status,
            404
        );
    }
}

#[tokio::test]
async fn state_of_a_page_changes_with_what_it_shows() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({})).await;
    let (id, page) = user.top_up(2_500, "crypto").await;
    let state = page.replace("/payment/?", "/payment/state?");
    let revision = async || {
        let reply = sandbox.send(Method::GET, &state, &[], &Value::Null).await;
        str_at(&reply.body, "/revision").to_owned()
    };
    let mut seen = vec![revision().await];
    sandbox
        .control_post("/watcher", &json!({"hold": true}))
        .await;
    sandbox
        .control_post(&format!("/top-ups/{id}/pay"), &json!({}))
        .await;
    seen.push(revision().await);
    sandbox
        .control_post("/watcher", &json!({"hold": false}))
        .await;
    sandbox.wait_for_status(&id, "completed").await;
    seen.push(revision().await);
    seen.dedup();
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(
        sandbox
            .page(&page)
            .await
            .contains(&format!("data-revision=\"{}\"", seen[2]))
    );
}

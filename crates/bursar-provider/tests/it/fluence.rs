//! Tests the Fluence provider against the sandbox, with a real API, a real checkout and real transfers.

use crate::sandbox::Sandbox;
use bursar_domain::checkout;
use bursar_domain::clock::{Clock, Span, SystemClock};
use bursar_domain::error::{Code, Detail, Error, ProviderDetail};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{NewPayment, Purpose, RemotePayment, Status};
use bursar_provider::Provider;
use bursar_provider::session::Credential;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long a test waits for an expected state.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

async fn sandbox() -> Sandbox {
    Sandbox::start("fluence", &[]).await
}

async fn new_user(sandbox: &Sandbox, wishes: Value) -> Value {
    sandbox.control("POST", "/users", wishes).await
}

fn usdc(text: &str) -> Amount {
    Amount::parse_decimal(text, Currency::usdc()).unwrap()
}

fn new_top_up(amount: &str) -> NewPayment {
    NewPayment {
        purpose: Purpose::TopUp,
        payer: None,
        save_method: false,
        amount: usdc(amount),
        method: Some("usdc".to_owned()),
        method_provider: Some("copperx".to_owned()),
        return_url: None,
        top_up_id: "one".to_owned(),
    }
}

async fn only_pending(provider: &dyn Provider) -> RemotePayment {
    let mut pending = provider.pending().await.unwrap();
    assert_eq!(pending.len(), 1);
    pending.remove(0)
}

/// Polls the newest payment until it satisfies `so`.
async fn newest(provider: &dyn Provider, so: impl Fn(&RemotePayment) -> bool) -> RemotePayment {
    let deadline = Instant::now() + ANSWER_TIMEOUT;
    loop {
        let page = provider.history(None, None).await.unwrap();
        match page.payments.into_iter().next() {
            Some(payment) if so(&payment) => return payment,
            other => assert!(Instant::now() < deadline, "still {other:?}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn reads_account() {
    let sandbox = sandbox().await;
    let provider = sandbox.by_key(&sandbox.ready["fluence"]["api_key"]).await;
    let key_owner = provider.key_owner().await.unwrap();
    assert_eq!(
        key_owner.user_id,
        sandbox.ready["fluence"]["user_id"].as_str().unwrap()
    );
    assert_eq!(key_owner.name, "demo@sandbox.test");
    assert_eq!(key_owner.missing_scopes, Vec::<String>::new());
    let balance = provider.balance().await.unwrap();
    assert!(balance.daily_usage.is_some() && balance.days_left.is_some());
    let truth = sandbox
        .control("GET", &format!("/users/{}", key_owner.user_id), json!({}))
        .await;
    assert!(
        balance
            .balance
            .equals(&usdc(truth["api"]["balance"].as_str().unwrap()))
    );
    assert!(!provider.maintenance().await.unwrap());
    let methods = provider.catalogue().await.unwrap().methods;
    let codes: Vec<_> = methods.iter().map(|method| method.code.as_str()).collect();
    assert_eq!(codes, ["usdc", "usdc_polygon"]);
    assert!(methods[0].min.equals(&usdc("10")) && methods[0].fee_bps == 100);

    let history = provider.history(None, None).await.unwrap();
    assert_eq!(
        (history.payments.len(), history.next, history.total),
        (24, None, Some(24))
    );
    for payment in &history.payments {
        assert!(
            payment.fee.is_some(),
            "the older calls complete every payment"
        );
        let credited = payment.status == Status::Completed;
        assert_eq!(payment.transaction.is_some(), credited, "{payment:?}");
    }

    let today = SystemClock.now();
    let days = provider
        .charges(&today.minus(Span::days(29)).date(), &today.date())
        .await
        .unwrap();
    assert!(days.unknown.is_empty());
    let days = days.days;
    assert!(days.len() >= 28 && days.is_sorted_by_key(|day| day.date.clone()));
    assert!(days.iter().all(|day| !day.amount.is_zero()));
}

#[tokio::test]
async fn reads_long_history_page_by_page() {
    let sandbox = sandbox().await;
    let user = new_user(&sandbox, json!({ "history": 250 })).await;
    let provider = sandbox.by_key(&user["api_key"]).await;
    let (mut payments, mut cursor) = (Vec::new(), None);
    loop {
        let read = provider.history(None, cursor.as_deref()).await.unwrap();
        payments.extend(read.payments);
        cursor = read.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(payments.len(), 250);
    let ids: HashSet<_> = payments.iter().map(|payment| payment.id.as_str()).collect();
    assert_eq!(ids.len(), 250);
    assert!(payments.is_sorted_by(|newer, older| newer.created_at >= older.created_at));
    assert!(payments.iter().all(|payment| payment.fee.is_some()));

    let since = payments[120].created_at;
    let newer = payments
        .iter()
        .filter(|payment| payment.created_at >= since)
        .count();
    let provider = sandbox.by_key(&user["api_key"]).await;
    let second = provider.history(Some(since), Some("1")).await.unwrap();
    assert_eq!(
        second.payments.len(),
        newer - 100,
        "the middle is read without the beginning"
    );
}

#[tokio::test]
async fn follows_top_up_to_completion() {
    let sandbox = sandbox().await;
    for ids in ["same", "intent_differs"] {
        let user = new_user(&sandbox, json!({ "ids": ids })).await;
        let provider = sandbox.by_key(&user["api_key"]).await;
        let made = provider.start(&new_top_up("25.50")).await.unwrap();
        let open = only_pending(provider.as_ref()).await;
        assert_eq!(
            (open.id.as_str(), open.status),
            (made.payment_id.as_str(), Status::Open)
        );
        assert!(open.amount.equals(&usdc("25.5")));
        assert!(made.expires_at.is_some() && open.expires_at == made.expires_at);
        let checkout = made.checkout.unwrap();
        assert!(
            checkout::allow(&checkout, &sandbox.network, None, &[]).is_ok(),
            "{checkout}"
        );
        let again = provider.start(&new_top_up("30")).await.unwrap_err();
        assert_eq!(again.code, Code::TopUpOpen);

        sandbox
            .control("POST", "/relayer", json!({ "hold": true }))
            .await;
        sandbox
            .control(
                "POST",
                &format!("/top-ups/{}/pay", made.payment_id),
                json!({ "chain": 137 }),
            )
            .await;
        let deadline = Instant::now() + ANSWER_TIMEOUT;
        while only_pending(provider.as_ref()).await.status != Status::Confirming {
            assert!(Instant::now() < deadline, "the payment is never confirmed");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let confirming = newest(provider.as_ref(), |_| true).await;
        assert_eq!(
            confirming.status,
            Status::Confirming,
            "the history shows the same status"
        );

        sandbox
            .control("POST", "/relayer", json!({ "hold": false }))
            .await;
        let done = newest(provider.as_ref(), |payment| {
            payment.status == Status::Completed
        })
        .await;
        assert_eq!(done.id, made.payment_id);
        assert!(
            done.transaction.is_some() && done.fee.is_some_and(|fee| fee.equals(&usdc("0.255")))
        );
        assert_eq!(provider.pending().await.unwrap(), vec![]);
        assert!(
            provider
                .balance()
                .await
                .unwrap()
                .balance
                .equals(&usdc("281.5"))
        );
        let late = provider.cancel(&made.payment_id).await.unwrap_err();
        assert_eq!(late.code, Code::TopUpState);
    }
}

#[tokio::test]
async fn reads_every_end_of_a_top_up() {
    let sandbox = sandbox().await;
    let user = new_user(&sandbox, json!({})).await;
    let provider = sandbox.by_key(&user["api_key"]).await;
    let made = provider.start(&new_top_up("10")).await.unwrap();
    provider.cancel(&made.payment_id).await.unwrap();
    newest(provider.as_ref(), |payment| {
        payment.status == Status::Cancelled
    })
    .await;

    for (status, expected) in [
        ("expired", Status::Expired),
        ("failed", Status::Failed),
        ("needs_review", Status::UnderReview),
    ] {
        let user = new_user(&sandbox, json!({})).await;
        let provider = sandbox.by_key(&user["api_key"]).await;
        let made = provider.start(&new_top_up("10")).await.unwrap();
        let path = format!("/top-ups/{}/status", made.payment_id);
        sandbox
            .control("POST", &path, json!({ "status": status }))
            .await;
        newest(provider.as_ref(), |payment| payment.status == expected).await;
    }
    assert_eq!(
        provider
            .cancel("00000000-0000-4000-8000-000000000000")
            .await
            .unwrap_err()
            .code,
        Code::NotFound
    );
    assert_eq!(
        provider.cancel("../../users/me").await.unwrap_err().code,
        Code::NotFound
    );
}

#[tokio::test]
async fn distinguishes_refusals_and_outages() {
    let sandbox = sandbox().await;
    let user = new_user(&sandbox, json!({ "scopes": ["billing:get_history"] })).await;
    let reader = sandbox.by_key(&user["api_key"]).await;
    let key_owner = reader.key_owner().await.unwrap();
    assert_eq!(
        key_owner.missing_scopes,
        ["billing:get_spending_history", "billing:top_up"]
    );
    let code = |error: Error| error.code;
    assert_eq!(
        reader.start(&new_top_up("10")).await.map_err(code).err(),
        Some(Code::Forbidden)
    );
    let stranger = sandbox.by_key(&json!("flk_nobody")).await;
    assert_eq!(
        stranger.key_owner().await.map_err(code).err(),
        Some(Code::Unauthorized)
    );

    let user = new_user(&sandbox, json!({})).await;
    let provider = sandbox.by_key(&user["api_key"]).await;
    for amount in ["9.99", "4744.01"] {
        let refused = provider.start(&new_top_up(amount)).await.unwrap_err();
        assert_eq!(refused.code, Code::Refused, "{amount}");
        assert!(
            matches!(
                refused.detail,
                Detail::Provider(ProviderDetail::RequestRefusedBecause { .. })
            ),
            "{}",
            refused.detail
        );
    }
    let entitled = format!("/users/{}", user["id"].as_str().unwrap());
    sandbox
        .control("PATCH", &entitled, json!({ "extra_entitlement": true }))
        .await;
    assert_eq!(
        provider.balance().await.map_err(code).err(),
        Some(Code::AmbiguousBalance)
    );
    sandbox
        .control("PATCH", &entitled, json!({ "extra_entitlement": false }))
        .await;

    for (kind, expected) in [
        (
            json!({ "kind": "status", "status": 500, "body": "<html>" }),
            Code::ProviderUnavailable,
        ),
        (
            json!({ "kind": "status", "status": 429, "headers": { "retry-after": "3" } }),
            Code::RateLimited,
        ),
        (
            json!({ "kind": "status", "status": 200, "body": "<html>" }),
            Code::AnswerMalformed,
        ),
        (json!({ "kind": "garbage" }), Code::AnswerMalformed),
        (json!({ "kind": "close" }), Code::Unreachable),
        (
            json!({ "kind": "huge", "bytes": 2_000_000 }),
            Code::AnswerTooLarge,
        ),
    ] {
        let mut fault = kind.clone();
        fault["target"] = json!("console");
        fault["path"] = json!("/v2/users/balances");
        sandbox.control("POST", "/faults", fault).await;
        assert_eq!(
            provider.balance().await.map_err(code).err(),
            Some(expected),
            "{kind}"
        );
        sandbox.control("DELETE", "/faults", json!({})).await;
        assert!(provider.balance().await.is_ok(), "after {kind}");
    }
    for path in ["/v1/billing*", "/v2/billing*"] {
        let fault = json!({ "target": "console", "path": path, "kind": "status", "status": 404 });
        sandbox.control("POST", "/faults", fault).await;
    }
    let made = provider.start(&new_top_up("10")).await.unwrap();
    let open = only_pending(provider.as_ref()).await;
    assert_eq!(
        (open.id, open.status, open.fee),
        (made.payment_id, Status::Open, None)
    );
    assert_eq!(
        provider.history(None, None).await.unwrap().payments[0].fee,
        None
    );

    sandbox
        .control("POST", "/maintenance", json!({ "on": true }))
        .await;
    assert!(provider.maintenance().await.unwrap());
    assert_eq!(
        provider.balance().await.map_err(code).err(),
        Some(Code::ProviderUnavailable)
    );
}

#[tokio::test]
async fn renews_tokens_until_sign_in_ends() {
    let sandbox = sandbox().await;
    let user = new_user(&sandbox, json!({})).await;
    let tokens = format!("/users/{}/tokens", user["id"].as_str().unwrap());
    let issued = sandbox.control("POST", &tokens, json!({})).await;
    let secret = |name: &str| Zeroizing::new(issued[name].as_str().unwrap().to_owned());
    let credential = Credential::Tokens {
        access: secret("access_token"),
        refresh: Some(secret("refresh_token")),
    };
    let (provider, session) = sandbox.signed_in(credential).await;
    let before = session.authorize(Credential::bearer).unwrap();
    assert!(provider.balance().await.is_ok());
    assert_eq!(session.authorize(Credential::bearer).unwrap(), before);
    for _ in 0..2 {
        sandbox
            .control(
                "POST",
                &format!("{tokens}/expire"),
                json!({ "refresh": false }),
            )
            .await;
        assert!(provider.balance().await.is_ok(), "the token was renewed");
    }
    assert_ne!(session.authorize(Credential::bearer).unwrap(), before);
    sandbox
        .control(
            "POST",
            &format!("{tokens}/expire"),
            json!({ "refresh": false }),
        )
        .await;
    assert!(
        provider.start(&new_top_up("10")).await.is_ok(),
        "creating a top-up renews the token too"
    );
    sandbox
        .control(
            "POST",
            &format!("{tokens}/expire"),
            json!({ "refresh": true }),
        )
        .await;
    assert_eq!(provider.balance().await.unwrap_err().code, Code::SignedOut);
    assert!(!session.signed_in());
}

#[tokio::test]
async fn unreadable_row_or_field_hides_no_other() {
    let sandbox = sandbox().await;
    let workload = json!({ "daily": "4.5", "days": 10 });
    let user = new_user(&sandbox, json!({ "history": 12, "workload": workload })).await;
    let provider = sandbox.by_key(&user["api_key"]).await;
    let edit = |path: &str, set: Value, remove: Value| {
        let fault = json!({ "target": "console", "path": path, "kind": "edit", "set": set, "remove": remove });
        sandbox.control("POST", "/faults", fault)
    };
    let whole = provider.history(None, None).await.unwrap();
    assert!(whole.unreadable.is_empty() && whole.partly_unreadable.is_empty());

    edit("/v2/top-ups", json!({}), json!(["/items/5"])).await;
    let short = provider.history(None, None).await.unwrap();
    assert_eq!(short.payments.len(), whole.payments.len() - 1);
    assert_eq!(short.unreadable[0].error.code, Code::LineUnreadable);

    edit(
        "/v1/users/me",
        json!({ "/email": null }),
        json!(["/permissions"]),
    )
    .await;
    let key_owner = provider.key_owner().await.unwrap();
    assert_eq!(key_owner.user_id, user["id"].as_str().unwrap());
    assert!(key_owner.missing_scopes.is_empty());

    let usage = json!({ "/0/estimatedUsage": "1e-7" });
    edit("/v2/users/balances", usage, json!([])).await;
    let balance = provider.balance().await.unwrap();
    assert_eq!(balance.daily_usage, None);
    assert!(!balance.balance.is_zero());

    let today = SystemClock.now();
    let (from, to) = (today.minus(Span::days(29)).date(), today.date());
    let days = provider.charges(&from, &to).await.unwrap().days;
    let cost = json!({ "/0/totalCost": "-1.5" });
    edit("/v1/billing/charges/aggregated", cost, json!([])).await;
    let charges = provider.charges(&from, &to).await.unwrap();
    assert_eq!(
        (charges.days.len(), charges.unknown.len()),
        (days.len() - 1, 1)
    );
    assert_eq!(provider.unreadable_parts().len(), 2);
}

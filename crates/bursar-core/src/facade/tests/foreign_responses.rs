//! A response that does not come from the provider itself neither rejects a key nor refuses a payment. A key that the
//! provider repeats in an answer is never stored.

use super::mock_panel::{MockPanel, payment};
use super::*;
use bursar_engine::top_up::Phase;
use std::path::Path;

/// A bot protection in front of the console that expects a browser.
struct Challenged;

impl MockProvider for Challenged {
    const NAME: &str = "fluence";
    const NETWORK: &str = "";

    fn answer(&mut self, _: &ReceivedRequest, _: &TestClock) -> StubResponse {
        let header = "cf-mitigated: challenge\r\n";
        StubResponse::with(403, "text/html", header, "<html>Just a moment...</html>")
    }
}

#[tokio::test]
async fn connects_although_a_challenge_page_answers() {
    let app = TestApp::connect(Challenged).await;
    let fails = |state: &State| state.errors.contains_key(&PollTarget::Balance);
    app.until("the balance was asked for", fails).await;
    let overview = app.bursar.overview(app.account.clone()).await.unwrap();
    assert!(overview.account.signed_in);
    assert!(!overview.errors.is_empty());
    for error in overview.errors {
        assert_eq!(error.code, Code::ProviderUnavailable, "{}", error.detail);
    }
    assert_eq!(
        app.bursar.notices(None).await.unwrap().len(),
        0,
        "nobody was signed out"
    );
}

#[tokio::test]
async fn late_response_does_not_refuse_payment() {
    for status in [408, 425, 504] {
        let app = TestApp::connect(MockFluence {
            creates: Some((status, true)),
            ..MockFluence::default()
        })
        .await;
        app.read().await;
        let id = app.start().await.unwrap();
        app.until("the payment is found", |state| {
            of(state, &id).phase == Phase::Open
        })
        .await;
        assert_eq!(of(&app.state(), &id).payment_id.as_deref(), Some("made"));
        assert_eq!(app.start().await.unwrap_err().code, Code::TopUpOpen);
        assert_eq!(app.provider.lock().unwrap().created, 1, "{status}");
    }
}

const KEY: &str = "pnl_Canary-0123456789abcDEF";

fn files_with(folder: &Path, secret: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, secret));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        if text.contains(&secret.to_ascii_lowercase()) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn never_stores_or_shows_key_that_provider_echoes() {
    let now = SystemClock.now();
    let with_key = payment("pay_9", "cancelled", r#"{"kind":"top_up"}"#, "25.00", now)
        .replace("2026-pay_9", KEY)
        .replace("Dana Demo", KEY);
    assert!(with_key.contains(KEY));
    let app = TestApp::connect(MockPanel {
        refuses: Some("key KEY may not pay"),
        ..MockPanel::default()
    })
    .await;
    let key = Zeroizing::new(KEY.to_owned());
    app.bursar
        .sign_in_again(app.account.clone(), key, None)
        .await
        .unwrap();
    app.provider.lock().unwrap().payments.push(with_key);
    app.read().await;
    app.later(Span::minutes(1));
    let listed = || async {
        let query = bursar_domain::view::PaymentQuery::default();
        app.bursar.payments(query, None, 10).await.unwrap()
    };
    let id = {
        let request = PaymentRequest {
            purpose: RequestedPurpose::TopUp {
                amount: "25".to_owned(),
            },
            payer: None,
            method: Some("mth_inv".to_owned()),
            save_method: false,
        };
        let top_up_id = uuid::Uuid::new_v4().to_string();
        let paid = app
            .bursar
            .pay(app.account.clone(), request, top_up_id, None);
        paid.await.unwrap().id
    };
    app.until("the payment is refused", |state| {
        of(state, &id).phase == Phase::NotStarted
    })
    .await;
    app.until("the history is read again", |state| {
        state
            .last_success(PollTarget::History)
            .is_some_and(|at| at > now)
    })
    .await;
    let top_up = app.bursar.top_up(&app.account, &id).unwrap();
    assert!(
        top_up
            .error
            .unwrap()
            .detail
            .to_string()
            .contains("key … may not pay")
    );
    assert!(!format!("{:?}", listed().await).contains(KEY));
    assert!(!app.bursar.diagnostics().await.unwrap().contains(KEY));
    assert_eq!(
        files_with(app.home.path(), "canary-0123"),
        Vec::<String>::new()
    );
}

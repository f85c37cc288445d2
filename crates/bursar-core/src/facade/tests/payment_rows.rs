//! A payment has exactly one row, whatever ids it was stored under.

use super::*;
use bursar_domain::payment::NewPayment;
use bursar_domain::payment::PaymentStatus;
use bursar_domain::view::{PaymentQuery, PaymentView};
use bursar_engine::top_up::Phase;

/// The answer to a new top-up, with the id of an intent that the lists do not contain.
const INTENT: &str = r#"{"intentId":"intent","sessionId":"s","provider":"copperx","providerPaymentId":"s",
    "presentation":{"type":"redirect","redirectUrl":"http://127.0.0.1:4/made"}}"#;

impl TestApp {
    async fn views(&self) -> Vec<PaymentView> {
        let query = PaymentQuery::default();
        let page = self.bursar.payments(query, None, 50).await.unwrap();
        page.payments
    }

    async fn rows(&self) -> Vec<(String, PaymentStatus)> {
        let rows = self.views().await.into_iter();
        rows.map(|item| (item.id, item.status)).collect()
    }
}

/// Starts a top-up that the lists do not contain yet.
async fn with_an_unlisted_one() -> (TestApp, String) {
    let app = TestApp::connect(MockFluence {
        creates: Some((201, true)),
        created_as: Some(INTENT.to_owned()),
        ..MockFluence::default()
    })
    .await;
    app.read().await;
    app.provider.lock().unwrap().pending_down = true;
    let id = app.start().await.unwrap();
    app.until("the payment is open", |state| {
        of(state, &id).phase == Phase::Open
    })
    .await;
    assert_eq!(of(&app.state(), &id).payment_id.as_deref(), Some("intent"));
    (app, id)
}

#[tokio::test]
async fn keeps_one_row_for_a_payment_whose_id_arrives_late() {
    for status in ["open", "resolved", "expired"] {
        let (app, id) = with_an_unlisted_one().await;
        {
            let mut provider = app.provider.lock().unwrap();
            let item = top_up("made", status, app.clock.now());
            provider.pending = (status == "open").then(|| item.clone());
            provider.history = vec![item];
            provider.pending_down = false;
        }
        app.later(Span::seconds(1));
        app.until("its id is known", |state| {
            of(state, &id).payment_id.as_deref() == Some("made")
        })
        .await;
        let rows = app.rows().await;
        assert_eq!(rows.len(), 1, "{status}: {rows:?}");
        assert_eq!(rows[0].0, "made");
    }
}

#[tokio::test]
async fn removes_a_duplicate_row_at_the_next_start() {
    let (mut app, id) = with_an_unlisted_one().await;
    {
        let mut provider = app.provider.lock().unwrap();
        provider.history = vec![top_up("made", "resolved", app.clock.now())];
        provider.pending = None;
        provider.pending_down = false;
    }
    app.later(Span::seconds(1));
    app.until("the payment is completed", |state| {
        of(state, &id).phase == Phase::Completed
    })
    .await;
    let history = Arc::clone(&app.bursar.services.history);
    let completed = of(&app.state(), &id).clone();
    let put = |top_up: &TopUp| history.put_top_up(&app.account, top_up).unwrap();
    // Rows that earlier versions left: one under the intent's id, and one of a top-up that the provider does not know.
    put(&TopUp {
        payment_id: Some("intent".to_owned()),
        intent_id: None,
        phase: Phase::Open,
        ..completed
    });
    let unknown = NewPayment::top_up(of(&app.state(), &id).amount.clone(), "nobody");
    put(&TopUp::intent(&unknown, false, None, app.clock.now()));
    assert_eq!(app.views().await.len(), 3);
    drop(history);
    // Long after the engine stopped watching the payment.
    app.clock.pass(Span::days(40));
    app.restart().await;
    let expected = [("made".to_owned(), PaymentStatus::Completed)];
    assert_eq!(app.rows().await, expected);
}

#[tokio::test]
async fn keeps_one_row_for_a_payment_first_taken_for_another_devices() {
    let (mut app, id) = with_an_unlisted_one().await;
    // An earlier version did not recognise its own payment and watched both records.
    let now = app.clock.now();
    let ours = of(&app.state(), &id).clone();
    let adopted = TopUp {
        id: "r-made".to_owned(),
        payment_id: Some("made".to_owned()),
        intent_id: None,
        provider_created_at: Some(now),
        provider_updated_at: Some(now),
        ..ours.clone()
    };
    let write = bursar_engine::Write::TopUp(adopted);
    let store = Arc::clone(&app.bursar.services.store);
    store.commit(&app.account, &[write]).unwrap();
    drop(store);
    app.restart().await;
    app.until("both are known", |state| state.top_ups.len() == 2)
        .await;
    {
        let mut provider = app.provider.lock().unwrap();
        provider.history = vec![top_up("made", "resolved", now.plus(Span::seconds(1)))];
        provider.pending = None;
        provider.pending_down = false;
    }
    app.later(Span::seconds(2));
    app.until("the payment has one row", |state| {
        state.top_ups.len() == 1 && of(state, &id).phase == Phase::Completed
    })
    .await;
    let expected = [("made".to_owned(), PaymentStatus::Completed)];
    assert_eq!(app.rows().await, expected);
    let account = app.account.clone();
    app.restart().await;
    let store = &app.bursar.services.store;
    assert_eq!(store.top_up(&account, "r-made").unwrap(), None);
}

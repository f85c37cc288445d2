//! Reading a hosting panel's history: an interrupted sync resumes, or starts over.

use super::mock_panel::*;
use super::*;
use bursar_store::SyncState;

#[tokio::test]
async fn starts_over_when_the_provider_forgot_the_cursor() {
    let now = SystemClock.now();
    let item = |id| payment(id, "paid", r#"{"kind":"top_up"}"#, "25.00", now);
    let app = TestApp::connect(MockPanel {
        payments: vec![item("pay_1")],
        ..MockPanel::default()
    })
    .await;
    app.read().await;
    let done = |state: &State| state.last_success(PollTarget::History).is_some();
    app.until("the history is read", done).await;
    // A sync of the whole history was interrupted, and the machine was off for two days.
    let cut_off = SyncState {
        full_at: None,
        next: Some("b2xk".to_owned()),
        synced_at: Some(now.minus(Span::days(2))),
    };
    let (history, account) = (&app.bursar.services.history, &app.account);
    history.set_sync_state(account, cut_off.clone()).unwrap();
    app.provider
        .lock()
        .unwrap()
        .payments
        .insert(0, item("pay_2"));

    // A panel that does not answer may still know the cursor, so the sync must keep it.
    app.provider.lock().unwrap().cursors_down = true;
    app.later(Span::minutes(30));
    let troubled = |state: &State| state.errors.contains_key(&PollTarget::History);
    app.until("the error is reported", troubled).await;
    assert_eq!(history.sync_state(account).unwrap(), cut_off);

    app.provider.lock().unwrap().cursors_down = false;
    app.later(Span::minutes(30));
    let read = |state: &State| !state.errors.contains_key(&PollTarget::History);
    app.until("the history is read from the start", read).await;
    let state = history.sync_state(account).unwrap();
    assert_eq!(state.next, None);
    assert!(state.full_at.is_some());
    let query = bursar_domain::view::PaymentQuery::default();
    let page = app.bursar.payments(query, None, 10).await.unwrap();
    assert_eq!(page.payments.len(), 2);
}

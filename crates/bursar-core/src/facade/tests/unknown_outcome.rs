//! Top-ups whose response was lost.

use super::*;
use bursar_domain::error::TopUpDetail;
use bursar_engine::top_up::Phase;

#[tokio::test]
async fn binds_the_top_up_created_before_the_answer_was_lost() {
    let app = TestApp::connect(MockFluence {
        creates: Some((502, true)),
        ..MockFluence::default()
    })
    .await;
    app.read().await;
    let id = app.start().await.unwrap();
    app.until("the payment is found", |state| {
        of(state, &id).phase == Phase::Open
    })
    .await;
    let state = app.state();
    assert_eq!(of(&state, &id).payment_id.as_deref(), Some("made"));
    assert_eq!(state.top_ups.len(), 1);
    assert_eq!(app.provider.lock().unwrap().created, 1);
    assert_eq!(app.start().await.unwrap_err().code, Code::TopUpOpen);
    assert_eq!(app.provider.lock().unwrap().created, 1);
}

#[tokio::test]
async fn ends_not_started_if_the_request_never_arrived() {
    let app = TestApp::connect(MockFluence {
        creates: Some((502, false)),
        ..MockFluence::default()
    })
    .await;
    app.read().await;
    let id = app.start().await.unwrap();
    app.until("the payment is missing once", |state| {
        of(state, &id).absent_since.is_some()
    })
    .await;
    assert_eq!(app.start().await.unwrap_err().code, Code::TopUpOpen);
    app.later(Span::seconds(61));
    app.until("the payment is missing twice", |state| {
        of(state, &id).phase == Phase::NotStarted
    })
    .await;
    assert_eq!(app.provider.lock().unwrap().created, 1);
    let again = app.start().await.unwrap();
    assert_ne!(again, id);
    app.until("the second request is answered", |state| {
        state.starts_in_flight.is_empty()
    })
    .await;
    assert_eq!(app.provider.lock().unwrap().created, 2);
}

#[tokio::test]
async fn open_payments_suffice_if_the_history_is_forbidden() {
    let app = TestApp::connect(MockFluence {
        creates: Some((502, true)),
        history_forbidden: true,
        ..MockFluence::default()
    })
    .await;
    app.read().await;
    let id = app.start().await.unwrap();
    app.until("the payment is found", |state| {
        of(state, &id).phase == Phase::Open
    })
    .await;
    assert_eq!(app.provider.lock().unwrap().created, 1);
}

#[tokio::test]
async fn explains_an_unknown_outcome_if_the_history_is_forbidden() {
    let app = TestApp::connect(MockFluence {
        creates: Some((502, false)),
        history_forbidden: true,
        ..MockFluence::default()
    })
    .await;
    app.read().await;
    let id = app.start().await.unwrap();
    let forbidden = |state: &State| {
        let error = &of(state, &id).error;
        matches!(error, Some(error) if error.code == Code::Forbidden)
    };
    app.until("the reason is shown", forbidden).await;
    for _ in 0..3 {
        app.later(Span::seconds(61));
        let before = app.clock.now();
        app.until("the payments are read again", |state| {
            state.poll_timers[&PollTarget::OpenPayments].last_success >= Some(before)
        })
        .await;
        assert_eq!(of(&app.state(), &id).phase, Phase::Starting);
    }
    let refused = app.start().await.unwrap_err();
    assert_eq!(refused.code, Code::TopUpOpen);
    assert_eq!(refused.detail, TopUpDetail::OutcomeNotReadable.into());
    assert_eq!(app.provider.lock().unwrap().created, 1);

    app.provider.lock().unwrap().history_forbidden = false;
    app.bursar
        .sign_in_again(
            app.account.clone(),
            Zeroizing::new("better".to_owned()),
            None,
        )
        .await
        .unwrap();
    app.until("the payment is missing once", |state| {
        of(state, &id).absent_since.is_some()
    })
    .await;
    app.later(Span::seconds(61));
    app.until("the payment is missing twice", |state| {
        of(state, &id).phase == Phase::NotStarted
    })
    .await;
    assert_eq!(of(&app.state(), &id).error, None);
}

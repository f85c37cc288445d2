//! Unreadable rows of the history are left out, reported, retried, and never taken as proof that a payment does not
//! exist.

use super::*;
use bursar_domain::payment::PaymentStatus;
use bursar_domain::view::PaymentQuery;
use bursar_engine::top_up::Phase;

fn unreadable(id: &str, at: Timestamp) -> String {
    top_up(id, "refunded", at)
}

impl TestApp {
    async fn ids(&self) -> Vec<String> {
        let page = self
            .bursar
            .payments(PaymentQuery::default(), None, 50)
            .await
            .unwrap();
        page.payments.into_iter().map(|line| line.id).collect()
    }

    async fn problem(&self) -> Option<Error> {
        let overview = self.bursar.overview(self.account.clone()).await.unwrap();
        overview
            .errors
            .into_iter()
            .find(|error| error.code == Code::LineUnreadable)
    }

    /// Runs one more history sync.
    async fn look(&self) {
        let before = self.clock.now();
        self.later(Span::seconds(1));
        self.until("the history is read", |state| {
            state.poll_timers[&PollTarget::History].last_success > Some(before)
        })
        .await;
    }
}

#[tokio::test]
async fn reports_an_unreadable_row_until_it_can_be_read() {
    let now = SystemClock.now();
    let day = |days| now.minus(Span::days(days));
    let app = TestApp::connect(MockFluence {
        history: vec![
            top_up("new", "resolved", day(1)),
            unreadable("odd", day(3)),
            top_up("old", "resolved", day(5)),
        ],
        ..MockFluence::default()
    })
    .await;
    app.read().await;
    assert_eq!(app.ids().await, ["new", "old"]);
    let error = app.problem().await.unwrap();
    assert!(
        error.detail.to_string().contains("status") && error.detail.to_string().contains("odd")
    );

    // Syncs that fetch only new rows keep the report.
    for _ in 0..2 {
        app.look().await;
        assert_eq!(app.problem().await.as_ref(), Some(&error));
    }
    app.provider.lock().unwrap().history[1] = top_up("odd", "expired", day(3));
    app.later(Span::hours(1));
    app.look().await;
    assert_eq!(app.ids().await, ["new", "odd", "old"]);
    assert_eq!(app.problem().await, None);
}

#[tokio::test]
async fn rereads_a_page_with_a_missing_row_within_an_hour() {
    let now = SystemClock.now();
    let day = |days| now.minus(Span::days(days));
    let app = TestApp::connect(MockFluence {
        history: vec![
            top_up("new", "resolved", day(1)),
            top_up("missing", "resolved", day(3)),
            top_up("old", "resolved", day(5)),
        ],
        left_out: Some("missing"),
        ..MockFluence::default()
    })
    .await;
    app.read().await;
    assert_eq!(app.ids().await, ["new", "old"]);
    let error = app.problem().await.unwrap();

    // Syncs that fetch only new rows neither find the missing row nor drop the report.
    app.provider.lock().unwrap().left_out = None;
    app.look().await;
    assert_eq!(app.problem().await.as_ref(), Some(&error));
    app.later(Span::hours(1));
    app.look().await;
    assert_eq!(app.ids().await, ["new", "missing", "old"]);
    assert_eq!(app.problem().await, None);
}

#[tokio::test]
async fn unreadable_row_does_not_prove_absence() {
    let app = TestApp::connect(MockFluence {
        creates: Some((502, false)),
        ..MockFluence::default()
    })
    .await;
    app.read().await;
    let at = app.clock.now();
    app.provider.lock().unwrap().history = vec![unreadable("made", at)];
    let id = app.start().await.unwrap();
    for _ in 0..3 {
        app.look().await;
        app.later(Span::seconds(61));
    }
    assert_eq!(of(&app.state(), &id).phase, Phase::Starting);
    assert!(app.problem().await.is_some());
    app.provider.lock().unwrap().history = vec![top_up("made", "expired", at)];
    app.later(Span::seconds(61));
    app.until("the row is found", |state| {
        of(state, &id).phase == Phase::Expired
    })
    .await;
    assert_eq!(app.provider.lock().unwrap().created, 1);
    let page = app
        .bursar
        .payments(PaymentQuery::default(), None, 50)
        .await
        .unwrap();
    assert_eq!(page.payments[0].status, PaymentStatus::Expired);
}

#[tokio::test]
async fn rejects_an_id_reserved_for_bursar() {
    let now = SystemClock.now();
    let app = TestApp::connect(MockFluence {
        history: vec![
            top_up("local:1", "resolved", now),
            top_up("fine", "resolved", now),
        ],
        ..MockFluence::default()
    })
    .await;
    app.read().await;
    assert_eq!(app.ids().await, ["fine"]);
    assert!(app.problem().await.is_some());
}

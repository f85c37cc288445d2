//! Money that arrives long after its payment has ended, and payments made elsewhere while this machine's clock is
//! wrong.

use super::*;
use bursar_domain::notice::NoticeKind;
use bursar_domain::payment::PaymentStatus;
use bursar_domain::view::PaymentQuery;

impl TestApp {
    async fn status_of(&self, id: &str) -> Option<PaymentStatus> {
        let query = PaymentQuery::default();
        let page = self.bursar.payments(query, None, 50).await.unwrap();
        let row = page.payments.into_iter().find(|row| row.id == id);
        row.map(|row| row.status)
    }

    async fn completion_notices(&self, payment: &str) -> usize {
        let notices = self.bursar.notices(None).await.unwrap();
        notices
            .iter()
            .filter(|notice| {
                notice.kind == NoticeKind::Completed && notice.payment.as_deref() == Some(payment)
            })
            .count()
    }

    /// Lets the time pass, then syncs everything once more.
    async fn sync_after(&self, span: Span) {
        self.clock.pass(span);
        let before = self.clock.now();
        self.bursar.woke_up();
        self.until("the history is read", |state| {
            state.last_success(PollTarget::History) >= Some(before)
                && !state.poll_timers[&PollTarget::History].in_flight
        })
        .await;
    }
}

/// A top-up in the provider's JSON, with these times of creation and last change.
fn changed(id: &str, status: &str, created: Timestamp, changed: Timestamp) -> String {
    top_up(id, status, created).replace(
        &format!(r#""updatedAt":"{created}""#),
        &format!(r#""updatedAt":"{changed}""#),
    )
}

#[tokio::test]
async fn finds_late_money_within_a_day() {
    for days in [2, 10, 400] {
        let mut app = TestApp::connect(MockFluence::default()).await;
        app.read().await;
        let created = app.clock.now().minus(Span::days(days));
        let ended = created.plus(Span::minutes(15));
        app.provider.lock().unwrap().history = vec![changed("old", "expired", created, ended)];
        app.bursar.refresh_all(app.account.clone()).await.unwrap();
        app.sync_after(Span::seconds(61)).await;
        assert_eq!(app.status_of("old").await, Some(PaymentStatus::Expired));

        let paid = app.clock.now();
        app.provider.lock().unwrap().history = vec![changed("old", "resolved", created, paid)];
        app.sync_after(Span::hours(24)).await;
        let status = app.status_of("old").await;
        assert_eq!(status, Some(PaymentStatus::Completed), "{days} days");
        app.until("the late payment is reported", |state| {
            !state.poll_timers[&PollTarget::History].in_flight
        })
        .await;
        assert_eq!(app.completion_notices("old").await, 1);
        app.sync_after(Span::hours(24)).await;
        app.restart().await;
        app.sync_after(Span::hours(24)).await;
        assert_eq!(app.completion_notices("old").await, 1);
    }
}

#[tokio::test]
async fn finds_late_money_at_once_when_the_balance_grows() {
    let app = TestApp::connect(MockFluence::default()).await;
    app.read().await;
    let created = app.clock.now().minus(Span::days(3));
    app.provider.lock().unwrap().history = vec![top_up("old", "canceled", created)];
    app.bursar.refresh_all(app.account.clone()).await.unwrap();
    app.sync_after(Span::seconds(61)).await;
    assert_eq!(app.status_of("old").await, Some(PaymentStatus::Cancelled));
    {
        let mut provider = app.provider.lock().unwrap();
        provider.history = vec![changed("old", "resolved", created, app.clock.now())];
        provider.balance = Some("125".to_owned());
    }
    app.sync_after(Span::seconds(61)).await;
    let grown = |state: &State| {
        state.late_payment_reads < 2 && !state.poll_timers[&PollTarget::History].in_flight
    };
    app.until("the payment is searched for", grown).await;
    for _ in 0..20 {
        if app.status_of("old").await == Some(PaymentStatus::Completed) {
            break;
        }
        app.sync_after(Span::seconds(1)).await;
    }
    assert_eq!(app.status_of("old").await, Some(PaymentStatus::Completed));
    assert_eq!(app.completion_notices("old").await, 1);
}

#[tokio::test]
async fn checks_recently_ended_payments_each_time() {
    let app = TestApp::connect(MockFluence::default()).await;
    app.read().await;
    let created = app.clock.now().minus(Span::hours(20));
    let ended = created.plus(Span::minutes(15));
    app.provider.lock().unwrap().history = vec![changed("old", "expired", created, ended)];
    app.bursar.refresh_all(app.account.clone()).await.unwrap();
    app.sync_after(Span::seconds(61)).await;
    let paid = app.clock.now();
    app.provider.lock().unwrap().history = vec![changed("old", "resolved", created, paid)];
    app.sync_after(Span::minutes(11)).await;
    assert_eq!(app.status_of("old").await, Some(PaymentStatus::Completed));
}

#[tokio::test]
async fn finds_payment_made_elsewhere_despite_clock_offset() {
    for (hours, dated) in [(-2, true), (-20, true), (-2, false), (3, true)] {
        let ahead = Span::hours(hours);
        let app = TestApp::connect(MockFluence {
            ahead: dated.then_some(ahead),
            ..MockFluence::default()
        })
        .await;
        app.read().await;
        app.sync_after(Span::seconds(61)).await;
        // The payment was made in the browser just now, by the provider's clock, and paid at once.
        let provider_time = SystemClock.now().plus(ahead);
        app.provider.lock().unwrap().history = vec![top_up("elsewhere", "resolved", provider_time)];
        app.sync_after(Span::seconds(61)).await;
        let status = app.status_of("elsewhere").await;
        assert_eq!(status, Some(PaymentStatus::Completed), "{hours} h, {dated}");
        let since = app.provider.lock().unwrap().asked_since.clone();
        assert!(
            since.last().is_some_and(Option::is_some),
            "the whole history is not read again"
        );
    }
}

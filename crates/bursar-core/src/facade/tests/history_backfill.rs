//! The first read of a long history runs in portions, can be paused, and resumes where it stopped.

use super::*;
use bursar_domain::view::PaymentQuery;
use bursar_engine::HistoryProgress;

const LINES: usize = 1_000;
const PAGES: usize = LINES / 100;

/// A history of ten pages, each of which takes as long as one portion may take.
fn long() -> MockFluence {
    let now = SystemClock.now();
    let day = |days: usize| now.minus(Span::days(i64::try_from(days).unwrap()));
    MockFluence {
        history: (1..=LINES)
            .map(|n| top_up(&format!("old-{n}"), "resolved", day(n)))
            .collect(),
        page_takes: 3,
        ..MockFluence::default()
    }
}

impl TestApp {
    fn pages(&self) -> Vec<usize> {
        self.provider.lock().unwrap().pages.clone()
    }

    async fn row_count(&self) -> u32 {
        let page = self.bursar.payments(PaymentQuery::default(), None, 1).await;
        page.unwrap().total
    }

    /// Pauses the backfill and waits until the current portion has ended.
    async fn stop(&self) {
        let stopped = self.bursar.pause_backfill(self.account.clone(), true).await;
        stopped.unwrap();
        self.until("the backfill is paused", |state| {
            state.backfill.paused && !state.poll_timers[&PollTarget::History].in_flight
        })
        .await;
    }

    async fn go_on(&self) {
        let gone_on = self
            .bursar
            .pause_backfill(self.account.clone(), false)
            .await;
        gone_on.unwrap();
    }

    /// Lets time pass and waits for a history sync, twice.
    async fn look_on(&self) {
        for _ in 0..2 {
            let before = self.clock.now();
            self.later(Span::seconds(61));
            self.until("the history is read", |state| {
                let plan = &state.poll_timers[&PollTarget::History];
                !plan.in_flight && plan.last_success > Some(before)
            })
            .await;
        }
    }

    async fn all_is_read(&self) {
        self.until("all is read", |state| state.backfill.payments.is_none())
            .await;
        assert_eq!(self.bursar.backfill(&self.account), None);
    }
}

#[tokio::test]
async fn reports_progress_per_page_and_blocks_nothing() {
    let app = TestApp::connect(long()).await;
    // A top-up may start after the first portion, long before the last one.
    app.read().await;
    app.until("some is read", |state| state.backfill.payments.is_some())
        .await;
    let backfill = app.bursar.backfill(&app.account).unwrap();
    let rows = backfill.payments.unwrap();
    assert_eq!(rows.total, Some(1_000));
    assert!(rows.read.is_multiple_of(100) && !backfill.paused);
    app.all_is_read().await;
    assert_eq!(app.row_count().await, 1_000);
    assert_eq!(app.pages(), (1..=PAGES).collect::<Vec<_>>());
}

#[tokio::test]
async fn first_read_in_portions_counts_as_check_of_ended_payments() {
    let mut provider = long();
    let now = SystemClock.now();
    provider.history[LINES - 1] = top_up("old-1000", "expired", now.minus(Span::days(1_000)));
    let app = TestApp::connect(provider).await;
    app.until("some is read", |state| state.backfill.payments.is_some())
        .await;
    let began = app.clock.now();
    app.all_is_read().await;
    let history = &app.bursar.services.history;
    let checked = history.ended_checked_at(&app.account).unwrap().unwrap();
    // What ended during the reading is checked again a day after its begin.
    assert!(checked <= began, "{checked} is after {began}");
}

#[tokio::test]
async fn stays_paused_and_resumes_where_it_stopped() {
    let mut app = TestApp::connect(long()).await;
    app.until("three pages are read", |state| {
        state.backfill.payments.is_some_and(|rows| rows.read >= 300)
    })
    .await;
    app.stop().await;
    let read = app.pages();
    assert!(
        read.len() < PAGES,
        "everything was read before the backfill could be paused"
    );
    let kept = app.row_count().await;
    assert_eq!(kept as usize, read.len() * 100);

    // New and open payments are still found, also in the next run.
    for (run, id) in ["new", "newer"].into_iter().enumerate() {
        let now = app.clock.now();
        {
            let mut provider = app.provider.lock().unwrap();
            provider.history.insert(0, top_up(id, "open", now));
            provider.pending = Some(top_up(id, "open", now));
        }
        app.look_on().await;
        assert_eq!(
            app.row_count().await,
            kept + u32::try_from(run).unwrap() + 1
        );
        app.until("the payment is followed", |state| {
            state
                .top_ups
                .values()
                .any(|top_up| top_up.payment_id.as_deref() == Some(id))
        })
        .await;
        assert_eq!(app.pages(), read, "an older page was asked for");
        let backfill = app.state().backfill.clone();
        assert!(backfill.paused);
        assert_eq!(backfill.payments.map(|rows| rows.read), Some(kept));
        app.restart().await;
    }

    app.go_on().await;
    app.all_is_read().await;
    assert_eq!(app.row_count().await, 1_002);
    // The backfill continued where it stopped and read no page twice.
    assert_eq!(app.pages(), (1..=PAGES + 1).collect::<Vec<_>>());
    assert!(
        !app.bursar
            .services
            .history
            .backfill_paused(&app.account)
            .unwrap()
    );
}

#[tokio::test]
async fn refresh_all_resumes_a_paused_backfill_from_the_newest() {
    let app = TestApp::connect(long()).await;
    app.until("some is read", |state| state.backfill.payments.is_some())
        .await;
    app.stop().await;
    let before = app.pages().len();
    let again = app.bursar.refresh_all(app.account.clone()).await;
    again.unwrap();
    app.all_is_read().await;
    assert!(!app.state().backfill.paused);
    // It starts at the newest page and reads each page once.
    assert_eq!(app.pages()[before..], (2..=PAGES).collect::<Vec<_>>());
    assert_eq!(app.state().backfill.payments, None::<HistoryProgress>);
}

//! Endpoints that return no events, or only a few at a time. The figures are still shown, the gap is reported, and the
//! events read so far stay.

use super::chain_backfill::{CREDITS, DeepChain, HEAD, hash};
use super::*;
use crate::driver::{ChainSyncScope, sync_chain};
use bursar_domain::view::Source;
use bursar_engine::top_up::Verified;
use bursar_engine::{ChainResponse, WatchedPayment};

impl TestApp<DeepChain> {
    async fn reported_errors(&self) -> Vec<(Code, String)> {
        let overview = self.bursar.overview(self.account.clone()).await.unwrap();
        let errors = overview.errors.into_iter();
        errors
            .map(|error| (error.code, error.detail.to_string()))
            .collect()
    }

    /// Syncs the chain for a payment that the engine considers verified.
    async fn sync(&self, payment: &str) -> ChainResponse {
        self.sync_payment(payment, true).await
    }

    /// The same as [`Self::sync`]; `by_id` says whether the payment was verified by its id.
    async fn sync_payment(&self, payment: &str, by_id: bool) -> ChainResponse {
        let followed = vec![WatchedPayment {
            payment_id: payment.to_owned(),
            verified: Some(Verified {
                transaction: hash(0x7, CREDITS[0].0).parse().unwrap(),
                block: CREDITS[0].0,
                by_id,
            }),
            needs_receipt_quorum: false,
        }];
        let services = self.bursar.services.clone();
        let connection = self.bursar.connection(&self.account).unwrap();
        let wanted = ChainSyncScope {
            followed,
            backfills: true,
            whole: false,
        };
        sync_chain(services, connection, wanted).await.unwrap()
    }

    async fn source(&self) -> Option<Source> {
        let overview = self.bursar.overview(self.account.clone()).await.unwrap();
        overview.balance.map(|figure| figure.source)
    }
}

#[tokio::test]
async fn shows_figures_although_no_events_can_be_read() {
    for refusal in [
        (-32_000, "the disk is broken"),
        (
            -32_601,
            "the method eth_getLogs does not exist/is not available",
        ),
        (-32_603, "Internal error"),
        (
            -32_005,
            "daily request count exceeded, request rate limited",
        ),
    ] {
        let app = TestApp::connect(DeepChain {
            no_logs_below: u64::MAX,
            refusal,
            ..DeepChain::new()
        })
        .await;
        app.until("the reading reports the missing events", |state| {
            state.events_error.is_some()
        })
        .await;
        let state = app.state();
        assert_eq!(
            state.chain_reading.as_ref().map(|reading| reading.block),
            Some(HEAD)
        );
        assert!(
            !state.errors.contains_key(&PollTarget::Chain),
            "{:?}",
            state.errors
        );
        assert_eq!(app.source().await, Some(Source::Chain));
        let errors = app.reported_errors().await;
        let (_, message) = errors
            .iter()
            .find(|(code, _)| *code == Code::EventsIncomplete)
            .unwrap_or_else(|| panic!("{refusal:?}: {errors:?}"));
        assert!(message.starts_with("newest-events-unread"), "{message}");
        let kept = app.bursar.services.history.events_problem(&app.account);
        assert_eq!(
            kept.unwrap().map(|problem| problem.code),
            Some(Code::EventsIncomplete)
        );

        // `bursar status` reports the same while the app is running.
        let reader = Reader::open(
            app.home.path(),
            Arc::clone(&app.secret_store),
            EnvKeys::default(),
        )
        .unwrap();
        let account = &reader.accounts()[0];
        let http = Http::new().unwrap();
        let status = reader
            .status(account, false, &http, SystemClock.now())
            .await;
        assert_eq!(
            status.balance.map(|balance| balance.source),
            Some(Source::Chain)
        );
        let of_events = |error: &Error| error.code == Code::EventsIncomplete;
        assert!(status.errors.iter().any(of_events), "{:?}", status.errors);

        app.provider.lock().unwrap().no_logs_below = 0;
        app.later(Span::minutes(15));
        app.until("all is read", |state| {
            state.events_error.is_none() && state.backfill.chain.is_none()
        })
        .await;
        assert_eq!(app.verified().await.len(), CREDITS.len(), "{refusal:?}");
        let kept = app.bursar.services.history.events_problem(&app.account);
        assert_eq!(kept.unwrap(), None);
        assert_eq!(app.reported_errors().await, []);
    }
}

#[tokio::test]
async fn progresses_with_ten_blocks_per_request() {
    let app = TestApp::connect(DeepChain {
        no_logs_below: 0,
        most: 10,
        ..DeepChain::new()
    })
    .await;
    let far = |least: u64| {
        move |state: &State| {
            let progress = state.backfill.chain;
            progress.is_some_and(|progress| progress.read >= least && progress.at_most == HEAD + 1)
        }
    };
    app.until("the newest blocks are read", far(100)).await;
    assert!(
        app.state().chain_reading.is_some(),
        "the figures do not wait for events"
    );
    app.until("older blocks follow", far(6_000)).await;
    assert_eq!(app.verified().await, ["new"]);
    assert_eq!(app.reported_errors().await, []);
}

#[tokio::test]
async fn reports_pruned_history_as_a_gap() {
    let app = TestApp::connect(DeepChain {
        no_logs_below: 60_000,
        kept_from: 60_000,
        refusal: (4444, "pruned history unavailable"),
        ..DeepChain::new()
    })
    .await;
    app.until("the gap is reported", |state| {
        let problem = state.events_error.as_ref();
        problem
            .is_some_and(|(problem, _)| problem.detail.to_string() == "events-pruned block=60000")
    })
    .await;
    assert_eq!(app.verified().await, ["new", "older"]);
    let state = app.state();
    assert_eq!(state.backfill.chain, None, "there is nothing more to read");
    assert!(!state.errors.contains_key(&PollTarget::Chain));
    let asked = app.provider.lock().unwrap().asked;
    app.later(Span::minutes(15));
    let before = state.last_success(PollTarget::Chain);
    app.until("the chain is read again", |state| {
        state.last_success(PollTarget::Chain) > before
    })
    .await;
    assert!(
        app.state().events_error.is_some(),
        "the gap is still reported"
    );
    assert!(app.provider.lock().unwrap().asked <= asked + 2);
}

#[tokio::test]
async fn reverses_nothing_before_events_are_read_again() {
    for by_id in [true, false] {
        let app = TestApp::connect(DeepChain {
            no_logs_below: 0,
            ..DeepChain::new()
        })
        .await;
        app.until("all is read", |state| {
            state.chain_reading.is_some() && state.backfill.chain.is_none()
        })
        .await;
        assert_eq!(app.verified().await.len(), CREDITS.len());
        // A fork replaces the newest blocks, and no endpoint returns logs for the new ones.
        {
            let mut chain = app.provider.lock().unwrap();
            chain.fork = (CREDITS[0].0, 0xc);
            chain.no_logs_below = u64::MAX;
        }
        let answer = app.sync_payment("new", by_id).await;
        assert_eq!(
            answer.events_error.map(|problem| problem.code),
            Some(Code::EventsIncomplete)
        );
        assert_eq!(
            (answer.reading.block, answer.reorganised),
            (HEAD, Vec::new())
        );
        // The new blocks contain the event as well.
        app.provider.lock().unwrap().no_logs_below = 0;
        let answer = app.sync_payment("new", by_id).await;
        assert_eq!(
            (answer.events_error, answer.reorganised),
            (None, Vec::new())
        );
        assert_eq!(answer.credited.len(), 1);
        // Another fork drops the event.
        {
            let mut chain = app.provider.lock().unwrap();
            chain.fork = (CREDITS[0].0, 0xd);
            chain.reversed = Some("new");
        }
        let answer = app.sync_payment("new", by_id).await;
        assert_eq!(
            (answer.events_error, answer.reorganised),
            (None, vec!["new".to_owned()])
        );
    }
}

#[tokio::test]
async fn reads_newest_events_first_after_a_long_absence() {
    let app = TestApp::connect(DeepChain {
        no_logs_below: 0,
        ..DeepChain::new()
    })
    .await;
    app.until("all is read", |state| {
        state.chain_reading.is_some() && state.backfill.chain.is_none()
    })
    .await;
    // Forget everything read in the second half of the chain, and return logs for only a hundred blocks at a time.
    let history = Arc::clone(&app.bursar.services.history);
    history
        .roll_back_blocks_from(&app.account, HEAD / 2)
        .unwrap();
    let known = history.event_cursor(&app.account).unwrap().unwrap();
    assert!(known.from == 0 && known.to < HEAD / 2);
    {
        let mut chain = app.provider.lock().unwrap();
        chain.most = 100;
        chain.given.clear();
    }
    let answer = app.sync("new").await;
    assert_eq!(
        (answer.events_error, answer.credited.len()),
        (None, 1),
        "the newest is there"
    );
    for _ in 0..100 {
        if app.sync("new").await.backfill.is_none() {
            break;
        }
    }
    assert_eq!(app.verified().await.len(), CREDITS.len());
    let cursor = history.event_cursor(&app.account).unwrap().unwrap();
    assert_eq!((cursor.from, cursor.to), (0, HEAD));
    assert_eq!(history.older_ranges(&app.account).unwrap(), []);
    let given = app.provider.lock().unwrap().given.clone();
    let lowest = given.iter().map(|(from, _)| *from).min();
    assert_eq!(lowest, Some(known.to + 1));
}

/// Collects all log output.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<String>>);

impl tracing::field::Visit for Lines {
    fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        self.0.lock().unwrap().push_str(&format!("{value:?} "));
    }
}

impl tracing::Subscriber for Lines {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn does_not_log_rpc_messages() {
    let app = TestApp::connect(DeepChain {
        no_logs_below: 0,
        ..DeepChain::new()
    })
    .await;
    app.until("all is read", |state| {
        state.chain_reading.is_some() && state.backfill.chain.is_none()
    })
    .await;
    let lines = Lines::default();
    let _logging = tracing::subscriber::set_default(lines.clone());
    for words in [
        "no such key: canary-key",
        "canary-key: rate limit exceeded",
        "canary-key is unauthorized",
        "pruned by canary-key",
    ] {
        {
            let mut chain = app.provider.lock().unwrap();
            chain.no_logs_below = u64::MAX;
            chain.refusal = (-32_000, words);
        }
        let problem = app.sync("new").await.events_error;
        assert!(!format!("{problem:?}").contains("canary"), "{problem:?}");
    }
    let logged = lines.0.lock().unwrap().clone();
    assert!(logged.contains("quick poll failed"), "{logged}");
    assert!(!logged.contains("canary"), "{logged}");
}

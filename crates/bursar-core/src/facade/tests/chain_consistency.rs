//! Figures and events while endpoints lag behind, drop events or take blocks back. An older figure never replaces a
//! newer one, a dropped event is found again, and the newest notice reports the payment's current state.

use super::mock_chain::{HasMockChain, MockChain, OneEndpoint, TwoEndpoints};
use super::*;
use bursar_domain::notice::NoticeKind;
use bursar_store::RecheckRange;

impl<P: HasMockChain> TestApp<P> {
    fn edit(&self, edit: impl FnOnce(&mut MockChain)) {
        edit(self.provider.lock().unwrap().chain());
    }

    /// Runs two chain syncs, one after the other.
    async fn run_two_chain_syncs(&self) {
        for _ in 0..2 {
            let before = self.state().poll_timers[&PollTarget::Chain];
            self.later(Span::minutes(1));
            self.until("the chain was read", |state| {
                let plan = state.poll_timers[&PollTarget::Chain];
                !plan.in_flight
                    && (plan.last_success > before.last_success || plan.failures > before.failures)
            })
            .await;
        }
    }

    async fn start_again(&mut self) {
        self.restart().await;
        self.until("the event is there again", |_| true).await;
    }

    fn figure(&self) -> (String, u64) {
        let state = self.state();
        let reading = state.chain_reading.as_ref().unwrap();
        (reading.free.to_decimal(), reading.block)
    }

    async fn is_verified(&self, id: &str) -> bool {
        let payment = self.bursar.payment(self.account.clone(), id.to_owned());
        payment.await.is_ok_and(|payment| payment.verified)
    }

    async fn until_verified(&self, id: &str) {
        let deadline = std::time::Instant::now() + WAIT_TIMEOUT;
        while !self.is_verified(id).await {
            assert!(
                std::time::Instant::now() < deadline,
                "{id}: {:#?}",
                self.doubts()
            );
            self.run_two_chain_syncs().await;
        }
    }

    fn doubts(&self) -> Vec<RecheckRange> {
        let history = &self.bursar.services.history;
        history.recheck_ranges(&self.account).unwrap()
    }

    /// The kinds of the notices about a payment, oldest first.
    fn notice_kinds(&self, id: &str) -> Vec<NoticeKind> {
        let mut all = self.bursar.services.store.notices(None, 100).unwrap();
        all.reverse();
        let of = all.into_iter().filter(|stored| stored.notice.subject == id);
        of.map(|stored| stored.notice.kind).collect()
    }

    async fn status(&self) -> Status {
        let connection = self.bursar.connection(&self.account).unwrap();
        live_status(
            &connection,
            Some(&self.bursar.services.history),
            self.clock.now(),
        )
        .await
    }
}

fn code(state: &State) -> Option<Code> {
    state
        .errors
        .get(&PollTarget::Chain)
        .map(|(error, _)| error.code)
}

/// The endpoint that was read refuses, and the other one stands still three blocks before a credit.
#[tokio::test]
async fn never_replaces_a_newer_figure_by_an_older_one() {
    let mut chain = MockChain::new(1_670);
    chain.credit("first", "resolved", 4);
    chain.head = 1_674;
    chain.endpoints[1].stands_at = Some(1_674);
    let mut app = TestApp::connect(TwoEndpoints(chain)).await;
    let threshold = Amount::from_cents(1_000, Currency::usdc());
    app.edit(|chain| {
        chain.head = 1_676;
        chain.credit("second", "resolved", 30);
    });
    app.run_two_chain_syncs().await;
    assert_eq!(app.figure(), ("34.000000".to_owned(), 1_677));
    let low = bursar_engine::Thresholds {
        days: None,
        amount: Some(threshold),
    };
    app.bursar
        .driver
        .send_event(&app.account, Event::Thresholds(low));

    app.edit(|chain| chain.endpoints[0].refuses = true);
    for _ in 0..2 {
        app.run_two_chain_syncs().await;
        assert_eq!(app.figure(), ("34.000000".to_owned(), 1_677));
        assert_eq!(code(&app.state()), Some(Code::ChainUnavailable));
        let status = app.status().await;
        let balance = status.balance.unwrap();
        assert!(
            status.stale && balance.block.is_none_or(|block| block == 1_677),
            "{balance:?}"
        );
        app.start_again().await;
    }
    // Ten minutes later the older figures are shown and marked as older. They are no reason to warn of a low balance.
    app.later(Span::minutes(10));
    app.until("the chain went back", |state| {
        code(state) == Some(Code::ChainWentBack)
    })
    .await;
    assert_eq!(app.figure(), ("4.000000".to_owned(), 1_674));
    app.start_again().await;
    app.run_two_chain_syncs().await;
    assert_eq!(code(&app.state()), Some(Code::ChainWentBack));
    let status = app.status().await;
    assert!(
        status.stale
            && status
                .errors
                .iter()
                .any(|error| error.code == Code::ChainWentBack)
    );
    assert!(!app.state().alerts.low_balance_notified);
    assert!(app.is_verified("second").await, "nothing was reversed");

    app.edit(|chain| chain.endpoints[0].refuses = false);
    app.run_two_chain_syncs().await;
    assert_eq!(code(&app.state()), None);
    assert_eq!(app.figure(), ("34.000000".to_owned(), 1_677));
    assert!(!app.state().alerts.low_balance_notified);
}

/// Each command without the app shows figures at least as new as those of the previous command.
#[tokio::test]
async fn command_never_shows_figures_older_than_the_last_ones() {
    let mut chain = MockChain::new(1_670);
    chain.credit("first", "resolved", 4);
    chain.head = 1_674;
    chain.endpoints[1].stands_at = Some(1_674);
    let app = TestApp::connect(TwoEndpoints(chain)).await;
    app.run_two_chain_syncs().await;
    app.bursar.stop().await;
    app.edit(|chain| {
        chain.head = 1_676;
        chain.credit("second", "resolved", 30);
    });
    let status = async || {
        let reader = Reader::open(
            app.home.path(),
            Arc::clone(&app.secret_store),
            EnvKeys::default(),
        )
        .unwrap();
        let account = reader.accounts()[0].clone();
        let http = bursar_platform::http::Http::new().unwrap();
        reader.status(&account, false, &http, app.clock.now()).await
    };
    let newest = status().await;
    let balance = newest.balance.unwrap();
    assert_eq!(balance.amount.to_decimal(), "34.000000");
    assert_eq!(balance.block, Some(1_677));

    app.edit(|chain| chain.endpoints[0].refuses = true);
    for _ in 0..2 {
        let later = status().await;
        assert!(later.stale, "{later:?}");
        assert!(
            later
                .errors
                .iter()
                .any(|error| error.code == Code::ChainUnavailable)
        );
        let balance = later.balance.unwrap();
        assert!(
            balance.block.is_none_or(|block| block == 1_677),
            "{balance:?}"
        );
        assert_eq!(later.reserved.unwrap().to_decimal(), "0.000000");
    }
    app.clock.pass(Span::minutes(10));
    let back = status().await;
    assert!(back.stale);
    assert!(
        back.errors
            .iter()
            .any(|error| error.code == Code::ChainWentBack)
    );
    app.edit(|chain| chain.endpoints[0].refuses = false);
    let newest = status().await;
    assert_eq!(newest.balance.unwrap().block, Some(1_677));
    assert!(newest.errors.is_empty(), "{:?}", newest.errors);
}

/// One address is shared by several nodes, one of which is older. The figures do not fall back, and nothing is
/// reported.
#[tokio::test]
async fn older_node_behind_shared_address_lowers_no_figure() {
    let mut chain = MockChain::new(1_674);
    chain.credit("first", "resolved", 34);
    chain.head = 1_680;
    let app = TestApp::connect(OneEndpoint(chain)).await;
    app.run_two_chain_syncs().await;
    assert_eq!(app.figure(), ("34.000000".to_owned(), 1_680));
    app.edit(|chain| chain.endpoints[0].alternates_with = Some(1_674));
    for _ in 0..4 {
        app.run_two_chain_syncs().await;
        assert_eq!(app.figure(), ("34.000000".to_owned(), 1_680));
        assert!(app.is_verified("first").await);
    }
    assert!(
        app.notice_kinds("first").is_empty(),
        "{:?}",
        app.notice_kinds("first")
    );
}

/// The chain starts over, as a chain that is set up again for tests does. Waiting would not help.
#[tokio::test]
async fn accepts_a_restarted_chain_at_once() {
    for two in [false, true] {
        let mut chain = MockChain::new(600);
        chain.credit("first", "resolved", 34);
        chain.head = 700;
        let anew = |chain: &mut MockChain| {
            chain.head = 610;
            for endpoint in &mut chain.endpoints {
                endpoint.forks_at = Some(1);
            }
        };
        let figure = if two {
            let app = TestApp::connect(TwoEndpoints(chain)).await;
            app.run_two_chain_syncs().await;
            app.edit(anew);
            app.run_two_chain_syncs().await;
            (app.figure(), app.is_verified("first").await)
        } else {
            let app = TestApp::connect(OneEndpoint(chain)).await;
            app.run_two_chain_syncs().await;
            app.edit(anew);
            app.run_two_chain_syncs().await;
            (app.figure(), app.is_verified("first").await)
        };
        assert_eq!(figure, (("0.000000".to_owned(), 610), false), "{two}");
    }
}

#[tokio::test]
async fn finds_event_that_every_endpoint_dropped() {
    dropped_by_all(TestApp::connect(OneEndpoint(MockChain::new(250))).await).await;
    dropped_by_all(TestApp::connect(TwoEndpoints(MockChain::new(250))).await).await;
}

async fn dropped_by_all<P: HasMockChain>(mut app: TestApp<P>) {
    app.run_two_chain_syncs().await;
    app.edit(|chain| {
        for endpoint in &mut chain.endpoints {
            endpoint.drops_logs = true;
        }
        chain.head = 255;
        chain.credit("paid", "resolved", 25);
    });
    app.run_two_chain_syncs().await;
    assert_eq!(app.figure().0, "25.000000");
    // The range counts as read, and uneventful syncs follow. The doubt about the range survives a restart.
    app.edit(|chain| chain.head += 20);
    app.run_two_chain_syncs().await;
    app.start_again().await;
    assert!(!app.is_verified("paid").await);
    assert_eq!(app.doubts().len(), 1);
    app.edit(|chain| {
        for endpoint in &mut chain.endpoints {
            endpoint.drops_logs = false;
        }
    });
    app.until_verified("paid").await;
    assert!(app.doubts().is_empty());
}

/// Several syncs read the blocks, a few at a time. Each piece is checked against the balances at both of its ends.
#[tokio::test]
async fn finds_dropped_event_in_blocks_read_in_chunks() {
    for is_new in [true, false] {
        let mut chain = MockChain::new(250);
        chain.endpoints[0].most = Some(1);
        let come = |chain: &mut MockChain| {
            chain.endpoints[0].drops_logs = true;
            chain.head = 300;
            chain.credit("paid", "resolved", 25);
            chain.head = 2_500;
        };
        if is_new {
            come(&mut chain);
        }
        let app = TestApp::connect(OneEndpoint(chain)).await;
        app.run_two_chain_syncs().await;
        if !is_new {
            app.edit(come);
        }
        let history = &app.bursar.services.history;
        let is_read = || {
            let cursor = history.event_cursor(&app.account).unwrap().unwrap();
            let gaps = history.older_ranges(&app.account).unwrap();
            (cursor.from, cursor.to, gaps.len()) == (0, 2_500, 0)
        };
        for _ in 0..20 {
            if is_read() && !app.doubts().is_empty() {
                break;
            }
            app.run_two_chain_syncs().await;
        }
        assert!(is_read());
        assert_eq!(app.figure().0, "25.000000");
        let doubts = app.doubts();
        let holds = |doubt: &RecheckRange| (doubt.from..=doubt.to).contains(&301);
        assert!(doubts.len() == 1 && holds(&doubts[0]), "{doubts:?}");
        assert!(!app.is_verified("paid").await);
        app.edit(|chain| chain.endpoints[0].drops_logs = false);
        app.until_verified("paid").await;
        assert!(app.doubts().is_empty(), "{is_new}: {:?}", app.doubts());
    }
}

#[tokio::test]
async fn takes_dropped_event_from_the_other_endpoint() {
    for dropping in [0, 1] {
        let app = TestApp::connect(TwoEndpoints(MockChain::new(250))).await;
        app.run_two_chain_syncs().await;
        app.edit(|chain| {
            chain.endpoints[dropping].drops_logs = true;
            chain.head = 255;
            chain.credit("paid", "resolved", 25);
        });
        app.run_two_chain_syncs().await;
        assert!(
            app.is_verified("paid").await,
            "{dropping}: {:?} {:?}",
            app.doubts(),
            app.state().errors
        );
        assert!(app.doubts().is_empty());
    }
}

/// A charge in the same blocks hides part of the credit, and an equal charge hides all of it. The other endpoint is
/// queried whenever the figures moved at all.
#[tokio::test]
async fn finds_a_dropped_event_although_a_charge_offsets_it() {
    for charge in [5, 24, 30] {
        let mut chain = MockChain::new(240);
        chain.credit("before", "resolved", 50);
        let app = TestApp::connect(TwoEndpoints(chain)).await;
        app.run_two_chain_syncs().await;
        app.edit(|chain| {
            chain.endpoints[0].drops_logs = true;
            chain.head = 255;
            chain.charges.push((255, charge));
            chain.credit("paid", "resolved", 25);
        });
        app.run_two_chain_syncs().await;
        assert!(app.is_verified("paid").await, "{charge}");
    }
}

/// The figures were stored before the events could be read. The next uneventful sync must not treat the money as
/// already explained.
#[tokio::test]
async fn explains_figures_newer_than_their_events() {
    let app = TestApp::connect(OneEndpoint(MockChain::new(250))).await;
    app.run_two_chain_syncs().await;
    let account = app.account.clone();
    app.edit(|chain| {
        chain.head = 255;
        chain.credit("paid", "resolved", 25);
    });
    // The same state as after a sync that fails once it has stored the figures.
    let connection = app.bursar.connection(&account).unwrap();
    let chain = connection.chain.clone().unwrap();
    let user = connection.account.address.unwrap();
    let reading = chain.read(user, app.clock.now()).await.unwrap();
    let history = &app.bursar.services.history;
    let now = app.clock.now();
    let ahead = bursar_domain::high_water_mark::ReadingUpdate::newest(reading);
    history.put_reading_update(&account, &ahead, now).unwrap();
    app.edit(|chain| chain.endpoints[0].drops_logs = true);
    app.run_two_chain_syncs().await;
    app.edit(|chain| chain.endpoints[0].drops_logs = false);
    app.until_verified("paid").await;
}

/// Events from before the account was connected, in the first sync and in the backfill.
#[tokio::test]
async fn finds_old_events_that_were_dropped() {
    for head in [300, 45_000] {
        let mut chain = MockChain::new(100);
        chain.credit("oldest", "resolved", 25);
        chain.head = 150;
        chain.credit("older", "resolved", 10);
        chain.head = head;
        chain.credit("newest", "resolved", 7);
        chain.endpoints[0].drops_logs = true;
        let app = TestApp::connect(OneEndpoint(chain)).await;
        app.until("all is read", |state| {
            state.chain_reading.is_some()
                && state.backfill.chain.is_none()
                && state.last_success(PollTarget::Chain).is_some()
        })
        .await;
        assert!(!app.doubts().is_empty(), "{head}");
        app.edit(|chain| chain.endpoints[0].drops_logs = false);
        for id in ["oldest", "older", "newest"] {
            app.until_verified(id).await;
        }
    }
}

#[tokio::test]
async fn stops_rereading_doubtful_blocks() {
    let app = TestApp::connect(OneEndpoint(MockChain::new(250))).await;
    app.run_two_chain_syncs().await;
    app.edit(|chain| {
        chain.endpoints[0].drops_logs = true;
        chain.head = 255;
        chain.credit("paid", "resolved", 25);
    });
    app.run_two_chain_syncs().await;
    app.edit(|chain| chain.asked.clear());
    for _ in 0..12 {
        app.run_two_chain_syncs().await;
    }
    let mut asked = 0;
    app.edit(|chain| {
        asked = chain
            .asked
            .iter()
            .filter(|range| **range == (251, 256))
            .count()
    });
    // The chain was synced twenty-four times, but the range was reread less and less often: after 10 s, 20 s, 40 s and
    // so on.
    assert!((1..=10).contains(&asked), "{asked}");
    assert!(app.doubts()[0].attempts >= 2);
}

/// An event was lost before any check could notice. "Refresh account" reads the events again.
#[tokio::test]
async fn refresh_all_reads_the_events_again() {
    let app = TestApp::connect(OneEndpoint(MockChain::new(250))).await;
    app.run_two_chain_syncs().await;
    app.edit(|chain| {
        chain.head = 255;
        chain.credit("paid", "resolved", 25);
        // The endpoint hides both the event and the money, so that everything looks consistent.
        chain.endpoints[0].drops_logs = true;
        chain.endpoints[0].hides_money_from = Some(256);
        chain.head = 300;
    });
    app.run_two_chain_syncs().await;
    assert!(app.doubts().is_empty());
    // From now on the money appears to come from a later block.
    app.edit(|chain| {
        chain.endpoints[0].drops_logs = false;
        chain.charges.push((301, 25));
        chain.endpoints[0].hides_money_from = None;
        chain.head = 310;
    });
    app.run_two_chain_syncs().await;
    assert!(!app.is_verified("paid").await);
    app.bursar.refresh_all(app.account.clone()).await.unwrap();
    app.until_verified("paid").await;
}

/// A completion that only the chain reports is taken back, appears again, and is taken back again.
#[tokio::test]
async fn notifies_about_each_completion_and_reversal() {
    turns(TestApp::connect(OneEndpoint(open_and_paid())).await, &[0]).await;
    turns(
        TestApp::connect(TwoEndpoints(open_and_paid())).await,
        &[0, 1],
    )
    .await;
}

fn open_and_paid() -> MockChain {
    let mut chain = MockChain::new(250);
    chain.list("paid", "open");
    chain
}

async fn turns<P: HasMockChain>(mut app: TestApp<P>, endpoints: &[usize]) {
    use NoticeKind::{Completed, Reversed};
    app.until("the top-up is followed", |state| {
        !state.top_ups.is_empty() && !state.recovering
    })
    .await;
    app.run_two_chain_syncs().await;
    app.edit(|chain| chain.credit("paid", "open", 25));
    let mut expected = Vec::new();
    for turn in 0..2 {
        expected.push(Completed);
        app.run_two_chain_syncs().await;
        app.until("the top-up is completed", |state| {
            state
                .top_ups
                .values()
                .all(|top_up| top_up.phase == bursar_engine::top_up::Phase::Completed)
        })
        .await;
        assert_eq!(app.notice_kinds("paid"), expected, "{turn}");
        app.start_again().await;
        app.run_two_chain_syncs().await;
        assert_eq!(
            app.notice_kinds("paid"),
            expected,
            "{turn}: nothing is reported twice"
        );
        // If there are two endpoints, one alone cannot reverse a payment.
        if endpoints.len() > 1 {
            app.edit(|chain| chain.endpoints[0].forks_at = Some(251));
            app.run_two_chain_syncs().await;
            assert_eq!(app.notice_kinds("paid"), expected, "{turn}");
            assert!(app.is_verified("paid").await);
        }
        app.edit(|chain| {
            for endpoint in endpoints {
                chain.endpoints[*endpoint].forks_at = Some(251);
            }
            chain.head += 1;
        });
        expected.push(Reversed);
        app.run_two_chain_syncs().await;
        app.until("the completion is reversed", |state| {
            state
                .top_ups
                .values()
                .all(|top_up| top_up.phase == bursar_engine::top_up::Phase::Confirming)
        })
        .await;
        assert_eq!(app.notice_kinds("paid"), expected, "{turn}");
        assert!(!app.is_verified("paid").await);
        app.start_again().await;
        app.run_two_chain_syncs().await;
        assert_eq!(
            app.notice_kinds("paid"),
            expected,
            "{turn}: nothing is reported twice"
        );
        app.edit(|chain| {
            for endpoint in endpoints {
                chain.endpoints[*endpoint].forks_at = None;
            }
            chain.head += 1;
        });
    }
}

/// A lost history reverses no payment, because the transaction is still on the chain.
#[tokio::test]
async fn refetched_history_reverses_nothing() {
    let mut app = TestApp::connect(OneEndpoint(open_and_paid())).await;
    app.until("the top-up is followed", |state| {
        !state.top_ups.is_empty() && !state.recovering
    })
    .await;
    app.edit(|chain| chain.credit("paid", "open", 25));
    app.until("the top-up is completed", |state| {
        state
            .top_ups
            .values()
            .all(|top_up| top_up.phase == bursar_engine::top_up::Phase::Completed)
    })
    .await;
    app.bursar.stop().await;
    app.bursar
        .services
        .history
        .delete_chain_data(&app.account)
        .unwrap();
    app.edit(|chain| chain.endpoints[0].drops_logs = true);
    app.start_again().await;
    app.run_two_chain_syncs().await;
    assert_eq!(app.notice_kinds("paid"), [NoticeKind::Completed]);
}

//! How Bursar shows balances, and figures that are unknown.

use super::*;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::network::BalanceFrom;
use bursar_domain::payment::PaymentKind;
use bursar_domain::payment_rules::Rules;
use bursar_domain::view::Source;
use bursar_engine::{Disagreement, step};

#[tokio::test]
async fn distinguishes_no_open_top_up_from_unknown() {
    let app = TestApp::connect(MockFluence::default()).await;
    let connection = app.bursar.connection(&app.account).unwrap();
    let unknown = |status: &Status| {
        status
            .errors
            .iter()
            .any(|error| error.code == Code::TopUpsUnknown)
    };
    let known = live_status(&connection, None, app.clock.now()).await;
    assert!(known.pending.is_none() && !unknown(&known));
    app.provider.lock().unwrap().pending_down = true;
    let down = live_status(&connection, None, app.clock.now()).await;
    assert!(down.pending.is_none() && unknown(&down));
    app.bursar.sign_out(app.account.clone()).await.unwrap();
    let signed_out = live_status(&connection, None, app.clock.now()).await;
    assert!(unknown(&signed_out));
}

/// A panel lists every payment that has not ended as open.
#[tokio::test]
async fn renewals_are_not_shown_as_open_top_ups() {
    use super::mock_panel::{MockPanel, payment};
    use super::panel_payments::RENEWAL;
    let app = TestApp::connect(MockPanel::default()).await;
    let now = app.clock.now();
    let top_up = r#"{"kind":"top_up"}"#;
    let connection = app.bursar.connection(&app.account).unwrap();
    let status = async |payments: Vec<String>| {
        app.provider.lock().unwrap().payments = payments;
        live_status(&connection, None, app.clock.now()).await
    };
    let kinds = |status: &Status| {
        status
            .other_payments
            .iter()
            .map(|other| other.kind)
            .collect::<Vec<_>>()
    };
    let going_back = payment("r1", "waiting_refund", top_up, "20.00", now);
    let renewed = payment("n1", "new", RENEWAL, "54.00", now);
    let none = status(vec![going_back.clone(), renewed.clone()]).await;
    assert!(none.pending.is_none(), "{none:?}");
    assert_eq!(kinds(&none), [PaymentKind::Refund, PaymentKind::Renewal]);

    let open = payment("t1", "new", top_up, "30.00", now.minus(Span::minutes(5)));
    let one = status(vec![going_back, renewed, open]).await;
    assert_eq!(one.pending.as_ref().unwrap().id, "t1", "{one:?}");
    assert_eq!(one.pending.as_ref().unwrap().amount.to_decimal(), "30.00");
    assert_eq!(kinds(&one).len(), 2);
}

fn look(chain: i64, api: i64, at: Timestamp) -> KnownBalances {
    let usdc = |cents| Amount::from_cents(cents, Currency::usdc());
    KnownBalances {
        reading: Some(ChainReading {
            block: 1,
            block_hash: Default::default(),
            block_time: at,
            read_at: at,
            free: usdc(chain),
            reserved: usdc(0),
            held: usdc(0),
            frozen: false,
        }),
        chain_answers: true,
        api: Some((
            ApiBalance {
                balance: usdc(api),
                daily_usage: Some(usdc(100)),
                days_left: None,
                owed: None,
                entitlements: Vec::new(),
            },
            at,
        )),
        api_answers: true,
        ..KnownBalances::default()
    }
}

#[test]
fn debt_leads_whatever_the_chain_shows() {
    let now = SystemClock.now();
    let mut known = look(18_000, 0, now);
    assert_eq!(known.balance().unwrap().source, Source::Chain);
    let owed = Amount::parse_decimal("3.50", Currency::usdc()).unwrap();
    known.api = known.api.map(|(api, at)| {
        let owed = Some(owed.clone());
        (ApiBalance { owed, ..api }, at)
    });
    for chain_answers in [true, false] {
        known.chain_answers = chain_answers;
        let shown = known.balance().unwrap();
        assert_eq!(shown.source, Source::Api);
        assert!(shown.amount.is_zero());
        assert_eq!(known.owed(), Some(owed.clone()));
        assert_eq!(known.chain_balance().unwrap().amount.to_decimal(), "180.00");
    }
}

/// The API's balance may be in USD while the contract's is in USDC: one is worth as much as the other.
#[test]
fn figures_in_two_units_are_compared_one_to_one() {
    let now = SystemClock.now();
    let in_usd = |known: KnownBalances| {
        let usd = Currency::new("USD").unwrap();
        let api = known.api.map(|(api, at)| {
            let balance = api.balance.same_number_of(&usd);
            let daily_usage = api.daily_usage.map(|usage| usage.same_number_of(&usd));
            let api = ApiBalance {
                balance,
                daily_usage,
                ..api
            };
            (api, at)
        });
        KnownBalances { api, ..known }
    };
    assert_eq!(
        in_usd(look(1_000, 1_100, now)).within_tolerance(),
        Some(true)
    );
    assert_eq!(
        in_usd(look(1_000, 1_101, now)).within_tolerance(),
        Some(false)
    );
}

#[tokio::test]
async fn status_says_what_is_owed_and_what_stands_beside_the_balance() {
    let app = TestApp::connect(MockFluence {
        balance: Some("-3.50".to_owned()),
        ..MockFluence::default()
    })
    .await;
    let connection = app.bursar.connection(&app.account).unwrap();
    let status = live_status(&connection, None, app.clock.now()).await;
    assert_eq!(status.owed.as_ref().unwrap().to_brief(), "3.50 USDC");
    let line = serde_json::to_value(&status).unwrap();
    assert_eq!(line["owed"]["amount"], "3.50");
    assert_eq!(line["balance"]["amount"], "0");
    assert_eq!(line["entitlements"], serde_json::json!([]));
    app.read().await;
    let overview = app.bursar.overview(app.account.clone()).await.unwrap();
    let owed = overview.account.owed.unwrap();
    assert_eq!(owed.to_brief(), "3.50 USDC");
    app.provider.lock().unwrap().balance = Some("12".to_owned());
    let status = live_status(&connection, None, app.clock.now()).await;
    assert_eq!(status.owed, None);
}

/// Block times are in whole seconds, so an API answer from the same second is not necessarily newer.
#[test]
fn shows_the_newer_of_two_silent_sources() {
    let second = Timestamp(1_769_860_800_000);
    let shown = |api_at: Timestamp| {
        let mut known = look(28_600, 25_600, second);
        known.chain_answers = false;
        known.api_answers = false;
        known.api = known.api.map(|(api, _)| (api, api_at));
        known.balance().unwrap().amount.to_decimal()
    };
    for later in [-60_000, 0, 400, 999] {
        assert_eq!(shown(second.plus(Span::millis(later))), "286.00", "{later}");
    }
    for later in [1_000, 60_000] {
        assert_eq!(shown(second.plus(Span::millis(later))), "256.00", "{later}");
    }
}

#[test]
fn reports_disagreement_only_after_two_readings() {
    let now = SystemClock.now();
    let ago = |span| now.minus(span);
    let differs = look(1_000, 2_000, now);
    let none = KnownBalances::default();
    assert_eq!(look(1_000, 1_100, now).agreement(&none, now), Some(true));
    assert_eq!(differs.agreement(&none, now), None);
    for (earlier, expected) in [
        (look(1_000, 2_000, ago(Span::seconds(119))), None),
        (look(1_000, 2_000, ago(Span::minutes(2))), Some(false)),
        (look(1_000, 1_050, ago(Span::minutes(2))), None),
        (look(1_000, 2_000, ago(Span::days(2))), None),
    ] {
        assert_eq!(differs.agreement(&earlier, now), expected);
    }
    let mut state = State::new(
        AccountId::random(),
        now,
        AccountConfig {
            rules: Rules::default(),
            signed_in: true,
            watched_address: None,
            balance_from: BalanceFrom::Chain,
            debt_rules: None,
        },
        Vec::new(),
        now,
    );
    let says = [
        (Disagreement::Unknown, None),
        (Disagreement::Agree, Some(true)),
        (Disagreement::Once(now), None),
        (Disagreement::Disagree, Some(false)),
    ];
    for (disagreement, _) in says {
        state.disagreement = disagreement;
        assert_eq!(
            overview::agrees(&state, now),
            None,
            "nothing was read in this session"
        );
    }
    let api_balance = differs.api.clone().unwrap().0;
    state = step(&state, &Event::Balance(Ok(api_balance)), now, 0).state;
    state.chain_reading.clone_from(&differs.reading);
    state
        .poll_timers
        .get_mut(&PollTarget::Chain)
        .unwrap()
        .last_success = Some(now);
    for (disagreement, expected) in says {
        state.disagreement = disagreement;
        assert_eq!(overview::agrees(&state, now), expected);
        let old = now.plus(Span::hours(2));
        assert_eq!(
            overview::agrees(&state, old),
            None,
            "the figures are too old by then"
        );
    }
}

#[tokio::test]
async fn month_without_spending_is_zero_in_account_currency() {
    let app = TestApp::connect(super::mock_panel::MockPanel::default()).await;
    app.bursar.set_presence(Presence::Focused);
    let both = |state: &State| {
        state.api_balance.is_some() && state.last_success(PollTarget::Charges).is_some()
    };
    app.until("balance and charges are read", both).await;
    let overview = || app.bursar.overview(app.account.clone());
    let shown = overview().await.unwrap();
    let usd = Amount::zero(Currency::new("USD").unwrap());
    assert_eq!(shown.charges.len(), 30);
    assert!(
        shown
            .charges
            .iter()
            .all(|day| day.amount.as_ref() == Some(&usd)),
        "{:?}",
        shown.charges
    );
}

#[tokio::test]
async fn shows_api_figures_of_an_earlier_session_with_their_age() {
    let mut app = TestApp::connect(MockFluence::default()).await;
    app.bursar.set_presence(Presence::Focused);
    let known = |state: &State| state.api_balance.is_some();
    app.until("the balance is read", known).await;
    let overview = || app.bursar.overview(app.account.clone());
    let shown = overview().await.unwrap();
    assert!(shown.api_current);
    assert_eq!(shown.days_left, Some(100));
    let check_old = |overview: bursar_domain::view::Overview, before: Timestamp, when: &str| {
        assert_eq!(
            (overview.api_current, overview.days_left, overview.agrees),
            (false, None, None),
            "{when}"
        );
        let figure = overview.api_balance.unwrap();
        assert_eq!(figure.amount.to_decimal(), "100", "{when}");
        assert!(figure.as_of <= before, "{when}: the figure's age is shown");
        assert_eq!(overview.daily_usage.unwrap().to_decimal(), "1");
    };

    app.bursar.sign_out(app.account.clone()).await.unwrap();
    let out = |state: &State| !state.config.signed_in;
    app.until("it is signed out", out).await;
    let shown = overview().await.unwrap();
    assert_eq!(
        (shown.api_current, shown.days_left, shown.agrees),
        (false, None, None)
    );
    let read_at = shown.api_balance.unwrap().as_of;
    app.later(Span::minutes(2));
    let connection = app.bursar.connection(&app.account).unwrap();
    let history = Arc::clone(&app.bursar.services.history);
    let status = live_status(&connection, Some(&history), app.clock.now()).await;
    assert_eq!(
        (status.days_left, status.agrees, status.stale),
        (None, None, true)
    );
    // The engine dates an answer when it receives it, the history when it stores it.
    let apart = status.api_as_of.unwrap().since(read_at).0.abs();
    assert!(apart < 1_000, "{apart} ms");
    assert_eq!(status.api_balance.unwrap().to_decimal(), "100");

    let key = Zeroizing::new("key".to_owned());
    let account = app.account.clone();
    app.bursar.sign_in_again(account, key, None).await.unwrap();
    app.until("the balance is read", known).await;
    app.keyring_away.store(true, Ordering::Relaxed);
    app.restart().await;
    let begun_again = app.clock.now();
    let overview = app.bursar.overview(app.account.clone()).await.unwrap();
    check_old(overview, begun_again, "a keyring that is locked");
    let all = app.bursar.overviews().await.unwrap();
    assert_eq!(all[0].days_left, None);
}

#[tokio::test]
async fn distinguishes_forbidden_charges_from_loading_ones() {
    let app = TestApp::connect(MockFluence {
        charges_forbidden: true,
        ..MockFluence::default()
    })
    .await;
    app.bursar.set_presence(Presence::Focused);
    let overview = || app.bursar.overview(app.account.clone());
    app.until("the charges are refused", |state| {
        state.errors.contains_key(&PollTarget::Charges)
    })
    .await;
    let refused = overview().await.unwrap();
    assert_eq!(refused.charges_error.unwrap().code, Code::Forbidden);
    assert_eq!((refused.charges_as_of, refused.charges.len()), (None, 0));

    app.provider.lock().unwrap().charges_forbidden = false;
    app.later(Span::hours(2));
    app.until("the charges are read", |state| {
        state.last_success(PollTarget::Charges).is_some()
    })
    .await;
    let read = overview().await.unwrap();
    assert_eq!(read.charges_error, None);
    assert!(read.charges_as_of.is_some());
}

#[tokio::test]
async fn distinguishes_an_unread_history_from_an_empty_one() {
    let app = TestApp::connect(MockFluence {
        history_forbidden: true,
        ..MockFluence::default()
    })
    .await;
    let as_of = || async {
        let overview = app.bursar.overview(app.account.clone()).await;
        overview.unwrap().payments_as_of
    };
    app.until("the history is refused", |state| {
        state.errors.contains_key(&PollTarget::History)
    })
    .await;
    assert_eq!(as_of().await, None);
    app.provider.lock().unwrap().history_forbidden = false;
    app.later(Span::hours(2));
    app.until("the history is read", |state| {
        !state.errors.contains_key(&PollTarget::History)
    })
    .await;
    assert!(as_of().await.is_some());
}

#[tokio::test]
async fn account_has_currency_before_its_balance_is_known() {
    let app = TestApp::connect(MockFluence::default()).await;
    let unit = || async {
        let accounts = app.bursar.accounts().await.unwrap();
        accounts.first().map(|account| account.currency.clone())
    };
    assert_eq!(unit().await, Some(Currency::usdc()));
    app.read().await;
    assert_eq!(unit().await, Some(Currency::usdc()));
}

/// A console that reports a debt.
struct InDebt;

impl MockProvider for InDebt {
    const NAME: &str = "fluence";
    const NETWORK: &str = "";

    fn answer(&mut self, request: &ReceivedRequest, clock: &TestClock) -> StubResponse {
        match request.path() {
            "/v2/users/balances" => StubResponse::json(
                200,
                r#"[{"featureKey":"usd","balance":"0","overage":"13.57","estimatedUsage":"1"}]"#,
            ),
            _ => MockFluence::default().answer(request, clock),
        }
    }
}

#[tokio::test]
async fn diagnostics_say_whether_something_is_owed_and_not_how_much() {
    let app = TestApp::connect(InDebt).await;
    app.until("the debt is read", |state| state.owed().is_some())
        .await;
    let text = app.bursar.diagnostics().await.unwrap();
    assert!(text.contains("in debt: yes"), "{text}");
    assert!(!text.contains("13.57"), "{text}");
}

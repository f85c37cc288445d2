//! What a terminal command reads on request, and what it leaves to the desktop app.

use super::*;
use bursar_domain::view::PaymentQuery;
use bursar_engine::{Alerts, Write};

async fn begin_in_terminal(app: &mut TestApp, settings: Settings) {
    app.bursar.stop().await;
    let options = Options {
        home: app.home.path().to_owned(),
        shell: Arc::new(NullShell),
        clock: Arc::clone(&app.clock) as Arc<dyn Clock>,
        secret_store: Arc::clone(&app.secret_store),
        env_keys: EnvKeys::default(),
        settings,
        pops_up: false,
    };
    app.bursar = Bursar::start(options).await.unwrap();
}

async fn lines(app: &TestApp) -> u32 {
    let all = app.bursar.payments(PaymentQuery::default(), None, 1);
    all.await.unwrap().total
}

#[tokio::test]
async fn sync_reads_everything_completely() {
    let history = (0..250)
        .map(|n| {
            top_up(
                &format!("t{n}"),
                "resolved",
                Timestamp(1_700_000_000_000 - n * 1_000),
            )
        })
        .collect();
    let mut app = TestApp::connect(MockFluence {
        history,
        ..MockFluence::default()
    })
    .await;
    begin_in_terminal(&mut app, Settings::default()).await;
    let problems = app.bursar.sync(&app.account).await.unwrap();
    // Nothing answers at the chain address in the network file, so other errors may occur.
    assert!(
        problems.iter().all(|error| error.code != Code::SignedOut),
        "{problems:?}"
    );
    assert_eq!(lines(&app).await, 250, "{problems:?} {:#?}", app.state());
    let today = app.clock.now().date();
    let charges = app
        .bursar
        .services
        .history
        .charges(&app.account, &today, &today);
    assert!(charges.unwrap().is_some(), "charges are read");
}

#[tokio::test]
async fn reports_a_silent_server_and_stops_waiting() {
    let mut app = TestApp::connect(MockFluence {
        history_forbidden: true,
        ..MockFluence::default()
    })
    .await;
    begin_in_terminal(&mut app, Settings::default()).await;
    let problems = app.bursar.sync(&app.account).await.unwrap();
    assert!(
        problems.iter().any(|error| error.code == Code::Forbidden),
        "{problems:?}"
    );

    app.bursar.sign_out(app.account.clone()).await.unwrap();
    begin_in_terminal(&mut app, Settings::default()).await;
    let problems = app.bursar.sync(&app.account).await.unwrap();
    assert!(
        problems.iter().any(|error| error.code == Code::SignedOut),
        "{problems:?}"
    );
}

#[tokio::test]
async fn key_from_environment_serves_named_account() {
    let mut app = TestApp::connect(MockFluence {
        history: vec![top_up("t", "resolved", Timestamp(1_700_000_000_000))],
        ..MockFluence::default()
    })
    .await;
    app.bursar.sign_out(app.account.clone()).await.unwrap();
    begin_in_terminal(&mut app, Settings::default()).await;
    app.bursar.use_api_key(&app.account, "key").await.unwrap();
    let problems = app.bursar.sync(&app.account).await.unwrap();
    assert!(
        problems.iter().all(|error| error.code != Code::SignedOut),
        "{problems:?}"
    );
    assert_eq!(lines(&app).await, 1);
    begin_in_terminal(&mut app, Settings::default()).await;
    let problems = app.bursar.sync(&app.account).await.unwrap();
    let signed_out = problems.iter().any(|error| error.code == Code::SignedOut);
    assert!(signed_out, "the key was not stored: {problems:?}");
}

#[tokio::test]
async fn terminal_neither_sends_nor_clears_alerts() {
    let mut app = TestApp::connect(MockFluence::default()).await;
    app.until("the balance is read", |state| {
        state.last_success(PollTarget::Balance).is_some()
    })
    .await;
    let alerts = Alerts {
        low_balance_notified: true,
        low_balance_count: 3,
        signed_out_notified: true,
        rejection_count: 2,
        ..bursar_engine::Alerts::default()
    };
    begin_in_terminal(&mut app, Settings::default()).await;
    let store = Arc::clone(&app.bursar.services.store);
    store
        .commit(&app.account, &[Write::Alerts(alerts.clone())])
        .unwrap();
    begin_in_terminal(&mut app, Settings::default()).await;
    app.bursar.sync(&app.account).await.unwrap();
    let store = Arc::clone(&app.bursar.services.store);
    assert_eq!(
        store.alerts(&app.account).unwrap(),
        alerts,
        "the balance is not low by the default threshold"
    );

    store
        .commit(&app.account, &[Write::Alerts(Alerts::default())])
        .unwrap();
    let low = Settings {
        low_balance_amount: "1000".to_owned(),
        ..Settings::default()
    };
    begin_in_terminal(&mut app, low.clone()).await;
    app.bursar.sync(&app.account).await.unwrap();
    let store = Arc::clone(&app.bursar.services.store);
    assert_eq!(store.alerts(&app.account).unwrap(), Alerts::default());
    assert_eq!(store.unread_count().unwrap(), 0);
}

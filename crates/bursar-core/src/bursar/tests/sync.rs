//! What a terminal reads when it is asked, and what it leaves to the desktop app.

use super::*;
use bursar_domain::view::PaymentQuery;
use bursar_engine::{Alerts, Write};

async fn begin_in_terminal(stage: &mut Stage, settings: Settings) {
    stage.bursar.stop().await;
    let options = Options {
        home: stage.home.path().to_owned(),
        shell: Arc::new(Nowhere),
        clock: Arc::clone(&stage.clock) as Arc<dyn Clock>,
        vault: Arc::clone(&stage.vault),
        env_api_key: None,
        settings,
        pops_up: false,
    };
    stage.bursar = Bursar::start(options).await.unwrap();
}

async fn lines(stage: &Stage) -> u32 {
    let all = stage.bursar.payments(PaymentQuery::default(), None, 1);
    all.await.unwrap().total
}

#[tokio::test]
async fn everything_is_read_to_its_end() {
    let history = (0..250)
        .map(|n| {
            top_up(
                &format!("t{n}"),
                "resolved",
                Timestamp(1_700_000_000_000 - n * 1_000),
            )
        })
        .collect();
    let mut stage = Stage::set(Fluence {
        history,
        ..Fluence::default()
    })
    .await;
    begin_in_terminal(&mut stage, Settings::default()).await;
    let problems = stage.bursar.sync(&stage.account).await.unwrap();
    // Nobody is where the network file names its chain.
    assert!(
        problems.iter().all(|error| error.code != Code::SignedOut),
        "{problems:?}"
    );
    assert_eq!(
        lines(&stage).await,
        250,
        "{problems:?} {:#?}",
        stage.state()
    );
    let today = stage.clock.now().date();
    let charges = stage
        .bursar
        .world
        .history
        .charges(&stage.account, &today, &today);
    assert!(charges.unwrap().is_some(), "charges are read");
}

#[tokio::test]
async fn what_does_not_answer_is_told_and_waited_for_no_longer() {
    let mut stage = Stage::set(Fluence {
        history_forbidden: true,
        ..Fluence::default()
    })
    .await;
    begin_in_terminal(&mut stage, Settings::default()).await;
    let problems = stage.bursar.sync(&stage.account).await.unwrap();
    assert!(
        problems.iter().any(|error| error.code == Code::Forbidden),
        "{problems:?}"
    );

    stage.bursar.sign_out(stage.account.clone()).await.unwrap();
    begin_in_terminal(&mut stage, Settings::default()).await;
    let problems = stage.bursar.sync(&stage.account).await.unwrap();
    assert!(
        problems.iter().any(|error| error.code == Code::SignedOut),
        "{problems:?}"
    );
}

#[tokio::test]
async fn a_key_of_the_environment_serves_the_account_that_is_named() {
    let mut stage = Stage::set(Fluence {
        history: vec![top_up("t", "resolved", Timestamp(1_700_000_000_000))],
        ..Fluence::default()
    })
    .await;
    stage.bursar.sign_out(stage.account.clone()).await.unwrap();
    begin_in_terminal(&mut stage, Settings::default()).await;
    stage.bursar.use_key(&stage.account, "key").await.unwrap();
    let problems = stage.bursar.sync(&stage.account).await.unwrap();
    assert!(
        problems.iter().all(|error| error.code != Code::SignedOut),
        "{problems:?}"
    );
    assert_eq!(lines(&stage).await, 1);
    begin_in_terminal(&mut stage, Settings::default()).await;
    let problems = stage.bursar.sync(&stage.account).await.unwrap();
    let signed_out = problems.iter().any(|error| error.code == Code::SignedOut);
    assert!(signed_out, "it was kept nowhere: {problems:?}");
}

#[tokio::test]
async fn a_terminal_tells_no_alerts_and_takes_none_back() {
    let mut stage = Stage::set(Fluence::default()).await;
    stage
        .until("it is read", |state| {
            state.last_success(PollTarget::Balance).is_some()
        })
        .await;
    let told = Alerts {
        low_balance_told: true,
        low_crossing: 3,
        signed_out_told: true,
        rejection: 2,
    };
    begin_in_terminal(&mut stage, Settings::default()).await;
    let store = Arc::clone(&stage.bursar.world.store);
    store
        .commit(&stage.account, &[Write::Alerts(told.clone())])
        .unwrap();
    begin_in_terminal(&mut stage, Settings::default()).await;
    stage.bursar.sync(&stage.account).await.unwrap();
    let store = Arc::clone(&stage.bursar.world.store);
    assert_eq!(
        store.alerts(&stage.account).unwrap(),
        told,
        "the balance is not low by the defaults"
    );

    store
        .commit(&stage.account, &[Write::Alerts(Alerts::default())])
        .unwrap();
    let low = Settings {
        low_balance_amount: "1000".to_owned(),
        ..Settings::default()
    };
    begin_in_terminal(&mut stage, low.clone()).await;
    stage.bursar.sync(&stage.account).await.unwrap();
    let store = Arc::clone(&stage.bursar.world.store);
    assert_eq!(store.alerts(&stage.account).unwrap(), Alerts::default());
    assert_eq!(store.unread().unwrap(), 0);
}

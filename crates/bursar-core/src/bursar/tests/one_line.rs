//! A payment is one line, whatever its ids were thought to be.

use super::*;
use bursar_domain::payment::NewPayment;
use bursar_domain::view::{PaymentQuery, PaymentStatus, PaymentView};
use bursar_engine::top_up::Phase;

/// The answer to a new top-up that names an intent, which the lists do not know.
const INTENT: &str = r#"{"intentId":"intent","sessionId":"s","provider":"copperx","providerPaymentId":"s",
    "presentation":{"type":"redirect","redirectUrl":"http://127.0.0.1:4/made"}}"#;

impl Stage {
    async fn views(&self) -> Vec<PaymentView> {
        let query = PaymentQuery::default();
        let page = self.bursar.payments(query, None, 50).await.unwrap();
        page.payments
    }

    async fn told(&self) -> Vec<(String, PaymentStatus)> {
        let lines = self.views().await.into_iter();
        lines.map(|line| (line.id, line.status)).collect()
    }
}

/// A top-up was made, and for now the lists do not tell of it.
async fn with_an_unlisted_one() -> (Stage, String) {
    let stage = Stage::set(Fluence {
        creates: Some((201, true)),
        created_as: Some(INTENT.to_owned()),
        ..Fluence::default()
    })
    .await;
    stage.read().await;
    stage.provider.lock().unwrap().pending_down = true;
    let id = stage.start().await.unwrap();
    stage
        .until("it is open", |state| of(state, &id).phase == Phase::Open)
        .await;
    assert_eq!(
        of(&stage.state(), &id).payment_id.as_deref(),
        Some("intent")
    );
    (stage, id)
}

#[tokio::test]
async fn a_payment_whose_id_becomes_known_late_is_one_line() {
    for status in ["open", "resolved", "expired"] {
        let (stage, id) = with_an_unlisted_one().await;
        {
            let mut provider = stage.provider.lock().unwrap();
            let line = top_up("made", status, stage.clock.now());
            provider.pending = (status == "open").then(|| line.clone());
            provider.history = vec![line];
            provider.pending_down = false;
        }
        stage.later(Span::seconds(1));
        stage
            .until("its id is known", |state| {
                of(state, &id).payment_id.as_deref() == Some("made")
            })
            .await;
        let lines = stage.told().await;
        assert_eq!(lines.len(), 1, "{status}: {lines:?}");
        assert_eq!(lines[0].0, "made");
    }
}

#[tokio::test]
async fn a_home_that_holds_a_second_line_of_a_payment_is_healed_at_the_next_start() {
    let (mut stage, id) = with_an_unlisted_one().await;
    {
        let mut provider = stage.provider.lock().unwrap();
        provider.history = vec![top_up("made", "resolved", stage.clock.now())];
        provider.pending = None;
        provider.pending_down = false;
    }
    stage.later(Span::seconds(1));
    stage
        .until("it is completed", |state| {
            of(state, &id).phase == Phase::Completed
        })
        .await;
    let history = Arc::clone(&stage.bursar.world.history);
    let completed = of(&stage.state(), &id).clone();
    let put = |top_up: &TopUp| history.put_top_up(&stage.account, top_up).unwrap();
    // What earlier versions left behind: the line under the intent's id, and one of a top-up that nobody knows.
    put(&TopUp {
        payment_id: Some("intent".to_owned()),
        intent_id: None,
        phase: Phase::Open,
        ..completed
    });
    let unknown = NewPayment::top_up(of(&stage.state(), &id).amount.clone(), "nobody");
    put(&TopUp::intent(&unknown, false, None, stage.clock.now()));
    assert_eq!(stage.views().await.len(), 3);
    drop(history);
    // Long after it was of interest to the engine.
    stage.clock.pass(Span::days(40));
    stage.restart().await;
    let expected = [("made".to_owned(), PaymentStatus::Completed)];
    assert_eq!(stage.told().await, expected);
}

#[tokio::test]
async fn one_that_was_taken_for_somebody_elses_is_kept_once_when_it_turns_out_to_be_ours() {
    let (mut stage, id) = with_an_unlisted_one().await;
    // An earlier version did not recognise it and followed both.
    let now = stage.clock.now();
    let ours = of(&stage.state(), &id).clone();
    let adopted = TopUp {
        id: "r-made".to_owned(),
        payment_id: Some("made".to_owned()),
        intent_id: None,
        provider_created_at: Some(now),
        provider_updated_at: Some(now),
        ..ours.clone()
    };
    let write = bursar_engine::Write::TopUp(adopted);
    let store = Arc::clone(&stage.bursar.world.store);
    store.commit(&stage.account, &[write]).unwrap();
    drop(store);
    stage.restart().await;
    stage
        .until("both are known", |state| state.top_ups.len() == 2)
        .await;
    {
        let mut provider = stage.provider.lock().unwrap();
        provider.history = vec![top_up("made", "resolved", now.plus(Span::seconds(1)))];
        provider.pending = None;
        provider.pending_down = false;
    }
    stage.later(Span::seconds(2));
    stage
        .until("it is known once", |state| {
            state.top_ups.len() == 1 && of(state, &id).phase == Phase::Completed
        })
        .await;
    let expected = [("made".to_owned(), PaymentStatus::Completed)];
    assert_eq!(stage.told().await, expected);
    let account = stage.account.clone();
    stage.restart().await;
    let store = &stage.bursar.world.store;
    assert_eq!(store.top_up(&account, "r-made").unwrap(), None);
}

//! Paying at a hosting panel: a due payment is never made twice by accident, and only what the user confirmed is sent.

use super::mock_panel::*;
use super::*;

pub(super) const RENEWAL: &str = r#"{"kind":"renewal","items":[{"service":"srv_web1","name":"web-1.demo.test","tariff":null,
    "months":3,"price":{"amount":"54.00","currency":"USD"},"until":"2026-05-10T00:00:00Z"}]}"#;
const MIGRATION: &str = r#"{"kind":"migration","order":"mig_31","number":"M-0031",
    "server":{"id":"srv_m31","name":"bm-31.demo.test"},"months":12}"#;

#[tokio::test]
async fn lists_payments_under_way_beside_due_ones() {
    let at = |seconds| SystemClock.now().minus(Span::seconds(seconds));
    let app = TestApp::connect(MockPanel {
        payments: vec![
            payment("pay_4", "new", r#"{"kind":"top_up"}"#, "25.00", at(10)),
            payment("pay_3", "new", MIGRATION, "540.00", at(20)),
            payment("pay_2", "fraudulent", RENEWAL, "54.00", at(30)),
            payment("pay_1", "cancelled", RENEWAL, "54.00", at(40)),
        ],
        ..MockPanel::default()
    })
    .await;
    app.read().await;
    app.until("the open payments are known", |state| {
        state.top_ups.len() == 3
    })
    .await;
    let dues = app.bursar.due_payments(app.account.clone()).await.unwrap();
    let under_way: Vec<_> = dues
        .under_way
        .iter()
        .map(|due| {
            (
                due.top_up.payment_id.as_deref(),
                due.order.as_deref(),
                due.services.clone(),
            )
        })
        .collect();
    let service = vec!["srv_web1".to_owned()];
    assert_eq!(
        under_way,
        [
            (Some("pay_3"), Some("mig_31"), vec![]),
            (Some("pay_2"), None, service)
        ]
    );
}

#[tokio::test]
async fn sends_the_confirmed_total_although_the_price_changes() {
    let app = TestApp::connect(MockPanel {
        // An unreadable price is never cached, so that each read requests the price again.
        price: UNREADABLE.to_owned(),
        ..MockPanel::default()
    })
    .await;
    app.read().await;
    let waits = |state: &State| state.poll_timers[&PollTarget::DuePayments].failures >= 3;
    app.until("the engine polls rarely", waits).await;
    {
        let mut panel = app.provider.lock().unwrap();
        panel.price = PRICE.to_owned();
        panel.next_price = Some("60.00".to_owned());
    }
    let confirmed = Amount::parse_decimal(PRICE, Currency::new("USD").unwrap()).unwrap();
    let top_up_id = uuid::Uuid::new_v4().to_string();
    let (account, request) = (app.account.clone(), renewal(Some("mth_4242")));
    let paid = app.bursar.pay(account, request, top_up_id, Some(confirmed));
    paid.await.unwrap();
    let sent = |_: &State| !app.provider.lock().unwrap().posted.is_empty();
    app.until("the payment is sent", sent).await;
    let panel = app.provider.lock().unwrap();
    assert_eq!(panel.posted[0]["expected_total"]["amount"], PRICE);
}

#[tokio::test]
async fn shows_payment_as_created_and_not_as_requested() {
    let app = TestApp::connect(MockPanel {
        makes: Some("1000.00"),
        ..MockPanel::default()
    })
    .await;
    app.read().await;
    let request = PaymentRequest {
        purpose: RequestedPurpose::TopUp {
            amount: "100".to_owned(),
        },
        payer: None,
        method: Some("mth_inv".to_owned()),
        save_method: false,
    };
    let top_up_id = uuid::Uuid::new_v4().to_string();
    let paid = app
        .bursar
        .pay(app.account.clone(), request, top_up_id, None);
    let id = paid.await.unwrap().id;
    let open = |state: &State| of(state, &id).phase == bursar_engine::top_up::Phase::Open;
    app.until("the payment is open", open).await;
    let top_up = app.bursar.top_up(&app.account, &id).unwrap();
    assert_eq!(top_up.amount.to_decimal(), "1000.00");
    assert_eq!(top_up.error.unwrap().code, Code::AnswerMalformed);
}

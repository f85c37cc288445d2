//! Paying at a hosting panel while the outcome of the last payment is unknown.

use super::mock_panel::*;
use super::*;
use bursar_domain::error::{Detail, TopUpDetail};

impl TestApp<MockPanel> {
    async fn pay(&self, amount: &str) -> Result<String> {
        let request = PaymentRequest {
            purpose: RequestedPurpose::TopUp {
                amount: amount.to_owned(),
            },
            payer: None,
            method: Some("mth_inv".to_owned()),
            save_method: false,
        };
        let top_up_id = uuid::Uuid::new_v4().to_string();
        let paid = self
            .bursar
            .pay(self.account.clone(), request, top_up_id, None);
        Ok(paid.await?.id)
    }

    fn posted(&self) -> usize {
        self.provider.lock().unwrap().posted.len()
    }
}

#[tokio::test]
async fn refuses_payment_while_the_last_outcome_is_unknown() {
    let app = TestApp::connect(MockPanel::default()).await;
    app.read().await;
    app.provider.lock().unwrap().down = vec!["/payments"];
    let first = app.pay("100").await.unwrap();
    for amount in ["100", "25"] {
        let error = app.pay(amount).await.unwrap_err();
        assert_eq!(error.code, Code::TopUpOpen, "{}", error.detail);
        assert!(
            matches!(
                error.detail,
                Detail::TopUp(TopUpDetail::OutcomeUnknown { .. })
            ),
            "{}",
            error.detail
        );
    }
    let form = app.bursar.top_up_form(app.account.clone()).await.unwrap();
    assert_eq!(form.open.map(|open| open.id), Some(first.clone()));
    app.provider.lock().unwrap().down.clear();
    app.until("the request is sent again", |state| {
        state.top_ups[&first].payment_id.is_some()
    })
    .await;
    assert_eq!(app.posted(), 1);
    assert_eq!(
        app.bursar
            .top_up_form(app.account.clone())
            .await
            .unwrap()
            .open,
        None
    );
    let second = app.pay("100").await.unwrap();
    app.until("the payment is created", |state| {
        state.top_ups[&second].payment_id.is_some()
    })
    .await;
    assert_eq!(app.posted(), 2);
}

#[tokio::test]
async fn reports_the_first_payment_to_a_second_identical_request() {
    let app = TestApp::connect(MockPanel::default()).await;
    app.read().await;
    let (first, second) = tokio::join!(app.pay("100"), app.pay("100"));
    let (paid, refused) = if first.is_ok() {
        (first, second)
    } else {
        (second, first)
    };
    let error = refused.unwrap_err();
    assert_eq!(error.code, Code::TopUpOpen, "{}", error.detail);
    let id = paid.unwrap();
    app.until("the payment is created", |state| {
        state.top_ups[&id].payment_id.is_some()
    })
    .await;
    assert_eq!(app.posted(), 1);
}

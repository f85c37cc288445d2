//! A repeated attempt is the same payment, however its amount is written and whatever the provider offers by then. Also
//! tests the limits of a network file, which apply if the provider reports none.

use super::mock_panel::*;
use super::*;

fn top_up(amount: &str) -> PaymentRequest {
    PaymentRequest {
        purpose: RequestedPurpose::TopUp {
            amount: amount.to_owned(),
        },
        payer: None,
        method: Some("mth_inv".to_owned()),
        save_method: false,
    }
}

#[tokio::test]
async fn repeated_id_is_same_payment_in_any_spelling_of_its_amount() {
    let app = TestApp::connect(MockPanel {
        // The panel writes amounts with their decimals.
        makes: Some("25.00"),
        ..MockPanel::default()
    })
    .await;
    app.read().await;
    let top_up_id = uuid::Uuid::new_v4().to_string();
    let pay = |request: PaymentRequest| {
        let account = app.account.clone();
        app.bursar.pay(account, request, top_up_id.clone(), None)
    };
    let id = pay(top_up("25")).await.unwrap().id;
    let open = |state: &State| of(state, &id).phase == bursar_engine::top_up::Phase::Open;
    app.until("the payment is open", open).await;
    for again in ["25", "25.0", "25.00", "025"] {
        assert_eq!(pay(top_up(again)).await.unwrap().id, id, "{again}");
    }
    for other in ["25.01", "2.5", "250", "0"] {
        let error = pay(top_up(other)).await.unwrap_err();
        assert_eq!(error.code, Code::AlreadyExists, "{other}");
    }
    let error = pay(renewal(Some("mth_inv"))).await.unwrap_err();
    assert_eq!(
        error.code,
        Code::AlreadyExists,
        "a request for something else"
    );
    // The payment methods that are available now do not matter.
    app.bursar.sign_out(app.account.clone()).await.unwrap();
    assert_eq!(pay(top_up("25")).await.unwrap().id, id);
    assert_eq!(app.provider.lock().unwrap().posted.len(), 1);
}

#[tokio::test]
async fn repeated_id_is_same_renewal_when_no_longer_due() {
    let app = TestApp::connect(MockPanel::default()).await;
    app.read().await;
    let top_up_id = uuid::Uuid::new_v4().to_string();
    let pay = || {
        let request = renewal(Some("mth_inv"));
        app.bursar
            .pay(app.account.clone(), request, top_up_id.clone(), None)
    };
    let id = pay().await.unwrap().id;
    app.provider.lock().unwrap().price = "60.00".to_owned();
    app.bursar.refresh_all(app.account.clone()).await.unwrap();
    assert_eq!(pay().await.unwrap().id, id, "at the earlier price");
}

/// A console whose payment methods have this minimum and this fee.
struct Limited {
    min: &'static str,
    fee: &'static str,
}

impl MockProvider for Limited {
    const NAME: &str = "fluence";
    const NETWORK: &str = "[limits]\ntop_up_min = \"10\"\nbalance_max = \"5000\"\n";

    fn answer(&mut self, request: &ReceivedRequest, clock: &TestClock) -> StubResponse {
        match request.path() {
            "/v2/payment-methods" => StubResponse::json(
                200,
                &format!(
                    r#"[{{"provider":"p","methodCode":"usdc","kind":"crypto","enabled":true,"displayName":"USDC",
                    {}"feePaidByUser":true,"estFeeBps":{},"estFeeFixedCents":0,"sortOrder":1}}]"#,
                    self.min, self.fee
                ),
            ),
            _ => MockFluence::default().answer(request, clock),
        }
    }
}

#[tokio::test]
async fn applies_network_minimum_where_provider_has_none() {
    for (own, least, shown) in [
        ("", "10", "10"),
        (r#""minAmountCents":null,"#, "10", "10"),
        (r#""minAmountCents":0,"#, "10", "10"),
        (r#""minAmountCents":-1,"#, "10", "10"),
        (r#""minAmountCents":500,"#, "5", "5.00"),
        (r#""minAmountCents":2000,"#, "20", "20.00"),
    ] {
        let app = TestApp::connect(Limited {
            min: own,
            fee: "100",
        })
        .await;
        app.read().await;
        let account = || app.account.clone();
        let form = app.bursar.top_up_form(account()).await.unwrap();
        assert_eq!(form.methods[0].min.to_decimal(), shown, "{own}");
        let request = |amount: &str| PaymentRequest {
            method: None,
            ..top_up(amount)
        };
        let top_up_id = || uuid::Uuid::new_v4().to_string();
        for below in ["0", "0.01", "4.99"] {
            let quoted = app.bursar.quote(account(), request(below)).await.unwrap();
            let quoted = quoted.error.unwrap();
            let paid = app.bursar.pay(account(), request(below), top_up_id(), None);
            let paid = paid.await.unwrap_err();
            assert_eq!(
                quoted, paid,
                "{own}: quote and payment return the same error"
            );
            assert_eq!(paid.code, Code::AmountTooSmall);
            assert!(paid.detail.to_string().contains(least), "{}", paid.detail);
        }
        let at = app.bursar.quote(account(), request(least)).await.unwrap();
        assert_eq!(at.error, None, "{own}");
    }
}

#[tokio::test]
async fn unreadable_fee_is_unknown_and_blocks_nothing() {
    let app = TestApp::connect(Limited {
        min: r#""minAmountCents":1000,"#,
        fee: "-1",
    })
    .await;
    app.read().await;
    let account = || app.account.clone();
    let request = || PaymentRequest {
        method: None,
        ..top_up("25")
    };
    let quoted = app.bursar.quote(account(), request()).await.unwrap();
    assert_eq!(quoted.amount.unwrap().to_decimal(), "25");
    assert_eq!((quoted.fee, quoted.total, quoted.error), (None, None, None));
    let overview = app.bursar.overview(account()).await.unwrap();
    assert!(
        overview
            .errors
            .iter()
            .any(|error| error.code == Code::PartUnreadable
                && error.detail.to_string().contains("estFeeBps"))
    );
    let top_up_id = uuid::Uuid::new_v4().to_string();
    app.bursar
        .pay(account(), request(), top_up_id, None)
        .await
        .unwrap();
}

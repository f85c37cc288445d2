//! Tests how payments are read: every status, and every field that can be wrong.

use super::*;
use bursar_domain::paid_for::{PaidFor, PaidItem, PaidPeriod};
use bursar_domain::payment::{FailureCode, Status};

#[tokio::test]
async fn maps_every_status() {
    for (theirs, by_page, by_saved) in [
        ("new", Status::Open, Status::Confirming),
        ("processing", Status::Confirming, Status::Confirming),
        ("trusted", Status::Confirming, Status::Confirming),
        ("paid", Status::Completed, Status::Completed),
        ("waiting_refund", Status::Refunding, Status::Refunding),
        ("refunded", Status::Refunded, Status::Refunded),
        ("fraudulent", Status::UnderReview, Status::UnderReview),
        ("cancelled", Status::Cancelled, Status::Cancelled),
    ] {
        let item = TOP_UP.replace("\"new\"", &format!("\"{theirs}\""));
        for (item, ours) in [
            (item.clone(), by_page),
            (item.replace("payment_system", "saved"), by_saved),
        ] {
            let (_server, provider) = but_for("/api/v1/payments", &page(&item)).await;
            let history = provider.history(None, None).await.unwrap();
            assert_eq!(history.payments[0].status, ours, "{theirs}");
        }
    }
}

#[tokio::test]
async fn reads_payment_with_documents() {
    let (_server, provider) = over(usual, "").await;
    let history = provider.history(None, None).await.unwrap();
    assert_eq!((history.next, history.unreadable.len()), (None, 0));
    let payment = &history.payments[0];
    assert_eq!(payment.amount, usd("100.00"));
    assert_eq!(payment.fee, None, "unknown is not zero");
    assert_eq!(
        payment.checkout.as_deref(),
        Some("https://checkout.panel.example/pay/91c2")
    );
    assert_eq!(payment.documents.number.as_deref(), Some("2026-000119"));
    assert_eq!(payment.documents.payer.as_deref(), Some("Dana Demo"));
    assert_eq!(payment.documents.method.as_deref(), Some("Card (Stripe)"));

    let renewal = TOP_UP.replace(
        r#"{"kind":"top_up"}"#,
        r#"{"kind":"renewal","items":[{"service":"srv_db","name":"db.demo.test","tariff":null,"months":1,
        "price":{"amount":"100.00","currency":"USD"},"until":"2026-03-14T00:00:00Z"}]}"#,
    );
    let (_server, provider) = but_for("/api/v1/payments", &page(&renewal)).await;
    let history = provider.history(None, None).await.unwrap();
    let item = PaidItem {
        name: "db.demo.test".to_owned(),
        server: None,
        period: Some(PaidPeriod::Months(1)),
    };
    assert_eq!(
        history.payments[0].purpose.paid_for(),
        Some(PaidFor::Items(vec![item]))
    );
}

#[tokio::test]
async fn keeps_failure_reason_and_panels_text() {
    for (theirs, ours) in [
        ("declined", FailureCode::Declined),
        ("insufficient_funds", FailureCode::InsufficientFunds),
        ("confirmation_failed", FailureCode::ConfirmationFailed),
        ("expired", FailureCode::Expired),
        ("cancelled_by_user", FailureCode::ByUser),
        ("cancelled_by_provider", FailureCode::Other),
        ("method_removed", FailureCode::MethodGone),
        ("method_expired", FailureCode::MethodGone),
        ("fraud_suspected", FailureCode::Fraud),
        ("of_a_later_version", FailureCode::Other),
    ] {
        let item = TOP_UP.replace("\"new\"", "\"cancelled\"").replace(
            "\"reason\":null",
            &format!(r#""reason":{{"code":"{theirs}","message":"Because\u202e\n of that."}}"#),
        );
        let (_server, provider) = but_for("/api/v1/payments", &page(&item)).await;
        let history = provider.history(None, None).await.unwrap();
        let reason = history.payments[0].reason.as_ref().unwrap();
        assert_eq!(reason.why, ours, "{theirs}");
        assert_eq!(reason.words.as_deref(), Some("Because  of that."));
    }
}

#[tokio::test]
async fn failure_without_reason_is_not_by_user() {
    for (status, why) in [
        ("cancelled", Some(FailureCode::Other)),
        ("fraudulent", Some(FailureCode::Fraud)),
        ("new", None),
        ("paid", None),
    ] {
        let item = TOP_UP.replace("\"new\"", &format!("\"{status}\""));
        let (_server, provider) = but_for("/api/v1/payments", &page(&item)).await;
        let history = provider.history(None, None).await.unwrap();
        let reason = history.payments[0].reason.as_ref();
        assert_eq!(reason.map(|reason| reason.why), why, "{status}");
        assert_eq!(reason.and_then(|reason| reason.words.clone()), None);
    }
}

#[tokio::test]
async fn unreadable_payment_names_its_field() {
    let digits = "1".repeat(40);
    let good = TOP_UP.replace("pay_119", "pay_118");
    for (right, wrong, named) in [
        ("\"new\"", "\"lost\"", "status"),
        ("\"new\"", "\"PAID\"", "status"),
        ("\"new\"", "\"deleting\"", "status"),
        ("\"status\":\"new\",", "", "status"),
        ("100.00", "-100.00", "amount"),
        ("100.00", "100", "amount"),
        ("100.00", digits.as_str(), "amount"),
        ("\"USD\"", "\"EUR\"", "amount"),
        ("\"USD\"", "\"usd\"", "amount"),
        (
            r#""payer":{"id":"pyr_dana","name":"Dana Demo"},"#,
            "",
            "payer",
        ),
        (r#"{"id":"pyr_dana","name":"Dana Demo"}"#, "null", "payer"),
        (
            r#"{"id":"pyr_dana","name":"Dana Demo"}"#,
            r#"{"name":"Dana Demo"}"#,
            "field=id object=payer",
        ),
        (
            r#"{"kind":"top_up"}"#,
            r#"{"kind":"gift"}"#,
            "field=kind object=purpose",
        ),
        (
            r#"{"kind":"top_up"}"#,
            r#"{"kind":"renewal","items":[]}"#,
            "field=items object=purpose",
        ),
        (
            "\"kind\":\"payment_system\",",
            "",
            "field=kind object=method",
        ),
        ("\"created_at\":", "\"created_on\":", "created_at"),
        ("2026-01-31T12:00:01Z", "later", "updated_at"),
        ("pay_119", "../account", "id"),
    ] {
        let item = TOP_UP.replacen(right, wrong, 1);
        assert_ne!(item, TOP_UP, "{right} is in the payment");
        let items = format!("{item},{good}");
        let (_server, provider) = but_for("/api/v1/payments", &page(&items)).await;
        let history = provider.history(None, None).await.unwrap();
        let ids: Vec<_> = history
            .payments
            .iter()
            .map(|item| item.id.as_str())
            .collect();
        assert_eq!(ids, ["pay_118"], "{wrong:.60}: the others stay");
        assert_eq!(history.unreadable.len(), 1, "{wrong:.60}");
        let unreadable = &history.unreadable[0].error;
        assert_eq!(unreadable.code, Code::LineUnreadable);
        assert!(
            names(unreadable, named),
            "{} does not name {named}",
            unreadable.detail
        );
        // The history skips such a payment, but in the response to a payment request it is an error.
        let (_server, provider) = but_for("/api/v1/payments", &item).await;
        let error = provider
            .start(&requests::new_top_up("100.00"))
            .await
            .unwrap_err();
        assert_names(&error, named, wrong);
    }
}

#[tokio::test]
async fn rejects_lists_that_do_not_end() {
    let endless = format!(r#"{{"items":[{TOP_UP}],"next_cursor":"again"}}"#);
    let (_server, provider) = but_for("/api/v1/payments", &endless).await;
    let first = provider.history(None, None).await.unwrap();
    assert_eq!(first.next.as_deref(), Some("again"));
    let error = provider.history(None, Some("again")).await.unwrap_err();
    assert_names(&error, "list-endless", "again");
    let error = provider.pending().await.unwrap_err();
    assert_names(&error, "list-endless", "again");

    let long = "c".repeat(513);
    for wrong in ["", long.as_str()] {
        let body = format!(r#"{{"items":[{TOP_UP}],"next_cursor":"{wrong}"}}"#);
        let (_server, provider) = but_for("/api/v1/payments", &body).await;
        assert_names(
            &provider.history(None, None).await.unwrap_err(),
            "next_cursor",
            wrong,
        );
    }
    let empty = r#"{"items":[],"next_cursor":"more"}"#;
    let (_server, provider) = but_for("/api/v1/payments", empty).await;
    assert_names(
        &provider.history(None, None).await.unwrap_err(),
        "next_cursor",
        empty,
    );
    let twice = page(&format!("{TOP_UP},{}", TOP_UP.replace("100.00", "1.00")));
    let (_server, provider) = but_for("/api/v1/payments", &twice).await;
    let history = provider.history(None, None).await.unwrap();
    assert!(
        history.payments.is_empty(),
        "neither of two contradicting entries counts"
    );
    let twice = ResponseDetail::PaymentListedTwice {
        payment: "pay_119".to_owned(),
    };
    assert_eq!(history.unreadable[0].error.detail, twice.into());
    let same = page(&format!("{TOP_UP},{TOP_UP}"));
    let (_server, provider) = but_for("/api/v1/payments", &same).await;
    let history = provider.history(None, None).await.unwrap();
    assert_eq!((history.payments.len(), history.unreadable.len()), (1, 0));
}

#[tokio::test]
async fn reports_unreadable_optional_field_and_keeps_its_row() {
    for (right, wrong, named) in [
        ("\"number\":\"2026-000119\",", "", "number"),
        ("\"has_invoice\":false", "\"has_invoice\":0", "has_invoice"),
        (
            "\"name\":\"Dana Demo\"",
            "\"name\":null",
            "field=name object=payer",
        ),
        (
            "\"name\":\"Card (Stripe)\"",
            "\"name\":7",
            "field=name object=method",
        ),
        ("\"system\":\"stripe\"", "\"system\":{}", "system"),
        ("\"2026-01-31T13:00:00Z\"", "\"soon\"", "expires_at"),
        ("\"https://checkout.panel.example/pay/91c2\"", "[]", "page"),
        ("\"reason\":null", "\"reason\":7", "reason"),
    ] {
        let item = TOP_UP.replacen(right, wrong, 1);
        assert_ne!(item, TOP_UP, "{right} is in the payment");
        let (_server, provider) = but_for("/api/v1/payments", &page(&item)).await;
        let history = provider.history(None, None).await.unwrap();
        assert_eq!(
            (
                history.payments.len(),
                history.unreadable.len(),
                history.partly_unreadable.len()
            ),
            (1, 0, 1),
            "{wrong}"
        );
        assert_eq!(history.payments[0].amount, usd("100"));
        let note = &history.partly_unreadable[0].error;
        assert!(names(note, named), "{note} does not name {named}");
    }
}

#[tokio::test]
async fn follows_and_reports_payment_that_differs_from_request() {
    let new = super::requests::new_top_up("100");
    for (right, wrong, named) in [
        ("", "", None),
        ("\"100.00\"", "\"1000.00\"", Some("1000.00")),
        (
            r#"{"kind":"top_up"}"#,
            r#"{"kind":"migration","order":"mig_31","number":"M-0031",
            "server":{"id":"srv_m31","name":"bm-31.demo.test"},"months":12}"#,
            Some("M-0031"),
        ),
        ("\"id\":\"pyr_dana\"", "\"id\":\"pyr_acme\"", Some("payer")),
        ("\"id\":\"mth_card\"", "\"id\":\"mth_4242\"", Some("method")),
    ] {
        let answer = TOP_UP.replacen(right, wrong, 1);
        let (_server, provider) = over(
            move |request| match request.method.as_str() {
                "POST" => StubResponse::json(201, &answer),
                _ => usual(request),
            },
            "",
        )
        .await;
        let made = provider.start(&new).await.unwrap();
        assert_eq!(made.payment_id, "pay_119");
        match (named, made.differs) {
            (None, differs) => assert_eq!(differs, None),
            (Some(named), Some(differs)) => {
                assert_eq!(differs.code, Code::AnswerMalformed);
                assert!(
                    differs.detail.to_string().contains(named),
                    "{}",
                    differs.detail
                );
            }
            (Some(named), None) => panic!("{named} is not noticed"),
        }
    }
}

//! Payments: created once, followed to each of their ends, and listed.

use super::{break_with, customer, sandbox, top_up, usd};
use bursar_domain::catalogue::MethodKind;
use bursar_domain::checkout;
use bursar_domain::clock::Span;
use bursar_domain::error::Code;
use bursar_domain::payment::{FailureCode, NewPayment, Status};
use serde_json::{Value, json};
use std::collections::HashSet;

#[tokio::test]
async fn repeated_request_debits_saved_method_once() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({"balance": "1.00"})).await;
    let card = customer.default_card().await;
    let new = top_up("100", &card);
    let made = customer.panel.start(&new).await.unwrap();
    assert_eq!(made.checkout, None);
    let again = customer.panel.start(&new).await.unwrap();
    assert_eq!(again.payment_id, made.payment_id);
    let paid = customer.until(Status::Completed).await;
    let late = customer.panel.cancel(&made.intent_id).await.unwrap_err();
    assert_eq!(late.code, Code::TopUpState);
    assert_eq!(
        (paid.id, paid.amount),
        (made.payment_id.clone(), usd("100.00"))
    );
    assert_eq!(
        customer.panel.balance().await.unwrap().balance,
        usd("101.00")
    );

    let invoice = customer.panel.invoice(&made.payment_id).await.unwrap();
    assert!(invoice.starts_with(b"%PDF-"));

    let other = NewPayment {
        amount: usd("200"),
        ..new
    };
    let refused = customer.panel.start(&other).await.unwrap_err();
    assert_eq!(
        refused.code,
        Code::AnswerMalformed,
        "the idempotency key was used for another payment"
    );
    assert_eq!(customer.count().await, 1);
}

#[tokio::test]
async fn retry_after_lost_response_returns_same_payment() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({})).await;
    let new = top_up("25", &customer.card_page().await);
    for kind in ["close", "lose"] {
        let fault = json!({"target": "panel", "method": "POST", "path": "/api/v1/payments", "kind": kind, "times": 1});
        break_with(&sandbox, fault).await;
        assert!(customer.panel.start(&new).await.is_err());
    }
    let made = customer.panel.start(&new).await.unwrap();
    assert_eq!(customer.listed().await[0].id, made.payment_id);
    assert_eq!(customer.count().await, 1);
}

#[tokio::test]
async fn payment_page_is_on_listed_host_and_cancellable() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({})).await;
    for provider in ["stripe", "paypal"] {
        let by = customer
            .method(|method| {
                method.kind == MethodKind::PaymentSystem && method.provider == provider
            })
            .await;
        let made = customer.panel.start(&top_up("10", &by)).await.unwrap();
        let page = made.checkout.unwrap();
        checkout::allow(&page, &sandbox.network, None, &[]).unwrap();
        assert_eq!(
            customer.panel.pending().await.unwrap()[0].id,
            made.payment_id
        );
        customer.panel.cancel(&made.intent_id).await.unwrap();
        let ended = customer.until(Status::Cancelled).await;
        assert_eq!(ended.reason.unwrap().why, FailureCode::ByUser);
        assert_eq!(customer.panel.pending().await.unwrap(), []);
        customer.panel.cancel(&made.intent_id).await.unwrap();
    }
    let refused = customer.panel.invoice(&customer.listed().await[0].id).await;
    assert_eq!(refused.unwrap_err().code, Code::NotFound);
}

#[tokio::test]
async fn failed_debit_has_reason() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({})).await;
    let card = customer.default_card().await;
    for (debit, status, why) in [
        ("declined", Status::Cancelled, FailureCode::Declined),
        (
            "insufficient_funds",
            Status::Cancelled,
            FailureCode::InsufficientFunds,
        ),
        (
            "confirmation_failed",
            Status::Cancelled,
            FailureCode::ConfirmationFailed,
        ),
        ("method_expired", Status::Cancelled, FailureCode::MethodGone),
        ("fraudulent", Status::UnderReview, FailureCode::Fraud),
    ] {
        let path = format!("/methods/{}", card.code);
        customer
            .elsewhere("PATCH", &path, json!({"debit": debit}))
            .await;
        customer.panel.start(&top_up("10", &card)).await.unwrap();
        let ended = customer.until(status).await;
        assert_eq!(ended.reason.map(|reason| reason.why), Some(why), "{debit}");
    }
    let path = format!("/methods/{}", card.code);
    customer.elsewhere("DELETE", &path, Value::Null).await;
    let gone = customer
        .panel
        .start(&top_up("10", &card))
        .await
        .unwrap_err();
    assert_eq!(gone.code, Code::MethodUnknown);
}

#[tokio::test]
async fn reads_every_payment_status() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({})).await;
    for (theirs, ours) in [
        ("new", Status::Open),
        ("processing", Status::Confirming),
        ("trusted", Status::Confirming),
        ("paid", Status::Completed),
        ("waiting_refund", Status::Refunding),
        ("refunded", Status::Refunded),
        ("fraudulent", Status::UnderReview),
        ("cancelled", Status::Cancelled),
    ] {
        let made = customer
            .panel
            .start(&top_up("10", &customer.card_page().await))
            .await
            .unwrap();
        let path = format!("/panel/payments/{}/status", made.payment_id);
        let wanted = json!({"status": theirs, "force": true});
        sandbox.control("POST", &path, wanted).await;
        assert_eq!(customer.listed().await[0].status, ours, "{theirs}");
        let pending = customer.panel.pending().await.unwrap();
        let waits = pending.iter().any(|payment| payment.id == made.payment_id);
        assert_eq!(waits, !ours.is_final(), "{theirs}");
    }
}

#[tokio::test]
async fn reads_long_history_and_late_changes() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({"history": 450})).await;
    let mut cursor = None;
    let mut seen = Vec::new();
    loop {
        let page = customer
            .panel
            .history(None, cursor.as_deref())
            .await
            .unwrap();
        assert_eq!(page.unreadable, []);
        seen.extend(page.payments);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let first = customer.panel.history(None, None).await.unwrap();
    let two_days = json!({"advance_s": 2 * 24 * 3600});
    sandbox.control("POST", "/clock", two_days).await;
    let old = customer.panel.history(None, first.next.as_deref()).await;
    assert_eq!(old.unwrap_err().code, Code::Refused, "a cursor expires");

    let ids: HashSet<_> = seen.iter().map(|payment| payment.id.clone()).collect();
    assert_eq!((seen.len(), ids.len()), (450, 450));
    assert!(
        seen.windows(2)
            .all(|pair| pair[0].created_at >= pair[1].created_at)
    );

    let newest = seen.iter().map(|payment| payment.updated_at).max().unwrap();
    let old = seen
        .iter()
        .rfind(|payment| payment.status == Status::Completed)
        .unwrap();
    let path = format!("/panel/payments/{}/status", old.id);
    sandbox
        .control("POST", &path, json!({"status": "refunded"}))
        .await;
    let since = Some(newest.plus(Span::seconds(1)));
    let news = customer.panel.history(since, None).await.unwrap().payments;
    let news: Vec<_> = news
        .iter()
        .map(|payment| (&payment.id, payment.status))
        .collect();
    assert_eq!(news, [(&old.id, Status::Refunded)]);
}

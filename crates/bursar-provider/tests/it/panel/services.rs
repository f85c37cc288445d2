//! Renewals and migrations.

use super::{customer, paying, sandbox, usd};
use bursar_domain::error::Code;
use bursar_domain::payment::{NewPayment, Purpose, RenewalItem, Status};
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test]
async fn renews_services_at_shown_price() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({"services": 2})).await;
    let card = customer.default_card().await;
    let due = customer.panel.dues().await.unwrap().services;
    let mut total = usd("0.00");
    let items = due
        .iter()
        .map(|service| {
            let period = &service.periods[1];
            total = total.checked_add(&period.price).unwrap();
            RenewalItem {
                service: service.id.clone(),
                period: Some(period.id.clone()),
                name: service.name.clone(),
                paid_period: None,
            }
        })
        .collect();
    let new = paying(Purpose::Renewal { items }, total, &card);
    customer.panel.start(&new).await.unwrap();
    let paid = customer.until(Status::Completed).await;
    assert!(paid.purpose.is_same(&new.purpose));
    let after = customer.panel.dues().await.unwrap().services;
    for service in &due {
        let renewed = after.iter().find(|other| other.id == service.id).unwrap();
        assert_eq!(Some(renewed.due_at), service.periods[1].until);
    }

    let path = format!("/services/{}", due[0].id);
    customer
        .elsewhere("PATCH", &path, json!({"monthly": "99.00"}))
        .await;
    let dearer = NewPayment {
        top_up_id: Uuid::new_v4().to_string(),
        ..new
    };
    let refused = customer.panel.start(&dearer).await.unwrap_err();
    assert_eq!(refused.code, Code::TotalChanged);
    customer.elsewhere("DELETE", &path, Value::Null).await;
    let refused = customer.panel.start(&dearer).await.unwrap_err();
    assert_eq!(refused.code, Code::DueUnknown);
}

#[tokio::test]
async fn paid_migration_is_no_longer_due() {
    let sandbox = sandbox().await;
    let customer = customer(&sandbox, json!({"migrations": 1})).await;
    let waiting = customer.panel.dues().await.unwrap().migrations.remove(0);
    let period = &waiting.periods[0];
    let purpose = Purpose::Migration {
        order: waiting.order.clone(),
        period: Some(period.id.clone()),
        name: waiting.name.clone(),
        server: None,
        paid_period: None,
    };
    let new = paying(
        purpose,
        period.price.clone(),
        &customer.default_card().await,
    );
    customer.panel.start(&new).await.unwrap();
    let paid = customer.until(Status::Completed).await;
    assert!(paid.purpose.is_same(&new.purpose));
    assert_eq!(customer.panel.dues().await.unwrap().migrations, []);
}

//! A balance at zero that becomes a debt, grows, and removes machines, addresses and disks.

use serde_json::{Value, json};

use crate::support::today::TodayUser;
use crate::support::{NO_HISTORY_NO_BLOCKS, Sandbox, str_at};

const DAY: u32 = 24 * 3600;

/// Costs 12 USD a day: 9.60 for the machine, 1.20 each for the disk and the address.
fn resources() -> Value {
    json!([
        {"kind": "vm", "name": "web-1", "hourly": "0.40"},
        {"kind": "disk", "name": "web-1-disk", "hourly": "0.05", "attached_to": "web-1"},
        {"kind": "address", "name": "web-1-ip", "hourly": "0.05", "attached_to": "web-1"},
    ])
}

async fn running(user: &TodayUser<'_>) -> Vec<String> {
    let books = user.books().await;
    let resources = books["resources"].as_array().unwrap();
    resources
        .iter()
        .filter(|resource| resource["running"] == true)
        .map(|resource| str_at(resource, "/kind").to_owned())
        .collect()
}

#[tokio::test]
async fn debt_grows_until_machines_and_then_disks_are_gone() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let request = json!({"credits": "6", "resources": resources()});
    let user = TodayUser::new(&sandbox, request).await;
    assert_eq!(
        user.entitlement("usd-balance").await["usageDaysLeft"],
        json!(0)
    );
    sandbox.advance(DAY / 2 + 120).await;
    let owed = user.entitlement("usd-balance").await;
    assert_eq!(str_at(&owed, "/balance"), "0.00");
    let overage: f64 = str_at(&owed, "/overage").parse().unwrap();
    assert!((0.0..0.1).contains(&overage), "{overage}");
    assert_eq!(running(&user).await.len(), 3);
    // 5 USD more are owed after ten hours.
    sandbox.advance(10 * 3600).await;
    assert_eq!(running(&user).await, ["disk"]);
    let vms = user.with_key(&full_key(&user).await).get("/v2/vms").await;
    assert_eq!(str_at(&vms, "/items/0/status"), "terminated");
    assert!(vms.pointer("/items/0/publicIp").unwrap().is_null());
    // The disk alone costs 1.20 USD a day, so that the ten days end before 20 USD are owed.
    sandbox.advance(10 * DAY - 600).await;
    assert_eq!(running(&user).await, ["disk"]);
    sandbox.advance(1200).await;
    assert!(running(&user).await.is_empty());
    let books = user.books().await;
    assert!(!books["disks_deleted_at"].is_null());
    let debt: f64 = str_at(&books, "/debt").parse().unwrap();
    assert!((17.0..17.2).contains(&debt), "{debt}");
}

async fn full_key(user: &TodayUser<'_>) -> String {
    let made = user.control("keys", &json!({"preset": "full"})).await;
    str_at(&made, "/api_key").to_owned()
}

#[tokio::test]
async fn small_debt_removes_after_three_days_and_ten_more() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let cheap = json!([
        {"kind": "vm", "name": "tiny", "hourly": "0.001"},
        {"kind": "disk", "name": "tiny-disk", "hourly": "0.001"},
    ]);
    let user = TodayUser::new(&sandbox, json!({"credits": "1", "resources": cheap})).await;
    user.control("debt", &json!({"amount": "0.10", "since_s": 3 * DAY - 300}))
        .await;
    assert_eq!(running(&user).await.len(), 2);
    sandbox.advance(360).await;
    assert_eq!(running(&user).await, ["disk"]);
    sandbox.advance(10 * DAY - 120).await;
    assert_eq!(running(&user).await, ["disk"]);
    sandbox.advance(240).await;
    assert!(running(&user).await.is_empty());
}

#[tokio::test]
async fn debt_is_shown_in_either_form() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({"credits": "10"})).await;
    user.control("debt", &json!({"amount": "3.50"})).await;
    let shown = async || {
        let value = user.entitlement("usd-balance").await;
        (
            str_at(&value, "/balance").to_owned(),
            str_at(&value, "/overage").to_owned(),
        )
    };
    assert_eq!(shown().await, ("0.00".to_owned(), "3.50".to_owned()));
    let path = format!("/users/{}", user.id);
    sandbox
        .control(
            reqwest::Method::PATCH,
            &path,
            &json!({"debt_form": "negative"}),
        )
        .await;
    assert_eq!(shown().await, ("-3.50".to_owned(), "0.00".to_owned()));
}

#[tokio::test]
async fn top_up_pays_the_debt_first() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let request = json!({"credits": "1", "resources": resources()});
    let user = TodayUser::new(&sandbox, request).await;
    user.control("debt", &json!({"amount": "3.50", "since_s": 2 * DAY}))
        .await;
    assert_eq!(running(&user).await.len(), 3);
    let (id, _) = user.top_up(1_000, "card").await;
    let pay = format!("/top-ups/{id}/pay");
    sandbox
        .control_post(&pay, &json!({"card": "4242424242424242"}))
        .await;
    sandbox.wait_for_status(&id, "completed").await;
    let books = user.books().await;
    assert_eq!(str_at(&books, "/debt"), "0.00");
    assert!(books["nothing_left_since"].is_null());
    let left: f64 = user.balance().await.parse().unwrap();
    assert!((6.4..=6.5).contains(&left), "{left}");
}

#[tokio::test]
async fn large_debt_deletes_everything_at_once() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let request = json!({"credits": "1", "resources": resources()});
    let user = TodayUser::new(&sandbox, request).await;
    user.control("debt", &json!({"amount": "20"})).await;
    assert!(running(&user).await.is_empty());
}

//! Rented resources: charges by resource and by type, and the list of machines.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::today::TodayUser;
use crate::support::{NO_HISTORY_NO_BLOCKS, Sandbox, str_at};

const DAYS: &str = "startDate=2020-01-01&endDate=2099-01-01";

async fn user(sandbox: &Sandbox) -> TodayUser<'_> {
    let request = json!({
        "credits": "100",
        "resources": [
            {"kind": "vm", "name": "web-1", "hourly": "0.60", "configuration": "cpu-premium-2vcpu-4gb"},
            {"kind": "disk", "name": "web-1-disk", "hourly": "0.06", "attached_to": "web-1", "volume_gb": 40},
            {"kind": "address", "name": "web-1-ip", "hourly": "0.03", "attached_to": "web-1"},
            {"kind": "vm", "name": "database", "hourly": "0.30"},
        ],
    });
    let user = TodayUser::new(sandbox, request).await;
    let key = user.control("keys", &json!({"preset": "read_only"})).await;
    user.with_key(str_at(&key, "/api_key"))
}

fn total(rows: &Value) -> f64 {
    let costs = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| str_at(row, "/totalCost"));
    costs.map(|cost| cost.parse::<f64>().unwrap()).sum()
}

#[tokio::test]
async fn charges_are_grouped_by_resource_type_and_cluster() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = user(&sandbox).await;
    sandbox.advance(2 * 24 * 3600).await;
    let by = async |group: &str| {
        user.get(&format!("/v1/billing/charges/aggregated?{DAYS}&{group}"))
            .await
    };
    let by_resource = by("groupBy=RESOURCE").await;
    let rows = by_resource.as_array().unwrap();
    assert_eq!(rows.len(), 4);
    let row = |name: &str| rows.iter().find(|row| row["resourceName"] == name).unwrap();
    assert_eq!(
        str_at(row("web-1"), "/vmConfiguration"),
        "cpu-premium-2vcpu-4gb"
    );
    assert_eq!(str_at(row("web-1-disk"), "/storageType"), "NVMe");
    assert_eq!(str_at(row("web-1-disk"), "/quantity"), "40");
    assert_eq!(str_at(row("web-1-ip"), "/ipAddressType"), "V4");
    let by_type = by("groupBy=RESOURCE_TYPE").await;
    let types: Vec<_> = by_type
        .as_array()
        .unwrap()
        .iter()
        .map(|row| str_at(row, "/resourceType"))
        .collect();
    assert_eq!(types, ["VM", "STORAGE", "PUBLIC_IP"]);
    let by_cluster = by("groupBy=CLUSTER").await;
    assert_eq!(by_cluster.as_array().unwrap().len(), 1);
    let by_day = by("groupBy=RESOURCE&period=DAY").await;
    assert!(by_day.as_array().unwrap().len() >= 8);
    let whole: f64 = str_at(&user.get("/v1/billing/charges/total").await, "/total")
        .parse()
        .unwrap();
    for rows in [&by_resource, &by_type, &by_cluster, &by_day, &by("").await] {
        assert!((total(rows) - whole).abs() < 1e-6);
    }
    let left: f64 = user.balance().await.parse().unwrap();
    assert!((left + whole - 100.0).abs() < 1e-6, "{left} and {whole}");
    let disks = by("resourceType=STORAGE&groupBy=RESOURCE").await;
    assert_eq!(disks.as_array().unwrap().len(), 1);
    assert!(by("resourceType=VPC").await.as_array().unwrap().is_empty());
    let csv = user
        .call(
            Method::GET,
            &format!("/v1/billing/charges/aggregated?{DAYS}&format=csv"),
            &Value::Null,
        )
        .await;
    assert!(csv.text.contains("\"STORAGE\""));
}

#[tokio::test]
async fn machines_carry_the_names_of_their_charges() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = user(&sandbox).await;
    let vms = user.get("/v2/vms?sort=name&order=asc").await;
    let names: Vec<_> = vms["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|vm| str_at(vm, "/name"))
        .collect();
    assert_eq!(names, ["database", "web-1"]);
    let web = &vms["items"][1];
    assert_eq!(str_at(web, "/priceHourlyUsd"), "0.60");
    assert_eq!(str_at(web, "/priceMonthlyUsd"), "438.00");
    assert!(web["bootDisk"].is_string() && web["publicIp"].is_string());
    assert_eq!((&web["vcpu"], &web["ramGb"]), (&json!(2), &json!(4)));
    let id = str_at(web, "/id");
    user.sandbox
        .control(
            Method::DELETE,
            &format!("/users/{}/resources/{id}", user.id),
            &Value::Null,
        )
        .await;
    for (query, count) in [
        ("", 2),
        ("?status=launched", 1),
        ("?excludeStatus=terminated", 1),
        ("?status=launched&status=terminated", 2),
        ("?name=data", 1),
        (&format!("?ids={id}"), 1),
        ("?page=2&perPage=1", 1),
        ("?expand=bootDisk", 2),
    ] {
        let page = user.get(&format!("/v2/vms{query}")).await;
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{query}");
    }
    for query in ["?status=on", "?sort=price", "?ids=7", "?expand=everything"] {
        let path = format!("/v2/vms{query}");
        let refused = user.status_of(Method::GET, &path, &Value::Null).await;
        assert_eq!(refused, (400, "bad_request".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn resources_are_rented_and_removed() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let user = TodayUser::new(&sandbox, json!({"credits": "10"})).await;
    assert!(user.entitlement("usd-balance").await["usageDaysLeft"].is_null());
    let rented = user
        .control(
            "resources",
            &json!({"kind": "address", "name": "ip", "hourly": "0.05"}),
        )
        .await;
    assert_eq!(
        user.entitlement("usd-balance").await["usageDaysLeft"],
        json!(8)
    );
    let path = format!("/users/{}/resources/{}", user.id, str_at(&rented, "/id"));
    sandbox.control(Method::DELETE, &path, &Value::Null).await;
    sandbox.advance(24 * 3600).await;
    assert_eq!(user.balance().await, "10.00");
}

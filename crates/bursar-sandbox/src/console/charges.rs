//! Charges: the cost of running workloads over a range of days, in the API's groupings, as JSON or CSV.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use time::macros::format_description;
use time::{Date, Month};
use uuid::Uuid;

use super::auth::Caller;
use crate::console::state::{Charge, ConsoleState, Workload};
use crate::http::server::CallerId;
use crate::http::{ApiError, ApiResult, Params};
use crate::money;
use crate::sandbox::Sandbox;

/// The only cluster.
const CLUSTER_ID: &str = "4e1a9a52-7c3f-4a7e-9d43-6a0b7f1f5b10";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GroupBy {
    Tuple,
    Resource,
    ResourceType,
    Cluster,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Period {
    Day,
    Month,
}

#[derive(Debug, Default)]
struct Total {
    micros: u128,
    minutes: u64,
}

/// The key of a row: the start of its period, and the resource if the grouping is by resource.
type Group = (Option<Date>, Option<Uuid>);

/// `GET /v1/billing/charges/aggregated`
pub(super) async fn aggregated(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    params: Params,
) -> ApiResult {
    caller.require_scope("billing:get_spending_history")?;
    let start = date_param(&params, "startDate")?
        .ok_or_else(|| ApiError::bad_request("Wrong parameters: startDate is missing"))?;
    let end = date_param(&params, "endDate")?
        .ok_or_else(|| ApiError::bad_request("Wrong parameters: endDate is missing"))?;
    if end < start {
        return Err(ApiError::unprocessable("endDate is before startDate"));
    }
    let group_by = params
        .parse_as(
            "groupBy",
            "RESOURCE, RESOURCE_TYPE or CLUSTER",
            |text| match text {
                "RESOURCE" => Some(GroupBy::Resource),
                "RESOURCE_TYPE" => Some(GroupBy::ResourceType),
                "CLUSTER" => Some(GroupBy::Cluster),
                _ => None,
            },
        )?
        .unwrap_or(GroupBy::Tuple);
    let period = params.parse_as("period", "DAY or MONTH", |text| match text {
        "DAY" => Some(Period::Day),
        "MONTH" => Some(Period::Month),
        _ => None,
    })?;
    let csv = params.parse_as("format", "json or csv", |text| match text {
        "json" => Some(false),
        "csv" => Some(true),
        _ => None,
    })?;
    let filter = ChargeFilter::read(&params)?;
    let console = sandbox.console();
    let mut sums: BTreeMap<Group, Total> = BTreeMap::new();
    for charge in filter
        .charges(&console, caller.user.id)
        .filter(|charge| (start..=end).contains(&charge.day))
    {
        let sum = sums.entry(group_of(charge, group_by, period)).or_default();
        sum.micros = sum.micros.saturating_add(charge.micros);
        sum.minutes += u64::from(charge.minutes);
    }
    let rows: Vec<Value> = sums
        .iter()
        .map(|(group, sum)| row(&console, caller.user.id, *group, sum, group_by))
        .collect();
    if csv.unwrap_or(false) {
        let mut response = (
            [(header::CONTENT_TYPE, "text/csv; charset=utf-8")],
            to_csv(&rows),
        )
            .into_response();
        response.extensions_mut().insert(CallerId(caller.user.id));
        return Ok(response);
    }
    caller.respond(&Value::Array(rows))
}

/// `GET /v1/billing/charges/total`
pub(super) async fn total(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    params: Params,
) -> ApiResult {
    caller.require_scope("billing:get_spending_history")?;
    let (start, end) = (
        date_param(&params, "startDate")?,
        date_param(&params, "endDate")?,
    );
    let filter = ChargeFilter::read(&params)?;
    let console = sandbox.console();
    let sum: u128 = filter
        .charges(&console, caller.user.id)
        .filter(|charge| {
            start.is_none_or(|start| charge.day >= start) && end.is_none_or(|end| charge.day <= end)
        })
        .map(|charge| charge.micros)
        .sum();
    caller.respond(&json!({"total": money::format_micros(sum)}))
}

/// Selects the charges of some resources. Every resource here is a virtual machine.
struct ChargeFilter {
    resource: Option<Uuid>,
    machines: bool,
}

impl ChargeFilter {
    fn read(params: &Params) -> Result<Self, ApiError> {
        const TYPES: [&str; 7] = [
            "VM",
            "PUBLIC_IP",
            "SECURITY_GROUP",
            "STORAGE",
            "SUBNET",
            "VPC",
            "WORKSPACE",
        ];
        let resource = params.parse_as("resourceId", "a UUID", |text| text.parse().ok())?;
        let machines = params.parse_as("resourceType", "a resource type", |text| {
            TYPES.contains(&text).then_some(text == "VM")
        })?;
        Ok(Self {
            resource,
            machines: machines.unwrap_or(true),
        })
    }

    fn charges<'a>(
        &self,
        console: &'a ConsoleState,
        user: Uuid,
    ) -> impl Iterator<Item = &'a Charge> {
        let (resource, machines) = (self.resource, self.machines);
        console.charges.iter().filter(move |charge| {
            machines
                && charge.user == user
                && resource.is_none_or(|resource| resource == charge.workload)
        })
    }
}

fn group_of(charge: &Charge, by: GroupBy, period: Option<Period>) -> Group {
    let start = period.map(|period| match period {
        Period::Day => charge.day,
        Period::Month => charge.day.replace_day(1).unwrap_or(charge.day),
    });
    let resource = match by {
        GroupBy::Tuple | GroupBy::Resource => Some(charge.workload),
        GroupBy::ResourceType | GroupBy::Cluster => None,
    };
    (start, resource)
}

fn row(
    console: &ConsoleState,
    user: Uuid,
    (start, resource): Group,
    sum: &Total,
    by: GroupBy,
) -> Value {
    let workload: Option<&Workload> = console
        .workloads
        .iter()
        .find(|workload| Some(workload.id) == resource);
    let hours = format!("{}.{:02}", sum.minutes / 60, sum.minutes % 60 * 100 / 60);
    let mut row = json!({
        "userId": user, "totalUsageHours": hours, "totalCost": money::format_micros(sum.micros),
        "clusterId": if by == GroupBy::ResourceType { None } else { Some(CLUSTER_ID) },
        "resourceType": if by == GroupBy::Cluster { None } else { Some("VM") },
        "resourceId": resource, "resourceName": workload.map(|workload| workload.name.clone()),
        "quantity": workload.map(|_| "1"), "vmConfiguration": workload.map(|workload| workload.configuration),
        "ipAddressType": null, "replicatedStorage": null, "storageType": null,
    });
    if let (Some(start), Some(fields)) = (start, row.as_object_mut()) {
        fields.insert(
            "periodStart".to_owned(),
            format!("{}T00:00:00Z", iso_date(start)).into(),
        );
    }
    row
}

fn to_csv(rows: &[Value]) -> String {
    const COLUMNS: [&str; 8] = [
        "periodStart",
        "resourceType",
        "resourceId",
        "resourceName",
        "vmConfiguration",
        "clusterId",
        "totalUsageHours",
        "totalCost",
    ];
    let mut text = COLUMNS.join(",");
    text.push_str("\r\n");
    for row in rows {
        let cells: Vec<String> = COLUMNS
            .iter()
            .map(|column| row.get(column).and_then(Value::as_str).unwrap_or_default())
            .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
            .collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn date_param(params: &Params, name: &str) -> Result<Option<Date>, ApiError> {
    params.parse_as(name, "a date like 2026-01-31", |text| {
        Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
    })
}

pub(crate) fn iso_date(day: Date) -> String {
    let month: Month = day.month();
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(month), day.day())
}

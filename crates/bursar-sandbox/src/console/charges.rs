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
use crate::console::state::{Charge, ConsoleState};
use crate::http::server::CallerId;
use crate::http::{ApiError, ApiResult, Params};
use crate::money;
use crate::sandbox::Sandbox;
use crate::today::resource::{Resource, ResourceKind};

/// The only cluster.
pub(crate) const CLUSTER_ID: &str = "4e1a9a52-7c3f-4a7e-9d43-6a0b7f1f5b10";

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

/// The key of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    /// The start of the period, if there are periods.
    start: Option<Date>,
    /// The resource, if the grouping is by resource.
    resource: Option<Uuid>,
    /// The resource's type, unless the grouping is coarser.
    kind: Option<ResourceKind>,
}

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
        let group = group_of(&console, &charge, group_by, period);
        let sum = sums.entry(group).or_default();
        sum.micros = sum.micros.saturating_add(charge.micros);
        sum.minutes += u64::from(charge.minutes);
    }
    let rows: Vec<Value> = sums
        .iter()
        .map(|(group, sum)| row(&console, caller.user.id, *group, sum))
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

/// Selects the charges of some resources.
struct ChargeFilter {
    resource: Option<Uuid>,
    /// The outer None: of every type; the inner one: of a type that costs nothing here.
    kind: Option<Option<ResourceKind>>,
}

impl ChargeFilter {
    fn read(params: &Params) -> Result<Self, ApiError> {
        const WITHOUT_COST: [&str; 4] = ["SECURITY_GROUP", "SUBNET", "VPC", "WORKSPACE"];
        let resource = params.parse_as("resourceId", "a UUID", |text| text.parse().ok())?;
        let kind = params.parse_as("resourceType", "a resource type", |text| {
            let kind = ResourceKind::ALL
                .into_iter()
                .find(|kind| kind.api_name() == text);
            (kind.is_some() || WITHOUT_COST.contains(&text)).then_some(kind)
        })?;
        Ok(Self { resource, kind })
    }

    fn charges<'a>(
        &self,
        console: &'a ConsoleState,
        user: Uuid,
    ) -> impl Iterator<Item = Charge> + use<'a> {
        let (resource, kind) = (self.resource, self.kind);
        console.charges_of(user).filter(move |charge| {
            resource.is_none_or(|resource| resource == charge.workload)
                && kind.is_none_or(|kind| kind == Some(kind_of(console, charge)))
        })
    }
}

/// The type of what was charged. Workloads, and charges without a resource, count as machines.
fn kind_of(console: &ConsoleState, charge: &Charge) -> ResourceKind {
    let ledger = console.today.ledger(charge.user);
    ledger
        .and_then(|ledger| ledger.resource(charge.workload))
        .map_or(ResourceKind::Vm, |resource| resource.kind)
}

fn group_of(console: &ConsoleState, charge: &Charge, by: GroupBy, period: Option<Period>) -> Group {
    let start = period.map(|period| match period {
        Period::Day => charge.day,
        Period::Month => charge.day.replace_day(1).unwrap_or(charge.day),
    });
    let kind = kind_of(console, charge);
    match by {
        GroupBy::Tuple | GroupBy::Resource => Group {
            start,
            resource: Some(charge.workload),
            kind: Some(kind),
        },
        GroupBy::ResourceType => Group {
            start,
            resource: None,
            kind: Some(kind),
        },
        GroupBy::Cluster => Group {
            start,
            resource: None,
            kind: None,
        },
    }
}

/// What a row says of its resource: the name and, depending on the type, the plan, the address or the disk.
#[derive(Debug, Default)]
struct ResourceFacts {
    name: Option<String>,
    configuration: Option<&'static str>,
    address_type: Option<&'static str>,
    storage_type: Option<&'static str>,
    is_replicated: Option<bool>,
    quantity: Option<String>,
}

impl ResourceFacts {
    fn find(console: &ConsoleState, user: Uuid, id: Uuid) -> Self {
        let ledger = console.today.ledger(user);
        if let Some(resource) = ledger.and_then(|ledger| ledger.resource(id)) {
            return Self::of_resource(resource);
        }
        let workload = console.workloads.iter().find(|workload| workload.id == id);
        workload.map_or_else(Self::default, |workload| Self {
            name: Some(workload.name.clone()),
            configuration: Some(workload.configuration),
            quantity: Some("1".to_owned()),
            ..Self::default()
        })
    }

    fn of_resource(resource: &Resource) -> Self {
        let is_disk = resource.kind == ResourceKind::Disk;
        Self {
            name: Some(resource.name.clone()),
            configuration: resource.configuration.map(|plan| plan.slug),
            address_type: (resource.kind == ResourceKind::Address).then_some("V4"),
            storage_type: is_disk.then_some("NVMe"),
            is_replicated: is_disk.then_some(false),
            quantity: Some(if is_disk {
                resource.volume_gb.to_string()
            } else {
                "1".to_owned()
            }),
        }
    }
}

fn row(console: &ConsoleState, user: Uuid, group: Group, sum: &Total) -> Value {
    let facts = group.resource.map_or_else(ResourceFacts::default, |id| {
        ResourceFacts::find(console, user, id)
    });
    let hours = format!("{}.{:02}", sum.minutes / 60, sum.minutes % 60 * 100 / 60);
    let is_by_type = group.resource.is_none() && group.kind.is_some();
    let mut row = json!({
        "userId": user, "totalUsageHours": hours, "totalCost": money::format_micros(sum.micros),
        "clusterId": if is_by_type { None } else { Some(CLUSTER_ID) },
        "resourceType": group.kind.map(ResourceKind::api_name),
        "resourceId": group.resource, "resourceName": facts.name, "quantity": facts.quantity,
        "vmConfiguration": facts.configuration, "ipAddressType": facts.address_type,
        "replicatedStorage": facts.is_replicated, "storageType": facts.storage_type,
    });
    if let (Some(start), Some(fields)) = (group.start, row.as_object_mut()) {
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

//! `GET /v2/vms`: the user's machines, with the names that charges of the same resource carry. `expand` is accepted and
//! ignored: nothing is inlined.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};
use uuid::Uuid;

use super::era::Era;
use super::resource::{Configuration, Resource, ResourceKind};
use super::usd;
use crate::clock::rfc3339;
use crate::console::auth::Caller;
use crate::console::charges::CLUSTER_ID;
use crate::console::paging;
use crate::http::{ApiError, ApiResult, Params};
use crate::sandbox::Sandbox;

/// The hours of a month, as the public description counts them.
const HOURS_A_MONTH: u128 = 730;
const STATUSES: [&str; 12] = [
    "new",
    "launching",
    "launched",
    "failed",
    "updating",
    "terminating",
    "terminated",
    "suspending",
    "suspended",
    "restarting",
    "softRebooting",
    "unknown",
];
const EXPANDABLE: [&str; 6] = [
    "bootDisk",
    "dataDisks",
    "publicIp",
    "subnets",
    "sshKeys",
    "networkInterfaces",
];

/// `GET /v2/vms`
pub(crate) async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    params: Params,
) -> ApiResult {
    caller.require_scope("vms:read")?;
    let filter = Filter::read(&params)?;
    let console = sandbox.console();
    let ledger = console
        .today
        .ledger(caller.user.id)
        .filter(|_| caller.user.era == Era::Today);
    let resources = ledger.map(|ledger| ledger.resources()).unwrap_or_default();
    let machines: Vec<&Resource> = resources
        .iter()
        .filter(|resource| resource.kind == ResourceKind::Vm)
        .collect();
    let mut chosen: Vec<&Resource> = machines
        .iter()
        .copied()
        .filter(|vm| filter.keeps(vm, resources))
        .collect();
    match filter.sort {
        Sort::CreatedAt => chosen.sort_by_key(|vm| (vm.created_at, vm.id)),
        Sort::Name => chosen.sort_by(|one, other| one.name.cmp(&other.name)),
        Sort::Status => chosen.sort_by_key(|vm| status(vm)),
    }
    if !filter.ascending {
        chosen.reverse();
    }
    let page = paging::list(&params, &chosen, machines.len(), |vm| {
        to_json(vm, resources, caller.user.id)
    })?;
    caller.respond(&page)
}

#[derive(Clone, Copy, Debug)]
enum Sort {
    CreatedAt,
    Name,
    Status,
}

#[derive(Debug)]
struct Filter {
    ids: Vec<Uuid>,
    name: Option<String>,
    with: Vec<String>,
    without: Vec<String>,
    is_of_cluster: bool,
    public_ip: Option<Uuid>,
    sort: Sort,
    ascending: bool,
}

impl Filter {
    fn read(params: &Params) -> Result<Self, ApiError> {
        let among = |name: &str, known: &[&str]| -> Result<Vec<String>, ApiError> {
            let all = params.all(name);
            match all.iter().find(|value| !known.contains(&value.as_str())) {
                None => Ok(all.to_vec()),
                Some(unknown) => Err(wrong(name, unknown)),
            }
        };
        among("expand", &EXPANDABLE)?;
        let ids = params
            .all("ids")
            .iter()
            .map(|text| text.parse().map_err(|_| wrong("ids", text)))
            .collect::<Result<_, _>>()?;
        let cluster = params.parse_as("clusterId", "a UUID", |text| text.parse::<Uuid>().ok())?;
        let sort = params.parse_as("sort", "createdAt, name or status", |text| match text {
            "createdAt" => Some(Sort::CreatedAt),
            "name" => Some(Sort::Name),
            "status" => Some(Sort::Status),
            _ => None,
        })?;
        let ascending = params.parse_as("order", "asc or desc", |text| match text {
            "asc" => Some(true),
            "desc" => Some(false),
            _ => None,
        })?;
        Ok(Self {
            ids,
            name: params.get("name").map(str::to_owned),
            with: among("status", &STATUSES)?,
            without: among("excludeStatus", &STATUSES)?,
            is_of_cluster: cluster.is_none_or(|cluster| cluster.to_string() == CLUSTER_ID),
            public_ip: params.parse_as("publicIpId", "a UUID", |text| text.parse().ok())?,
            sort: sort.unwrap_or(Sort::CreatedAt),
            ascending: ascending.unwrap_or(false),
        })
    }

    fn keeps(&self, vm: &Resource, resources: &[Resource]) -> bool {
        let is = |status: &String| status == self::status(vm);
        let address = attached(vm, resources, ResourceKind::Address).next();
        (self.ids.is_empty() || self.ids.contains(&vm.id))
            && self.name.as_ref().is_none_or(|name| vm.name.contains(name))
            && (self.with.is_empty() || self.with.iter().any(is))
            && !self.without.iter().any(is)
            && self.is_of_cluster
            && (self.public_ip.is_none() || self.public_ip == address)
    }
}

fn wrong(name: &str, value: &str) -> ApiError {
    ApiError::bad_request(format!("Wrong parameters: {name} has no value {value}"))
}

fn status(vm: &Resource) -> &'static str {
    if vm.is_running() {
        "launched"
    } else {
        "terminated"
    }
}

/// The ids of what is attached to a machine and still there.
fn attached(
    vm: &Resource,
    resources: &[Resource],
    kind: ResourceKind,
) -> impl Iterator<Item = Uuid> {
    resources
        .iter()
        .filter(move |other| {
            other.kind == kind && other.attached_to == Some(vm.id) && other.is_running()
        })
        .map(|other| other.id)
}

fn to_json(vm: &Resource, resources: &[Resource], user: Uuid) -> Value {
    let mut disks = attached(vm, resources, ResourceKind::Disk);
    let boot_disk = disks.next();
    let data_disks: Vec<Uuid> = disks.collect();
    let plan: Option<&Configuration> = vm.configuration;
    let actions: &[&str] = if vm.is_running() {
        &["addPublicIp", "addStorages", "restart", "terminate"]
    } else {
        &[]
    };
    json!({
        "id": vm.id, "userId": user, "clusterId": CLUSTER_ID, "configurationId": plan_id(plan), "name": vm.name,
        "configurationName": plan.map(|plan| plan.name), "configurationSlug": plan.map(|plan| plan.slug),
        "vcpu": plan.map(|plan| plan.vcpu), "ramGb": plan.map(|plan| plan.ram_gb), "status": status(vm),
        "restartRequired": false, "allowedActions": actions, "bootDisk": boot_disk, "dataDisks": data_disks,
        "publicIp": attached(vm, resources, ResourceKind::Address).next(), "subnets": [], "sshKeys": [],
        "networkInterfaces": [], "priceHourlyUsd": usd::format_unsigned(vm.hourly),
        "priceMonthlyUsd": usd::format_unsigned(vm.hourly * HOURS_A_MONTH), "createdAt": rfc3339(vm.created_at),
        "updatedAt": rfc3339(vm.removed_at.unwrap_or(vm.created_at)), "readySince": rfc3339(vm.created_at),
        "terminatedAt": vm.removed_at.map(rfc3339), "lastPaidAt": null, "paidUntil": null,
    })
}

/// The same id for the same plan, in every run.
fn plan_id(plan: Option<&Configuration>) -> Uuid {
    let mut bytes = [0; 16];
    let slug = plan.map_or("", |plan| plan.slug);
    for (byte, letter) in bytes.iter_mut().zip(slug.bytes().rev()) {
        *byte = letter;
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

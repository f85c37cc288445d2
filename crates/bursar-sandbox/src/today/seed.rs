//! Users of today's era: their opening balance, old top-ups, and the demo user, who rents two machines and has promo
//! credits left.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::era::Era;
use super::ledger::Ledger;
use super::methods::METHODS;
use super::resource::{Resource, ResourceKind, configuration};
use super::top_ups::{lifetime, x402};
use crate::console::seed;
use crate::console::state::{IdScheme, TopUp, TopUpStatus, User};
use crate::console::workloads;
use crate::money;
use crate::sandbox::Sandbox;

const DEMO_EMAIL: &str = "demo@today.sandbox.test";
/// The demo user's prepaid balance and promo credits, in micros of a USD.
const DEMO_BALANCE_MICROS: u128 = 86_400_000;
const DEMO_PROMO_MICROS: u128 = 12_000_000;
const DEMO_PROMO_LIFETIME: Duration = Duration::days(21);
/// The machines: name, plan, and the prices of an hour of the machine, its disk and its address, in micros.
const DEMO_MACHINES: [(&str, &str, u128, u128, Option<u128>); 2] = [
    ("web-1", "cpu-regular-4vcpu-8gb", 80_400, 4_200, Some(5_000)),
    ("database", "cpu-premium-2vcpu-4gb", 54_000, 8_400, None),
];
/// The days before today with charges.
const DEMO_CHARGE_DAYS: u16 = 35;

/// Registers a user of today's era with an opening balance, in micros.
pub(crate) fn register(
    sandbox: &Sandbox,
    email: Option<String>,
    name: Option<String>,
    ids: IdScheme,
    balance: u128,
) -> User {
    let user = seed::register(sandbox, email, name, ids, Era::Today);
    let ledger = Ledger::open(user.id, balance, sandbox.clock.now());
    sandbox.console().today.insert_ledger(user.id, ledger);
    user
}

/// Adds old top-ups up to yesterday, by crypto, card and x402 in turn. Their money was spent before the opening balance.
pub(crate) fn add_history(sandbox: &Sandbox, user: &User, count: usize) {
    let old = seed::old_payments(sandbox, user, count);
    let mut console = sandbox.console();
    for (number, payment) in old.into_iter().enumerate() {
        console.insert_top_up(as_of_today(user, payment, number));
    }
}

/// The same payment as today's era would have it.
fn as_of_today(user: &User, old: TopUp, number: usize) -> TopUp {
    let by_script = number % 5 == 4 && old.status == TopUpStatus::Completed;
    if by_script {
        let hash = super::payments::random_hash();
        return TopUp {
            id: old.id,
            intent_id: old.id,
            ..x402(user, old.amount_cents, Some(hash), old.created_at)
        };
    }
    let Some(method) = METHODS.get(number % METHODS.len()) else {
        return old;
    };
    let lifetime = lifetime(method.provider);
    TopUp {
        method: method.code.to_owned(),
        provider: method.provider,
        fee_micros: money::from_cents(method.fee_cents(old.amount_cents)),
        expires_at: Some(old.created_at + lifetime),
        updated_at: if old.status == TopUpStatus::Expired {
            old.created_at + lifetime
        } else {
            old.updated_at
        },
        ..old
    }
}

/// Creates the demo user.
pub(crate) fn create_demo_user(sandbox: &Sandbox, count: usize) -> User {
    let user = register(
        sandbox,
        Some(DEMO_EMAIL.to_owned()),
        Some("Toni Today".to_owned()),
        IdScheme::Same,
        DEMO_BALANCE_MICROS,
    );
    add_history(sandbox, &user, count);
    let now = sandbox.clock.now();
    let mut console = sandbox.console();
    if let Some(ledger) = console.today.ledger_mut(user.id) {
        let expires_at = now + DEMO_PROMO_LIFETIME;
        ledger.promos.grant(DEMO_PROMO_MICROS, Some(expires_at));
        rent_demo_machines(ledger, now);
    }
    user
}

fn rent_demo_machines(ledger: &mut Ledger, now: OffsetDateTime) {
    let since = now - Duration::days(i64::from(DEMO_CHARGE_DAYS));
    for (name, plan, machine, disk, address) in DEMO_MACHINES {
        let mut vm = Resource::new(name.to_owned(), ResourceKind::Vm, machine, since);
        vm.configuration = configuration(plan);
        let vm_id = vm.id;
        rent_with_past(ledger, vm, now);
        let mut attach = |kind, suffix: &str, hourly| {
            let mut resource = Resource::new(format!("{name}-{suffix}"), kind, hourly, since);
            resource.attached_to = Some(vm_id);
            rent_with_past(ledger, resource, now);
        };
        attach(ResourceKind::Disk, "disk", disk);
        if let Some(hourly) = address {
            attach(ResourceKind::Address, "ip", hourly);
        }
    }
}

/// Rents a resource that has cost something on every day since the demo began.
fn rent_with_past(ledger: &mut Ledger, resource: Resource, now: OffsetDateTime) {
    let daily = resource.hourly * 24;
    let seed = u64::from(DEMO_CHARGE_DAYS);
    for (day, micros) in workloads::daily_charges(daily, DEMO_CHARGE_DAYS, now.date(), seed) {
        ledger.record_past_day(day, resource.id, micros);
    }
    ledger.rent(resource);
}

/// Moves a user's running workloads, with their ids and names, into the ledger as machines of the same price.
pub(crate) fn adopt_workloads(
    ledger: &mut Ledger,
    running: &[(Uuid, String, &str, u128)],
    now: OffsetDateTime,
) {
    for (id, name, plan, daily) in running {
        let mut vm = Resource::new(name.clone(), ResourceKind::Vm, daily.div_ceil(24), now);
        vm.id = *id;
        vm.configuration = configuration(plan);
        ledger.rent(vm);
    }
}

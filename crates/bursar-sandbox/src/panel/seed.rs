//! Creates the panel's accounts with a history: payers and their methods, services, running servers, old payments in
//! every status, and expenses. The history is the same at every start.

use std::sync::Arc;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use time::{Duration, OffsetDateTime};

use super::currency::Currency;
use super::instrument::{Instrument, PaymentSystem, TestCard, wallet_account};
use super::method::{Method, MethodKind, Payer, SavedMethod, SavedMethodStatus};
use super::new_id;
use super::payment::{
    MethodSnapshot, PayerSnapshot, Payment, Purpose, ReasonCode, RenewalItem, Server, Status,
};
use super::service::{Expense, Migration, RunningServer, Service, add_months};
use super::state::Account;

const DEMO_EMAIL: &str = "demo@sandbox.test";
/// Days of expenses in the demo account's history.
const DEMO_EXPENSE_DAYS: i64 = 60;
const PAYERS: [(bool, &str, &str); 2] = [
    (false, "Dana Demo", "demo@sandbox.test"),
    (true, "Acme Hosting B.V.", "billing@acme.test"),
];
const SERVICES: [(&str, &str, u64, i64); 4] = [
    ("web-1.demo.test", "VPS M", 20, 6),
    ("db.demo.test", "VPS L", 35, 11),
    ("backup.demo.test", "Storage 2 TB", 12, 25),
    ("old.demo.test", "VPS S", 8, -2),
];
const ORDERS: [(&str, &str, &str, u64); 2] = [
    (
        "bm-31.demo.test",
        "EPYC 7402P, 128 GB, 2 × 1.9 TB NVMe",
        "Amsterdam",
        50,
    ),
    (
        "bm-07.demo.test",
        "Xeon E-2386G, 64 GB, 2 × 960 GB NVMe",
        "Reykjavík",
        95,
    ),
];

/// Adds payers, each with its methods: both payment systems and invoice.
pub(crate) fn add_payers(account: &mut Account, count: usize) {
    for number in 0..count {
        let preset = PAYERS.get(number);
        let (is_company, name, email) = preset.copied().unwrap_or((true, "Company", ""));
        let name = if preset.is_some() {
            name.to_owned()
        } else {
            format!("{name} {}", number + 1)
        };
        add_payer(
            account,
            is_company,
            name,
            Some(email.to_owned()).filter(|email| !email.is_empty()),
        );
    }
}

/// Adds a payer with its methods; the first one becomes the default.
pub(crate) fn add_payer(
    account: &mut Account,
    is_company: bool,
    name: String,
    email: Option<String>,
) -> String {
    let id = new_id("pyr");
    account.payers.push(Payer {
        id: id.clone(),
        is_company,
        name,
        email,
        country: Some("NL".to_owned()),
        is_default: account.payers.is_empty(),
    });
    let kinds = PaymentSystem::ALL
        .map(MethodKind::PaymentSystem)
        .into_iter();
    for kind in kinds.chain([MethodKind::Invoice]) {
        account.methods.push(Method {
            id: new_id("mth"),
            payer: id.clone(),
            kind,
        });
    }
    id
}

/// Adds a saved method; the first confirmed one of a payer becomes its default.
pub(crate) fn add_saved_method(
    account: &mut Account,
    payer: &str,
    instrument: Instrument,
    status: SavedMethodStatus,
    created_at: OffsetDateTime,
) -> String {
    let id = new_id("mth");
    let mut saved = SavedMethod::pending(instrument.system, created_at);
    saved.instrument = Some(instrument);
    account.methods.push(Method {
        id: id.clone(),
        payer: payer.to_owned(),
        kind: MethodKind::SavedMethod(saved),
    });
    match status {
        SavedMethodStatus::Pending => {}
        SavedMethodStatus::Confirmed => account.confirm_method(&id),
        SavedMethodStatus::Failed => {
            if let Some(saved) = account.method_mut(&id).and_then(Method::saved_mut) {
                saved.fail(ReasonCode::Declined);
            }
        }
    }
    id
}

/// A test card that expires in 2031.
pub(crate) fn test_card(number: &str) -> Option<Instrument> {
    TestCard::find(number).map(|card| card.instrument("2031-04".to_owned()))
}

pub(crate) fn add_services(account: &mut Account, count: usize, now: OffsetDateTime) {
    let midnight = now.replace_time(time::Time::MIDNIGHT);
    for (name, tariff, units, days) in SERVICES.into_iter().cycle().take(count) {
        account.services.push(Service {
            id: new_id("srv"),
            name: name.to_owned(),
            tariff: tariff.to_owned(),
            monthly: account.currency.minor_units(units),
            due_at: midnight + Duration::days(days),
        });
    }
}

pub(crate) fn add_migrations(account: &mut Account, count: usize, now: OffsetDateTime) {
    for (number, (name, description, location, units)) in
        (1_i64..).zip(ORDERS.into_iter().cycle().take(count))
    {
        account.migrations.push(Migration {
            id: new_id("mig"),
            number: format!("M-{number:04}"),
            ordered_at: now - Duration::hours(20 * number),
            server: Server {
                id: new_id("srv"),
                name: name.to_owned(),
                description: Some(description.to_owned()),
                location: Some(location.to_owned()),
            },
            monthly: account.currency.minor_units(units),
        });
    }
}

/// Adds servers that are paid from the balance, and their expenses of the last days.
pub(crate) fn add_running_servers(account: &mut Account, daily: u64, days: i64) {
    let part = daily * 7 / 10;
    for (name, tariff, daily, discount) in [
        ("cloud-1.demo.test", "Cloud 4 vCPU", part, part / 10),
        ("cloud-2.demo.test", "Cloud 2 vCPU", daily - part, 0),
    ] {
        account.running.push(RunningServer {
            id: new_id("srv"),
            name: name.to_owned(),
            tariff: tariff.to_owned(),
            daily,
            discount,
        });
    }
    let today = account.charged_to;
    for day in (1..=days).rev() {
        for running in account.running.clone() {
            account.record_expense(Expense {
                date: today - Duration::days(day),
                service: running.id,
                name: running.name,
                tariff: running.tariff,
                minor: running.daily,
                discount: running.discount,
            });
        }
    }
}

/// Adds old payments up to yesterday: mostly paid, some not, and at least one in each less common status. They do not
/// change the balance.
pub(crate) fn add_history(account: &mut Account, count: usize, now: OffsetDateTime) {
    const UNITS: [u64; 7] = [10, 25, 50, 100, 100, 200, 500];
    let Some(payer) = account.payers.first() else {
        return;
    };
    let parties = HistoryParties::of(account, payer);
    let mut random = SmallRng::seed_from_u64(20_260_131);
    let mut at = now.replace_time(time::Time::MIDNIGHT) - Duration::hours(9);
    // A long history goes back at most ten years.
    let max_gap_minutes = (10 * 365 * 24 * 60 / i64::try_from(count).unwrap_or(i64::MAX).max(1))
        .clamp(2, 8 * 24 * 60);
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        times.push(at);
        at -= Duration::minutes(random.random_range(max_gap_minutes / 2..=max_gap_minutes));
    }
    let before = account.payments().len();
    for (number, at) in times.into_iter().rev().enumerate() {
        let units = UNITS
            .get(random.random_range(0..UNITS.len()))
            .copied()
            .unwrap_or(10);
        let age_rank = count - 1 - number;
        let (status, code) = old_status(age_rank, random.random_range(0..20_u8));
        let mut payment = parties.payment(account, before + number, at, units, random.random());
        payment.status = status;
        payment.reason = code.map(ReasonCode::reason);
        payment.updated_at = at + Duration::seconds(random.random_range(20..600));
        payment.fulfilled = status.is_credited();
        let was_paid = !matches!(status, Status::Cancelled | Status::Trusted);
        payment.paid_at = was_paid.then_some(payment.updated_at);
        account.insert_payment(payment);
    }
}

/// Gives even a short history every outcome.
fn old_status(age_rank: usize, roll: u8) -> (Status, Option<ReasonCode>) {
    match (age_rank, roll) {
        (2, _) => (Status::Cancelled, Some(ReasonCode::Declined)),
        (4, _) => (Status::Refunded, None),
        (6, _) => (Status::Cancelled, Some(ReasonCode::CancelledByUser)),
        (9, _) => (Status::WaitingRefund, None),
        (12, _) => (Status::Cancelled, Some(ReasonCode::Expired)),
        (15, _) => (Status::Fraudulent, Some(ReasonCode::FraudSuspected)),
        (18, _) => (Status::Trusted, None),
        (_, 17) => (Status::Cancelled, Some(ReasonCode::InsufficientFunds)),
        (_, 18) => (Status::Cancelled, Some(ReasonCode::Expired)),
        (_, 19) => (Status::Refunded, None),
        (_, _) => (Status::Paid, None),
    }
}

/// The payer and methods of old payments, created once and shared.
struct HistoryParties {
    payer: Arc<PayerSnapshot>,
    methods: Vec<Arc<MethodSnapshot>>,
}

impl HistoryParties {
    fn of(account: &Account, payer: &Payer) -> Self {
        Self {
            payer: Arc::new(PayerSnapshot {
                id: payer.id.clone(),
                name: payer.name.clone(),
            }),
            methods: account
                .methods
                .iter()
                .filter(|method| method.payer == payer.id)
                .map(|method| Arc::new(method.snapshot()))
                .collect(),
        }
    }

    fn payment(
        &self,
        account: &Account,
        number: usize,
        at: OffsetDateTime,
        units: u64,
        roll: u8,
    ) -> Payment {
        let roll = usize::from(roll);
        let service = account.services.get(roll % 7);
        let minor = service.map_or(account.currency.minor_units(units), |service| {
            service.monthly
        });
        let purpose = service.map_or(Purpose::TopUp, |service| {
            Purpose::Renewal(vec![RenewalItem {
                service: service.id.clone(),
                name: service.name.clone(),
                tariff: service.tariff.clone(),
                months: 1,
                minor,
                discount: 0,
                until: add_months(at, 1),
            }])
        });
        let method = self.methods.get(roll % self.methods.len().max(1));
        let method = method.cloned().unwrap_or_else(|| {
            Arc::new(MethodSnapshot {
                id: "mth_gone".to_owned(),
                kind: "invoice",
                name: "Invoice (bank transfer)".to_owned(),
                system: None,
            })
        });
        let names = (
            format!("pay_h{number:07}"),
            format!("{}-{:06}", at.year(), number + 1),
        );
        Payment::new(names, purpose, self.payer.clone(), method, minor, at)
    }
}

/// The demo account: two payers with saved methods, services due, migration orders, and a balance for about forty
/// days.
pub(crate) fn create_demo_account(count: usize, now: OffsetDateTime) -> Account {
    let mut account = Account::new(
        DEMO_EMAIL.to_owned(),
        "Dana Demo".to_owned(),
        Currency::USD,
        now.date(),
    );
    account.balance = 18_240;
    add_payers(&mut account, PAYERS.len());
    let ids: Vec<String> = account
        .payers
        .iter()
        .map(|payer| payer.id.clone())
        .collect();
    let saved = [
        (0, test_card("4242424242424242"), 80),
        (0, wallet_account(DEMO_EMAIL), 40),
        (1, test_card("5555555555554444"), 60),
    ];
    for (payer, instrument, days) in saved {
        if let (Some(payer), Some(instrument)) = (ids.get(payer), instrument) {
            let at = now - Duration::days(days);
            add_saved_method(
                &mut account,
                payer,
                instrument,
                SavedMethodStatus::Confirmed,
                at,
            );
        }
    }
    add_services(&mut account, SERVICES.len() - 1, now);
    add_migrations(&mut account, ORDERS.len(), now);
    add_running_servers(&mut account, 456, DEMO_EXPENSE_DAYS);
    add_history(&mut account, count, now);
    account
}

//! Creates users with a history: free credits, old payments in every state, and the demo user, whose months of
//! payments and charges end at a balance for about three weeks. The history is the same at every start.

use alloy_primitives::Address;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use crate::balance_contract;
use crate::console::payment_provider::PaymentProvider;
use crate::console::state::{IdScheme, TopUp, TopUpStatus, User};
use crate::console::workloads::{self, NewWorkload};
use crate::error::Result;
use crate::money;
use crate::random::random_address;
use crate::sandbox::Sandbox;
use crate::today::era::Era;

/// The free credits of a new user, in micros.
pub(crate) const FREE_CREDITS_MICROS: u128 = 256_000_000;
/// The maximum number of the demo user's old payments that are also events on the chain.
const MAX_ON_CHAIN_CREDITS: usize = 60;
const DEMO_EMAIL: &str = "demo@sandbox.test";
/// The demo user's remaining balance, and each workload's daily cost, in micros.
const DEMO_BALANCE_MICROS: u128 = 180_000_000;
const DEMO_WORKLOADS: [(&str, &str, u128); 3] = [
    ("web-1", "cpu-regular-4vcpu-8gb", 4_320_000),
    ("database", "cpu-premium-2vcpu-4gb", 2_880_000),
    ("build-runner", "cpu-shared-4vcpu-8gb", 1_680_000),
];
const DEMO_RESERVE_DAYS: u128 = 2;
/// The maximum number of days with charges.
const MAX_CHARGE_DAYS: u16 = 380;

pub(crate) fn register(
    sandbox: &Sandbox,
    email: Option<String>,
    name: Option<String>,
    ids: IdScheme,
    era: Era,
) -> User {
    let id = Uuid::new_v4();
    let short_id: String = id.simple().to_string().chars().take(8).collect();
    let user = User {
        id,
        email: email.unwrap_or_else(|| format!("user-{short_id}@sandbox.test")),
        name: name.unwrap_or_else(|| "Test User".to_owned()),
        era,
        address: random_address(),
        ids,
        balance_override: None,
        days_left_override: None,
        extra_entitlement: false,
        total_deposited: 0,
    };
    sandbox.console().users.push(user.clone());
    user
}

/// Grants a new user's free credits: a credit on the chain without a payment in the API.
pub(crate) async fn grant_free_credits(sandbox: &Sandbox, user: &User, micros: u128) -> Result<()> {
    if micros > 0 {
        balance_contract::top_up(
            sandbox,
            user.address,
            micros,
            &format!("free-credits-{}", user.id),
        )
        .await?;
        record_deposit(sandbox, user.id, micros);
    }
    Ok(())
}

pub(crate) fn record_deposit(sandbox: &Sandbox, user: Uuid, micros: u128) {
    if let Some(user) = sandbox.console().user_mut(user) {
        user.total_deposited = user.total_deposited.saturating_add(micros);
    }
}

/// Adds old payments up to yesterday. The newest completed ones are credited on the chain, now.
pub(crate) async fn add_history(
    sandbox: &Sandbox,
    user: &User,
    count: usize,
    on_chain: usize,
) -> Result<()> {
    let mut payments = old_payments(sandbox, user, count);
    let newest = payments
        .iter_mut()
        .rev()
        .filter(|payment| payment.status == TopUpStatus::Completed)
        .take(on_chain);
    for payment in newest {
        credit_old_payment(sandbox, user, payment).await?;
    }
    let mut console = sandbox.console();
    for payment in payments {
        console.insert_top_up(payment);
    }
    Ok(())
}

async fn credit_old_payment(sandbox: &Sandbox, user: &User, payment: &mut TopUp) -> Result<()> {
    let micros = money::from_cents(payment.amount_cents);
    let mined =
        balance_contract::top_up(sandbox, user.address, micros, &payment.on_chain_id).await?;
    payment.transaction = Some(mined.transaction);
    record_deposit(sandbox, user.id, micros);
    Ok(())
}

/// Old payments, oldest first: mostly completed, some that ended without money. The same count gives the same
/// payments; only the first user's have the same ids in every run.
pub(crate) fn old_payments(sandbox: &Sandbox, user: &User, count: usize) -> Vec<TopUp> {
    const CENTS: [i64; 8] = [1000, 2000, 2500, 5000, 5000, 7500, 10_000, 4250];
    let mut random = SmallRng::seed_from_u64(20_260_131);
    let midnight = sandbox.clock.now().replace_time(time::Time::MIDNIGHT);
    let mut at = midnight - Duration::hours(9);
    let salt = id_salt(sandbox, user);
    let mut payments: Vec<TopUp> = Vec::with_capacity(count);
    for number in 0..count {
        let amount_cents = CENTS
            .get(random.random_range(0..CENTS.len()))
            .copied()
            .unwrap_or(1000);
        let status = match (number, random.random_range(0..20_u8)) {
            // Gives even a short history every outcome.
            (2, _) => TopUpStatus::Expired,
            (5, _) => TopUpStatus::Canceled,
            (9, _) => TopUpStatus::Failed,
            (13, _) => TopUpStatus::AmlFailed,
            (_, 0..=15) => TopUpStatus::Completed,
            (_, 16..=17) => TopUpStatus::Expired,
            (_, 18) => TopUpStatus::Canceled,
            (_, _) => TopUpStatus::Failed,
        };
        payments.push(old_payment(
            user,
            amount_cents,
            status,
            at,
            salt,
            &mut random,
        ));
        // A long history goes back at most ten years.
        let max_gap_minutes = (10 * 365 * 24 * 60
            / i64::try_from(count).unwrap_or(i64::MAX).max(1))
        .clamp(2, 8 * 24 * 60);
        at -= Duration::minutes(random.random_range(max_gap_minutes / 2..=max_gap_minutes));
    }
    payments.reverse();
    payments
}

/// Keeps the ids of two histories apart. The first user's first history needs none.
fn id_salt(sandbox: &Sandbox, user: &User) -> u128 {
    let console = sandbox.console();
    let is_first = console
        .users
        .first()
        .is_some_and(|first| first.id == user.id);
    if is_first && console.top_up_count(user.id) == 0 {
        0
    } else {
        rand::random()
    }
}

fn old_payment(
    user: &User,
    amount_cents: i64,
    status: TopUpStatus,
    at: OffsetDateTime,
    salt: u128,
    random: &mut SmallRng,
) -> TopUp {
    let id_bits = u128::from_le_bytes(random.random()) ^ salt;
    let id = uuid::Builder::from_random_bytes(id_bits.to_le_bytes()).into_uuid();
    let ended = at + Duration::seconds(random.random_range(90..800));
    let micros = money::from_cents(amount_cents);
    TopUp {
        id,
        intent_id: id,
        on_chain_id: id.to_string(),
        user: user.id,
        amount_cents,
        fee_micros: money::processing_fee(micros),
        method: "usdc".to_owned(),
        provider: PaymentProvider::Copperx,
        status,
        created_at: at,
        updated_at: if status == TopUpStatus::Expired {
            at + Duration::minutes(15)
        } else {
            ended
        },
        expires_at: Some(at + Duration::minutes(15)),
        session_id: None,
        session_url: None,
        return_url: None,
        transaction: None,
    }
}

/// The time of the first block: early enough for the demo user's history.
pub(crate) fn genesis(now: OffsetDateTime) -> OffsetDateTime {
    now - Duration::days(400)
}

/// Creates the demo user and replays the user's history on the chain, with the block times of the past.
pub(crate) async fn create_demo_user(sandbox: &Sandbox, count: usize) -> Result<User> {
    let user = register(
        sandbox,
        Some(DEMO_EMAIL.to_owned()),
        Some("Dana Demo".to_owned()),
        IdScheme::Same,
        Era::Copperx,
    );
    let mut payments = old_payments(sandbox, &user, count);
    let mut paid = 0;
    let mut credits = Vec::new();
    for (index, payment) in payments.iter().enumerate().rev() {
        if payment.status == TopUpStatus::Completed && credits.len() < MAX_ON_CHAIN_CREDITS {
            credits.push(index);
            paid += money::from_cents(payment.amount_cents);
        }
    }
    credits.reverse();
    let daily: u128 = DEMO_WORKLOADS.iter().map(|(.., daily)| daily).sum();
    let spent = (FREE_CREDITS_MICROS + paid)
        .saturating_sub(DEMO_BALANCE_MICROS + daily * DEMO_RESERVE_DAYS);
    let mut charges = past_charges(sandbox.clock.now().date(), daily, spent);

    let mut replay = HistoryReplay::start(sandbox, &user).await?;
    for index in credits {
        let Some(payment) = payments.get_mut(index) else {
            continue;
        };
        replay
            .charge_until(&mut charges, payment.updated_at.date())
            .await?;
        replay.advance_to(payment.updated_at).await?;
        credit_old_payment(sandbox, &user, payment).await?;
        replay.free += money::from_cents(payment.amount_cents);
    }
    replay.charge_until(&mut charges, Date::MAX).await?;
    replay.advance_to(sandbox.clock.now()).await?;
    sandbox.fluence.rpc.call("evm_mine", json!([])).await?;

    for (name, configuration, daily) in DEMO_WORKLOADS {
        let reserve = daily * DEMO_RESERVE_DAYS;
        let new = NewWorkload {
            name: name.to_owned(),
            configuration,
            daily,
            days: 0,
            reserve,
        };
        workloads::start(sandbox, &user, new).await?;
    }
    record_charges(sandbox, &user, daily, spent);
    let mut console = sandbox.console();
    for payment in payments {
        console.insert_top_up(payment);
    }
    Ok(user)
}

/// Charges for as many full days before today as add up to `spent`, oldest first. The oldest charge is the remainder.
fn past_charges(today: Date, daily: u128, spent: u128) -> Vec<(Date, u128)> {
    let mut remaining = spent;
    let mut charges = Vec::new();
    for (day, micros) in workloads::daily_charges(daily, MAX_CHARGE_DAYS, today, 3)
        .into_iter()
        .rev()
    {
        if remaining == 0 {
            break;
        }
        charges.push((day, micros.min(remaining)));
        remaining = remaining.saturating_sub(micros);
    }
    charges.reverse();
    charges
}

/// Records the same charges in the console, split among the workloads by their daily cost.
fn record_charges(sandbox: &Sandbox, user: &User, daily: u128, spent: u128) {
    let mut console = sandbox.console();
    let running: Vec<_> = console
        .workloads
        .iter()
        .filter(|workload| workload.user == user.id)
        .cloned()
        .collect();
    for (day, micros) in past_charges(sandbox.clock.now().date(), daily, spent) {
        let mut remaining = micros;
        for (index, workload) in running.iter().enumerate() {
            let is_last = index + 1 == running.len();
            let share = if is_last {
                remaining
            } else {
                micros * workload.daily_micros / daily.max(1)
            };
            remaining = remaining.saturating_sub(share);
            workloads::record_charge(&mut console, workload, day, share);
        }
    }
}

/// Replays the demo user's history on the chain: time only moves forward, and charges never exceed the free balance
/// of the moment.
struct HistoryReplay<'a> {
    sandbox: &'a Sandbox,
    user: &'a User,
    deal: Address,
    free: u128,
    at: OffsetDateTime,
    /// Charges that the balance did not cover yet.
    uncharged: u128,
}

impl<'a> HistoryReplay<'a> {
    async fn start(sandbox: &'a Sandbox, user: &'a User) -> Result<Self> {
        let deal = random_address();
        let at = genesis(sandbox.clock.now()) + Duration::hours(1);
        let mut replay = Self {
            sandbox,
            user,
            deal,
            free: 0,
            at,
            uncharged: 0,
        };
        replay.advance_to(at).await?;
        grant_free_credits(sandbox, user, FREE_CREDITS_MICROS).await?;
        replay.free = FREE_CREDITS_MICROS;
        Ok(replay)
    }

    /// Sets the time of the next block, at least 30 seconds after the previous one.
    async fn advance_to(&mut self, at: OffsetDateTime) -> Result<()> {
        self.at = at.max(self.at + Duration::seconds(30));
        self.sandbox
            .fluence
            .rpc
            .call(
                "evm_setNextBlockTimestamp",
                json!([self.at.unix_timestamp()]),
            )
            .await?;
        Ok(())
    }

    /// Charges the days before `day` in one transaction, as far as the balance allows.
    async fn charge_until(&mut self, charges: &mut Vec<(Date, u128)>, day: Date) -> Result<()> {
        let later = charges.split_off(charges.partition_point(|(charged, _)| *charged < day));
        let Some((last, _)) = charges.last().copied() else {
            *charges = later;
            return Ok(());
        };
        self.uncharged += charges.iter().map(|(_, micros)| micros).sum::<u128>();
        *charges = later;
        let micros = self.uncharged.min(self.free);
        self.advance_to(last.midnight().assume_utc() + Duration::hours(23))
            .await?;
        workloads::charge(self.sandbox, self.user.address, self.deal, micros).await?;
        self.uncharged -= micros;
        self.free -= micros;
        Ok(())
    }
}

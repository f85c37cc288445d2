//! Makes users and their past: registration with free credits, old payments in every state, and the demo user, whose
//! months of payments and charges end at a balance that lasts about three weeks. The past is the same at every start.

use alloy_primitives::Address;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use crate::failure::Result;
use crate::ledger;
use crate::money;
use crate::state::{Ids, Status, TopUp, User};
use crate::workloads::{self, Wish};
use crate::world::World;

/// What everyone gets at registration, in micros.
pub(crate) const FREE_CREDITS: u128 = 256_000_000;
/// Old payments of the default user that are also events on the chain.
const ON_CHAIN: usize = 60;
const DEMO_EMAIL: &str = "demo@sandbox.test";
/// What the demo user has left, and what the workloads cost a day and reserve, in micros.
const DEMO_LEFT: u128 = 180_000_000;
const DEMO_WORKLOADS: [(&str, &str, u128); 3] = [
    ("web-1", "cpu-regular-4vcpu-8gb", 4_320_000),
    ("database", "cpu-premium-2vcpu-4gb", 2_880_000),
    ("build-runner", "cpu-shared-4vcpu-8gb", 1_680_000),
];
const DEMO_RESERVE_DAYS: u128 = 2;
/// Days of charges at most.
const MOST_DAYS: u16 = 380;

pub(crate) fn register(
    world: &World,
    email: Option<String>,
    name: Option<String>,
    ids: Ids,
) -> User {
    let id = Uuid::new_v4();
    let short: String = id.simple().to_string().chars().take(8).collect();
    let user = User {
        id,
        email: email.unwrap_or_else(|| format!("user-{short}@sandbox.test")),
        name: name.unwrap_or_else(|| "Test User".to_owned()),
        address: Address::from(rand::random::<[u8; 20]>()),
        ids,
        balance_override: None,
        days_left_override: None,
        extra_entitlement: false,
        deposited: 0,
    };
    world.state().users.push(user.clone());
    user
}

/// The free credits of a registration: a credit on the chain that no payment of the API explains.
pub(crate) async fn grant(world: &World, user: &User, micros: u128) -> Result<()> {
    if micros > 0 {
        ledger::top_up(
            world,
            user.address,
            micros,
            &format!("free-credits-{}", user.id),
        )
        .await?;
        deposited(world, user.id, micros);
    }
    Ok(())
}

pub(crate) fn deposited(world: &World, user: Uuid, micros: u128) {
    if let Some(user) = world.state().user_mut(user) {
        user.deposited = user.deposited.saturating_add(micros);
    }
}

/// Old payments of a user, newest yesterday; the newest completed ones are credited on the chain, now.
pub(crate) async fn history(
    world: &World,
    user: &User,
    count: usize,
    on_chain: usize,
) -> Result<()> {
    let mut payments = old_payments(world, user, count);
    let newest = payments
        .iter_mut()
        .rev()
        .filter(|payment| payment.status == Status::Completed)
        .take(on_chain);
    for payment in newest {
        credit_past(world, user, payment).await?;
    }
    let mut state = world.state();
    for payment in payments {
        state.insert_top_up(payment);
    }
    Ok(())
}

async fn credit_past(world: &World, user: &User, payment: &mut TopUp) -> Result<()> {
    let micros = money::from_cents(payment.cents);
    let mined = ledger::top_up(world, user.address, micros, &payment.chain_id).await?;
    payment.transaction = Some(mined.transaction);
    deposited(world, user.id, micros);
    Ok(())
}

/// The same payments for the same count, oldest first: mostly completed, some ended without money.
fn old_payments(world: &World, user: &User, count: usize) -> Vec<TopUp> {
    const CENTS: [i64; 8] = [1000, 2000, 2500, 5000, 5000, 7500, 10_000, 4250];
    let mut random = SmallRng::seed_from_u64(20_260_131);
    let midnight = world.clock.now().replace_time(time::Time::MIDNIGHT);
    let mut at = midnight - Duration::hours(9);
    let mut payments: Vec<TopUp> = Vec::with_capacity(count);
    for number in 0..count {
        let cents = CENTS
            .get(random.random_range(0..CENTS.len()))
            .copied()
            .unwrap_or(1000);
        let status = match (number, random.random_range(0..20_u8)) {
            // So that even a short history shows what can become of a payment.
            (2, _) => Status::Expired,
            (5, _) => Status::Canceled,
            (9, _) => Status::Failed,
            (13, _) => Status::AmlFailed,
            (_, 0..=15) => Status::Completed,
            (_, 16..=17) => Status::Expired,
            (_, 18) => Status::Canceled,
            (_, _) => Status::Failed,
        };
        payments.push(old_payment(user, cents, status, at, &mut random));
        // Long histories reach back ten years at most.
        let most_minutes = (10 * 365 * 24 * 60 / i64::try_from(count).unwrap_or(i64::MAX).max(1))
            .clamp(2, 8 * 24 * 60);
        at -= Duration::minutes(random.random_range(most_minutes / 2..=most_minutes));
    }
    payments.reverse();
    payments
}

fn old_payment(
    user: &User,
    cents: i64,
    status: Status,
    at: OffsetDateTime,
    random: &mut SmallRng,
) -> TopUp {
    let id = uuid::Builder::from_random_bytes(random.random()).into_uuid();
    let ended = at + Duration::seconds(random.random_range(90..800));
    let micros = money::from_cents(cents);
    TopUp {
        id,
        intent_id: id,
        chain_id: id.to_string(),
        user: user.id,
        cents,
        fee_micros: money::processing_fee(micros),
        method: "usdc".to_owned(),
        status,
        created_at: at,
        updated_at: if status == Status::Expired {
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

/// When the chains begin: long enough ago for the demo user's past.
pub(crate) fn genesis(now: OffsetDateTime) -> OffsetDateTime {
    now - Duration::days(400)
}

/// The default user, whose past is lived through on the chain at the times when it happened.
pub(crate) async fn demo(world: &World, count: usize) -> Result<User> {
    let user = register(
        world,
        Some(DEMO_EMAIL.to_owned()),
        Some("Dana Demo".to_owned()),
        Ids::Same,
    );
    let mut payments = old_payments(world, &user, count);
    let mut paid = 0;
    let mut credits = Vec::new();
    for (index, payment) in payments.iter().enumerate().rev() {
        if payment.status == Status::Completed && credits.len() < ON_CHAIN {
            credits.push(index);
            paid += money::from_cents(payment.cents);
        }
    }
    credits.reverse();
    let daily: u128 = DEMO_WORKLOADS.iter().map(|(.., daily)| daily).sum();
    let spent = (FREE_CREDITS + paid).saturating_sub(DEMO_LEFT + daily * DEMO_RESERVE_DAYS);
    let mut charges = past_charges(world.clock.now().date(), daily, spent);

    let mut past = Past::begin(world, &user).await?;
    for index in credits {
        let Some(payment) = payments.get_mut(index) else {
            continue;
        };
        past.spend_until(&mut charges, payment.updated_at.date())
            .await?;
        past.go_to(payment.updated_at).await?;
        credit_past(world, &user, payment).await?;
        past.free += money::from_cents(payment.cents);
    }
    past.spend_until(&mut charges, Date::MAX).await?;
    past.go_to(world.clock.now()).await?;
    world.fluence.rpc.call("evm_mine", json!([])).await?;

    for (name, configuration, daily) in DEMO_WORKLOADS {
        let reserve = daily * DEMO_RESERVE_DAYS;
        let wish = Wish {
            name: name.to_owned(),
            configuration,
            daily,
            days: 0,
            reserve,
        };
        workloads::start(world, &user, wish).await?;
    }
    write_charges(world, &user, daily, spent);
    let mut state = world.state();
    for payment in payments {
        state.insert_top_up(payment);
    }
    Ok(user)
}

/// Charges of as many whole days before today as it takes to spend that much, oldest first; the oldest is the rest.
fn past_charges(today: Date, daily: u128, spent: u128) -> Vec<(Date, u128)> {
    let mut left = spent;
    let mut charges = Vec::new();
    for (day, micros) in workloads::varied(daily, MOST_DAYS, today, 3)
        .into_iter()
        .rev()
    {
        if left == 0 {
            break;
        }
        charges.push((day, micros.min(left)));
        left = left.saturating_sub(micros);
    }
    charges.reverse();
    charges
}

/// Writes the same charges down as the console knows them: shared among the workloads by what each costs.
fn write_charges(world: &World, user: &User, daily: u128, spent: u128) {
    let mut state = world.state();
    let running: Vec<_> = state
        .workloads
        .iter()
        .filter(|workload| workload.user == user.id)
        .cloned()
        .collect();
    for (day, micros) in past_charges(world.clock.now().date(), daily, spent) {
        let mut left = micros;
        for (place, workload) in running.iter().enumerate() {
            let is_last = place + 1 == running.len();
            let share = if is_last {
                left
            } else {
                micros * workload.daily_micros / daily.max(1)
            };
            left = left.saturating_sub(share);
            workloads::write(&mut state, workload, day, share);
        }
    }
}

/// The demo user's past on the chain: time that only goes on, and what could be spent at each moment.
struct Past<'a> {
    world: &'a World,
    user: &'a User,
    deal: Address,
    free: u128,
    at: OffsetDateTime,
    /// Charges whose money was not there yet.
    owed: u128,
}

impl<'a> Past<'a> {
    async fn begin(world: &'a World, user: &'a User) -> Result<Self> {
        let deal = Address::from(rand::random::<[u8; 20]>());
        let at = genesis(world.clock.now()) + Duration::hours(1);
        let mut past = Self {
            world,
            user,
            deal,
            free: 0,
            at,
            owed: 0,
        };
        past.go_to(at).await?;
        grant(world, user, FREE_CREDITS).await?;
        past.free = FREE_CREDITS;
        Ok(past)
    }

    /// Lets the next block be at that time, or just after the last one.
    async fn go_to(&mut self, at: OffsetDateTime) -> Result<()> {
        self.at = at.max(self.at + Duration::seconds(30));
        self.world
            .fluence
            .rpc
            .call(
                "evm_setNextBlockTimestamp",
                json!([self.at.unix_timestamp()]),
            )
            .await?;
        Ok(())
    }

    /// Spends the charges of the days before `day` in one go, as far as there is money for them.
    async fn spend_until(&mut self, charges: &mut Vec<(Date, u128)>, day: Date) -> Result<()> {
        let later = charges.split_off(charges.partition_point(|(charged, _)| *charged < day));
        let Some((last, _)) = charges.last().copied() else {
            *charges = later;
            return Ok(());
        };
        self.owed += charges.iter().map(|(_, micros)| micros).sum::<u128>();
        *charges = later;
        let micros = self.owed.min(self.free);
        self.go_to(last.midnight().assume_utc() + Duration::hours(23))
            .await?;
        workloads::spend(self.world, self.user.address, self.deal, micros).await?;
        self.owed -= micros;
        self.free -= micros;
        Ok(())
    }
}

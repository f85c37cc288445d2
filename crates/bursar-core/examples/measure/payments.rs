//! Made-up payments of four years, the same in every run.

use super::Outcome;
use bursar_domain::account::AccountId;
use bursar_domain::clock::{Clock, SystemClock, Timestamp};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{Documents, Purpose, RemotePayment, Status};
use bursar_store::{History, SyncState};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::path::Path;

const NOW: i64 = 1_769_860_800_000;
const YEARS: i64 = 4 * 365 * 86_400_000;
/// The number of payments in one write, where it does not matter.
const AT_ONCE: usize = 10_000;

/// Fills the history of an account that the app of this home has connected, and marks it as completely read.
pub(crate) fn fill(home: &Path, account: &str, count: usize) -> Outcome<()> {
    let now = SystemClock.now();
    let (history, _) = History::open(home, now)?;
    let account = AccountId(account.to_owned());
    for part in made(count)?.chunks(AT_ONCE) {
        history.put_payments(&account, part)?;
    }
    let state = SyncState {
        full_at: Some(now),
        next: None,
        synced_at: Some(now),
    };
    Ok(history.set_sync_state(&account, state)?)
}

/// Creates this many payments, newest first.
pub(crate) fn made(count: usize) -> Outcome<Vec<RemotePayment>> {
    let mut random = SmallRng::seed_from_u64(1);
    (0..count).map(|n| payment(n, count, &mut random)).collect()
}

fn payment(n: usize, count: usize, random: &mut SmallRng) -> Outcome<RemotePayment> {
    let at = Timestamp(NOW - YEARS / i64::try_from(count)? * i64::try_from(n)?);
    let cents = match random.random_range(0..8) {
        0..3 => 2_500,
        3..5 => 5_000,
        5 => 10_000,
        _ => random.random_range(1_000..500_000),
    };
    Ok(RemotePayment {
        id: uuid::Builder::from_random_bytes(random.random())
            .into_uuid()
            .to_string(),
        status: match random.random_range(0..100) {
            0 => Status::Failed,
            1..10 => Status::Expired,
            10..15 => Status::Cancelled,
            15 if n.is_multiple_of(50) => Status::Refunded,
            _ => Status::Completed,
        },
        amount: Amount::from_cents(cents, Currency::usdc()),
        fee: Some(Amount::from_cents(cents / 100, Currency::usdc())),
        source: Some("copperx".into()),
        created_at: at,
        updated_at: at,
        expires_at: None,
        checkout: None,
        transaction: Some(random.random::<[u8; 32]>().into()),
        purpose: Purpose::TopUp,
        reason: None,
        documents: Documents::default(),
    })
}

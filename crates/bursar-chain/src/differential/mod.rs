//! Gives the reader over alloy and the one by hand the same bodies and values, and asserts that both read the same.

mod answers;
mod mutation;

use rand::SeedableRng;
use rand::rngs::StdRng;

/// How many random cases a test tries, times what `BURSAR_DIFFERENTIAL` says.
fn cases(few: u64) -> u64 {
    let times = std::env::var("BURSAR_DIFFERENTIAL").ok();
    times
        .and_then(|times| times.parse::<u64>().ok())
        .unwrap_or(1)
        * few
}

fn random(case: u64) -> StdRng {
    StdRng::seed_from_u64(case)
}

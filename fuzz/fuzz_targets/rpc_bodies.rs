//! Answers of an RPC endpoint: reading always ends, and figures are never negative.
#![no_main]

mod test_chain;

use bursar_chain::fuzzing::{body, figures};
use bursar_domain::money::Currency;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (count, decimals, bytes) = input;
    body(bytes, usize::from(count % 8) + 1, &test_chain::CHAIN);
    let mut quarters = bytes.chunks((bytes.len() / 4).max(1)).map(<[u8]>::to_vec);
    let answers = std::array::from_fn(|_| quarters.next().unwrap_or_default());
    if let Some(amounts) = figures(&answers, (decimals, Currency::usdc())) {
        assert!(amounts.iter().all(|amount| !amount.is_negative()));
    }
});

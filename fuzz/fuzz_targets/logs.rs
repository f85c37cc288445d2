//! Logs: an event is accepted only from the Balance contract, about this user and this token.
#![no_main]

mod test_chain;

use bursar_chain::fuzzing::event;
use bursar_domain::money::Currency;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (decimals, json) = input;
    let token_facts = (decimals, Currency::usdc());
    let Some(event) = event(json, test_chain::USER, &test_chain::CHAIN, token_facts) else {
        return;
    };
    let text = String::from_utf8_lossy(json).to_ascii_lowercase();
    for needed in [
        test_chain::CHAIN.balance,
        test_chain::CHAIN.token,
        test_chain::USER,
    ] {
        assert!(text.contains(&format!("{needed:x}").trim_start_matches("0x").to_owned()));
    }
    assert!(!event.amount.is_negative());
});

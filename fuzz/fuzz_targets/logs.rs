//! Logs: an event is only taken from the Balance contract's own log about this user and this token.
#![no_main]

mod place;

use bursar_core::chain::fuzzing::event;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (decimals, json) = input;
    let Some(event) = event(json, place::USER, &place::PLACE, decimals) else {
        return;
    };
    let text = String::from_utf8_lossy(json).to_ascii_lowercase();
    for needed in [place::PLACE.balance, place::PLACE.token, place::USER] {
        assert!(text.contains(&format!("{needed:x}").trim_start_matches("0x").to_owned()));
    }
    assert!(!event.amount.is_negative());
});

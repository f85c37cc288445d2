//! Answers of the API: what is taken for true has amounts that can be, and texts fit to be shown.
#![no_main]

use bursar_core::provider::fuzzing::body;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let taken = body(bytes);
    let amounts = taken.payments.iter().map(|payment| &payment.amount);
    for amount in amounts.chain(&taken.amounts) {
        assert!(!amount.is_negative());
    }
    for payment in &taken.payments {
        assert!((1..=128).contains(&payment.id.len()) && payment.id.is_ascii());
    }
    for text in &taken.texts {
        assert!(text.chars().count() <= 200);
        assert!(!text.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)));
    }
});

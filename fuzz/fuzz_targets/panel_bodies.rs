//! Answers of a hosting panel's API: accepted amounts are possible, and accepted texts are fit to be shown.
#![no_main]

mod answer_invariants;

use bursar_provider::panel_body;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| answer_invariants::check(&panel_body(bytes)));

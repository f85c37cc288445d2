//! Answers of Fluence's API: what is taken for true has amounts that can be, and texts fit to be shown.
#![no_main]

mod fit;

use bursar_core::provider::api_body;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fit::check(&api_body(bytes)));

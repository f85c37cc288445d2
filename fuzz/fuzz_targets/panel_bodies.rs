//! Answers of a hosting panel's API: what is taken for true has amounts that can be, and texts fit to be shown.
#![no_main]

mod fit;

use bursar_core::provider::panel_body;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fit::check(&panel_body(bytes)));

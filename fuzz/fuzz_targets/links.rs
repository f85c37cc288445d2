//! Links: an accepted link is short, has an exact form, and carries one state, the one that is written in it.
#![no_main]

use bursar_domain::link::{LIMIT, Link, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(link) = parse(text) else { return };
    assert!(text.len() <= LIMIT && text.is_ascii());
    let (place, query) = text.split_once('?').unwrap();
    let (expected, state) = match &link {
        Link::TopUpReturn { state } => ("org.bursar.desktop://top-up/return", state),
        Link::SignIn { code, state } => {
            assert!((1..=1_024).contains(&code.len()));
            ("org.bursar.desktop://sign-in", state)
        }
        Link::SignInRefused { state } => ("org.bursar.desktop://sign-in", state),
    };
    assert_eq!(place, expected);
    // A sign-in may come back with a fragment, which carries nothing; a return to a payment may not.
    let query = match &link {
        Link::TopUpReturn { .. } => query,
        Link::SignIn { .. } | Link::SignInRefused { .. } => query.split('#').next().unwrap(),
    };
    let written: Vec<_> = query
        .split('&')
        .filter_map(|part| part.strip_prefix("state="))
        .collect();
    assert_eq!(written, [state.as_str()]);
    assert!(!format!("{link:?}").contains(state.as_str()));
});

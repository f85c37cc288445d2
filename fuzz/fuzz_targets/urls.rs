//! Checkout addresses: an accepted address leads to a listed host, securely and without user info, and every parser reads it in
//! the same way.
#![no_main]

use bursar_domain::checkout::{allow, host};
use bursar_domain::network::{Network, host_and_port, is_loopback};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use url::Url;

static NETWORK: LazyLock<Network> = LazyLock::new(|| {
    bursar_provider::networks::from_toml(
        r#"name = "fuzz"
        provider = "fluence"
        api = "http://127.0.0.1:4010"
        checkout_hosts = ["127.0.0.1:4020", "buy.copperx.io", "pay.example:8443"]"#,
    )
    .unwrap()
});

fuzz_target!(|text: &str| {
    let _ = host(text);
    let Ok(url) = allow(text, &NETWORK, None, &[]) else {
        return;
    };
    let seen = host_and_port(&url).unwrap();
    assert!(NETWORK.checkout_hosts.contains(&seen));
    assert!(url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)));
    assert!(url.username().is_empty() && url.password().is_none());
    assert_eq!(Url::parse(url.as_str()).unwrap(), url);
    assert!(
        url.as_str()
            .starts_with(&format!("{}://{seen}/", url.scheme()))
    );
    assert!(url.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
});

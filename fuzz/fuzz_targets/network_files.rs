//! Network files: an accepted file has exact hosts and sends nothing unencrypted, except to this machine.
#![no_main]

use bursar_domain::network::{host_and_port, is_loopback};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|text: &str| {
    let Ok(network) = bursar_provider::networks::from_toml(text) else {
        return;
    };
    let safe = |url: &Url| matches!(url.scheme(), "https" | "wss") || is_loopback(url);
    assert!(safe(&network.api));
    assert!(network.console.iter().all(safe));
    if let Some(chain) = &network.chain {
        assert!(
            chain
                .rpc
                .iter()
                .chain(&chain.ws)
                .chain(&chain.explorer)
                .all(safe)
        );
    }
    if let Some(place) = &network.sign_in {
        assert!(safe(&place.authorize) && safe(&place.token));
    }
    assert!(network.keys_page.iter().all(safe));
    for host in network.all_checkout_hosts() {
        let url = Url::parse(&format!("https://{host}/")).unwrap();
        assert_eq!(host_and_port(&url).as_deref(), Some(host));
    }
});

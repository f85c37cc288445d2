//! Tests network files: a valid file is accepted as a whole, and for any other file an error names the faulty field.

use bursar_domain::address::parse_address;
use bursar_domain::error::Code;
use bursar_domain::network::{Network, check_host};
use proptest::prelude::*;

const FILE: &str = r#"
name = "sandbox"
provider = "fluence"
api = "http://127.0.0.1:4010"
checkout_hosts = ["127.0.0.1:4020"]
return_links = true
console = "http://127.0.0.1:4010/"
feature_key = "usdc"
[limits]
top_up_min = "10"
balance_max = "5000"
[sign_in]
authorize = "http://127.0.0.1:4010/oauth/authorize"
token = "http://127.0.0.1:4010/oauth/token"
client_id = "org.bursar.desktop"
[chain]
id = 9999999
rpc = ["http://127.0.0.1:8547"]
ws = "ws://127.0.0.1:8547"
balance = "0xF0C308C622eeBA94aeEc2E3Fd67F34619f86761B"
token = "0x2eC84f93e4F26465c38Fa8165A8927522290A138"
explorer = "http://127.0.0.1:4010/explorer"
start_block = 0
"#;

#[test]
fn reads_complete_file() {
    let network = bursar_provider::networks::from_toml(FILE).unwrap();
    assert_eq!(
        (network.name.as_str(), network.provider.as_str()),
        ("sandbox", "fluence")
    );
    assert!(network.is_sandbox() && network.return_links);
    assert_eq!(network.api_host(), "127.0.0.1:4010");
    assert_eq!(
        network.limits.balance_max.as_ref().unwrap().to_string(),
        "5000 USDC"
    );
    let stored = serde_json::to_string(&network).unwrap();
    assert_eq!(serde_json::from_str::<Network>(&stored).unwrap(), network);
}

#[test]
fn built_in_networks_exist_and_are_secure() {
    let networks = bursar_provider::networks::built_in();
    let names: Vec<_> = networks
        .iter()
        .map(|network| network.name.as_str())
        .collect();
    assert_eq!(names, ["mainnet", "testnet", "stage"]);
    for network in &networks {
        assert!(!network.is_sandbox() && !network.return_links);
        assert_eq!(network.api.scheme(), "https");
        assert!(network.chain.is_some() && !network.checkout_hosts.is_empty());
    }
}

#[test]
fn names_the_invalid_field() {
    for (right, named, all_wrong) in [
        (
            "name = \"sandbox\"",
            "name",
            &["name = \"\"", "name = \"a\u{202e}b\"", ""][..],
        ),
        ("\"fluence\"", "bank", &["\"bank\""][..]),
        (
            "api = \"http://127.0.0.1:4010\"",
            "api",
            &[
                "api = \"http://example.com\"",
                "api = \"https://u:p@example.com\"",
                "api = \"https://example.com/?key=1\"",
                "api = \"https://example.com/#x\"",
                "api = \"file:///etc\"",
                "api = \"example.com\"",
                "api = \"http://127.0.0.1.evil.com\"",
            ][..],
        ),
        ("api = \"http://127.0.0.1:4010\"", "line", &["api = 7"][..]),
        (
            "\"127.0.0.1:4020\"",
            "checkout_hosts",
            &[
                "\"https://127.0.0.1:4020\"",
                "\"*.example.com\"",
                "\"Pay.example.com\"",
                "\"a@b.c\"",
                "\"b.c/d\"",
                "\"\"",
            ][..],
        ),
        ("\"usdc\"", "feature_key", &["\"\""][..]),
        (
            "top_up_min = \"10\"",
            "top_up_min",
            &["top_up_min = \"-10\"", "top_up_min = \"ten\""][..],
        ),
        (
            "top_up_min = \"10\"",
            "top_up_minimum",
            &["top_up_minimum = \"10\""][..],
        ),
        (
            "client_id = \"org.bursar.desktop\"",
            "client_id",
            &["client_id = \"a b\""][..],
        ),
        (
            "/oauth/token\"",
            "sign_in.token",
            &["/oauth/token?x=1\""][..],
        ),
        ("id = 9999999", "chain.id", &["id = 0"][..]),
        ("id = 9999999", "line", &["id = -1"][..]),
        (
            "rpc = [\"http://127.0.0.1:8547\"]",
            "chain.rpc",
            &["rpc = []", "rpc = [\"http://example.com\"]"][..],
        ),
        (
            "ws = \"ws://127.0.0.1:8547\"",
            "chain.ws",
            &["ws = \"ws://example.com\"", "ws = \"https://example.com\""][..],
        ),
        (
            "0xF0C308C622eeBA94aeEc2E3Fd67F34619f86761B",
            "chain.balance",
            &["0xF0C308C622eeBA94aeEc2E3Fd67F34619f86761b"][..],
        ),
        (
            "0x2eC84f93e4F26465c38Fa8165A8927522290A138",
            "chain.token",
            &["0x0"][..],
        ),
        ("start_block = 0", "start", &["start = 0"][..]),
    ] {
        assert!(FILE.contains(right));
        for wrong in all_wrong {
            let refused =
                bursar_provider::networks::from_toml(&FILE.replacen(right, wrong, 1)).unwrap_err();
            assert_eq!(refused.code, Code::NetworkMalformed);
            let is_named = refused.message.contains(named) || named == "line";
            assert!(
                is_named,
                "{wrong}: {} does not name {named}",
                refused.message
            );
        }
    }
    let large = format!("{FILE}\n# {}", "x".repeat(100_000));
    assert!(bursar_provider::networks::from_toml(&large).is_err());
}

#[test]
fn wallet_addresses_are_checked() {
    let right = "0x2eC84f93e4F26465c38Fa8165A8927522290A138";
    let lower = right.to_lowercase();
    let upper = format!("0x{}", right[2..].to_uppercase());
    for text in [
        right,
        &lower,
        &upper,
        " 0x2eC84f93e4F26465c38Fa8165A8927522290A138\n",
    ] {
        assert_eq!(parse_address(text).unwrap().to_checksum(None), right);
    }
    for text in [
        "",
        "0x",
        &right[2..],
        "0X2ec84f93e4f26465c38fa8165a8927522290a138",
        "0x2eC84f93e4F26465c38Fa8165A8927522290A13",
        "0x2eC84f93e4F26465c38Fa8165A8927522290A1388",
        "0x2EC84f93e4F26465c38Fa8165A8927522290A138",
        "0x2eC84f93e4F26465c38Fa8165A8927522290A13g",
        "0x0000000000000000000000000000000000000000",
        "0x２eC84f93e4F26465c38Fa8165A8927522290A138",
        "vitalik.eth",
    ] {
        assert_eq!(
            parse_address(text).unwrap_err().code,
            Code::AddressMalformed,
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn reading_a_file_never_panics(text in any::<String>()) {
        prop_assert!(bursar_provider::networks::from_toml(&text).is_err());
    }

    #[test]
    fn damaged_file_is_rejected_or_safe(at in 0_usize..600, with in "\\PC{0,3}") {
        let at = at % FILE.len();
        let damaged = format!("{}{with}{}", &FILE[..at], &FILE[at + 1..]);
        if let Ok(network) = bursar_provider::networks::from_toml(&damaged) {
            prop_assert!(network.api.scheme() == "https" || network.is_sandbox());
            prop_assert!(network.checkout_hosts.iter().all(|host| check_host(host).is_ok()));
        }
    }

    #[test]
    fn listed_host_is_only_a_host(text in "[a-zA-Z0-9.:/@?#\\[\\]*%_ -]{0,20}") {
        if check_host(&text).is_ok() {
            prop_assert!(!text.contains(['/', '@', '?', '#', '*', '%', ' ']));
            prop_assert_eq!(text.to_lowercase(), text);
        }
    }

    #[test]
    fn parsing_an_address_never_panics(text in any::<String>()) {
        prop_assert!(parse_address(&text).is_err());
    }
}

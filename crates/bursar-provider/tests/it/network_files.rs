//! Tests network files: a valid file is accepted as a whole, and for any other file an error names the faulty field.

use bursar_domain::address::parse_address;
use bursar_domain::clock::Span;
use bursar_domain::error::Code;
use bursar_domain::network::{BalanceFrom, Network, check_host};
use bursar_domain::payment_rules::PageHelp;
use bursar_provider::page_facts;
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
        assert!(network.chain.is_some() && network.all_checkout_hosts().next().is_some());
    }
    let mainnet = &networks[0];
    let pages: Vec<_> = mainnet
        .payment_pages
        .iter()
        .map(|pages| (pages.provider.as_str(), pages.hosts.join(" ")))
        .collect();
    assert_eq!(
        pages,
        [
            ("copperx", "buy.copperx.io".to_owned()),
            ("nowpayments", "nowpayments.io".to_owned()),
            ("stripe", "checkout.stripe.com".to_owned()),
        ]
    );
    assert_eq!(mainnet.leading_balance(), BalanceFrom::Auto);
    assert!(mainnet.keys_page.is_some());
}

/// The sandbox's file for today's Fluence.
const TODAY: &str = r#"
name = "today"
provider = "fluence"
api = "http://127.0.0.1:4022"
currency = "USD"
balance_from = "api"
feature_key = "usd-balance"
console = "http://127.0.0.1:4022/billing"
keys_page = "http://127.0.0.1:4022/settings/api-keys"
billing_page = "http://127.0.0.1:4022/billing"
[limits]
top_up_min = "10"
balance_max = "5000"
[[checkout]]
provider = "nowpayments"
title = "NOWPayments"
hosts = ["127.0.0.1:4023"]
[[checkout]]
provider = "stripe"
hosts = ["127.0.0.1:4024", "127.0.0.1:4025"]
"#;

#[test]
fn reads_payment_pages_unit_and_source_of_the_balance() {
    let network = bursar_provider::networks::from_toml(TODAY).unwrap();
    assert_eq!(network.currency.as_ref().unwrap().as_str(), "USD");
    assert_eq!(network.leading_balance(), BalanceFrom::Api);
    let limit = network.limits.balance_max.as_ref().unwrap();
    assert_eq!(limit.to_string(), "5000 USD");
    let titles: Vec<_> = network
        .payment_pages
        .iter()
        .map(|pages| pages.title.as_str())
        .collect();
    assert_eq!(titles, ["NOWPayments", "stripe"]);
    assert_eq!(network.all_checkout_hosts().count(), 3);
    assert_eq!(
        network.keys_page.as_ref().unwrap().path(),
        "/settings/api-keys"
    );
    assert_eq!(network.billing_page.as_ref().unwrap().path(), "/billing");
    let stored = serde_json::to_string(&network).unwrap();
    assert_eq!(serde_json::from_str::<Network>(&stored).unwrap(), network);
}

#[test]
fn pages_may_say_how_long_they_live_and_what_helps() {
    let with = |keys: &str| {
        let file = TODAY.replacen(
            "[\"127.0.0.1:4023\"]",
            &format!("[\"127.0.0.1:4023\"]\n{keys}"),
            1,
        );
        bursar_provider::networks::from_toml(&file)
    };
    let network = with("page_minutes = 1440\nhelp = \"wallet-qr\"").unwrap();
    let [crypto, card] = network.payment_pages.as_slice() else {
        panic!("{:?}", network.payment_pages);
    };
    assert_eq!(crypto.page_lifetime(), Some(Span::days(1)));
    assert_eq!(crypto.help, Some(PageHelp::WalletQr));
    assert_eq!((card.page_lifetime(), card.help), (None, None));
    let stored = serde_json::to_string(&network).unwrap();
    assert_eq!(serde_json::from_str::<Network>(&stored).unwrap(), network);
    assert_eq!(
        stored.matches("page_minutes").count(),
        1,
        "an older version reads the other"
    );

    // What the file says goes before what this version knows of a payment provider.
    let facts = |keys: &str, provider: &str| page_facts(&with(keys).unwrap(), Some(provider));
    assert_eq!(
        facts("help = \"wallet-qr\"", "nowpayments").help,
        PageHelp::WalletQr
    );
    assert_eq!(facts("", "nowpayments").page_lifetime, None);
    assert_eq!(facts("", "copperx").help, PageHelp::WalletQr);
    let silent = TODAY.replace("nowpayments", "copperx").replacen(
        "[\"127.0.0.1:4023\"]",
        "[\"127.0.0.1:4023\"]\nhelp = \"none\"",
        1,
    );
    let silent = bursar_provider::networks::from_toml(&silent).unwrap();
    assert_eq!(page_facts(&silent, Some("copperx")).help, PageHelp::None);

    for (wrong, field) in [
        ("page_minutes = 0", "checkout.page_minutes"),
        ("page_minutes = -5", "checkout.page_minutes"),
        ("page_minutes = 10081", "checkout.page_minutes"),
        (
            "page_minutes = 9223372036854775807",
            "checkout.page_minutes",
        ),
        ("help = \"\"", "checkout.help"),
        ("help = \"Send it to 0x1 instead\"", "checkout.help"),
    ] {
        let error = with(wrong).unwrap_err();
        assert_eq!(error.code, Code::NetworkMalformed);
        assert!(
            error.detail.to_string().contains(field),
            "{wrong}: {}",
            error.detail
        );
    }
    for wrong in ["page_minutes = 1.5", "page_minutes = \"15\"", "help = 1"] {
        assert_eq!(
            with(wrong).unwrap_err().code,
            Code::NetworkMalformed,
            "{wrong}"
        );
    }
}

#[test]
fn built_in_pages_say_how_long_they_live() {
    let mainnet = bursar_provider::networks::built_in().remove(0);
    let lifetime = |provider: &str| page_facts(&mainnet, Some(provider)).page_lifetime;
    assert_eq!(lifetime("copperx"), Some(Span::minutes(15)));
    assert_eq!(lifetime("nowpayments"), Some(Span::hours(24)));
    assert_eq!(lifetime("stripe"), Some(Span::hours(1)));
    assert_eq!(lifetime("x402"), None);
}

#[test]
fn limits_may_have_a_unit_of_their_own() {
    let other = TODAY.replacen("[limits]", "[limits]\ncurrency = \"EUR\"", 1);
    let network = bursar_provider::networks::from_toml(&other).unwrap();
    assert_eq!(network.limits.top_up_min.unwrap().to_string(), "10 EUR");
}

#[test]
fn older_files_and_stored_networks_mean_what_they_meant() {
    let network = bursar_provider::networks::from_toml(FILE).unwrap();
    assert!(network.currency.is_none() && network.keys_page.is_none());
    assert!(network.payment_pages.is_empty());
    assert_eq!(network.leading_balance(), BalanceFrom::Chain);
    let chainless = bursar_provider::networks::from_toml(
        "name = \"a\"\nprovider = \"panel\"\napi = \"https://a.example/\"",
    );
    assert_eq!(chainless.unwrap().leading_balance(), BalanceFrom::Api);
    // A network as it was stored before these fields existed.
    let stored = serde_json::to_value(&network).unwrap();
    for field in [
        "currency",
        "balance_from",
        "keys_page",
        "billing_page",
        "payment_pages",
    ] {
        assert!(stored.get(field).is_none(), "{field}");
    }
    assert_eq!(serde_json::from_value::<Network>(stored).unwrap(), network);
}

#[test]
fn stored_copy_of_a_built_in_network_is_replaced_by_todays() {
    let mainnet = bursar_provider::networks::built_in().remove(0);
    let older = Network {
        checkout_hosts: vec!["buy.copperx.io".to_owned()],
        payment_pages: Vec::new(),
        balance_from: None,
        keys_page: None,
        ..mainnet.clone()
    };
    assert_eq!(
        bursar_provider::networks::current(older.clone(), &[]),
        mainnet
    );
    // The user's own file of that name, and another API, keep what they say.
    let own = [older.clone()];
    assert_eq!(
        bursar_provider::networks::current(older.clone(), &own),
        older
    );
    for kept in [
        Network {
            api: "https://api.example/".parse().unwrap(),
            ..older.clone()
        },
        Network {
            name: "mainnet-2".to_owned(),
            ..older.clone()
        },
        Network {
            provider: bursar_provider::networks::from_toml(
                "name = \"mainnet\"\nprovider = \"panel\"\napi = \"https://api.fluence.dev\"",
            )
            .unwrap()
            .provider,
            ..older
        },
    ] {
        assert_eq!(bursar_provider::networks::current(kept.clone(), &[]), kept);
    }
}

#[test]
fn names_the_invalid_field_of_todays_files() {
    for (right, wrong, named) in [
        ("\"USD\"", "\"$\"", "currency"),
        ("\"api\"\n", "\"both\"\n", "balance_from"),
        (
            "balance_from = \"api\"",
            "balance_from = \"chain\"",
            "balance_from",
        ),
        (
            "balance_from = \"api\"",
            "balance_from = \"auto\"",
            "balance_from",
        ),
        (
            "keys_page = \"http://127.0.0.1:4022/",
            "keys_page = \"http://a.example/",
            "keys_page",
        ),
        (
            "billing_page = \"http://127.0.0.1:4022/",
            "billing_page = \"http://a.example/",
            "billing_page",
        ),
        (
            "provider = \"nowpayments\"",
            "provider = \"now payments\"",
            "checkout.provider",
        ),
        (
            "provider = \"nowpayments\"",
            "provider = \"\"",
            "checkout.provider",
        ),
        (
            "provider = \"nowpayments\"",
            "provider = \"stripe\"",
            "network-entry-twice",
        ),
        (
            "title = \"NOWPayments\"",
            "title = \"a\u{202e}b\"",
            "checkout.title",
        ),
        (
            "hosts = [\"127.0.0.1:4023\"]",
            "hosts = []",
            "checkout.hosts",
        ),
        (
            "\"127.0.0.1:4023\"",
            "\"*.nowpayments.io\"",
            "*.nowpayments.io",
        ),
        (
            "title = \"NOWPayments\"",
            "titel = \"NOWPayments\"",
            "titel",
        ),
    ] {
        assert!(TODAY.contains(right), "{right}");
        let file = TODAY.replacen(right, wrong, 1);
        let refused = bursar_provider::networks::from_toml(&file).unwrap_err();
        assert_eq!(refused.code, Code::NetworkMalformed);
        assert!(
            refused.detail.to_string().contains(named),
            "{wrong}: {}",
            refused.detail
        );
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
            let is_named = refused.detail.to_string().contains(named) || named == "line";
            assert!(
                is_named,
                "{wrong}: {} does not name {named}",
                refused.detail
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
            prop_assert!(network.all_checkout_hosts().all(|host| check_host(host).is_ok()));
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

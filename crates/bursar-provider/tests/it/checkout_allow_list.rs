//! Tests the allow list of checkout addresses: only the listed hosts pass, whatever an address pretends to be.

use bursar_domain::checkout::{self, allow, qr_svg};
use bursar_domain::error::Code;
use bursar_domain::network::{Network, host_and_port, is_loopback};
use proptest::prelude::*;
use url::Url;

fn mainnet() -> Network {
    bursar_provider::networks::built_in()
        .into_iter()
        .find(|network| network.name == "mainnet")
        .unwrap()
}

fn sandbox() -> Network {
    bursar_provider::networks::from_toml(
        r#"
        name = "sandbox"
        provider = "fluence"
        api = "http://127.0.0.1:4010"
        checkout_hosts = ["127.0.0.1:4020", "pay.example:8443", "[::1]:4020", "xn--bcher-kva.example"]
        [sign_in]
        authorize = "http://127.0.0.1:4010/oauth/authorize"
        token = "http://127.0.0.1:4010/oauth/token"
        client_id = "org.bursar.desktop"
        [chain]
        id = 9999999
        rpc = ["http://127.0.0.1:8547"]
        balance = "0xF0C308C622eeBA94aeEc2E3Fd67F34619f86761B"
        token = "0x2eC84f93e4F26465c38Fa8165A8927522290A138"
        explorer = "http://127.0.0.1:4010/explorer"
        "#,
    )
    .unwrap()
}

#[test]
fn accepts_checkouts_of_the_network() {
    for (raw, opened) in [
        ("https://buy.copperx.io/payment/checkout-session/1", None),
        ("https://buy.copperx.io", Some("https://buy.copperx.io/")),
        (
            "https://buy.copperx.io:443/a",
            Some("https://buy.copperx.io/a"),
        ),
        ("HTTPS://BUY.copperx.io/a", Some("https://buy.copperx.io/a")),
        ("https://buy.copperx.io/a?b=c&d=@e#fragment", None),
        (
            "https://buy.copperx.io/a/../b",
            Some("https://buy.copperx.io/b"),
        ),
    ] {
        let url = allow(raw, &mainnet(), None, &[]).unwrap();
        assert_eq!(url.as_str(), opened.unwrap_or(raw));
    }
    for raw in [
        "http://127.0.0.1:4020/pay",
        "https://127.0.0.1:4020/pay",
        "http://[::1]:4020/pay",
        "https://pay.example:8443/pay",
        "https://xn--bcher-kva.example/pay",
    ] {
        assert_eq!(allow(raw, &sandbox(), None, &[]).unwrap().as_str(), raw);
    }
}

#[test]
fn rejects_hostile_urls() {
    let long = format!("https://buy.copperx.io/{}", "x".repeat(2_048));
    for raw in [
        "",
        " ",
        "/",
        "buy.copperx.io",
        "//buy.copperx.io/",
        "https:",
        "https:buy.copperx.io",
        "https:/buy.copperx.io/",
        "https:///buy.copperx.io/",
        "https:////buy.copperx.io/",
        "https://",
        "https:///",
        "https://?buy.copperx.io",
        "https://#buy.copperx.io",
        // Insecure web addresses, and other kinds of addresses.
        "http://buy.copperx.io/",
        "http://buy.copperx.io:443/",
        "ws://buy.copperx.io/",
        "wss://buy.copperx.io/",
        "ftp://buy.copperx.io/",
        "file:///etc/passwd",
        "file://buy.copperx.io/etc/passwd",
        "javascript:alert(1)",
        "javascript://buy.copperx.io/%0aalert(1)",
        "JaVaScRiPt:alert(1)//https://buy.copperx.io/",
        "data:text/html,<script>1</script>",
        "data://buy.copperx.io/,x",
        "blob:https://buy.copperx.io/1",
        "view-source:https://buy.copperx.io/",
        "about:blank",
        "mailto:a@buy.copperx.io",
        "org.bursar.desktop://buy.copperx.io/",
        "intent://buy.copperx.io/#Intent;end",
        "smb://buy.copperx.io/",
        "-https://buy.copperx.io/",
        "--flag",
        // User info.
        "https://buy.copperx.io@evil.com/",
        "https://buy.copperx.io:443@evil.com/",
        "https://buy.copperx.io%40evil.com/",
        "https://buy.copperx.io%2F@evil.com/",
        "https://user@buy.copperx.io/",
        "https://user:pass@buy.copperx.io/",
        "https://:pass@buy.copperx.io/",
        "https://@buy.copperx.io/",
        "https://:@buy.copperx.io/",
        "https://a@b@buy.copperx.io/",
        // Look-alikes, suffixes and prefixes.
        "https://evil.com/",
        "https://evil.com/buy.copperx.io",
        "https://evil.com/https://buy.copperx.io/",
        "https://evil.com?buy.copperx.io/",
        "https://evil.com#buy.copperx.io/",
        "https://evil.com/.buy.copperx.io/x",
        "https://evil.com#@buy.copperx.io/",
        "https://evil.com?@buy.copperx.io/",
        "https://buy.copperx.io.evil.com/",
        "https://evilbuy.copperx.io/",
        "https://a.buy.copperx.io/",
        "https://copperx.io/",
        "https://www.copperx.io/",
        "https://buy.copperx.dev/",
        "https://buy-copperx.io/",
        "https://buy.copperx.i0/",
        "https://buy.copperx.io.",
        "https://buy.copperx.io./",
        "https://buy..copperx.io/",
        "https://.buy.copperx.io/",
        "https://buy.copperx.ioo/",
        "https://buy.copperx.io,evil.com/",
        "https://buy.copperx.io;evil.com/",
        "https://buy.copperx.io&evil.com/",
        "https://buy.copperx.io%00.evil.com/",
        "https://%62uy.copperx.io/",
        "https://buy%2Ecopperx.io/",
        "https://buy.copperx.io%2F.evil.com/",
        "https://*.copperx.io/",
        // Homographs, and other Unicode forms of the same letters.
        "https://buу.copperx.io/",
        "https://buy.соpperx.io/",
        "https://xn--bu-0mc.copperx.io/",
        "https://ｂuy.copperx.io/",
        "https://buy。copperx。io/",
        "https://buy．copperx．io/",
        "https://buy.copperx.io\u{ad}/",
        "https://buy.copperx\u{200b}.io/",
        "https://buy.copperx.ıo/",
        "https://buy.copperx.io/\u{202e}",
        "https://bücher.example/pay",
        // Ports.
        "https://buy.copperx.io:444/",
        "https://buy.copperx.io:80/",
        "https://buy.copperx.io:0443/",
        "https://buy.copperx.io:/",
        "https://buy.copperx.io:0/",
        "https://buy.copperx.io:65979/",
        "https://buy.copperx.io:-443/",
        "https://buy.copperx.io:443:443/",
        "https://buy.copperx.io:４43/",
        // Slashes, spaces and control characters.
        "https:\\\\buy.copperx.io\\",
        "https://evil.com\\@buy.copperx.io/",
        "https://evil.com\\.buy.copperx.io/",
        "https://buy.copperx.io\\@evil.com/",
        "https://buy.copperx.io/\\evil.com",
        " https://buy.copperx.io/",
        "https://buy.copperx.io/ ",
        "https://buy.copperx.io /",
        "https://buy. copperx.io/",
        "\thttps://buy.copperx.io/",
        "ht\ntps://buy.copperx.io/",
        "https://evil.com\n@buy.copperx.io/",
        "https://buy.copp\terx.io/",
        "https://buy.copperx.io/\r\nHost: evil.com",
        "https://buy.copperx.io/\0",
        "\u{0}https://buy.copperx.io/",
        "\u{1b}https://buy.copperx.io/",
        "https://buy.copperx.io/\u{7f}",
        "\u{feff}https://buy.copperx.io/",
        "https://buy.copperx.io/\u{2028}",
        // Loopback and link-local addresses.
        "http://127.0.0.1:4020/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/",
        "https://[buy.copperx.io]/",
        &long,
    ] {
        let refused = allow(raw, &mainnet(), None, &[]).map(|url| url.to_string());
        assert!(
            refused
                .as_ref()
                .is_err_and(|error| error.code == Code::HostNotAllowed),
            "{raw:?} gave {refused:?}"
        );
        let message = refused.unwrap_err().detail.to_string();
        assert!(message.is_ascii() && !message.bytes().any(|b| b.is_ascii_control()));
    }
}

#[test]
fn accepts_loopback_only_as_listed() {
    for raw in [
        "http://127.0.0.1/",
        "http://127.0.0.1:4021/",
        "http://127.1:4020/",
        "http://127.0.0.2:4020/",
        "http://0x7f.0.0.1:4020/",
        "http://2130706433:4020/",
        "http://127.0.0.1.:4020/",
        "http://localhost:4020/",
        "http://[::0001]:4020/",
        "http://[::ffff:127.0.0.1]:4020/",
        "http://0.0.0.0:4020/",
        "http://pay.example:8443/",
        "https://pay.example/",
        "https://bücher.example/",
    ] {
        assert!(allow(raw, &sandbox(), None, &[]).is_err(), "{raw}");
    }
}

#[test]
fn accepts_only_the_added_host() {
    let raw = "https://checkout.example.com/c/pay/cs_1#fid";
    let refused = allow(raw, &mainnet(), None, &[]).unwrap_err();
    assert!(
        refused.detail.to_string().contains("checkout.example.com"),
        "{}",
        refused.detail
    );
    assert_eq!(checkout::host(raw).as_deref(), Some("checkout.example.com"));
    let added = ["checkout.example.com".to_owned()];
    assert_eq!(allow(raw, &mainnet(), None, &added).unwrap().as_str(), raw);
    assert!(
        allow(
            "https://checkout.example.com:8443/",
            &mainnet(),
            None,
            &added
        )
        .is_err()
    );
    assert!(allow("http://checkout.example.com/", &mainnet(), None, &added).is_err());
    assert_eq!(
        checkout::host("https://u@evil.com/"),
        None,
        "a deceptive address offers no host to add"
    );
    let refused = allow("https://xn--pple-43d.com/", &mainnet(), None, &[]).unwrap_err();
    assert!(
        refused.detail.to_string().contains("xn--pple-43d.com"),
        "{}",
        refused.detail
    );
}

/// The pages of mainnet's payment providers.
const PAGES: [(&str, &str); 3] = [
    (
        "copperx",
        "https://buy.copperx.io/payment/checkout-session/1",
    ),
    (
        "nowpayments",
        "https://nowpayments.io/payment/?iid=4522625843",
    ),
    (
        "stripe",
        "https://checkout.stripe.com/c/pay/cs_live_1#fidkdWxOYHwnPyd1blpxYHZxWjA0",
    ),
];

#[test]
fn each_payment_provider_has_its_own_hosts() {
    let network = mainnet();
    for (provider, page) in PAGES {
        for (other, _) in PAGES {
            let allowed = allow(page, &network, Some(other), &[]);
            assert_eq!(allowed.is_ok(), provider == other, "{page} of {other}");
        }
        assert_eq!(
            allow(page, &network, Some(provider), &[]).unwrap().as_str(),
            page
        );
        // A payment whose provider is not known may be any listed provider's.
        assert!(allow(page, &network, None, &[]).is_ok());
    }
    let refused = allow(PAGES[2].1, &network, Some("nowpayments"), &[]).unwrap_err();
    for part in ["checkout.stripe.com", "Stripe", "nowpayments"] {
        assert!(
            refused.detail.to_string().contains(part),
            "{}",
            refused.detail
        );
    }
}

#[test]
fn unknown_payment_provider_is_refused_by_name() {
    let page = "https://pay.example.com/1";
    let refused = allow(page, &mainnet(), Some("acme"), &[]).unwrap_err();
    assert_eq!(refused.code, Code::HostNotAllowed);
    assert!(
        refused.detail.to_string().contains("pay.example.com")
            && refused.detail.to_string().contains("acme")
    );
    // Another case, or more around it, is another provider.
    for provider in ["Stripe", "stripe ", "", "stripe\u{200b}"] {
        assert!(
            allow(PAGES[2].1, &mainnet(), Some(provider), &[]).is_err(),
            "{provider:?}"
        );
    }
    let added = ["pay.example.com".to_owned()];
    assert!(allow(page, &mainnet(), Some("acme"), &added).is_ok());
    let hostile = "x\u{202e}\n".repeat(100);
    let refused = allow(page, &mainnet(), Some(&hostile), &[]).unwrap_err();
    assert!(
        refused.detail.to_string().len() < 300 && !refused.detail.to_string().contains('\u{202e}')
    );
}

#[test]
fn hosts_of_a_network_are_open_to_every_payment_provider() {
    let page = "https://pay.example:8443/pay";
    for provider in [None, Some("copperx"), Some("acme")] {
        assert!(allow(page, &sandbox(), provider, &[]).is_ok());
    }
}

#[test]
fn opens_sign_in_page_of_the_network() {
    let network = sandbox();
    let page = Url::parse("http://127.0.0.1:4010/oauth/authorize?state=1").unwrap();
    assert_eq!(checkout::sign_in(&network, &page).unwrap(), page);
    for other in [
        "http://127.0.0.1:4010/oauth/authorize/x",
        "http://127.0.0.1:4010/",
        "http://127.0.0.1:4011/oauth/authorize",
        "https://127.0.0.1:4010/oauth/authorize",
        "http://u@127.0.0.1:4010/oauth/authorize",
        "https://evil.com/oauth/authorize",
    ] {
        let other = Url::parse(other).unwrap();
        assert!(checkout::sign_in(&network, &other).is_err(), "{other}");
    }
    assert!(checkout::sign_in(&mainnet(), &page).is_err());
}

#[test]
fn opens_explorer_and_console_of_the_network() {
    let hash = "0x8f0f7b1f2d6f0f1e4b0a5c3d2e1f00112233445566778899aabbccddeeff0011"
        .parse()
        .unwrap();
    let address = "0x2eC84f93e4F26465c38Fa8165A8927522290A138"
        .parse()
        .unwrap();
    let transaction = checkout::explorer_transaction(&mainnet(), &hash).unwrap();
    assert_eq!(
        transaction.as_str(),
        "https://blockscout.mainnet.fluence.dev/tx/0x8f0f7b1f2d6f0f1e4b0a5c3d2e1f00112233445566778899aabbccddeeff0011"
    );
    let shown = checkout::explorer_address(&sandbox(), address).unwrap();
    assert_eq!(
        shown.as_str(),
        "http://127.0.0.1:4010/explorer/address/0x2eC84f93e4F26465c38Fa8165A8927522290A138"
    );
    assert!(checkout::console(&mainnet()).is_some());
    assert_eq!(checkout::console(&sandbox()), None);
}

#[test]
fn qr_code_is_one_path() {
    let url = allow(
        "https://buy.copperx.io/payment/checkout-session/1?a=<b>",
        &mainnet(),
        None,
        &[],
    )
    .unwrap();
    let svg = qr_svg(&url).unwrap();
    assert_eq!(svg.matches("<path").count(), 1);
    for tag in svg
        .split('<')
        .skip(1)
        .map(|tag| tag.split([' ', '>', '/']).next().unwrap())
    {
        assert!(["?xml", "svg", "rect", "path", ""].contains(&tag), "{tag}");
    }
    assert!(svg.contains("#000000") && svg.contains("#ffffff"));
    assert!(!svg.contains("copperx") && !svg.contains("script"));
    let long = Url::parse(&format!("https://buy.copperx.io/{}", "x".repeat(2_000))).unwrap();
    assert!(qr_svg(&long).is_ok());
}

fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("buy.copperx.io".to_owned()),
        Just("evil.com".to_owned()),
        Just("127.0.0.1".to_owned()),
        Just("https:".to_owned()),
        Just("http:".to_owned()),
        Just("//".to_owned()),
        Just(":443".to_owned()),
        Just(":4020".to_owned()),
        "[@/:?#.\\\\%&;]",
        "[a-z0-9]{1,4}",
        "\\PC",
        any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #[test]
    fn accepted_urls_are_listed_and_safe(parts in prop::collection::vec(part(), 0..10)) {
        check(&parts.concat())?;
    }

    #[test]
    fn accepted_urls_with_a_listed_prefix_are_safe(parts in prop::collection::vec(part(), 0..6)) {
        check(&format!("https://buy.copperx.io{}", parts.concat()))?;
        check(&format!("https://{}buy.copperx.io/", parts.concat()))?;
        check(&format!("http://127.0.0.1:4020{}", parts.concat()))?;
    }
}

fn check(raw: &str) -> Result<(), TestCaseError> {
    for network in [mainnet(), sandbox()] {
        let Ok(url) = allow(raw, &network, None, &[]) else {
            continue;
        };
        let host = host_and_port(&url).unwrap();
        prop_assert!(network.all_checkout_hosts().any(|known| known == host));
        prop_assert!(url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)));
        prop_assert!(url.username().is_empty() && url.password().is_none());
        // A second parse must give the same address, so that no later reader sees another one.
        prop_assert_eq!(&Url::parse(url.as_str()).unwrap(), &url);
        let prefix = format!("{}://{host}/", url.scheme());
        prop_assert!(url.as_str().starts_with(&prefix));
        prop_assert!(url.as_str().bytes().all(|b| b.is_ascii_graphic()));
    }
    Ok(())
}

//! The built-in networks, in the format of network files.

pub(crate) const BUILT_IN: [&str; 3] = [
    r#"
name = "mainnet"
provider = "fluence"
api = "https://api.fluence.dev"
currency = "USD"
balance_from = "auto"
console = "https://console.fluence.network/"
keys_page = "https://console.fluence.network/settings/api-keys"
billing_page = "https://console.fluence.network/billing"
[limits]
top_up_min = "10"
balance_max = "5000"
[[checkout]]
provider = "copperx"
title = "CopperX"
hosts = ["buy.copperx.io"]
currency = "USDC"
page_minutes = 15
help = "wallet-qr"
[[checkout]]
provider = "nowpayments"
title = "NOWPayments"
hosts = ["nowpayments.io"]
page_minutes = 1440
[[checkout]]
provider = "stripe"
title = "Stripe"
hosts = ["checkout.stripe.com"]
page_minutes = 60
[chain]
id = 9999999
rpc = ["https://rpc.mainnet.fluence.dev"]
ws = "wss://ws.mainnet.fluence.dev"
balance = "0xF0C308C622eeBA94aeEc2E3Fd67F34619f86761B"
token = "0x2eC84f93e4F26465c38Fa8165A8927522290A138"
explorer = "https://blockscout.mainnet.fluence.dev"
"#,
    r#"
name = "testnet"
provider = "fluence"
api = "https://api.testnet.fluence.dev"
checkout_hosts = ["buy.copperx.dev"]
[limits]
top_up_min = "10"
balance_max = "5000"
[chain]
id = 52164803
rpc = ["https://rpc.testnet.fluence.dev"]
balance = "0xc389aBd542f8d3553B0cEBAe5F0Ac372d48d30f7"
token = "0x2F883b8C95150aaC29aC6E6b41c97736cd204106"
explorer = "https://blockscout.testnet.fluence.dev"
"#,
    r#"
name = "stage"
provider = "fluence"
api = "https://api.stage.fluence.dev"
checkout_hosts = ["buy.copperx.dev"]
[limits]
top_up_min = "10"
balance_max = "5000"
[chain]
id = 123420000220
rpc = ["https://rpc.stage.fluence.dev"]
balance = "0x11850d140016a28E086Bf0173Cb765d032F3BE6D"
token = "0xdB0e8f778bd98161b7E089Ed0c5B54eDf9387E1e"
explorer = "https://blockscout.stage.fluence.dev"
"#,
];

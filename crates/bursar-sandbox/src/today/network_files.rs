//! The network files with which an app finds today's Fluence: one without a chain, and one for users of both eras.

use super::entitlements::BALANCE_KEY;
use crate::console::network_file::chain_section;
use crate::sandbox::Sandbox;

/// Today's Fluence, where nothing mentions a chain.
pub(crate) fn without_chain(sandbox: &Sandbox) -> String {
    format!(
        r#"name = "sandbox-today"
provider = "fluence"
api = "{api}"
currency = "USD"
balance_from = "api"
feature_key = "{BALANCE_KEY}"
console = "{api}/"
keys_page = "{api}/settings/api-keys"
billing_page = "{api}/billing"

[limits]
top_up_min = "10"
balance_max = "5000"
{checkouts}"#,
        api = sandbox.urls.today,
        checkouts = today_checkouts(sandbox),
    )
}

/// A network whose users may be of either era: the chain leads while it agrees with the API.
pub(crate) fn with_chain(sandbox: &Sandbox) -> String {
    format!(
        r#"name = "sandbox-both-eras"
provider = "fluence"
api = "{api}"
currency = "USD"
balance_from = "auto"
return_links = true
console = "{api}/"
keys_page = "{api}/settings/api-keys"
billing_page = "{api}/billing"

[limits]
top_up_min = "10"
balance_max = "5000"
{copperx}{checkouts}
{chain}"#,
        api = sandbox.urls.today,
        copperx = checkout("copperx", "CopperX", &sandbox.urls.checkout, 15)
            + "currency = \"USDC\"\nhelp = \"wallet-qr\"\n",
        checkouts = today_checkouts(sandbox),
        chain = chain_section(sandbox),
    )
}

fn today_checkouts(sandbox: &Sandbox) -> String {
    let urls = &sandbox.urls;
    [
        checkout("nowpayments", "NOWPayments", &urls.today_crypto, 24 * 60),
        checkout("stripe", "Stripe", &urls.today_card, 60),
    ]
    .concat()
}

fn checkout(provider: &str, title: &str, url: &str, page_minutes: u32) -> String {
    let host = url.trim_start_matches("http://");
    format!(
        r#"
[[checkout]]
provider = "{provider}"
title = "{title}"
hosts = ["{host}"]
page_minutes = {page_minutes}
"#
    )
}

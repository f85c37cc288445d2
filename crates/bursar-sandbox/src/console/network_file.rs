//! The network file with which an app finds this provider.

use crate::chains;
use crate::sandbox::Sandbox;

pub(crate) fn render(sandbox: &Sandbox) -> String {
    let urls = &sandbox.urls;
    let checkout_host = urls.checkout.trim_start_matches("http://");
    format!(
        r#"name = "sandbox"
provider = "fluence"
api = "{api}"
checkout_hosts = ["{checkout_host}"]
return_links = true
console = "{api}/"

[limits]
top_up_min = "10"
balance_max = "5000"

[sign_in]
authorize = "{api}/oauth/authorize"
token = "{api}/oauth/token"
client_id = "org.bursar.desktop"

{chain}"#,
        api = urls.api,
        chain = chain_section(sandbox),
    )
}

/// The section about the chain.
pub(crate) fn chain_section(sandbox: &Sandbox) -> String {
    let urls = &sandbox.urls;
    format!(
        r#"[chain]
id = {chain}
rpc = ["{a}", "{b}"]
ws = "{ws}"
balance = "{balance}"
token = "{token}"
explorer = "{api}/explorer"
start_block = 0
"#,
        api = urls.api,
        chain = chains::FLUENCE,
        a = urls.fluence_a,
        b = urls.fluence_b,
        ws = urls.fluence_ws,
        balance = sandbox.contracts.balance,
        token = sandbox.contracts.token,
    )
}

//! The network file that an app is given to know this panel.

use crate::world::Addresses;

pub(crate) fn text(addresses: &Addresses) -> String {
    let host = |address: &str| address.trim_start_matches("http://").to_owned();
    format!(
        r#"name = "sandbox-panel"
provider = "panel"
api = "{api}"
checkout_hosts = ["{card}", "{wallet}"]
return_links = true
console = "{api}/"
"#,
        api = addresses.panel,
        card = host(&addresses.card_page),
        wallet = host(&addresses.wallet_page),
    )
}

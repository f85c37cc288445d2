//! The network file with which an app finds this panel.

use crate::sandbox::ServerUrls;

pub(crate) fn render(urls: &ServerUrls) -> String {
    let host = |address: &str| address.trim_start_matches("http://").to_owned();
    format!(
        r#"name = "sandbox-panel"
provider = "panel"
api = "{api}"
checkout_hosts = ["{card}", "{wallet}"]
return_links = true
console = "{api}/"
"#,
        api = urls.panel,
        card = host(&urls.card_page),
        wallet = host(&urls.wallet_page),
    )
}

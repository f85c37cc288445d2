//! The network file that an app is given to know this sandbox.

use crate::chains;
use crate::world::World;

pub(crate) fn text(world: &World) -> String {
    let addresses = &world.addresses;
    let checkout_host = addresses.checkout.trim_start_matches("http://");
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

[chain]
id = {chain}
rpc = ["{a}", "{b}"]
ws = "{ws}"
balance = "{balance}"
token = "{token}"
explorer = "{api}/explorer"
start_block = 0
"#,
        api = addresses.api,
        chain = chains::FLUENCE,
        a = addresses.fluence_a,
        b = addresses.fluence_b,
        ws = addresses.fluence_ws,
        balance = world.contracts.balance,
        token = world.contracts.token,
    )
}

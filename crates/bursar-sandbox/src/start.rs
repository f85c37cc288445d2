//! Starts everything in order, says when it is ready, and ends it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::chains::{self, Chain, anvil, heartbeat, rpc_proxy, ws_proxy};
use crate::cli::Options;
use crate::console::oauth::random_token;
use crate::console::pages::new_key;
use crate::failure::{Failure, Result};
use crate::faults::Faults;
use crate::http::server::{Guard, Origins, bind, serve};
use crate::requests::RequestLog;
use crate::state::APP_SCOPES;
use crate::world::{Addresses, Parts, Secrets, World};
use crate::{
    checkout, console, contracts, control, network_file, panel, ready, relayer, seed, workloads,
};

/// The folder where the sandbox writes; one of its own making goes away with it.
struct Home {
    path: PathBuf,
    temporary: bool,
}

impl Home {
    fn open(wanted: Option<&Path>) -> Result<Self> {
        let (path, temporary) = match wanted {
            Some(path) => (path.to_owned(), false),
            None => (
                std::env::temp_dir().join(format!("bursar-sandbox-{}", std::process::id())),
                true,
            ),
        };
        std::fs::create_dir_all(path.join("chains"))?;
        Ok(Self {
            path: path.canonicalize()?,
            temporary,
        })
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let gone = if self.temporary {
            &self.path
        } else {
            &self.path.join("chains")
        };
        let _ = std::fs::remove_dir_all(gone);
    }
}

/// The sandbox's twelve listeners, bound before anything is told their addresses.
struct Listeners {
    console: TcpListener,
    checkout: TcpListener,
    control: TcpListener,
    proxies: Vec<(&'static str, u64, TcpListener, String)>,
    socket: TcpListener,
    panel: TcpListener,
    card_page: TcpListener,
    wallet_page: TcpListener,
    addresses: Addresses,
}

impl Listeners {
    async fn bind(base: Option<u16>) -> Result<Self> {
        let port = |place: u16| base.map_or(0, |base| base.saturating_add(place));
        let (console, api) = bind(port(0)).await?;
        let (checkout, checkout_at) = bind(port(1)).await?;
        let (control, control_at) = bind(port(2)).await?;
        let named = [
            ("ethereum", chains::ETHEREUM),
            ("polygon", chains::POLYGON),
            ("fluence", chains::FLUENCE),
            ("fluence-a", chains::FLUENCE),
            ("fluence-b", chains::FLUENCE),
        ];
        let mut proxies = Vec::new();
        let mut at = Vec::new();
        for ((name, chain), place) in named.into_iter().zip(3..) {
            let (listener, authority) = bind(port(place)).await?;
            at.push(format!("http://{authority}"));
            proxies.push((name, chain, listener, authority));
        }
        let (socket, socket_at) = bind(port(8)).await?;
        let (panel, panel_at) = bind(port(9)).await?;
        let (card_page, card_at) = bind(port(10)).await?;
        let (wallet_page, wallet_at) = bind(port(11)).await?;
        let mut at = at.into_iter();
        let mut next = || at.next().unwrap_or_default();
        let addresses = Addresses {
            api: format!("http://{api}"),
            checkout: format!("http://{checkout_at}"),
            control: format!("http://{control_at}"),
            ethereum: next(),
            polygon: next(),
            fluence: next(),
            fluence_a: next(),
            fluence_b: next(),
            fluence_ws: format!("ws://{socket_at}"),
            panel: format!("http://{panel_at}"),
            card_page: format!("http://{card_at}"),
            wallet_page: format!("http://{wallet_at}"),
        };
        Ok(Self {
            console,
            checkout,
            control,
            proxies,
            socket,
            panel,
            card_page,
            wallet_page,
            addresses,
        })
    }
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let home = Home::open(options.home.as_deref())?;
    let mut end = End::listen()?;
    tokio::select! {
        started = serve_until_ended(&options, &home) => started,
        () = end.asked() => Ok(()),
    }
}

async fn serve_until_ended(options: &Options, home: &Home) -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build()?;
    let genesis = seed::genesis(time::OffsetDateTime::now_utc()).unix_timestamp();
    let chains = start_chains(&home.path.join("chains"), &http, genesis).await?;
    let [ethereum, polygon, fluence] = &chains;
    contracts::place_token(ethereum, contracts::USDC).await?;
    contracts::place_token(polygon, contracts::USDC_E).await?;
    let deployed = contracts::deploy_balance(fluence).await?;

    let listeners = Listeners::bind(options.port_base).await?;
    let world = Arc::new(World::new(Parts {
        requests: Arc::<RequestLog>::default(),
        faults: Arc::<Faults>::default(),
        proxies: Default::default(),
        chains,
        contracts: deployed,
        addresses: listeners.addresses.clone(),
        secrets: Secrets {
            merchant_key: format!("pav1_{}", random_token()),
            webhook: random_token(),
            tokens: random_token(),
        },
        http,
        network: home.path.join("fluence.toml"),
        panel_network: home.path.join("panel.toml"),
    }));
    std::fs::write(&world.network, network_file::text(&world))?;
    std::fs::write(
        &world.panel_network,
        panel::network_file::text(&world.addresses),
    )?;
    let user = seed::demo(&world, options.history).await?;
    let key = new_key(
        &mut world.state(),
        user.id,
        "Bursar",
        APP_SCOPES.map(str::to_owned).into(),
    );

    let panel = panel_demo(&world, options.history);

    listen(&world, listeners);
    tokio::spawn(heartbeat::run(world.clone(), options.block_time));
    tokio::spawn(checkout::watcher::run(world.clone()));
    tokio::spawn(checkout::webhook::run(world.clone()));
    tokio::spawn(relayer::run(world.clone()));
    tokio::spawn(workloads::meter(world.clone()));

    let addresses = &world.addresses;
    let line = json!({
        "fluence": {
            "api": addresses.api, "api_key": key.secret, "user": user.address.to_string(), "network": world.network,
            "user_id": user.id, "email": user.email,
        },
        "panel": panel,
        "checkout": addresses.checkout, "control": addresses.control,
        "rpc": {"1": addresses.ethereum, "137": addresses.polygon, "9999999": addresses.fluence},
        "contracts": {
            "balance": world.contracts.balance.to_string(), "token": world.contracts.token.to_string(),
            "usdc": contracts::USDC.to_string(),
            "usdc_e": contracts::USDC_E.to_string(),
        },
    });
    ready::say(&line.to_string());
    std::future::pending().await
}

/// The panel's default account, as the ready line tells it.
fn panel_demo(world: &World, history: usize) -> Value {
    let mut account = panel::seed::demo(history, world.clock.now());
    let key = panel::new_key(&mut account, "Bursar", false);
    let addresses = &world.addresses;
    let told = json!({
        "api": addresses.panel, "api_key": key.secret, "network": world.panel_network,
        "user_id": account.id, "email": account.email,
        "pages": {"card": addresses.card_page, "wallet": addresses.wallet_page},
    });
    world.panel().accounts.push(account);
    told
}

async fn start_chains(scratch: &Path, http: &reqwest::Client, genesis: i64) -> Result<[Chain; 3]> {
    let binary = anvil::find()?;
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let start = |chain, since| anvil::start(&binary, scratch, http, chain, since);
    let (ethereum, polygon, fluence) = tokio::join!(
        start((chains::ETHEREUM, "Ethereum"), now),
        start((chains::POLYGON, "Polygon"), now),
        start((chains::FLUENCE, "Fluence"), genesis),
    );
    Ok([ethereum?, polygon?, fluence?])
}

fn listen(world: &Arc<World>, listeners: Listeners) {
    let guard = |target: &'static str, address: &str, origins: Origins, logged: bool| Guard {
        target,
        authority: address.trim_start_matches("http://").to_owned(),
        origins,
        requests: world.requests.clone(),
        faults: world.faults.clone(),
        logged,
    };
    let addresses = &world.addresses;
    let console = guard("console", &addresses.api, Origins::Own, true);
    serve(listeners.console, console::router(world.clone()), console);
    let checkout = guard("checkout", &addresses.checkout, Origins::Own, true);
    serve(
        listeners.checkout,
        checkout::router(world.clone()),
        checkout,
    );
    let control = guard("control", &addresses.control, Origins::None, false);
    serve(listeners.control, control::router(world.clone()), control);
    let own = |target: &'static str, address: &str| guard(target, address, Origins::Own, true);
    let panel = own("panel", &addresses.panel);
    serve(listeners.panel, panel::api::router(world.clone()), panel);
    let card = own("panel-card", &addresses.card_page);
    serve(
        listeners.card_page,
        panel::pages::card_router(world.clone()),
        card,
    );
    let wallet = own("panel-wallet", &addresses.wallet_page);
    serve(
        listeners.wallet_page,
        panel::pages::wallet_router(world.clone()),
        wallet,
    );
    for (name, chain, listener, authority) in listeners.proxies {
        let proxy = guard(name, &authority, Origins::None, false);
        serve(
            listener,
            rpc_proxy::router(world.clone(), name, chain),
            proxy,
        );
    }
    let authority = addresses.fluence_ws.trim_start_matches("ws://").to_owned();
    tokio::spawn(ws_proxy::run(world.clone(), listeners.socket, authority));
}

/// SIGTERM or Ctrl-C.
struct End {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl End {
    fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).map_err(Failure::from);
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

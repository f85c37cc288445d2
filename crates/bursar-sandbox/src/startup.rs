//! Starts everything in order, reports when it is ready, and shuts down.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::chains::{self, Chain, anvil, interval_mining, rpc_proxy, ws_proxy};
use crate::cli::Options;
use crate::console::state::APP_SCOPES;
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::http::server::{Guard, Origins, bind, serve};
use crate::random::random_token;
use crate::request_log::RequestLog;
use crate::sandbox::{Parts, Sandbox, Secrets, ServerUrls, TodayFiles};
use crate::today::era::Era;
use crate::{checkout, console, contracts, control, panel, stdout, today};

/// The sandbox's folder. A temporary one is removed at the end.
struct Home {
    path: PathBuf,
    temporary: bool,
}

impl Home {
    fn open(path: Option<&Path>) -> Result<Self> {
        let (path, temporary) = match path {
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
        let leftover = if self.temporary {
            &self.path
        } else {
            &self.path.join("chains")
        };
        let _ = std::fs::remove_dir_all(leftover);
    }
}

/// The sandbox's fifteen listeners. All are bound first, because the servers need each other's addresses.
struct Listeners {
    console: TcpListener,
    checkout: TcpListener,
    control: TcpListener,
    proxies: Vec<(&'static str, u64, TcpListener, String)>,
    socket: TcpListener,
    panel: TcpListener,
    card_page: TcpListener,
    wallet_page: TcpListener,
    today: TcpListener,
    today_crypto: TcpListener,
    today_card: TcpListener,
    urls: ServerUrls,
}

impl Listeners {
    async fn bind(base: Option<u16>) -> Result<Self> {
        let port = |offset: u16| base.map_or(0, |base| base.saturating_add(offset));
        let (console, api_authority) = bind(port(0)).await?;
        let (checkout, checkout_authority) = bind(port(1)).await?;
        let (control, control_authority) = bind(port(2)).await?;
        let proxied_chains = [
            ("ethereum", chains::ETHEREUM),
            ("polygon", chains::POLYGON),
            ("fluence", chains::FLUENCE),
            ("fluence-a", chains::FLUENCE),
            ("fluence-b", chains::FLUENCE),
        ];
        let mut proxies = Vec::new();
        let mut proxy_urls = Vec::new();
        for ((name, chain), offset) in proxied_chains.into_iter().zip(3..) {
            let (listener, authority) = bind(port(offset)).await?;
            proxy_urls.push(format!("http://{authority}"));
            proxies.push((name, chain, listener, authority));
        }
        let (socket, socket_authority) = bind(port(8)).await?;
        let (panel, panel_authority) = bind(port(9)).await?;
        let (card_page, card_authority) = bind(port(10)).await?;
        let (wallet_page, wallet_authority) = bind(port(11)).await?;
        let (today, today_authority) = bind(port(12)).await?;
        let (today_crypto, crypto_authority) = bind(port(13)).await?;
        let (today_card, today_card_authority) = bind(port(14)).await?;
        let mut proxy_urls = proxy_urls.into_iter();
        let mut next = || proxy_urls.next().unwrap_or_default();
        let urls = ServerUrls {
            api: format!("http://{api_authority}"),
            checkout: format!("http://{checkout_authority}"),
            control: format!("http://{control_authority}"),
            ethereum: next(),
            polygon: next(),
            fluence: next(),
            fluence_a: next(),
            fluence_b: next(),
            fluence_ws: format!("ws://{socket_authority}"),
            panel: format!("http://{panel_authority}"),
            card_page: format!("http://{card_authority}"),
            wallet_page: format!("http://{wallet_authority}"),
            today: format!("http://{today_authority}"),
            today_crypto: format!("http://{crypto_authority}"),
            today_card: format!("http://{today_card_authority}"),
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
            today,
            today_crypto,
            today_card,
            urls,
        })
    }
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let home = Home::open(options.home.as_deref())?;
    let mut shutdown = ShutdownSignals::install()?;
    tokio::select! {
        result = start_and_serve(&options, &home) => result,
        () = shutdown.wait() => Ok(()),
    }
}

async fn start_and_serve(options: &Options, home: &Home) -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build()?;
    let genesis = console::seed::genesis(time::OffsetDateTime::now_utc()).unix_timestamp();
    let chains = start_chains(&home.path.join("chains"), &http, genesis).await?;
    let [ethereum, polygon, fluence] = &chains;
    contracts::install_token(ethereum, contracts::USDC).await?;
    contracts::install_token(polygon, contracts::USDC_E).await?;
    let deployed = contracts::deploy_balance_contract(fluence).await?;

    let listeners = Listeners::bind(options.port_base).await?;
    let sandbox = Arc::new(Sandbox::new(Parts {
        request_log: Arc::<RequestLog>::default(),
        faults: Arc::<Faults>::default(),
        proxy_modes: Default::default(),
        chains,
        contracts: deployed,
        urls: listeners.urls.clone(),
        secrets: Secrets {
            merchant_key: format!("pav1_{}", random_token()),
            webhook: random_token(),
            tokens: random_token(),
        },
        http,
        network_file: home.path.join("fluence.toml"),
        panel_network_file: home.path.join("panel.toml"),
        today_files: TodayFiles {
            without_chain: home.path.join("today.toml"),
            with_chain: home.path.join("both-eras.toml"),
        },
    }));
    write_network_files(&sandbox)?;
    let user = console::seed::create_demo_user(&sandbox, options.history).await?;
    let key =
        sandbox
            .console()
            .create_api_key(user.id, "Bursar", APP_SCOPES.map(str::to_owned).into());

    let panel = create_panel_demo(&sandbox, options.history);
    let today = create_today_demo(&sandbox, options.history);

    serve_all(&sandbox, listeners);
    tokio::spawn(interval_mining::run(sandbox.clone(), options.block_time));
    tokio::spawn(checkout::watcher::run(sandbox.clone()));
    tokio::spawn(checkout::webhook::run(sandbox.clone()));
    tokio::spawn(console::relayer::run(sandbox.clone()));
    tokio::spawn(console::workloads::run_meter(sandbox.clone()));

    let urls = &sandbox.urls;
    let line = json!({
        "fluence": {
            "api": urls.api, "api_key": key.secret, "user": user.address.to_string(), "network": sandbox.network_file,
            "user_id": user.id, "email": user.email,
        },
        "today": today,
        "panel": panel,
        "checkout": urls.checkout, "control": urls.control,
        "rpc": {"1": urls.ethereum, "137": urls.polygon, "9999999": urls.fluence},
        "contracts": {
            "balance": sandbox.contracts.balance.to_string(), "token": sandbox.contracts.token.to_string(),
            "usdc": contracts::USDC.to_string(),
            "usdc_e": contracts::USDC_E.to_string(),
        },
    });
    stdout::print_line(&line.to_string());
    std::future::pending().await
}

fn write_network_files(sandbox: &Sandbox) -> Result<()> {
    use today::network_files::{with_chain, without_chain};
    let files = &sandbox.today_files;
    for (path, content) in [
        (
            &sandbox.network_file,
            console::network_file::render(sandbox),
        ),
        (
            &sandbox.panel_network_file,
            panel::network_file::render(&sandbox.urls),
        ),
        (&files.without_chain, without_chain(sandbox)),
        (&files.with_chain, with_chain(sandbox)),
    ] {
        std::fs::write(path, content)?;
    }
    Ok(())
}

/// Creates the demo user of today's era and returns its part of the ready line.
fn create_today_demo(sandbox: &Sandbox, history: usize) -> Value {
    let user = today::seed::create_demo_user(sandbox, history);
    let scopes = APP_SCOPES.map(str::to_owned).into();
    let key = sandbox.console().create_api_key(user.id, "bursar", scopes);
    let urls = &sandbox.urls;
    json!({
        "api": urls.today, "api_key": key.secret, "network": sandbox.today_files.without_chain,
        "network_of_both": sandbox.today_files.with_chain, "user_id": user.id, "email": user.email,
        "pages": {"crypto": urls.today_crypto, "card": urls.today_card},
    })
}

/// Creates the panel's demo account and returns its part of the ready line.
fn create_panel_demo(sandbox: &Sandbox, history: usize) -> Value {
    let mut account = panel::seed::create_demo_account(history, sandbox.clock.now());
    let key = account.create_api_key("Bursar", false);
    let urls = &sandbox.urls;
    let ready = json!({
        "api": urls.panel, "api_key": key.secret, "network": sandbox.panel_network_file,
        "user_id": account.id, "email": account.email,
        "pages": {"card": urls.card_page, "wallet": urls.wallet_page},
    });
    sandbox.panel().accounts.push(account);
    ready
}

async fn start_chains(scratch: &Path, http: &reqwest::Client, genesis: i64) -> Result<[Chain; 3]> {
    let binary = anvil::find_binary()?;
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let start = |chain, since| anvil::start(&binary, scratch, http, chain, since);
    let (ethereum, polygon, fluence) = tokio::join!(
        start((chains::ETHEREUM, "Ethereum"), now),
        start((chains::POLYGON, "Polygon"), now),
        start((chains::FLUENCE, "Fluence"), genesis),
    );
    Ok([ethereum?, polygon?, fluence?])
}

fn serve_all(sandbox: &Arc<Sandbox>, listeners: Listeners) {
    let guard = |target: &'static str, address: &str, origins: Origins, logged: bool| Guard {
        target,
        authority: address.trim_start_matches("http://").to_owned(),
        origins,
        request_log: sandbox.request_log.clone(),
        faults: sandbox.faults.clone(),
        logged,
    };
    let urls = &sandbox.urls;
    let console = guard("console", &urls.api, Origins::Own, true);
    serve(
        listeners.console,
        console::router(sandbox.clone(), Era::Copperx),
        console,
    );
    let checkout = guard("checkout", &urls.checkout, Origins::Own, true);
    serve(
        listeners.checkout,
        checkout::router(sandbox.clone()),
        checkout,
    );
    let control = guard("control", &urls.control, Origins::None, false);
    serve(listeners.control, control::router(sandbox.clone()), control);
    let own = |target: &'static str, address: &str| guard(target, address, Origins::Own, true);
    let panel = own("panel", &urls.panel);
    serve(listeners.panel, panel::api::router(sandbox.clone()), panel);
    let card = own("panel-card", &urls.card_page);
    serve(
        listeners.card_page,
        panel::hosted_pages::card_router(sandbox.clone()),
        card,
    );
    let wallet = own("panel-wallet", &urls.wallet_page);
    serve(
        listeners.wallet_page,
        panel::hosted_pages::wallet_router(sandbox.clone()),
        wallet,
    );
    let today_console = own("today", &urls.today);
    serve(
        listeners.today,
        console::router(sandbox.clone(), Era::Today),
        today_console,
    );
    let crypto = own("today-crypto", &urls.today_crypto);
    serve(
        listeners.today_crypto,
        today::crypto_page::router(sandbox.clone()),
        crypto,
    );
    let today_card = own("today-card", &urls.today_card);
    serve(
        listeners.today_card,
        today::card_page::router(sandbox.clone()),
        today_card,
    );
    for (name, chain, listener, authority) in listeners.proxies {
        let proxy = guard(name, &authority, Origins::None, false);
        serve(
            listener,
            rpc_proxy::router(sandbox.clone(), name, chain),
            proxy,
        );
    }
    let authority = urls.fluence_ws.trim_start_matches("ws://").to_owned();
    tokio::spawn(ws_proxy::run(sandbox.clone(), listeners.socket, authority));
}

/// SIGTERM or Ctrl-C.
struct ShutdownSignals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl ShutdownSignals {
    fn install() -> Result<Self> {
        let install = |kind| signal(kind).map_err(Error::from);
        Ok(Self {
            terminate: install(SignalKind::terminate())?,
            interrupt: install(SignalKind::interrupt())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

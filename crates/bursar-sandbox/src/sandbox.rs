//! What all parts of the sandbox share. The console and the checkout are separate systems: they share the chains and
//! the clock, but talk to each other only over HTTP.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alloy_primitives::Address;
use tokio::sync::Notify;

use crate::chains::proxy_mode::ProxyModes;
use crate::chains::{self, Chain};
use crate::checkout::sessions::Sessions;
use crate::clock::Clock;
use crate::console::state::ConsoleState;
use crate::contracts::ContractAddresses;
use crate::faults::Faults;
use crate::panel::state::Panel;
use crate::request_log::RequestLog;
use crate::switches::Switches;
use crate::today::era::Era;

#[derive(Debug)]
pub(crate) struct Sandbox {
    pub(crate) clock: Clock,
    pub(crate) switches: Switches,
    pub(crate) sessions: Sessions,
    pub(crate) request_log: Arc<RequestLog>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) proxy_modes: ProxyModes,
    pub(crate) ethereum: Chain,
    pub(crate) polygon: Chain,
    pub(crate) fluence: Chain,
    pub(crate) contracts: ContractAddresses,
    pub(crate) urls: ServerUrls,
    pub(crate) secrets: Secrets,
    pub(crate) http: reqwest::Client,
    /// The path of the network file that the ready line names.
    pub(crate) network_file: PathBuf,
    /// The path of the hosting panel's network file.
    pub(crate) panel_network_file: PathBuf,
    pub(crate) today_files: TodayFiles,
    /// Notified when a top-up may be waiting for its credit.
    pub(crate) credit_due: Notify,
    /// Held while a top-up is credited, so that no top-up is credited twice.
    pub(crate) credit_lock: tokio::sync::Mutex<()>,
    /// Notified when the control API has changed a payment of the panel.
    pub(crate) panel_payment_changed: Notify,
    console: Mutex<ConsoleState>,
    panel: Mutex<Panel>,
}

/// The base URLs of the sandbox's servers: `http://127.0.0.1:port`.
#[derive(Clone, Debug)]
pub(crate) struct ServerUrls {
    pub(crate) api: String,
    pub(crate) checkout: String,
    pub(crate) control: String,
    /// The faultless proxies of the ready line.
    pub(crate) ethereum: String,
    pub(crate) polygon: String,
    pub(crate) fluence: String,
    pub(crate) fluence_a: String,
    pub(crate) fluence_b: String,
    /// `ws://…`
    pub(crate) fluence_ws: String,
    pub(crate) panel: String,
    /// The servers of the panel's two payment systems.
    pub(crate) card_page: String,
    pub(crate) wallet_page: String,
    /// The console and API of today's era.
    pub(crate) today: String,
    /// The servers of today's two payment providers.
    pub(crate) today_crypto: String,
    pub(crate) today_card: String,
}

/// The paths of the network files of today's era.
#[derive(Clone, Debug)]
pub(crate) struct TodayFiles {
    /// A network without a chain.
    pub(crate) without_chain: PathBuf,
    /// A network with the chain of the CopperX era, for users who lived in both.
    pub(crate) with_chain: PathBuf,
}

/// Secrets between the console and the checkout, new in every run.
#[derive(Clone, Debug)]
pub(crate) struct Secrets {
    /// The console's API key at the checkout.
    pub(crate) merchant_key: String,
    pub(crate) webhook: String,
    /// Signs the console's access tokens.
    pub(crate) tokens: String,
}

/// What the sandbox is built from.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) request_log: Arc<RequestLog>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) proxy_modes: ProxyModes,
    pub(crate) chains: [Chain; 3],
    pub(crate) contracts: ContractAddresses,
    pub(crate) urls: ServerUrls,
    pub(crate) secrets: Secrets,
    pub(crate) http: reqwest::Client,
    pub(crate) network_file: PathBuf,
    pub(crate) panel_network_file: PathBuf,
    pub(crate) today_files: TodayFiles,
}

impl Sandbox {
    pub(crate) fn new(parts: Parts) -> Self {
        let [ethereum, polygon, fluence] = parts.chains;
        Self {
            clock: Clock::default(),
            switches: Switches::default(),
            sessions: Sessions::default(),
            request_log: parts.request_log,
            faults: parts.faults,
            proxy_modes: parts.proxy_modes,
            ethereum,
            polygon,
            fluence,
            contracts: parts.contracts,
            urls: parts.urls,
            secrets: parts.secrets,
            http: parts.http,
            network_file: parts.network_file,
            panel_network_file: parts.panel_network_file,
            today_files: parts.today_files,
            credit_due: Notify::new(),
            credit_lock: tokio::sync::Mutex::default(),
            panel_payment_changed: Notify::new(),
            console: Mutex::default(),
            panel: Mutex::default(),
        }
    }

    /// The console's state, after everything due by now has happened. Do not hold the lock across an await.
    pub(crate) fn console(&self) -> MutexGuard<'_, ConsoleState> {
        let mut console = self.console.lock().unwrap_or_else(PoisonError::into_inner);
        console.catch_up(self.clock.now(), self.switches.get().watcher_hold);
        console
    }

    /// The hosting panel's state, after everything due by now has happened. Do not hold the lock across an await.
    pub(crate) fn panel(&self) -> MutexGuard<'_, Panel> {
        let mut panel = self.panel.lock().unwrap_or_else(PoisonError::into_inner);
        panel.catch_up(self.clock.now());
        panel
    }

    pub(crate) fn chains(&self) -> [&Chain; 3] {
        [&self.ethereum, &self.polygon, &self.fluence]
    }

    pub(crate) fn chain(&self, id: u64) -> Option<&Chain> {
        self.chains().into_iter().find(|chain| chain.id == id)
    }

    /// A chain that accepts payments.
    pub(crate) fn payment_chain(&self, id: u64) -> Option<&Chain> {
        self.chain(id).filter(|chain| chain.id != chains::FLUENCE)
    }

    /// The server of the API and the console for users of that era.
    pub(crate) fn console_url(&self, era: Era) -> &str {
        match era {
            Era::Copperx => &self.urls.api,
            Era::Today => &self.urls.today,
        }
    }

    /// The coordinator of the Balance contract, which is the relayer's account.
    pub(crate) fn coordinator(&self) -> Address {
        self.fluence.account(0)
    }
}

//! One account's ways to the world: its provider, its session, its chain, and the subscription that is ended
//! with it.

use crate::account::Account;
use crate::chain::{Chain, Signal};
use crate::checkout;
use crate::engine::Event;
use crate::error::Result;
use crate::provider::Provider;
use crate::session::Session;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use url::Url;

/// Everything that requests on behalf of an account need.
#[derive(Clone)]
pub struct Connection {
    pub account: Account,
    pub provider: Arc<dyn Provider>,
    pub session: Arc<Session>,
    /// Only where the network has a chain.
    pub chain: Option<Arc<Chain>>,
    watch: Option<Arc<Task>>,
}

/// A task that ends when nobody holds it any more.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("account", &self.account.id)
            .finish_non_exhaustive()
    }
}

impl Connection {
    pub fn new(
        account: Account,
        provider: Arc<dyn Provider>,
        session: Arc<Session>,
        chain: Option<Arc<Chain>>,
    ) -> Self {
        Self {
            account,
            provider,
            session,
            chain,
            watch: None,
        }
    }

    /// Whether there is a chain and an address to read on it.
    pub fn watches_chain(&self) -> bool {
        self.chain.is_some() && self.account.address.is_some()
    }

    /// The checkout as the browser may open it.
    ///
    /// # Errors
    /// `host_not_allowed`, naming the host.
    pub fn allow_checkout(&self, raw: &str) -> Result<Url> {
        checkout::allow(
            raw,
            &self.account.network,
            &self.account.added_checkout_hosts,
        )
    }

    /// Subscribes to the user's events where the network has a WebSocket; `tell` hears of each.
    pub(super) fn watch(&mut self, tell: impl Fn(Event) + Send + Sync + 'static) {
        let (Some(chain), Some(address)) = (self.chain.clone(), self.account.address) else {
            return;
        };
        if !chain.has_watch() {
            return;
        }
        let (out, mut signals) = mpsc::channel(64);
        self.watch = Some(Arc::new(Task(tokio::spawn(async move {
            let listen = async {
                while let Some(signal) = signals.recv().await {
                    tell(match signal {
                        Signal::Connected => Event::Subscribed(true),
                        Signal::Lost => Event::Subscribed(false),
                        Signal::Event { .. } => Event::ChainStirred,
                    });
                }
            };
            tokio::join!(chain.watch(address, out), listen);
        }))));
    }
}

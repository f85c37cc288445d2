//! What one account uses to reach the outside: its provider, its session, its chain, and a subscription that ends with
//! it.

use super::{AccountOwner, WriteGuard};
use alloy_primitives::Address;
use bursar_chain::{Chain, SubscriptionUpdate};
use bursar_domain::account::Account;
use bursar_domain::checkout;
use bursar_domain::error::Result;
use bursar_engine::Event;
use bursar_provider::Provider;
use bursar_provider::session::Session;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use url::Url;

/// What requests on behalf of an account need.
#[derive(Clone)]
pub struct Connection {
    pub account: Account,
    pub provider: Arc<dyn Provider>,
    pub session: Arc<Session>,
    /// Only if the network has a chain.
    pub chain: Option<Arc<Chain>>,
    /// The user's own RPC endpoint, which is asked first. It may contain a key and is never shown.
    pub(crate) custom_rpc: Option<Url>,
    pub(crate) write_guard: Arc<WriteGuard>,
    pub(crate) owner: Arc<AccountOwner>,
    /// The sign-in that requests use, once it is known to be the owner's.
    pub(super) verified_sign_in: Option<u64>,
    watch: Option<Arc<Task>>,
}

/// A task that ends when its last handle is dropped.
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
        let write_guard = Arc::new(WriteGuard::new(account.address));
        let owner = Arc::new(AccountOwner::new(account.user_id.clone()));
        Self {
            account,
            provider,
            session,
            chain,
            custom_rpc: None,
            write_guard,
            owner,
            verified_sign_in: None,
            watch: None,
        }
    }

    /// Remembers the RPC address that the chain was created with.
    pub(crate) fn with_custom_rpc(self, custom_rpc: Option<Url>) -> Self {
        Self { custom_rpc, ..self }
    }

    /// Takes over what the successive connections of an account share.
    pub(crate) fn after(self, before: &Self) -> Self {
        Self {
            write_guard: Arc::clone(&before.write_guard),
            owner: Arc::clone(&before.owner),
            ..self
        }
    }

    pub(super) fn verified_as(self, sign_in: u64) -> Self {
        Self {
            verified_sign_in: Some(sign_in),
            ..self
        }
    }

    /// The address that is read, where there is a chain to read it from.
    pub fn watched(&self) -> Option<Address> {
        self.account.address.filter(|_| self.chain.is_some())
    }

    /// The payment page as the browser may open it. `payment_provider` is the provider of the page as the API names it;
    /// `None` if that is not known.
    ///
    /// # Errors
    /// `host_not_allowed`, naming the host.
    pub fn allow_checkout(&self, raw: &str, payment_provider: Option<&str>) -> Result<Url> {
        checkout::allow(
            raw,
            &self.account.network,
            payment_provider,
            &self.account.added_checkout_hosts,
        )
    }

    /// Subscribes to the user's events where the network has a WebSocket; `on_event` receives each.
    pub(super) fn watch(&mut self, on_event: impl Fn(Event) + Send + Sync + 'static) {
        let (Some(chain), Some(address)) = (self.chain.clone(), self.account.address) else {
            return;
        };
        if !chain.has_subscription() {
            return;
        }
        let (out, mut signals) = mpsc::channel(64);
        self.watch = Some(Arc::new(Task(tokio::spawn(async move {
            let listen = async {
                while let Some(signal) = signals.recv().await {
                    on_event(match signal {
                        SubscriptionUpdate::Connected => Event::Subscribed(true),
                        SubscriptionUpdate::Disconnected => Event::Subscribed(false),
                        SubscriptionUpdate::Event { .. } => Event::ChainActivity,
                    });
                }
            };
            tokio::join!(chain.subscribe(address, out), listen);
        }))));
    }
}

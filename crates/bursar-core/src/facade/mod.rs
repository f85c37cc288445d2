//! The facade: opens the home, starts the engine, and offers one call for each thing that a user can do. The desktop
//! app and the CLI are thin layers over it.

mod account_startup;
mod accounts;
mod backfill;
mod balance_cap;
mod browser_sign_in;
mod catalogue;
mod connect_account;
mod databases;
mod debt;
mod diagnostics;
mod export_task;
mod home_lock;
mod invoices;
mod keyring_sync;
mod known_balances;
mod live_status;
mod networks;
mod notices;
mod overview;
mod pay;
mod payment_list;
mod payment_methods;
mod payment_validation;
mod preconditions;
mod quote;
mod reader;
mod sync;
#[cfg(test)]
mod tests;
mod top_up_actions;
mod views;
mod web_pages;

pub use connect_account::Connect;
pub use live_status::{Status, StatusEntitlement};
pub use networks::views as network_views;
pub use reader::Reader;

use crate::driver::{Connection, Driver, Services, blocking};
use crate::env_keys::EnvKeys;
use crate::shell::Shell;
use bursar_domain::account::{Account, AccountId};
use bursar_domain::clock::Clock;
use bursar_domain::error::{AccountDetail, Code, Error, Result};
use bursar_domain::link::Link;
use bursar_domain::money::{Amount, Currency, MAX_SCALE};
use bursar_domain::settings::Settings;
use bursar_domain::view::{Change, Health};
use bursar_engine::{Event, Presence, Thresholds};
use bursar_platform::home;
use bursar_platform::http::Http;
use bursar_platform::keyring::SecretStore;
use bursar_provider::session::keyring_entry_name;
use bursar_store::{KeyLocation, OpenState};
use databases::Databases;
use export_task::CurrentExport;
use home_lock::lock_home;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// What [`Bursar::start`] needs.
pub struct Options {
    /// The folder with all data.
    pub home: PathBuf,
    pub shell: Arc<dyn Shell>,
    pub clock: Arc<dyn Clock>,
    pub secret_store: Arc<SecretStore>,
    /// API keys from the environment. They replace the keyring's keys in this process.
    pub env_keys: EnvKeys,
    pub settings: Settings,
    /// Whether the shell can show pop-ups. If not, notices wait for a shell that can.
    pub pops_up: bool,
}

/// The running core.
pub struct Bursar {
    home: PathBuf,
    services: Services,
    http: Http,
    secret_store: Arc<SecretStore>,
    driver: Driver,
    connections: Mutex<BTreeMap<AccountId, Connection>>,
    pending_sign_in: Mutex<Option<browser_sign_in::PendingSignIn>>,
    settings: Mutex<Settings>,
    health: Mutex<Health>,
    current_export: Arc<CurrentExport>,
    /// How present the user is, for accounts that are added later.
    presence: Mutex<Presence>,
    /// Whether the shell can show pop-ups. A shell that cannot leaves alerts to the desktop app.
    pops_up: bool,
    keyring_retry: keyring_sync::KeyringRetry,
    /// Keyring entries of accounts that are being connected right now.
    connecting: Mutex<BTreeSet<String>>,
    /// The home's lock, held as long as the engine runs.
    lock: Mutex<Option<File>>,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Bursar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bursar")
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}

impl Bursar {
    /// Opens the home and starts the engine, without waiting for keyring or network.
    ///
    /// # Errors
    /// `engine_running` if another process uses this home; `storage_failed`, `storage_newer`.
    pub async fn start(options: Options) -> Result<Arc<Self>> {
        let home = options.home.clone();
        let now = options.clock.now();
        let (lock, store, state, history) = blocking(move || {
            let home = home::create(&home)?;
            let lock = lock_home(&home)?;
            let Databases {
                store,
                state,
                history,
            } = databases::open(&home, now)?;
            invoices::forget(&home);
            Ok((lock, store, state, history))
        })
        .await?;
        let services = Services {
            store: Arc::new(store),
            history: Arc::new(history.with_clock(Arc::clone(&options.clock))),
            shell: options.shell,
            clock: options.clock,
        };
        let (sign_ins, returned) = mpsc::unbounded_channel();
        let driver = Driver::start(services.clone(), sign_ins, options.pops_up);
        let bursar = Arc::new(Self {
            home: options.home,
            services,
            http: Http::new()?,
            secret_store: options.secret_store,
            driver,
            connections: Mutex::default(),
            pending_sign_in: Mutex::default(),
            health: Mutex::default(),
            current_export: Arc::default(),
            settings: Mutex::new(options.settings.clone()),
            presence: Mutex::new(Presence::Tray),
            pops_up: options.pops_up,
            keyring_retry: keyring_sync::KeyringRetry::default(),
            connecting: Mutex::default(),
            lock: Mutex::new(Some(lock)),
        });
        bursar.set_preferences(&options.settings);
        bursar.clone().listen_for_sign_ins(returned);
        let store = Arc::clone(&bursar.services.store);
        let accounts = blocking(move || {
            let spent = store.pending_keyring_removals()?;
            let own = store.networks()?;
            let mut accounts = Vec::new();
            for mut account in store.accounts()? {
                account.network = bursar_provider::networks::current(account.network, &own);
                let location = store.key_location(&account.id)?;
                let expected = match location {
                    // A version that did not record the place may have stored a key.
                    None | Some(KeyLocation::Keyring) => {
                        !spent.contains(&keyring_entry_name(&account.id))
                    }
                    Some(KeyLocation::Session | KeyLocation::None) => false,
                };
                accounts.push((account, expected));
            }
            Ok(accounts)
        });
        for (account, expected) in accounts.await? {
            let connection = bursar
                .open_account(account, state != OpenState::Existing)
                .await?;
            connection.session.expect_keyring_entry(expected);
        }
        bursar.start_keyring_task(&options.env_keys).await;
        Ok(bursar)
    }

    /// Stops the engine and releases the home. Work in progress is dropped, because nothing durable depends on it. An
    /// export is cancelled, so that no partial file remains.
    pub async fn stop(&self) {
        self.current_export.cancel();
        self.stop_keyring_task().await;
        self.driver.stop().await;
        self.current_export.finished().await;
        lock(&self.lock).take();
    }

    /// Whether another process could continue from what is on disk and in the keyring: no answer is awaited, no sign-in
    /// or export is in progress, and no secret exists in memory only.
    pub async fn can_hand_over(&self) -> bool {
        for connection in self.connections() {
            if !connection.session.survives_restart().await {
                return false;
            }
        }
        let quiet = |connection: &Connection| {
            self.driver
                .state(&connection.account.id)
                .is_none_or(|state| state.is_quiet())
        };
        let idle = lock(&self.pending_sign_in).is_none() && !self.current_export.is_running();
        idle && self.connections().iter().all(quiet)
    }

    /// Reports how present the user is.
    pub fn set_presence(&self, presence: Presence) {
        let before = std::mem::replace(&mut *lock(&self.presence), presence);
        self.driver.broadcast(Event::Presence(presence));
        if before == Presence::Tray && presence != before {
            self.retry_keyring(false);
        }
    }

    pub fn set_online(&self, online: bool) {
        lock(&self.health).online = online;
        self.driver.broadcast(Event::Online(online));
        self.services.shell.changed(&Change::Health);
    }

    /// Whether the desktop reports when the machine wakes up from sleep.
    pub fn set_reports_sleep(&self, reports: bool) {
        self.driver.set_reports_sleep(reports);
    }

    /// The machine woke up from sleep.
    pub fn woke_up(&self) {
        self.driver.broadcast(Event::ClockJumped);
        self.retry_keyring(false);
    }

    /// Handles a text that arrived as a link. Anything but one of Bursar's links with a known state does nothing.
    pub fn open_link(&self, text: &str) {
        self.driver.link(text);
    }

    /// The payment that the window shows. No pop-up repeats what is already on screen.
    pub fn set_viewed_payment(&self, payment: Option<(AccountId, String)>) {
        self.driver.broadcast(Event::Viewing(None));
        if let Some((account, payment)) = payment {
            self.driver
                .send_event(&account, Event::Viewing(Some(payment)));
        }
    }

    /// Takes over what the shell knows about tray, notifications and links.
    pub fn set_health(&self, seen: &Health) {
        {
            let mut health = lock(&self.health);
            health.tray = seen.tray;
            health.notifications = seen.notifications;
            health.links = seen.links;
        }
        self.services.shell.changed(&Change::Health);
    }

    pub fn set_preferences(&self, settings: &Settings) {
        *lock(&self.settings) = settings.clone();
        self.driver
            .set_preferences(settings.hide_amounts, settings.notifications);
        for connection in self.connections() {
            let thresholds = self.thresholds(&connection);
            self.driver
                .send_event(&connection.account.id, Event::Thresholds(thresholds));
        }
    }

    /// The folder with all data.
    pub fn home(&self) -> &Path {
        &self.home
    }

    fn thresholds(&self, connection: &Connection) -> Thresholds {
        let settings = lock(&self.settings);
        let currency = currency_of(&connection.account);
        let amount = &settings.low_balance_amount;
        Thresholds {
            days: Some(settings.low_balance_days).filter(|days| *days > 0),
            // An earlier version may have stored an amount as it was typed.
            amount: Amount::parse_decimal(amount, currency.clone())
                .or_else(|_| Amount::parse_typed(amount, MAX_SCALE, currency))
                .ok(),
        }
    }

    fn connections(&self) -> Vec<Connection> {
        lock(&self.connections).values().cloned().collect()
    }

    fn connection(&self, account: &AccountId) -> Result<Connection> {
        lock(&self.connections)
            .get(account)
            .cloned()
            .ok_or_else(|| Error::new(Code::NotFound, AccountDetail::AccountNotConnected))
    }

    fn listen_for_sign_ins(self: Arc<Self>, mut returned: mpsc::UnboundedReceiver<Link>) {
        tokio::spawn(async move {
            while let Some(link) = returned.recv().await {
                self.sign_in_returned(link).await;
            }
        });
    }
}

fn custom_rpc_entry(account: &AccountId) -> String {
    format!("{account}/rpc")
}

/// The currency of the account's limits, assumed for its amounts until the provider names one.
fn currency_of(account: &Account) -> Currency {
    account.network.limits.balance_max.as_ref().map_or_else(
        || account.network.unit(),
        |amount| amount.currency().clone(),
    )
}

/// Locks the mutex. A poisoned lock means that a reader panicked; the data behind it is intact.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

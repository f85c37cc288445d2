//! Reads beside a running app, or without one: asks the servers directly and reads the databases. It writes only the
//! chain's newest figures, so that a later command never shows older ones.

use super::custom_rpc_entry;
use super::databases::read_migrated;
use super::live_status::{Status, live_status};
use crate::driver::{Connection, blocking};
use crate::env_keys::EnvKeys;
use crate::export::{self, DailyCharge, Exported, Format, ResourceLine};
use bursar_chain::Chain;
use bursar_domain::account::Account;
use bursar_domain::charges::{ResourceTotal, resource_totals};
use bursar_domain::clock::{SystemClock, Timestamp};
use bursar_domain::error::{
    AccountDetail, Code, Error, FileDetail, InternalDetail, Result, SignInDetail, TerminalDetail,
};
use bursar_domain::network::Network;
use bursar_domain::time_zone::TimeZone;
use bursar_domain::view::PaymentQuery;
use bursar_platform::http::Http;
use bursar_platform::keyring::SecretStore;
use bursar_platform::output_file::file_failed;
use bursar_provider as provider;
use bursar_provider::session::{Credential, Session};
use bursar_store::{History, Store};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use url::Url;

/// The accounts of a home and what is stored about them.
pub struct Reader {
    home: PathBuf,
    accounts: Vec<Account>,
    networks: Vec<Network>,
    history: Option<Arc<History>>,
    secret_store: Arc<SecretStore>,
    env_keys: EnvKeys,
    /// Keyring entries that are to be removed.
    unusable: Vec<String>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("accounts", &self.accounts.len())
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// Opens a home for reading; one that does not exist has no accounts. Files of an earlier version are migrated,
    /// unless an engine uses them.
    ///
    /// # Errors
    /// `storage_failed`, `storage_newer`.
    pub fn open(home: &Path, secret_store: Arc<SecretStore>, env_keys: EnvKeys) -> Result<Self> {
        read_migrated(home, || {
            Self::open_latest(home, Arc::clone(&secret_store), env_keys.clone())
        })
    }

    fn open_latest(home: &Path, secret_store: Arc<SecretStore>, env_keys: EnvKeys) -> Result<Self> {
        let (accounts, networks, unusable) = match Store::open_read_only(home)? {
            Some(store) => (
                store.accounts()?,
                store.networks()?,
                store.pending_keyring_removals()?,
            ),
            None => (Vec::new(), Vec::new(), Vec::new()),
        };
        let accounts = accounts
            .into_iter()
            .map(|account| Account {
                network: provider::networks::current(account.network, &networks),
                ..account
            })
            .collect();
        Ok(Self {
            home: home.to_owned(),
            unusable,
            accounts,
            networks,
            history: History::open_read_only(home)?
                .map(|history| Arc::new(history.with_clock(Arc::new(SystemClock)))),
            secret_store,
            env_keys,
        })
    }

    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The networks that were added by file.
    pub fn networks(&self) -> &[Network] {
        &self.networks
    }

    /// The account with this label, or all accounts.
    ///
    /// # Errors
    /// `not_found` if there is none.
    pub fn select(&self, label: Option<&str>) -> Result<Vec<&Account>> {
        let selected: Vec<_> = self
            .accounts
            .iter()
            .filter(|account| label.is_none_or(|label| account.label == label))
            .collect();
        match (selected.is_empty(), label) {
            (false, _) => Ok(selected),
            (true, Some(label)) => Err(Error::new(
                Code::NotFound,
                AccountDetail::AccountUnknown {
                    label: label.to_owned(),
                },
            )),
            (true, None) => Err(Error::new(Code::NotFound, AccountDetail::NoAccounts)),
        }
    }

    /// An account's figures as its servers report them now. `named`: the user named this account.
    pub async fn status(
        &self,
        account: &Account,
        named: bool,
        http: &Http,
        now: Timestamp,
    ) -> Status {
        let session = Arc::new(Session::new(
            account.id.clone(),
            Arc::clone(&self.secret_store),
        ));
        let alone = self.accounts.len() == 1 || named;
        let mut loaded = match self.env_keys.for_account(Some(&account.label), alone) {
            Some(key) => match Credential::api_key(key) {
                Ok(credential) => session.set_credential(credential, true).await,
                Err(error) => Err(error),
            },
            // The keyring's entry must not be used: the user signed out, or its token is spent.
            None if self.unusable.contains(&session.keyring_entry_name()) => Ok(()),
            None => session.load().await.map(drop),
        };
        // The app may use these tokens too; refreshing one here would end the app's session.
        session.forbid_refresh();
        let custom_rpc = match account.network.chain {
            Some(_) => self
                .secret_store
                .get(&custom_rpc_entry(&account.id))
                .await
                .ok()
                .flatten(),
            None => None,
        };
        let custom_rpc = custom_rpc.and_then(|text| Url::parse(&text).ok());
        let provider = provider::connect(&account.network, Arc::clone(&session), http.clone());
        if session.session_only()
            && let Some(known) = &account.user_id
            && let Ok(key_owner) = provider.key_owner().await
            && key_owner.user_id != *known
        {
            let why = Error::new(
                Code::Unauthorized,
                SignInDetail::EnvironmentKeyOfAnotherUser,
            );
            session
                .discard_sign_in(session.sign_in_id(), why.clone())
                .await;
            loaded = Err(why);
        }
        let network = &account.network;
        let chain = network.chain.clone().map(|config| {
            let token_unit = network.token_unit();
            Arc::new(Chain::new(config, token_unit, custom_rpc, http.clone()))
        });
        let connection = Connection::new(account.clone(), provider, session, chain);
        let mut status = live_status(&connection, self.history.as_deref(), now).await;
        if let Err(error) = loaded {
            status.errors.retain(|other| other.code != Code::SignedOut);
            status.errors.insert(0, error);
        }
        self.remember(account, &status, now).await;
        status
    }

    /// Stores the figures that were shown, so that neither the next command nor the app shows older ones.
    async fn remember(&self, account: &Account, status: &Status, now: Timestamp) {
        let (chain_update, api) = (status.chain_update.clone(), status.fresh_api.clone());
        if chain_update.is_none() && api.is_none() {
            return;
        }
        let (home, id) = (self.home.clone(), account.id.clone());
        let kept = blocking(move || {
            History::save_readings(&home, &id, chain_update.as_ref(), api.as_ref(), now)
        })
        .await;
        if let Err(error) = kept {
            tracing::debug!(code = ?error.code, "the figures could not be kept");
        }
    }

    /// Writes what the query selects from the stored history. `progress` receives the rows written so far and in all.
    ///
    /// # Errors
    /// `file_failed` if `out` cannot be written.
    pub async fn history(
        &self,
        query: PaymentQuery,
        format: Format,
        out: impl Write + Send + 'static,
        mut progress: impl FnMut(u64, u32) + Send + 'static,
    ) -> Result<()> {
        let Some(history) = self.history.clone() else {
            return export::nothing(format, out)
                .map_err(|error| file_failed(&error, Path::new("stdout")));
        };
        let labels = self.labels();
        blocking(move || {
            let never = AtomicBool::new(false);
            let total = history.count(&query)?;
            let stream_name = "stdout";
            export::to_stream(
                &history,
                &query,
                &labels,
                format,
                out,
                stream_name,
                &never,
                |lines| {
                    progress(lines, total);
                },
            )
            .map(drop)
        })
        .await
    }

    fn labels(&self) -> export::Labels {
        self.accounts
            .iter()
            .map(|account| (account.id.clone(), account.label.clone()))
            .collect()
    }

    /// Writes the same to a file, which appears whole or not at all; there is none if `cancel` becomes true.
    ///
    /// # Errors
    /// `file_failed` if it cannot be written; `not_found` if no history is stored.
    pub async fn export(
        &self,
        query: PaymentQuery,
        format: Format,
        path: PathBuf,
        cancel: Arc<AtomicBool>,
        mut progress: impl FnMut(u64, u32) + Send + 'static,
    ) -> Result<Exported> {
        let Some(history) = self.history.clone() else {
            return Err(Error::new(Code::NotFound, FileDetail::NoHistory));
        };
        let labels = self.labels();
        blocking(move || {
            let total = history.count(&query)?;
            export::to_file(&history, &query, &labels, format, &path, &cancel, |lines| {
                progress(lines, total);
            })
        })
        .await
    }

    /// The charges of each day from `from` to `to` (`YYYY-MM-DD`, UTC, both included), oldest first, and when they were
    /// read; `None` if they never were.
    ///
    /// # Errors
    /// `usage` for a malformed date; those of reading the history.
    pub async fn charges(
        &self,
        account: &Account,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Option<(Vec<DailyCharge>, Timestamp)>> {
        for date in [from, to].into_iter().flatten() {
            TimeZone::UTC.day(date).ok_or_else(no_date)?;
        }
        let Some(history) = self.history.clone() else {
            return Ok(None);
        };
        let (id, label) = (account.id.clone(), account.label.clone());
        let from = from.unwrap_or("0000-00-00").to_owned();
        let to = to.unwrap_or("9999-99-99").to_owned();
        blocking(move || {
            Ok(history.charges(&id, &from, &to)?.map(|(days, read_at)| {
                let lines = days.into_iter().map(|day| DailyCharge {
                    date: day.date,
                    amount: day.amount,
                    account: label.clone(),
                });
                (lines.collect(), read_at)
            }))
        })
        .await
    }

    /// The charges of each resource from `from` to `to` (`YYYY-MM-DD`, UTC, both included), the largest total first. Empty
    /// if none were read or the provider lists no resources.
    ///
    /// # Errors
    /// Those of reading the history; `internal` for sums that are too large.
    pub async fn resource_charges(
        &self,
        account: &Account,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Vec<ResourceLine>> {
        let Some(history) = self.history.clone() else {
            return Ok(Vec::new());
        };
        let (id, label) = (account.id.clone(), account.label.clone());
        let from = from.unwrap_or("0000-00-00").to_owned();
        let to = to.unwrap_or("9999-99-99").to_owned();
        blocking(move || {
            let charges = history.resource_charges(&id, &from, &to)?;
            let totals = resource_totals(&charges).ok_or_else(|| {
                let step = InternalDetail::step("add up the charges of a resource");
                Error::new(Code::Internal, step)
            })?;
            let line = |total: ResourceTotal| ResourceLine {
                resource: total.resource.id,
                name: total.resource.name,
                kind: total.resource.kind,
                amount: total.total,
                account: label.clone(),
            };
            Ok(totals.into_iter().map(line).collect())
        })
        .await
    }

    /// The days in this range (`YYYY-MM-DD`, oldest first) whose charges are unknown because one of them could not be
    /// read.
    ///
    /// # Errors
    /// Those of reading the history.
    pub async fn unknown_days(
        &self,
        account: &Account,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Vec<String>> {
        let Some(history) = self.history.clone() else {
            return Ok(Vec::new());
        };
        let id = account.id.clone();
        let days = blocking(move || history.unknown_days(&id)).await?;
        let asked = |day: &String| {
            from.is_none_or(|from| day.as_str() >= from) && to.is_none_or(|to| day.as_str() <= to)
        };
        Ok(days.into_iter().filter(asked).collect())
    }

    /// The newest rows that the query selects, for people.
    pub async fn payments(
        &self,
        query: PaymentQuery,
        limit: u32,
    ) -> Result<bursar_domain::view::PaymentPage> {
        let Some(history) = self.history.clone() else {
            return Ok(bursar_domain::view::PaymentPage {
                payments: Vec::new(),
                next: None,
                total: 0,
            });
        };
        blocking(move || history.payments(&query, None, limit)).await
    }
}

fn no_date() -> Error {
    Error::new(Code::Usage, TerminalDetail::DateMalformed)
}

//! The app's core as on a real desktop, with a simulated provider and clock.

use crate::provider::{Fault, Simulated, usdc};
use bursar_core::driver::{Connection, Driver, Services};
use bursar_core::shell::Shell;
use bursar_domain::account::{Account, AccountId};
use bursar_domain::clock::{Clock, Span, Timestamp};
use bursar_domain::notice::{Notice, NoticeKind};
use bursar_domain::payment::NewPayment;
use bursar_domain::view::{Change, TrayView};
use bursar_engine::top_up::TopUp;
use bursar_engine::{AccountConfig, Event, Presence, State};
use bursar_platform::keyring::SecretStore;
use bursar_provider::Provider;
use bursar_provider::session::{Credential, Session};
use bursar_store::{History, Store};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fmt, fs};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::Instant;
use url::Url;

/// Held by the running simulation, because threads, files and memory are counted for the whole process.
static ALONE: Mutex<()> = Mutex::new(());
/// How long an idle thread lives, in real time. Idle threads end quickly, so that a thread that never ends stands out.
const IDLE_THREAD: Duration = Duration::from_millis(5);

/// Runs one simulation at a time. Its time advances only while every task waits.
pub(crate) fn run<T>(simulation: impl Future<Output = T>) -> T {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .thread_keep_alive(IDLE_THREAD)
        .build()
        .unwrap()
        .block_on(simulation)
}

/// A wall clock that follows the runtime's time and can be set, next to the true time, which the provider uses.
pub(crate) struct WallClock {
    began: Instant,
    at: Timestamp,
    /// How long the machine has slept, in milliseconds.
    slept: AtomicI64,
    /// How far the machine's clock differs from the true time, in milliseconds.
    moved: AtomicI64,
}

impl WallClock {
    fn new(at: &str) -> Self {
        Self {
            began: Instant::now(),
            at: Timestamp::parse_rfc3339(at).unwrap(),
            slept: AtomicI64::new(0),
            moved: AtomicI64::new(0),
        }
    }

    /// Puts the machine to sleep while the true time advances.
    pub(crate) fn sleep(&self, span: Span) {
        self.slept.fetch_add(span.0, Ordering::SeqCst);
    }

    /// Sets the machine's clock forward or back.
    pub(crate) fn move_by(&self, span: Span) {
        self.moved.fetch_add(span.0, Ordering::SeqCst);
    }

    pub(crate) fn true_time(&self) -> Timestamp {
        let passed = i64::try_from(self.began.elapsed().as_millis()).unwrap();
        self.at
            .plus(Span(passed))
            .plus(Span(self.slept.load(Ordering::SeqCst)))
    }
}

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        self.true_time()
            .plus(Span(self.moved.load(Ordering::SeqCst)))
    }
}

#[derive(Default)]
struct Popups(Mutex<BTreeMap<(NoticeKindName, String), u32>>);

type NoticeKindName = String;

impl Shell for Popups {
    fn update_tray(&self, _: &TrayView) {}

    fn notify(&self, notices: &[Notice]) {
        let mut seen = self.0.lock().unwrap();
        for notice in notices {
            let key = (format!("{:?}", notice.kind), notice.subject.clone());
            *seen.entry(key).or_default() += 1;
        }
    }

    fn open_url(&self, _: &Url) -> bursar_domain::error::Result<()> {
        Ok(())
    }

    fn raise_window(&self) {}

    fn changed(&self, _: &Change) {}
}

pub(crate) struct Desktop {
    pub clock: Arc<WallClock>,
    pub provider: Arc<Simulated>,
    home: TempDir,
    services: Services,
    popups: Arc<Popups>,
    session: Arc<Session>,
    account: Account,
    driver: Option<Driver>,
    /// A second connection to the store's database, which makes the store's commits fail.
    saboteur: Mutex<rusqlite::Connection>,
    started: AtomicI64,
}

impl Desktop {
    pub(crate) async fn new(seed: u64) -> Self {
        let clock = Arc::new(WallClock::new("2026-01-31T12:00:00Z"));
        let provider = Arc::new(Simulated::new(clock.clone(), seed));
        let home = TempDir::new().unwrap();
        let store = Store::open(home.path(), clock.now()).unwrap().store;
        let (history, _) = History::open(home.path(), clock.now()).unwrap();
        let account = Account {
            id: AccountId("a".into()),
            label: "main".into(),
            network: bursar_provider::networks::built_in().remove(0),
            address: None,
            user_id: Some("user".into()),
            connected_at: clock.now(),
            added_checkout_hosts: vec!["pay.example".into()],
            key_expiry: None,
        };
        store.put_account(&account).unwrap();
        let secret_store = Arc::new(SecretStore::memory());
        let session = Arc::new(Session::new(account.id.clone(), secret_store));
        let key = Credential::api_key("flk_0123456789abcdef0123456789abcdef").unwrap();
        session.set_credential(key, true).await.unwrap();
        let popups = Arc::new(Popups::default());
        let saboteur = rusqlite::Connection::open(home.path().join("bursar.db")).unwrap();
        saboteur.busy_timeout(Duration::from_secs(5)).unwrap();
        let mut desktop = Self {
            services: Services {
                store: Arc::new(store),
                history: Arc::new(history),
                shell: popups.clone(),
                clock: clock.clone(),
            },
            clock,
            provider,
            home,
            popups,
            session,
            account,
            driver: None,
            saboteur: Mutex::new(saboteur),
            started: AtomicI64::new(0),
        };
        desktop.go();
        desktop
    }

    pub(crate) fn driver(&self) -> &Driver {
        self.driver.as_ref().unwrap()
    }

    /// Ends the process and starts it again from the data on disk.
    pub(crate) async fn restart(&mut self) {
        if let Some(driver) = self.driver.take() {
            driver.stop().await;
        }
        self.provider.forget_flying();
        self.go();
    }

    fn go(&mut self) {
        let now = self.clock.now();
        let top_ups = self
            .services
            .store
            .top_ups(&self.account.id, now.minus(Span::days(2)))
            .unwrap();
        let setup = AccountConfig {
            rules: self.provider.rules(),
            signed_in: true,
            watched_address: None,
            balance_from: bursar_domain::network::BalanceFrom::Chain,
            debt_rules: None,
        };
        let (id, since) = (self.account.id.clone(), self.account.connected_at);
        let mut state = State::new(id.clone(), since, setup, top_ups, now);
        state.alerts = self.services.store.alerts(&id).unwrap();
        let (sign_ins, _) = mpsc::unbounded_channel();
        let driver = Driver::start(self.services.clone(), sign_ins, true);
        let connection = Connection::new(
            self.account.clone(),
            self.provider.clone(),
            Arc::clone(&self.session),
            None,
        );
        driver.add(state, connection);
        self.driver = Some(driver);
    }

    /// Ends the previous disturbance.
    pub(crate) async fn calm_down(&self) {
        self.provider.fault(Fault::None);
        let saboteur = self.saboteur.lock().unwrap();
        saboteur
            .execute_batch("DROP TRIGGER IF EXISTS no_new; DROP TRIGGER IF EXISTS no_notice")
            .unwrap();
        drop(saboteur);
        self.driver().broadcast(Event::Online(true));
        self.driver().broadcast(Event::Presence(Presence::Tray));
    }

    /// Makes commits of top-ups and notices fail from now on.
    pub(crate) fn refuse_commits(&self) {
        let saboteur = self.saboteur.lock().unwrap();
        saboteur
            .execute_batch(
                "CREATE TRIGGER no_new BEFORE INSERT ON top_up BEGIN SELECT raise(ABORT, 'no'); END;
                 CREATE TRIGGER no_notice BEFORE INSERT ON notice BEGIN SELECT raise(ABORT, 'no'); END",
            )
            .unwrap();
    }

    /// The user attempts a top-up, which may be refused.
    pub(crate) async fn start_top_up(&self, cents: i64) {
        let number = self.started.fetch_add(1, Ordering::SeqCst);
        let _ = self
            .driver()
            .command(&self.account.id, |command| Event::StartTopUp {
                command,
                new: NewPayment::top_up(usdc(cents), format!("t{number}")),
                link_state: None,
                // The provider dates its answers by the true time, so the app knows its own clock's offset.
                clock_offset: Some(self.clock.true_time().since(self.clock.now())),
            })
            .await;
    }

    pub(crate) fn state(&self) -> Arc<State> {
        self.driver().state(&self.account.id).unwrap()
    }

    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&State) -> bool) {
        let patience = Duration::from_secs(2 * 24 * 3_600);
        let reached = self
            .driver()
            .wait_until(&self.account.id, patience, holds)
            .await;
        assert!(reached, "not reached within two days: {what}");
    }

    /// Pays everything that is open, then lets time pass until the app knows.
    pub(crate) async fn settle(&self) {
        self.provider.move_on(true);
        tokio::time::sleep(Duration::from_secs(30 * 60)).await;
        self.provider.move_on(true);
        tokio::time::sleep(Duration::from_secs(30 * 60)).await;
    }

    pub(crate) fn kept(&self) -> Vec<TopUp> {
        let all = Timestamp(i64::MIN);
        self.services.store.top_ups(&self.account.id, all).unwrap()
    }

    pub(crate) fn notices(&self) -> Vec<Notice> {
        let stored = self.services.store.notices(None, 10_000).unwrap();
        stored
            .into_iter()
            .map(|one| one.notice)
            .filter(|one| one.kind != NoticeKind::LowBalance)
            .collect()
    }

    pub(crate) fn popped(&self) -> Vec<((String, String), u32)> {
        let seen = self.popups.0.lock().unwrap();
        seen.iter()
            .map(|(key, times)| (key.clone(), *times))
            .collect()
    }

    pub(crate) fn in_history(&self, payment: &str) -> bool {
        let path = self.home.path().join("history.db");
        let history = rusqlite::Connection::open(path).unwrap();
        history
            .query_row(
                "SELECT count(*) FROM payment WHERE id = ?1",
                [payment],
                |row| row.get::<_, u32>(0),
            )
            .unwrap()
            == 1
    }

    pub(crate) fn size(&self) -> Size {
        let state = self.state();
        let entries = |path: &str| fs::read_dir(path).map_or(0, Iterator::count);
        let pages: usize = fs::read_to_string("/proc/self/statm")
            .ok()
            .and_then(|text| text.split(' ').nth(1)?.parse().ok())
            .unwrap_or(0);
        Size {
            tasks: tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks(),
            threads: entries("/proc/self/task"),
            files: entries("/proc/self/fd"),
            memory_kib: pages * 4,
            state: state.top_ups.len()
                + state.starts_in_flight.len()
                + state.start_ended_at.len()
                + state.errors.len()
                + state.server_backoffs.len()
                + state.poll_timers.len(),
        }
    }
}

/// Resources that must not grow over time: the highest value seen of each, except the lowest number of threads. The
/// number of threads at work depends on the machine, but a thread that never ends is in every sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    tasks: usize,
    threads: usize,
    files: usize,
    memory_kib: usize,
    /// The number of entries in the account's state.
    state: usize,
}

impl Size {
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            tasks: self.tasks.max(other.tasks),
            threads: self.threads.min(other.threads),
            files: self.files.max(other.files),
            memory_kib: self.memory_kib.max(other.memory_kib),
            state: self.state.max(other.state),
        }
    }

    /// Asserts that nothing has grown by more than chance explains.
    pub(crate) fn must_hold(self, later: Self) {
        assert!(later.tasks <= self.tasks + 3, "{self:?} became {later:?}");
        assert!(
            later.threads <= self.threads + 1,
            "{self:?} became {later:?}"
        );
        assert!(later.files <= self.files + 3, "{self:?} became {later:?}");
        assert!(
            later.memory_kib <= self.memory_kib + 8 * 1024,
            "{self:?} became {later:?}"
        );
        // The state keeps only one day of ended top-ups.
        assert!(later.state <= 400, "{self:?} became {later:?}");
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "in its last hours at most {} tasks, {} files, {} MiB, {} entries of state, at times only {} threads",
            self.tasks,
            self.files,
            self.memory_kib / 1024,
            self.state,
            self.threads
        )
    }
}

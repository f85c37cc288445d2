//! The whole core against a provider with prepared answers.

mod accounts;
mod balances;
mod chain_backfill;
mod chain_consistency;
mod export_task;
mod foreign_responses;
mod history_backfill;
mod key_storage;
mod late_payments;
mod missing_chain_events;
mod mock_chain;
mod mock_panel;
mod panel_history_sync;
mod panel_owner;
mod panel_payments;
mod panel_unknown_outcome;
mod payment_idempotency;
mod payment_pages;
mod payment_rows;
mod sync;
mod unknown_outcome;
mod unreadable_rows;

use super::known_balances::KnownBalances;
use super::live_status::live_status;
use super::*;
use bursar_domain::clock::{Span, SystemClock, Timestamp};
use bursar_domain::notice::Notice;
use bursar_domain::view::{PaymentRequest, RequestedPurpose, TrayView};
use bursar_engine::top_up::TopUp;
use bursar_engine::{AccountConfig, PollTarget, State};
use bursar_platform::stub_server::{ReceivedRequest, StubResponse, StubServer};
use bursar_provider::session::{Credential, Session};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a test waits for something that must happen.
const WAIT_TIMEOUT: Duration = Duration::from_secs(20);

/// The real time plus an offset, so that a test need not wait for a minute to pass.
#[derive(Default)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(Span(self.0.load(Ordering::Relaxed)))
    }
}

impl TestClock {
    fn pass(&self, span: Span) {
        self.0.fetch_add(span.0, Ordering::Relaxed);
    }
}

/// A shell that does nothing.
struct NullShell;

impl Shell for NullShell {
    fn update_tray(&self, _: &TrayView) {}
    fn notify(&self, _: &[Notice]) {}
    fn open_url(&self, _: &url::Url) -> Result<()> {
        Ok(())
    }
    fn raise_window(&self) {}
    fn changed(&self, _: &Change) {}
}

/// A provider with prepared answers.
trait MockProvider: Send + 'static {
    /// The provider's name in a network file.
    const NAME: &str;
    /// The rest of the network file; `SERVER` stands for the server's address.
    const NETWORK: &str;
    /// The address whose balance the chain shows.
    const ADDRESS: Option<&str> = None;

    fn answer(&mut self, request: &ReceivedRequest, clock: &TestClock) -> StubResponse;
}

/// The provider's data and behaviour.
#[derive(Default)]
struct MockFluence {
    /// The open top-up, as JSON.
    pending: Option<String>,
    /// The rows of the history as JSON, newest first.
    history: Vec<String>,
    /// The answer to a new top-up, and whether it exists from then on.
    creates: Option<(u16, bool)>,
    /// The number of requests for a new top-up.
    created: u32,
    /// The key may not read the history.
    history_forbidden: bool,
    /// The key may not read the charges.
    charges_forbidden: bool,
    /// An id that the history counts but leaves out of its pages.
    left_out: Option<&'static str>,
    /// The list of open top-ups fails.
    pending_down: bool,
    /// The body that answers a new top-up, if it is accepted.
    created_as: Option<String>,
    /// How far the provider's clock is ahead, if its answers are dated.
    ahead: Option<Span>,
    /// What the user can spend; 100 by default.
    balance: Option<String>,
    /// The start times of requests for the history.
    asked_since: Vec<Option<Timestamp>>,
    /// Seconds that one page of the history takes.
    page_takes: i64,
    /// The page numbers requested of the whole history.
    pages: Vec<usize>,
}

impl MockProvider for MockFluence {
    const NAME: &str = "fluence";
    const NETWORK: &str = "[chain]\nid = 1\nrpc = [\"http://127.0.0.1:1\"]\n\
         balance = \"0x00000000000000000000000000000000000000b1\"\n\
         token = \"0x00000000000000000000000000000000000000b2\"\n";

    fn answer(&mut self, request: &ReceivedRequest, clock: &TestClock) -> StubResponse {
        let now = clock.now();
        let date = self.ahead.map_or_else(String::new, |ahead| {
            // Uses the machine's own time, because Bursar compares an answer's date with it.
            let at = SystemClock.now().plus(ahead).to_utc().unwrap();
            let text = at.format(&time::format_description::well_known::Rfc2822);
            format!("date: {}\r\n", text.unwrap().replace("+0000", "GMT"))
        });
        let json =
            |status: u16, body: &str| StubResponse::with(status, "application/json", &date, body);
        match (request.method.as_str(), request.path()) {
            ("POST", "/v2/top-ups") => {
                self.created += 1;
                let (status, takes) = self.creates.unwrap_or((500, false));
                if takes {
                    self.pending = Some(top_up("made", "open", now));
                    self.history.insert(0, top_up("made", "open", now));
                }
                json(
                    status,
                    self.created_as.as_deref().unwrap_or(r#"{"error":"x"}"#),
                )
            }
            ("GET", "/v2/top-ups/pending") if self.pending_down => json(500, "{}"),
            ("GET", "/v2/top-ups/pending") => {
                let open = self.pending.as_deref().unwrap_or("null");
                json(200, &format!(r#"{{"pendingTopUp":{open}}}"#))
            }
            ("GET", "/v2/top-ups") if self.history_forbidden => json(403, r#"{"error":"x"}"#),
            ("GET", "/v2/top-ups") => {
                let since = request
                    .parameter("start")
                    .and_then(|text| Timestamp::parse_rfc3339(&text));
                self.asked_since.push(since);
                let lines: Vec<&str> = self
                    .history
                    .iter()
                    .filter(|line| since.is_none_or(|since| created_at(line) >= since))
                    .map(String::as_str)
                    .collect();
                let count = lines.len();
                let page: usize = request
                    .parameter("page")
                    .map_or(1, |page| page.parse().unwrap());
                // The first page is requested twice if it is unknown where page numbers start; record it once.
                if since.is_none() && (page > 1 || self.pages.is_empty()) {
                    self.pages.push(page);
                }
                clock.pass(Span::seconds(self.page_takes));
                let pages = count.div_ceil(100).max(1);
                let left_out = self.left_out.map(|id| format!("\"{id}\""));
                let is_told = |line: &&str| left_out.as_ref().is_none_or(|id| !line.contains(id));
                let shown: Vec<&str> = lines
                    .into_iter()
                    .skip((page - 1) * 100)
                    .take(100)
                    .filter(is_told)
                    .collect();
                json(
                    200,
                    &format!(
                        r#"{{"items":[{}],"pagination":{{"totalRecords":{count},"filteredRecords":{count},
                        "totalPages":{pages},"currentPage":{page},"perPage":100}}}}"#,
                        shown.join(",")
                    ),
                )
            }
            ("GET", "/v2/users/balances") => {
                let balance = self.balance.as_deref().unwrap_or("100");
                json(
                    200,
                    &format!(
                        r#"[{{"featureKey":"usdc","balance":"{balance}","estimatedUsage":"1","usageDaysLeft":100}}]"#
                    ),
                )
            }
            ("GET", "/v2/payment-methods") => json(
                200,
                r#"[{"provider":"copperx","methodCode":"usdc","kind":"crypto","enabled":true,
                "displayName":"USDC","minAmountCents":1000,"maxAmountCents":null,"feePaidByUser":true,
                "estFeeBps":100,"estFeeFixedCents":0,"sortOrder":1}]"#,
            ),
            ("GET", "/v1/users/me") => json(
                200,
                r#"{"id":"u","email":"u@example.org","permissions":["billing:get_history",
                "billing:get_spending_history","billing:top_up"]}"#,
            ),
            ("GET", "/v1/service/status") => json(200, r#"{"maintenanceMode":false}"#),
            ("GET", "/v1/billing/charges/aggregated") if self.charges_forbidden => {
                json(403, r#"{"error":"x"}"#)
            }
            ("GET", "/v1/billing/charges/aggregated") => json(200, "[]"),
            _ => json(404, "{}"),
        }
    }
}

fn top_up(id: &str, status: &str, at: Timestamp) -> String {
    format!(
        r#"{{"id":"{id}","amountCents":2500,"status":"{status}","provider":"copperx","createdAt":"{at}",
        "updatedAt":"{at}","expiresAt":null,"redirectUrl":"http://127.0.0.1:4/{id}"}}"#
    )
}

fn created_at(line: &str) -> Timestamp {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    Timestamp::parse_rfc3339(value["createdAt"].as_str().unwrap()).unwrap()
}

struct TestApp<P = MockFluence> {
    bursar: Arc<Bursar>,
    account: AccountId,
    clock: Arc<TestClock>,
    provider: Arc<Mutex<P>>,
    keyring_away: Arc<AtomicBool>,
    secret_store: Arc<SecretStore>,
    home: tempfile::TempDir,
}

async fn begin(
    home: &Path,
    clock: &Arc<TestClock>,
    secret_store: &Arc<SecretStore>,
) -> Arc<Bursar> {
    let options = Options {
        home: home.to_owned(),
        shell: Arc::new(NullShell),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        secret_store: Arc::clone(secret_store),
        env_keys: EnvKeys::default(),
        settings: Settings::default(),
        pops_up: true,
    };
    Bursar::start(options).await.unwrap()
}

impl<P: MockProvider> TestApp<P> {
    /// Starts the program and connects an account to this provider.
    async fn connect(provider: P) -> Self {
        let home = tempfile::tempdir().unwrap();
        let provider = Arc::new(Mutex::new(provider));
        let clock = Arc::new(TestClock::default());
        let (behind, time) = (Arc::clone(&provider), Arc::clone(&clock));
        let server =
            StubServer::start(move |request| behind.lock().unwrap().answer(request, &time));
        let keyring_away = Arc::new(AtomicBool::new(false));
        let secret_store = Arc::new(SecretStore::flaky(Arc::clone(&keyring_away)));
        let bursar = begin(home.path(), &clock, &secret_store).await;
        let toml = format!(
            "name = \"t\"\nprovider = \"{}\"\napi = \"{}\"\ncheckout_hosts = [\"127.0.0.1:4\"]\n{}",
            P::NAME,
            server.url,
            P::NETWORK
                .replace("SERVER/", server.url.as_str())
                // The same server under another host name.
                .replace(
                    "LOCALHOST/",
                    &server.url.as_str().replace("127.0.0.1", "localhost")
                ),
        );
        bursar.add_network(&toml).await.unwrap();
        let connected = bursar
            .connect(Connect {
                provider: None,
                network: "t".to_owned(),
                key: Zeroizing::new("key".to_owned()),
                address: P::ADDRESS.map(str::to_owned),
                label: None,
                session_only: false,
                key_expires_on: None,
            })
            .await
            .unwrap();
        Self {
            account: connected.account.id,
            bursar,
            clock,
            provider,
            keyring_away,
            secret_store,
            home,
        }
    }

    /// Ends the program and starts it again.
    async fn restart(&mut self) {
        self.bursar.stop().await;
        self.bursar = begin(self.home.path(), &self.clock, &self.secret_store).await;
    }

    fn later(&self, span: Span) {
        self.clock.pass(span);
        let connection = self.bursar.connection(&self.account);
        if let Some(chain) = connection
            .ok()
            .and_then(|connection| connection.chain.clone())
        {
            let passed = u64::try_from(span.0).unwrap_or_default();
            chain.age_heads(Duration::from_millis(passed));
        }
        self.bursar.woke_up();
    }

    async fn until(&self, what: &str, holds: impl Fn(&State) -> bool) {
        let reached = self
            .bursar
            .driver
            .wait_until(&self.account, WAIT_TIMEOUT, holds);
        assert!(reached.await, "{what}: {:#?}", self.state());
    }

    fn state(&self) -> Arc<State> {
        self.bursar.driver.state(&self.account).unwrap()
    }

    async fn read(&self) {
        self.until("the account is read", |state| !state.recovering)
            .await;
    }

    async fn start(&self) -> Result<String> {
        let request = PaymentRequest {
            purpose: RequestedPurpose::TopUp {
                amount: "25".to_owned(),
            },
            payer: None,
            method: None,
            save_method: false,
        };
        let top_up_id = uuid::Uuid::new_v4().to_string();
        let started = self
            .bursar
            .pay(self.account.clone(), request, top_up_id, None);
        Ok(started.await?.id)
    }
}

fn of<'a>(state: &'a State, id: &str) -> &'a TopUp {
    &state.top_ups[id]
}

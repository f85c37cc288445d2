//! The whole core over a provider that gives prepared answers: what becomes of a top-up whose answer is lost,
//! what a key with too few scopes can do, and what survives a keyring that is away.

use super::*;
use crate::canned::{Asked, Canned, Server};
use crate::chain::Reading;
use crate::clock::{Span, SystemClock, Timestamp};
use crate::engine::Disagreement;
use crate::notice::Notice;
use crate::provider::{ApiBalance, Offers, Rules};
use crate::top_up::{Phase, TopUp};
use crate::view::{TrayView, Wish, WishFor};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// How long a test waits for something that has to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The real time and a little more, so that a test need not wait for a minute to pass.
#[derive(Default)]
struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(Span(self.0.load(Ordering::Relaxed)))
    }
}

/// A desktop on which nothing happens.
struct Nowhere;

impl Shell for Nowhere {
    fn tray(&self, _: &TrayView) {}
    fn notify(&self, _: &[Notice]) {}
    fn open(&self, _: &url::Url) -> Result<()> {
        Ok(())
    }
    fn raise(&self) {}
    fn changed(&self, _: &Change) {}
}

/// What the provider knows and does.
#[derive(Default)]
struct Fluence {
    /// The open top-up, as JSON.
    pending: Option<String>,
    /// The history's lines, newest first, as JSON.
    history: Vec<String>,
    /// The answer to a new top-up, and whether there is one from then on.
    creates: Option<(u16, bool)>,
    /// Requests for one.
    created: u32,
    /// The key may not read the history.
    history_forbidden: bool,
    /// The list of open top-ups does not answer.
    pending_down: bool,
}

impl Fluence {
    fn answer(&mut self, asked: &Asked, now: Timestamp) -> Canned {
        let json = Canned::json;
        match (asked.method.as_str(), asked.path()) {
            ("POST", "/v2/top-ups") => {
                self.created += 1;
                let (status, takes) = self.creates.unwrap_or((500, false));
                if takes {
                    self.pending = Some(top_up("made", "open", now));
                    self.history.insert(0, top_up("made", "open", now));
                }
                json(status, "{}")
            }
            ("GET", "/v2/top-ups/pending") if self.pending_down => json(500, "{}"),
            ("GET", "/v2/top-ups/pending") => {
                let open = self.pending.as_deref().unwrap_or("null");
                json(200, &format!(r#"{{"pendingTopUp":{open}}}"#))
            }
            ("GET", "/v2/top-ups") if self.history_forbidden => json(403, "{}"),
            ("GET", "/v2/top-ups") => {
                let since = asked
                    .parameter("start")
                    .and_then(|text| Timestamp::parse_rfc3339(&text));
                let lines: Vec<&str> = self
                    .history
                    .iter()
                    .filter(|line| since.is_none_or(|since| created_at(line) >= since))
                    .map(String::as_str)
                    .collect();
                let count = lines.len();
                json(
                    200,
                    &format!(
                        r#"{{"items":[{}],"pagination":{{"totalRecords":{count},"filteredRecords":{count},
                        "totalPages":1,"currentPage":1,"perPage":100}}}}"#,
                        lines.join(",")
                    ),
                )
            }
            ("GET", "/v2/users/balances") => json(
                200,
                r#"[{"featureKey":"usdc","balance":"100","estimatedUsage":"1","usageDaysLeft":100}]"#,
            ),
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

struct Stage {
    bursar: Arc<Bursar>,
    account: AccountId,
    clock: Arc<Ahead>,
    fluence: Arc<Mutex<Fluence>>,
    keyring_away: Arc<AtomicBool>,
    _home: tempfile::TempDir,
}

impl Stage {
    /// An account that is connected to this provider.
    async fn set(fluence: Fluence) -> Self {
        let home = tempfile::tempdir().unwrap();
        let fluence = Arc::new(Mutex::new(fluence));
        let clock = Arc::new(Ahead::default());
        let (behind, time) = (Arc::clone(&fluence), Arc::clone(&clock));
        let server = Server::start(move |asked| behind.lock().unwrap().answer(asked, time.now()));
        let keyring_away = Arc::new(AtomicBool::new(false));
        let vault = Arc::new(Vault::that_may_leave(Arc::clone(&keyring_away)));
        let bursar = Bursar::start(Options {
            home: home.path().to_owned(),
            shell: Arc::new(Nowhere),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            vault,
            env_api_key: None,
            settings: Settings::default(),
            pops_up: true,
        })
        .await
        .unwrap();
        let toml = format!(
            "name = \"t\"\nprovider = \"fluence\"\napi = \"{}\"\ncheckout_hosts = [\"127.0.0.1:4\"]\n\
             [chain]\nid = 1\nrpc = [\"http://127.0.0.1:1\"]\n\
             balance = \"0x00000000000000000000000000000000000000b1\"\n\
             token = \"0x00000000000000000000000000000000000000b2\"\n",
            server.url
        );
        bursar.add_network(&toml).await.unwrap();
        let connected = bursar
            .connect(Connect {
                provider: None,
                network: "t".to_owned(),
                key: Zeroizing::new("key".to_owned()),
                address: None,
                label: None,
                session_only: false,
            })
            .await
            .unwrap();
        Self {
            account: connected.account.id,
            bursar,
            clock,
            fluence,
            keyring_away,
            _home: home,
        }
    }

    fn later(&self, span: Span) {
        self.clock.0.fetch_add(span.0, Ordering::Relaxed);
        self.bursar.woke();
    }

    async fn until(&self, what: &str, holds: impl Fn(&State) -> bool) {
        let held = self.bursar.driver.until(&self.account, PATIENCE, holds);
        assert!(held.await, "{what}: {:#?}", self.state());
    }

    fn state(&self) -> Arc<State> {
        self.bursar.driver.state(&self.account).unwrap()
    }

    async fn read(&self) {
        self.until("the account is read", |state| !state.recovering)
            .await;
    }

    async fn start(&self) -> Result<String> {
        let wish = Wish {
            purpose: WishFor::TopUp {
                amount: "25".to_owned(),
            },
            payer: None,
            method: None,
            save_method: false,
        };
        let attempt = uuid::Uuid::new_v4().to_string();
        let started = self
            .bursar
            .pay(self.account.clone(), wish, attempt, None);
        Ok(started.await?.id)
    }
}

fn of<'a>(state: &'a State, id: &str) -> &'a TopUp {
    &state.top_ups[id]
}

#[tokio::test]
async fn an_answer_lost_behind_the_provider_ends_in_the_one_top_up_that_it_made() {
    let stage = Stage::set(Fluence {
        creates: Some((502, true)),
        ..Fluence::default()
    })
    .await;
    stage.read().await;
    let id = stage.start().await.unwrap();
    stage
        .until("it is found", |state| of(state, &id).phase == Phase::Open)
        .await;
    let state = stage.state();
    assert_eq!(of(&state, &id).remote.as_deref(), Some("made"));
    assert_eq!(state.top_ups.len(), 1);
    assert_eq!(stage.fluence.lock().unwrap().created, 1);
    assert_eq!(stage.start().await.unwrap_err().code, Code::TopUpOpen);
    assert_eq!(stage.fluence.lock().unwrap().created, 1);
}

#[tokio::test]
async fn an_answer_lost_before_the_provider_ends_in_none() {
    let stage = Stage::set(Fluence {
        creates: Some((502, false)),
        ..Fluence::default()
    })
    .await;
    stage.read().await;
    let id = stage.start().await.unwrap();
    stage
        .until("it is missed once", |state| {
            of(state, &id).absent_since.is_some()
        })
        .await;
    assert_eq!(stage.start().await.unwrap_err().code, Code::TopUpOpen);
    stage.later(Span::seconds(61));
    stage
        .until("it is missed twice", |state| {
            of(state, &id).phase == Phase::NotStarted
        })
        .await;
    assert_eq!(stage.fluence.lock().unwrap().created, 1);
    let again = stage.start().await.unwrap();
    assert_ne!(again, id);
    stage
        .until("the second is asked for", |state| state.starting.is_empty())
        .await;
    assert_eq!(stage.fluence.lock().unwrap().created, 2);
}

#[tokio::test]
async fn an_account_connected_before_the_user_is_read_as_one() {
    let stage = Stage::set(Fluence::default()).await;
    stage.bursar.presence(Presence::Focused);
    stage.bursar.online(false);
    let opened = stage
        .bursar
        .open_account(
            Account {
                id: AccountId::random(),
                label: "second".to_owned(),
                ..stage.bursar.connection(&stage.account).unwrap().account
            },
            false,
        )
        .await
        .unwrap();
    let second = opened.account.id;
    let there = |state: &State| state.presence == Presence::Focused && !state.online;
    assert!(stage.bursar.driver.until(&second, PATIENCE, there).await);
}

#[tokio::test]
async fn offline_nothing_is_begun_and_the_form_says_so() {
    let stage = Stage::set(Fluence {
        creates: Some((502, true)),
        ..Fluence::default()
    })
    .await;
    stage.read().await;
    stage.bursar.online(false);
    stage.until("it is offline", |state| !state.online).await;
    assert_eq!(stage.start().await.unwrap_err().code, Code::Unreachable);
    let form = stage.bursar.top_up_form(stage.account.clone()).await;
    assert_eq!(form.unwrap().blocked.unwrap().code, Code::Unreachable);
    assert!(stage.state().top_ups.is_empty());
    assert_eq!(stage.fluence.lock().unwrap().created, 0);
}

#[tokio::test]
async fn an_rpc_of_the_users_own_outlasts_a_keyring_that_is_away() {
    let stage = Stage::set(Fluence::default()).await;
    let (bursar, account) = (&stage.bursar, &stage.account);
    let own = "http://127.0.0.1:7/secret".to_owned();
    bursar
        .set_rpc_address(account.clone(), Some(own))
        .await
        .unwrap();
    let both = ["127.0.0.1:7", "127.0.0.1:1"];
    assert_eq!(bursar.rpc_addresses(account.clone()).await.unwrap(), both);
    stage.keyring_away.store(true, Ordering::Release);
    let renamed = bursar.edit_account(account.clone(), "renamed".to_owned(), None);
    renamed.await.unwrap();
    assert_eq!(bursar.rpc_addresses(account.clone()).await.unwrap(), both);
    bursar
        .allow_checkout_host(account.clone(), "127.0.0.1:9".to_owned())
        .await
        .unwrap();
    assert_eq!(bursar.rpc_addresses(account.clone()).await.unwrap(), both);
}

#[tokio::test]
async fn nothing_open_and_not_knowing_are_told_apart() {
    let stage = Stage::set(Fluence::default()).await;
    let connection = stage.bursar.connection(&stage.account).unwrap();
    let unknown = |status: &Status| {
        status
            .errors
            .iter()
            .any(|error| error.code == Code::TopUpsUnknown)
    };
    let known = live_status(&connection, None, stage.clock.now()).await;
    assert!(known.pending.is_none() && !unknown(&known));
    stage.fluence.lock().unwrap().pending_down = true;
    let down = live_status(&connection, None, stage.clock.now()).await;
    assert!(down.pending.is_none() && unknown(&down));
    stage.bursar.sign_out(stage.account.clone()).await.unwrap();
    let signed_out = live_status(&connection, None, stage.clock.now()).await;
    assert!(unknown(&signed_out));
}

fn look(chain: i64, api: i64, at: Timestamp) -> Known {
    let usdc = |cents| Amount::from_cents(cents, Currency::usdc());
    Known {
        reading: Some(Reading {
            block: 1,
            block_hash: Default::default(),
            block_time: at,
            read_at: at,
            free: usdc(chain),
            reserved: usdc(0),
            held: usdc(0),
            frozen: false,
        }),
        chain_answers: true,
        api: Some((
            ApiBalance {
                balance: usdc(api),
                daily_usage: Some(usdc(100)),
                days_left: None,
            },
            at,
        )),
        api_answers: true,
    }
}

#[test]
fn two_figures_differ_only_once_two_looks_say_so() {
    let now = SystemClock.now();
    let ago = |span| now.minus(span);
    let differs = look(1_000, 2_000, now);
    let none = Known::default();
    assert_eq!(look(1_000, 1_100, now).settled(&none, now), Some(true));
    assert_eq!(differs.settled(&none, now), None);
    for (earlier, expected) in [
        (look(1_000, 2_000, ago(Span::seconds(119))), None),
        (look(1_000, 2_000, ago(Span::minutes(2))), Some(false)),
        (look(1_000, 1_050, ago(Span::minutes(2))), None),
        (look(1_000, 2_000, ago(Span::days(2))), None),
    ] {
        assert_eq!(differs.settled(&earlier, now), expected);
    }
    let mut state = State::new(
        AccountId::random(),
        now,
        Setup {
            rules: Rules {
                one_open_top_up: true,
                amount_decimals: 2,
                repeatable_for: None,
                cancels_confirming: true,
                open_is_slow_after: None,
                offers: Offers::default(),
            },
            signed_in: true,
            watched: None,
        },
        Vec::new(),
        now,
    );
    for (disagreement, expected) in [
        (Disagreement::Unknown, None),
        (Disagreement::Agree, Some(true)),
        (Disagreement::Once(now), None),
        (Disagreement::Disagree, Some(false)),
    ] {
        state.disagreement = disagreement;
        assert_eq!(reading::agrees(&state), expected);
    }
}

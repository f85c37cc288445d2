//! The program with a separate home, and a provider with prepared responses.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The provider's data and behaviour.
#[derive(Default)]
pub(crate) struct Provider {
    /// The ids of completed top-ups of 25.00, newest first, one second apart.
    pub(crate) history: Vec<String>,
    /// The number of days with charges.
    pub(crate) charges: Vec<(String, &'static str)>,
    /// Paths at which the provider accepts a request and never responds.
    pub(crate) silent: BTreeSet<&'static str>,
    /// Paths at which the provider responds with status 500.
    pub(crate) broken: BTreeSet<&'static str>,
    /// The status that a requested top-up gets. Without one, the provider refuses the request.
    pub(crate) starts_as: Option<&'static str>,
    pub(crate) started: bool,
    /// The balance, if it is not 100.
    pub(crate) balance: Option<&'static str>,
    pub(crate) asked: Vec<String>,
    /// The keys that requests had.
    pub(crate) keys: BTreeSet<String>,
}

/// A home with one account at this provider.
pub(crate) struct TestHome {
    pub(crate) folder: TempDir,
    pub(crate) provider: Arc<Mutex<Provider>>,
    host: String,
    /// The number of connections that the provider still reads or answers.
    active: Arc<AtomicUsize>,
}

impl TestHome {
    /// Connects an account at this provider.
    pub(crate) fn connect(provider: Provider) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let provider = Arc::new(Mutex::new(provider));
        let active = Arc::new(AtomicUsize::new(0));
        let (behind, counted) = (Arc::clone(&provider), Arc::clone(&active));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (behind, counted) = (Arc::clone(&behind), Arc::clone(&counted));
                counted.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || {
                    answer(stream, &behind);
                    counted.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        let home = Self {
            folder: TempDir::new().unwrap(),
            provider,
            host: host.clone(),
            active,
        };
        let file = home.folder.path().join("network.toml");
        let text = format!(
            "name = \"t\"\nprovider = \"fluence\"\napi = \"http://{host}\"\ncheckout_hosts = [\"127.0.0.1:4\"]\n"
        );
        std::fs::write(&file, text).unwrap();
        let added = home.run(&[
            "account",
            "add",
            "fluence",
            "--network",
            file.to_str().unwrap(),
            "--label",
            "Work",
        ]);
        assert!(added.status.success(), "{added:?}");
        home.forget_asked();
        home
    }

    /// Clears the recorded requests, including those that a program has sent before it ended and that the provider has
    /// not read yet.
    pub(crate) fn forget_asked(&self) {
        // Connections are accepted in order, so once this one has ended, all earlier ones have been counted.
        let last = TcpStream::connect(&self.host).unwrap();
        last.shutdown(Shutdown::Write).unwrap();
        let _ = (&last).read(&mut [0]);
        while self.active.load(Ordering::SeqCst) > 0 {
            thread::sleep(Duration::from_millis(1));
        }
        self.provider.lock().unwrap().asked.clear();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bursar"));
        command
            .args(arguments)
            .env("BURSAR_HOME", self.folder.path().join("home"))
            .env("BURSAR_API_KEY", "flk_test")
            // English, unless a test says otherwise.
            .env("LC_ALL", "C")
            .env_remove("LANGUAGE")
            // There is no keyring, and no command waits for one.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the program with standard output on a full device.
    pub(crate) fn run_on_full(&self, arguments: &[&str]) -> Output {
        let full = File::options().write(true).open("/dev/full").unwrap();
        self.command(arguments).stdout(full).output().unwrap()
    }

    /// Runs the program with a standard output that nobody reads.
    pub(crate) fn run_unread(&self, arguments: &[&str]) -> Output {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        self.command(arguments).stdout(writer).output().unwrap()
    }

    /// Also returns how long the program took.
    pub(crate) fn timed(&self, arguments: &[&str]) -> (Output, Duration) {
        let began = Instant::now();
        (self.run(arguments), began.elapsed())
    }
}

fn answer(stream: TcpStream, provider: &Mutex<Provider>) {
    let Some((method, target, key)) = read(&stream) else {
        return;
    };
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let (status, body) = {
        let mut provider = provider.lock().unwrap();
        provider.asked.push(format!("{method} {path}"));
        provider.keys.extend(key);
        if provider.silent.contains(path.as_str()) {
            drop(provider);
            // Waits until the program has ended.
            let _ = (&stream).read(&mut [0]);
            return;
        }
        if provider.broken.contains(path.as_str()) {
            (500, "{}".to_owned())
        } else {
            provider.answer(&method, &path)
        }
    };
    let length = body.len();
    let _ = (&stream).write_all(
        format!(
            "HTTP/1.1 {status} Prepared\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{body}"
        )
        .as_bytes(),
    );
}

impl Provider {
    fn answer(&mut self, method: &str, path: &str) -> (u16, String) {
        let body = match (method, path) {
            ("POST", "/v2/top-ups") => {
                self.started = self.starts_as.is_some();
                if !self.started {
                    return (400, "{}".to_owned());
                }
                r#"{"intentId":"int","presentation":{"type":"redirect","redirectUrl":"http://127.0.0.1:4/made"}}"#
                    .to_owned()
            }
            ("GET", "/v2/top-ups/pending") => {
                let open = match self
                    .starts_as
                    .filter(|status| self.started && *status == "open")
                {
                    Some(status) => top_up("made", status),
                    None => "null".to_owned(),
                };
                format!(r#"{{"pendingTopUp":{open}}}"#)
            }
            ("GET", "/v2/top-ups") => {
                let mut lines: Vec<String> = Vec::new();
                if let Some(status) = self.starts_as.filter(|_| self.started) {
                    lines.push(top_up("made", status));
                }
                lines.extend(self.history.iter().map(|id| top_up(id, "resolved")));
                let count = lines.len();
                format!(
                    r#"{{"items":[{}],"pagination":{{"totalRecords":{count},"filteredRecords":{count},
                    "totalPages":1,"currentPage":1,"perPage":100}}}}"#,
                    lines.join(",")
                )
            }
            ("GET", "/v2/users/balances") => {
                let balance = self.balance.unwrap_or("100");
                format!(
                    r#"[{{"featureKey":"usdc","balance":"{balance}","estimatedUsage":"1","usageDaysLeft":100}}]"#
                )
            }
            ("GET", "/v2/payment-methods") => {
                r#"[{"provider":"copperx","methodCode":"usdc","kind":"crypto",
                "enabled":true,"displayName":"USDC","minAmountCents":1000,"maxAmountCents":null,
                "feePaidByUser":true,"estFeeBps":100,"estFeeFixedCents":0,"sortOrder":1}]"#
                    .to_owned()
            }
            ("GET", "/v1/users/me") => {
                r#"{"id":"u","email":"u@example.org","permissions":["billing:get_history",
                "billing:get_spending_history","billing:top_up"]}"#
                    .to_owned()
            }
            ("GET", "/v1/service/status") => r#"{"maintenanceMode":false}"#.to_owned(),
            ("GET", "/v1/billing/charges/aggregated") => {
                let days: Vec<String> = self
                    .charges
                    .iter()
                    .map(|(date, amount)| format!(
                        r#"{{"periodStart":"{date}T00:00:00Z","totalCost":"{amount}","resourceId":"r-1",
                        "resourceType":"VM","resourceName":"=web"}}"#
                    ))
                    .collect();
                format!("[{}]", days.join(","))
            }
            _ => return (404, "{}".to_owned()),
        };
        (200, body)
    }
}

fn top_up(id: &str, status: &str) -> String {
    // A top-up that the test starts is dated now.
    let at = if id == "made" {
        now()
    } else {
        "2026-01-31T12:00:00Z".to_owned()
    };
    format!(
        r#"{{"id":"{id}","amountCents":2500,"status":"{status}","provider":"copperx","createdAt":"{at}",
        "updatedAt":"{at}","expiresAt":null,"redirectUrl":"http://127.0.0.1:4/{id}"}}"#
    )
}

pub(crate) fn now() -> String {
    use bursar_core::clock::{Clock as _, SystemClock};
    SystemClock.now().to_string()
}

/// A request's method, target and API key.
fn read(stream: &TcpStream) -> Option<(String, String, Option<String>)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut first = line.split(' ');
    let asked = (first.next()?.to_owned(), first.next()?.to_owned());
    let (mut length, mut key) = (0, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        } else if name.eq_ignore_ascii_case("x-api-key") {
            key = Some(value.trim().to_owned());
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    Some((asked.0, asked.1, key))
}

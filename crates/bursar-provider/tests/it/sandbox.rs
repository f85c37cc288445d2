//! Starts a sandbox for one test: the real programs with their chains, APIs and pages, in a temporary folder. Build the
//! sandbox first (`cargo build -p bursar-sandbox`); `scripts/test.sh` does this.

use bursar_domain::account::AccountId;
use bursar_domain::network::Network;
use bursar_platform::http::{Http, MAX_BODY_BYTES, Request};
use bursar_platform::keyring::SecretStore;
use bursar_provider::session::{Credential, Session};
use bursar_provider::{Provider, connect};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

/// Only one sandbox runs at a time, because each one runs three chains.
static TURN: Mutex<()> = Mutex::const_new(());

pub(crate) struct Sandbox {
    child: Child,
    /// The sandbox's ready line: its addresses, keys and files.
    pub(crate) ready: Value,
    /// The network of the requested kind of provider.
    pub(crate) network: Network,
    pub(crate) http: Http,
    _home: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The sandbox's program, in the folder above the test's: `target/debug/bursar-sandbox`.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(|deps| deps.parent()).unwrap();
    let binary = folder.join("bursar-sandbox");
    assert!(
        binary.exists(),
        "{} is missing: cargo build -p bursar-sandbox",
        binary.display()
    );
    binary
}

impl Sandbox {
    /// Starts a sandbox with these arguments, for the kind of provider that the ready line calls `kind`.
    pub(crate) async fn start(kind: &str, arguments: &[&str]) -> Self {
        let turn = TURN.lock().await;
        let home = tempfile::tempdir().unwrap();
        let mut child = Command::new(binary())
            .arg("--home")
            .arg(home.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).expect("the sandbox's ready line");
        let file = std::fs::read_to_string(ready[kind]["network"].as_str().unwrap()).unwrap();
        Self {
            child,
            network: bursar_provider::networks::from_toml(&file).unwrap(),
            ready,
            http: Http::new().unwrap(),
            _home: home,
            _turn: turn,
        }
    }

    /// Calls the control API.
    pub(crate) async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let request = Request {
            method: method.parse().unwrap(),
            url: format!("{}{path}", self.ready["control"].as_str().unwrap())
                .parse()
                .unwrap(),
            headers: vec![],
            body: Some(("application/json", body.to_string().into_bytes())),
            max_bytes: MAX_BODY_BYTES,
        };
        let answer = self.http.send(request).await.unwrap();
        let text = String::from_utf8(answer.body).unwrap();
        assert!(
            (200..300).contains(&answer.status),
            "{method} {path}: {text}"
        );
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub(crate) async fn by_key(&self, key: &Value) -> Arc<dyn Provider> {
        let credential = Credential::api_key(key.as_str().unwrap()).unwrap();
        self.signed_in(credential).await.0
    }

    pub(crate) async fn signed_in(
        &self,
        credential: Credential,
    ) -> (Arc<dyn Provider>, Arc<Session>) {
        let session = Arc::new(Session::new(
            AccountId::random(),
            Arc::new(SecretStore::memory()),
        ));
        session.set_credential(credential, false).await.unwrap();
        let provider = connect(&self.network, Arc::clone(&session), self.http.clone());
        (provider, session)
    }
}

//! Starts the real sandbox for a test and talks to it over HTTP, like any client.

pub mod conformance;
mod openapi;
pub mod panel;
pub mod today;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

/// Arguments for an empty sandbox in which only transactions create blocks.
pub const NO_HISTORY_NO_BLOCKS: [&str; 4] = ["--history", "0", "--block-time", "0"];

pub struct Sandbox {
    pub child: Child,
    pub ready: Value,
    http: reqwest::Client,
    _home: tempfile::TempDir,
}

/// A response; `body` is null if it is not JSON.
pub struct Reply {
    pub status: u16,
    pub text: String,
    pub body: Value,
}

pub struct User {
    pub id: String,
    pub key: String,
    pub address: String,
}

impl Sandbox {
    pub fn start(arguments: &[&str]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let home = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_bursar-sandbox"))
            .arg("--home")
            .arg(home.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready = serde_json::from_str(&line).expect("the ready line is JSON");
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Self {
            child,
            ready,
            http,
            _home: home,
        }
    }

    pub fn ready_field(&self, pointer: &str) -> &str {
        self.ready
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no {pointer}"))
    }

    pub fn api(&self) -> &str {
        self.ready_field("/fluence/api")
    }

    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Reply {
        self.try_send(method, url, headers, body).await.unwrap()
    }

    pub async fn try_send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Reply, reqwest::Error> {
        let mut request = self.http.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_null() {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or_default();
        Ok(Reply { status, text, body })
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .http
            .post(format!("{}{path}", self.api()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        Reply {
            status,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    /// Calls the console's API with this key.
    pub async fn call(&self, method: Method, path: &str, key: &str, body: &Value) -> Reply {
        self.send(
            method,
            &format!("{}{path}", self.api()),
            &[("x-api-key", key)],
            body,
        )
        .await
    }

    pub async fn get(&self, path: &str, key: &str) -> Reply {
        self.call(Method::GET, path, key, &Value::Null).await
    }

    pub async fn control(&self, method: Method, path: &str, body: &Value) -> Value {
        let reply = self
            .send(
                method,
                &format!("{}{path}", self.ready_field("/control")),
                &[],
                body,
            )
            .await;
        assert!(
            reply.status < 300,
            "{path}: {} {}",
            reply.status,
            reply.text
        );
        reply.body
    }

    pub async fn control_post(&self, path: &str, body: &Value) -> Value {
        self.control(Method::POST, path, body).await
    }

    pub async fn control_get(&self, path: &str) -> Value {
        self.control(Method::GET, path, &Value::Null).await
    }

    pub async fn user(&self, request: &Value) -> User {
        let user = self.control_post("/users", request).await;
        let field = |name: &str| user.get(name).and_then(Value::as_str).unwrap().to_owned();
        User {
            id: field("id"),
            key: field("api_key"),
            address: field("address"),
        }
    }

    /// Requests a top-up, which may be refused.
    pub async fn try_top_up(&self, user: &User, cents: i64) -> Reply {
        let body = json!({"amountCents": cents});
        self.call(Method::POST, "/v2/top-ups", &user.key, &body)
            .await
    }

    /// Starts a top-up; returns its intent id and its checkout page.
    pub async fn top_up(&self, user: &User, cents: i64) -> (String, String) {
        let reply = self.try_top_up(user, cents).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        (
            str_at(&reply.body, "/intentId").to_owned(),
            str_at(&reply.body, "/presentation/redirectUrl").to_owned(),
        )
    }

    /// Waits until the top-up has this status of the older API, and returns it.
    pub async fn wait_for_status(&self, top_up: &str, status: &str) -> Value {
        self.wait_for(&format!("/top-ups/{top_up}"), "/status", status)
            .await
    }

    pub async fn wait_for(&self, path: &str, pointer: &str, expected: &str) -> Value {
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            let value = self.control_get(path).await;
            if value.pointer(pointer).and_then(Value::as_str) == Some(expected) {
                return value;
            }
            assert!(
                Instant::now() < deadline,
                "{path} never had {pointer} = {expected}: {value}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn rpc(&self, url: &str, method: &str, params: Value) -> Reply {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        self.send(Method::POST, url, &[], &body).await
    }

    /// The text of the network file.
    pub fn network_file(&self) -> String {
        std::fs::read_to_string(self.ready_field("/fluence/network")).unwrap()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn str_at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

//! An RPC endpoint between the crate and a real one, which can fail or lie as a test wants.

use super::anvil::forward;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Changes the real answer to one call: method, parameters, answer.
pub(crate) type AlterAnswer = Arc<dyn Fn(&str, &Value, &mut Value) + Send + Sync>;

#[derive(Clone)]
pub(crate) enum Mode {
    Honest,
    Hang,
    Close,
    /// This status with these header lines, each ended by CR LF.
    Status(u16, &'static str),
    /// This body instead of an answer.
    Body(String),
    NoBatches,
    Alter(AlterAnswer),
    /// Changes the whole response, a batch or not.
    AlterResponse(Arc<dyn Fn(&mut Value) + Send + Sync>),
}

pub(crate) struct RpcProxy {
    pub(crate) url: String,
    mode: Arc<Mutex<Mode>>,
    methods_called: Arc<Mutex<Vec<String>>>,
}

impl RpcProxy {
    pub(crate) async fn start(upstream: String, mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            mode: Arc::new(Mutex::new(mode)),
            methods_called: Arc::default(),
        };
        let (mode, methods_called) = (Arc::clone(&proxy.mode), Arc::clone(&proxy.methods_called));
        tokio::spawn(async move {
            let client = reqwest::Client::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (mode, methods_called) = (Arc::clone(&mode), Arc::clone(&methods_called));
                tokio::spawn(serve(
                    stream,
                    upstream.clone(),
                    client.clone(),
                    mode,
                    methods_called,
                ));
            }
        });
        proxy
    }

    pub(crate) async fn altering(
        upstream: String,
        alter: impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static,
    ) -> Self {
        Self::start(upstream, Mode::Alter(Arc::new(alter))).await
    }

    pub(crate) fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    pub(crate) fn host(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// The methods called since the last time this was called.
    pub(crate) fn take_methods(&self) -> Vec<String> {
        std::mem::take(&mut self.methods_called.lock().unwrap())
    }
}

async fn serve(
    stream: TcpStream,
    upstream: String,
    client: reqwest::Client,
    mode: Arc<Mutex<Mode>>,
    methods_called: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let body = request(&mut stream).await?;
        let calls: Value = serde_json::from_slice(&body).unwrap();
        methods_called.lock().unwrap().extend(methods(&calls));
        let mode = mode.lock().unwrap().clone();
        let text = match mode {
            Mode::Hang => std::future::pending().await,
            Mode::Close => return None,
            Mode::Status(status, headers) => {
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n{headers}\r\n");
                stream.write_all(head.as_bytes()).await.ok()?;
                continue;
            }
            Mode::Body(text) => text,
            Mode::NoBatches if calls.is_array() => {
                json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "no batches"}}).to_string()
            }
            Mode::Honest | Mode::NoBatches => upstream_answer(&client, &upstream, &calls).await.to_string(),
            Mode::Alter(alter) => {
                let mut answer = upstream_answer(&client, &upstream, &calls).await;
                each(&calls, &mut answer, &alter);
                answer.to_string()
            }
            Mode::AlterResponse(alter) => {
                let mut answer = upstream_answer(&client, &upstream, &calls).await;
                alter(&mut answer);
                answer.to_string()
            }
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            text.len()
        );
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(text.as_bytes()).await.ok()?;
    }
}

async fn request(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(body)
}

async fn upstream_answer(client: &reqwest::Client, upstream: &str, calls: &Value) -> Value {
    serde_json::from_slice(&forward(client, upstream, calls.to_string()).await).unwrap()
}

fn methods(calls: &Value) -> Vec<String> {
    let method = |call: &Value| call["method"].as_str().unwrap().to_owned();
    calls.as_array().map_or_else(
        || vec![method(calls)],
        |calls| calls.iter().map(method).collect(),
    )
}

fn each(calls: &Value, answer: &mut Value, alter: &AlterAnswer) {
    match (calls, answer) {
        (Value::Array(calls), Value::Array(answers)) => {
            for answer in answers {
                let call = calls
                    .iter()
                    .find(|call| call["id"] == answer["id"])
                    .unwrap();
                alter(call["method"].as_str().unwrap(), &call["params"], answer);
            }
        }
        (call, answer) => alter(call["method"].as_str().unwrap(), &call["params"], answer),
    }
}

/// Turns an answer into a JSON-RPC error.
pub(crate) fn refuse(answer: &mut Value, code: i64, message: &str) {
    *answer =
        json!({"jsonrpc": "2.0", "id": answer["id"], "error": {"code": code, "message": message}});
}

/// A number as JSON-RPC writes it.
pub(crate) fn quantity(text: &Value) -> u64 {
    u64::from_str_radix(text.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

/// Adds an event that is not in the chain to the logs.
pub(crate) fn inventing_log() -> Mode {
    Mode::Alter(Arc::new(|method: &str, _: &Value, answer: &mut Value| {
        if method == "eth_getLogs" {
            let logs = answer["result"].as_array_mut().unwrap();
            let mut invented = logs[0].clone();
            invented["logIndex"] = json!("0x99");
            logs.push(invented);
        }
    }))
}

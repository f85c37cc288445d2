//! The same exchanges over HTTP: results, requests, and what is learnt about the endpoint.

use super::super::fault::Fault;
use super::super::rpc_calls::{Answers, Call, ask};
use super::super::rpc_connection::RpcConnection;
use super::mutation::{damage, text};
use super::{cases, chain, random};
use alloy::providers::Provider;
use bursar_platform::http::MAX_BODY_BYTES;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The next answer to a request: head and body, or `None` to close the connection. `Err` never answers.
type Script = Box<dyn FnMut(&Value) -> Result<Option<(String, Vec<u8>)>, ()> + Send>;

/// Answers by its script and remembers the requests.
struct Server {
    url: String,
    script: Arc<Mutex<Script>>,
    requests: Arc<Mutex<Vec<Value>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            script: Arc::new(Mutex::new(Box::new(|_| Ok(None)))),
            requests: Arc::default(),
        };
        let (script, requests) = (Arc::clone(&server.script), Arc::clone(&server.requests));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&requests)));
            }
        });
        server
    }

    fn take_requests(&self) -> Vec<Value> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

async fn serve(
    stream: TcpStream,
    script: Arc<Mutex<Script>>,
    requests: Arc<Mutex<Vec<Value>>>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
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
        let request: Value = serde_json::from_slice(&body).unwrap();
        requests.lock().unwrap().push(request.clone());
        let answer = script.lock().unwrap()(&request);
        let Ok(answer) = answer else {
            return std::future::pending().await;
        };
        let (head, body) = answer?;
        let answer = [head.as_bytes(), &body].concat();
        stream.write_all(&answer).await.ok()?;
    }
}

fn calls() -> Vec<Call> {
    vec![
        Call::new("eth_chainId", json!([])),
        Call::new("eth_getBlockByNumber", json!(["latest", false])),
        Call::new(
            "eth_call",
            json!([{"to": "0x01", "data": "0x02"}, {"blockHash": "0x03"}]),
        ),
        Call::new(
            "eth_getLogs",
            json!([{"fromBlock": "0x1", "topics": [["0x04"], "0x05"]}]),
        ),
        Call::new("eth_blockNumber", json!([])),
    ]
}

fn honest_answer(request: &Value) -> Value {
    let answer = |call: &Value| {
        let result = match call["method"].as_str().unwrap() {
            "eth_getBlockByNumber" => json!({"number": "0x5", "timestamp": "0x64"}),
            "eth_getLogs" => json!([{"logIndex": "0x1"}]),
            _ => json!("0x5"),
        };
        json!({"jsonrpc": "2.0", "id": call["id"], "result": result})
    };
    match request {
        Value::Array(calls) => calls.iter().map(answer).collect(),
        call => answer(call),
    }
}

fn head(status: u16, headers: &str, length: usize) -> String {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n"
    )
}

/// A different server for each case: it refuses long batches, fails, damages answers, or all of it.
fn random_script(case: u64) -> Script {
    let mut random: StdRng = random(case);
    let most_calls = *[1, 2, 3, 9, 9, 9].choose(&mut random).unwrap();
    let refusal = random.random_range(0..6);
    let fails = random.random_bool(0.4);
    let damages = random.random_bool(0.5);
    Box::new(move |request| {
        let random = &mut random;
        let is_batch = request.is_array();
        let mut answer = honest_answer(request);
        let mut status = 200;
        if request.as_array().map_or(1, Vec::len) > most_calls {
            let id = if is_batch {
                Value::Null
            } else {
                request["id"].clone()
            };
            let words = [
                "batch too large",
                "Batch of more than 2 requests are not allowed",
                "no",
                "request limit",
            ];
            let error = json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32600, "message": words[refusal % 4]}});
            answer = if refusal < 4 { error } else { json!([error]) };
            status = *[200, 200, 200, 400, 413].choose(random).unwrap();
        }
        if fails && random.random_bool(0.5) {
            status = *[
                200, 201, 302, 400, 401, 402, 403, 404, 405, 408, 413, 415, 422, 429, 500, 501,
                502, 503, 504, 524,
            ]
            .choose(random)
            .unwrap();
            let words = [
                "rate limit exceeded",
                "forbidden",
                "internal",
                "header not found",
                "pruned",
                "block range",
            ];
            match random.random_range(0..5) {
                0 => {
                    answer =
                        json!({"error": {"code": -32000, "message": words.choose(random).unwrap()}})
                }
                1 => {
                    answer = json!({"id": request["id"], "error": {"code": 7, "message": words.choose(random).unwrap()}})
                }
                2 => answer = json!({"message": words.choose(random).unwrap()}),
                3 if random.random_bool(0.3) => return Ok(None),
                _ => {}
            }
        }
        if damages && random.random_bool(0.6) {
            damage(&mut answer, random);
        }
        let body = if damages {
            text(&answer, random)
        } else {
            answer.to_string().into_bytes()
        };
        let headers = [
            "",
            "",
            "",
            "retry-after: 120\r\n",
            "retry-after: 0\r\n",
            "retry-after: soon\r\n",
        ];
        Ok(Some((
            head(status, headers.choose(random).unwrap(), body.len()),
            body,
        )))
    })
}

/// What both readers make of one script must be the same. Returns it.
async fn assert_same(
    server: &Server,
    script: impl Fn() -> Script,
    calls: &[Call],
    timeout: Duration,
) -> Result<Vec<Result<String, Fault>>, Fault> {
    let connection = |chain: &super::Chain| RpcConnection {
        request_timeout: timeout,
        ..chain.connection(&chain.inner.rpcs[0])
    };
    let words = |answers: Result<Answers, Fault>| {
        answers.map(|mut answers| {
            let raw = calls.iter().map(|_| answers.next::<Box<RawValue>>("x"));
            raw.map(|raw| raw.map(|raw| raw.get().to_owned()))
                .collect::<Vec<_>>()
        })
    };
    let mut seen = Vec::new();
    for by_alloy in [false, true] {
        let chain = chain(&server.url, None);
        *server.script.lock().unwrap() = script();
        let connection = connection(&chain);
        let mut results = Vec::new();
        // Twice, because the first time may teach the longest batch.
        for _ in 0..2 {
            results.push(words(if by_alloy {
                let provider = connection.provider(calls.len(), MAX_BODY_BYTES);
                ask(provider.client(), calls).await
            } else {
                connection.call_batch(calls, MAX_BODY_BYTES).await
            }));
        }
        let max_batch_size = connection.rpc.health().max_batch_size;
        seen.push((results, server.take_requests(), max_batch_size));
    }
    // alloy sends a call again under the same id.
    for (_, requests, _) in &mut seen {
        for call in requests.iter_mut().flat_map(|request| match request {
            Value::Array(calls) => calls.iter_mut().collect(),
            call => vec![call],
        }) {
            call.as_object_mut().unwrap().remove("id");
        }
    }
    let by_alloy = seen.pop().unwrap();
    let by_hand = seen.pop().unwrap();
    assert_eq!(by_alloy, by_hand);
    by_alloy.0.into_iter().next().unwrap()
}

#[tokio::test]
async fn same_results_and_requests_of_random_servers() {
    let server = Server::start().await;
    let (mut answered, mut failed, mut refused) = (0, 0, 0);
    for case in 0..cases(1_000) {
        println!("case {case}");
        let calls = &calls()[..random(case).random_range(1..=5)];
        match assert_same(
            &server,
            || random_script(case),
            calls,
            Duration::from_secs(5),
        )
        .await
        {
            Ok(results) if results.iter().all(Result::is_ok) => answered += 1,
            Ok(_) => refused += 1,
            Err(_) => failed += 1,
        }
    }
    println!("{answered} answered, {refused} with errors, {failed} failed");
    assert!(answered > 0 && refused > 0 && failed > 0);
}

#[tokio::test]
async fn same_faults_of_silent_closing_and_endless_servers() {
    let server = Server::start().await;
    let too_large = || {
        let body = vec![b' '; MAX_BODY_BYTES + 1];
        (head(200, "", body.len()), body)
    };
    let scripts: [fn() -> Script; 5] = [
        || Box::new(|_| Err(())),
        || Box::new(|_| Ok(None)),
        || Box::new(|_| Ok(Some((head(200, "", 100), b"{".to_vec())))),
        || {
            Box::new(|_| {
                Ok(Some((
                    head(302, "location: http://127.0.0.1:1/\r\n", 0),
                    Vec::new(),
                )))
            })
        },
        || Box::new(|_| Ok(Some((head(200, "", 9), b"<html>x.!".to_vec())))),
    ];
    for script in scripts {
        let result = assert_same(&server, script, &calls(), Duration::from_millis(300)).await;
        assert!(result.is_err());
    }
    let endless = || -> Script { Box::new(move |_| Ok(Some(too_large()))) };
    assert!(
        assert_same(&server, endless, &calls(), Duration::from_secs(5))
            .await
            .is_err()
    );
}

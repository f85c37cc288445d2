//! A local HTTP server for tests that sends prepared responses and records the requests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use url::Url;

/// A recorded request.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    pub method: String,
    /// The path and the query.
    pub target: String,
    /// The names are in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl ReceivedRequest {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    pub fn parameter(&self, name: &str) -> Option<String> {
        let url = Url::parse("http://127.0.0.1/")
            .ok()?
            .join(&self.target)
            .ok()?;
        let (_, value) = url.query_pairs().find(|(known, _)| known == name)?;
        Some(value.into_owned())
    }
}

/// A prepared response: raw bytes, which may be invalid in any way.
#[derive(Clone, Debug)]
pub struct StubResponse(pub Vec<u8>);

impl StubResponse {
    pub fn json(status: u16, body: &str) -> Self {
        Self::with(status, "application/json", "", body)
    }

    /// `more` are further header lines, each with CR LF.
    pub fn with(status: u16, content_type: &str, more: &str, body: &str) -> Self {
        let length = body.len();
        Self(
            format!(
                "HTTP/1.1 {status} Stubbed\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\
                 connection: close\r\n{more}\r\n{body}"
            )
            .into_bytes(),
        )
    }
}

/// The server. It runs until the test's process ends.
#[derive(Debug)]
pub struct StubServer {
    pub url: Url,
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
}

impl StubServer {
    /// Answers every request with the response that `respond` returns.
    pub fn start(respond: impl Fn(&ReceivedRequest) -> StubResponse + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let received = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(request) = read(&stream) else {
                    continue;
                };
                let StubResponse(bytes) = respond(&request);
                received.lock().unwrap().push(request);
                let _ = (&stream).write_all(&bytes);
            }
        });
        Self {
            url: Url::parse(&url).unwrap(),
            requests,
        }
    }

    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.requests.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Option<ReceivedRequest> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut first = line.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(ReceivedRequest {
        method,
        target,
        headers,
        body: String::from_utf8(body).ok()?,
    })
}

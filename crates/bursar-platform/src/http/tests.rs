//! Tests the HTTP client against servers that misbehave.

use super::*;
use crate::stub_server::{StubResponse, StubServer};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Instant;

/// A server that reads the start of each request and then passes the connection to `treat`.
fn server(treat: impl Fn(TcpStream) + Send + Sync + Clone + 'static) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let treat = treat.clone();
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                treat(stream);
            });
        }
    });
    Url::parse(&url).unwrap()
}

fn get(url: &Url) -> Request {
    Request {
        method: reqwest::Method::GET,
        url: url.clone(),
        headers: vec![("x-api-key", "canary-key".to_owned())],
        body: None,
        max_bytes: MAX_BODY_BYTES,
    }
}

fn hasty() -> Http {
    Http::with_timeouts(Duration::from_millis(300), Duration::from_millis(500)).unwrap()
}

async fn code(http: &Http, url: &Url) -> Code {
    let error = http.send(get(url)).await.unwrap_err();
    assert!(error.retryable);
    assert!(
        !error.detail.to_string().contains("canary")
            && error.detail.to_string().contains("127.0.0.1")
    );
    error.code
}

#[tokio::test]
async fn slow_response_does_not_extend_timeout() {
    let url = server(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let begun = Instant::now();
    assert_eq!(code(&hasty(), &url).await, Code::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn silent_server_times_out() {
    let url = server(|mut stream| {
        let _ = stream.read_to_end(&mut Vec::new());
    });
    assert_eq!(code(&hasty(), &url).await, Code::Timeout);
}

#[tokio::test]
async fn drops_endless_body_at_size_limit() {
    for head in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
    ] {
        let url = server(move |mut stream| {
            let _ = stream.write_all(head.as_bytes());
            let chunk = [b"1000\r\n".as_slice(), &[b'x'; 4096], b"\r\n"].concat();
            while stream.write_all(&chunk).is_ok() {}
        });
        assert_eq!(
            code(&Http::new().unwrap(), &url).await,
            Code::AnswerTooLarge
        );
    }
}

#[tokio::test]
async fn does_not_read_body_announced_as_too_large() {
    for length in ["1048577", "18446744073709551615"] {
        let url = server(move |mut stream| {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let begun = Instant::now();
        let error = Http::new().unwrap().send(get(&url)).await.unwrap_err();
        assert!(
            matches!(error.code, Code::AnswerTooLarge | Code::Unreachable),
            "{length}"
        );
        assert!(begun.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn reads_body_as_large_as_the_limit() {
    let body = "x".repeat(MAX_BODY_BYTES);
    let server =
        StubServer::start(move |_| StubResponse::with(200, "text/plain; charset=x", "", &body));
    let answer = Http::new().unwrap().send(get(&server.url)).await.unwrap();
    assert_eq!(
        (answer.body.len(), answer.content_type.as_str()),
        (MAX_BODY_BYTES, "text/plain")
    );
}

#[tokio::test]
async fn truncated_body_is_an_error() {
    for head in ["content-length: 100\r\n", "transfer-encoding: chunked\r\n"] {
        let url = server(move |mut stream| {
            let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n5\r\nhello").as_bytes());
        });
        assert_eq!(code(&hasty(), &url).await, Code::Unreachable);
    }
}

#[tokio::test]
async fn response_that_is_not_http_is_an_error() {
    for bytes in ["", "SSH-2.0-x\r\n", "HTTP/1.1 banana\r\n\r\n", "\0\0\0"] {
        let url = server(move |mut stream| {
            let _ = stream.write_all(bytes.as_bytes());
        });
        assert_eq!(code(&hasty(), &url).await, Code::Unreachable);
    }
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let nobody = Url::parse(&format!("http://{free}/")).unwrap();
    assert_eq!(code(&hasty(), &nobody).await, Code::Unreachable);
}

#[tokio::test]
async fn endless_headers_are_an_error() {
    let url = server(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream
            .write_all(&[b"x: ".as_slice(), &[b'y'; 4096], b"\r\n"].concat())
            .is_ok()
        {}
    });
    assert_eq!(code(&Http::new().unwrap(), &url).await, Code::Unreachable);
}

#[tokio::test]
async fn does_not_follow_redirects() {
    let elsewhere = StubServer::start(|_| StubResponse::json(200, "{}"));
    let target = format!("location: {}\r\n", elsewhere.url);
    for status in [301, 302, 303, 307, 308] {
        let target = target.clone();
        let server =
            StubServer::start(move |_| StubResponse::with(status, "text/html", &target, ""));
        let answer = Http::new().unwrap().send(get(&server.url)).await.unwrap();
        assert_eq!(answer.status, status);
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[tokio::test]
async fn neither_requests_nor_decodes_compression() {
    let server = StubServer::start(|_| {
        StubResponse::with(200, "application/json", "content-encoding: gzip\r\n", "abc")
    });
    let answer = Http::new().unwrap().send(get(&server.url)).await.unwrap();
    assert_eq!(answer.body, b"abc");
    let request = &server.requests()[0];
    assert_eq!(request.header("accept-encoding"), None);
    assert_eq!(request.header("x-api-key"), Some("canary-key"));
}

#[tokio::test]
async fn rejects_key_unfit_for_header_without_repeating_it() {
    let server = StubServer::start(|_| StubResponse::json(200, "{}"));
    let mut request = get(&server.url);
    request.headers = vec![("x-api-key", "canary\r\nx: y".to_owned())];
    assert!(!format!("{request:?}").contains("canary"));
    let error = Http::new().unwrap().send(request).await.unwrap_err();
    assert_eq!(error.code, Code::Unauthorized);
    assert!(!error.detail.to_string().contains("canary"));
}

#[test]
fn reads_and_bounds_retry_after_in_both_forms() {
    let now = Timestamp::parse_rfc3339("2026-11-21T08:00:00Z").unwrap();
    let read = |text: &[u8]| {
        let mut map = HeaderMap::new();
        map.insert(RETRY_AFTER, HeaderValue::from_bytes(text).unwrap());
        retry_after(&map, now)
    };
    assert_eq!(read(b"7"), Some(Span::seconds(7)));
    assert_eq!(read(b" 0 "), Some(Span::default()));
    assert_eq!(read(b"4000000000"), Some(Span::hours(1)));
    assert_eq!(read(b"99999999999999999999"), Some(Span::hours(1)));
    assert_eq!(
        read(b"Sat, 21 Nov 2026 08:00:30 GMT"),
        Some(Span::seconds(30))
    );
    assert_eq!(
        read(b"Sat, 21 Nov 2026 07:00:00 GMT"),
        Some(Span::default())
    );
    assert_eq!(read(b"Sun, 22 Nov 2026 08:00:00 GMT"), Some(Span::hours(1)));
    for wrong in [
        "",
        "-1",
        "1.5",
        "soon",
        "Sat, 99 Nov 2026 08:00:00 GMT",
        "+7",
        "0x7",
    ] {
        assert_eq!(read(wrong.as_bytes()), None, "{wrong}");
    }
    assert_eq!(read(&[0xff]), None);
    assert_eq!(retry_after(&HeaderMap::new(), now), None);
}

#[test]
fn computes_server_clock_offset_from_date_header() {
    let now = Timestamp::parse_rfc3339("2026-01-31T12:00:00Z").unwrap();
    let ahead = |pairs: &[(HeaderName, &str)]| {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.insert(name, HeaderValue::from_str(value).unwrap());
        }
        clock_ahead(&map, now)
    };
    let dated = (DATE, "Sat, 31 Jan 2026 11:57:00 GMT");
    assert_eq!(ahead(std::slice::from_ref(&dated)), Some(Span::minutes(-3)));
    assert_eq!(
        ahead(&[(DATE, "Sat, 31 Jan 2026 14:00:00 GMT")]),
        Some(Span::hours(2))
    );
    assert_eq!(ahead(&[]), None);
    assert_eq!(ahead(&[(DATE, "noon")]), None);
    assert_eq!(ahead(&[dated, (AGE, "180")]), None, "a cached response");
}

#[test]
fn tells_an_untrusted_certificate_from_other_failures() {
    use rustls::{CertificateError, Error as Tls};
    use std::io::{Error as Io, ErrorKind};
    let untrusted = || Tls::InvalidCertificate(CertificateError::UnknownIssuer);
    assert!(is_certificate_error(&untrusted()));
    assert!(is_certificate_error(&Io::other(untrusted())));
    assert!(is_certificate_error(&Io::other(Io::other(untrusted()))));
    assert!(!is_certificate_error(&Io::from(ErrorKind::ConnectionReset)));
    assert!(!is_certificate_error(&Io::other(Tls::DecryptError)));
}

//! Bursar's HTTP client. Every request is limited in time and size, follows no redirect and asks for no compression. Each
//! failure becomes an error with a code, and no error contains a secret.

mod reachability_probe;

pub use reachability_probe::is_reachable;

use bursar_domain::clock::{Clock, Span, SystemClock, Timestamp};
use bursar_domain::error::{AccountDetail, Code, ConnectionDetail, Error, Result};
use bursar_domain::network::{host_and_port, is_loopback};
use futures_util::StreamExt;
use reqwest::header::{AGE, DATE, ETAG, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use std::fmt;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::Url;

/// The time limit for connecting.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The time limit from the start of a request to the last byte of its response.
pub const RESPONSE_TIMEOUT: Duration = Duration::from_secs(20);
/// The largest response of an API or RPC endpoint.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
/// The largest response that contains event logs.
pub const MAX_LOGS_BODY_BYTES: usize = 8 * 1024 * 1024;
/// The longest wait that Bursar accepts from a server: a server's mistake must not stop all requests for days.
const MAX_RETRY_AFTER: Span = Span::hours(1);

/// The HTTP client. Its clones share their connections.
#[derive(Clone, Debug)]
pub struct Http {
    /// Uses the system's proxy where one is set.
    proxied: reqwest::Client,
    /// For loopback addresses, which no proxy can reach.
    direct: reqwest::Client,
}

/// A request. `Debug` shows neither headers nor body, because both may contain secrets.
pub struct Request {
    pub method: reqwest::Method,
    pub url: Url,
    pub headers: Vec<(&'static str, String)>,
    /// The content type and the body.
    pub body: Option<(&'static str, Vec<u8>)>,
    /// The largest response body that is accepted.
    pub max_bytes: usize,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("host", &host_and_port(&self.url))
            .finish_non_exhaustive()
    }
}

/// A complete response with any status.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    /// In lower case and without parameters: `application/json`.
    pub content_type: String,
    pub body: Vec<u8>,
    pub retry_after: Option<Span>,
    /// The `ETag` header, unchanged.
    pub etag: Option<String>,
    /// How far the server's clock is ahead of this machine's. `None` without a `Date` header, or from a cache.
    pub clock_ahead: Option<Span>,
    /// Bot protection in front of the server sent this response, a challenge for a browser.
    pub is_challenge: bool,
}

impl Http {
    /// # Errors
    /// [`Code::Internal`] when the system's certificates cannot be read.
    pub fn new() -> Result<Self> {
        Self::with_timeouts(CONNECT_TIMEOUT, RESPONSE_TIMEOUT)
    }

    fn with_timeouts(connect: Duration, response: Duration) -> Result<Self> {
        // Fails if a provider is already installed, which is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("bursar/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(connect)
                .timeout(response)
                .redirect(reqwest::redirect::Policy::none())
                .pool_max_idle_per_host(2)
                .pool_idle_timeout(Duration::from_secs(30))
        };
        let failed = |_| Error::new(Code::Internal, ConnectionDetail::SecureConnectionsFailed);
        Ok(Self {
            proxied: builder().build().map_err(failed)?,
            direct: builder().no_proxy().build().map_err(failed)?,
        })
    }

    /// Sends one request and reads the whole response.
    ///
    /// # Errors
    /// `timeout`, `unreachable`, `answer_too_large`. A status is never an error here.
    pub async fn send(&self, request: Request) -> Result<Response> {
        let host = host_and_port(&request.url).unwrap_or_default();
        let client = if is_loopback(&request.url) {
            &self.direct
        } else {
            &self.proxied
        };
        let mut outgoing = client
            .request(request.method, request.url)
            .headers(headers(request.headers)?);
        if let Some((content_type, body)) = request.body {
            outgoing = outgoing.header("content-type", content_type).body(body);
        }
        let response = outgoing
            .send()
            .await
            .map_err(|error| transport_error(&error, &host))?;
        let status = response.status().as_u16();
        let now = SystemClock.now();
        let retry_after = retry_after(response.headers(), now);
        let clock_ahead = clock_ahead(response.headers(), now);
        let content_type = content_type(response.headers());
        let etag = etag(response.headers());
        let is_challenge = is_challenge(response.headers());
        let too_large = || {
            Error::passing(
                Code::AnswerTooLarge,
                ConnectionDetail::AnswerTooLarge { host: host.clone() },
            )
        };
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |length| length > request.max_bytes) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| transport_error(&error, &host))?;
            if body.len().saturating_add(chunk.len()) > request.max_bytes {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response {
            status,
            content_type,
            body,
            retry_after,
            etag,
            clock_ahead,
            is_challenge,
        })
    }
}

fn headers(pairs: Vec<(&'static str, String)>) -> Result<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        let mut value = HeaderValue::from_str(&value)
            .map_err(|_| Error::new(Code::Unauthorized, AccountDetail::KeyMalformed))?;
        value.set_sensitive(true);
        map.insert(HeaderName::from_static(name), value);
    }
    Ok(map)
}

fn content_type(headers: &HeaderMap) -> String {
    headers
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn etag(headers: &HeaderMap) -> Option<String> {
    headers.get(ETAG)?.to_str().ok().map(str::to_owned)
}

/// Cloudflare and AWS mark their challenges with a header. The challenge page may have any status.
fn is_challenge(headers: &HeaderMap) -> bool {
    ["cf-mitigated", "x-amzn-waf-action"]
        .into_iter()
        .any(|name| headers.contains_key(name))
}

fn transport_error(error: &reqwest::Error, host: &str) -> Error {
    let host = host.to_owned();
    if error.is_timeout() {
        Error::passing(Code::Timeout, ConnectionDetail::TimedOut { host })
    } else if is_certificate_error(error) {
        Error::passing(
            Code::Unreachable,
            ConnectionDetail::CertificateNotTrusted { host },
        )
    } else {
        Error::passing(Code::Unreachable, ConnectionDetail::NotReached { host })
    }
}

/// Whether one of the causes is the server's certificate. `source` passes over the error that an I/O error contains.
fn is_certificate_error(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
        return true;
    }
    let contained = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    contained.is_some_and(|inner| is_certificate_error(inner))
        || error.source().is_some_and(is_certificate_error)
}

/// `Retry-After` in either form (seconds or a date), limited to [`MAX_RETRY_AFTER`].
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Span> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let span = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // A number that does not fit means a very long wait.
        text.parse::<u32>()
            .map_or(MAX_RETRY_AFTER, |seconds| Span::seconds(i64::from(seconds)))
    } else {
        http_date(text)?.since(now)
    };
    Some(span.max(Span::default()).min(MAX_RETRY_AFTER))
}

/// How far the server's clock is ahead. A cached response (`Age`) still has its original date, so it says nothing.
fn clock_ahead(headers: &HeaderMap, now: Timestamp) -> Option<Span> {
    if headers.contains_key(AGE) {
        return None;
    }
    let text = headers.get(DATE)?.to_str().ok()?.trim();
    Some(http_date(text)?.since(now))
}

fn http_date(text: &str) -> Option<Timestamp> {
    let date = OffsetDateTime::parse(&text.replace("GMT", "+0000"), &Rfc2822).ok()?;
    Some(Timestamp(date.unix_timestamp().saturating_mul(1_000)))
}

#[cfg(test)]
mod tests;

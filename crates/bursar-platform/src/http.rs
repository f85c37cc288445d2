//! The one way in which the core speaks HTTP: every exchange is bounded in time and size, follows no
//! redirect, asks for no compression, and turns whatever goes wrong into a coded error without a secret.

mod knock;

pub use knock::knock;

use bursar_domain::clock::{Clock, Span, SystemClock, Timestamp};
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::network::{host_and_port, is_loopback};
use futures_util::StreamExt;
use reqwest::header::{AGE, DATE, ETAG, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use std::fmt;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::Url;

/// To connect, at most.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// From the request to the last byte of the answer, at most.
pub const WHOLE_TIMEOUT: Duration = Duration::from_secs(20);
/// The largest answer of an API or RPC, in bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// The largest answer that holds logs, in bytes.
pub const LOGS_LIMIT: usize = 8 * 1024 * 1024;
/// A longer wait than this is not obeyed in full: a server's mistake must not silence the app for days.
const LONGEST_RETRY_AFTER: Span = Span::hours(1);

/// A client to be cloned; connections are shared.
#[derive(Clone, Debug)]
pub struct Http {
    /// Goes through the system's proxy where one is set.
    client: reqwest::Client,
    /// For this machine's own addresses, which no proxy could reach.
    direct: reqwest::Client,
}

/// One exchange to be made. Printing it shows neither headers nor body: both may hold secrets.
pub struct Exchange {
    pub method: reqwest::Method,
    pub url: Url,
    pub headers: Vec<(&'static str, String)>,
    /// A body and its content type.
    pub body: Option<(&'static str, Vec<u8>)>,
    /// The largest answer taken, in bytes.
    pub limit: usize,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("method", &self.method)
            .field("host", &host_and_port(&self.url))
            .finish_non_exhaustive()
    }
}

/// A complete answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// In small letters and without parameters: `application/json`.
    pub content_type: String,
    pub body: Vec<u8>,
    pub retry_after: Option<Span>,
    /// What the server calls this content (`ETag`), as it wrote it.
    pub tag: Option<String>,
    /// How far the server's clock is ahead of this machine's, where the answer is dated and comes from the server itself.
    pub ahead: Option<Span>,
    /// A protection in front of the server answered in its place and wants a browser to prove itself.
    pub challenge: bool,
}

impl Http {
    /// # Errors
    /// [`Code::Internal`] when the system's certificates cannot be read.
    pub fn new() -> Result<Self> {
        Self::with_timeouts(CONNECT_TIMEOUT, WHOLE_TIMEOUT)
    }

    fn with_timeouts(connect: Duration, whole: Duration) -> Result<Self> {
        // A second installation is refused because one stands already, which is all that is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("bursar/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(connect)
                .timeout(whole)
                .redirect(reqwest::redirect::Policy::none())
                .pool_max_idle_per_host(2)
                .pool_idle_timeout(Duration::from_secs(30))
        };
        let failed = |_| {
            Error::new(
                Code::Internal,
                "Secure connections cannot be set up on this system.",
            )
        };
        Ok(Self {
            client: builder().build().map_err(failed)?,
            direct: builder().no_proxy().build().map_err(failed)?,
        })
    }

    /// Makes one exchange and reads the whole answer.
    ///
    /// # Errors
    /// `timeout`, `unreachable`, `answer_too_large`; a status is not an error here.
    pub async fn exchange(&self, exchange: Exchange) -> Result<Answer> {
        let host = host_and_port(&exchange.url).unwrap_or_default();
        let client = if is_loopback(&exchange.url) {
            &self.direct
        } else {
            &self.client
        };
        let mut request = client
            .request(exchange.method, exchange.url)
            .headers(headers(exchange.headers)?);
        if let Some((content_type, body)) = exchange.body {
            request = request.header("content-type", content_type).body(body);
        }
        let response = request
            .send()
            .await
            .map_err(|error| transport(&error, &host))?;
        let status = response.status().as_u16();
        let now = SystemClock.now();
        let retry_after = retry_after(response.headers(), now);
        let ahead = ahead(response.headers(), now);
        let content_type = content_type(response.headers());
        let tag = tag(response.headers());
        let challenge = is_challenge(response.headers());
        let too_large = || {
            Error::passing(
                Code::AnswerTooLarge,
                format!("{host} sent more than an answer can be; it was dropped."),
            )
        };
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |length| length > exchange.limit) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| transport(&error, &host))?;
            if body.len().saturating_add(chunk.len()) > exchange.limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            content_type,
            body,
            retry_after,
            tag,
            ahead,
            challenge,
        })
    }
}

fn headers(pairs: Vec<(&'static str, String)>) -> Result<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        let mut value = HeaderValue::from_str(&value).map_err(|_| {
            Error::new(
                Code::Unauthorized,
                "The key has characters that no key has. Copy it again.",
            )
        })?;
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

fn tag(headers: &HeaderMap) -> Option<String> {
    headers.get(ETAG)?.to_str().ok().map(str::to_owned)
}

/// Cloudflare and AWS name their challenges in a header of their own; the page itself may have any status.
fn is_challenge(headers: &HeaderMap) -> bool {
    ["cf-mitigated", "x-amzn-waf-action"]
        .into_iter()
        .any(|name| headers.contains_key(name))
}

fn transport(error: &reqwest::Error, host: &str) -> Error {
    if error.is_timeout() {
        Error::passing(Code::Timeout, format!("{host} did not answer in time."))
    } else {
        Error::passing(Code::Unreachable, format!("{host} could not be reached."))
    }
}

/// `Retry-After` in either of its forms (seconds, or a date), at most an hour.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Span> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let span = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // Digits that no number holds are a very long wait.
        text.parse::<u32>().map_or(LONGEST_RETRY_AFTER, |seconds| {
            Span::seconds(i64::from(seconds))
        })
    } else {
        http_date(text)?.since(now)
    };
    Some(span.max(Span::default()).min(LONGEST_RETRY_AFTER))
}

/// What a cache has kept for a while (`Age`) is dated by the time it was made at.
fn ahead(headers: &HeaderMap, now: Timestamp) -> Option<Span> {
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

//! Sends calls to a panel's API. The session authorizes each call, and the HTTP client limits its time and size. Every
//! status that is not a success becomes an error with a code, which follows from the panel's problem document if there
//! is one.

use super::response_cache::{CachedResponse, ResponseCache};
use crate::call_url::call_url;
use crate::error_response::{foreign_response, is_unspecific};
use crate::response_errors::malformed;
use crate::response_fields::Object;
use crate::server_clock::ServerClock;
use crate::session::{Credential, Session};
use bursar_domain::error::{
    AmountDetail, Code, Detail, Error, PaymentDetail, ProviderDetail, ResponseDetail,
    ResponseObject, Result, TopUpDetail,
};
use bursar_domain::money::Amount;
use bursar_domain::network::Network;
use bursar_platform::http::{Http, MAX_BODY_BYTES, Request, Response};
use reqwest::Method;
use std::sync::Arc;
use url::Url;
use zeroize::Zeroizing;

/// The first segments of every path.
const BASE: [&str; 2] = ["api", "v1"];
const PDF: &str = "application/pdf";
/// The largest invoice, in bytes.
const MAX_INVOICE_BYTES: usize = 8 * 1024 * 1024;
/// The longest id, in characters.
const MAX_ID_LENGTH: usize = 64;

/// The API client of one account.
pub(super) struct ApiClient {
    pub(super) network: Network,
    session: Arc<Session>,
    http: Http,
    pub(super) clock: ServerClock,
    cache: ResponseCache,
}

/// One call to the API.
pub(super) struct Call<'a> {
    method: Method,
    path: &'a [&'a str],
    query: Vec<(&'static str, String)>,
    body: Option<String>,
    key: Option<&'a str>,
    anonymous: bool,
    is_conditional: bool,
}

impl<'a> Call<'a> {
    fn new(method: Method, path: &'a [&'a str]) -> Self {
        Self {
            method,
            path,
            query: Vec::new(),
            body: None,
            key: None,
            anonymous: false,
            is_conditional: false,
        }
    }

    pub(super) fn get(path: &'a [&'a str]) -> Self {
        Self::new(Method::GET, path)
    }

    /// Makes the call conditional, because it is repeated often: the panel does not send an unchanged response again.
    pub(super) fn conditionally(mut self) -> Self {
        self.is_conditional = true;
        self
    }

    /// A `GET` call without the account's key.
    pub(super) fn get_anonymously(path: &'a [&'a str]) -> Self {
        Self {
            anonymous: true,
            ..Self::get(path)
        }
    }

    /// A `POST` call with an idempotency key. The panel carries out the call once, however often Bursar sends it.
    pub(super) fn create(path: &'a [&'a str], body: String, key: &'a str) -> Self {
        Self {
            body: Some(body),
            key: Some(key),
            ..Self::new(Method::POST, path)
        }
    }

    pub(super) fn post(path: &'a [&'a str]) -> Self {
        Self::new(Method::POST, path)
    }

    pub(super) fn put(path: &'a [&'a str]) -> Self {
        Self::new(Method::PUT, path)
    }

    pub(super) fn delete(path: &'a [&'a str]) -> Self {
        Self::new(Method::DELETE, path)
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }
}

impl ApiClient {
    pub(super) fn new(network: Network, session: Arc<Session>, http: Http) -> Self {
        Self {
            network,
            session,
            http,
            clock: ServerClock::default(),
            cache: ResponseCache::default(),
        }
    }

    /// The number of the sign-in that the next call uses.
    pub(super) fn sign_in(&self) -> u64 {
        self.session.sign_in_id()
    }

    /// Sends the call and returns the JSON body of a success.
    pub(super) async fn send(&self, call: &Call<'_>) -> Result<Vec<u8>> {
        let address = self.address(call)?;
        let sign_in = self.session.sign_in_id();
        let cached = self
            .cache
            .get(&address, sign_in)
            .filter(|_| call.is_conditional);
        let answer = self.exchange(call, address.clone(), "application/json", cached.as_ref());
        let answer = answer.await?;
        match (answer.status, cached) {
            _ if answer.is_challenge => Err(self.refusal(call, &answer)),
            (204, _) => Ok(Vec::new()),
            (304, Some(cached)) => Ok(cached.body),
            (200..=299, _) if answer.content_type == "application/json" => {
                if call.is_conditional {
                    let etag = answer.etag.as_deref();
                    self.cache.put(&address, sign_in, etag, &answer.body);
                }
                Ok(answer.body)
            }
            (_, _) => Err(self.refusal(call, &answer)),
        }
    }

    /// Sends the call and returns the bytes of a PDF file.
    pub(super) async fn fetch_pdf(&self, call: &Call<'_>) -> Result<Vec<u8>> {
        let address = self.address(call)?;
        let answer = self.exchange(call, address, PDF, None).await?;
        match answer.status {
            200 if answer.content_type == PDF => Ok(answer.body),
            200..=299 if !answer.is_challenge => Err(malformed(ResponseDetail::InvoiceNotPdf)),
            _ => Err(self.refusal(call, &answer)),
        }
    }

    async fn exchange(
        &self,
        call: &Call<'_>,
        url: Url,
        accept: &'static str,
        cached: Option<&CachedResponse>,
    ) -> Result<Response> {
        let mut headers = vec![("accept", format!("{accept}, application/problem+json"))];
        let mut used = None;
        if !call.anonymous {
            let (name, value) = self.session.authorize(Credential::bearer)?;
            used = Some(Zeroizing::new(value.clone()));
            headers.push((name, value));
        }
        if let Some(key) = call.key {
            headers.push(("idempotency-key", key.to_owned()));
        }
        if let Some(cached) = cached {
            headers.push(("if-none-match", cached.etag.clone()));
        }
        let max_bytes = if accept == PDF {
            MAX_INVOICE_BYTES
        } else {
            MAX_BODY_BYTES
        };
        let request = Request {
            method: call.method.clone(),
            url,
            headers,
            body: call
                .body
                .as_ref()
                .map(|body| ("application/json", body.clone().into_bytes())),
            max_bytes,
        };
        let answer = self.http.send(request).await?;
        self.clock.observe(answer.clock_ahead);
        if answer.content_type == PDF {
            return Ok(answer);
        }
        let used = used.as_ref().map(|value| value.as_str());
        Ok(Response {
            body: self.session.without_secrets(answer.body, used),
            ..answer
        })
    }

    fn address(&self, call: &Call<'_>) -> Result<Url> {
        call_url(
            &self.network.api,
            BASE.iter().chain(call.path).copied(),
            &call.query,
        )
    }

    fn refusal(&self, call: &Call<'_>, answer: &Response) -> Error {
        let host = self.network.api_host();
        let error = match Problem::read(answer) {
            Some(problem) => problem.error(host, answer.status),
            None => foreign_response(answer, &host, call.method != Method::GET),
        };
        tracing::debug!(status = answer.status, code = ?error.code, "a call was refused");
        Error {
            retry_after: answer.retry_after,
            ..error
        }
    }
}

/// A problem document (RFC 9457) with one of the panel's codes.
struct Problem {
    code: String,
    detail: String,
    total: Option<Amount>,
}

impl Problem {
    /// `None` if the response is not a refusal by the panel. A gateway may send problem documents too, but not with
    /// both one of the panel's codes and the status of the response.
    fn read(answer: &Response) -> Option<Self> {
        let is_problem = answer.content_type == "application/problem+json";
        let refuses = matches!(answer.status, 400..=599) && !is_unspecific(answer.status);
        if !is_problem || !refuses || answer.is_challenge {
            return None;
        }
        let body = Object::parse(ResponseObject::Refusal, &answer.body).ok()?;
        let status = body.count_or_null("status").ok()?;
        if status.is_some_and(|status| status != u64::from(answer.status)) {
            return None;
        }
        let total = body
            .object_or_null("total", ResponseObject::Amount)
            .ok()
            .flatten()
            .and_then(|total| super::wire::money_of_any(&total).ok());
        Some(Self {
            code: body
                .raw_text("code")
                .ok()
                .filter(|code| answer.status < 500 || is_server_failure(code))?,
            detail: body
                .text_or_null("detail")
                .ok()
                .flatten()
                .unwrap_or_default(),
            total,
        })
    }

    /// The error for the refusal by `host` with this status.
    fn error(self, host: String, status: u16) -> Error {
        let status = status.to_string();
        match self.code.as_str() {
            "unauthorized" => Error::new(Code::Unauthorized, ProviderDetail::KeyRejected),
            "forbidden" => Error::new(
                Code::Forbidden,
                self.explained(ProviderDetail::KeyNotAllowed),
            ),
            "not_found" => Error::new(
                Code::NotFound,
                self.explained(ProviderDetail::UnknownToProvider),
            ),
            "no_invoice" => Error::new(Code::NotFound, PaymentDetail::NoInvoiceYet),
            "total_changed" => Error::new(
                Code::TotalChanged,
                match self.total {
                    Some(total) => PaymentDetail::TotalChanged { total }.into(),
                    None => self.explained(PaymentDetail::TotalChangedUnknown),
                },
            ),
            "not_cancellable" => Error::new(
                Code::TopUpState,
                self.explained(TopUpDetail::TopUpNotCancellable),
            ),
            "amount_too_small" => Error::new(
                Code::AmountTooSmall,
                self.explained(AmountDetail::AmountTooSmallForProvider),
            ),
            "amount_too_large" => Error::new(
                Code::AmountTooLarge,
                self.explained(AmountDetail::AmountTooLargeForProvider),
            ),
            "unknown_payer" => {
                Error::new(Code::PayerUnknown, self.explained(PaymentDetail::PayerGone))
            }
            "unknown_method" | "method_payer_mismatch" | "method_not_usable" => Error::new(
                Code::MethodUnknown,
                self.explained(PaymentDetail::MethodNotOffered),
            ),
            "method_in_use" | "method_not_removable" => Error::new(
                Code::Refused,
                self.explained(PaymentDetail::MethodNotRemovable),
            ),
            "unknown_service" | "unknown_period" | "unknown_order" => {
                Error::new(Code::DueUnknown, self.explained(PaymentDetail::OfferGone))
            }
            "rate_limited" => {
                Error::passing(Code::RateLimited, ProviderDetail::AskedToWait { host })
            }
            "maintenance" => Error::passing(
                Code::ProviderUnavailable,
                self.explained(ProviderDetail::Maintenance),
            ),
            "internal" | "unavailable" | "request_in_progress" => Error::passing(
                Code::ProviderUnavailable,
                self.explained(ProviderDetail::ServerFailed { host, status }),
            ),
            "bad_request"
            | "invalid_cursor"
            | "idempotency_key_missing"
            | "method_not_allowed"
            | "too_large"
            | "unsupported_media_type"
            | "invalid"
            | "currency_mismatch"
            | "return_url_not_allowed" => Error::new(
                Code::Refused,
                match self.detail {
                    said if said.is_empty() => ProviderDetail::RequestRefused { status },
                    said => ProviderDetail::RequestRefusedBecause { said },
                },
            ),
            // A reused idempotency key does not show what happened to the request. Neither does a code that this
            // version does not know.
            _ => Error::passing(
                Code::AnswerMalformed,
                self.explained(ProviderDetail::RefusedForUnknownReason),
            ),
        }
    }

    /// `why` with what the panel says about it.
    fn explained(self, why: impl Into<Detail>) -> Detail {
        let why = why.into();
        if self.detail.is_empty() {
            return why;
        }
        let detail = ProviderDetail::ProviderSays {
            why: Box::new(why),
            said: self.detail,
        };
        detail.into()
    }
}

/// Whether the code reports a failure inside the panel. No other code is valid with a status of 500 or more.
fn is_server_failure(code: &str) -> bool {
    matches!(
        code,
        "internal" | "unavailable" | "request_in_progress" | "maintenance"
    )
}

/// Checks an id before it goes into a path.
pub(super) fn path_id(id: &str) -> Result<&str> {
    if is_id(id) {
        Ok(id)
    } else {
        Err(Error::new(
            Code::NotFound,
            ProviderDetail::UnknownToProvider,
        ))
    }
}

/// Whether the text is an id: 1 to 64 ASCII letters, digits, `-` or `_`.
pub(super) fn is_id(id: &str) -> bool {
    (1..=MAX_ID_LENGTH).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

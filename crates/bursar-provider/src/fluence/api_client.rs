//! Makes calls to Fluence's API. The client adds the credential, renews an expired token once, and turns every
//! unsuccessful status into an error with a code. The HTTP client limits the time and the size of every call.

use super::{SCOPES, auth};
use crate::call_url::call_url;
use crate::error_response::{ErrorBody, foreign_response, is_unspecific};
use crate::response_fields;
use crate::server_clock::ServerClock;
use crate::session::Session;
use bursar_domain::error::{Code, Error, ProviderDetail, Result, TopUpDetail};
use bursar_domain::key_owner::KeyUse;
use bursar_domain::network::Network;
use bursar_platform::http::{Http, MAX_BODY_BYTES, Request, Response};
use reqwest::Method;
use std::sync::Arc;
use url::Url;
use zeroize::Zeroizing;

/// The call that names the key's user. It has no parameters, and every key may make it.
pub(super) const USER: [&str; 3] = ["v1", "users", "me"];

/// The API client of one account.
pub(super) struct ApiClient {
    pub(super) network: Network,
    session: Arc<Session>,
    http: Http,
    pub(super) clock: ServerClock,
}

/// One call, without the credential.
pub(super) struct Call<'a> {
    method: Method,
    path: &'a [&'a str],
    query: Vec<(&'static str, String)>,
    body: Option<String>,
    action: Action,
    /// What the key must allow. `None` if the call needs no scope.
    permission: Option<KeyUse>,
}

/// What a call does. The meaning of an error status depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Read,
    Create,
    Cancel,
}

impl<'a> Call<'a> {
    pub(super) fn get(path: &'a [&'a str], permission: Option<KeyUse>) -> Self {
        Self {
            method: Method::GET,
            path,
            query: Vec::new(),
            body: None,
            action: Action::Read,
            permission,
        }
    }

    pub(super) fn create(path: &'a [&'a str], body: String) -> Self {
        Self {
            method: Method::POST,
            path,
            query: Vec::new(),
            body: Some(body),
            action: Action::Create,
            permission: Some(KeyUse::TopUps),
        }
    }

    pub(super) fn cancel(path: &'a [&'a str]) -> Self {
        Self {
            method: Method::DELETE,
            path,
            query: Vec::new(),
            body: None,
            action: Action::Cancel,
            permission: Some(KeyUse::TopUps),
        }
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
        }
    }

    /// Makes the call as the signed-in user. If the token has expired, renews it and sends the same request once more.
    /// This is safe for a create too: a 401 from the API itself means that it created nothing.
    pub(super) async fn send(&self, call: &Call<'_>) -> Result<Vec<u8>> {
        let (name, value) = self.session.authorize(auth::header)?;
        let first = self.exchange(call, Some((name, value.clone()))).await?;
        if name == auth::KEY_HEADER && self.is_unreadable_key(call, &first).await {
            return Err(Error::new(
                Code::Unauthorized,
                ProviderDetail::KeyIncomplete,
            ));
        }
        if name == auth::KEY_HEADER || !is_rejection(&first) {
            return self.judge(call, first);
        }
        self.session
            .refresh_rejected(&value, &auth::renewal(&self.network), &self.http)
            .await?;
        let renewed = self.session.authorize(auth::header)?;
        let second = self.exchange(call, Some(renewed)).await?;
        self.judge(call, second)
    }

    /// Whether a 400 is about the key. Some calls answer it to a key that is missing or has the wrong form, with the
    /// code that a wrong parameter gets too. A call without parameters has nothing else that could be wrong; any other
    /// call is compared with one.
    async fn is_unreadable_key(&self, call: &Call<'_>, answer: &Response) -> bool {
        if !is_bad_request(answer) {
            return false;
        }
        if call.path == USER {
            return true;
        }
        let Ok(authorization) = self.session.authorize(auth::header) else {
            return false;
        };
        let compared = Call::get(&USER, None);
        self.exchange(&compared, Some(authorization))
            .await
            .is_ok_and(|other| is_bad_request(&other) || is_rejection(&other))
    }

    /// Makes the call as the signed-in user and never renews the token. Use this for an additional call after one that
    /// has just succeeded, because a 401 then reveals nothing about the token.
    pub(super) async fn send_once(&self, call: &Call<'_>) -> Result<Vec<u8>> {
        let authorization = self.session.authorize(auth::header)?;
        let answer = self.exchange(call, Some(authorization)).await?;
        self.judge(call, answer)
    }

    /// Makes the call without a credential.
    pub(super) async fn send_anonymously(&self, call: &Call<'_>) -> Result<Vec<u8>> {
        let answer = self.exchange(call, None).await?;
        self.judge(call, answer)
    }

    async fn exchange(
        &self,
        call: &Call<'_>,
        authorization: Option<(&'static str, String)>,
    ) -> Result<Response> {
        let used = authorization.as_ref().map(|(_, value)| value.clone());
        let used = used.map(Zeroizing::new);
        let mut headers = vec![("accept", "application/json".to_owned())];
        headers.extend(authorization);
        let request = Request {
            method: call.method.clone(),
            url: self.address(call)?,
            headers,
            body: call
                .body
                .as_ref()
                .map(|body| ("application/json", body.clone().into_bytes())),
            max_bytes: MAX_BODY_BYTES,
        };
        let answer = self.http.send(request).await?;
        self.clock.observe(answer.clock_ahead);
        let used = used.as_ref().map(|value| value.as_str());
        Ok(Response {
            body: self.session.without_secrets(answer.body, used),
            ..answer
        })
    }

    fn address(&self, call: &Call<'_>) -> Result<Url> {
        call_url(&self.network.api, call.path.iter().copied(), &call.query)
    }

    /// Returns the body of a successful response, and an error for any other.
    fn judge(&self, call: &Call<'_>, answer: Response) -> Result<Vec<u8>> {
        match answer.status {
            _ if answer.is_challenge => Err(self.foreign_response(call.action, &answer)),
            204 => Ok(Vec::new()),
            // The response to a successful cancellation may be empty.
            200..=299 if call.action == Action::Cancel && answer.body.is_empty() => Ok(answer.body),
            200..=299 if is_json(&answer.content_type) => Ok(answer.body),
            200..=299 => Err(self.foreign_response(call.action, &answer)),
            _ => Err(self.refusal(call, &answer)),
        }
    }

    fn foreign_response(&self, action: Action, answer: &Response) -> Error {
        foreign_response(answer, &self.network.api_host(), action != Action::Read)
    }

    fn refusal(&self, call: &Call<'_>, answer: &Response) -> Error {
        let error = match ErrorBody::read(answer) {
            Some(body) => self.api_error(call, answer, body),
            None => self.foreign_response(call.action, answer),
        };
        tracing::debug!(status = answer.status, code = ?error.code, "a call was refused");
        error
    }

    /// The error for a response in the API's own error form, by its status and code.
    fn api_error(&self, call: &Call<'_>, answer: &Response, body: ErrorBody) -> Error {
        let action = call.action;
        let host = self.network.api_host();
        let status = answer.status.to_string();
        match (meant(answer.status, body.code.as_deref()), action) {
            (401, _) => Error::new(Code::Unauthorized, ProviderDetail::KeyRejected),
            (403, _) => Error::new(Code::Forbidden, lacks_scope(call.permission)),
            (404, _) => Error::new(Code::NotFound, ProviderDetail::UnknownToProvider),
            (409, Action::Create) => Error::new(Code::TopUpOpen, TopUpDetail::TopUpAlreadyOpen),
            (409, Action::Cancel) => Error::new(Code::TopUpState, TopUpDetail::TopUpNotCancellable),
            (429, _) => Error {
                retry_after: answer.retry_after,
                ..Error::passing(Code::RateLimited, ProviderDetail::AskedToWait { host })
            },
            (502, Action::Create) => {
                Error::passing(Code::CheckoutUnavailable, ProviderDetail::PaymentSystemDown)
            }
            (500..=599, _) => Error {
                retry_after: answer.retry_after,
                ..Error::passing(
                    Code::ProviderUnavailable,
                    ProviderDetail::ServerFailed { host, status },
                )
            },
            (400..=499, _) => Error::new(
                Code::Refused,
                match body.text {
                    Some(said) => ProviderDetail::RequestRefusedBecause { said },
                    None => ProviderDetail::RequestRefused { status },
                },
            ),
            _ => self.foreign_response(action, answer),
        }
    }
}

/// Names the scope that a call needs.
fn lacks_scope(permission: Option<KeyUse>) -> ProviderDetail {
    permission
        .and_then(|permission| SCOPES.iter().find(|scope| scope.allows == permission))
        .map_or(ProviderDetail::KeyNotAllowed, ProviderDetail::lacks_scope)
}

/// Whether the API itself calls the request wrong, without a reason of its own.
fn is_bad_request(answer: &Response) -> bool {
    answer.status == 400
        && ErrorBody::read(answer).is_some_and(|body| meant(400, body.code.as_deref()) == 400)
}

/// Whether the API itself reports that the token is invalid or has expired.
fn is_rejection(answer: &Response) -> bool {
    let body = ErrorBody::read(answer);
    body.is_some_and(|body| meant(answer.status, body.code.as_deref()) == 401)
}

/// The status that a response means: its error code can stand for a status other than the HTTP status.
fn meant(status: u16, code: Option<&str>) -> u16 {
    if !(400..=499).contains(&status) || is_unspecific(status) {
        return status;
    }
    match code {
        Some("unauthorized") => 401,
        Some("forbidden") => 403,
        Some("not_found") => 404,
        Some("conflict") => 409,
        Some("internal_server_error") => 500,
        Some("service_unavailable") => 503,
        _ => status,
    }
}

fn is_json(content_type: &str) -> bool {
    content_type == "application/json" || content_type.ends_with("+json")
}

/// Checks an id that goes into a path. [`response_fields::is_token`] must accept it.
pub(super) fn path_id(id: &str) -> Result<&str> {
    // A segment of dots would point to a parent path.
    if response_fields::is_token(id) && id.bytes().any(|b| b != b'.') {
        Ok(id)
    } else {
        Err(Error::new(
            Code::NotFound,
            ProviderDetail::UnknownToProvider,
        ))
    }
}

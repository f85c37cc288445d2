//! Makes calls to Fluence's API. The client adds the credential, renews an expired token once, and turns every
//! unsuccessful status into an error with a code. The HTTP client limits the time and the size of every call.

use super::auth;
use crate::call_url::call_url;
use crate::error_response::{ErrorBody, foreign_response, is_unspecific};
use crate::response_fields;
use crate::server_clock::ServerClock;
use crate::session::Session;
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::network::Network;
use bursar_platform::http::{Http, MAX_BODY_BYTES, Request, Response};
use reqwest::Method;
use std::sync::Arc;
use url::Url;
use zeroize::Zeroizing;

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
}

/// What a call does. The meaning of an error status depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Read,
    Create,
    Cancel,
}

impl<'a> Call<'a> {
    pub(super) fn get(path: &'a [&'a str]) -> Self {
        Self {
            method: Method::GET,
            path,
            query: Vec::new(),
            body: None,
            action: Action::Read,
        }
    }

    pub(super) fn create(path: &'a [&'a str], body: String) -> Self {
        Self {
            method: Method::POST,
            path,
            query: Vec::new(),
            body: Some(body),
            action: Action::Create,
        }
    }

    pub(super) fn cancel(path: &'a [&'a str]) -> Self {
        Self {
            method: Method::DELETE,
            path,
            query: Vec::new(),
            body: None,
            action: Action::Cancel,
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
        if name != "authorization" || !is_rejection(&first) {
            return self.judge(call, first);
        }
        self.session
            .refresh_rejected(&value, &auth::renewal(&self.network), &self.http)
            .await?;
        let renewed = self.session.authorize(auth::header)?;
        let second = self.exchange(call, Some(renewed)).await?;
        self.judge(call, second)
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
            _ => Err(self.refusal(call.action, &answer)),
        }
    }

    fn foreign_response(&self, action: Action, answer: &Response) -> Error {
        foreign_response(answer, &self.network.api_host(), action != Action::Read)
    }

    fn refusal(&self, action: Action, answer: &Response) -> Error {
        let error = match ErrorBody::read(answer) {
            Some(body) => self.api_error(action, answer, body),
            None => self.foreign_response(action, answer),
        };
        tracing::debug!(status = answer.status, code = ?error.code, "a call was refused");
        error
    }

    /// The error for a response in the API's own error form, by its status and code.
    fn api_error(&self, action: Action, answer: &Response, body: ErrorBody) -> Error {
        let host = self.network.api_host();
        match (meant(answer.status, body.code.as_deref()), action) {
            (401, _) => Error::new(
                Code::Unauthorized,
                "Fluence rejects the key or sign-in of this account. Sign in again or make a new key in the console.",
            ),
            (403, Action::Read) => Error::new(
                Code::Forbidden,
                "Fluence does not let this key read that. Make a key with the scopes billing:get_history and \
                 billing:get_spending_history.",
            ),
            (403, Action::Create | Action::Cancel) => Error::new(
                Code::Forbidden,
                "Fluence does not let this key start or cancel a top-up. Make a key with the scope billing:top_up too.",
            ),
            (404, _) => Error::new(Code::NotFound, "Fluence does not know what was asked for."),
            (409, Action::Create) => Error::new(
                Code::TopUpOpen,
                "There is an open top-up already. Finish or cancel it first.",
            ),
            (409, Action::Cancel) => Error::new(
                Code::TopUpState,
                "This top-up has ended or is under review; it cannot be cancelled any more.",
            ),
            (429, _) => Error {
                retry_after: answer.retry_after,
                ..Error::passing(
                    Code::RateLimited,
                    format!("{host} asks to be left alone for a while."),
                )
            },
            (502, Action::Create) => Error::passing(
                Code::CheckoutUnavailable,
                "The payment provider behind Fluence does not answer. Try again in a few minutes.",
            ),
            (500..=599, _) => Error {
                retry_after: answer.retry_after,
                ..Error::passing(
                    Code::ProviderUnavailable,
                    format!("{host} does not work just now (status {}).", answer.status),
                )
            },
            (400..=499, _) => Error::new(
                Code::Refused,
                match body.text {
                    Some(text) => format!("Fluence refused: {text}"),
                    None => format!("Fluence refused the request (status {}).", answer.status),
                },
            ),
            _ => self.foreign_response(action, answer),
        }
    }
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
            "There is no top-up with that id.",
        ))
    }
}

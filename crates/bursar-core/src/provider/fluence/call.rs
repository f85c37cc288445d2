//! One call to Fluence's API: authorised, bounded by the transport, renewed once where a token has run out,
//! and every status that is not a success turned into a coded error.

use crate::error::{Code, Error, Result};
use crate::http::{Answer, BODY_LIMIT, Exchange, Http};
use crate::network::Network;
use crate::provider::address::address;
use crate::provider::answer::{self, Object};
use crate::provider::remote_clock::RemoteClock;
use crate::session::Session;
use reqwest::Method;
use std::sync::Arc;
use url::Url;

/// The way to the API for one account.
pub(super) struct Api {
    pub(super) network: Network,
    session: Arc<Session>,
    http: Http,
    pub(super) clock: RemoteClock,
}

/// What is asked for.
pub(super) struct Call<'a> {
    method: Method,
    path: &'a [&'a str],
    query: Vec<(&'static str, String)>,
    body: Option<String>,
    wish: Wish,
}

/// What a refusal means depends on what was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
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
            wish: Wish::Read,
        }
    }

    pub(super) fn create(path: &'a [&'a str], body: String) -> Self {
        Self {
            method: Method::POST,
            path,
            query: Vec::new(),
            body: Some(body),
            wish: Wish::Create,
        }
    }

    pub(super) fn cancel(path: &'a [&'a str]) -> Self {
        Self {
            method: Method::DELETE,
            path,
            query: Vec::new(),
            body: None,
            wish: Wish::Cancel,
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }
}

impl Api {
    pub(super) fn new(network: Network, session: Arc<Session>, http: Http) -> Self {
        Self {
            network,
            session,
            http,
            clock: RemoteClock::default(),
        }
    }

    /// Makes the call as the signed-in user. A token that has run out is renewed and the same request made
    /// once more; that holds for a create too, because a 401 means that nothing was created.
    pub(super) async fn send(&self, call: &Call<'_>) -> Result<Vec<u8>> {
        let (name, value) = self.session.authorize()?;
        let first = self.exchange(call, Some((name, value.clone()))).await?;
        if first.status != 401 || name != "authorization" {
            return self.judge(call, first);
        }
        self.session
            .refresh_rejected(&value, &self.http, &self.network)
            .await?;
        let renewed = self.session.authorize()?;
        let second = self.exchange(call, Some(renewed)).await?;
        self.judge(call, second)
    }

    /// Makes the call as the signed-in user, whatever the answer: for what is asked beside a call that has
    /// just succeeded, where a 401 says nothing about the token.
    pub(super) async fn send_once(&self, call: &Call<'_>) -> Result<Vec<u8>> {
        let authorization = self.session.authorize()?;
        let answer = self.exchange(call, Some(authorization)).await?;
        self.judge(call, answer)
    }

    /// Makes the call without saying who asks.
    pub(super) async fn send_openly(&self, call: &Call<'_>) -> Result<Vec<u8>> {
        let answer = self.exchange(call, None).await?;
        self.judge(call, answer)
    }

    async fn exchange(
        &self,
        call: &Call<'_>,
        authorization: Option<(&'static str, String)>,
    ) -> Result<Answer> {
        let mut headers = vec![("accept", "application/json".to_owned())];
        headers.extend(authorization);
        let exchange = Exchange {
            method: call.method.clone(),
            url: self.address(call)?,
            headers,
            body: call
                .body
                .as_ref()
                .map(|body| ("application/json", body.clone().into_bytes())),
            limit: BODY_LIMIT,
        };
        let answer = self.http.exchange(exchange).await?;
        self.clock.told(answer.ahead);
        Ok(answer)
    }

    fn address(&self, call: &Call<'_>) -> Result<Url> {
        address(&self.network.api, call.path.iter().copied(), &call.query)
    }

    /// The body of a success; every other status as an error.
    fn judge(&self, call: &Call<'_>, answer: Answer) -> Result<Vec<u8>> {
        match answer.status {
            204 => Ok(Vec::new()),
            200..=299 if call.wish == Wish::Cancel => Ok(answer.body),
            200..=299 if is_json(&answer.content_type) => Ok(answer.body),
            200..=299 => Err(Error::passing(
                Code::AnswerMalformed,
                format!(
                    "{} answered with a page instead of data. A network that asks you to sign in first does that.",
                    self.network.api_host()
                ),
            )),
            _ => Err(self.refusal(call.wish, &answer)),
        }
    }

    /// What the calls are authorised with, without the scheme before it.
    fn secret(&self) -> Option<String> {
        let (_, value) = self.session.authorize().ok()?;
        Some(value.trim_start_matches("Bearer ").to_owned())
    }

    fn refusal(&self, wish: Wish, answer: &Answer) -> Error {
        let host = self.network.api_host();
        let told = Told::read(answer, self.secret().as_deref());
        let error = match (told.status(answer.status), wish) {
            (401, _) => Error::new(
                Code::Unauthorized,
                "Fluence rejects the key or sign-in of this account. Sign in again or make a new key in the console.",
            ),
            (403, Wish::Read) => Error::new(
                Code::Forbidden,
                "Fluence does not let this key read that. Make a key with the scopes billing:get_history and \
                 billing:get_spending_history.",
            ),
            (403, Wish::Create | Wish::Cancel) => Error::new(
                Code::Forbidden,
                "Fluence does not let this key start or cancel a top-up. Make a key with the scope billing:top_up too.",
            ),
            (404, _) => Error::new(Code::NotFound, "Fluence does not know what was asked for."),
            (409, Wish::Create) => Error::new(
                Code::TopUpOpen,
                "There is an open top-up already. Finish or cancel it first.",
            ),
            (409, Wish::Cancel) => Error::new(
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
            (502, Wish::Create) => Error::passing(
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
            (300..=399, _) => Error::passing(
                Code::AnswerMalformed,
                format!("{host} points to another address, which is not followed."),
            ),
            (status, _) => Error::new(
                Code::Refused,
                match told.text {
                    Some(text) => format!("Fluence refused: {text}"),
                    None => format!("Fluence refused the request (status {status})."),
                },
            ),
        };
        tracing::debug!(status = answer.status, code = ?error.code, "a call was refused");
        error
    }
}

/// What the body of an error says: `{code, error}`, or in older parts `{error}` or `{detail}`.
#[derive(Default)]
struct Told {
    code: Option<String>,
    text: Option<String>,
}

impl Told {
    /// Words that say back the `secret` they were asked with are not repeated.
    fn read(answer: &Answer, secret: Option<&str>) -> Self {
        let Ok(body) = Object::parse("an error", &answer.body) else {
            return Self::default();
        };
        let text = |field| {
            body.raw_text_or_null(field)
                .ok()
                .flatten()
                .filter(|text| !secret.is_some_and(|secret| text.contains(secret)))
                .map(|text| answer::clean(&text))
                .filter(|text| !text.is_empty())
        };
        Self {
            code: text("code"),
            text: text("error").or_else(|| text("detail")),
        }
    }

    /// The status that the error's own code stands for, where the two could differ.
    fn status(&self, status: u16) -> u16 {
        if !(400..=499).contains(&status) {
            return status;
        }
        match self.code.as_deref() {
            Some("unauthorized") => 401,
            Some("forbidden") => 403,
            Some("not_found") => 404,
            Some("conflict") => 409,
            Some("service_unavailable") => 503,
            _ => status,
        }
    }
}

fn is_json(content_type: &str) -> bool {
    content_type == "application/json" || content_type.ends_with("+json")
}

/// An id that goes into a path; only what [`answer::is_token`] lets pass.
pub(super) fn path_id(id: &str) -> Result<&str> {
    // A segment of dots would be taken for a step up.
    if answer::is_token(id) && id.bytes().any(|b| b != b'.') {
        Ok(id)
    } else {
        Err(Error::new(
            Code::NotFound,
            "There is no top-up with that id.",
        ))
    }
}

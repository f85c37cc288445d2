//! Signs in through the system's browser with an OAuth 2.0 authorization code and PKCE. Each attempt has a random
//! state, which only the return link of the same attempt carries. An attempt can be finished once and expires after 15
//! minutes.

use crate::error_response::{ErrorBody, foreign_response};
use crate::response_fields::Object;
use crate::session::{Credential, checked};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{
    Code, Detail, Error, FieldFault, ProviderDetail, ResponseObject, Result, SignInDetail,
};
use bursar_domain::link::{self, LinkState};
use bursar_domain::network::{Network, SignIn, host_and_port};
use bursar_platform::http::{Http, MAX_BODY_BYTES, Request, Response};
use reqwest::Method;
use sha2::{Digest, Sha256};
use std::fmt;
use url::Url;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

/// The URI that the browser returns to, exactly as it is registered.
pub const REDIRECT_URI: &str = "org.bursar.desktop://sign-in";
/// How long a sign-in attempt may take.
pub const ATTEMPT_TIMEOUT: Span = Span::minutes(ATTEMPT_MINUTES as i64);
const ATTEMPT_MINUTES: u32 = 15;

/// A sign-in that waits for its return link. Its `Debug` output contains no secret.
pub struct SignInAttempt {
    sign_in: SignIn,
    state: Zeroizing<String>,
    /// 256 random bits. Nobody can exchange the code without them.
    verifier: Zeroizing<String>,
    began: Timestamp,
}

impl SignInAttempt {
    /// Begins an attempt. Returns it with the URL to open in the browser.
    ///
    /// # Errors
    /// `sign_in_failed` if the network offers no sign-in through the browser, `internal` if the system provides no
    /// randomness.
    pub fn begin(network: &Network, now: Timestamp) -> Result<(Self, Url)> {
        let sign_in = network
            .sign_in
            .clone()
            .ok_or_else(|| failed(SignInDetail::NoSignInPage))?;
        let state = Zeroizing::new(link::new_state()?);
        let verifier = Zeroizing::new(link::new_state()?);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let mut address = sign_in.authorize.clone();
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &sign_in.client_id)
            .append_pair("redirect_uri", REDIRECT_URI)
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok((
            Self {
                sign_in,
                state,
                verifier,
                began: now,
            },
            address,
        ))
    }

    /// Whether a return link carries this attempt's state. Call this before [`SignInAttempt::finish`], which consumes
    /// the attempt.
    pub fn expects(&self, state: &LinkState) -> bool {
        state.matches(&self.state)
    }

    pub fn expired(&self, now: Timestamp) -> bool {
        let age = now.since(self.began);
        age >= ATTEMPT_TIMEOUT || age < Span::seconds(-60)
    }

    /// Exchanges the code from the return link for tokens.
    ///
    /// # Errors
    /// `sign_in_failed` if the attempt has expired, if the state belongs to another attempt, or if the provider rejects
    /// the code; and those of HTTP.
    pub async fn finish(
        self,
        code: &str,
        state: &LinkState,
        http: &Http,
        now: Timestamp,
    ) -> Result<Credential> {
        if !self.expects(state) {
            return Err(failed(SignInDetail::SignInNotStartedHere));
        }
        if self.expired(now) {
            return Err(failed(SignInDetail::SignInTooLate {
                minutes: ATTEMPT_MINUTES,
            }));
        }
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("client_id", &self.sign_in.client_id),
            ("code_verifier", &self.verifier),
        ];
        let answer = post_form(&self.sign_in.token, &form, http).await?;
        match answer.status {
            200 if !answer.is_challenge => tokens(&answer, None),
            400..=499 if refusal(&answer) == Some(Refusal::GrantRejected) => {
                Err(failed(SignInDetail::SignInRefused))
            }
            _ => Err(unavailable(&self.sign_in.token, &answer)),
        }
    }
}

impl fmt::Debug for SignInAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInAttempt")
            .field("began", &self.began)
            .finish_non_exhaustive()
    }
}

/// Where a refresh token is exchanged for new tokens.
#[derive(Clone, Debug)]
pub enum Renewal {
    /// At the network's OAuth token endpoint.
    OAuth(SignIn),
    /// With a call of the provider's API, which takes the token as JSON.
    Json(Url),
}

/// Exchanges a refresh token for new tokens.
///
/// # Errors
/// `signed_out` if the provider rejects the token; and those of HTTP.
pub(crate) async fn renew(renewal: &Renewal, refresh: &str, http: &Http) -> Result<Credential> {
    let (url, answer) = match renewal {
        Renewal::OAuth(sign_in) => {
            let form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh),
                ("client_id", sign_in.client_id.as_str()),
            ];
            let answer = post_form(&sign_in.token, &form, http).await?;
            (&sign_in.token, answer)
        }
        Renewal::Json(url) => {
            let body = serde_json::json!({ "refresh_token": refresh }).to_string();
            let answer = post(url.clone(), "application/json", body, http).await?;
            (url, answer)
        }
    };
    match (answer.status, refusal(&answer)) {
        (200, _) if !answer.is_challenge => tokens(&answer, Some(refresh)),
        // The session deletes the token for good on this error, so only the provider's own response may cause it.
        (400 | 401 | 403, Some(Refusal::GrantRejected)) => {
            Err(Error::new(Code::SignedOut, SignInDetail::SignInEnded))
        }
        (429, _) => Err(Error {
            retry_after: answer.retry_after,
            ..Error::passing(
                Code::RateLimited,
                ProviderDetail::AskedToWait { host: host_of(url) },
            )
        }),
        _ => Err(unavailable(url, &answer)),
    }
}

/// Why the provider itself refused a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// The code or token is invalid or has expired.
    GrantRejected,
    /// The provider cannot answer right now, or cannot answer this request.
    Temporary,
}

/// Returns `None` if something between Bursar and the provider answered: the response reveals nothing about the
/// sign-in.
fn refusal(answer: &Response) -> Option<Refusal> {
    let body = ErrorBody::read(answer)?;
    let code = body.code.or(body.text).unwrap_or_default();
    Some(match code.as_str() {
        "temporarily_unavailable"
        | "server_error"
        | "slow_down"
        | "service_unavailable"
        | "internal_server_error" => Refusal::Temporary,
        _ => Refusal::GrantRejected,
    })
}

async fn post_form(url: &Url, form: &[(&str, &str)], http: &Http) -> Result<Response> {
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    post(url.clone(), "application/x-www-form-urlencoded", body, http).await
}

async fn post(url: Url, content_type: &'static str, body: String, http: &Http) -> Result<Response> {
    http.send(Request {
        method: Method::POST,
        url,
        headers: vec![("accept", "application/json".to_owned())],
        body: Some((content_type, body.into_bytes())),
        max_bytes: MAX_BODY_BYTES,
    })
    .await
}

/// Reads the tokens from a response. If the response has no refresh token, the old one stays in use.
fn tokens(answer: &Response, old: Option<&str>) -> Result<Credential> {
    let body = Object::parse(ResponseObject::SignIn, &answer.body)?;
    let bearer = match body.text_or_null("token_type")? {
        Some(kind) => kind.eq_ignore_ascii_case("bearer"),
        None => true,
    };
    if !bearer {
        return Err(body.wrong("token_type", FieldFault::Unknown));
    }
    let access = Zeroizing::new(body.raw_text("access_token")?);
    let access =
        checked(&access).ok_or_else(|| body.wrong("access_token", FieldFault::NotToken))?;
    let refresh = match body.raw_text_or_null("refresh_token")?.map(Zeroizing::new) {
        Some(new) => {
            Some(checked(&new).ok_or_else(|| body.wrong("refresh_token", FieldFault::NotToken))?)
        }
        None => old.and_then(checked),
    };
    Ok(Credential::Tokens { access, refresh })
}

fn failed(detail: SignInDetail) -> Error {
    Error::new(Code::SignInFailed, detail)
}

fn host_of(url: &Url) -> String {
    host_and_port(url).unwrap_or_default()
}

fn unavailable(url: &Url, answer: &Response) -> Error {
    let host = host_of(url);
    let detail = match answer.status {
        500..=599 => Detail::from(ProviderDetail::ServerFailed {
            host,
            status: answer.status.to_string(),
        }),
        _ => foreign_response(answer, &host, false).detail,
    };
    Error {
        retry_after: answer.retry_after,
        ..Error::passing(Code::ProviderUnavailable, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_platform::stub_server::{StubResponse, StubServer};
    use std::collections::HashMap;

    fn network(server: &str) -> Network {
        crate::networks::from_toml(&format!(
            "name = \"t\"\nprovider = \"fluence\"\napi = \"{server}\"\n[sign_in]\n\
             authorize = \"{server}oauth/authorize?audience=x\"\ntoken = \"{server}oauth/token\"\nclient_id = \"c-d\""
        ))
        .unwrap()
    }

    fn state_of(address: &Url) -> LinkState {
        let query: HashMap<_, _> = address.query_pairs().into_owned().collect();
        LinkState::parse(query.get("state").unwrap()).unwrap()
    }

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    #[tokio::test]
    async fn attempt_proves_its_code_with_verifier() {
        let server = StubServer::start(|_| {
            StubResponse::json(
                200,
                r#"{"access_token":"a1","token_type":"bearer","refresh_token":"r1"}"#,
            )
        });
        let network = network(server.url.as_str());
        let (attempt, address) = SignInAttempt::begin(&network, NOW).unwrap();
        let parameters: HashMap<_, _> = address.query_pairs().into_owned().collect();
        assert_eq!(parameters["audience"], "x");
        assert_eq!(parameters["redirect_uri"], REDIRECT_URI);
        assert_eq!(parameters["code_challenge_method"], "S256");
        assert_eq!(parameters["client_id"], "c-d");
        let state = state_of(&address);
        let credential = attempt
            .finish("the code", &state, &Http::new().unwrap(), NOW)
            .await
            .unwrap();
        let Credential::Tokens { access, refresh } = credential else {
            panic!("tokens")
        };
        assert_eq!((access.as_str(), refresh.unwrap().as_str()), ("a1", "r1"));

        let sent = server.requests().remove(0);
        let form: HashMap<_, _> = url::form_urlencoded::parse(sent.body.as_bytes())
            .into_owned()
            .collect();
        assert_eq!(form["code"], "the code");
        assert_eq!(form["redirect_uri"], REDIRECT_URI);
        assert_eq!(form["client_id"], "c-d");
        let digest = Sha256::digest(form["code_verifier"].as_bytes());
        assert_eq!(URL_SAFE_NO_PAD.encode(digest), parameters["code_challenge"]);
        assert_eq!(sent.header("authorization"), None);
    }

    #[tokio::test]
    async fn exchanges_neither_foreign_state_nor_late_link() {
        let server = StubServer::start(|_| StubResponse::json(200, r#"{"access_token":"a1"}"#));
        let network = network(server.url.as_str());
        let http = Http::new().unwrap();
        let (attempt, _) = SignInAttempt::begin(&network, NOW).unwrap();
        let other = LinkState::parse(&link::new_state().unwrap()).unwrap();
        assert!(!attempt.expects(&other));
        let refused = attempt.finish("c", &other, &http, NOW).await.unwrap_err();
        assert_eq!(refused.code, Code::SignInFailed);
        for late in [NOW.plus(ATTEMPT_TIMEOUT), NOW.minus(Span::hours(1))] {
            let (attempt, address) = SignInAttempt::begin(&network, NOW).unwrap();
            let refused = attempt
                .finish("c", &state_of(&address), &http, late)
                .await
                .unwrap_err();
            assert_eq!(refused.code, Code::SignInFailed);
        }
        assert_eq!(server.requests().len(), 0);
    }

    #[tokio::test]
    async fn reports_rejected_code_without_repeating_it() {
        for (answer, expected) in [
            (
                StubResponse::json(400, r#"{"error":"invalid_grant"}"#),
                Code::SignInFailed,
            ),
            (StubResponse::json(500, "{}"), Code::ProviderUnavailable),
            (
                StubResponse::json(200, r#"{"access_token":7}"#),
                Code::AnswerMalformed,
            ),
            (
                StubResponse::json(200, r#"{"access_token":"a","token_type":"mac"}"#),
                Code::AnswerMalformed,
            ),
            (StubResponse::json(302, "{}"), Code::ProviderUnavailable),
            (
                StubResponse::with(403, "text/html", "cf-mitigated: challenge\r\n", "<html>"),
                Code::ProviderUnavailable,
            ),
            (
                StubResponse::with(400, "text/html", "", "<html>"),
                Code::ProviderUnavailable,
            ),
            (
                StubResponse::json(400, r#"{"message":"Bad"}"#),
                Code::ProviderUnavailable,
            ),
        ] {
            let server = StubServer::start(move |_| answer.clone());
            let network = network(server.url.as_str());
            let (attempt, address) = SignInAttempt::begin(&network, NOW).unwrap();
            assert!(!format!("{attempt:?}").contains(state_of(&address).as_str()));
            let error = attempt
                .finish(
                    "canary-code",
                    &state_of(&address),
                    &Http::new().unwrap(),
                    NOW,
                )
                .await
                .unwrap_err();
            assert_eq!(error.code, expected);
            assert!(!error.detail.to_string().contains("canary"));
        }
    }

    #[test]
    fn network_without_sign_in_page_is_reported() {
        let network = crate::networks::built_in().remove(0);
        assert_eq!(
            SignInAttempt::begin(&network, NOW).unwrap_err().code,
            Code::SignInFailed
        );
    }
}

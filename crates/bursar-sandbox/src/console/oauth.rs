//! Sign-in through the system browser: OAuth 2.0 authorization code with PKCE. The redirect URI must match exactly,
//! codes work once and expire soon, refresh tokens rotate, and reuse of an old refresh token ends the whole sign-in.

use std::sync::Arc;

use alloy_primitives::hex;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::Duration;
use uuid::Uuid;

use crate::console::state::{APP_SCOPES, AccessToken, AuthorizationCode, RefreshToken};
use crate::html::{console_page, escape};
use crate::http::{
    ApiError, ApiResult, Params, html_page, json_response, ok, parse_body, parse_form,
};
use crate::random::random_token;
use crate::sandbox::Sandbox;
use crate::signature::sign;

pub(crate) const CLIENT_ID: &str = "org.bursar.desktop";
const REDIRECT_URI: &str = "org.bursar.desktop://sign-in";
const AUTHORIZATION_CODE_LIFETIME: Duration = Duration::minutes(2);
pub(crate) const ACCESS_TOKEN_LIFETIME: Duration = Duration::minutes(15);

/// A valid authorization request.
struct AuthorizationRequest {
    state: String,
    challenge: String,
    scope: String,
}

impl AuthorizationRequest {
    /// Checks every parameter before the page shows anything. Errors appear on the page and are never sent in a
    /// redirect.
    fn read(params: &Params) -> Result<Self, &'static str> {
        let single = |name: &str| match params.all(name) {
            [value] => Some(value.as_str()),
            _ => None,
        };
        if single("client_id") != Some(CLIENT_ID) {
            return Err("This application is not registered (client_id).");
        }
        if single("redirect_uri") != Some(REDIRECT_URI) {
            return Err("The return address is not registered (redirect_uri).");
        }
        if single("response_type") != Some("code") {
            return Err("Only response_type=code is supported.");
        }
        if single("code_challenge_method") != Some("S256") {
            return Err("Only code_challenge_method=S256 is supported.");
        }
        let challenge = single("code_challenge").unwrap_or_default();
        if challenge.len() != 43 || URL_SAFE_NO_PAD.decode(challenge).is_err() {
            return Err("code_challenge is not a SHA-256 hash.");
        }
        let Some(state) = single("state").filter(|state| !state.is_empty()) else {
            return Err("state is missing.");
        };
        Ok(Self {
            state: state.to_owned(),
            challenge: challenge.to_owned(),
            scope: single("scope").map_or_else(|| APP_SCOPES.join(" "), str::to_owned),
        })
    }
}

/// `GET /oauth/authorize`
pub(super) async fn show_consent(State(sandbox): State<Arc<Sandbox>>, params: Params) -> Response {
    let request = match AuthorizationRequest::read(&params) {
        Ok(request) => request,
        Err(reason) => return refusal_page(reason),
    };
    let users: String = sandbox
        .console()
        .users
        .iter()
        .map(|user| {
            format!(
                "<option value=\"{}\">{}</option>",
                user.id,
                escape(&user.email)
            )
        })
        .collect();
    let hidden: String = [
        "client_id",
        "redirect_uri",
        "response_type",
        "code_challenge",
        "code_challenge_method",
        "state",
        "scope",
    ]
    .iter()
    .filter_map(|name| Some((name, params.get(name)?)))
    .map(|(name, value)| {
        format!(
            "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
            escape(value)
        )
    })
    .collect();
    let scopes: String = request
        .scope
        .split(' ')
        .map(|scope| format!("<li><code>{}</code></li>", escape(scope)))
        .collect();
    html_page(console_page(
        "Sign in",
        &format!(
            "<section class=\"card narrow\"><h1>Sign in to Bursar</h1><p>Bursar on this computer asks to act for:</p>\
             <form method=\"post\" action=\"/oauth/authorize\">{hidden}\
             <label>Account <select id=\"sign-in-email\" data-testid=\"sign-in-email\" name=\"user\">{users}</select></label>\
             <p>It will be able to:</p><ul>{scopes}</ul>\
             <div class=\"buttons\"><button id=\"sign-in-allow\" data-testid=\"sign-in-allow\" name=\"decision\" value=\"allow\" class=\"primary\">Allow</button>\
             <button id=\"sign-in-deny\" data-testid=\"sign-in-deny\" name=\"decision\" value=\"deny\">Deny</button></div></form></section>"
        ),
    ))
}

/// `POST /oauth/authorize`: the user allows or denies.
pub(super) async fn decide(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> Response {
    let params = parse_form(&bytes);
    let request = match AuthorizationRequest::read(&params) {
        Ok(request) => request,
        Err(reason) => return refusal_page(reason),
    };
    let user = params.get("user").and_then(|id| id.parse::<Uuid>().ok());
    let now = sandbox.clock.now();
    let mut state = sandbox.console();
    let Some(user) = user.filter(|user| state.user(*user).is_some()) else {
        return refusal_page("No such account.");
    };
    let mut redirect_query = url::form_urlencoded::Serializer::new(String::new());
    let (title, text) = if params.get("decision") == Some("allow") {
        let code = random_token();
        redirect_query.append_pair("code", &code);
        let granted = AuthorizationCode {
            user,
            challenge: request.challenge,
            scope: request.scope,
            expires_at: now + AUTHORIZATION_CODE_LIFETIME,
        };
        state.authorization_codes.insert(code, granted);
        ("Signed in", "You can go back to Bursar now.")
    } else {
        redirect_query.append_pair("error", "access_denied");
        ("Not signed in", "Nothing was allowed.")
    };
    redirect_query.append_pair("state", &request.state);
    let link = format!("{REDIRECT_URI}?{}", redirect_query.finish());
    html_page(console_page(
        title,
        &format!(
            "<section class=\"card narrow\"><h1>{title}</h1><p>{text}</p>\
             <a id=\"return-link\" data-testid=\"return-link\" class=\"primary\" data-go=\"now\" href=\"{}\">Return to Bursar</a></section>",
            escape(&link)
        ),
    ))
}

fn refusal_page(reason: &str) -> Response {
    let body = format!(
        "<section class=\"card narrow\"><h1>This sign-in cannot go on</h1><p>{}</p></section>",
        escape(reason)
    );
    (
        StatusCode::BAD_REQUEST,
        html_page(console_page("Sign in", &body)),
    )
        .into_response()
}

/// `POST /oauth/token`
pub(super) async fn token(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> Response {
    let params = parse_form(&bytes);
    if params.get("client_id") != Some(CLIENT_ID) {
        return oauth_error("invalid_client", "client_id is not registered");
    }
    let granted = match params.get("grant_type") {
        Some("authorization_code") => redeem_code(&sandbox, &params),
        Some("refresh_token") => {
            rotate_refresh_token(&sandbox, params.get("refresh_token").unwrap_or_default())
        }
        _ => Err((
            "unsupported_grant_type",
            "authorization_code or refresh_token",
        )),
    };
    match granted {
        Ok(answer) => json_response(StatusCode::OK, &answer),
        Err((code, text)) => oauth_error(code, text),
    }
}

type TokenResult = Result<Value, (&'static str, &'static str)>;

fn redeem_code(sandbox: &Sandbox, params: &Params) -> TokenResult {
    let code = params.get("code").unwrap_or_default();
    let granted = sandbox
        .console()
        .authorization_codes
        .remove(code)
        .ok_or(("invalid_grant", "the code is unknown or was already used"))?;
    if granted.expires_at <= sandbox.clock.now() {
        return Err(("invalid_grant", "the code has expired"));
    }
    if params.get("redirect_uri") != Some(REDIRECT_URI) {
        return Err((
            "invalid_grant",
            "redirect_uri does not match the authorization request",
        ));
    }
    let verifier = params.get("code_verifier").unwrap_or_default();
    if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) != granted.challenge {
        return Err((
            "invalid_grant",
            "code_verifier does not match code_challenge",
        ));
    }
    let mut answer = issue_tokens(sandbox, granted.user, Uuid::new_v4());
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("scope".to_owned(), granted.scope.into());
    }
    Ok(answer)
}

fn rotate_refresh_token(sandbox: &Sandbox, token: &str) -> TokenResult {
    let mut state = sandbox.console();
    let Some(refresh) = state.refresh_tokens.get_mut(token) else {
        return Err(("invalid_grant", "the refresh token is unknown"));
    };
    let (user, family) = (refresh.user, refresh.family);
    if refresh.used {
        state
            .refresh_tokens
            .retain(|_, other| other.family != family);
        state
            .access_tokens
            .retain(|_, other| other.family != family);
        return Err((
            "invalid_grant",
            "the refresh token was used before; sign in again",
        ));
    }
    refresh.used = true;
    drop(state);
    Ok(issue_tokens(sandbox, user, family))
}

/// Issues a new access token and a new refresh token to a user.
pub(crate) fn issue_tokens(sandbox: &Sandbox, user: Uuid, family: Uuid) -> Value {
    let access = new_access_token(sandbox, user, family);
    let refresh = random_token();
    sandbox.console().refresh_tokens.insert(
        refresh.clone(),
        RefreshToken {
            user,
            family,
            used: false,
        },
    );
    json!({
        "access_token": access, "token_type": "Bearer", "expires_in": ACCESS_TOKEN_LIFETIME.whole_seconds(),
        "refresh_token": refresh,
    })
}

/// Creates a token that looks like a JWT. Only tokens stored here are valid, so that they can be revoked at any time.
fn new_access_token(sandbox: &Sandbox, user: Uuid, family: Uuid) -> String {
    let now = sandbox.clock.now();
    let expires_at = now + ACCESS_TOKEN_LIFETIME;
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = encode(json!({"alg": "HS256", "typ": "JWT"}));
    let claims = json!({"sub": user, "iat": now.unix_timestamp(), "exp": expires_at.unix_timestamp(), "jti": Uuid::new_v4()});
    let signed = format!("{head}.{}", encode(claims));
    let mac = hex::decode(sign(&sandbox.secrets.tokens, signed.as_bytes())).unwrap_or_default();
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac));
    sandbox.console().access_tokens.insert(
        token.clone(),
        AccessToken {
            user,
            family,
            expires_at,
        },
    );
    token
}

/// `POST /auth/refresh`: the console's own refresh call, which does not rotate the token.
pub(super) async fn refresh_access(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: Value = parse_body(&bytes)?;
    let token = request
        .get("refresh_token")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let known = sandbox
        .console()
        .refresh_tokens
        .get(token)
        .filter(|refresh| !refresh.used)
        .cloned();
    let refresh = known.ok_or_else(ApiError::unauthorized)?;
    ok(&json!({"access_token": new_access_token(&sandbox, refresh.user, refresh.family)}))
}

fn oauth_error(code: &str, text: &str) -> Response {
    json_response(
        StatusCode::BAD_REQUEST,
        &json!({"error": code, "error_description": text}),
    )
}

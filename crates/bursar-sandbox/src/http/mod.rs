//! What all servers of the sandbox share: errors with the public API's codes, parsing of queries and bodies with the
//! API's own error texts, and the guarded server.

pub(crate) mod server;

use std::collections::HashMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::clock;
use crate::error::Error;

/// An error response: `{"code", "error"}`, with the codes of the public API description.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    code: &'static str,
    error: String,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, error: impl Into<String>) -> Self {
        Self {
            status,
            code,
            error: error.into(),
        }
    }

    /// The text for people.
    pub(crate) fn message(&self) -> &str {
        &self.error
    }

    pub(crate) fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", error)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Auth token invalid or missing",
        )
    }

    pub(crate) fn forbidden(error: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", error)
    }

    pub(crate) fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", error)
    }

    pub(crate) fn conflict(error: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", error)
    }

    pub(crate) fn unprocessable(error: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unprocessable_entity",
            error,
        )
    }

    pub(crate) fn bad_gateway(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "service_unavailable", error)
    }

    pub(crate) fn unavailable(error: impl Into<String>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "service_unavailable",
            error,
        )
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_server_error",
            error.to_string(),
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        json_response(
            self.status,
            &json!({"code": self.code, "error": self.error}),
        )
    }
}

pub(crate) type ApiResult = std::result::Result<Response, ApiError>;

pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

#[expect(clippy::unnecessary_wraps, reason = "handlers return it directly")]
pub(crate) fn ok(body: &Value) -> ApiResult {
    Ok(json_response(StatusCode::OK, body))
}

pub(crate) fn no_content() -> ApiResult {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// An HTML page that may load only files from its own server.
pub(crate) fn html_page(html: String) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
        form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    let mut response = (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        html,
    )
        .into_response();
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    response
}

pub(crate) fn static_asset(content_type: &'static str, content: &'static str) -> Response {
    (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        content,
    )
        .into_response()
}

/// Parses a JSON body: 400 if it is not JSON, 422 if its shape is wrong. An empty body counts as `{}`.
pub(crate) fn parse_body<T: DeserializeOwned>(bytes: &[u8]) -> std::result::Result<T, ApiError> {
    let bytes = if bytes.is_empty() {
        b"{}".as_slice()
    } else {
        bytes
    };
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| ApiError::bad_request(format!("The body is not JSON: {error}")))?;
    serde_json::from_value(value).map_err(|error| ApiError::unprocessable(error.to_string()))
}

/// Parses a form body (`application/x-www-form-urlencoded`).
pub(crate) fn parse_form(bytes: &[u8]) -> Params {
    Params::parse(bytes)
}

/// Query or form parameters. A repeated parameter keeps all its values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(HashMap<String, Vec<String>>);

impl Params {
    pub(crate) fn parse(text: &[u8]) -> Self {
        let mut all: HashMap<String, Vec<String>> = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(text) {
            all.entry(name.into_owned())
                .or_default()
                .push(value.into_owned());
        }
        Self(all)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .and_then(|values| values.first())
            .map(String::as_str)
    }

    pub(crate) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// A parameter as a whole number, if present.
    pub(crate) fn number(&self, name: &str) -> std::result::Result<Option<u64>, ApiError> {
        self.parse_as(name, "a whole number", |text| text.parse().ok())
    }

    pub(crate) fn time(&self, name: &str) -> std::result::Result<Option<OffsetDateTime>, ApiError> {
        self.parse_as(name, "an RFC 3339 time", clock::parse_rfc3339)
    }

    pub(crate) fn parse_as<T>(
        &self,
        name: &str,
        what: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> std::result::Result<Option<T>, ApiError> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        read(text)
            .map(Some)
            .ok_or_else(|| ApiError::bad_request(format!("Wrong parameters: {name} is not {what}")))
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, ApiError> {
        Ok(Self::parse(
            parts.uri.query().unwrap_or_default().as_bytes(),
        ))
    }
}

/// Deserializes a field that can be missing (outer None), null (inner None) or a value.
pub(crate) fn double_option<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

//! The panel's problem responses (RFC 9457): a fixed list of codes with status and title, plus extension members.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

pub(crate) type ApiResult = Result<Response, Problem>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    BadRequest,
    InvalidCursor,
    IdempotencyKeyMissing,
    Unauthorized,
    Forbidden,
    NotFound,
    NoInvoice,
    MethodNotAllowed,
    IdempotencyKeyReused,
    TotalChanged,
    MethodInUse,
    MethodNotRemovable,
    MethodNotUsable,
    /// The same code with another status, for a request that names a method which cannot be saved.
    MethodCannotSave,
    NotCancellable,
    TooLarge,
    UnsupportedMediaType,
    Invalid,
    CurrencyMismatch,
    AmountTooSmall,
    AmountTooLarge,
    UnknownPayer,
    UnknownMethod,
    MethodPayerMismatch,
    UnknownService,
    UnknownPeriod,
    UnknownOrder,
    ReturnUrlNotAllowed,
    RateLimited,
    Maintenance,
}

impl Code {
    fn status_code_and_title(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::BadRequest => (400, "bad_request", "The request cannot be read"),
            Self::InvalidCursor => (400, "invalid_cursor", "The cursor is not valid"),
            Self::IdempotencyKeyMissing => (
                400,
                "idempotency_key_missing",
                "The Idempotency-Key is missing or malformed",
            ),
            Self::Unauthorized => (401, "unauthorized", "The API key is not valid"),
            Self::Forbidden => (403, "forbidden", "The API key does not allow this"),
            Self::NotFound => (404, "not_found", "Not found"),
            Self::NoInvoice => (404, "no_invoice", "There is no invoice"),
            Self::MethodNotAllowed => (405, "method_not_allowed", "Method not allowed"),
            Self::IdempotencyKeyReused => (
                409,
                "idempotency_key_reused",
                "The Idempotency-Key was used for something else",
            ),
            Self::TotalChanged => (409, "total_changed", "The total has changed"),
            Self::MethodInUse => (409, "method_in_use", "The method is in use"),
            Self::MethodNotRemovable => (
                409,
                "method_not_removable",
                "The payment method cannot be removed",
            ),
            Self::MethodNotUsable => (
                409,
                "method_not_usable",
                "The payment method cannot be used for this",
            ),
            Self::MethodCannotSave => (
                422,
                "method_not_usable",
                "The payment method cannot be used for this",
            ),
            Self::NotCancellable => (
                409,
                "not_cancellable",
                "The payment can no longer be cancelled",
            ),
            Self::TooLarge => (413, "too_large", "The request is too large"),
            Self::UnsupportedMediaType => (415, "unsupported_media_type", "The body must be JSON"),
            Self::Invalid => (422, "invalid", "The request is not valid"),
            Self::CurrencyMismatch => (
                422,
                "currency_mismatch",
                "The currency is not the account's currency",
            ),
            Self::AmountTooSmall => (422, "amount_too_small", "The amount is too small"),
            Self::AmountTooLarge => (422, "amount_too_large", "The amount is too large"),
            Self::UnknownPayer => (422, "unknown_payer", "There is no such payer"),
            Self::UnknownMethod => (422, "unknown_method", "There is no such payment method"),
            Self::MethodPayerMismatch => (
                422,
                "method_payer_mismatch",
                "The payment method belongs to another payer",
            ),
            Self::UnknownService => (422, "unknown_service", "There is no such service"),
            Self::UnknownPeriod => (422, "unknown_period", "There is no such period"),
            Self::UnknownOrder => (422, "unknown_order", "There is no such order"),
            Self::ReturnUrlNotAllowed => (
                422,
                "return_url_not_allowed",
                "The return address is not allowed",
            ),
            Self::RateLimited => (429, "rate_limited", "Too many requests"),
            Self::Maintenance => (503, "maintenance", "The panel is under maintenance"),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Problem {
    code: Code,
    detail: String,
    extensions: Map<String, Value>,
    retry_after_s: Option<u64>,
}

impl Problem {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            extensions: Map::new(),
            retry_after_s: None,
        }
    }

    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        let id: String = id.chars().take(80).collect();
        Self::new(Code::NotFound, format!("There is no {what} {id}."))
    }

    /// Names the field at fault: a JSON Pointer into the body, or `?name` for a parameter.
    pub(crate) fn at(mut self, pointer: &str, message: &str) -> Self {
        let error = json!({"pointer": pointer, "message": message});
        if let Some(Value::Array(errors)) = self.extensions.get_mut("errors") {
            errors.push(error);
        } else {
            self.extensions.insert("errors".to_owned(), json!([error]));
        }
        self
    }

    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.extensions.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, title) = self.code.status_code_and_title();
        let mut body = json!({
            "type": format!("urn:bursar:panel:problem:{code}"), "title": title, "status": status, "code": code,
            "detail": self.detail,
        });
        if let Some(members) = body.as_object_mut() {
            members.extend(self.extensions);
        }
        let mut response = (
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            [
                (header::CONTENT_TYPE, "application/problem+json"),
                (header::CACHE_CONTROL, "no-store"),
            ],
            body.to_string(),
        )
            .into_response();
        if self.code == Code::Unauthorized {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

//! Responses of the panel's API.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::problem::ApiResult;

/// The API's path below the panel's address.
pub(super) const BASE: &str = "/api/v1";

#[expect(clippy::unnecessary_wraps, reason = "handlers return it directly")]
pub(super) fn ok(body: &Value) -> ApiResult {
    Ok(crate::http::json_response(StatusCode::OK, body))
}

/// A 201 response with the new object and its location.
pub(super) fn created(list: &str, id: &str, body: &Value) -> Response {
    (
        StatusCode::CREATED,
        [
            (header::CONTENT_TYPE, "application/json".to_owned()),
            (header::LOCATION, format!("{BASE}/{list}/{id}")),
        ],
        body.to_string(),
    )
        .into_response()
}

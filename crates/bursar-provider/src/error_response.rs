//! Decides whether an error response comes from the API itself. Only a body in the API's error form proves that;
//! otherwise a challenge page, a captive portal, a gateway or a proxy may have answered. Such a response reveals
//! nothing about the key, or about whether the provider carried out the request.

use super::response_fields::Object;
use bursar_domain::error::{Code, Detail, Error, ProviderDetail, ResponseObject};
use bursar_domain::untrusted_text::clean;
use bursar_platform::http::Response;

/// The fields that gateways and frameworks put beside `error` or `detail`, but the APIs do not.
const GATEWAY_FIELDS: [&str; 12] = [
    "cloudflare_error",
    "fault",
    "instance",
    "message",
    "path",
    "requestId",
    "request_id",
    "status",
    "statusCode",
    "timestamp",
    "title",
    "type",
];

/// An error in an API's own form: `{code, error}`, or `{error}` or `{detail}` in older parts of an API. OAuth's form
/// (`{error, error_description}`) is one of these.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorBody {
    pub(crate) code: Option<String>,
    /// The API's message, cleaned for display.
    pub(crate) text: Option<String>,
}

impl ErrorBody {
    /// Returns `None` if the response is not the API's own error, whatever its status.
    pub(crate) fn read(answer: &Response) -> Option<Self> {
        if answer.is_challenge || is_unspecific(answer.status) {
            return None;
        }
        let body = Object::parse(ResponseObject::Refusal, &answer.body).ok()?;
        let text = |field| body.raw_text_or_null(field).ok().flatten();
        let (code, error, detail) = (text("code"), text("error"), text("detail"));
        let from_a_gateway = GATEWAY_FIELDS.into_iter().any(|field| body.has(field));
        let own = match (&code, &error, &detail) {
            (Some(_), Some(_), _) => true,
            (None, Some(_), _) => !from_a_gateway && !body.has("code"),
            // When the API rejects parameters, `detail` is a list of the errors.
            (None, None, None) => {
                !from_a_gateway
                    && body
                        .each("detail", ResponseObject::Refusal)
                        .is_ok_and(|all| !all.is_empty())
            }
            (None, None, Some(_)) => !from_a_gateway && !body.has("code"),
            (Some(_), None, _) => false,
        };
        own.then(|| Self {
            code,
            text: error
                .or(detail)
                .map(|text| clean(&text))
                .filter(|text| !text.is_empty()),
        })
    }
}

/// Whether a status reveals nothing about the request, whoever sends it: the request arrived too slowly (408) or too
/// early (425).
pub(crate) fn is_unspecific(status: u16) -> bool {
    matches!(status, 408 | 425)
}

/// The error for a response that does not come from the API itself. Set `asks_for_change` for a request that starts,
/// ends or changes something: the provider may have carried it out despite this response.
pub(crate) fn foreign_response(answer: &Response, host: &str, asks_for_change: bool) -> Error {
    let host = host.to_owned();
    let status = answer.status.to_string();
    let (code, detail) = match answer.status {
        _ if answer.is_challenge => (
            Code::ProviderUnavailable,
            ProviderDetail::ProtectionPage { host, status },
        ),
        429 if asks_for_change => (
            Code::ProviderUnavailable,
            ProviderDetail::AskedToWait { host },
        ),
        429 => (Code::RateLimited, ProviderDetail::AskedToWait { host }),
        401 | 403 | 407 => (
            Code::ProviderUnavailable,
            ProviderDetail::RefusedOnTheWay { host, status },
        ),
        408 | 425 | 500..=599 => (
            Code::ProviderUnavailable,
            ProviderDetail::ServerFailed { host, status },
        ),
        200..=299 => (
            Code::AnswerMalformed,
            ProviderDetail::PageInsteadOfData { host },
        ),
        300..=399 => (Code::AnswerMalformed, ProviderDetail::Redirected { host }),
        _ => (
            Code::AnswerMalformed,
            ProviderDetail::StatusUnexpected { host, status },
        ),
    };
    let detail = Detail::from(detail);
    let detail = if asks_for_change {
        let why = Box::new(detail);
        ProviderDetail::RequestOutcomeUnknown { why }.into()
    } else {
        detail
    };
    Error {
        retry_after: answer.retry_after,
        ..Error::passing(code, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Response {
        Response {
            status,
            content_type: String::new(),
            body: body.as_bytes().to_vec(),
            retry_after: None,
            etag: None,
            clock_ahead: None,
            is_challenge: false,
        }
    }

    #[test]
    fn recognizes_only_the_apis_own_error_form() {
        for body in [
            r#"{"code":"forbidden","error":"Not allowed"}"#,
            r#"{"code":"of_a_later_version","error":"x","status":403,"message":"m"}"#,
            r#"{"error":"Not allowed"}"#,
            r#"{"detail":"Not allowed"}"#,
            r#"{"detail":[{"loc":["body"],"msg":"x","type":"y"}]}"#,
            r#"{"error":"invalid_grant","error_description":"d"}"#,
            r#"{"code":null,"error":"Not allowed","detail":null}"#,
        ] {
            for status in [400, 401, 403, 404, 409, 422, 429, 500] {
                assert!(
                    ErrorBody::read(&answer(status, body)).is_some(),
                    "{status} {body}"
                );
            }
            for status in [408, 425] {
                assert_eq!(
                    ErrorBody::read(&answer(status, body)),
                    None,
                    "{status} {body}"
                );
            }
            let challenged = Response {
                is_challenge: true,
                ..answer(403, body)
            };
            assert_eq!(ErrorBody::read(&challenged), None, "{body}");
        }
        for body in [
            "",
            " ",
            "{}",
            "[]",
            "null",
            "\"forbidden\"",
            "<html>Just a moment...</html>",
            "Forbidden",
            r#"{"message":"Forbidden"}"#,
            r#"{"Message":"User is not authorized"}"#,
            r#"{"message":"no Route matched with those values","request_id":"7"}"#,
            r#"{"code":403,"message":"Forbidden"}"#,
            r#"{"code":403,"error":"Forbidden"}"#,
            r#"{"code":"forbidden"}"#,
            r#"{"error":{"code":403,"message":"Forbidden"}}"#,
            r#"{"errors":[{"code":1020,"message":"Access denied"}],"success":false}"#,
            r#"{"statusCode":401,"error":"Unauthorized","message":"x"}"#,
            r#"{"timestamp":"t","status":401,"error":"Unauthorized","path":"/v2/top-ups"}"#,
            r#"{"type":"https://developers.example/1010","title":"Access denied","status":403,"detail":"d"}"#,
            r#"{"fault":{"faultstring":"Invalid ApiKey"}}"#,
            r#"{"detail":[]}"#,
            r#"{"error":"x","error":"y"}"#,
        ] {
            for status in [302, 400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 503] {
                assert_eq!(
                    ErrorBody::read(&answer(status, body)),
                    None,
                    "{status} {body}"
                );
            }
        }
    }

    #[test]
    fn foreign_response_is_retryable_and_refuses_nothing() {
        for status in 100..=599 {
            for changes in [false, true] {
                let error = foreign_response(&answer(status, "<html>"), "api.example", changes);
                assert!(error.retryable, "{status}");
                let codes = [Code::ProviderUnavailable, Code::AnswerMalformed];
                let paced = status == 429 && !changes && error.code == Code::RateLimited;
                assert!(
                    codes.contains(&error.code) || paced,
                    "{status}: {:?}",
                    error.code
                );
                assert!(error.detail.to_string().contains("api.example"));
            }
        }
    }
}

//! Reads a JSON body field by field, so that an error can name the field.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde_json::{Map, Value};

use super::problem::{Code, Problem};
use crate::panel::currency::Currency;

const MAX_BODY_BYTES: usize = 64 * 1024;

/// A request body that is a JSON object.
#[derive(Clone, Debug)]
pub(super) struct JsonBody(pub(super) Value);

impl<S: Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Problem::new(
                Code::UnsupportedMediaType,
                "The body must be sent as application/json.",
            ));
        }
        let bytes = to_bytes(request.into_body(), MAX_BODY_BYTES)
            .await
            .map_err(|_| Problem::new(Code::TooLarge, "The body may be at most 64 KiB."))?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| {
            Problem::new(Code::BadRequest, format!("The body is not JSON: {error}."))
        })?;
        if !value.is_object() {
            return Err(Problem::new(
                Code::BadRequest,
                "The body is not a JSON object.",
            ));
        }
        Ok(Self(value))
    }
}

/// The fields of an object, and its pointer in the body.
#[derive(Clone, Debug)]
pub(super) struct Fields<'a> {
    members: &'a Map<String, Value>,
    pointer: String,
}

/// An amount as written, before the currency is checked.
#[derive(Clone, Debug)]
pub(super) struct UncheckedAmount<'a> {
    amount: &'a str,
    currency: &'a str,
    pointer: String,
}

pub(super) fn invalid(at: &str, message: &str) -> Problem {
    Problem::new(Code::Invalid, format!("{at}: {message}.")).at(at, message)
}

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value, at: &str) -> Result<Self, Problem> {
        let members = value
            .as_object()
            .ok_or_else(|| invalid(at, "Must be an object"))?;
        Ok(Self {
            members,
            pointer: at.to_owned(),
        })
    }

    pub(super) fn pointer(&self, name: &str) -> String {
        format!("{}/{name}", self.pointer)
    }

    /// A field that is present and not null.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    fn required(&self, name: &str) -> Result<&'a Value, Problem> {
        self.get(name)
            .ok_or_else(|| invalid(&self.pointer(name), "Is required"))
    }

    pub(super) fn text(&self, name: &str) -> Result<&'a str, Problem> {
        self.required(name)?
            .as_str()
            .ok_or_else(|| invalid(&self.pointer(name), "Must be text"))
    }

    pub(super) fn id(&self, name: &str) -> Result<&'a str, Problem> {
        let id = self.text(name)?;
        let plain = id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if id.is_empty() || id.len() > 64 || !plain {
            return Err(invalid(&self.pointer(name), "Is not an id"));
        }
        Ok(id)
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.members.get(name) {
            None => Ok(false),
            Some(value) => value
                .as_bool()
                .ok_or_else(|| invalid(&self.pointer(name), "Must be true or false")),
        }
    }

    pub(super) fn object(&self, name: &str) -> Result<Self, Problem> {
        Fields::of(self.required(name)?, &self.pointer(name))
    }

    pub(super) fn list(&self, name: &str, max: usize) -> Result<Vec<Self>, Problem> {
        let at = self.pointer(name);
        let items = self
            .required(name)?
            .as_array()
            .ok_or_else(|| invalid(&at, "Must be a list"))?;
        if items.is_empty() || items.len() > max {
            return Err(invalid(&at, &format!("Must have 1 to {max} items")));
        }
        items
            .iter()
            .enumerate()
            .map(|(index, item)| Fields::of(item, &format!("{at}/{index}")))
            .collect()
    }

    pub(super) fn amount(&self, name: &str) -> Result<UncheckedAmount<'a>, Problem> {
        let fields = self.object(name)?;
        Ok(UncheckedAmount {
            amount: fields.text("amount")?,
            currency: fields.text("currency")?,
            pointer: fields.pointer,
        })
    }
}

impl UncheckedAmount<'_> {
    /// In minor units of the account's currency, exactly.
    pub(super) fn minor(&self, currency: Currency) -> Result<u64, Problem> {
        if self.currency != currency.code() {
            let message = format!("Must be in {}", currency.code());
            return Err(Problem::new(
                Code::CurrencyMismatch,
                format!("The account's currency is {}.", currency.code()),
            )
            .at(&format!("{}/currency", self.pointer), &message));
        }
        currency
            .parse(self.amount)
            .map_err(|message| invalid(&format!("{}/amount", self.pointer), &message))
    }
}

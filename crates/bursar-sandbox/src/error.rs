//! Internal errors of the sandbox. Responses to clients have their own type (`http::ApiError`).

use std::fmt;

pub(crate) type Result<T> = std::result::Result<T, Error>;

#[derive(Clone, Debug)]
pub(crate) struct Error(String);

impl Error {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

macro_rules! from_error {
    ($($kind:ty),+) => {$(
        impl From<$kind> for Error {
            fn from(error: $kind) -> Self {
                Self(error.to_string())
            }
        }
    )+};
}

from_error!(
    std::io::Error,
    reqwest::Error,
    serde_json::Error,
    alloy_sol_types::Error,
    time::error::Format,
    time::error::ComponentRange,
    tokio::task::JoinError
);

//! Parses amounts in the control API's requests.

use crate::http::ApiError;

/// Parses a positive amount in USDC or USD.
pub(crate) fn parse_amount(text: &str) -> Result<u128, ApiError> {
    crate::money::parse(text)
        .filter(|micros| *micros > 0)
        .ok_or_else(|| ApiError::unprocessable(format!("not an amount: {text}")))
}

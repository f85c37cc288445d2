//! Looks up accounts and parses amounts for the control API's handlers.

use uuid::Uuid;

use crate::http::ApiError;
use crate::panel::currency::Currency;
use crate::panel::state::{Account, Panel};

pub(super) fn account(panel: &mut Panel, id: Uuid) -> Result<&mut Account, ApiError> {
    panel
        .account_mut(id)
        .ok_or_else(|| ApiError::not_found("No such user of the panel"))
}

/// Parses an amount in that currency.
pub(super) fn parse_amount(currency: Currency, text: &str) -> Result<u64, ApiError> {
    currency
        .parse(text)
        .map_err(|message| ApiError::unprocessable(format!("{text}: {message}")))
}

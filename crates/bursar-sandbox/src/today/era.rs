//! Which of Fluence's two eras a user, or a server of the API, belongs to.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Era {
    /// One payment provider, balances in USDC, held by the Balance contract.
    #[default]
    Copperx,
    /// Crypto and card payments, balances in USD, held by the provider alone.
    Today,
}

//! The result of the fuzz entry points, which read bytes as a response to each of a provider's calls.

use bursar_domain::money::Amount;
use bursar_domain::payment::RemotePayment;

/// All values that any of the calls accepted from a body.
#[derive(Debug, Default)]
pub struct ParsedValues {
    pub payments: Vec<RemotePayment>,
    /// Balances, limits, fees, prices and charges.
    pub amounts: Vec<Amount>,
    /// Texts for display.
    pub texts: Vec<String>,
}

//! Entry points for the fuzz targets: they read bytes as a response to each of a provider's calls.

use bursar_domain::money::Amount;
use bursar_domain::payment::RemotePayment;

/// All values that were accepted from a body, over all calls.
#[derive(Debug, Default)]
pub struct ParsedValues {
    pub payments: Vec<RemotePayment>,
    /// Balances, limits, fees, prices and charges.
    pub amounts: Vec<Amount>,
    /// Texts for display.
    pub texts: Vec<String>,
}

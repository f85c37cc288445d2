//! Ways in for the fuzz targets: an answer's bytes, read as each provider reads the answer to each of its calls.

use bursar_domain::money::Amount;
use bursar_domain::payment::RemotePayment;

/// What was taken for true of a body, whichever call's answer it is read as.
#[derive(Debug, Default)]
pub struct Taken {
    pub payments: Vec<RemotePayment>,
    /// Balances, limits, fees, prices and charges.
    pub amounts: Vec<Amount>,
    /// Texts that are shown.
    pub texts: Vec<String>,
}

//! The unit of the tests. Shipped code takes units from the API, the token or the network file.

use super::Currency;

impl Currency {
    /// The unit of the tests' amounts.
    pub fn usdc() -> Self {
        Self::from_source("USDC")
    }
}

//! What holds for every payment at a provider, as data.

use crate::catalogue::Capabilities;
use crate::clock::Span;

/// What holds for a provider as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Decimals that the call which starts a top-up can carry (2: cents).
    pub amount_decimals: u8,
    /// For so long the request that starts a payment may be sent again with its idempotency key: it then gives
    /// the same payment and never a second one. `None` where a lost answer must be looked for instead.
    pub repeatable_for: Option<Span>,
    /// A payment that is on its way can still be called off, not only one that waits to be paid.
    pub cancels_confirming: bool,
    /// A payment that is open or on its way for longer than this may stay so for days; it is read every minute from
    /// then on.
    pub open_is_slow_after: Option<Span>,
    pub offers: Capabilities,
}

impl Rules {
    /// Whether another top-up can be started only when none is open.
    pub fn one_open_top_up(&self) -> bool {
        !self.offers.several_open
    }
}

/// The cautious ones: one at a time, in hundredths, and what was lost must be looked for.
impl Default for Rules {
    fn default() -> Self {
        Self {
            amount_decimals: 2,
            repeatable_for: None,
            cancels_confirming: true,
            open_is_slow_after: None,
            offers: Capabilities::default(),
        }
    }
}

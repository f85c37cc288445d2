//! The rules that a provider's payments follow, as data.

use crate::catalogue::Capabilities;
use crate::clock::Span;
use serde::{Deserialize, Serialize};

/// What happens to money that arrives after a payment has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum LateMoney {
    /// The provider checks and credits it.
    #[default]
    Credited,
    /// It is not credited by itself: people at the provider have to be asked.
    NotCredited,
}

/// What to try when paying on a payment page fails. Bursar has the words for each, in every language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PageHelp {
    /// Nothing in particular.
    #[default]
    None,
    /// The page's QR code, when paying from a wallet fails.
    WalletQr,
}

/// What is known of the pages of a payment provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    pub late_money: LateMoney,
    pub help: PageHelp,
    /// How long a page lives, where the API does not say when it ends.
    pub page_lifetime: Option<Span>,
}

/// A source of money without a payment page. Bursar has words for each, in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum OtherSource {
    /// A script or an agent has paid by x402: from a wallet of its own, on the chain Base.
    X402,
    /// A code that the user has entered at the provider.
    PromoCode,
}

/// The rules that hold for every payment at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How many decimals the call that starts a top-up can carry (2 for cents).
    pub amount_decimals: u8,
    /// How long the request that starts a payment may be sent again with its idempotency key. Within this time a repeat
    /// returns the same payment and never makes a second one. `None`: after a lost answer, Bursar must look for the payment.
    pub repeatable_for: Option<Span>,
    /// A payment can be cancelled even after the money is on its way.
    pub cancels_confirming: bool,
    /// A payment that has been open or confirming for longer than this may stay so for days. From then on it is read once a
    /// minute.
    pub open_is_slow_after: Option<Span>,
    pub capabilities: Capabilities,
}

impl Rules {
    /// Whether a top-up can be started only while no other is open.
    pub fn one_open_top_up(&self) -> bool {
        !self.capabilities.several_open
    }
}

/// The safest rules: one top-up at a time, amounts in hundredths, and no repeats after a lost answer.
impl Default for Rules {
    fn default() -> Self {
        Self {
            amount_decimals: 2,
            repeatable_for: None,
            cancels_confirming: true,
            open_is_slow_after: None,
            capabilities: Capabilities::default(),
        }
    }
}

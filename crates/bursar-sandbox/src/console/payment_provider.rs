//! The payment providers that take money for top-ups, and the unit that each of them credits.

/// Who took the money of a top-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaymentProvider {
    Copperx,
    NowPayments,
    Stripe,
    /// A script that pays USDC on Base by itself, without a payment page.
    X402,
}

impl PaymentProvider {
    /// The name in the public API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Copperx => "copperx",
            Self::NowPayments => "nowpayments",
            Self::Stripe => "stripe",
            Self::X402 => "x402",
        }
    }

    /// The code of the unit in the public API.
    pub(crate) fn currency(self) -> &'static str {
        match self {
            Self::Copperx => "usdc",
            Self::NowPayments | Self::Stripe | Self::X402 => "usd",
        }
    }
}

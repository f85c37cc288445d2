//! Today's payment methods: crypto and card, each with a payment provider of its own. Fees are added on the payment
//! page; the amount that was typed is what is credited.

use serde_json::{Value, json};

use crate::console::payment_provider::PaymentProvider;

/// The balance and the top-ups are between these, in cents. The cap on the balance is a switch of its own.
pub(crate) const MIN_TOP_UP_CENTS: i64 = 1_000;
const MAX_TOP_UP_CENTS: i64 = 500_000;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Method {
    pub(crate) code: &'static str,
    pub(crate) provider: PaymentProvider,
    kind: &'static str,
    name: &'static str,
    /// In hundredths of a percent.
    fee_bps: i64,
    fee_fixed_cents: i64,
}

pub(crate) static METHODS: [Method; 2] = [
    Method {
        code: "crypto",
        provider: PaymentProvider::NowPayments,
        kind: "crypto",
        name: "Crypto",
        fee_bps: 100,
        fee_fixed_cents: 0,
    },
    Method {
        code: "card",
        provider: PaymentProvider::Stripe,
        kind: "fiat",
        name: "Card",
        fee_bps: 290,
        fee_fixed_cents: 30,
    },
];

impl Method {
    /// The method of a request; without a code, the provider's own, and without either the default crypto method.
    pub(crate) fn find(code: Option<&str>, provider: Option<&str>) -> Option<&'static Self> {
        METHODS.iter().find(|method| {
            code.is_none_or(|code| code == method.code)
                && provider.is_none_or(|provider| provider == method.provider.name())
        })
    }

    /// The fee that the payment page adds, in cents, rounded up.
    pub(crate) fn fee_cents(&self, amount_cents: i64) -> i64 {
        let share = amount_cents.saturating_mul(self.fee_bps);
        // Amounts are positive, so that adding before the division rounds up.
        share.saturating_add(9_999) / 10_000 + self.fee_fixed_cents
    }

    pub(crate) fn max_cents(&self) -> i64 {
        MAX_TOP_UP_CENTS
    }

    pub(crate) fn to_json(&self, order: usize) -> Value {
        json!({
            "provider": self.provider.name(), "methodCode": self.code, "kind": self.kind, "enabled": true,
            "displayName": self.name, "minAmountCents": MIN_TOP_UP_CENTS, "maxAmountCents": MAX_TOP_UP_CENTS,
            "feePaidByUser": true, "estFeeBps": self.fee_bps, "estFeeFixedCents": self.fee_fixed_cents,
            "sortOrder": order,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_rounded_up_to_cents() {
        let fees = |cents| METHODS.each_ref().map(|method| method.fee_cents(cents));
        assert_eq!(fees(1_000), [10, 59]);
        assert_eq!(fees(2_501), [26, 103]);
    }

    #[test]
    fn crypto_is_the_default() {
        let code = |code, provider| Method::find(code, provider).map(|method| method.code);
        assert_eq!(code(None, None), Some("crypto"));
        assert_eq!(code(None, Some("stripe")), Some("card"));
        assert_eq!(code(Some("card"), Some("nowpayments")), None);
    }
}

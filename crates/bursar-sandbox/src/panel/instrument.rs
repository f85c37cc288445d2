//! Payment instruments on a hosted page: a test card or a PayPal account. The card number or the e-mail address
//! decides the outcome of a payment, like the test numbers of real payment systems.

use time::OffsetDateTime;

use super::payment::ReasonCode;

/// One of the two hosted payment systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaymentSystem {
    Card,
    Wallet,
}

impl PaymentSystem {
    pub(crate) const ALL: [Self; 2] = [Self::Card, Self::Wallet];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Card => "stripe",
            Self::Wallet => "paypal",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Card => "Card (Stripe)",
            Self::Wallet => "PayPal",
        }
    }
}

/// The outcome of a payment with an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Approve,
    Refuse(ReasonCode),
    /// The bank asks its customer to confirm first, on another page.
    Confirm,
    /// Processing first, approved after a delay.
    Slow,
    /// Processing until the control API settles the payment.
    Hang,
    Suspect,
}

#[derive(Clone, Debug)]
pub(crate) struct Instrument {
    pub(crate) system: PaymentSystem,
    pub(crate) brand: &'static str,
    pub(crate) last4: Option<String>,
    /// `2031-04`
    pub(crate) expires: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) page_outcome: Outcome,
    /// The outcome of later debits, once the instrument is saved.
    pub(crate) debit_outcome: Outcome,
}

/// A card number that decides the outcome of payments.
#[derive(Debug)]
pub(crate) struct TestCard {
    pub(crate) number: &'static str,
    brand: &'static str,
    page_outcome: Outcome,
    /// The outcome of debits, once the card is saved.
    debit_outcome: Outcome,
    /// For the hosted page.
    pub(crate) description: &'static str,
}

pub(crate) static TEST_CARDS: [TestCard; 10] = {
    use Outcome::{Approve, Confirm, Hang, Refuse, Slow, Suspect};
    [
        visa("4242424242424242", Approve, Approve, "succeeds"),
        TestCard {
            brand: "mastercard",
            ..visa("5555555555554444", Approve, Approve, "succeeds")
        },
        visa(
            "4000000000000002",
            Refuse(ReasonCode::Declined),
            Refuse(ReasonCode::Declined),
            "is declined",
        ),
        visa(
            "4000000000009995",
            Refuse(ReasonCode::InsufficientFunds),
            Refuse(ReasonCode::InsufficientFunds),
            "has insufficient funds",
        ),
        visa(
            "4000000000000069",
            Refuse(ReasonCode::MethodExpired),
            Refuse(ReasonCode::MethodExpired),
            "is reported as expired",
        ),
        visa(
            "4000000000003220",
            Confirm,
            Refuse(ReasonCode::ConfirmationFailed),
            "asks for confirmation; once saved, its debits fail without one",
        ),
        visa(
            "4000000000000341",
            Approve,
            Refuse(ReasonCode::Declined),
            "succeeds; once saved, its debits are declined",
        ),
        visa(
            "4000000000000077",
            Slow,
            Slow,
            "is processed for a while and then succeeds",
        ),
        visa(
            "4000000000000259",
            Hang,
            Hang,
            "hangs: no answer until the control API releases it",
        ),
        visa(
            "4100000000000019",
            Suspect,
            Suspect,
            "is suspected of fraud",
        ),
    ]
};

const fn visa(
    number: &'static str,
    page_outcome: Outcome,
    debit_outcome: Outcome,
    description: &'static str,
) -> TestCard {
    TestCard {
        number,
        brand: "visa",
        page_outcome,
        debit_outcome,
        description,
    }
}

impl TestCard {
    pub(crate) fn find(number: &str) -> Option<&'static Self> {
        TEST_CARDS.iter().find(|card| card.number == number)
    }

    pub(crate) fn instrument(&self, expires: String) -> Instrument {
        let last4 = self.number.len().saturating_sub(4);
        Instrument {
            system: PaymentSystem::Card,
            brand: self.brand,
            last4: self.number.get(last4..).map(str::to_owned),
            expires: Some(expires),
            email: None,
            page_outcome: self.page_outcome,
            debit_outcome: self.debit_outcome,
        }
    }
}

/// Parses a test card. The error is shown to the payer.
pub(crate) fn parse_card(
    number: &str,
    expiry: &str,
    cvc: &str,
    now: OffsetDateTime,
) -> Result<Instrument, &'static str> {
    let digits: String = number
        .chars()
        .filter(|character| !matches!(character, ' ' | '-'))
        .collect();
    if !(12..=19).contains(&digits.len()) || !passes_luhn(&digits) {
        return Err("The card number is not valid.");
    }
    let expires = parse_expiry(expiry, now)?;
    if !(3..=4).contains(&cvc.len()) || !cvc.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("The security code must be three digits.");
    }
    TestCard::find(&digits)
        .map(|card| card.instrument(expires))
        .ok_or("Only the test cards listed below work here.")
}

/// A PayPal account. The part of the address before the `@` decides the outcome.
pub(crate) fn wallet_account(email: &str) -> Option<Instrument> {
    let (name, host) = email.split_once('@')?;
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
    };
    if !plain(name) || !plain(host) || email.len() > 254 {
        return None;
    }
    let outcome = match name {
        "declined" => Outcome::Refuse(ReasonCode::Declined),
        "insufficient" => Outcome::Refuse(ReasonCode::InsufficientFunds),
        "hang" => Outcome::Hang,
        _ => Outcome::Approve,
    };
    Some(Instrument {
        system: PaymentSystem::Wallet,
        brand: "paypal",
        last4: None,
        expires: None,
        email: Some(email.to_owned()),
        page_outcome: outcome,
        debit_outcome: outcome,
    })
}

fn passes_luhn(digits: &str) -> bool {
    let mut sum = 0_u32;
    for (index, digit) in digits.chars().rev().enumerate() {
        let Some(digit) = digit.to_digit(10) else {
            return false;
        };
        let doubled = if index % 2 == 1 { digit * 2 } else { digit };
        sum += if doubled > 9 { doubled - 9 } else { doubled };
    }
    sum.is_multiple_of(10)
}

/// Parses `04 / 31`, `04/31` or `04/2031` into `2031-04`; refuses dates in the past.
fn parse_expiry(text: &str, now: OffsetDateTime) -> Result<String, &'static str> {
    const MALFORMED: &str = "The expiry date must be a month and a year, like 04 / 31.";
    let (month, year) = text.split_once('/').ok_or(MALFORMED)?;
    let month: u8 = month.trim().parse().map_err(|_| MALFORMED)?;
    let year: i32 = year.trim().parse().map_err(|_| MALFORMED)?;
    let year = if year < 100 { 2000 + year } else { year };
    if !(1..=12).contains(&month) || !(2000..=2099).contains(&year) {
        return Err(MALFORMED);
    }
    if (year, month) < (now.year(), u8::from(now.month())) {
        return Err("The card has expired.");
    }
    Ok(format!("{year}-{month:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-01-31 12:00 UTC);

    #[test]
    fn accepts_every_test_card() {
        for test_card in &TEST_CARDS {
            let card = parse_card(test_card.number, "04 / 31", "123", NOW).unwrap();
            assert_eq!(
                (card.brand, card.page_outcome, card.expires.as_deref()),
                (test_card.brand, test_card.page_outcome, Some("2031-04")),
                "{}",
                test_card.number
            );
        }
    }

    #[test]
    fn rejects_anything_but_test_cards() {
        for (number, expiry, cvc) in [
            ("4242424242424241", "04/31", "123"),
            ("4111111111111111", "04/31", "123"),
            ("4242424242424242", "12/25", "123"),
            ("4242424242424242", "13/31", "123"),
            ("4242424242424242", "04/31", "12"),
            ("", "", ""),
        ] {
            assert!(
                parse_card(number, expiry, cvc, NOW).is_err(),
                "{number} {expiry} {cvc}"
            );
        }
        assert!(wallet_account("nobody").is_none() && wallet_account("a@b<c").is_none());
    }
}

//! What must hold for everything that is accepted from a provider's answer.

use bursar_provider::fuzzing::ParsedValues;

pub fn check(taken: &ParsedValues) {
    let amounts = taken.payments.iter().map(|payment| &payment.amount);
    for amount in amounts.chain(&taken.amounts) {
        assert!(!amount.is_negative());
    }
    for payment in &taken.payments {
        assert!((1..=128).contains(&payment.id.len()) && payment.id.is_ascii());
    }
    for text in &taken.texts {
        assert!(text.chars().count() <= 200);
        assert!(
            !text
                .chars()
                .any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c))
        );
    }
}

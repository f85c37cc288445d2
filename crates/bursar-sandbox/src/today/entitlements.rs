//! Balances as today's API answers them: one entitlement for the prepaid balance, and one for promo credits where they
//! are an entitlement of their own.

use serde_json::{Value, json};

use super::ledger::{DebtForm, Ledger, PromoForm};
use super::usd;
use crate::clock::rfc3339;
use crate::console::state::{ConsoleState, User};

pub(crate) const BALANCE_KEY: &str = "usd-balance";
pub(crate) const PROMO_KEY: &str = "promo-credits";

/// All entitlements of a user.
pub(crate) fn all(console: &ConsoleState, user: &User) -> Vec<Value> {
    let mut all = vec![balance(console, user)];
    let ledger = console.today.ledger(user.id);
    all.extend(ledger.and_then(|ledger| promo(ledger, user)));
    all
}

/// The prepaid balance.
pub(crate) fn balance(console: &ConsoleState, user: &User) -> Value {
    let ledger = console.today.ledger(user.id);
    let (debt, deposited, daily) = ledger.map_or((0, 0, 0), |ledger| {
        (ledger.debt(), ledger.deposited(), ledger.daily_cost())
    });
    let form = ledger.map_or(DebtForm::default(), |ledger| ledger.debt_form);
    let (shown, overage) = match form {
        DebtForm::Overage => (0, debt),
        DebtForm::Negative => (-usd::signed(debt), 0),
    };
    let prepaid = ledger.map_or(0, |ledger| ledger.prepaid().max(0));
    let promo = ledger
        .filter(|ledger| ledger.promo_form == PromoForm::Balance)
        .map_or(0, Ledger::promo_left);
    let spendable = prepaid + usd::signed(promo);
    let own = if spendable > 0 { spendable } else { shown };
    let balance = user.balance_override.map_or(own, usd::signed);
    let paid_by_promo = ledger
        .filter(|ledger| ledger.promo_form != PromoForm::Balance)
        .map_or(0, Ledger::promo_spent);
    let usage = console.total_charged(user.id).saturating_sub(paid_by_promo);
    json!({
        "balance": usd::format(balance), "usage": usd::format_unsigned(usage),
        "estimatedUsage": usd::format_unsigned(daily), "overage": usd::format_unsigned(overage),
        "totalDepositedAmount": usd::format_unsigned(deposited), "usageDaysLeft": days_left(ledger, user),
        "userId": user.id, "featureKey": BALANCE_KEY,
    })
}

/// The days that all spendable money lasts; None when nothing costs anything.
pub(crate) fn days_left(ledger: Option<&Ledger>, user: &User) -> Option<u16> {
    let days = ledger.and_then(|ledger| {
        let spendable = ledger.prepaid() + usd::signed(ledger.promo_left());
        spendable
            .max(0)
            .unsigned_abs()
            .checked_div(ledger.daily_cost())
    });
    let days = days.map(|days| u16::try_from(days).unwrap_or(u16::MAX));
    user.days_left_override.or(days)
}

/// The promo credits, if they are an entitlement of their own and the user ever had some.
fn promo(ledger: &Ledger, user: &User) -> Option<Value> {
    let granted = ledger.promos.granted();
    if granted == 0 || ledger.promo_form == PromoForm::Balance {
        return None;
    }
    let mut value = json!({
        "balance": usd::format_unsigned(ledger.promo_left()), "usage": usd::format_unsigned(ledger.promo_spent()),
        "estimatedUsage": "0.00", "overage": "0.00", "totalDepositedAmount": usd::format_unsigned(granted),
        "usageDaysLeft": null, "userId": user.id, "featureKey": PROMO_KEY,
    });
    if ledger.promo_form == PromoForm::EntitlementWithExpiry
        && let Some(fields) = value.as_object_mut()
    {
        let expiry = ledger.promo_expiry().map(rfc3339);
        fields.insert("expiresAt".to_owned(), json!(expiry));
    }
    Some(value)
}

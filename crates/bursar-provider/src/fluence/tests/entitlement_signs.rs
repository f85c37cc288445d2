//! Whole answers about entitlements, with every combination of signs: each figure is shown, unknown or named as odd.

use super::*;
use crate::fluence::wire;
use crate::response_fields::UnreadableParts;
use bursar_domain::api_balance::{ApiBalance, Entitlement};
use bursar_domain::money::Currency;
use proptest::prelude::*;
use std::cmp::Ordering;

/// One number of an answer as it is written, `None` where the field is missing.
type Written = Option<String>;

/// The fields of an entitlement that are numbers.
#[derive(Clone, Debug)]
struct Figures {
    balance: String,
    overage: Written,
    estimated_usage: Written,
    usage: Written,
    deposited: Written,
    /// As JSON.
    days_left: Option<String>,
}

impl Figures {
    /// The entitlement as the API writes it.
    fn to_json(&self, key: &str) -> String {
        let text = |name: &str, value: &Written| {
            let field = |value| format!(r#","{name}":"{value}""#);
            value.as_ref().map(field).unwrap_or_default()
        };
        let days = self.days_left.as_ref();
        let days = days.map(|days| format!(r#","usageDaysLeft":{days}"#));
        format!(
            r#"{{"featureKey":"{key}","userId":"u","balance":"{}"{}{}{}{}{}}}"#,
            self.balance,
            text("overage", &self.overage),
            text("estimatedUsage", &self.estimated_usage),
            text("usage", &self.usage),
            text("totalDepositedAmount", &self.deposited),
            days.unwrap_or_default(),
        )
    }
}

/// A number below, at or above zero, in one of the forms of a decimal string.
fn signed() -> impl Strategy<Value = String> {
    let digits = prop_oneof![
        Just("0".to_owned()),
        Just("0.00".to_owned()),
        Just("0.000000000000000001".to_owned()),
        Just("1000000000000".to_owned()),
        (0_u32..100_000, 0_u32..100).prop_map(|(whole, cents)| format!("{whole}.{cents:02}")),
    ];
    (any::<bool>(), digits).prop_map(|(negative, digits)| {
        let sign = if negative { "-" } else { "" };
        format!("{sign}{digits}")
    })
}

fn figures() -> impl Strategy<Value = Figures> {
    let maybe = || proptest::option::weighted(0.8, signed());
    let days = prop_oneof![
        Just("null".to_owned()),
        Just("-1".to_owned()),
        Just("0".to_owned()),
        Just("365".to_owned()),
        Just("4294967296".to_owned()),
    ];
    let days = proptest::option::of(days);
    (signed(), maybe(), maybe(), maybe(), maybe(), days).prop_map(
        |(balance, overage, estimated_usage, usage, deposited, days_left)| Figures {
            balance,
            overage,
            estimated_usage,
            usage,
            deposited,
            days_left,
        },
    )
}

fn unit() -> Currency {
    Currency::new("USD").unwrap()
}

fn usd(text: &str) -> Amount {
    Amount::parse_decimal(text, unit()).unwrap()
}

fn sign(amount: &Amount) -> Ordering {
    amount
        .compare(&Amount::zero(amount.currency().clone()))
        .unwrap()
}

/// What is read from these entitlements, and what is named as odd.
fn read(entitlements: &[(&str, &Figures)], key: Option<&str>) -> (ApiBalance, String) {
    let written = entitlements
        .iter()
        .map(|(key, figures)| figures.to_json(key));
    let body = format!("[{}]", written.collect::<Vec<_>>().join(","));
    let mut unreadable = UnreadableParts::default();
    let read = wire::balance(body.as_bytes(), key, &unit(), &mut unreadable);
    let named = unreadable.into_errors();
    let named: Vec<_> = named.iter().map(|error| error.detail.to_string()).collect();
    (read.unwrap(), named.join("\n"))
}

proptest! {
    #[test]
    fn every_figure_is_shown_or_named(figures in figures()) {
        let (shown, named) = read(&[("usd-balance", &figures)], None);
        let balance = usd(&figures.balance);
        let overage = figures.overage.as_deref().map(usd);

        // The balance is shown as money or as a debt, never as a negative amount.
        prop_assert_ne!(sign(&shown.balance), Ordering::Less);
        match sign(&balance) {
            Ordering::Greater => {
                prop_assert_eq!(&shown.balance, &balance);
                prop_assert_eq!(&shown.owed, &None);
            }
            Ordering::Equal | Ordering::Less => prop_assert!(shown.balance.is_zero()),
        }
        let largest_debt = [Some(balance.clone()), overage.as_ref().and_then(|overage| {
            Amount::zero(unit()).checked_sub(overage)
        })];
        let largest_debt = largest_debt.into_iter().flatten().filter_map(|figure| {
            (sign(&figure) == Ordering::Less).then(|| figure.checked_abs().unwrap())
        });
        let largest_debt = largest_debt.max_by(|one, other| one.compare(other).unwrap());
        if sign(&balance) != Ordering::Greater {
            prop_assert_eq!(&shown.owed, &largest_debt);
        }

        // An overage that is neither shown nor part of the debt is named, and nothing else of it is.
        let is_odd = overage.as_ref().is_some_and(|overage| match (sign(overage), sign(&balance)) {
            (Ordering::Equal, _) | (Ordering::Greater, Ordering::Equal) => false,
            (Ordering::Less, _) | (_, Ordering::Greater) => true,
            (Ordering::Greater, Ordering::Less) => *overage != balance.checked_abs().unwrap(),
        });
        prop_assert_eq!(named.contains("overage"), is_odd, "{}", named);

        // The usage is shown where it can be one. Missing is unknown, and below zero is odd: neither is zero.
        let usage = figures.estimated_usage.as_deref().map(usd);
        let possible = usage.clone().filter(|usage| !usage.is_negative());
        prop_assert_eq!(&shown.daily_usage, &possible);
        prop_assert_eq!(named.contains("estimatedUsage"), possible.is_none(), "{}", named);
        let days = figures.days_left.as_deref();
        let expected = days.and_then(|days| days.parse::<u32>().ok());
        prop_assert_eq!(shown.days_left, expected);
        let is_odd = expected.is_none() && days.is_some_and(|days| days != "null");
        prop_assert_eq!(named.contains("usageDaysLeft"), is_odd, "{}", named);

        // What is not shown changes nothing.
        let without = Figures { usage: None, deposited: None, ..figures.clone() };
        prop_assert_eq!(read(&[("usd-balance", &without)], None), (shown.clone(), named));
        let amounts = [Some(&shown.balance), shown.owed.as_ref(), shown.daily_usage.as_ref()];
        prop_assert!(amounts.into_iter().flatten().all(|amount| *amount.currency() == unit()));
    }

    #[test]
    fn entitlements_are_never_added(
        balance in figures(), promo in figures(), other in figures(), is_named in any::<bool>(),
    ) {
        let key = is_named.then_some("usd-balance");
        let (alone, _) = read(&[("usd-balance", &balance)], None);
        let mut all = vec![("promo-credits", &promo), ("usd-balance", &balance)];
        if is_named {
            all.push(("storage", &other));
        }
        let (shown, named) = read(&all, key);
        let further = shown.entitlements.clone();
        prop_assert_eq!(&ApiBalance { entitlements: Vec::new(), ..shown }, &alone);

        // Each of the others has a line of its own, which is negative where it is overdrawn.
        let keys: Vec<&str> = all.iter().map(|(key, _)| *key).filter(|key| *key != "usd-balance").collect();
        let names: Vec<&str> = further.iter().map(|line| line.name.as_str()).collect();
        prop_assert_eq!(names, keys, "{}", named);
        for (Entitlement { amount, .. }, (_, figures)) in
            further.iter().zip(all.iter().filter(|(key, _)| *key != "usd-balance"))
        {
            let (of_it, _) = read(&[("usd-balance", figures)], None);
            match &of_it.owed {
                Some(owed) => prop_assert_eq!(&amount.checked_abs().unwrap(), owed),
                None => prop_assert_eq!(amount, &of_it.balance),
            }
            prop_assert_eq!(amount.is_negative(), of_it.owed.is_some());
        }
    }

    #[test]
    fn balance_that_cannot_be_read_is_an_error(
        figures in figures(), wrong in prop_oneof![Just(""), Just("--1"), Just("1e3"), Just("NaN"), Just("1000000000001")],
    ) {
        let figures = Figures { balance: wrong.to_owned(), ..figures };
        let body = format!("[{}]", figures.to_json("usd-balance"));
        let read = wire::balance(body.as_bytes(), None, &unit(), &mut UnreadableParts::default());
        prop_assert_eq!(read.unwrap_err().code, Code::AnswerMalformed);
    }
}

//! What a customer buys: services paid for months ahead, migration orders, servers paid from the balance day by day,
//! and the list of expenses.

use serde_json::{Value, json};
use time::{Date, OffsetDateTime};

use super::currency::Currency;
use super::payment::Server;
use crate::clock::rfc3339;

/// A service that is paid for months ahead.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) tariff: String,
    /// The price of one month, in minor units.
    pub(crate) monthly: u64,
    pub(crate) due_at: OffsetDateTime,
}

/// A migration that was ordered and awaits payment.
#[derive(Clone, Debug)]
pub(crate) struct Migration {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) ordered_at: OffsetDateTime,
    pub(crate) server: Server,
    pub(crate) monthly: u64,
}

/// A server that is paid from the balance, day by day.
#[derive(Clone, Debug)]
pub(crate) struct RunningServer {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) tariff: String,
    pub(crate) daily: u64,
    pub(crate) discount: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Expense {
    pub(crate) date: Date,
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) tariff: String,
    /// After the discount.
    pub(crate) minor: u64,
    pub(crate) discount: u64,
}

/// A period that can be paid ahead, and its discount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) id: &'static str,
    pub(crate) months: u32,
    name: &'static str,
    percent_off: u64,
}

pub(crate) const PERIODS: [Period; 4] = [
    Period {
        id: "1m",
        months: 1,
        name: "1 month",
        percent_off: 0,
    },
    Period {
        id: "3m",
        months: 3,
        name: "3 months",
        percent_off: 3,
    },
    Period {
        id: "6m",
        months: 6,
        name: "6 months",
        percent_off: 6,
    },
    Period {
        id: "12m",
        months: 12,
        name: "1 year",
        percent_off: 10,
    },
];

impl Period {
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        PERIODS.into_iter().find(|period| period.id == id)
    }

    /// The price for the period at that monthly price, and the discount.
    pub(crate) fn price(self, monthly: u64) -> (u64, u64) {
        let full = monthly.saturating_mul(u64::from(self.months));
        let discount = full.saturating_mul(self.percent_off) / 100;
        (full - discount, discount)
    }

    fn to_json(self, currency: Currency, monthly: u64, from: OffsetDateTime) -> Value {
        json!({
            "id": self.id, "months": self.months, "name": self.name,
            "price": currency.money_json(self.price(monthly).0), "until": rfc3339(add_months(from, self.months)),
        })
    }
}

fn periods_json(currency: Currency, monthly: u64, from: OffsetDateTime) -> Vec<Value> {
    PERIODS
        .iter()
        .map(|period| period.to_json(currency, monthly, from))
        .collect()
}

impl Service {
    pub(crate) fn to_json(&self, currency: Currency) -> Value {
        json!({
            "id": self.id, "name": self.name, "tariff": self.tariff, "due_at": rfc3339(self.due_at),
            "periods": periods_json(currency, self.monthly, self.due_at),
        })
    }
}

impl Migration {
    /// The periods start on the day of `now`, without the time, so that the response stays the same all day.
    pub(crate) fn to_json(&self, currency: Currency, now: OffsetDateTime) -> Value {
        json!({
            "id": self.id, "number": self.number, "ordered_at": rfc3339(self.ordered_at),
            "server": self.server.to_json(),
            "periods": periods_json(currency, self.monthly, now.replace_time(time::Time::MIDNIGHT)),
        })
    }
}

impl Expense {
    pub(crate) fn to_json(&self, currency: Currency, id: &str) -> Value {
        json!({
            "id": id, "date": self.date.to_string(), "service": {"id": self.service, "name": self.name},
            "tariff": self.tariff, "amount": currency.money_json(self.minor), "discount": currency.money_json(self.discount),
        })
    }
}

/// The same day in a later month, or that month's last day.
pub(crate) fn add_months(from: OffsetDateTime, months: u32) -> OffsetDateTime {
    let mut date = from.date();
    let day = date.day();
    for _ in 0..months {
        let month = date.month().next();
        let year = date.year() + i32::from(month == time::Month::January);
        date = Date::from_calendar_date(year, month, 1).unwrap_or(date);
    }
    let last = date.month().length(date.year());
    from.replace_date(date.replace_day(day.min(last)).unwrap_or(date))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn add_months_clamps_to_the_last_day() {
        assert_eq!(
            add_months(datetime!(2026-01-31 10:00 UTC), 1),
            datetime!(2026-02-28 10:00 UTC)
        );
        assert_eq!(
            add_months(datetime!(2026-01-31 10:00 UTC), 12),
            datetime!(2027-01-31 10:00 UTC)
        );
        assert_eq!(
            add_months(datetime!(2026-11-30 00:00 UTC), 3),
            datetime!(2027-02-28 00:00 UTC)
        );
    }

    #[test]
    fn longer_periods_have_larger_discounts() {
        assert_eq!(
            PERIODS.map(|period| period.price(2000).0),
            [2000, 5820, 11_280, 21_600]
        );
    }
}

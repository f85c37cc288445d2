//! When an account's API key expires. No API reports it, so it is the day that the user has entered.

use crate::clock::{Span, Timestamp};
use crate::error::{AccountDetail, Code, Error, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// How many days before the expiry the user is warned.
const WARNING_DAYS: [u32; 2] = [7, 1];

/// The day in UTC on which a key expires. The key may stop working at any time of that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpiryDate {
    /// The day's first moment.
    start: Timestamp,
}

impl ExpiryDate {
    /// Reads `YYYY-MM-DD`. Spaces around it are ignored.
    ///
    /// # Errors
    /// `usage` for any other text, and for a day that does not exist.
    pub fn parse(text: &str) -> Result<Self> {
        Self::of(text.trim())
            .ok_or_else(|| Error::new(Code::Usage, AccountDetail::KeyExpiryMalformed))
    }

    fn of(text: &str) -> Option<Self> {
        let start = Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z"))?;
        (start.date() == text).then_some(Self { start })
    }

    /// Whole days from today to the day of expiry, in UTC: 0 on that day, negative after it.
    pub fn days_left(self, now: Timestamp) -> i64 {
        let day = |at: Timestamp| at.0.div_euclid(Span::days(1).0);
        day(self.start).saturating_sub(day(now))
    }

    /// The day of expiry has ended.
    pub fn is_over(self, now: Timestamp) -> bool {
        self.days_left(now) < 0
    }

    /// The first moment of the day that is this many days before the day of expiry.
    fn days_before(self, days: u32) -> Timestamp {
        self.start.minus(Span::days(i64::from(days)))
    }
}

/// When an account's key expires, as the user entered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyExpiry {
    pub date: ExpiryDate,
    pub entered_at: Timestamp,
}

impl KeyExpiry {
    /// Reads what the user entered beside a key: `None` for an empty text. A date that stands there already (`known`) is kept as
    /// it is, even when its day has passed.
    ///
    /// # Errors
    /// `usage` as [`ExpiryDate::parse`], and for another day that is over.
    pub fn entered(
        text: Option<&str>,
        known: Option<Self>,
        now: Timestamp,
    ) -> Result<Option<Self>> {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            return Ok(None);
        };
        let date = ExpiryDate::parse(text)?;
        if let Some(known) = known.filter(|known| known.date == date) {
            return Ok(Some(known));
        }
        if date.is_over(now) {
            return Err(Error::new(Code::Usage, AccountDetail::KeyExpiryOver));
        }
        let entered_at = now;
        Ok(Some(Self { date, entered_at }))
    }

    /// The last warning that is due: its number of days before the expiry. One that was due before the date was entered is
    /// left out, because the user knew it then. There is none once the day is over: the provider's answer says the rest.
    pub fn due_warning(&self, now: Timestamp) -> Option<u32> {
        if self.date.is_over(now) {
            return None;
        }
        let is_due = |days: &u32| {
            let at = self.date.days_before(*days);
            at <= now && at > self.entered_at
        };
        WARNING_DAYS.into_iter().filter(is_due).min()
    }

    /// The expiry is so near that a warning may have been given.
    pub fn is_soon(&self, now: Timestamp) -> bool {
        let [first, _] = WARNING_DAYS;
        self.date.days_left(now) <= i64::from(first)
    }
}

/// `YYYY-MM-DD`.
impl fmt::Display for ExpiryDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start.date())
    }
}

impl Serialize for ExpiryDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ExpiryDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::of(&text).ok_or_else(|| serde::de::Error::custom("not a date"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn date(text: &str) -> ExpiryDate {
        ExpiryDate::parse(text).unwrap()
    }

    #[test]
    fn only_existing_days_are_read() {
        for text in ["2026-12-31", " 2028-02-29\n"] {
            assert_eq!(date(text).to_string(), text.trim());
        }
        for text in [
            "",
            "2026-02-29",
            "2026-13-01",
            "31.12.2026",
            "2026-1-2",
            "2026-12-31T00:00:00Z",
            "２０２６-12-31",
            "+2026-12-31",
        ] {
            assert!(ExpiryDate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn days_are_those_of_utc() {
        let expiry = date("2026-03-01");
        for (now, days) in [
            ("2026-02-21T23:59:59Z", 8),
            ("2026-02-22T00:00:00Z", 7),
            ("2026-02-28T23:59:59.999Z", 1),
            ("2026-03-01T00:00:00Z", 0),
            ("2026-03-01T23:59:59Z", 0),
            ("2026-03-02T00:00:00Z", -1),
        ] {
            assert_eq!(expiry.days_left(at(now)), days, "{now}");
            assert_eq!(expiry.is_over(at(now)), days < 0);
        }
    }

    #[test]
    fn day_that_is_over_is_accepted_only_if_it_stands_there_already() {
        let now = at("2026-03-01T23:59:59Z");
        let entered = |text, known| KeyExpiry::entered(text, known, now);
        let today = entered(Some("2026-03-01"), None).unwrap();
        assert_eq!(today.map(|expiry| expiry.entered_at), Some(now));
        let refused = entered(Some("2026-02-28"), today).unwrap_err();
        assert_eq!(refused.detail, AccountDetail::KeyExpiryOver.into());
        let old = KeyExpiry {
            date: date("2026-02-28"),
            entered_at: at("2026-01-01T00:00:00Z"),
        };
        assert_eq!(entered(Some(" 2026-02-28"), Some(old)).unwrap(), Some(old));
        assert_eq!(entered(Some(" "), Some(old)).unwrap(), None);
        assert_eq!(entered(None, Some(old)).unwrap(), None);
    }

    #[test]
    fn warnings_that_were_due_when_the_date_was_entered_are_left_out() {
        let expiry = |entered_at| KeyExpiry {
            date: date("2026-03-01"),
            entered_at: at(entered_at),
        };
        for (entered, now, warning) in [
            ("2026-01-01T00:00:00Z", "2026-02-21T23:59:59Z", None),
            ("2026-01-01T00:00:00Z", "2026-02-22T00:00:00Z", Some(7)),
            ("2026-01-01T00:00:00Z", "2026-02-28T00:00:00Z", Some(1)),
            ("2026-01-01T00:00:00Z", "2026-03-01T23:59:59Z", Some(1)),
            ("2026-01-01T00:00:00Z", "2026-03-02T00:00:00Z", None),
            ("2026-02-22T00:00:00Z", "2026-02-24T00:00:00Z", None),
            ("2026-02-24T00:00:00Z", "2026-02-28T00:00:00Z", Some(1)),
            ("2026-02-28T09:00:00Z", "2026-02-28T10:00:00Z", None),
        ] {
            assert_eq!(
                expiry(entered).due_warning(at(now)),
                warning,
                "{entered} {now}"
            );
        }
        assert!(expiry("2026-01-01T00:00:00Z").is_soon(at("2026-02-22T00:00:00Z")));
        assert!(!expiry("2026-01-01T00:00:00Z").is_soon(at("2026-02-21T23:59:59Z")));
    }
}

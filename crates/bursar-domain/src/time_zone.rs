//! The time zone that decides when the user's days begin and end. A day has 23 or 25 hours when a clock change falls on
//! it.

use crate::clock::Timestamp;
use jiff::civil::Date;
use jiff::tz;

/// A time zone. The system's zone is queried again each time, because a machine may travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZone(tz::TimeZone);

impl TimeZone {
    pub const UTC: Self = Self(tz::TimeZone::UTC);

    /// The time zone that the machine is set to; UTC if none is set.
    pub fn of_system() -> Self {
        Self(tz::TimeZone::system())
    }

    /// The zone with this name in the system's database, such as `Europe/Berlin`.
    pub fn named(name: &str) -> Option<Self> {
        tz::TimeZone::get(name).ok().map(Self)
    }

    /// The start of this day (`YYYY-MM-DD`) and the start of the next one; `None` unless `date` is a valid date of the
    /// years 1 to 9998.
    pub fn day(&self, date: &str) -> Option<(Timestamp, Timestamp)> {
        let has_form = date.len() == 10 && date.as_bytes().get(4) == Some(&b'-');
        let date: Date = date.parse().ok().filter(|_| has_form)?;
        Some((self.begin(date)?, self.begin(date.tomorrow().ok()?)?))
    }

    /// The date (`YYYY-MM-DD`) of this instant.
    pub fn date(&self, at: Timestamp) -> String {
        match jiff::Timestamp::from_millisecond(at.0) {
            Ok(at) => at.to_zoned(self.0.clone()).date().to_string(),
            Err(_) => at.date(),
        }
    }

    /// The first instant of a day. If a clock change skips midnight, the day begins right after the gap; if midnight
    /// occurs twice, the day begins at the first one.
    fn begin(&self, date: Date) -> Option<Timestamp> {
        let begin = date.to_zoned(self.0.clone()).ok()?;
        Some(Timestamp(begin.timestamp().as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Span;

    fn length(zone: &str, date: &str) -> i64 {
        let (begin, end) = TimeZone::named(zone).unwrap().day(date).unwrap();
        end.since(begin).0 / Span::hours(1).0
    }

    #[test]
    fn day_is_as_long_as_its_time_zone_says() {
        for (zone, date, hours) in [
            ("Europe/Berlin", "2026-03-28", 24),
            ("Europe/Berlin", "2026-03-29", 23),
            ("Europe/Berlin", "2026-10-25", 25),
            ("America/New_York", "2026-03-08", 23),
            ("America/New_York", "2026-11-01", 25),
            // Beirut skips midnight; Havana has midnight twice.
            ("Asia/Beirut", "2026-03-29", 23),
            ("America/Havana", "2026-11-01", 25),
            // When the clocks go back at midnight, the day that ends has the hour twice.
            ("America/Sao_Paulo", "2018-02-17", 25),
            ("America/Sao_Paulo", "2018-11-04", 23),
            ("Asia/Kolkata", "2026-03-29", 24),
        ] {
            assert_eq!(length(zone, date), hours, "{zone} {date}");
        }
    }

    #[test]
    fn days_follow_without_gap() {
        for zone in [
            "UTC",
            "Europe/Berlin",
            "Asia/Beirut",
            "America/Havana",
            "Pacific/Apia",
            "Asia/Kathmandu",
        ] {
            let zone = TimeZone::named(zone).unwrap();
            let mut date = "2011-12-01".to_owned();
            for _ in 0..500 {
                let (begin, end) = zone.day(&date).unwrap();
                let next = zone.date(end);
                assert_eq!(zone.date(begin), date);
                assert_eq!(zone.date(Timestamp(end.0 - 1)), date);
                date = next;
            }
        }
    }

    #[test]
    fn rejects_invalid_dates() {
        for text in [
            "",
            "2026-1-1",
            "2026-02-30",
            "31.1.2026",
            "2026-01-31T00",
            "20260131xx",
            "-02026-1-",
            "2026-01-3１",
        ] {
            assert_eq!(TimeZone::UTC.day(text), None, "{text}");
        }
        let (begin, end) = TimeZone::UTC.day("2026-01-31").unwrap();
        assert_eq!(
            (begin.to_string(), end.since(begin)),
            ("2026-01-31T00:00:00Z".into(), Span::days(1))
        );
    }
}

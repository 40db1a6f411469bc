//! Days as the ministry counts them.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

/// Georgia has kept UTC+4 all year since 2005.
const TBILISI: Duration = Duration::hours(4);

/// The day in Tbilisi at this instant.
pub fn day(at: DateTime<Utc>) -> NaiveDate {
    (at + TBILISI).date_naive()
}

/// The instant at which `day` is over in Tbilisi.
pub fn end_of(day: NaiveDate) -> DateTime<Utc> {
    (day + Duration::days(1)).and_time(NaiveTime::MIN).and_utc() - TBILISI
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_tbilisi() {
        let end = end_of("2026-03-02".parse().unwrap());
        assert_eq!(end.to_rfc3339(), "2026-03-02T20:00:00+00:00");
        assert_eq!(day(end).to_string(), "2026-03-03");
        assert_eq!(day(end - Duration::seconds(1)).to_string(), "2026-03-02");
    }
}

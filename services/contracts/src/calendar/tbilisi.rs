//! Days as the ministry counts them.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

/// Georgia has kept UTC+4 all year since 2005.
const AHEAD: Duration = Duration::hours(4);

/// The day in Tbilisi at this instant.
pub fn day(at: DateTime<Utc>) -> NaiveDate {
    (at + AHEAD).date_naive()
}

/// The instant at which `day` begins in Tbilisi.
pub fn midnight_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() - AHEAD
}

/// When the offices open on `day`.
pub fn morning_of(day: NaiveDate) -> DateTime<Utc> {
    midnight_of(day) + Duration::hours(9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_and_its_work_at_nine_in_tbilisi() {
        let monday = "2026-03-02".parse().unwrap();
        assert_eq!(morning_of(monday).to_rfc3339(), "2026-03-02T05:00:00+00:00");
        assert_eq!(day(midnight_of(monday)), monday);
        assert_eq!(day(midnight_of(monday) - Duration::seconds(1)).to_string(), "2026-03-01");
    }
}

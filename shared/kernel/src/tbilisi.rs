//! Days as the ministry counts them: from midnight to midnight in Tbilisi.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

/// Georgia has kept UTC+4 all year since 2005.
const AHEAD: Duration = Duration::hours(4);

/// The day in Tbilisi at this instant.
pub fn day(at: DateTime<Utc>) -> NaiveDate {
    (at + AHEAD).date_naive()
}

/// The instant at which `day` begins in Tbilisi.
pub fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() - AHEAD
}

/// The instant at which `day` is over in Tbilisi.
pub fn end_of(day: NaiveDate) -> DateTime<Utc> {
    start_of(day) + Duration::days(1)
}

/// When the offices open on `day`.
pub fn morning_of(day: NaiveDate) -> DateTime<Utc> {
    start_of(day) + Duration::hours(9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_at_midnight_in_tbilisi() {
        let monday = "2026-03-02".parse().unwrap();
        assert_eq!(start_of(monday).to_rfc3339(), "2026-03-01T20:00:00+00:00");
        assert_eq!(day(start_of(monday)), monday);
        assert_eq!(day(end_of(monday)).to_string(), "2026-03-03");
        assert_eq!(day(end_of(monday) - Duration::seconds(1)), monday);
        assert_eq!(morning_of(monday).to_rfc3339(), "2026-03-02T05:00:00+00:00");
    }
}

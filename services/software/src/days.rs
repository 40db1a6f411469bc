//! Days as the ministry counts them.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

/// Georgia has kept UTC+4 all year since 2005.
const TBILISI: Duration = Duration::hours(4);

/// The day in Tbilisi at this instant.
pub fn day(at: DateTime<Utc>) -> NaiveDate {
    (at + TBILISI).date_naive()
}

/// When the working day of `day` begins in Tbilisi.
pub fn morning_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + Duration::hours(9) - TBILISI
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_at_midnight_and_the_work_at_nine_in_tbilisi() {
        let morning = morning_of("2026-03-02".parse().unwrap());
        assert_eq!(morning.to_rfc3339(), "2026-03-02T05:00:00+00:00");
        assert_eq!(day(morning - Duration::hours(9)).to_string(), "2026-03-02");
        assert_eq!(day(morning - Duration::hours(10)).to_string(), "2026-03-01");
    }
}

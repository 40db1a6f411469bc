//! The end of a contract: when it is announced, and how far it is renewed.

use chrono::{DateTime, Days, NaiveDate, Utc};
use event_store::Deadline;
use serde::{Deserialize, Serialize};

use crate::calendar::term::add_months;
use kernel::tbilisi::{morning_of, start_of};

/// So many days before its end a contract's expiry is announced, at the opening of the offices.
pub const ANNOUNCED_BEFORE: [i64; 4] = [90, 60, 30, 7];

const PREFIX: &str = "expiry-";

/// The end that is in force, and what was already said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiry {
    pub ends_on: NaiveDate,
    /// The end that was agreed; tacit renewals count from here, so that month ends do not creep.
    pub agreed_end: NaiveDate,
    /// How often it was renewed since.
    pub renewals: u32,
    /// The day on which this end became known: what should have been announced before is not made up for.
    pub known_on: NaiveDate,
    /// Which of [`ANNOUNCED_BEFORE`] are done.
    pub announced: Vec<i64>,
    /// The end has come, and nothing renewed it.
    pub over: bool,
}

impl Expiry {
    pub fn agreed(ends_on: NaiveDate, known_on: NaiveDate) -> Self {
        Self { ends_on, agreed_end: ends_on, renewals: 0, known_on, announced: vec![], over: false }
    }

    pub fn renewed(&self, ends_on: NaiveDate, renewals: u32, known_on: NaiveDate) -> Self {
        Self { agreed_end: self.agreed_end, renewals, ..Self::agreed(ends_on, known_on) }
    }

    pub fn days_left(&self, today: NaiveDate) -> i64 {
        (self.ends_on - today).num_days()
    }

    /// One for each announcement that is still to come.
    pub fn announcements(&self) -> Vec<Deadline> {
        let waiting = ANNOUNCED_BEFORE.iter().filter(|days| self.awaits(**days));
        waiting.filter_map(|days| Some(Deadline::new(format!("{PREFIX}{days}"), self.announced_at(*days)?))).collect()
    }

    fn awaits(&self, days: i64) -> bool {
        let known_in_time = self.announced_on(days).is_some_and(|on| on >= self.known_on);
        !self.over && known_in_time && !self.announced.contains(&days)
    }

    fn announced_on(&self, days: i64) -> Option<NaiveDate> {
        self.ends_on.checked_sub_days(Days::new(days.unsigned_abs()))
    }

    fn announced_at(&self, days: i64) -> Option<DateTime<Utc>> {
        self.announced_on(days).map(morning_of)
    }

    /// Whether this announcement is due: the deadline exists and the end has not passed.
    pub fn is_due(&self, days: i64, today: NaiveDate) -> bool {
        self.awaits(days) && (0..=days).contains(&self.days_left(today))
    }

    /// With so many days left this and all earlier announcements are done: after an outage one is enough.
    pub fn announce(&mut self, days_left: i64) {
        self.announced =
            ANNOUNCED_BEFORE.into_iter().filter(|days| *days >= days_left || self.announced.contains(days)).collect();
    }

    /// When the end is over, at midnight.
    pub fn end(&self) -> Option<DateTime<Utc>> {
        let next = self.ends_on.succ_opt().filter(|_| !self.over)?;
        Some(start_of(next))
    }

    /// The first end that `months` at a time reach from the agreed one and that is not before `today`, with the number of renewals.
    pub fn next_end(&self, months: u32, today: NaiveDate) -> Option<(NaiveDate, u32)> {
        let mut ends = (self.renewals + 1..)
            .map_while(|count| Some((add_months(self.agreed_end, months.checked_mul(count)?)?, count)));
        ends.find(|(end, _)| *end >= today && *end > self.ends_on)
    }
}

/// The announcement that a deadline stands for.
pub fn days_of(deadline: &str) -> Option<i64> {
    let days = deadline.strip_prefix(PREFIX)?.parse().ok()?;
    ANNOUNCED_BEFORE.contains(&days).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_end_is_announced_at_nine_in_tbilisi() {
        let expiry = Expiry::agreed(day("2026-12-31"), day("2026-01-01"));
        let due: Vec<_> =
            expiry.announcements().iter().map(|one| format!("{} {}", one.name, one.due_at.to_rfc3339())).collect();
        let expected = [
            "expiry-90 2026-10-02T05:00:00+00:00",
            "expiry-60 2026-11-01T05:00:00+00:00",
            "expiry-30 2026-12-01T05:00:00+00:00",
            "expiry-7 2026-12-24T05:00:00+00:00",
        ];
        assert_eq!(due, expected);
    }

    #[test]
    fn what_should_have_been_announced_before_it_was_known_is_not_made_up_for() {
        let expiry = Expiry::agreed(day("2026-12-31"), day("2026-12-01"));
        assert_eq!(
            expiry.announcements().iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
            ["expiry-30", "expiry-7"]
        );
    }

    #[test]
    fn after_an_outage_one_announcement_is_enough() {
        let mut expiry = Expiry::agreed(day("2026-12-31"), day("2026-01-01"));
        expiry.announce(25);
        assert_eq!(expiry.announced, [90, 60, 30]);
        assert_eq!(expiry.announcements().len(), 1);
        assert!(!expiry.is_due(7, day("2026-12-23")) && expiry.is_due(7, day("2026-12-24")));
    }

    #[test]
    fn renewed_month_by_month_it_ends_with_each_month() {
        let mut expiry = Expiry::agreed(day("2026-01-31"), day("2025-01-01"));
        let mut ends = vec![];
        for _ in 0..4 {
            let (end, renewals) = expiry.next_end(1, expiry.ends_on.succ_opt().unwrap()).unwrap();
            expiry = expiry.renewed(end, renewals, end);
            ends.push(end.to_string());
        }
        assert_eq!(ends, ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]);
    }

    #[test]
    fn years_of_outage_are_renewed_at_once() {
        let expiry = Expiry::agreed(day("2028-02-29"), day("2027-01-01"));
        assert_eq!(expiry.next_end(12, day("2031-06-01")), Some((day("2032-02-29"), 4)));
        assert_eq!(expiry.next_end(12, day("2028-03-01")), Some((day("2029-02-28"), 1)));
    }

    proptest! {
        #[test]
        fn each_announcement_comes_once_whatever_the_delay(end in 200..20_000_u64, delays in prop::collection::vec(0..40_u64, 1..30)) {
            let first = day("2000-01-01");
            let mut expiry = Expiry::agreed(first + Days::new(end), first);
            let (mut today, mut said) = (first, vec![]);
            while today <= expiry.ends_on {
                let due: Vec<_> = expiry.announcements().into_iter().filter(|one| one.due_at <= morning_of(today)).collect();
                for one in due {
                    let days = days_of(&one.name).unwrap();
                    if expiry.is_due(days, today) {
                        said.push(expiry.days_left(today));
                        expiry.announce(expiry.days_left(today));
                    }
                }
                today = today + Days::new(1 + delays[said.len() % delays.len()]);
            }
            prop_assert!(said.len() <= 4);
            prop_assert!(said.windows(2).all(|pair| pair[0] > pair[1]), "{:?}", said);
        }

        #[test]
        fn a_renewal_ends_later_and_not_in_the_past(start in 0..20_000_u64, months in 1..60_u32, late in 0..2_000_u64) {
            let end = day("2000-01-01") + Days::new(start);
            let today = end + Days::new(1 + late);
            let (next, count) = Expiry::agreed(end, end).next_end(months, today).unwrap();
            prop_assert!(next >= today);
            prop_assert_eq!(Some(next), add_months(end, months * count));
            prop_assert!(count == 1 || add_months(end, months * (count - 1)).unwrap() < today);
        }
    }
}

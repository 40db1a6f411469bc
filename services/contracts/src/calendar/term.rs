//! When a term ends.
//!
//! As the Civil Code of Georgia computes periods (Book One, the chapter on time limits,
//! <https://matsne.gov.ge/en/document/view/31702>): the day of the event that begins a term does not count; a term in months or
//! years ends on the corresponding day, or on the last day of a month that has no such day; and if the last day is not a
//! working day, the next working day takes its place.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use kernel::holidays::holiday_on;

/// A length of time from some event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Term {
    #[schema(minimum = 1, maximum = 3660, example = 12)]
    pub length: u32,
    pub unit: TermUnit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TermUnit {
    CalendarDays,
    /// Monday to Friday, without public holidays and days off.
    WorkingDays,
    /// The same, but banks work on days off that the Government gives to offices alone.
    BankingDays,
    Months,
    Years,
}

/// The days that were added to the public holidays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkCalendar {
    /// Day → whether banks are closed too.
    off: BTreeMap<NaiveDate, bool>,
}

/// The last year that a term may end in.
pub const LAST_YEAR: i32 = 2199;

impl WorkCalendar {
    pub fn with(off: impl IntoIterator<Item = (NaiveDate, bool)>) -> Self {
        Self { off: off.into_iter().collect() }
    }

    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        is_weekday(day) && holiday_on(day).is_none() && !self.off.contains_key(&day)
    }

    pub fn is_banking_day(&self, day: NaiveDate) -> bool {
        is_weekday(day) && holiday_on(day).is_none() && self.off.get(&day) != Some(&true)
    }

    /// The last day of a term that an event on `from` begins; `None` when that is beyond [`LAST_YEAR`].
    pub fn term_end(&self, from: NaiveDate, term: Term) -> Option<NaiveDate> {
        let end = match term.unit {
            TermUnit::CalendarDays => self.working_from(from.checked_add_days(Days::new(term.length.into()))?),
            TermUnit::Months => self.working_from(add_months(from, term.length)?),
            TermUnit::Years => self.working_from(add_months(from, term.length.checked_mul(12)?)?),
            TermUnit::WorkingDays => nth_day_after(from, term.length, |day| self.is_working_day(day)),
            TermUnit::BankingDays => nth_day_after(from, term.length, |day| self.is_banking_day(day)),
        }?;
        (end.year() <= LAST_YEAR).then_some(end)
    }

    /// `day`, or the next working day.
    fn working_from(&self, day: NaiveDate) -> Option<NaiveDate> {
        day.iter_days().take_while(|day| day.year() <= LAST_YEAR).find(|day| self.is_working_day(*day))
    }
}

fn is_weekday(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn nth_day_after(from: NaiveDate, count: u32, counts: impl Fn(NaiveDate) -> bool) -> Option<NaiveDate> {
    let days = from.iter_days().skip(1).take_while(|day| day.year() <= LAST_YEAR);
    days.filter(|day| counts(*day)).nth(usize::try_from(count).ok()?.checked_sub(1)?)
}

/// The same day some months later, or the last day of a month that has no such day. Several periods in a row are to
/// be counted from the first day, not from each other: 31 January, 28 February, 31 March.
pub fn add_months(day: NaiveDate, months: u32) -> Option<NaiveDate> {
    day.checked_add_months(Months::new(months))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn end(from: &str, length: u32, unit: TermUnit) -> String {
        WorkCalendar::default().term_end(day(from), Term { length, unit }).unwrap().to_string()
    }

    #[test]
    fn a_month_from_the_end_of_january_ends_with_february() {
        assert_eq!(add_months(day("2026-01-31"), 1), Some(day("2026-02-28")));
        assert_eq!(add_months(day("2028-01-31"), 1), Some(day("2028-02-29")));
        assert_eq!(add_months(day("2028-02-29"), 12), Some(day("2029-02-28")));
        assert_eq!(add_months(day("2028-02-29"), 48), Some(day("2032-02-29")));
        assert_eq!(add_months(day("2026-12-31"), 2), Some(day("2027-02-28")));
    }

    #[test]
    fn a_term_that_ends_on_a_holiday_ends_on_the_next_working_day() {
        // Saturday 28 February 2026, then Sunday; Monday 2 March is a working day.
        assert_eq!(end("2026-01-31", 1, TermUnit::Months), "2026-03-02");
        // Good Friday 10 April 2026; Easter Monday is the 13th.
        assert_eq!(end("2026-03-10", 1, TermUnit::Months), "2026-04-14");
        assert_eq!(end("2026-03-01", 1, TermUnit::CalendarDays), "2026-03-02");
    }

    #[test]
    fn the_first_day_does_not_count() {
        assert_eq!(end("2026-03-09", 1, TermUnit::WorkingDays), "2026-03-10");
        assert_eq!(end("2026-03-13", 1, TermUnit::WorkingDays), "2026-03-16");
        assert_eq!(end("2026-03-09", 5, TermUnit::CalendarDays), "2026-03-16");
    }

    #[test]
    fn banks_work_on_days_off_of_offices_alone() {
        let calendar = WorkCalendar::with([(day("2026-03-10"), false), (day("2026-03-11"), true)]);
        let after = |unit| calendar.term_end(day("2026-03-09"), Term { length: 1, unit }).unwrap();
        assert_eq!(after(TermUnit::BankingDays), day("2026-03-10"));
        assert_eq!(after(TermUnit::WorkingDays), day("2026-03-12"));
    }

    #[test]
    fn a_term_beyond_all_plans_has_no_end() {
        let calendar = WorkCalendar::default();
        let term = |length, unit| calendar.term_end(day("2026-03-09"), Term { length, unit });
        assert_eq!(term(174, TermUnit::Years), None);
        assert_eq!(term(u32::MAX, TermUnit::Years), None);
        assert_eq!(term(u32::MAX, TermUnit::WorkingDays), None);
    }

    fn days() -> impl Strategy<Value = NaiveDate> {
        (0..60_000_u64).prop_map(|days| day("1999-12-31") + Days::new(days))
    }

    fn off() -> impl Strategy<Value = WorkCalendar> {
        prop::collection::btree_map(days(), any::<bool>(), 0..40).prop_map(WorkCalendar::with)
    }

    fn last_day_of_month(day: NaiveDate) -> bool {
        day.succ_opt().unwrap().month() != day.month()
    }

    proptest! {
        #[test]
        fn months_later_is_the_same_day_or_the_last_of_its_month(from in days(), months in 0..600_u32) {
            let to = add_months(from, months).unwrap();
            let passed = (to.year() - from.year()) * 12 + to.month() as i32 - from.month() as i32;
            prop_assert_eq!(passed, months as i32);
            prop_assert!(to.day() == from.day() || (to.day() < from.day() && last_day_of_month(to)));
        }

        #[test]
        fn more_months_never_end_earlier(from in days(), months in 0..600_u32) {
            prop_assert!(add_months(from, months).unwrap() < add_months(from, months + 1).unwrap());
        }

        #[test]
        fn twelve_months_are_a_year_and_only_leap_days_move(from in days(), years in 1..40_u32) {
            let to = add_months(from, years * 12).unwrap();
            let moved = to.day() != from.day();
            prop_assert_eq!(moved, (from.month(), from.day()) == (2, 29) && !to.leap_year());
        }

        #[test]
        fn up_to_the_28th_months_add_up(from in days(), first in 0..200_u32, second in 0..200_u32) {
            prop_assume!(from.day() <= 28);
            let in_two = add_months(add_months(from, first).unwrap(), second);
            prop_assert_eq!(in_two, add_months(from, first + second));
        }

        #[test]
        fn as_many_working_days_pass_as_the_term_has(calendar in off(), from in days(), length in 1..60_u32) {
            let end = calendar.term_end(from, Term { length, unit: TermUnit::WorkingDays }).unwrap();
            let passed = from.iter_days().skip(1).take_while(|day| *day <= end).filter(|day| calendar.is_working_day(*day));
            prop_assert_eq!(passed.count(), length as usize);
            prop_assert!(calendar.is_working_day(end));
        }

        #[test]
        fn a_term_in_banking_days_is_never_longer_than_in_working_days(
            calendar in off(), from in days(), length in 1..60_u32,
        ) {
            let end = |unit| calendar.term_end(from, Term { length, unit }).unwrap();
            prop_assert!(end(TermUnit::BankingDays) <= end(TermUnit::WorkingDays));
            prop_assert!(calendar.is_banking_day(end(TermUnit::BankingDays)));
        }

        #[test]
        fn a_term_ends_on_the_first_working_day_that_it_may(
            calendar in off(), from in days(), length in 1..400_u32, months in any::<bool>(),
        ) {
            let unit = if months { TermUnit::Months } else { TermUnit::CalendarDays };
            let plain = if months { add_months(from, length).unwrap() } else { from + Days::new(length.into()) };
            let end = calendar.term_end(from, Term { length, unit }).unwrap();
            prop_assert!(end >= plain && calendar.is_working_day(end));
            prop_assert!(plain.iter_days().take_while(|day| *day < end).all(|day| !calendar.is_working_day(day)));
        }
    }
}

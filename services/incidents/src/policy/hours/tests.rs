use proptest::prelude::*;

use super::*;
use crate::policy::terms::PolicyTerms;

fn calendar() -> BusinessCalendar {
    let bridge =
        Holiday { date: "2026-05-25".parse().unwrap(), name: Localized::new("უქმე დღე", "Day off") };
    BusinessCalendar { days_off: vec![bridge], ..PolicyTerms::built_in().calendar }
}

/// An instant written in Tbilisi's time.
fn tbilisi(text: &str) -> DateTime<Utc> {
    format!("{text}:00+04:00").parse().unwrap()
}

fn after(start: &str, minutes: i64) -> DateTime<Utc> {
    calendar().after(tbilisi(start), Duration::minutes(minutes))
}

#[test]
fn within_a_morning_time_is_just_added() {
    assert_eq!(after("2026-03-02T09:30", 60), tbilisi("2026-03-02T10:30"));
}

#[test]
fn the_lunch_break_does_not_count() {
    assert_eq!(after("2026-03-02T12:30", 60), tbilisi("2026-03-02T14:30"));
}

#[test]
fn what_is_full_at_closing_is_due_at_closing_and_not_next_morning() {
    assert_eq!(after("2026-03-02T17:00", 60), tbilisi("2026-03-02T18:00"));
    assert_eq!(after("2026-03-05T17:00", 61), tbilisi("2026-03-06T09:01"));
}

#[test]
fn a_weekend_does_not_count() {
    assert_eq!(after("2026-03-13T17:30", 60), tbilisi("2026-03-16T09:30"));
    assert_eq!(after("2026-03-14T12:00", 30), tbilisi("2026-03-16T09:30"));
}

#[test]
fn mothers_day_does_not_count() {
    assert_eq!(after("2026-03-02T17:30", 60), tbilisi("2026-03-04T09:30"));
}

#[test]
fn easter_takes_thursday_to_tuesday_out_of_the_week_of_2026() {
    // Thursday 9 April, Good Friday the 10th, Easter Monday the 13th.
    assert_eq!(after("2026-04-08T17:30", 60), tbilisi("2026-04-14T09:30"));
}

#[test]
fn the_year_ends_where_it_ends_in_tbilisi() {
    // 1 and 2 January are a Thursday and a Friday in 2026, the 7th is a Wednesday.
    assert_eq!(after("2025-12-31T17:30", 60), tbilisi("2026-01-05T09:30"));
    assert_eq!(after("2026-01-06T17:30", 60), tbilisi("2026-01-08T09:30"));
    assert_eq!(kernel::tbilisi::day("2025-12-31T20:00:00Z".parse().unwrap()).to_string(), "2026-01-01");
}

#[test]
fn a_day_that_the_government_adds_does_not_count() {
    // Monday 25 May by ordinance, Tuesday 26 May by law.
    assert_eq!(after("2026-05-22T17:30", 60), tbilisi("2026-05-27T09:30"));
}

#[test]
fn three_working_days_end_when_the_third_one_does() {
    assert_eq!(calendar().closing(tbilisi("2026-03-12T10:00"), 3), tbilisi("2026-03-17T18:00"));
    assert_eq!(calendar().closing(tbilisi("2026-04-08T23:00"), 1), tbilisi("2026-04-14T18:00"));
}

#[test]
fn spans_say_why_time_does_not_count() {
    let spans = calendar().spans(tbilisi("2026-03-02T17:00"), tbilisi("2026-03-04T10:00"));
    let story: Vec<_> = spans.iter().map(|span| (span.because, span.length().num_minutes())).collect();
    let expected = [
        (Because::WorkingHours, 60),
        (Because::OutsideHours, 360),
        (Because::PublicHoliday, 1440),
        (Because::OutsideHours, 540),
        (Because::WorkingHours, 60),
    ];
    assert_eq!(story, expected);
    assert_eq!(spans[2].name.as_ref().unwrap().en, "Mother's Day");
}

#[test]
fn a_time_of_day_is_written_as_it_is_read() {
    for text in ["00:00", "09:05", "23:59", "24:00"] {
        assert_eq!(String::from(TimeOfDay::try_from(text.to_owned()).unwrap()), text);
    }
    for text in ["9:00", "24:01", "12:60", "ab:cd", ""] {
        assert!(TimeOfDay::try_from(text.to_owned()).is_err(), "{text}");
    }
}

/// Any instant from 2019 to 2036, to the second.
fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    (1_546_300_800..2_082_758_400_i64).prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap())
}

/// Up to some forty working days.
fn durations() -> impl Strategy<Value = Duration> {
    (0..1_200_000_i64).prop_map(Duration::seconds)
}

proptest! {
    #[test]
    fn measuring_what_was_added_gives_it_back(start in instants(), working in durations()) {
        let calendar = calendar();
        prop_assert_eq!(calendar.between(start, calendar.after(start, working)), working);
    }

    #[test]
    fn adding_in_two_steps_is_adding_at_once(start in instants(), first in durations(), second in durations()) {
        let calendar = calendar();
        let stepwise = calendar.after(calendar.after(start, first), second);
        // Nothing more after the first step leaves it where it is; otherwise both ways meet.
        if second > Duration::zero() {
            prop_assert_eq!(stepwise, calendar.after(start, first + second));
        }
    }

    #[test]
    fn time_is_the_sum_of_its_parts(start in instants(), first in 0..9_000_000_i64, second in 0..9_000_000_i64) {
        let calendar = calendar();
        let middle = start + Duration::seconds(first);
        let end = middle + Duration::seconds(second);
        prop_assert_eq!(calendar.between(start, end), calendar.between(start, middle) + calendar.between(middle, end));
    }

    #[test]
    fn a_deadline_falls_into_working_hours(start in instants(), working in durations()) {
        let calendar = calendar();
        let due = calendar.after(start, working);
        if working > Duration::zero() {
            let last_second = calendar.between(due - Duration::seconds(1), due);
            prop_assert_eq!(last_second, Duration::seconds(1));
        }
    }

    #[test]
    fn spans_leave_no_gap_and_count_what_is_measured(start in instants(), length in 1..9_000_000_i64) {
        let (calendar, end) = (calendar(), start + Duration::seconds(length));
        let spans = calendar.spans(start, end);
        prop_assert_eq!((spans[0].from, spans[spans.len() - 1].to), (start, end));
        for pair in spans.windows(2) {
            prop_assert_eq!(pair[0].to, pair[1].from);
            prop_assert!(!pair[1].continues(&pair[0]));
        }
        let counted = spans.iter().filter(|span| span.counts()).map(Span::length).sum::<Duration>();
        prop_assert_eq!(counted, calendar.between(start, end));
    }
}

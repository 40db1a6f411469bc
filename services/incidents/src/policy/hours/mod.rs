//! Working time: exact arithmetic over opening hours, weekends, public holidays and days off.
//!
//! An instant belongs to the day it falls on in Tbilisi. [`BusinessCalendar::after`] and [`BusinessCalendar::between`]
//! are inverse to each other; [`BusinessCalendar::spans`] tells the same story interval by interval.

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use kernel::Localized;
use kernel::holidays::{Holiday, holiday_on};
use kernel::tbilisi::{self, start_of};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When the desk works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BusinessCalendar {
    pub week: Week,
    /// Whether the public holidays of Georgia are days off.
    pub public_holidays: bool,
    /// Further days off, such as those the Government adds (Labour Code, Article 30(3)).
    #[serde(default)]
    #[schema(max_items = 200)]
    pub days_off: Vec<Holiday>,
}

/// Opening hours of each day of the week, in Tbilisi's time; a day without any is a weekend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Week {
    pub monday: Vec<Opening>,
    pub tuesday: Vec<Opening>,
    pub wednesday: Vec<Opening>,
    pub thursday: Vec<Opening>,
    pub friday: Vec<Opening>,
    pub saturday: Vec<Opening>,
    pub sunday: Vec<Opening>,
}

/// Open from … to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    pub from: TimeOfDay,
    pub to: TimeOfDay,
}

/// A time of day, `09:00`, in minutes since midnight; `24:00` is the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", example = "09:00")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    pub const fn hour(hour: u16) -> Self {
        Self(hour * 60)
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = "a time of day is written 09:00";
        let (hours, minutes) = text.split_once(':').filter(|_| text.len() == 5).ok_or(wrong)?;
        let (hours, minutes): (u16, u16) = (hours.parse().map_err(|_| wrong)?, minutes.parse().map_err(|_| wrong)?);
        let total = hours * 60 + minutes;
        (minutes < 60 && total <= 24 * 60).then_some(Self(total)).ok_or(wrong)
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        format!("{:02}:{:02}", time.0 / 60, time.0 % 60)
    }
}

/// Why time counts, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    WorkingHours,
    OutsideHours,
    Weekend,
    PublicHoliday,
    DayOff,
    /// The clock stood still: somebody else had to act.
    Waiting,
    /// The clock stood still between a solution and the reopening.
    Resolved,
}

/// An interval that counts wholly, or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Span {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub because: Because,
    /// Name of the holiday, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Localized>,
}

impl Span {
    pub fn counts(&self) -> bool {
        self.because == Because::WorkingHours
    }

    pub fn length(&self) -> Duration {
        self.to - self.from
    }

    fn continues(&self, before: &Self) -> bool {
        before.to == self.from && before.because == self.because && before.name == self.name
    }
}

impl Week {
    pub fn of(&self, day: NaiveDate) -> &[Opening] {
        use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
        match day.weekday() {
            Mon => &self.monday,
            Tue => &self.tuesday,
            Wed => &self.wednesday,
            Thu => &self.thursday,
            Fri => &self.friday,
            Sat => &self.saturday,
            Sun => &self.sunday,
        }
    }

    fn days(&self) -> [&[Opening]; 7] {
        [&self.monday, &self.tuesday, &self.wednesday, &self.thursday, &self.friday, &self.saturday, &self.sunday]
    }

    /// Whether nobody ever works.
    pub fn is_empty(&self) -> bool {
        self.days().iter().all(|openings| openings.is_empty())
    }

    /// Whether every opening ends after it begins, and before the next one begins.
    pub fn is_in_order(&self) -> bool {
        let lasting = |openings: &[Opening]| openings.iter().all(|opening| opening.from < opening.to);
        let apart = |openings: &[Opening]| openings.windows(2).all(|pair| pair[0].to <= pair[1].from);
        self.days().iter().all(|openings| lasting(openings) && apart(openings))
    }
}

impl BusinessCalendar {
    /// The earliest instant by which `working` time has passed since `start`.
    pub fn after(&self, start: DateTime<Utc>, working: Duration) -> DateTime<Utc> {
        let mut left = working;
        // A week without working hours is refused when a policy is drafted.
        if left <= Duration::zero() || self.week.is_empty() {
            return start;
        }
        let mut day = tbilisi::day(start);
        loop {
            for (opens, closes) in self.openings(day) {
                let opens = opens.max(start);
                let available = (closes - opens).max(Duration::zero());
                if left <= available {
                    return opens + left;
                }
                left -= available;
            }
            day = next(day);
        }
    }

    /// The working time between two instants; none when the second is not later.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
        let (mut day, mut total) = (tbilisi::day(from), Duration::zero());
        while start_of(day) < to {
            for (opens, closes) in self.openings(day) {
                total += (closes.min(to) - opens.max(from)).max(Duration::zero());
            }
            day = next(day);
        }
        total
    }

    /// Everything between two instants, as intervals that count or not; neighbours differ.
    pub fn spans(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Span> {
        let (mut day, mut spans) = (tbilisi::day(from), Vec::<Span>::new());
        while start_of(day) < to {
            for span in self.spans_of(day) {
                let span = Span { from: span.from.max(from), to: span.to.min(to), ..span };
                match spans.last_mut() {
                    _ if span.from >= span.to => {}
                    Some(last) if span.continues(last) => last.to = span.to,
                    _ => spans.push(span),
                }
            }
            day = next(day);
        }
        spans
    }

    /// When work ends on the `days`-th working day after the day of `start`.
    pub fn closing(&self, start: DateTime<Utc>, days: u32) -> DateTime<Utc> {
        let (mut day, mut left, mut closing) = (tbilisi::day(start), days, start);
        while left > 0 && !self.week.is_empty() {
            day = next(day);
            if let Some((_, closes)) = self.openings(day).last() {
                (left, closing) = (left - 1, closes);
            }
        }
        closing
    }

    fn openings(&self, day: NaiveDate) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + '_ {
        let openings = if self.reason_to_rest(day).is_some() { &[] } else { self.week.of(day) };
        openings.iter().map(move |opening| (at(day, opening.from), at(day, opening.to)))
    }

    /// Why nobody works on a day that has opening hours.
    fn reason_to_rest(&self, day: NaiveDate) -> Option<(Because, Localized)> {
        let holiday = holiday_on(day).filter(|_| self.public_holidays).map(|name| (Because::PublicHoliday, name));
        let off = || self.days_off.iter().find(|off| off.date == day).map(|off| (Because::DayOff, off.name.clone()));
        holiday.or_else(off)
    }

    fn spans_of(&self, day: NaiveDate) -> Vec<Span> {
        let (begins, ends) = (start_of(day), start_of(next(day)));
        let whole = |because, name| vec![Span { from: begins, to: ends, because, name }];
        if let Some((because, name)) = self.reason_to_rest(day) {
            return whole(because, Some(name));
        }
        if self.week.of(day).is_empty() {
            return whole(Because::Weekend, None);
        }
        let (mut spans, mut reached) = (vec![], begins);
        for (opens, closes) in self.openings(day) {
            spans.push(Span { from: reached, to: opens, because: Because::OutsideHours, name: None });
            spans.push(Span { from: opens, to: closes, because: Because::WorkingHours, name: None });
            reached = closes;
        }
        spans.push(Span { from: reached, to: ends, because: Because::OutsideHours, name: None });
        spans
    }
}

fn at(day: NaiveDate, time: TimeOfDay) -> DateTime<Utc> {
    start_of(day) + Duration::minutes(time.0.into())
}

fn next(day: NaiveDate) -> NaiveDate {
    day.succ_opt().expect("no deadline lies beyond the calendar's end in the year 262142")
}

#[cfg(test)]
mod tests;

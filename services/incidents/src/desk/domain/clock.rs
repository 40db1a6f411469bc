//! A ticket's clocks: computed from what happened, never counted.
//!
//! Working time passes from the opening on, except while the ticket waits for somebody else or counts as solved.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::policy::hours::{Because, BusinessCalendar, Span};

/// When the clocks began, and when they stood still.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    pub opened_at: DateTime<Utc>,
    /// One after the other; only the last may be open-ended.
    pub pauses: Vec<Pause>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pause {
    pub from: DateTime<Utc>,
    pub to: Option<DateTime<Utc>>,
    pub why: PauseCause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PauseCause {
    Waiting,
    Resolved,
}

/// From … to; open-ended while the clock runs.
type Run = (DateTime<Utc>, Option<DateTime<Utc>>);

impl Timeline {
    pub fn new(opened_at: DateTime<Utc>) -> Self {
        Self { opened_at, pauses: vec![] }
    }

    pub fn pause(&mut self, from: DateTime<Utc>, why: PauseCause) {
        self.resume(from);
        self.pauses.push(Pause { from, to: None, why });
    }

    pub fn resume(&mut self, at: DateTime<Utc>) {
        if let Some(pause) = self.pauses.last_mut() {
            pause.to.get_or_insert(at);
        }
    }

    pub fn is_running(&self) -> bool {
        self.pauses.last().is_none_or(|pause| pause.to.is_some())
    }

    /// The working time that has passed by `at`.
    pub fn elapsed(&self, calendar: &BusinessCalendar, at: DateTime<Utc>) -> Duration {
        self.runs().map(|(from, to)| calendar.between(from, to.unwrap_or(at).min(at))).sum()
    }

    /// When `target` is used up; nobody can say while the clock stands still before that.
    pub fn due(&self, calendar: &BusinessCalendar, target: Duration) -> Option<DateTime<Utc>> {
        let mut left = target;
        for (from, to) in self.runs() {
            let Some(to) = to else { return Some(calendar.after(from, left)) };
            let passed = calendar.between(from, to);
            if left <= passed {
                return Some(calendar.after(from, left));
            }
            left -= passed;
        }
        None
    }

    /// Everything from the opening to `until`: what counts, what does not, and why.
    pub fn spans(&self, calendar: &BusinessCalendar, until: DateTime<Utc>) -> Vec<Span> {
        let mut spans = vec![];
        let mut reached = self.opened_at;
        for pause in self.pauses.iter().filter(|pause| pause.from < until) {
            spans.extend(calendar.spans(reached, pause.from));
            let because = match pause.why {
                PauseCause::Waiting => Because::Waiting,
                PauseCause::Resolved => Because::Resolved,
            };
            reached = pause.to.unwrap_or(until).min(until);
            if pause.from < reached {
                spans.push(Span { from: pause.from, to: reached, because, name: None });
            }
        }
        spans.extend(calendar.spans(reached, until));
        spans
    }

    fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        let begins = std::iter::once(Some(self.opened_at)).chain(self.pauses.iter().map(|pause| pause.to));
        let ends = self.pauses.iter().map(|pause| Some(pause.from)).chain(std::iter::once(None));
        begins.zip(ends).filter_map(|(from, to)| Some((from?, to)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::terms::PolicyTerms;

    fn calendar() -> BusinessCalendar {
        PolicyTerms::built_in().calendar
    }

    fn tbilisi(text: &str) -> DateTime<Utc> {
        format!("{text}:00+04:00").parse().unwrap()
    }

    fn timeline(opened: &str, pauses: &[(&str, Option<&str>)]) -> Timeline {
        let mut timeline = Timeline::new(tbilisi(opened));
        for (from, to) in pauses {
            timeline.pause(tbilisi(from), PauseCause::Waiting);
            if let Some(to) = to {
                timeline.resume(tbilisi(to));
            }
        }
        timeline
    }

    #[test]
    fn a_pause_moves_the_deadline_by_its_working_time() {
        let plain = timeline("2026-03-05T10:00", &[]);
        let paused = timeline("2026-03-05T10:00", &[("2026-03-05T11:00", Some("2026-03-05T17:00"))]);
        let hour = Duration::minutes(120);
        assert_eq!(plain.due(&calendar(), hour), Some(tbilisi("2026-03-05T12:00")));
        assert_eq!(paused.due(&calendar(), hour), Some(tbilisi("2026-03-05T18:00")));
    }

    #[test]
    fn a_pause_over_a_weekend_costs_nothing() {
        let paused = timeline("2026-03-13T17:00", &[("2026-03-13T18:00", Some("2026-03-16T09:00"))]);
        assert_eq!(paused.due(&calendar(), Duration::minutes(90)), Some(tbilisi("2026-03-16T09:30")));
    }

    #[test]
    fn while_it_waits_nothing_is_due() {
        let waiting = timeline("2026-03-05T10:00", &[("2026-03-05T11:00", None)]);
        assert_eq!(waiting.due(&calendar(), Duration::minutes(120)), None);
        assert_eq!(waiting.elapsed(&calendar(), tbilisi("2026-03-09T12:00")), Duration::hours(1));
    }

    #[test]
    fn what_was_used_up_before_a_pause_stays_used_up() {
        let waiting = timeline("2026-03-05T10:00", &[("2026-03-05T12:00", None)]);
        assert_eq!(waiting.due(&calendar(), Duration::minutes(60)), Some(tbilisi("2026-03-05T11:00")));
    }

    #[test]
    fn the_arithmetic_names_the_wait() {
        let paused = timeline("2026-03-05T10:00", &[("2026-03-05T10:30", Some("2026-03-05T11:00"))]);
        let spans = paused.spans(&calendar(), tbilisi("2026-03-05T11:30"));
        let story: Vec<_> = spans.iter().map(|span| (span.because, span.length().num_minutes())).collect();
        let expected = [(Because::WorkingHours, 30), (Because::Waiting, 30), (Because::WorkingHours, 30)];
        assert_eq!(story, expected);
    }

    /// A timeline from lengths in seconds: run, pause, run, pause …
    fn timelines() -> impl Strategy<Value = Timeline> {
        let opened = 1_700_000_000..1_900_000_000_i64;
        (opened, proptest::collection::vec(0..500_000_i64, 0..7)).prop_map(|(opened, lengths)| {
            let mut at = DateTime::from_timestamp(opened, 0).unwrap();
            let mut timeline = Timeline::new(at);
            for (index, length) in lengths.into_iter().enumerate() {
                at += Duration::seconds(length);
                if index % 2 == 0 { timeline.pause(at, PauseCause::Waiting) } else { timeline.resume(at) }
            }
            timeline
        })
    }

    proptest! {
        #[test]
        fn when_it_is_due_exactly_the_target_has_passed(timeline in timelines(), minutes in 1..5_000_i64) {
            let target = Duration::minutes(minutes);
            if let Some(due) = timeline.due(&calendar(), target) {
                prop_assert_eq!(timeline.elapsed(&calendar(), due), target);
            } else {
                prop_assert!(!timeline.is_running());
            }
        }

        #[test]
        fn the_arithmetic_adds_up(timeline in timelines(), later in 1..5_000_000_i64) {
            let until = timeline.opened_at + Duration::seconds(later);
            let spans = timeline.spans(&calendar(), until);
            let counted = spans.iter().filter(|span| span.counts()).map(Span::length).sum::<Duration>();
            prop_assert_eq!(counted, timeline.elapsed(&calendar(), until));
            prop_assert_eq!(spans.iter().map(Span::length).sum::<Duration>(), Duration::seconds(later));
        }
    }
}
